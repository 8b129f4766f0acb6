package question

import (
	"regexp"
	"strings"

	"yanbao/rag/lexical"
)

var (
	shortYear    = regexp.MustCompile(`(^|[^\d近过去这前后来第约超满每了有长达几])(1[5-9]|2\d|3[0-5])年([^内来间后多期前级龄限之历以]|$)`)
	shortYearTwo = regexp.MustCompile(`(^|\D)(1[5-9]|2\d|3[0-5])年?(到|至|—|-|~)(20)?(1[5-9]|2\d|3[0-5])年`)
)

// Normal puts a question into the form that the rules read: trimmed, in
// simplified characters, years of two digits written out (24年 is 2024年).
func Normal(text string) string {
	text = lexical.Simplified(strings.TrimSpace(text))
	text = shortYearTwo.ReplaceAllStringFunc(text, func(s string) string {
		m := shortYearTwo.FindStringSubmatch(s)
		return m[1] + "20" + m[2] + "年" + m[3] + "20" + m[5] + "年"
	})
	for range 2 { // matches share the character between them
		text = shortYear.ReplaceAllString(text, "${1}20${2}年${3}")
	}
	return text
}
