package ground

import (
	"strings"
	"unicode/utf8"
)

// quotesHold checks the spans of the supports and what the claim itself puts
// between quotation marks.
func quotesHold(c Claim) fault {
	for _, s := range c.Supports {
		t := s.Passage.Text
		if s.Start < 0 || s.End > len(t) || s.Start >= s.End || !utf8.ValidString(t[s.Start:s.End]) {
			return fault{verdict: BadQuote}
		}
	}
	for _, quote := range quotations(c.Text) {
		held := false
		for _, s := range c.Supports {
			held = held || strings.Contains(s.Passage.Text, quote)
		}
		if !held {
			return fault{verdict: BadQuote, what: quote}
		}
	}
	return sound
}

// quotePairs are the marks that quote; the outermost ones count.
var quotePairs = map[rune]rune{'“': '”', '「': '」', '『': '』', '‘': '’', '"': '"', '＂': '＂'}

// quotations returns the outermost stretches between quotation marks. An
// apostrophe is none.
func quotations(s string) []string {
	var out []string
	var closing rune
	opening := rune(0)
	depth, start := 0, 0
	for i, r := range s {
		switch {
		case depth == 0 && quotePairs[r] != 0:
			if r == '‘' && !strings.ContainsRune(s[i:], '’') {
				continue
			}
			opening, closing = r, quotePairs[r]
			depth, start = 1, i+utf8.RuneLen(r)
		case depth > 0 && r == closing:
			if depth--; depth == 0 {
				out = append(out, s[start:i])
			}
		case depth > 0 && r == opening:
			depth++
		}
	}
	return out
}
