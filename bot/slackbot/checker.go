package slackbot

import (
	"context"
	"fmt"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// Checker checks the claims of a text that somebody wrote against the
// documents, or against the one that is named. A text without anything to
// check gives no findings. Its errors are those of bot.Asker. It is safe for
// concurrent use.
type Checker interface {
	Check(ctx context.Context, text, document string) ([]Finding, error)
}

// Finding is one checked claim.
type Finding struct {
	Text   string // the claim as it was written
	Holds  bool   // the documents support it
	Denied bool   // the documents say otherwise
	Why    string // what is wrong, for the reader; "" where it holds
	At     *rag.Citation
}

// checkMessage renders what the check of somebody's message found.
func (b *Bot) checkMessage(ctx context.Context, q *inquiry, place Place, lang string) message {
	words := bot.ChatFor(lang)
	if b.Checker == nil {
		return say(mark(q), words.NoCheck)
	}
	text := question(q.text)
	if smallTalk(text, words, "-") != "" {
		return say(mark(q), words.NothingToCheck)
	}
	found, err := b.Checker.Check(ctx, text, place.Document)
	if err != nil {
		return say(mark(q), b.explain(ctx, err, words))
	}
	if len(found) == 0 {
		return say(mark(q), words.NothingToCheck)
	}
	return newRenderer(lang, b.BaseURL).findings(mark(q), found)
}

// findings renders checked claims: what was said, whether it holds, and what
// the report says.
func (r *renderer) findings(mark string, found []Finding) message {
	r.add(len(r.chat.CheckTitle), 0, slack.NewRichTextBlock(mark, slack.NewRichTextSection(text(r.chat.CheckTitle, true))))
	said := r.chat.CheckTitle
	for _, f := range found {
		sign, verdict := "❓", r.chat.Unsupported
		switch {
		case f.Holds:
			sign, verdict = "✅", r.chat.Supported
		case f.Denied:
			sign, verdict = "❌", r.chat.Contradicted
		}
		claim := cut(bot.Shorten(f.Text, 0), mostQuote)
		line := sign + " " + verdict + r.words.Colon + claim
		if f.Why != "" {
			line += "\n" + cut(bot.Shorten(f.Why, 0), mostQuote)
		}
		said += "\n" + line
		section := slack.NewSectionBlock(plain(line, mostSection), nil, nil)
		blocks := []slack.Block{section}
		if c := f.At; c != nil {
			section.Accessory = slack.NewAccessory(button(actionPassage, r.chat.Context, reference(r.language, c.PassageID, c.Span[0], c.Span[1])))
			where := r.chat.ReportSays + r.words.Colon + r.words.QuoteOpen + bot.Quote(*c, mostQuote) + r.words.QuoteClose
			if path := bot.Path(c.Section); path != "" {
				where += r.words.Join + path
			}
			blocks = append(blocks, small(where))
		}
		if !r.add(utf8.RuneCountInString(line)+mostQuote, 1, blocks...) {
			r.add(0, 0, small(fmt.Sprintf("… (%d)", len(found))))
			break
		}
	}
	return message{text: cut(escape(said), mostText), blocks: r.blocks}
}
