package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joinLines turns the line breaks of the source inside one paragraph into
// reading text: '\n' between two characters of Chinese script vanishes (the
// break fell inside a word or sentence) and between a number and one,
// elsewhere it becomes one blank; '\v',
// a break that the author asked for, becomes '\n'. It returns the text and
// where the offset lead of the input comes to stand in it.
func joinLines(text string, lead int) (string, int) {
	if !strings.ContainsAny(text, "\n\v") {
		trimmed := strings.TrimRight(text, " \t　")
		left := strings.TrimLeft(trimmed, " \t　")
		return left, clamp(lead-(len(trimmed)-len(left)), 0, len(left))
	}
	var b strings.Builder
	b.Grow(len(text))
	newLead := 0
	for pos := 0; pos < len(text); {
		end := strings.IndexAny(text[pos:], "\n\v")
		if end < 0 {
			end = len(text) - pos
		}
		end += pos
		line := strings.Trim(text[pos:end], " \t　")
		if line != "" {
			writeJoint(&b, text, pos, line)
			offset := pos + strings.Index(text[pos:end], line)
			if lead > offset {
				newLead = b.Len() + min(lead-offset, len(line))
			}
			b.WriteString(line)
		}
		pos = end + 1
	}
	return b.String(), newLead
}

// writeJoint writes what stands between the text in b and line, which began at
// pos of text.
func writeJoint(b *strings.Builder, text string, pos int, line string) {
	if b.Len() == 0 {
		return
	}
	if text[pos-1] == '\v' {
		b.WriteByte('\n')
		return
	}
	last, _ := utf8.DecodeLastRuneInString(b.String())
	first, _ := utf8.DecodeRuneInString(line)
	if !(unspaced(last) && (unspaced(first) || numberWithUnit(line)) || isDigit(last) && unspaced(first)) {
		b.WriteByte(' ')
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// numberWithUnit reports whether a line begins with a number and a Chinese unit
// or a percent sign: what stood before the line break goes on with it.
func numberWithUnit(line string) bool {
	rest := strings.TrimLeft(line, "0123456789.,")
	r, _ := utf8.DecodeRuneInString(rest)
	return len(rest) < len(line) && (r == '%' || r == '％' || unicode.Is(unicode.Han, r))
}

// unspaced reports whether r belongs to a script or punctuation that is
// written without blanks between words.
func unspaced(r rune) bool {
	switch {
	case r < 0x2010:
		return false
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return true
	case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r >= 0x2010 && r <= 0x2027, r == '→':
		return true
	}
	return false
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }

// runeLen is utf8.RuneCountInString.
func runeLen(s string) int { return utf8.RuneCountInString(s) }

// endsSentence reports whether text ends in sentence-final punctuation,
// closing quotes and brackets aside.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, " \t\n”’』」）)》*")
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("。！？!?.…", r) && text != ""
}

// squash drops white space and punctuation and folds ASCII case, so that
// headings can be compared.
func squash(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
