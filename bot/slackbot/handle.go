package slackbot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
)

// errRefused is an answer that Slack does not take: the channel is archived,
// the bot was removed.
var errRefused = errors.New("slack refuses the answer")

// handle answers one question of the queue, as it stands in the ledger. What
// fails for now is left there for the sweep.
func (b *Bot) handle(seq int64) {
	ctx := b.base
	select {
	case <-b.ready:
	case <-ctx.Done():
		return
	}
	q, err := b.ledger.load(ctx, seq)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error("slack: a question cannot be read", "error", err)
		}
		return
	}
	switch q.state {
	case answered, dropped, failed:
		return
	case withdrawn:
		err = b.remove(ctx, q)
	default:
		err = b.reply(ctx, q)
	}
	switch {
	case err == nil:
	case errors.Is(err, errRefused):
		b.log.Error("slack: an answer is not wanted where it was asked for", "error", err)
		if err := b.ledger.mark(ctx, q, failed, ""); err != nil {
			b.log.Error("slack: the end of a question cannot be noted", "error", err)
		}
	case ctx.Err() == nil:
		b.log.Error("slack: an answer could not be delivered, trying again later", "error", err)
	}
}

// reply answers a question.
func (b *Bot) reply(ctx context.Context, q *inquiry) error {
	if q.ephemeral() {
		return b.replyAside(ctx, q)
	}
	if q.reply == "" && q.state != waiting {
		done, err := b.find(ctx, q)
		if done || err != nil {
			return err
		}
	}
	d := &draft{bot: b, q: q, stopped: make(chan struct{})}
	if q.reply != "" {
		d.begun, d.stream = true, q.state == streaming
	} else {
		d.watch(ctx)
	}
	out := b.compose(ctx, q, d.emit)
	d.stop()
	if out.answer != nil {
		b.title(ctx, q)
	}
	return d.deliver(ctx, out)
}

// find looks in the thread for what an earlier run posted: it reports true
// when the final answer is there, and notes a message that is not final.
func (b *Bot) find(ctx context.Context, q *inquiry) (done bool, err error) {
	var messages []slack.Message
	if err := b.patiently(ctx, q.channel, func() (err error) {
		messages, err = b.thread(ctx, q.channel, q.thread, q.ts, 3)
		return err
	}); err != nil {
		if refusedBySlack(err) != "" {
			return false, nil // the thread is gone: what posting says will tell
		}
		return false, err
	}
	for _, m := range messages {
		if !b.own(m) || m.Timestamp <= q.ts {
			continue
		}
		marked, ts, revision, final := firstMark(m)
		switch {
		case marked && ts == q.ts && final && revision == q.revision:
			return true, b.ledger.mark(ctx, q, answered, m.Timestamp)
		case marked && ts == q.ts:
			return false, b.ledger.mark(ctx, q, open, m.Timestamp)
		case !marked && len(m.Files) == 0 && b.unclaimed(ctx, q, m.Timestamp):
			return false, b.ledger.mark(ctx, q, streaming, m.Timestamp)
		}
	}
	return false, nil
}

// own reports whether the bot wrote a message.
func (b *Bot) own(m slack.Message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return m.User == b.self.UserID || m.BotID != "" && m.BotID == b.self.BotID
}

// firstMark reads the mark of a message.
func firstMark(m slack.Message) (marked bool, ts string, revision int, final bool) {
	for _, block := range m.Blocks.BlockSet {
		if ts, revision, final, ok := readMark(block.ID()); ok {
			return true, ts, revision, final
		}
	}
	return false, "", 0, false
}

// remove takes the answer to a deleted question away.
func (b *Bot) remove(ctx context.Context, q *inquiry) error {
	if q.reply == "" && !q.ephemeral() {
		earlier := *q
		if _, err := b.find(ctx, &earlier); err != nil {
			return err
		}
		q.reply = earlier.reply
	}
	if q.reply != "" {
		err := b.patiently(ctx, q.channel, func() error {
			_, _, err := b.api.DeleteMessageContext(ctx, q.channel, q.reply)
			return err
		})
		if err != nil && refusedBySlack(err) == "" {
			return err
		}
	}
	return b.ledger.drop(ctx, q)
}

// patiently makes a call that may be made twice without harm until Slack has
// done or refused it, waiting longer each time; it gives up after a minute.
func (b *Bot) patiently(ctx context.Context, channel string, call func() error) error {
	for wait := time.Second; ; wait *= 2 {
		err := b.gates.pass(ctx, channel, call)
		if err == nil || refusedBySlack(err) != "" || wait > 32*time.Second {
			return err
		}
		if err := b.pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (b *Bot) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-b.clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
