package question

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// English returns a function that puts short Chinese words, such as the title
// of a column or the subject of a sentence, into English, word by word with the
// terms and names of the lexicon, the longest first. It is false where a word
// has no English form: a text is never put into English by half.
func (l *Lexicon) English() func(text string) (string, bool) {
	words := make(map[string]string)
	longest := 0
	put := func(chinese, english string) {
		if _, ok := words[chinese]; !ok && english != "" && hasHan(chinese) {
			words[chinese] = english
			longest = max(longest, utf8.RuneCountInString(chinese))
		}
	}
	for _, g := range l.groups { // names first, as everywhere
		if g.kind != KindTerm && g.kind != KindSynonym {
			latin := firstLatin(g.forms)
			for _, f := range g.forms {
				put(f, latin)
			}
		}
	}
	for _, g := range l.groups { // then what a term stands for first of all
		if g.kind == KindTerm {
			put(g.targets[0], g.forms[0])
		}
	}
	for _, g := range l.groups {
		if g.kind == KindTerm {
			for _, t := range g.targets[1:] {
				put(t, g.forms[0])
			}
		}
	}
	return func(text string) (string, bool) { return gloss(words, longest, text) }
}

func gloss(words map[string]string, longest int, text string) (string, bool) {
	var out []string
	for runes := []rune(text); len(runes) > 0; {
		n := 0
		if runes[0] < utf8.RuneSelf {
			for n < len(runes) && runes[n] < utf8.RuneSelf {
				n++
			}
			out = append(out, strings.Fields(string(runes[:n]))...)
			runes = runes[n:]
			continue
		}
		for n = min(longest, len(runes)); n > 0; n-- {
			if english, ok := words[string(runes[:n])]; ok {
				out = append(out, english)
				break
			}
		}
		switch {
		case n > 0:
			runes = runes[n:]
		case runes[0] == '的':
			runes = runes[1:]
		default:
			return "", false
		}
	}
	return strings.Join(out, " "), len(out) > 0
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// firstLatin is the first form in Latin letters, "" for none.
func firstLatin(forms []string) string {
	for _, f := range forms {
		if !strings.ContainsFunc(f, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return f
		}
	}
	return ""
}
