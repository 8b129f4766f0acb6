package answer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain takes out of a model's sentence what is no text: links, images,
// emphasis, list marks, characters that are not seen. Nobody is led anywhere
// by what a model writes: the text of a link stays, its address goes.
func plain(s string) (string, Flaw) {
	s = strings.Map(seen, s)
	s = image.ReplaceAllString(s, "")
	s = link.ReplaceAllStringFunc(s, func(l string) string {
		text := link.FindStringSubmatch(l)[1]
		if inside := citationMark.FindString("[" + text + "]"); inside != "" {
			return inside
		}
		return text
	})
	s = address.ReplaceAllString(s, "")
	s = emphasisTag.ReplaceAllString(s, "")
	var flaw Flaw
	if anyTag.MatchString(s) {
		flaw = Markup
	}
	s = strings.NewReplacer("**", "", "__", "", "`", "").Replace(s)
	s = listMark.ReplaceAllString(s, "")
	return strings.TrimSpace(s), flaw
}

var (
	image       = regexp.MustCompile(`!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?`)
	link        = regexp.MustCompile(`\[([^\[\]]*)\]\([^)]*\)`)
	address     = regexp.MustCompile(`(?i)<?\b(?:(?:https?|ftp|file|data|javascript|vbscript|mailto|slack|tel):[^\s\p{Han}，。；）》”]+|www\.[^\s\p{Han}，。；）》”]+|(?:[\w-]+\.)+[a-z]{2,}/[^\s\p{Han}，。；）》”]*)>?`)
	emphasisTag = regexp.MustCompile(`(?i)</?(?:b|i|u|em|strong|sup|sub|br|p|ul|ol|li|span)\s*/?>`)
	anyTag      = regexp.MustCompile(`<\s*[/!?]?\s*[\p{L}@]`)
	listMark    = regexp.MustCompile(`^\s*(?:#{1,6}\s+|[-*•·]\s+|\d{1,2}[.、)）]\s+|>\s+)+`)
)

// seen drops a character that leaves no trace on a screen.
func seen(r rune) rune {
	if r == '\n' || r == '\t' {
		return ' '
	}
	if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r >= 0xE0000 && r <= 0xE0FFF || r >= 0xFE00 && r <= 0xFE0F {
		return -1
	}
	return r
}

// inLanguage reports whether a sentence is written in the language of the
// answer, "zh" or "en". Names and quotations may be in any.
func inLanguage(s, language string) bool {
	s = unquoted(s)
	var han, kana, foreign, latin int
	word := false
	for _, r := range s {
		isLatin := unicode.Is(unicode.Latin, r)
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case isLatin && !word:
			latin++ // words
		case unicode.IsLetter(r) && !isLatin && !unicode.Is(unicode.Greek, r):
			foreign++
		}
		word = isLatin
	}
	switch {
	case kana > 2 || foreign > 2:
		return false
	case language == "en" && englishWord.MatchString(s):
		return han <= 4*latin // Chinese names may be long
	case language == "en":
		return han <= latin && latin >= 2 || han == 0 && foreign+kana == 0
	}
	return han >= 2 && 3*han >= latin || latin <= 2
}

// englishWord tells an English sentence from a list of Latin names.
var englishWord = regexp.MustCompile(`(?i)\b(the|a|an|of|in|to|is|are|was|were|by|and|for|from|at|with|that|it|says?|according)\b`)

// unquoted leaves out what stands in quotation marks and brackets, which may
// hold others.
func unquoted(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case strings.ContainsRune("“《（(「", r):
			depth++
		case strings.ContainsRune("”》）)」", r):
			depth = max(0, depth-1)
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Stretches of the instructions that no sentence has by chance, in letters and
// digits; a shorter sentence that stands in them whole is one too, from a
// shortest length on.
const (
	repeatedHan   = 10
	repeatedLatin = 40
	repeatedLeast = 6
)

// repeatsInstructions reports whether a sentence holds a stretch of what the
// model was told, which comes squeezed.
func repeatsInstructions(s, squeezed string) bool {
	s = squeeze(s)
	n := repeatedLatin
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		n = repeatedHan
	}
	runes := []rune(s)
	n = min(n, max(repeatedLeast, len(runes)))
	half := n / 2 // every stretch of n holds one of these halves whole
	for at := 0; at+half <= len(runes); at += half {
		if !strings.Contains(squeezed, string(runes[at:at+half])) {
			continue
		}
		for i := max(0, at-n+half); i <= at && i+n <= len(runes); i++ {
			if strings.Contains(squeezed, string(runes[i:i+n])) {
				return true
			}
		}
	}
	return false
}

// squeeze drops everything but letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// refuses reports whether a sentence that cites nothing says that the passages
// hold no answer.
func refuses(w written) bool {
	text := strings.TrimFunc(w.text, func(r rune) bool { return !unicode.IsLetter(r) })
	if strings.EqualFold(text, "NOT_FOUND") || strings.EqualFold(text, "not found") {
		return true
	}
	return len(w.cites) == 0 && utf8.RuneCountInString(text) < 120 && refusal.MatchString(strings.ToLower(text))
}

var refusal = regexp.MustCompile(`(报告|段落|资料|材料|原文|文中|上文|内容|文档).{0,8}(没有|未|并无|不包含|无法|找不到)|(没有|未能?|无法|找不到).{0,12}(找到|提及|提供|给出|说明|回答|答案|相关)|` +
	`\b(passages?|reports?|documents?|text|context|sources?)\b.{0,20}\b(do(es)? not|don't|doesn't|did not|no|not)\b|\b(cannot|can't|unable to|could not)\b.{0,30}\b(answer|find|found|determine)\b|\bno (information|data|answer)\b`)
