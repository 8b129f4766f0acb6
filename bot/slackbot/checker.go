package slackbot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// checkMessage renders what the check of somebody's message found.
func (b *Bot) checkMessage(ctx context.Context, q *inquiry, place Place, lang string) message {
	words := bot.ChatFor(lang)
	checker, ok := b.Asker.(bot.Checker)
	if !ok {
		return say(mark(q), words.NoCheck)
	}
	text := question(q.text)
	if smallTalk(text, words, "-") != "" {
		return say(mark(q), words.NothingToCheck)
	}
	found, err := checker.Check(ctx, text, place.Document)
	if errors.Is(err, bot.ErrCannotCheck) {
		return say(mark(q), words.NoCheck)
	}
	if err != nil {
		return say(mark(q), b.explain(ctx, err, words))
	}
	found = slices.DeleteFunc(found, func(c rag.CheckedClaim) bool { return c.Outcome == rag.NoClaim })
	if len(found) == 0 {
		return say(mark(q), words.NothingToCheck)
	}
	return newRenderer(lang, b.BaseURL).findings(mark(q), found)
}

// findings renders checked claims: what was said, whether it holds, and what
// the report says.
func (r *renderer) findings(mark string, found []rag.CheckedClaim) message {
	r.add(0, slack.NewRichTextBlock(mark, slack.NewRichTextSection(text(r.chat.CheckTitle, true))))
	said := r.chat.CheckTitle
	for _, f := range found {
		sign, verdict := "？", r.chat.Unsupported
		switch {
		case f.Outcome == rag.Upheld:
			sign, verdict = "✓", r.chat.Supported
		case f.Outcome == rag.Contradicted:
			sign, verdict = "✗", r.chat.Contradicted
		}
		claim := cut(bot.Shorten(f.Text, 0), mostQuote)
		line := sign + " " + verdict + r.words.Colon + claim
		if f.Detail != "" {
			line += "\n" + cut(bot.Shorten(f.Detail, 0), mostQuote)
		}
		said += "\n" + line
		section := slack.NewSectionBlock(plain(line, mostSection), nil, nil)
		blocks := []slack.Block{section}
		for _, c := range f.Citations[:min(len(f.Citations), 1)] {
			section.Accessory = slack.NewAccessory(button(actionPassage, r.chat.Context, reference(r.language, c.PassageID, c.Span[0], c.Span[1])))
			where := r.chat.ReportSays + r.words.Colon + r.words.QuoteOpen + bot.Quote(c, mostQuote) + r.words.QuoteClose
			if path := bot.Path(c.Section); path != "" {
				where += r.words.Join + path
			}
			blocks = append(blocks, small(where))
		}
		if !r.add(1, blocks...) {
			r.add(0, small(fmt.Sprintf("… (%d)", len(found))))
			break
		}
	}
	return message{text: cut(escape(said), mostText), blocks: r.blocks}
}
