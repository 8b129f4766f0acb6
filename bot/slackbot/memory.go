package slackbot

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"yanbao/rag"

	"github.com/slack-go/slack"
)

// What is read back of a thread.
const (
	mostTurns    = 6    // earlier questions with their answers
	mostRecalled = 3000 // runes of them
	mostPages    = 10   // of 200 messages
	readIn       = 15 * time.Second
)

// history reads back what was asked and answered in the thread of a question
// before it: the newest turns within a budget, oldest first.
func (b *Bot) history(ctx context.Context, q *inquiry, place Place) ([]rag.Turn, error) {
	if q.ephemeral() || q.thread == q.ts || place.FollowUp == FollowNever && !isDirect(q.channel) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, readIn)
	defer cancel()
	from, err := b.ledger.recent(ctx, q, mostTurns)
	if err != nil {
		return nil, err
	}
	var messages []slack.Message
	err = b.gates.pass(ctx, q.channel, func() (err error) {
		messages, err = b.thread(ctx, q.channel, q.thread, from, mostPages)
		return err
	})
	if err != nil {
		return nil, err
	}
	asked := make(map[string]string)
	for _, m := range messages {
		if !b.own(m) {
			asked[m.Timestamp] = question(m.Text)
		}
	}
	var turns []rag.Turn
	left := mostRecalled
	for _, m := range slices.Backward(messages) {
		marked, ts, _, final := firstMark(m)
		if !b.own(m) || !marked || !final || ts >= q.ts || asked[ts] == "" || len(turns) == mostTurns {
			continue
		}
		t := rag.Turn{Question: asked[ts], Answer: unescape(m.Text)}
		if len(turns) == 0 { // what a follow-up is most likely about is there at any rate
			t.Question = cut(t.Question, mostRecalled/2)
			t.Answer = cut(t.Answer, mostRecalled/2)
		}
		left -= utf8.RuneCountInString(t.Question) + utf8.RuneCountInString(t.Answer)
		if left < 0 {
			break
		}
		turns = append(turns, t)
	}
	slices.Reverse(turns)
	return turns, nil
}

// thread reads the messages of a thread, oldest first; those before oldest,
// where it is not "", only as far as Slack adds the first one.
func (b *Bot) thread(ctx context.Context, channel, root, oldest string, pages int) ([]slack.Message, error) {
	var all []slack.Message
	cursor := ""
	for range pages {
		page, more, next, err := b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: root, Oldest: oldest, Inclusive: true, Cursor: cursor, Limit: 200})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if !more || next == "" {
			return all, nil
		}
		cursor = next
	}
	return all, nil
}

// unclaimed reports whether a message of the bot is no other question's answer.
func (b *Bot) unclaimed(ctx context.Context, q *inquiry, ts string) bool {
	other, err := b.ledger.replied(ctx, q, ts)
	return err == nil && !other
}

// title names an assistant thread after its first question.
func (b *Bot) title(ctx context.Context, q *inquiry) {
	b.mu.Lock()
	off := b.noStatus
	b.mu.Unlock()
	if off || !isDirect(q.channel) || q.thread == q.ts {
		return
	}
	if first, err := b.ledger.first(ctx, q); err != nil || !first {
		return
	}
	err := b.api.SetAssistantThreadsTitleContext(ctx, slack.AssistantThreadsSetTitleParameters{
		ChannelID: q.channel, ThreadTS: q.thread, Title: cut(question(q.text), 60)})
	var refused slack.SlackErrorResponse
	if err != nil && !errors.As(err, &refused) {
		b.log.Warn("slack: a thread cannot be given a title", "error", err)
	}
}
