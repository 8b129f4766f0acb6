package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pairStars pairs the bold marks. With an odd number one of them has lost its
// partner: the first if it closes a sentence at the beginning, else the first
// if it opens the paragraph, else the last.
func (p *inlineParser) pairStars() {
	var marks []int
	for i := range p.out {
		if p.out[i].kind == tokenBold {
			marks = append(marks, i)
		}
	}
	if len(marks)%2 == 1 {
		switch {
		case p.closesLead(marks[0]):
			p.out[marks[0]].markup = true
			marks = marks[1:]
		case len(marks) == 1 && p.opensLead(marks[0]):
			p.out[marks[0]].markup, p.out[marks[0]].opens = true, true
			marks = marks[1:]
		default:
			marks = marks[:len(marks)-1]
		}
	}
	for k := 0; k+1 < len(marks); k += 2 {
		if p.before(marks[k+1]) == marks[k] && p.out[marks[k]].text == p.out[marks[k+1]].text && marks[k]+1 == marks[k+1] {
			continue // ****: nothing between
		}
		p.out[marks[k]].markup, p.out[marks[k]].opens = true, true
		p.out[marks[k+1]].markup = true
	}
}

// before returns the index of the token before i.
func (p *inlineParser) before(i int) int { return i - 1 }

// closesLead reports whether the bold mark at token i stands right after the
// first sentence, a label with a colon, or a term at the beginning of the
// paragraph.
func (p *inlineParser) closesLead(i int) bool {
	text := strings.TrimSpace(p.joined(0, i))
	r, size := utf8.DecodeLastRuneInString(text)
	if text == "" {
		return false
	}
	if !strings.ContainsRune("。！？：.!?:", r) {
		after, _ := utf8.DecodeRuneInString(strings.TrimSpace(p.joined(i+1, len(p.out))))
		return isTerm(text) && unicode.Is(unicode.Han, after)
	}
	return !strings.ContainsAny(text[:len(text)-size], "。！？\n")
}

// maxTerm is the longest term, in runes, that can be a lead.
const maxTerm = 12

// isTerm reports whether text is a short Chinese term.
func isTerm(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return runes(text) >= 2 && runes(text) <= maxTerm && (unicode.Is(unicode.Han, r) || r == '）') && !strings.ContainsAny(text, "，。；：！？、\n")
}

// opensLead reports whether the bold mark at token i opens the paragraph.
func (p *inlineParser) opensLead(i int) bool {
	return strings.TrimSpace(p.joined(0, i)) == "" && strings.TrimSpace(p.joined(i+1, len(p.out))) != ""
}

// openLead returns the length of the lead of a text whose bold mark is not
// closed: a term before a blank, or the first sentence if more follows it; else
// 0.
func openLead(text string) int {
	if at := strings.IndexByte(text, ' '); at > 0 && isTerm(text[:at]) {
		return at
	}
	at := strings.IndexAny(text, "。！？")
	if at < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	if strings.TrimSpace(text[at+size:]) == "" {
		return 0
	}
	return at + size
}

func (p *inlineParser) joined(from, to int) string {
	var b strings.Builder
	for _, t := range p.out[from:to] {
		if t.kind == tokenText {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// pairSingles pairs single marks c: one that can open with the next that can
// close.
func (p *inlineParser) pairSingles(c byte) {
	open := -1
	for i := range p.out {
		if p.out[i].kind != tokenMark || p.out[i].text[0] != c {
			continue
		}
		before, after := p.around(i)
		if open >= 0 && !unicode.IsSpace(before) && before != 0 {
			p.out[open].markup, p.out[i].markup = true, true
			open = -1
			continue
		}
		if !unicode.IsSpace(after) && after != 0 && !(before < utf8.RuneSelf && alnum(byte(before))) {
			open = i
		}
	}
}

func (p *inlineParser) pairStrikes() {
	open := -1
	for i := range p.out {
		if p.out[i].kind != tokenMark || p.out[i].text != "~~" {
			continue
		}
		if open >= 0 {
			p.out[open].markup, p.out[i].markup = true, true
			open = -1
			continue
		}
		open = i
	}
}

// around returns the characters before and after token i, 0 at the ends.
func (p *inlineParser) around(i int) (before, after rune) {
	for k := i - 1; k >= 0 && before == 0; k-- {
		if p.out[k].kind == tokenText || !p.out[k].markup {
			before, _ = utf8.DecodeLastRuneInString(p.out[k].text)
		}
	}
	for k := i + 1; k < len(p.out) && after == 0; k++ {
		if p.out[k].kind == tokenText || !p.out[k].markup {
			after, _ = utf8.DecodeRuneInString(p.out[k].text)
		}
	}
	return before, after
}

// build writes the text without marks and finds the bold lead.
func (p *inlineParser) build() inline {
	var b strings.Builder
	b.Grow(len(p.raw))
	in := inline{image: p.images > 0 && !p.others}
	bold := -1 // where the open bold stretch began
	for i, t := range p.out {
		if t.kind == tokenText || !t.markup {
			text := t.text
			if i > 0 && p.closedLead(i) && cjkEnd(b.String()) {
				text = strings.TrimLeft(text, " ") // the blank only served the mark
			}
			b.WriteString(text)
			continue
		}
		if t.kind != tokenBold {
			continue
		}
		if t.opens {
			bold = b.Len()
			continue
		}
		if in.lead == 0 && (bold < 0 || strings.TrimSpace(b.String()[:bold]) == "") {
			in.lead = b.Len()
		}
		bold = b.Len()
	}
	in.text = b.String()
	if in.lead == 0 && bold >= 0 && strings.TrimSpace(in.text[:bold]) == "" && p.unclosed() {
		if n := openLead(in.text[bold:]); n > 0 {
			in.lead = bold + n
			in.text = in.text[:in.lead] + strings.TrimLeft(in.text[in.lead:], " ")
		}
	}
	return in
}

// closedLead reports whether the token before i is a closing bold mark.
func (p *inlineParser) closedLead(i int) bool {
	t := p.out[i-1]
	return t.kind == tokenBold && t.markup && !t.opens
}

// unclosed reports whether a bold mark opens and none closes.
func (p *inlineParser) unclosed() bool {
	for _, t := range p.out {
		if t.kind == tokenBold && t.markup && !t.opens {
			return false
		}
	}
	return true
}

func cjkEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r >= 0x2e80
}
