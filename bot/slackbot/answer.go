package slackbot

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// message is what is posted: blocks, and the text that stands for them in
// notifications and where blocks are not shown.
type message struct {
	text   string
	blocks []slack.Block
}

// Actions of buttons and menus. What they stand for is in their value, see
// reference.
const (
	actionPassage  = "passage"
	actionSources  = "sources"
	actionTable    = "table"
	actionCSV      = "csv"
	actionShare    = "share"
	actionFeedback = "feedback"
	actionUp       = "up"
	actionDown     = "down"
	actionPrompt   = "prompt" // with a number behind it: action IDs of a block differ
	actionPage     = "page"   // a link, nothing to do
)

// reference is the value of a button: what it is about and the language of
// the answer it stands under.
func reference(language string, parts ...any) string {
	return strings.TrimSuffix(fmt.Sprintln(append([]any{language}, parts...)...), "\n")
}

// renderer makes the messages and modals of one answer.
type renderer struct {
	language string
	words    bot.Wording
	chat     bot.Chat
	base     string // address before the paths of reading views; "" leaves the links out
	blocks   []slack.Block
	left     int // runes that the message may still hold
}

func newRenderer(language, base string) *renderer {
	return &renderer{language: language, words: bot.WordingFor(language), chat: bot.ChatFor(language),
		base: strings.TrimSuffix(base, "/"), left: mostMessage}
}

// add appends blocks, unless they exceed what a message holds; it reports
// whether it did. keep is how many blocks must stay free.
func (r *renderer) add(keep int, blocks ...slack.Block) bool {
	n := weight(blocks)
	if n > r.left || len(r.blocks)+len(blocks)+keep > mostBlocks {
		return false
	}
	r.left -= n
	r.blocks = append(r.blocks, blocks...)
	return true
}

// weight counts the runes of all text in blocks.
func weight(blocks []slack.Block) int {
	data, err := json.Marshal(blocks)
	if err != nil {
		return mostMessage + 1 // unreachable: blocks are plain values
	}
	var loose any
	_ = json.Unmarshal(data, &loose) // it was marshalled in the line before
	return runesOf(loose)
}

func runesOf(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += runesOf(e)
		}
	case map[string]any:
		for key, e := range v {
			if s, ok := e.(string); ok && key == "text" {
				n += utf8.RuneCountInString(s)
			} else {
				n += runesOf(e)
			}
		}
	}
	return n
}

// presented is what an answer is shown with.
type presented struct {
	answer *rag.Answer
	mark   string           // ID of the first block, by which the message is found again
	tables []*rag.TableView // tables whose rows are cited together
	shared bool             // shown to one person, who may share it
	rest   bool             // without the answer itself, which was streamed
	signed string           // name of who shared it
}

// roomForActions is kept free of text for the row under an answer, and for who
// shared it.
const roomForActions = 600

const tailBlocks = 3 // kept free for notices, more sources and feedback

// answerMessage renders an answer: what it says with the value first, tables,
// notices, citations, feedback; a refusal with the nearest sections.
func (r *renderer) answerMessage(p presented) message {
	a := p.answer
	if p.mark == "" {
		p.mark = noteMark
	}
	said := cut(strings.TrimSpace(bot.Clean(a.Answer)), mostSection)
	head := slack.NewRichTextBlock(p.mark, slack.NewRichTextSection(r.valueFirst(a, said)...))
	if p.rest {
		head = slack.NewRichTextBlock(p.mark, slack.NewRichTextSection(text(bot.Reference(firstDocument(a)), false)))
	}
	r.add(tailBlocks, head)
	for _, t := range p.tables {
		if fixed := fixedWidth(t, citedRows(a, t.ID)); fixed != "" {
			r.add(tailBlocks, preformatted(fixed))
		}
	}
	for _, n := range a.Notices {
		n = cut(r.words.Notices+r.words.Colon+bot.Shorten(n, 0), 600)
		r.add(tailBlocks, small(n))
	}
	if a.Status == rag.Answered {
		r.citations(a)
	} else {
		r.nearest(a.Related)
	}
	r.left += roomForActions
	if p.signed != "" {
		r.add(0, small(cut(fmt.Sprintf(r.chat.SharedBy, p.signed), 200)))
	}
	r.add(0, r.actions(p))
	return message{text: cut(escape(said), mostText), blocks: r.blocks}
}

func firstDocument(a *rag.Answer) rag.DocumentRef {
	if len(a.Citations) > 0 {
		return a.Citations[0].Document
	}
	return rag.DocumentRef{ID: "–"}
}

// valueFirst sets the value that the answer begins with in bold.
func (r *renderer) valueFirst(a *rag.Answer, said string) []slack.RichTextSectionElement {
	const near = 60 // bytes in which the value must begin
	if len(a.Claims) > 0 {
		for _, v := range a.Claims[0].Values {
			if i := strings.Index(said, v.Text); v.Text != "" && i >= 0 && i < near {
				end := i + len(v.Text)
				if end == len(said) {
					return []slack.RichTextSectionElement{text(said, true)}
				}
				return []slack.RichTextSectionElement{text(said[:end], true), text(said[end:], false)}
			}
		}
	}
	if said == "" {
		said = "–"
	}
	return []slack.RichTextSectionElement{text(said, false)}
}

// citations renders what an answer cites, with a button to each passage.
// What does not fit is behind one button.
func (r *renderer) citations(a *rag.Answer) {
	var above rag.Citation
	for i, c := range a.Citations {
		said := fmt.Sprintf("[%d] %s%s%s", c.N, r.words.QuoteOpen, bot.Quote(c, mostQuote), r.words.QuoteClose)
		section := slack.NewSectionBlock(plain(said, mostSection), nil,
			slack.NewAccessory(button(actionPassage, r.chat.Context, reference(r.language, c.PassageID, c.Span[0], c.Span[1]))))
		blocks := []slack.Block{section}
		under := r.locator(a, c, above)
		if under != nil {
			blocks = append(blocks, under)
		}
		if !r.add(tailBlocks, blocks...) {
			more := button(actionSources, fmt.Sprintf(r.chat.MoreSources, len(a.Citations)-i), reference(r.language, a.ID))
			r.add(1, slack.NewActionBlock("", more))
			return
		}
		above = c
	}
}

// locator says where a citation stands; what is the same as in the citation
// above is not said again. nil where there is nothing to say.
func (r *renderer) locator(a *rag.Answer, c, above rag.Citation) slack.Block {
	var parts []string
	same := c.Document == above.Document
	if !same {
		parts = append(parts, bot.Reference(c.Document))
	}
	if path := bot.Path(c.Section); path != "" && !(same && path == bot.Path(above.Section)) {
		parts = append(parts, path)
	}
	for _, s := range []string{bot.Place(c, r.words), bot.Source(a, c, r.words)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	var elements []slack.MixedElement
	if len(parts) > 0 {
		elements = append(elements, plain(strings.Join(parts, r.words.Join), 1000))
	}
	if link := r.link(c.URL); link != "" {
		elements = append(elements, slack.NewTextBlockObject(slack.MarkdownType, link, false, true))
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewContextBlock("", elements...)
}

// link is mrkdwn that leads to a reading view, "" where there is no address.
func (r *renderer) link(path string) string {
	if r.base == "" || path == "" {
		return ""
	}
	address := strings.NewReplacer("&", "%26", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20").Replace(r.base + path)
	return "<" + address + "|" + escape(r.chat.Page) + ">"
}

// nearest offers the sections near to a question that got no answer.
func (r *renderer) nearest(related []rag.Related) {
	const most = 3
	if len(related) == 0 {
		return
	}
	r.add(tailBlocks, small(r.words.Nearest))
	for i, p := range related {
		if i == most {
			return
		}
		said := bot.Shorten(p.Text, mostSnippet)
		if path := bot.Path(p.Section); path != "" {
			said = cut(path, 300) + "\n" + said
		}
		r.add(tailBlocks, slack.NewSectionBlock(plain(said, mostSection), nil,
			slack.NewAccessory(button(actionPassage, r.chat.Context, reference(r.language, p.PassageID, 0, 0)))))
	}
}

// actions is the row under an answer: share, tables, feedback.
func (r *renderer) actions(p presented) slack.Block {
	id := p.answer.ID
	var elements []slack.BlockElement
	if p.shared {
		elements = append(elements, button(actionShare, r.chat.Share, reference(r.language, id)).WithStyle(slack.StylePrimary))
	}
	if t := firstTable(p.answer); t != "" {
		elements = append(elements, button(actionTable, r.chat.Table, reference(r.language, t)))
	}
	elements = append(elements, button(actionUp, r.chat.Useful, reference(r.language, id)), button(actionDown, r.chat.Useless, reference(r.language, id)))
	option := func(verdict, said string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(reference(r.language, id, verdict), label(said, mostOption), nil)
	}
	elements = append(elements, slack.NewOverflowBlockElement(actionFeedback, option("wrong_number", r.chat.WrongNumber),
		option("wrong_source", r.chat.WrongSource), option("not_in_report", r.chat.NotInReport)))
	return slack.NewActionBlock("", elements...)
}

// firstTable is the first table that an answer cites.
func firstTable(a *rag.Answer) string {
	for _, c := range a.Citations {
		if c.Table != nil {
			return c.Table.ID
		}
	}
	return ""
}

// say is a message of one paragraph in our own words.
func say(mark, said string) message {
	said = bot.Clean(said)
	if mark == "" {
		mark = noteMark
	}
	return message{text: cut(escape(said), mostText),
		blocks: []slack.Block{slack.NewRichTextBlock(mark, slack.NewRichTextSection(text(cut(said, mostSection), false)))}}
}
