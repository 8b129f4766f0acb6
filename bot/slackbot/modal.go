package slackbot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// modal frames blocks; what exceeds a modal is left out.
func (r *renderer) modal(title string, blocks []slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: label(title, mostTitle), Close: label(r.chat.Close, mostTitle),
		Blocks: slack.Blocks{BlockSet: blocks[:min(len(blocks), mostModalBlocks)]},
	}
}

// passageModal shows a passage between its neighbours, with the span (in
// runes, from and to) in bold.
func (r *renderer) passageModal(v *rag.PassageView, span [2]int) slack.ModalViewRequest {
	blocks := []slack.Block{small(bot.Reference(v.Document))}
	if path := bot.Path(v.Passage.Section); path != "" {
		blocks = append(blocks, small(path))
	}
	for _, p := range v.Before {
		blocks = append(blocks, small(p.Text))
	}
	blocks = append(blocks, slack.NewDividerBlock(), slack.NewRichTextBlock("", slack.NewRichTextSection(marked(v.Passage.Text, span)...)))
	if v.Passage.Kind == ingest.KindRow && v.Passage.TableID != "" {
		blocks = append(blocks, slack.NewActionBlock("", button(actionTable, r.chat.Table, reference(r.language, v.Passage.TableID))))
	}
	blocks = append(blocks, slack.NewDividerBlock())
	for _, p := range v.After {
		blocks = append(blocks, small(p.Text))
	}
	if link := r.link("/d/" + v.Document.ID + "#" + v.Passage.ID); link != "" {
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, link, false, true)))
	}
	return r.modal(r.chat.PassageTitle, blocks)
}

// marked is a passage with a span in bold; a span that is none marks nothing.
func marked(s string, span [2]int) []slack.RichTextSectionElement {
	runes := []rune(cut(s, 8000))
	from, to := span[0], min(span[1], len(runes))
	if from < 0 || from >= to {
		return []slack.RichTextSectionElement{text(string(runes), false)}
	}
	var out []slack.RichTextSectionElement
	if from > 0 {
		out = append(out, text(string(runes[:from]), false))
	}
	out = append(out, text(string(runes[from:to]), true))
	if to < len(runes) {
		out = append(out, text(string(runes[to:]), false))
	}
	return out
}

// sourcesModal lists all citations of an answer.
func (r *renderer) sourcesModal(a *rag.Answer) slack.ModalViewRequest {
	var blocks []slack.Block
	var above rag.Citation
	for _, c := range a.Citations {
		said := fmt.Sprintf("[%d] %s%s%s", c.N, r.words.QuoteOpen, bot.Quote(c, mostQuote), r.words.QuoteClose)
		blocks = append(blocks, slack.NewSectionBlock(plain(said, mostSection), nil,
			slack.NewAccessory(button(actionPassage, r.chat.Context, reference(r.language, c.PassageID, c.Span[0], c.Span[1])))))
		if l := r.locator(a, c, above); l != nil {
			blocks = append(blocks, l)
		}
		above = c
	}
	return r.modal(r.chat.SourcesTitle, blocks)
}

// tableModal shows a table in fixed width, as many rows as can be read that
// way, or as one line a row; a button sends all of it as CSV to the place that
// metadata names.
func (r *renderer) tableModal(t *rag.TableView, metadata string) slack.ModalViewRequest {
	blocks := []slack.Block{small(bot.Shorten(t.Caption, 0))}
	if path := bot.Path(t.Path); path != "" {
		blocks = append(blocks, small(path))
	}
	shown := len(t.Rows)
	if fixed := fixedWidth(t, nil); fixed != "" {
		blocks = append(blocks, preformatted(fixed))
	} else {
		var lines []slack.Block
		lines, shown = r.rowByRow(t)
		blocks = append(blocks, lines...)
	}
	if shown < len(t.Rows) {
		blocks = append(blocks, small(fmt.Sprintf(r.chat.TableCut, shown, len(t.Rows))))
	}
	if len(t.Sources) > 0 {
		blocks = append(blocks, small(r.words.PrimarySource+r.words.Colon+bot.Shorten(strings.Join(t.Sources, "、"), 0)))
	}
	if metadata != "" {
		blocks = append(blocks, slack.NewActionBlock("", button(actionCSV, r.chat.CSV, reference(r.language, t.ID))))
	}
	v := r.modal(r.chat.TableTitle, blocks)
	v.PrivateMetadata = metadata
	return v
}

// rowByRow renders each row as "column: value" lines and returns how many fit.
func (r *renderer) rowByRow(t *rag.TableView) (blocks []slack.Block, shown int) {
	const room, most = 9000, 60
	left := room
	for _, row := range t.Rows {
		said := ""
		for i, c := range row {
			if i < len(t.Columns) && c.Text != "" {
				said += bot.Shorten(t.Columns[i], 60) + r.words.Colon + bot.Shorten(c.Text, 0) + "\n"
			}
		}
		n := utf8.RuneCountInString(said)
		if n > left || shown == most {
			return blocks, shown
		}
		left -= n
		blocks = append(blocks, slack.NewSectionBlock(plain(said, mostSection), nil, nil))
		shown++
	}
	return blocks, shown
}
