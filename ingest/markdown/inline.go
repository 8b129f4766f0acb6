package markdown

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inlineMarks are the characters that can be markup inside a line.
const inlineMarks = "*_`~\\[]!<&"

// inline is what the markup of one paragraph says.
type inline struct {
	text  string // without markup; '\n' line break of the source, '\v' a <br>
	lead  int    // text[:lead] is bold
	image bool   // nothing but images
}

// parseInline takes the markup out of one paragraph. Where marks of emphasis
// are broken it goes by what they can have meant: a closing ** without an
// opening one, right after the first sentence, closes a bold lead; an opening
// one without a closing one opens the lead that ends with the first sentence;
// all other unpaired marks are text. Marks next to Chinese characters count,
// though CommonMark does not let them.
func parseInline(raw string) inline {
	if !strings.ContainsAny(raw, inlineMarks) {
		return inline{text: raw}
	}
	p := &inlineParser{raw: raw}
	p.tokens()
	p.pairStars()
	p.pairSingles('*')
	p.pairSingles('_')
	p.pairStrikes()
	return p.build()
}

type tokenKind int

const (
	tokenText tokenKind = iota
	tokenBold           // ** or __
	tokenMark           // single * or _, or ~~
)

// A token is a stretch of text, or a mark of emphasis that is not judged yet.
type token struct {
	kind   tokenKind
	text   string
	markup bool // the mark has a partner and is not text
	opens  bool // of a bold mark: it opens
}

type inlineParser struct {
	raw    string
	out    []token
	images int
	others bool // there is text beside images
}

func (p *inlineParser) literal(s string) {
	if s == "" {
		return
	}
	if strings.TrimSpace(s) != "" {
		p.others = true
	}
	p.out = append(p.out, token{kind: tokenText, text: s})
}

// tokens cuts the raw text into texts and marks.
func (p *inlineParser) tokens() {
	raw, start := p.raw, 0
	for i := 0; i < len(raw); {
		if strings.IndexByte(inlineMarks, raw[i]) < 0 {
			i++
			continue
		}
		text, n := p.special(i)
		if n == 0 {
			i++
			continue
		}
		p.literal(raw[start:i])
		if text != nil {
			p.out = append(p.out, *text)
		}
		i += n
		start = i
	}
	p.literal(raw[start:])
}

// special reads the markup at offset i. It returns what the markup becomes, nil
// for nothing, and its length, 0 if it is none.
func (p *inlineParser) special(i int) (*token, int) {
	rest := p.raw[i:]
	switch rest[0] {
	case '\\':
		if len(rest) > 1 && rest[1] == '\n' {
			return &token{text: "\v"}, 2
		}
		if len(rest) > 1 && rest[1] < utf8.RuneSelf && unicode.In(rune(rest[1]), unicode.Punct, unicode.Symbol) {
			p.others = true
			return &token{text: rest[1:2]}, 2
		}
	case '*', '_':
		return p.emphasis(i)
	case '~':
		if strings.HasPrefix(rest, "~~") {
			return &token{kind: tokenMark, text: "~~"}, 2
		}
	case '`':
		return p.code(rest)
	case '[':
		return p.link(rest, false)
	case '!':
		if strings.HasPrefix(rest, "![") {
			t, n := p.link(rest[1:], true)
			if n > 0 {
				return t, n + 1
			}
		}
	case '<':
		return p.tag(rest)
	case '&':
		return p.entity(rest)
	}
	return nil, 0
}

// emphasis reads a run of * or _. A run inside an ASCII word is text.
func (p *inlineParser) emphasis(i int) (*token, int) {
	c := p.raw[i]
	n := 1
	for i+n < len(p.raw) && p.raw[i+n] == c {
		n++
	}
	if c == '_' && i > 0 && i+n < len(p.raw) && alnum(p.raw[i-1]) && alnum(p.raw[i+n]) {
		return &token{text: p.raw[i : i+n]}, n
	}
	switch {
	case n >= 2 && n <= 3:
		if n == 3 { // ***: bold and italic at once
			p.out = append(p.out, token{kind: tokenMark, text: p.raw[i : i+1]})
			return &token{kind: tokenBold, text: p.raw[i : i+2]}, 3
		}
		return &token{kind: tokenBold, text: p.raw[i : i+2]}, 2
	case n == 1:
		return &token{kind: tokenMark, text: p.raw[i : i+1]}, 1
	}
	return &token{text: p.raw[i : i+n]}, n
}

func (p *inlineParser) code(rest string) (*token, int) {
	n := len(rest) - len(strings.TrimLeft(rest, "`"))
	fence := rest[:n]
	for at := n; ; {
		k := strings.Index(rest[at:], fence)
		if k < 0 {
			return &token{text: fence}, n
		}
		at += k
		run := len(rest[at:]) - len(strings.TrimLeft(rest[at:], "`"))
		if run == n {
			p.others = true
			return &token{text: rest[n:at]}, at + n
		}
		at += run
	}
}

// maxLink bounds how far the parts of a link are looked for, so that a file of
// brackets is read in linear time.
const maxLink = 2000

// link reads [text](destination); rest begins at the bracket.
func (p *inlineParser) link(rest string, image bool) (*token, int) {
	if strings.IndexByte(rest[:min(len(rest), maxLink)], ']') < 0 {
		return nil, 0
	}
	depth, end := 0, -1
	for k := 0; k < min(len(rest), maxLink); k++ {
		switch rest[k] {
		case '\\':
			k++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				end = k
			}
		}
		if end >= 0 {
			break
		}
	}
	if end < 0 || end+1 >= len(rest) || rest[end+1] != '(' {
		return nil, 0
	}
	stop := destinationEnd(rest[end+1:])
	if stop < 0 {
		return nil, 0
	}
	inner := parseInline(rest[1:end])
	if image {
		p.images++
	} else {
		p.others = true
	}
	return &token{text: inner.text}, end + 1 + stop
}

// destinationEnd returns the length of "(destination "title")", or -1.
func destinationEnd(s string) int {
	depth := 0
	for k := 0; k < min(len(s), maxLink); k++ {
		switch s[k] {
		case '\\':
			k++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return k + 1
			}
		case '\n':
			return -1
		}
	}
	return -1
}

// tag reads an autolink, a line break, a comment or any other HTML tag.
func (p *inlineParser) tag(rest string) (*token, int) {
	if strings.HasPrefix(rest, "<!--") {
		if k := strings.Index(rest[:min(len(rest), maxLink)], "-->"); k >= 0 {
			return nil, k + 3
		}
		return nil, 0
	}
	k := strings.IndexByte(rest[:min(len(rest), maxLink)], '>')
	if k < 2 || strings.IndexByte(rest[:k], '\n') >= 0 {
		return nil, 0
	}
	inner := rest[1:k]
	if strings.Contains(inner, "://") && !strings.ContainsAny(inner, " <\"") || strings.HasPrefix(inner, "mailto:") || isAddress(inner) {
		p.others = true
		return &token{text: strings.TrimPrefix(inner, "mailto:")}, k + 1
	}
	name := tagName(inner)
	switch {
	case name == "":
		return nil, 0
	case name == "br":
		return &token{text: "\v"}, k + 1
	}
	return nil, k + 1
}

func isAddress(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " <\"")
}

// tagName returns the lower-case name of the tag whose inside is given, or ""
// if that is no tag: "3 < 5 and 6 >" is text.
func tagName(inner string) string {
	inner = strings.TrimPrefix(inner, "/")
	n := 0
	for n < len(inner) && alnum(inner[n]) {
		n++
	}
	if n == 0 || inner[0] >= '0' && inner[0] <= '9' || n < len(inner) && !strings.ContainsRune(" /", rune(inner[n])) {
		return ""
	}
	if rest := strings.TrimRight(inner[n:], " /"); rest != "" && strings.IndexByte(rest, '=') < 0 {
		return ""
	}
	return strings.ToLower(inner[:n])
}

func (p *inlineParser) entity(rest string) (*token, int) {
	k := strings.IndexByte(rest[:min(len(rest), 34)], ';')
	if k < 2 {
		return nil, 0
	}
	text := html.UnescapeString(rest[:k+1])
	if text == rest[:k+1] || strings.ContainsRune(text, 0) {
		return nil, 0
	}
	p.others = true
	return &token{text: strings.ReplaceAll(text, "\u00a0", " ")}, k + 1
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
