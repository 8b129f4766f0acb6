package slackbot

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"yanbao/bot"
	"yanbao/rag"
)

// outcome is what a question comes to.
type outcome struct {
	message message
	answer  *rag.Answer // nil for everything but answers and refusals
	shown   presented   // what the message shows of it
	lang    string
}

// compose works out what to say to a question. It always comes to something:
// an answer, a refusal, or an error by name.
func (b *Bot) compose(ctx context.Context, q *inquiry, emit func(rag.Event)) (out outcome) {
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	place := b.place(ctx, q.team, q.channel)
	asked := question(q.text)
	lang := languageOf(place, asked)
	words := bot.ChatFor(lang)
	defer func() {
		if p := recover(); p != nil {
			number := incident()
			b.log.Error("slack: answering panicked", "number", number, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			out = outcome{message: say(mark(q), fmt.Sprintf(words.Failed, number)), lang: lang}
		}
	}()
	if b.clock.Now().Sub(q.at) > staleAfter {
		return outcome{message: say(mark(q), words.Apology), lang: lang}
	}
	if q.kind == checking {
		return outcome{message: b.checkMessage(ctx, q, place, lang), lang: lang}
	}
	if said := smallTalk(asked, words, fmt.Sprintf(words.Help, b.addressee())); said != "" {
		return outcome{message: b.talk(ctx, q, place, lang, said), lang: lang}
	}
	start := time.Now()
	a, err := b.ask(ctx, q, place, asked, lang, emit)
	b.Counter.Answered(a, err, time.Since(start))
	if err != nil {
		return outcome{message: say(mark(q), b.explain(ctx, err, words)), lang: lang}
	}
	if err := b.ledger.keep(ctx, q, a, b.secret(q)); err != nil {
		b.Counter.Lost()
		b.log.Error("slack: an answer cannot be recorded", "error", err)
	}
	p := presented{answer: a, mark: mark(q), shared: q.ephemeral(), tables: b.tables(ctx, a)}
	return outcome{message: newRenderer(a.Language, b.BaseURL).answerMessage(p), answer: a, shown: p, lang: a.Language}
}

// secret reports whether what is said to a question is for its place alone. A
// mention does not say what kind of channel it comes from; the message event
// beside it, which may come after it, does.
func (b *Bot) secret(q *inquiry) bool { return q.ephemeral() || !b.isPublic(q.channel) }

// ask puts a question with what was said before to the asker. Where that fails
// with a model, the report's own sentences answer, with a notice.
func (b *Bot) ask(ctx context.Context, q *inquiry, place Place, asked, lang string, emit func(rag.Event)) (*rag.Answer, error) {
	words := bot.ChatFor(lang)
	history, err := b.history(ctx, q, place)
	r := rag.Question{Text: asked, History: history, Document: place.Document, Language: place.Language}
	var notices []string
	if err != nil {
		b.log.Warn("slack: a thread cannot be read", "error", err)
		notices = append(notices, words.Unread)
	}
	a, err := b.Asker.Stream(ctx, r, emit)
	if err != nil && !errors.Is(err, rag.ErrQuestion) && !errors.Is(err, rag.ErrUnknown) && ctx.Err() == nil {
		b.log.Warn("slack: answering from the report's own sentences, since it failed otherwise", "error", err)
		r.Mode = "extractive"
		emit(rag.Event{Kind: rag.Delta, Restart: true})
		a, err = b.Asker.Ask(ctx, r)
		notices = append(notices, words.NoModel)
	}
	if err != nil {
		return nil, err
	}
	if len(notices) > 0 {
		told := *a
		told.Notices = append(notices, a.Notices...)
		a = &told
	}
	return a, nil
}

// explain is what the asker is told of an error.
func (b *Bot) explain(ctx context.Context, err error, words bot.Chat) string {
	switch {
	case errors.Is(err, rag.ErrQuestion):
		return fmt.Sprintf(words.TooLong, rag.MaxQuestion)
	case errors.Is(err, rag.ErrUnknown):
		return words.Gone
	case ctx.Err() != nil:
		return words.TimedOut
	}
	number := incident()
	b.log.Error("slack: answering failed", "number", number, "error", err)
	return fmt.Sprintf(words.Failed, number)
}

// incident is a number that leads from a message to the log.
func incident() string {
	var n [3]byte
	_, _ = rand.Read(n[:]) // never fails
	return hex.EncodeToString(n[:])
}

// tables reads the tables of which an answer cites rows together.
func (b *Bot) tables(ctx context.Context, a *rag.Answer) []*rag.TableView {
	var list []*rag.TableView
	for _, id := range tablesTogether(a) {
		t, err := b.Asker.Table(ctx, id)
		if err != nil {
			b.log.Warn("slack: a cited table cannot be read", "error", err)
			continue
		}
		list = append(list, t)
	}
	return list
}
