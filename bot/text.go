// Package bot holds what all doors share: how an answer reads as text, how a
// citation is written, and the wording around both in Chinese and English.
//
// It answers nothing and serves nothing; the doors (cmd/yanbao and the packages
// below bot) do.
package bot

import (
	"fmt"
	"slices"
	"strings"

	"yanbao/rag"
)

// Options of Render. The zero value renders plainly in the language of the
// answer.
type Options struct {
	Language string // "zh" or "en"; "" for that of the answer
	Color    bool   // ANSI colours, for a terminal
	Show     string // command that shows a passage, put before its ID; "" leaves the line out
	Related  int    // how many of the nearest passages a refusal names; 0 for three
	Quote    int    // longest quotation in runes; 0 for 160
}

const (
	defaultRelated = 3
	defaultQuote   = 160
	relatedQuote   = 60 // runes shown of a passage that is only near
)

// Render returns an answer as text for people: the answer with its markers, the
// numbered citations it uses, then the notices; for a refusal the nearest
// passages in place of citations. It ends in a newline. Control characters of
// the report never reach the terminal, see Clean.
func Render(a *rag.Answer, o Options) string {
	r := newRenderer(a, o)
	r.answer(a)
	r.below(a)
	return r.out.String()
}

func newRenderer(a *rag.Answer, o Options) *renderer {
	if o.Language == "" {
		o.Language = a.Language
	}
	if o.Related == 0 {
		o.Related = defaultRelated
	}
	if o.Quote == 0 {
		o.Quote = defaultQuote
	}
	return &renderer{Options: o, words: WordingFor(o.Language), paint: Paint(o.Color)}
}

// below writes what stands under the answer.
func (r *renderer) below(a *rag.Answer) {
	r.citations(a)
	if a.Status != rag.Answered {
		r.related(a.Related)
	}
	r.notices(a.Notices)
}

// renderer collects the text of one answer.
type renderer struct {
	Options
	words Wording
	paint Paint
	out   strings.Builder
}

func (r *renderer) line(format string, args ...any) {
	fmt.Fprintf(&r.out, format+"\n", args...)
}

func (r *renderer) heading(title string) {
	r.line("\n%s", r.paint.Bold(title))
}

func (r *renderer) answer(a *rag.Answer) {
	text := strings.TrimRight(Clean(a.Answer), "\n")
	for _, c := range a.Citations {
		mark := fmt.Sprintf("[%d]", c.N)
		text = strings.ReplaceAll(text, mark, r.paint.Mark(mark))
	}
	r.line("%s", text)
}

func (r *renderer) citations(a *rag.Answer) {
	if len(a.Citations) == 0 {
		return
	}
	r.heading(r.words.Sources)
	var above rag.Citation
	for _, c := range a.Citations {
		mark := fmt.Sprintf("[%d]", c.N)
		indent := strings.Repeat(" ", len(mark)+1)
		r.line("%s %s%s%s", r.paint.Mark(mark), r.words.QuoteOpen, Quote(c, r.Quote), r.words.QuoteClose)
		for _, l := range r.locators(a, c, above) {
			r.line("%s%s", indent, r.paint.Dim(l))
		}
		above = c
	}
}

// locators are the lines under a quotation, from the wide to the narrow. What
// is the same as in the citation above is not said again.
func (r *renderer) locators(a *rag.Answer, c, above rag.Citation) []string {
	var lines []string
	sameDocument := c.Document == above.Document
	if !sameDocument {
		lines = append(lines, Reference(c.Document))
	}
	if len(c.Section) > 0 && !(sameDocument && slices.Equal(c.Section, above.Section)) {
		lines = append(lines, Path(c.Section))
	}
	var detail []string
	if p := Place(c, r.words); p != "" {
		detail = append(detail, p)
	}
	if s := Source(a, c, r.words); s != "" {
		detail = append(detail, s)
	}
	if r.Show != "" {
		detail = append(detail, r.words.ShowMore+r.words.Colon+r.Show+" "+Clean(c.PassageID))
	}
	if len(detail) > 0 {
		lines = append(lines, strings.Join(detail, r.words.Join))
	}
	return lines
}

func (r *renderer) related(related []rag.Related) {
	if len(related) == 0 {
		return
	}
	r.heading(r.words.Nearest)
	for i, p := range related {
		if i == r.Related {
			return
		}
		if len(p.Section) == 0 {
			r.line("- %s", Shorten(p.Text, relatedQuote))
		} else {
			r.line("- %s", Path(p.Section))
			r.line("  %s", r.paint.Dim(Shorten(p.Text, relatedQuote)))
		}
		if r.Show != "" {
			r.line("  %s", r.paint.Dim(r.words.ShowMore+r.words.Colon+r.Show+" "+Clean(p.PassageID)))
		}
	}
}

func (r *renderer) notices(notices []string) {
	if len(notices) == 0 {
		return
	}
	r.heading(r.words.Notices)
	for _, n := range notices {
		r.line("- %s", Shorten(n, 0))
	}
}

// Paint writes ANSI colours when true and nothing when false.
type Paint bool

// Bold is for headings.
func (p Paint) Bold(s string) string { return p.wrap("1", s) }

// Dim is for what is read second: locators, neighbours.
func (p Paint) Dim(s string) string { return p.wrap("2", s) }

// Mark is for citation markers and IDs.
func (p Paint) Mark(s string) string { return p.wrap("36", s) }

// Good, Warn and Bad are for findings.
func (p Paint) Good(s string) string { return p.wrap("32", s) }

// Warn is for what works but should be looked at.
func (p Paint) Warn(s string) string { return p.wrap("33", s) }

// Bad is for what does not work.
func (p Paint) Bad(s string) string { return p.wrap("31", s) }

func (p Paint) wrap(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Clean drops what would change how a terminal or a page shows the text around
// it: control characters except newline and tab, and marks that turn the
// direction of writing. Reports come from anywhere; their text is data.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}
