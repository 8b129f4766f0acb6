package slackbot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"yanbao/bot"
	"yanbao/bot/record"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// Callbacks of the shortcut and the modals.
const (
	callbackCheck    = "yanbao_check"
	callbackSettings = "yanbao_settings"
)

// interaction takes a button, a shortcut or a modal. It returns what the
// acknowledgement says, and what is to be done after it.
func (b *Bot) interaction(i slack.InteractionCallback) (ack any, then func()) {
	nothing := func() {}
	if !b.welcome(i.Team.ID) {
		return nil, nothing
	}
	switch i.Type {
	case slack.InteractionTypeMessageAction:
		if i.CallbackID == callbackCheck {
			return nil, b.shortcut(&i)
		}
	case slack.InteractionTypeViewSubmission:
		if i.View.CallbackID == callbackSettings {
			return b.submitSettings(&i)
		}
	case slack.InteractionTypeBlockActions:
		return nil, func() {
			for _, a := range i.ActionCallback.BlockActions {
				b.spawn("act on a button", func(ctx context.Context) error { return b.named(ctx, &i, a, b.act(ctx, &i, a)) })
			}
		}
	}
	return nil, nothing
}

// shortcut takes a message to be checked against the report.
func (b *Bot) shortcut(i *slack.InteractionCallback) (then func()) {
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	place := b.place(ctx, i.Team.ID, i.Channel.ID)
	in := incoming{team: i.Team.ID, channel: i.Channel.ID, user: i.User.ID, said: i.Message.Text}
	if said := b.refusal(in, place); said != "" {
		return func() {
			b.spawn("say something to one person", func(ctx context.Context) error { return b.note(ctx, i, said) })
		}
	}
	q := &inquiry{team: i.Team.ID, channel: i.Channel.ID, ts: "check " + i.TriggerID, user: i.User.ID, kind: checking,
		text: i.Message.Text, response: i.ResponseURL, private: true}
	return b.take(ctx, "", q, place)
}

// named tells somebody that a button of theirs came to nothing, with a number
// that leads to the log.
func (b *Bot) named(ctx context.Context, i *slack.InteractionCallback, a *slack.BlockAction, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	language, _, _ := strings.Cut(a.Value+a.SelectedOption.Value, " ")
	number := incident()
	said := fmt.Sprintf(bot.ChatFor(language).ButtonFailed, number)
	if i.ResponseURL != "" {
		if told := b.note(ctx, i, said); told != nil {
			b.log.Warn("slack: a failure cannot be told", "number", number, "error", told)
		}
	} else if channel, thread, ok := strings.Cut(placeOf(i), " "); ok {
		b.whisper(channel, i.User.ID, thread, said)
	}
	return fmt.Errorf("number %s: %w", number, withoutAddress(err))
}

// act does what a button stands for.
func (b *Bot) act(ctx context.Context, i *slack.InteractionCallback, a *slack.BlockAction) error {
	value := a.Value
	if value == "" {
		value = a.SelectedOption.Value
	}
	language, rest, _ := strings.Cut(value, " ")
	parts := strings.Fields(rest)
	if len(parts) == 0 || i.Channel.ID != "" && !b.settings.allowed(i.Channel.ID) {
		return nil
	}
	r := newRenderer(language, b.BaseURL)
	switch a.ActionID {
	case actionPassage:
		return b.openPassage(ctx, i, r, parts)
	case actionSources:
		answer, err := b.ledger.answer(ctx, i.Team.ID, i.Channel.ID, parts[0])
		if err != nil {
			return b.gone(ctx, i, r, err)
		}
		m := r.sourcesModal(answer)
		m.PrivateMetadata = placeOf(i)
		return b.open(ctx, i, m)
	case actionTable:
		t, err := b.Asker.Table(ctx, parts[0])
		if err != nil {
			return b.gone(ctx, i, r, err)
		}
		return b.open(ctx, i, r.tableModal(t, placeOf(i)))
	case actionCSV:
		return b.sendCSV(ctx, i, parts[0])
	case actionShare:
		return b.share(ctx, i, language, parts[0])
	case actionUp:
		return b.feedback(ctx, i, r, parts[0], record.Up)
	case actionDown:
		return b.feedback(ctx, i, r, parts[0], record.Down)
	case actionFeedback:
		if len(parts) == 2 {
			return b.feedback(ctx, i, r, parts[0], parts[1])
		}
	}
	return nil
}

// openPassage opens a passage with its neighbours; parts are its ID and the
// span to mark.
func (b *Bot) openPassage(ctx context.Context, i *slack.InteractionCallback, r *renderer, parts []string) error {
	v, err := b.Asker.Passage(ctx, parts[0])
	if err != nil {
		return b.gone(ctx, i, r, err)
	}
	var span [2]int
	if len(parts) == 3 {
		span[0], _ = strconv.Atoi(parts[1]) // what is no number marks nothing
		span[1], _ = strconv.Atoi(parts[2])
	}
	m := r.passageModal(v, span)
	m.PrivateMetadata = placeOf(i)
	return b.open(ctx, i, m)
}

// gone tells that what a button stands for is not in the library any more.
func (b *Bot) gone(ctx context.Context, i *slack.InteractionCallback, r *renderer, err error) error {
	if !errors.Is(err, rag.ErrUnknown) && !errors.Is(err, record.ErrUnknown) {
		return err
	}
	if i.ResponseURL == "" {
		return nil
	}
	return b.note(ctx, i, r.chat.NoShare)
}

// open opens a modal, on top of one that is open.
func (b *Bot) open(ctx context.Context, i *slack.InteractionCallback, m slack.ModalViewRequest) error {
	if i.Container.Type == "view" {
		_, err := b.api.PushViewContext(ctx, i.TriggerID, m)
		return err
	}
	_, err := b.api.OpenViewContext(ctx, i.TriggerID, m)
	return err
}

// placeOf is where files for an interaction go: channel and thread. A modal
// carries it along.
func placeOf(i *slack.InteractionCallback) string {
	if i.View.PrivateMetadata != "" {
		return i.View.PrivateMetadata
	}
	if i.Channel.ID == "" || i.Container.IsEphemeral {
		return ""
	}
	thread := i.Container.ThreadTs
	if thread == "" {
		thread = i.Container.MessageTs
	}
	return i.Channel.ID + " " + thread
}

// sendCSV attaches a table to the thread that the button was pressed in, once
// for each time that it is pressed.
func (b *Bot) sendCSV(ctx context.Context, i *slack.InteractionCallback, id string) error {
	channel, thread, ok := strings.Cut(placeOf(i), " ")
	if !ok {
		return nil
	}
	fresh, err := b.ledger.once(ctx, "csv "+i.TriggerID)
	if err != nil || !fresh {
		return err
	}
	t, err := b.Asker.Table(ctx, id)
	if err != nil {
		return err
	}
	content := "\ufeff" + bot.TableCSV(t) // the mark lets spreadsheets read it as UTF-8
	return b.gates.pass(ctx, channel, func() error {
		_, err := b.api.UploadFileContext(ctx, slack.UploadFileParameters{
			Content: content, FileSize: len(content), Filename: t.ID + ".csv", Title: bot.Shorten(t.Caption, 100), Channel: channel, ThreadTimestamp: thread})
		return err
	})
}

// feedback records what a person says of an answer and thanks them.
func (b *Bot) feedback(ctx context.Context, i *slack.InteractionCallback, r *renderer, answer, verdict string) error {
	fresh, err := b.ledger.feedback(ctx, i.Team.ID, i.Channel.ID, i.User.ID, answer, verdict)
	switch {
	case errors.Is(err, record.ErrUnknown):
		return b.note(ctx, i, r.chat.Forgotten)
	case err != nil:
		return err
	case fresh:
		b.Counter.Said(verdict)
	}
	return b.note(ctx, i, r.chat.Noted)
}

func discard(rag.Event) {}
