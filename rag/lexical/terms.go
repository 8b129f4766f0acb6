package lexical

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a term was cut from.
type Kind uint8

// Kinds of terms.
const (
	Unigram   Kind = iota // one Han (or kana, hangul ...) character
	Bigram                // two neighbouring ones
	Word                  // a run of letters, or of letters and digits: gpt, x1, v3.5
	Number                // 4000, 61.25, 24%
	Part                  // a piece of a word, and the date parts that a spelling leaves out
	Joined                // neighbouring terms as one: 4000亿, 星火x1, grandview
	Date                  // 2025-08, 2025-08-26, 2025q3, q3, m1-9, h1
	DocNumber             // 〔2025〕11号, 国发〔2025〕11号
)

// Term is a term of a folded text and the bytes of that text it was cut from.
// Text may be spelt otherwise than the text itself: 4,000 gives 4000.
type Term struct {
	Text       string
	Kind       Kind
	Start, End int
}

// Length of the longest word that is a term; longer runs of letters and
// digits (addresses, hashes) are cut into pieces of this many bytes.
const maxWord = 40

// AppendTerms appends the terms of folded, a text that Fold returned, to dst
// and returns the extended slice. Terms come in the order of the text; a term
// that occurs twice is there twice. No two characters are joined over white
// space or punctuation, apart from words ("deep seek" gives deepseek too).
func AppendTerms(dst []Term, folded string) []Term {
	c := cutter{s: folded, terms: dst, first: len(dst)}
	for c.i < len(c.s) {
		b := c.s[c.i]
		switch {
		case b >= '0' && b <= '9':
			c.number()
		case b >= 'a' && b <= 'z':
			c.word()
		case b < utf8.RuneSelf:
			if !c.docNumber() {
				c.i++
			}
		default:
			c.wide()
		}
	}
	return c.terms
}

// Terms returns the texts of the terms of folded in order.
func Terms(folded string) []string {
	terms := AppendTerms(nil, folded)
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = t.Text
	}
	return out
}

// cutter walks over a folded text.
type cutter struct {
	s     string
	i     int // where it stands
	terms []Term
	first int // of the terms of this text

	gramStart, gramEnd int // the gram before i, if gramEnd == i
	run                int // where the run of grams that ends at gramEnd began
	wordStart, wordEnd int // the last letters-only word
}

func (c *cutter) add(text string, kind Kind, start, end int) {
	c.terms = append(c.terms, Term{Text: text, Kind: kind, Start: start, End: end})
}

// wide takes one character outside ASCII.
func (c *cutter) wide() {
	r, n := utf8.DecodeRuneInString(c.s[c.i:])
	switch {
	case isGram(r):
		c.gram(r, n)
	case r == '〔' || r == '【' || r == '「':
		if !c.docNumber() {
			c.i += n
		}
	case unicode.IsLetter(r):
		c.word()
	case unicode.IsDigit(r):
		c.add(c.s[c.i:c.i+n], Number, c.i, c.i+n)
		c.i += n
	default:
		c.i += n
	}
}

// gram takes a character that is a term of its own, and the pair with the one
// before it.
func (c *cutter) gram(r rune, n int) {
	start, end := c.i, c.i+n
	if c.gramEnd != start || start == 0 {
		c.run = start
	}
	switch r {
	case '第':
		if !c.quarter(start) {
			c.ordinal(start)
		}
	case '一', '二', '三', '四':
		c.quarter(start)
	case '前', '上', '下':
		c.period(start)
	case '百':
		c.percent(start)
	}
	c.add(c.s[start:end], Unigram, start, end)
	if c.run < start {
		c.add(c.s[c.gramStart:end], Bigram, c.gramStart, end)
	}
	c.gramStart, c.gramEnd, c.i = start, end, end
}

// isGram reports whether r is written without blanks between words.
func isGram(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r >= 0x20000 && r <= 0x3FFFF:
		return true
	case r == '〇' || r == '々':
		return true
	}
	return r >= 0x0E00 && unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// word takes a run of letters and digits that begins with a letter, with
// single connectors between them: seed-oss-36b, v3.5, frost&sullivan.
func (c *cutter) word() { c.compound(c.i, c.wordSpan(c.i)) }

// wordSpan returns the end of the run of letters, digits and connectors that
// begins at i.
func (c *cutter) wordSpan(i int) int {
	end := i
	for i < len(c.s) {
		n := alnum(c.s[i:])
		switch {
		case n > 0:
			i += n
			end = i
		case i == end && connector(c.s[i]):
			i++
		default:
			return end
		}
	}
	return end
}

// alnum returns the length of the letter, digit or mark at the start of s, 0
// for anything else.
func alnum(s string) int {
	b := s[0]
	if b < utf8.RuneSelf {
		if b >= 'a' && b <= 'z' || b >= '0' && b <= '9' {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRuneInString(s)
	if !isGram(r) && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)) {
		return n
	}
	return 0
}

func connector(b byte) bool {
	return b == '-' || b == '.' || b == '_' || b == '+' || b == '\'' || b == '&' || b == '/'
}

// compound adds the word s[start:end] whole and in pieces.
func (c *cutter) compound(start, end int) {
	whole := c.s[start:end]
	pieces := 0
	for p := start; p < end; {
		q := p
		for q < end && (!connector(c.s[q]) || decimalPoint(c.s, p, q, end)) {
			q++
		}
		if q > p {
			pieces++
			c.piece(p, q)
		}
		p = q + 1
	}
	if pieces > 1 && len(whole) <= maxWord {
		c.add(whole, Word, start, end)
	}
	if c.gramEnd == start && c.run < start && len(whole) <= maxWord && hasDigit(whole) {
		name := c.lastGrams(2)
		c.add(name+whole, Joined, start-len(name), end)
	}
	c.i = end
	c.join(whole, start, end)
}

// decimalPoint reports whether s[q] stands between two digits of the piece
// that began at p.
func decimalPoint(s string, p, q, end int) bool {
	return s[q] == '.' && q > p && q+1 < end && isDigit(s[q-1]) && isDigit(s[q+1])
}

// piece adds s[p:q], which has no connectors, its letters and digits apart
// where they are long enough to mean something alone, and the pair with the
// word before it.
func (c *cutter) piece(p, q int) {
	for q-p > maxWord {
		cut := p + maxWord
		for !utf8.RuneStart(c.s[cut]) {
			cut--
		}
		c.add(c.s[p:cut], Word, p, cut)
		p = cut
	}
	text := c.s[p:q]
	if year, quarter, ok := strings.Cut(text, "q"); ok && isYear(year) && len(quarter) == 1 && quarter[0] >= '1' && quarter[0] <= '4' {
		c.add(text, Date, p, q)
		c.add("q"+quarter, Date, p+len(year), q)
		c.yearParts(year, p, p+len(year))
		return
	}
	c.add(text, Word, p, q)
	if hasDigit(text) {
		c.splitPiece(p, q)
	} else if c.wordEnd > 0 && p-c.wordEnd >= 1 && p-c.wordEnd <= 3 && loose(c.s[c.wordEnd:p]) && q-c.wordStart <= maxWord {
		c.add(c.s[c.wordStart:c.wordEnd]+text, Joined, c.wordStart, q)
	}
	c.wordStart, c.wordEnd = p, q
}

// loose reports whether s, what stands between two words, keeps them
// together.
func loose(s string) bool {
	for i := range len(s) {
		if s[i] != ' ' && !connector(s[i]) {
			return false
		}
	}
	return true
}

// splitPiece adds the runs of letters and of digits in s[p:q] that have two
// characters or more.
func (c *cutter) splitPiece(p, q int) {
	for a := p; a < q; {
		b := a + 1
		digits := isDigit(c.s[a])
		for b < q && (isDigit(c.s[b]) || c.s[b] == '.') == digits {
			b++
		}
		if b-a >= 2 && b-a < q-p {
			c.add(c.s[a:b], Part, a, b)
		}
		a = b
	}
}

// join adds the term that text, cut from s[start:end], makes with a Han
// character right after it (one blank may stand between): 4000亿, c端.
func (c *cutter) join(text string, start, end int) {
	at := end
	if at < len(c.s) && c.s[at] == ' ' {
		at++
	}
	if at >= len(c.s) || c.s[at] < utf8.RuneSelf || len(text) > maxWord {
		return
	}
	if r, n := utf8.DecodeRuneInString(c.s[at:]); isGram(r) {
		c.add(text+c.s[at:at+n], Joined, start, at+n)
	}
}

// lastGrams returns up to n grams that end at gramEnd.
func (c *cutter) lastGrams(n int) string {
	start := c.gramEnd
	for range n {
		if start <= c.run {
			break
		}
		_, size := utf8.DecodeLastRuneInString(c.s[:start])
		start -= size
	}
	return c.s[start:c.gramEnd]
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
