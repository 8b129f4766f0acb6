package slackbot

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// mostBody is the longest request that the HTTP door reads, in bytes.
const mostBody = 1 << 20

// Handler serves the HTTP side: events, commands and interactions posted to
// one address, each with a signature not older than five minutes. It takes
// what the socket takes, by the same means. Without a signing secret it
// refuses everything.
func (b *Bot) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "use POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
		if err != nil {
			http.Error(w, "the request is too long or broke off", http.StatusRequestEntityTooLarge)
			return
		}
		if err := b.verify(r.Header, body); err != nil {
			b.log.Warn("slack: a request without a valid signature was refused", "error", err)
			http.Error(w, "the signature is missing, wrong or older than five minutes", http.StatusUnauthorized)
			return
		}
		ack, then, err := b.request(r.Header.Get("Content-Type"), body)
		if err != nil {
			b.log.Warn("slack: a request cannot be read", "error", err)
			http.Error(w, "the request cannot be read", http.StatusBadRequest)
			return
		}
		defer then()
		if ack == nil {
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := json.NewEncoder(w).Encode(ack); err != nil {
			b.log.Warn("slack: an acknowledgement cannot be written", "error", err)
		}
	})
}

// verify checks the signature of a request.
func (b *Bot) verify(h http.Header, body []byte) error {
	if b.SigningSecret == "" {
		return errors.New("there is no signing secret")
	}
	v, err := slack.NewSecretsVerifier(h, b.SigningSecret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}

// request takes the body of a verified request.
func (b *Bot) request(contentType string, body []byte) (ack any, then func(), err error) {
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return b.form(body)
	}
	e, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
	if err != nil {
		var kind struct{ Type string }
		if json.Unmarshal(body, &kind) == nil && kind.Type == slackevents.CallbackEvent {
			return nil, func() {}, nil // an event that the library does not know is none of ours
		}
		return nil, nil, err
	}
	if v, ok := e.Data.(*slackevents.EventsAPIURLVerificationEvent); ok && e.Type == slackevents.URLVerification {
		return map[string]string{"challenge": v.Challenge}, func() {}, nil
	}
	return nil, b.event(e), nil
}

// form takes a command or an interaction.
func (b *Bot) form(body []byte) (ack any, then func(), err error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, nil, err
	}
	if payload := values.Get("payload"); payload != "" {
		var i slack.InteractionCallback
		if err := json.Unmarshal([]byte(payload), &i); err != nil {
			return nil, nil, err
		}
		ack, then = b.interaction(i)
		return ack, then, nil
	}
	r := &http.Request{Method: http.MethodPost, PostForm: values, Form: values}
	c, err := slack.SlashCommandParse(r)
	if err != nil {
		return nil, nil, err
	}
	if c.Command == "" {
		return nil, nil, errors.New("neither a command nor an interaction")
	}
	ack, then = b.command(c)
	return ack, then, nil
}
