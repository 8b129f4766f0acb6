package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences returns the byte spans of the sentences of text in order, without
// the white space between them; together they hold every other character.
//
// A sentence ends after 。！？ and after ! and ? together with the quotes and
// brackets that close there, at a line break, and at a full stop that is
// followed by a blank (not after an abbreviation or initial). Nothing inside
// paired 《》 “” （） 「」 『』 ends a sentence, and no decimal point does.
func Sentences(text string) [][2]int {
	var out [][2]int
	skip := protectedSpans(text)
	start := 0
	for i := 0; i < len(text); {
		if len(skip) > 0 && i >= skip[0][0] {
			i = max(i, skip[0][1])
			skip = skip[1:]
			continue
		}
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			if c == '\n' || (c == '!' || c == '?' || c == '.') && endsLatin(text, i) {
				i = closers(text, i)
				out = appendSpan(out, text, start, i)
				start = i
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r == '。' || r == '！' || r == '？' {
			i = closers(text, i)
			out = appendSpan(out, text, start, i)
			start = i
		}
	}
	return appendSpan(out, text, start, len(text))
}

// appendSpan appends text[start:end] without white space around it.
func appendSpan(out [][2]int, text string, start, end int) [][2]int {
	s := text[start:end]
	trimmed := strings.TrimLeftFunc(s, unicode.IsSpace)
	start += len(s) - len(trimmed)
	trimmed = strings.TrimRightFunc(trimmed, unicode.IsSpace)
	if trimmed == "" {
		return out
	}
	return append(out, [2]int{start, start + len(trimmed)})
}

// closers returns the offset after the marks that belong to the sentence that
// ends before i: further final marks, closing quotes, footnote signs.
func closers(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune("。！？!?”’」』）)》】*", r) {
			break
		}
		i += size
	}
	return i
}

// endsLatin reports whether the ASCII mark before offset i ends a sentence.
func endsLatin(text string, i int) bool {
	if i < len(text) {
		next, _ := utf8.DecodeRuneInString(text[i:])
		if text[i-1] != '.' {
			return unicode.IsSpace(next) || unicode.Is(unicode.Han, next) || strings.ContainsRune("”’\"')）", next)
		}
		if !unicode.IsSpace(next) {
			return false
		}
		after := strings.TrimLeftFunc(text[i:], unicode.IsSpace)
		if r, _ := utf8.DecodeRuneInString(after); unicode.IsLower(r) {
			return false
		}
	}
	return text[i-1] != '.' || !abbreviation(text[:i-1])
}

// abbreviation reports whether text ends in a word that is written with a full
// stop, or in an initial.
func abbreviation(text string) bool {
	at := strings.LastIndexFunc(text, func(r rune) bool { return !(r < 0x80 && unicode.IsLetter(r)) && r != '.' })
	word := strings.ToLower(text[at+1:])
	if at >= 0 {
		_, size := utf8.DecodeRuneInString(text[at:])
		word = strings.ToLower(text[at+size:])
	}
	switch word {
	case "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "fig", "figs", "eq", "inc", "ltd", "co", "corp", "approx", "al", "etc", "e.g", "i.e", "u.s", "u.k", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "vol", "pp", "p":
		return true
	}
	return len(word) == 1
}

// maxProtected is the longest stretch in bytes between a pair of quotes or
// brackets that is kept whole; a longer one is a quotation of many sentences.
const maxProtected = 900

// protectedSpans returns the outermost paired quotes and brackets of text, in
// order. A pair does not reach over a line break.
func protectedSpans(text string) [][2]int {
	opened := false
	for _, mark := range []string{"(", "（", "“", "《", "「", "『"} {
		opened = opened || strings.Contains(text, mark)
	}
	if !opened {
		return nil
	}
	var out [][2]int
	var open []bracket
	for i, r := range text {
		switch r {
		case '\n':
			open = open[:0]
		case '《', '“', '（', '「', '『', '(':
			open = append(open, bracket{closing(r), i})
		case '》', '”', '）', '」', '』', ')':
			k := len(open) - 1
			for k >= 0 && k >= len(open)-4 && open[k].close != fold(r) {
				k--
			}
			if k < 0 || k < len(open)-4 {
				continue
			}
			start, end := open[k].at, i+utf8.RuneLen(r)
			open = open[:k]
			if end-start > maxProtected {
				continue
			}
			for len(out) > 0 && out[len(out)-1][0] >= start {
				out = out[:len(out)-1]
			}
			out = append(out, [2]int{start, end})
		}
	}
	return out
}

type bracket struct {
	close rune
	at    int
}

// closing returns the mark that closes r; round brackets of either width close
// each other, as they are mixed in practice.
func closing(r rune) rune {
	switch r {
	case '《':
		return '》'
	case '“':
		return '”'
	case '「':
		return '」'
	case '『':
		return '』'
	}
	return ')'
}

func fold(r rune) rune {
	if r == '）' {
		return ')'
	}
	return r
}
