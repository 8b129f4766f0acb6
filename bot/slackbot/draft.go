package slackbot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// draft is the answer to one question on its way to Slack: at first a status,
// then, for an answer that takes its time, a message that grows, at the end
// the final message. Only the goroutine that watch starts calls Slack until
// stop has returned.
type draft struct {
	bot *Bot
	q   *inquiry

	mu     sync.Mutex
	text   string // what the asker has said so far
	broken bool   // what was shown is void

	begun  bool   // a message is there: q.reply
	stream bool   // it is a stream
	shown  string // of the text, what is in the message
	void   bool   // what is shown does not begin the final text

	stopped chan struct{}
	wg      sync.WaitGroup
}

// emit takes what the asker says on the way.
func (d *draft) emit(e rag.Event) {
	if e.Kind != rag.Delta {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.Restart {
		d.text, d.broken = "", true
	}
	d.text += e.Delta
}

// watch sets the status, and begins a message when the answer takes longer
// than the asker's patience.
func (d *draft) watch(ctx context.Context) {
	d.wg.Go(func() {
		d.bot.status(ctx, d.q)
		select {
		case <-d.bot.clock.After(d.bot.Patience):
		case <-d.stopped:
			return
		case <-ctx.Done():
			return
		}
		if err := d.begin(ctx); err != nil {
			d.bot.log.Warn("slack: an answer cannot be begun before it is whole", "error", err)
			return
		}
		for {
			select {
			case <-d.bot.clock.After(editEvery):
			case <-d.stopped:
				return
			case <-ctx.Done():
				return
			}
			if err := d.grow(ctx); err != nil {
				d.bot.log.Warn("slack: an answer cannot be shown before it is whole", "error", err)
				return
			}
		}
	})
}

func (d *draft) stop() {
	close(d.stopped)
	d.wg.Wait()
}

// soFar is the text to show; with broken, what was shown is void.
func (d *draft) soFar() (text string, broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return cut(d.text, mostStream), d.broken
}

// begin starts a stream, or where there is none posts a message to be changed.
func (d *draft) begin(ctx context.Context) error {
	b, q := d.bot, d.q
	if err := b.ledger.mark(ctx, q, posting, ""); err != nil {
		return err
	}
	said, _ := d.soFar()
	if b.streams(q.channel) {
		var ts string
		err := b.gates.pass(ctx, q.channel, func() (err error) {
			o := []slack.MsgOption{slack.MsgOptionTS(q.thread), slack.MsgOptionRecipientUserID(q.user), slack.MsgOptionRecipientTeamID(q.team)}
			if said != "" {
				o = append(o, slack.MsgOptionMarkdownText(escapeMarkdown(said)))
			}
			_, ts, err = b.api.StartStreamContext(ctx, q.channel, o...)
			return err
		})
		if err == nil {
			d.begun, d.stream, d.shown = true, true, said
			return b.ledger.mark(ctx, q, streaming, ts)
		}
		if refusedBySlack(err) == "" {
			return err // it may be there: the final answer will look for it
		}
		b.noStreams(q.channel)
	}
	m := d.unfinished(said)
	ts, err := b.post(ctx, q, m)
	if err != nil {
		return err
	}
	d.begun, d.shown = true, said
	return b.ledger.mark(ctx, q, open, ts)
}

// unfinished is a message of what is known so far.
func (d *draft) unfinished(said string) message {
	looking := d.bot.chat(d.bot.place(d.bot.base, d.q.team, d.q.channel), question(d.q.text)).Looking
	if said != "" {
		looking = said + " …"
	}
	return say(openMark(d.q), looking)
}

// grow brings the message up to what is known.
func (d *draft) grow(ctx context.Context) error {
	b, q := d.bot, d.q
	said, broken := d.soFar()
	anew := broken && d.stream && !d.void
	if anew {
		if err := d.leaveStream(ctx); err != nil {
			return err
		}
	}
	if said == d.shown && !anew || d.stream && d.void {
		return nil
	}
	var err error
	if d.stream {
		err = b.gates.pass(ctx, q.channel, func() error {
			_, _, err := b.api.AppendStreamContext(ctx, q.channel, q.reply, slack.MsgOptionMarkdownText(escapeMarkdown(strings.TrimPrefix(said, d.shown))))
			return err
		})
	} else {
		m := d.unfinished(said)
		err = b.gates.pass(ctx, q.channel, func() error {
			_, _, _, err := b.api.UpdateMessageContext(ctx, q.channel, q.reply, m.options("")...)
			return err
		})
	}
	if err == nil {
		d.shown = said
	} else if d.stream {
		d.void = true // how much of it is shown is not known
	}
	return err
}

// leaveStream ends a stream whose text is void, so that the message can be
// changed to what counts. Where that fails the final answer takes its place.
func (d *draft) leaveStream(ctx context.Context) error {
	b, q := d.bot, d.q
	d.void = true
	err := b.gates.pass(ctx, q.channel, func() error {
		_, _, err := b.api.StopStreamContext(ctx, q.channel, q.reply)
		return err
	})
	if err != nil {
		return err
	}
	d.stream = false
	return b.ledger.mark(ctx, q, open, q.reply)
}

// deliver makes the outcome the final message.
func (d *draft) deliver(ctx context.Context, out outcome) error {
	b, q := d.bot, d.q
	if !d.begun && q.state == posting {
		done, err := b.find(ctx, q) // begin may have posted and not heard of it
		if done || err != nil {
			return err
		}
		d.begun, d.stream, d.void = q.reply != "", q.state == streaming, true
	}
	if !d.begun {
		return b.postFinal(ctx, q, out.message)
	}
	if d.stream {
		if ok, err := d.endStream(ctx, out); ok || err != nil {
			return err
		}
	}
	return b.change(ctx, q, out.message)
}

// endStream ends the stream. It reports true when what the stream shows is the
// final answer, and false when the message must be changed to be that.
func (d *draft) endStream(ctx context.Context, out outcome) (final bool, err error) {
	b, q := d.bot, d.q
	_, broken := d.soFar()
	var options []slack.MsgOption
	if a := out.answer; a != nil && !d.void && !broken && d.shown != "" && strings.HasPrefix(a.Answer, d.shown) && utf8.RuneCountInString(a.Answer) < mostStream {
		p := out.shown
		p.rest = true
		rest := newRenderer(a.Language, b.BaseURL).answerMessage(p)
		options = append(options, slack.MsgOptionBlocks(rest.blocks...))
		if tail := strings.TrimPrefix(a.Answer, d.shown); tail != "" {
			options = append(options, slack.MsgOptionMarkdownText(escapeMarkdown(tail)))
		}
		final = true
	}
	err = b.gates.pass(ctx, q.channel, func() error {
		_, _, err := b.api.StopStreamContext(ctx, q.channel, q.reply, options...)
		return err
	})
	if err != nil {
		return false, nil // ended already, or not to be had: the message is changed
	}
	if !final {
		return false, nil
	}
	return true, b.ledger.mark(ctx, q, answered, q.reply)
}

// streams reports whether a channel may have streaming.
func (b *Bot) streams(channel string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.noStream[channel]
}

func (b *Bot) noStreams(channel string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.noStream[channel] = true
}

// status shows that an answer is being looked for, where Slack has a place for it.
func (b *Bot) status(ctx context.Context, q *inquiry) {
	b.mu.Lock()
	off := b.noStatus
	b.mu.Unlock()
	if off {
		return
	}
	place := b.place(ctx, q.team, q.channel)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := b.api.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{
		ChannelID: q.channel, ThreadTS: q.thread, Status: b.chat(place, question(q.text)).Looking})
	if code := refusedBySlack(err); slices.Contains([]string{"not_allowed", "not_allowed_token_type", "missing_scope", "unknown_method", "access_denied"}, code) {
		b.mu.Lock()
		b.noStatus = true
		b.mu.Unlock()
	}
}

// post posts a message that is surely not there yet.
func (b *Bot) post(ctx context.Context, q *inquiry, m message) (ts string, err error) {
	err = b.gates.pass(ctx, q.channel, func() (err error) {
		_, ts, err = b.api.PostMessageContext(ctx, q.channel, m.options(q.thread)...)
		return err
	})
	return ts, err
}

// postFinal posts the final answer once: when a call comes to no end that is
// known, the thread is searched before it is made again.
func (b *Bot) postFinal(ctx context.Context, q *inquiry, m message) error {
	if err := b.ledger.mark(ctx, q, posting, ""); err != nil {
		return err
	}
	for wait := time.Second; ; wait *= 2 {
		ts, err := b.post(ctx, q, m)
		code := refusedBySlack(err)
		switch {
		case err == nil:
			return b.ledger.mark(ctx, q, answered, ts)
		case badContent(code) && len(m.blocks) > 0:
			b.log.Error("slack: blocks were refused, sending the text", "code", code)
			m = m.bare()
			continue
		case code != "":
			return fmt.Errorf("%w: %s", errRefused, code)
		case wait > 32*time.Second:
			return err
		}
		if err := b.pause(ctx, wait); err != nil {
			return err
		}
		if done, err := b.find(ctx, q); done || err != nil {
			return err
		}
		if q.reply != "" {
			return b.change(ctx, q, m)
		}
	}
}

// change makes a message that is there the final answer.
func (b *Bot) change(ctx context.Context, q *inquiry, m message) error {
	for {
		err := b.patiently(ctx, q.channel, func() error {
			_, _, _, err := b.api.UpdateMessageContext(ctx, q.channel, q.reply, m.options("")...)
			return err
		})
		code := refusedBySlack(err)
		switch {
		case err == nil:
			return b.ledger.mark(ctx, q, answered, q.reply)
		case badContent(code) && len(m.blocks) > 0:
			b.log.Error("slack: blocks were refused, sending the text", "code", code)
			m = m.bare()
		case code == "message_not_found" || code == "cant_update_message" || code == "edit_window_closed":
			q.reply = ""
			return b.postFinal(ctx, q, m)
		case code != "":
			return fmt.Errorf("%w: %s", errRefused, code)
		default:
			return err
		}
	}
}

// bare is a message of text alone.
func (m message) bare() message {
	if m.text == "" {
		m.text = bot.ChatFor(bot.Chinese).NoShare
	}
	return message{text: m.text}
}

// badContent reports whether Slack refused what a message holds, not the place.
func badContent(code string) bool {
	return slices.Contains([]string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments", "block_mismatch", "markdown_text_conflict"}, code)
}
