package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/url"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// listen takes events from the socket until ctx is done. The connection is
// made anew whenever it ends; only tokens that Slack does not know are an
// error.
func (b *Bot) listen(ctx context.Context) error {
	socket := socketmode.New(b.api, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	var served = make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer func() { cancel(); <-served }()
	go func() {
		defer close(served)
		for {
			select {
			case e := <-socket.Events:
				b.receive(ctx, socket, e)
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		err := socket.RunContext(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var refused slack.SlackErrorResponse
		if errors.As(err, &refused) && slices.Contains([]string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"}, refused.Err) {
			return fmt.Errorf("slack: the app token is refused (%s); see: yanbao slack check", refused.Err)
		}
		b.log.Warn("slack: the connection ended, connecting again", "error", err)
		if b.pause(ctx, time.Second) != nil {
			return nil
		}
	}
}

// receive takes one event of the socket: persisted, acknowledged, then acted on.
func (b *Bot) receive(ctx context.Context, socket *socketmode.Client, e socketmode.Event) {
	var ack any
	then := func() {}
	switch e.Type {
	case socketmode.EventTypeEventsAPI:
		if data, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			then = b.event(data)
		}
	case socketmode.EventTypeSlashCommand:
		if data, ok := e.Data.(slack.SlashCommand); ok {
			ack, then = b.command(data)
		}
	case socketmode.EventTypeInteractive:
		if data, ok := e.Data.(slack.InteractionCallback); ok {
			ack, then = b.interaction(data)
		}
	case socketmode.EventTypeErrorBadMessage:
		// An event that the library does not know is acknowledged: it is none of ours.
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			var envelope socketmode.Request
			if json.Unmarshal(bad.Message, &envelope) == nil && envelope.EnvelopeID != "" {
				e.Request = &envelope
			}
		}
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			b.log.Warn("slack: cannot connect, trying again", "error", withoutAddress(failed.ErrorObj), "in", failed.Backoff)
		}
	}
	if e.Request != nil && e.Request.EnvelopeID != "" {
		err := socket.SendCtx(ctx, socketmode.Response{EnvelopeID: e.Request.EnvelopeID, Payload: ack})
		if err != nil && ctx.Err() == nil {
			b.log.Error("slack: an event cannot be acknowledged", "error", err)
		}
	}
	then()
}

// withoutAddress is an error without the address that failed: the one of the
// socket holds a secret.
func withoutAddress(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
