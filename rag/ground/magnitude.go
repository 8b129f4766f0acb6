package ground

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
)

// magnitude is an order of size without a number: 百万量级, 千亿级, 万亿元级.
var magnitude = regexp.MustCompile(`([十百千万亿]*[百千万亿])(?:元|美元|参数)?(?:量级|级)`)

// numerals are the characters of a number before a magnitude, which make it a
// value: 三百级.
const numerals = "0123456789０１２３４５６７８９一二三四五六七八九两几数.．"

// magnitudes checks that an order of size stands in what is cited, in words or
// as a value of that size.
func (e *examination) magnitudes() fault {
	if e.latin {
		return sound
	}
	for _, m := range magnitude.FindAllStringSubmatchIndex(e.claim.text, -1) {
		word := e.claim.text[m[2]:m[3]]
		if !strings.ContainsRune(numerals, lastRune(e.claim.text[:m[2]])) && !e.ofSize(word) {
			return fault{verdict: BadNumber, what: e.claim.text[m[0]:m[1]]}
		}
	}
	return sound
}

// ofSize reports whether what is cited speaks of a size, 百万, or states a value
// of less than a hundred times as much.
func (e *examination) ofSize(word string) bool {
	size := 1.0
	for _, r := range word {
		size *= map[rune]float64{'十': 10, '百': 100, '千': 1e3, '万': 1e4, '亿': 1e8}[r]
	}
	for _, c := range e.cited {
		if saysSize(c.around, lexical.Fold(word)) {
			return true
		}
		for _, r := range c.readings {
			for j := range r.clauses {
				for _, v := range r.clauses[j].values {
					if v.Number >= size && v.Number < 100*size {
						return true
					}
				}
			}
		}
	}
	return false
}

// saysSize reports whether a text holds a size that is no part of a larger one
// and of no number.
func saysSize(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !strings.ContainsRune(numerals+"十百千万亿", lastRune(text[:i])) && !strings.ContainsRune("十百千万亿", after) {
			return true
		}
		from = i + len(word)
	}
}
