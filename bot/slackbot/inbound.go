package slackbot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// persistIn is how long an event may take to be persisted before it is
// acknowledged all the same: Slack allows three seconds.
const persistIn = 2 * time.Second

// incoming is one message addressed to nobody yet.
type incoming struct {
	event, team, channel, ts, thread, user, said string
	channelType                                  string // "" where Slack does not say
}

// event takes an event of the Events API. It returns when the event may be
// acknowledged: what must not be lost is persisted. then is what is to be done
// after that; it does not block.
func (b *Bot) event(e slackevents.EventsAPIEvent) (then func()) {
	id := ""
	if c, ok := e.Data.(*slackevents.EventsAPICallbackEvent); ok {
		id = c.EventID
	}
	b.mu.Lock()
	b.last = b.clock.Now()
	b.mu.Unlock()
	if !b.mayAsk(e.TeamID) {
		return func() {}
	}
	switch m := e.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		if m.BotID != "" || m.User == "" || !b.mayAsk(m.UserTeam) {
			return func() {}
		}
		return b.message(incoming{id, e.TeamID, m.Channel, m.TimeStamp, m.ThreadTimeStamp, m.User, m.Text, ""}, true)
	case *slackevents.MessageEvent:
		return b.messageEvent(id, e.TeamID, m)
	case *slackevents.AssistantThreadStartedEvent:
		t := m.AssistantThread
		return func() {
			b.spawn("suggest prompts", func(ctx context.Context) error { return b.suggest(ctx, e.TeamID, t.ChannelID, t.ThreadTimeStamp) })
		}
	}
	return func() {}
}

// mayAsk reports whether a workspace may ask: that in which an event came, and
// in a channel shared with another company that of the person, "" elsewhere.
func (b *Bot) mayAsk(team string) bool {
	ok := team == "" || len(b.settings.Teams) == 0 || slices.Contains(b.settings.Teams, team)
	if !ok {
		b.log.Warn("slack: an event of a workspace that is not allowed was left out", "workspace", team)
	}
	return ok
}

func (b *Bot) messageEvent(id, team string, m *slackevents.MessageEvent) (then func()) {
	b.sawKind(m.Channel, m.ChannelType)
	switch m.SubType {
	case "message_changed":
		return b.changed(id, team, m)
	case "message_deleted":
		return b.deleted(team, m)
	case "", "file_share", "thread_broadcast":
	default:
		return func() {}
	}
	if m.BotID != "" || m.User == "" || m.User == b.user() || !b.mayAsk(m.UserTeam) {
		return func() {}
	}
	said := m.Text
	if m.Message != nil && said == "" {
		said = m.Message.Text
	}
	return b.message(incoming{id, team, m.Channel, m.TimeStamp, m.ThreadTimeStamp, m.User, said, m.ChannelType}, false)
}

// message takes a message that somebody wrote, if it is a question for the bot.
func (b *Bot) message(in incoming, mention bool) (then func()) {
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	b.mu.Lock()
	had := b.accepted.has(in.channel + in.ts)
	b.mu.Unlock()
	if had {
		return func() {} // the ledger would say the same, but later
	}
	mention = mention || slices.Contains(mentionsOf(in.said), b.user())
	place := b.place(ctx, in.team, in.channel)
	kind := b.kindOf(ctx, in, mention, place)
	if kind == "" || kind == followUp && remark(question(in.said)) {
		return func() {}
	}
	if said := b.refusal(in, place); said != "" {
		b.mu.Lock()
		b.accepted.add(in.channel + in.ts) // to be said once
		b.mu.Unlock()
		if kind == followUp {
			return func() {}
		}
		return func() { b.whisper(in.channel, in.user, in.thread, said) }
	}
	q := &inquiry{team: in.team, channel: in.channel, ts: in.ts, thread: in.thread, user: in.user, kind: kind, text: in.said,
		private: !b.isPublic(in.channel)}
	if q.thread == "" {
		q.thread = in.ts
	}
	return b.take(ctx, in.event, q, place)
}

// kindOf says how a message asks the bot; "" where it does not.
func (b *Bot) kindOf(ctx context.Context, in incoming, mention bool, place Place) kind {
	switch {
	case in.channelType == "im" || isDirect(in.channel):
		return direct
	case mention:
		return mentioned
	case in.thread == "" || in.thread == in.ts:
		return ""
	}
	part, others, err := b.ledger.thread(ctx, in.team, in.channel, in.thread)
	if err != nil {
		b.log.Error("slack: a thread cannot be looked up", "error", err)
		return ""
	}
	if !part {
		return ""
	}
	if addressesOthers(in.said, b.user()) {
		if err := b.ledger.addressed(ctx, in.team, in.channel, in.thread); err != nil {
			b.log.Error("slack: a thread cannot be noted", "error", err)
		}
		if place.FollowUp != FollowAlways {
			return ""
		}
	}
	switch place.FollowUp {
	case FollowAlways:
		return followUp
	case FollowMention, FollowNever:
		return ""
	}
	if others {
		return ""
	}
	return followUp
}

// refusal says why somebody may not ask in a place; "" where they may.
func (b *Bot) refusal(in incoming, place Place) string {
	switch {
	case !b.settings.allowed(in.channel):
		return b.chat(place, in.said).NoPlace
	case len(place.Askers) > 0 && !slices.Contains(place.Askers, in.user) && !isDirect(in.channel):
		return b.chat(place, in.said).NoPerson
	}
	return ""
}

// take persists a question. Where that fails or takes too long the question is
// acknowledged all the same, and the asker told.
func (b *Bot) take(ctx context.Context, event string, q *inquiry, place Place) (then func()) {
	type outcome struct {
		fresh bool
		err   error
	}
	done := make(chan outcome, 1)
	b.wg.Go(func() {
		fresh, err := b.ledger.accept(ctx, event, q)
		done <- outcome{fresh, err}
	})
	finish := func(o outcome) {
		switch {
		case o.err != nil:
			b.unsavedQuestion(q, place, o.err)
		case o.fresh:
			b.enqueue(q)
			fallthrough
		default:
			b.mu.Lock()
			b.accepted.add(q.channel + q.ts)
			b.mu.Unlock()
		}
	}
	select {
	case o := <-done:
		if q.ephemeral() {
			return func() { finish(o) } // the acknowledgement says that an answer is looked for
		}
		finish(o) // in its lane before the acknowledgement invites the next question
		return func() {}
	case <-ctx.Done():
		return func() { b.wg.Go(func() { finish(<-done) }) }
	}
}

// unsavedQuestion tells once that a question could not be persisted.
func (b *Bot) unsavedQuestion(q *inquiry, place Place, err error) {
	b.log.Error("slack: a question cannot be persisted", "error", err)
	b.mu.Lock()
	told := b.unsaved[q.channel+q.ts]
	if len(b.unsaved) > 10000 {
		clear(b.unsaved)
	}
	b.unsaved[q.channel+q.ts] = true
	b.mu.Unlock()
	if told {
		return
	}
	said := b.chat(place, q.text).Unsaved
	if q.ephemeral() {
		b.whisper(q.channel, q.user, q.thread, said)
		return
	}
	b.spawn("tell of a question that was not persisted", func(ctx context.Context) error {
		return b.gates.pass(ctx, q.channel, func() error {
			m := say("", said)
			_, _, err := b.api.PostMessageContext(ctx, q.channel, m.options(q.thread)...)
			return err
		})
	})
}

// changed takes the edit of a message: a question is answered anew, in place.
func (b *Bot) changed(id, team string, m *slackevents.MessageEvent) (then func()) {
	now, before := m.Message, m.PreviousMessage
	if now == nil || before == nil || now.BotID != "" || now.User == b.user() || now.Text == before.Text {
		return func() {} // links were unfolded, or the bot changed its own
	}
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	q, err := b.ledger.amend(ctx, id, team, m.Channel, now.Timestamp, now.Text)
	switch {
	case err != nil:
		b.log.Error("slack: an edited question cannot be persisted", "error", err)
	case q != nil:
		return func() { b.enqueue(q) }
	case slices.Contains(mentionsOf(now.Text), b.user()) && !slices.Contains(mentionsOf(before.Text), b.user()):
		return b.message(incoming{"", team, m.Channel, now.Timestamp, now.ThreadTimestamp, now.User, now.Text, m.ChannelType}, true)
	}
	return func() {}
}

// deleted takes the deletion of a message: its answer goes as well.
func (b *Bot) deleted(team string, m *slackevents.MessageEvent) (then func()) {
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	q, err := b.ledger.withdraw(ctx, team, m.Channel, m.DeletedTimeStamp)
	if err != nil {
		b.log.Error("slack: a deleted question cannot be noted", "error", err)
	}
	if q == nil {
		return func() {}
	}
	return func() { b.enqueue(q) }
}

// whisper says something to one person of a channel; it is not tried again.
func (b *Bot) whisper(channel, user, thread, said string) {
	b.spawn("say something to one person", func(ctx context.Context) error {
		m := say("", said)
		options := []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)}
		if thread != "" {
			options = append(options, slack.MsgOptionTS(thread))
		}
		err := b.gates.pass(ctx, channel, func() error {
			_, err := b.api.PostEphemeralContext(ctx, channel, user, options...)
			return err
		})
		if refusedBySlack(err) != "" && isDirect(channel) {
			return b.gates.pass(ctx, channel, func() error {
				_, _, err := b.api.PostMessageContext(ctx, channel, m.options(thread)...)
				return err
			})
		}
		return err
	})
}

// options post a message in a thread without unfolding links.
func (m message) options(thread string) []slack.MsgOption {
	o := []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if len(m.blocks) > 0 {
		o = append(o, slack.MsgOptionBlocks(m.blocks...))
	}
	if thread != "" {
		o = append(o, slack.MsgOptionTS(thread))
	}
	return o
}

// refusedBySlack is the error code of a call that Slack refused; "" for a call
// that was done, or of which it is not known whether it was.
func refusedBySlack(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) && !slices.Contains([]string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"}, refused.Err) {
		return refused.Err
	}
	return ""
}

// mark is the ID of the first block of the final answer to a question, by
// which it is known again: prefix, message, revision.
func mark(q *inquiry) string { return fmt.Sprintf("yb-final %s %d", q.ts, q.revision) }

// openMark is that of a message which is not final.
func openMark(q *inquiry) string { return fmt.Sprintf("yb-open %s %d", q.ts, q.revision) }

// noteMark is that of messages which answer no question in their thread. A
// stream under way is what has no mark.
const noteMark = "yb-note 0 0"

// readMark takes a mark apart.
func readMark(id string) (ts string, revision int, final, ok bool) {
	var kind string
	n, err := fmt.Sscanf(id, "%s %s %d", &kind, &ts, &revision)
	if err != nil || n != 3 || !strings.HasPrefix(kind, "yb-") {
		return "", 0, false, false
	}
	return ts, revision, kind == "yb-final", true
}
