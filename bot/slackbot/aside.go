package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"yanbao/bot/record"

	"github.com/slack-go/slack"
)

// responseFor is how long Slack takes answers through a response URL.
const responseFor = 29 * time.Minute

// command takes a slash command. It returns what the acknowledgement says, and
// what is to be done after it.
func (b *Bot) command(c slack.SlashCommand) (ack any, then func()) {
	nothing := func() {}
	if !b.welcome(c.TeamID) {
		return nil, nothing
	}
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	place := b.place(ctx, c.TeamID, c.ChannelID)
	in := incoming{team: c.TeamID, channel: c.ChannelID, user: c.UserID, said: c.Text}
	words := b.chat(place, c.Text)
	word := strings.ToLower(strings.TrimSpace(c.Text))
	settings := word == "settings" || word == "设置"
	// An admin who may not ask in a place may still change who may.
	if said := b.refusal(in, place); said != "" && !(settings && slices.Contains(b.settings.Admins, c.UserID)) {
		return aside(say("", said), false), nothing
	}
	switch {
	case settings:
		return nil, func() {
			b.spawn("open settings", func(ctx context.Context) error { return b.openSettings(ctx, c, place) })
		}
	case slices.Contains([]string{"", "help", "帮助", "?", "？"}, word):
		return aside(say("", fmt.Sprintf(words.Help, b.addressee())), false), nothing
	}
	q := &inquiry{team: c.TeamID, channel: c.ChannelID, ts: "slash " + c.TriggerID, user: c.UserID, kind: slash, text: c.Text, response: c.ResponseURL, private: true}
	return nil, b.take(ctx, "", q, place)
}

// welcome reports whether a workspace may ask.
func (b *Bot) welcome(team string) bool {
	b.mu.Lock()
	b.last = b.clock.Now()
	b.mu.Unlock()
	return b.mayAsk(team)
}

// aside is a message for a response URL, shown to one person.
func aside(m message, replace bool) *slack.WebhookMessage {
	w := &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: m.text, ReplaceOriginal: replace, UnfurlLinks: new(bool), UnfurlMedia: new(bool)}
	if len(m.blocks) > 0 {
		w.Blocks = &slack.Blocks{BlockSet: m.blocks}
	}
	return w
}

// replyAside answers a question to the one who asked, in place of what says
// that an answer is looked for.
func (b *Bot) replyAside(ctx context.Context, q *inquiry) error {
	stop := b.lookingAside(ctx, q)
	out := b.compose(ctx, q, discard)
	stop()
	if err := b.ledger.mark(ctx, q, posting, ""); err != nil {
		return err
	}
	if b.clock.Now().Sub(q.at) < responseFor {
		err := b.respond(ctx, q.channel, q.response, aside(out.message, true))
		if err == nil {
			return b.ledger.mark(ctx, q, answered, "")
		}
		b.log.Warn("slack: a response URL does not take the answer, posting it to the asker", "error", err)
	}
	err := b.patiently(ctx, q.channel, func() error {
		_, err := b.api.PostEphemeralContext(ctx, q.channel, q.user, slack.MsgOptionText(out.message.text, false), slack.MsgOptionBlocks(out.message.blocks...))
		return err
	})
	if code := refusedBySlack(err); code != "" {
		return fmt.Errorf("%w: %s", errRefused, code)
	}
	if err != nil {
		return err
	}
	return b.ledger.mark(ctx, q, answered, "")
}

// lookingAside says that an answer is looked for once that takes longer than
// the asker's patience. The acknowledgement cannot say it: it might come after
// the answer. stop returns when no more is said.
func (b *Bot) lookingAside(ctx context.Context, q *inquiry) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	looking := b.chat(b.place(ctx, q.team, q.channel), question(q.text)).Looking
	go func() {
		defer close(ended)
		select {
		case <-b.clock.After(b.Patience):
		case <-stopped:
			return
		case <-ctx.Done():
			return
		}
		if err := b.respond(ctx, q.channel, q.response, aside(message{text: looking}, false)); err != nil {
			b.log.Warn("slack: a response URL does not take the status", "error", err)
		}
	}()
	return func() { close(stopped); <-ended }
}

// respond posts to a response URL, waiting where Slack asks for it.
func (b *Bot) respond(ctx context.Context, channel, url string, w *slack.WebhookMessage) error {
	for wait := time.Second; ; wait *= 2 {
		err := b.gates.pass(ctx, channel, func() error { return slack.PostWebhookCustomHTTPContext(ctx, url, b.http, w) })
		var status slack.StatusCodeError
		if err == nil || errors.As(err, &status) && status.Code < http.StatusInternalServerError || wait > 8*time.Second {
			return withoutAddress(err) // who has the address may post
		}
		if err := b.pause(ctx, wait); err != nil {
			return err
		}
	}
}

// share posts an answer that one person saw for all in the channel, once.
func (b *Bot) share(ctx context.Context, i *slack.InteractionCallback, language, id string) error {
	a, err := b.ledger.answer(ctx, i.Team.ID, i.Channel.ID, id)
	if errors.Is(err, record.ErrUnknown) {
		return b.note(ctx, i, newRenderer(language, "").chat.NoShare)
	}
	if err != nil {
		return err
	}
	fresh, err := b.ledger.once(ctx, "share "+i.Channel.ID+" "+i.User.ID+" "+id+" "+i.Container.MessageTs)
	if err != nil || !fresh {
		return err
	}
	r := newRenderer(a.Language, b.BaseURL)
	m := r.answerMessage(presented{answer: a, tables: b.tables(ctx, a), signed: i.User.Name})
	w := aside(m, false)
	w.ResponseType = slack.ResponseTypeInChannel
	if thread := i.Container.ThreadTs; thread != "" {
		w.ThreadTimestamp = thread
	}
	if err := b.respond(ctx, i.Channel.ID, i.ResponseURL, w); err != nil {
		return err
	}
	return b.respond(ctx, i.Channel.ID, i.ResponseURL, &slack.WebhookMessage{DeleteOriginal: true})
}

// note says something to the one who pressed a button.
func (b *Bot) note(ctx context.Context, i *slack.InteractionCallback, said string) error {
	return b.respond(ctx, i.Channel.ID, i.ResponseURL, aside(say("", said), false))
}
