package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxItem is the longest item of a list in a cell, in runes.
const maxItem = 20

// cellItems returns the items of a cell, two or more, or nil. Without line
// breaks of the author it goes by shape: items parted by one blank where a line
// break of the page became a blank and the pieces are alike, a chain of arrows,
// a list parted by 、.
func cellItems(text string) []string {
	if len(text) < 3 {
		return nil
	}
	if strings.ContainsAny(text, "→➔⇒") {
		if items := cut(text, isArrow); len(items) > 1 {
			return trimItems(items)
		}
	}
	if items := blankItems(text); items != nil {
		return items
	}
	return commaItems(text)
}

func isArrow(r rune) bool { return r == '→' || r == '➔' || r == '⇒' }

func trimItems(items []string) []string {
	for i := range items {
		if items[i] = strings.TrimSpace(items[i]); items[i] == "" {
			return nil
		}
	}
	return items
}

// cut splits text at the runes that part it, outside of brackets and quotes.
func cut(text string, parts func(rune) bool) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range text {
		switch r {
		case '（', '(', '《', '“', '「', '『', '【', '〔', '[':
			depth++
		case '）', ')', '》', '”', '」', '』', '】', '〕', ']':
			depth = max(depth-1, 0)
		default:
			if depth == 0 && parts(r) {
				out = append(out, text[start:i])
				start = i + utf8.RuneLen(r)
			}
		}
	}
	return append(out, text[start:])
}

// blankItems splits at blanks when the pieces are alike: all "名称：内容", all
// closed by a bracket, all Chinese words with a common beginning or end, or
// statements closed by a semicolon.
func blankItems(text string) []string {
	if !strings.Contains(text, " ") || hanShare(text) == 0 {
		return nil
	}
	var items []string
	start, at := 0, 0 // of the present item and of the present piece
	for _, p := range cut(text, func(r rune) bool { return r == ' ' }) {
		first, _ := utf8.DecodeRuneInString(p)
		if at > start && p != "" && !strings.ContainsRune("（(/+&", first) {
			items = append(items, strings.TrimSpace(text[start:at]))
			start = at
		}
		at += len(p) + 1
	}
	items = append(items, strings.TrimSpace(text[start:]))
	if len(items) < 2 {
		return nil
	}
	if all(items, labelled) || all(items, bracketed) || all(items[:len(items)-1], semicolon) || kindred(items) {
		return items
	}
	return nil
}

func all(items []string, is func(string) bool) bool {
	for _, s := range items {
		if !is(s) {
			return false
		}
	}
	return true
}

// labelled reports whether s is "名称：内容" with a short name.
func labelled(s string) bool {
	name, rest, ok := strings.Cut(s, "：")
	return ok && name != "" && rest != "" && runeLen(name) <= 12
}

// bracketed reports whether s is a name with a remark in brackets; a blank
// before the bracket is a unit's.
func bracketed(s string) bool {
	closed := strings.HasSuffix(s, "）") || strings.HasSuffix(s, ")")
	return closed && strings.ContainsAny(s, "（(") && hanShare(s) > 0 && !strings.Contains(s, " (") && !strings.Contains(s, " （")
}

func semicolon(s string) bool { return strings.HasSuffix(s, "；") || strings.HasSuffix(s, "。") }

// kindred reports whether all items are Chinese words that share their first or
// last two characters, or three and more of equal length.
func kindred(items []string) bool {
	first := []rune(items[0])
	head, tail, equal := true, true, len(items) >= 3
	for _, s := range items {
		r := []rune(s)
		if len(r) < 3 || len(r) > 12 {
			return false
		}
		for _, c := range r {
			if !unicode.Is(unicode.Han, c) {
				return false
			}
		}
		head = head && string(r[:2]) == string(first[:2])
		tail = tail && len(first) >= 2 && string(r[len(r)-2:]) == string(first[len(first)-2:])
		equal = equal && len(r) == len(first)
	}
	return head || tail || equal
}

// commaItems splits a list parted by 、 that is not part of a sentence.
func commaItems(text string) []string {
	if !strings.Contains(text, "、") || sentencePunctuation(text) {
		return nil
	}
	items := cut(text, func(r rune) bool { return r == '、' })
	if len(items) < 2 {
		return nil
	}
	joined := false
	for i, s := range items {
		name := s
		if at := strings.IndexAny(s, "（("); at > 0 {
			name = s[:at]
		}
		if strings.TrimSpace(s) == "" || runeLen(name) > maxItem {
			return nil
		}
		if at := strings.Index(name, "等"); at >= 0 && at+len("等") < len(name) && i == len(items)-1 {
			return nil // "…、丙等七项标准": a sentence goes on
		}
		joined = joined || strings.ContainsAny(name, "与和及并")
	}
	if joined && len(items) < 3 || openedBySentence(items) {
		return nil
	}
	return trimItems(items)
}

// openedBySentence reports whether the first item is the beginning of a
// sentence: the longest of all, with a word that only sentences have.
func openedBySentence(items []string) bool {
	n := runeLen(items[0])
	for _, s := range items[1:] {
		if runeLen(s) >= n {
			return false
		}
	}
	return n >= 8 && strings.ContainsAny(items[0], "向将把使让被以于从对是有为的")
}

// sentencePunctuation reports whether text has such a mark outside of brackets.
func sentencePunctuation(text string) bool {
	return len(cut(text, func(r rune) bool { return r == '，' || r == '。' || r == '；' || r == '！' || r == '？' })) > 1
}
