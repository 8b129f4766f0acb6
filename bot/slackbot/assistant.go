package slackbot

import (
	"context"
	"strings"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// prompt is a question to begin with: the theme that it belongs to and the
// question itself.
type prompt struct{ theme, question string }

// suggest offers questions in a new assistant thread, one a theme.
func (b *Bot) suggest(ctx context.Context, team, channel, thread string) error {
	place := b.place(ctx, team, channel)
	list := b.suggestions(ctx, place)
	if len(list) == 0 {
		return nil
	}
	p := slack.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: channel, ThreadTS: thread, Title: b.chat(place, "").Prompts}
	for _, s := range list {
		p.AddPrompt(s.theme, s.question)
	}
	err := b.gates.pass(ctx, channel, func() error { return b.api.SetAssistantThreadsSuggestedPromptsContext(ctx, p) })
	if refusedBySlack(err) != "" {
		b.log.Warn("slack: prompts are not taken", "error", err)
		return nil
	}
	return err
}

// suggestions are questions that the reports answer, at most one for each
// theme (chapter): made from what the report tabulates, kept where the asker
// answers them. No model is asked. They are made anew when a document changes.
func (b *Bot) suggestions(ctx context.Context, place Place) []prompt {
	key, edition := place.Document+" "+place.Language, bot.Edition(b.Asker.Documents(ctx))
	b.mu.Lock()
	if b.edition != edition {
		b.edition = edition
		clear(b.prompts) // other documents, other questions
	}
	known, ok := b.prompts[key]
	b.mu.Unlock()
	if ok {
		return known
	}
	var list []prompt
	seen := make(map[string]bool)
	for _, c := range b.candidates(ctx, place) {
		if len(list) == mostPrompts || seen[c.theme] {
			continue
		}
		a, err := b.Asker.Ask(ctx, rag.Question{Text: c.question, Document: place.Document, Language: place.Language, Mode: rag.ModeExtractive})
		if err == nil && a.Status == rag.Answered {
			seen[c.theme] = true
			list = append(list, c)
		}
	}
	if ctx.Err() == nil {
		b.mu.Lock()
		if b.edition == edition {
			b.prompts[key] = list
		}
		b.mu.Unlock()
	}
	return list
}

// candidates are questions after the tables and then the sections of the
// reports, in their order.
func (b *Bot) candidates(ctx context.Context, place Place) []prompt {
	english := place.Language == bot.English
	var list []prompt
	for _, t := range b.Asker.Tables(ctx, place.Document) {
		if len(t.Path) > 0 && len(t.Columns) > 1 && len(t.Rows) > 0 && t.Caption != "" {
			for _, row := range t.Rows[:min(len(t.Rows), 3)] {
				list = append(list, prompt{theme(t.Path[0]), asks(english, row[0].Text, t.Columns[len(t.Columns)-1], t.Caption)})
			}
		}
	}
	for _, d := range b.Asker.Documents(ctx) {
		if place.Document == "" || place.Document == d.ID {
			list = append(list, ofOutline(d.Outline, english)...)
		}
	}
	return list
}

func asks(english bool, row, column, caption string) string {
	if english {
		return "What does the table “" + caption + "” give for " + row + " under " + column + "?"
	}
	return "“" + caption + "”中，" + row + "的" + column + "是什么？"
}

// ofOutline asks for each section what the report says of it, under the theme
// of its chapter.
func ofOutline(outline []ingest.Section, english bool) []prompt {
	var list []prompt
	for _, s := range outline {
		title := theme(s.Title)
		if s.Level != 1 && len(list) > 0 {
			continue
		}
		asked := title + "有哪些主要特点？"
		if english {
			asked = "What does the report say about " + title + "?"
		}
		list = append(list, prompt{title, asked})
	}
	return list
}

// theme is a title without its number.
func theme(title string) string {
	return cut(bot.Shorten(strings.TrimLeft(title, "0123456789.、 第一二三四五六七八九十章节部分"), 0), 40)
}

// talk says what small talk calls for; help comes with questions to begin with.
func (b *Bot) talk(ctx context.Context, q *inquiry, place Place, lang, said string) message {
	words := bot.ChatFor(lang)
	if said == words.Welcome {
		return say(mark(q), said)
	}
	place.Language = lang
	list := b.suggestions(ctx, place)
	if len(list) == 0 {
		return say(mark(q), said)
	}
	said += "\n\n" + words.Prompts
	for _, p := range list {
		said += "\n• " + p.question
	}
	return say(mark(q), said)
}
