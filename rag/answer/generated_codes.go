package answer

import (
	"regexp"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
)

// code is a word of letters and digits together: V4.0, 2B, GPT-4o, Top20. Its
// digits are no value, so the verifier does not compare them.
var code = regexp.MustCompile(`[A-Za-z][A-Za-z-]*\d[\dA-Za-z.-]*|\d[\d.]*[A-Za-z][\dA-Za-z]*`)

// Codes that may be another spelling of a period, and in English of a value.
var (
	periodCode = regexp.MustCompile(`(?i)^(?:[qh][1-4]|fy\d+|(?:19|20)\d\d[qh][1-4])$`)
	valueCode  = regexp.MustCompile(`(?i)^(?:[a-z$]*\d[\d.]*(?:bn|tn|mn|m|k|b|x|pp|pct|st|nd|rd|th|s)|(?:rmb|usd|cny|us|hk)\d[\d.]*)$`)
)

// strangeCode returns a code of a sentence of a language that stands neither in the passages
// that it cites nor in what they are about; "" for none.
func (g *Generated) strangeCode(text, language string, c ground.Claim) string {
	found := code.FindAllString(text, -1)
	if len(found) == 0 {
		return ""
	}
	var around strings.Builder
	for _, s := range c.Supports {
		v := g.view(0, s.Passage)
		around.WriteString(lexical.Fold(v.Text + "\n" + s.Passage.Lead + "\n" + v.Caption + "\n" + strings.Join(v.Section, "\n") + "\n" + v.Document + "\n"))
		if d, ok := g.Library.Document(s.Passage.DocumentID); ok && s.Passage.Block >= 0 && s.Passage.Block < len(d.Blocks) {
			around.WriteString(lexical.Fold(d.Text[d.Blocks[s.Passage.Block].Start:d.Blocks[s.Passage.Block].End]))
		}
	}
	for _, w := range found {
		w = strings.TrimRight(w, ".-")
		if periodCode.MatchString(w) || language == "en" && valueCode.MatchString(w) {
			continue
		}
		if !holdsWord(around.String(), lexical.Fold(w)) {
			return w
		}
	}
	return ""
}

// holdsWord reports whether text holds word with no letter or digit of the
// Latin script on either side: 12B does not hold 2B.
func holdsWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		at, end := from+i, from+i+len(word)
		if (at == 0 || !isWord(text[at-1])) && (end == len(text) || !isWord(text[end])) {
			return true
		}
		from = at + 1
	}
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
