package lexical

import (
	"strings"
	"unicode/utf8"
)

// docNumber adds the document number whose bracketed year begins here, such
// as 〔2025〕11号 in any brackets, alone and with the two characters before it,
// and reports whether it moved on. The year and the number are terms as well.
func (c *cutter) docNumber() bool {
	open, n := utf8.DecodeRuneInString(c.s[c.i:])
	closing, ok := bracket(open)
	if !ok {
		return false
	}
	start := c.i
	yStart := start + n
	yEnd := digits(c.s, yStart)
	year := c.s[yStart:yEnd]
	if !isYear(year) || !strings.HasPrefix(c.s[yEnd:], closing) {
		return false
	}
	at := yEnd + len(closing)
	at += len(c.s[at:]) - len(strings.TrimPrefix(strings.TrimPrefix(c.s[at:], " "), "第"))
	nEnd := digits(c.s, at)
	number := c.s[at:nEnd]
	if number == "" || !strings.HasPrefix(c.s[nEnd:], "号") {
		return false
	}
	text := "〔" + year + "〕" + number + "号"
	end := nEnd + len("号")
	if c.gramEnd == start && c.run < start {
		prefix := c.lastGrams(2)
		c.add(prefix+text, DocNumber, start-len(prefix), end)
	}
	c.add(text, DocNumber, start, end)
	c.yearParts(year, yStart, yEnd)
	c.add(number, Number, at, nEnd)
	c.add(number+"号", Joined, at, end)
	c.i = nEnd
	return true
}

// bracket returns the closing bracket of an opening one.
func bracket(open rune) (closing string, ok bool) {
	switch open {
	case '〔':
		return "〕", true
	case '【':
		return "】", true
	case '「':
		return "」", true
	case '[':
		return "]", true
	case '(':
		return ")", true
	}
	return "", false
}
