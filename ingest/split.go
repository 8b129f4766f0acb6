package ingest

import (
	"strings"
	"unicode/utf8"
)

// splitText returns the byte spans of the passages that text is cut into: text
// itself up to limit runes, else groups of whole sentences of about target
// runes. A rune of Latin script counts a third. A sentence longer than limit
// and a half is cut at semicolons.
func splitText(text string, limit, target int) [][2]int {
	total := width(text)
	if total <= limit*3 {
		return appendSpan(nil, text, 0, len(text))
	}
	var pieces [][2]int
	for _, s := range Sentences(text) {
		if width(text[s[0]:s[1]]) > limit*9/2 {
			pieces = append(pieces, semicolonSpans(text, s)...)
			continue
		}
		pieces = append(pieces, s)
	}
	return group(text, pieces, limit*3, target*3)
}

// width measures text in thirds of a Chinese character.
func width(text string) int {
	n := 0
	for _, r := range text {
		if r < 0x2e80 {
			n++
		} else {
			n += 3
		}
	}
	return n
}

// group joins neighbouring pieces into parts of even size near target.
func group(text string, pieces [][2]int, limit, target int) [][2]int {
	total := 0
	sizes := make([]int, len(pieces))
	for i, p := range pieces {
		sizes[i] = width(text[p[0]:p[1]])
		total += sizes[i]
	}
	goal := total / max(1, (total+limit-1)/limit, (total+target/2)/target)
	var out [][2]int
	size := 0
	for i, p := range pieces {
		if i > 0 && size+sizes[i] <= limit && size+sizes[i]/2 <= goal {
			out[len(out)-1][1] = p[1]
			size += sizes[i]
			continue
		}
		out = append(out, p)
		size = sizes[i]
	}
	if n := len(out); n > 1 { // no short rest
		last, before := out[n-1], out[n-2]
		if width(text[last[0]:last[1]]) < limit/4 && width(text[before[0]:last[1]]) <= limit+limit/4 {
			out[n-2][1] = last[1]
			out = out[:n-1]
		}
	}
	return out
}

// semicolonSpans cuts one very long sentence after its semicolons outside of
// quotes and brackets.
func semicolonSpans(text string, s [2]int) [][2]int {
	var out [][2]int
	skip := protectedSpans(text[s[0]:s[1]])
	start := s[0]
	for i := s[0]; i < s[1]; {
		if len(skip) > 0 && i-s[0] >= skip[0][0] {
			i = max(i, s[0]+skip[0][1])
			skip = skip[1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if strings.ContainsRune("；;", r) {
			out = appendSpan(out, text, start, i)
			start = i
		}
	}
	return appendSpan(out, text, start, s[1])
}
