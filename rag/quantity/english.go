package quantity

import (
	"math"
	"strconv"
	"strings"
)

// englishUnits gives the English word after a number for units that have one
// which reads the same everywhere. Counters of Chinese (家, 款, 项) have none.
var englishUnits = map[string]string{
	"": "", "%": "%", "百分点": " percentage points", "倍": " times",
	"年": " years", "个月": " months", "周": " weeks", "天": " days", "小时": " hours", "分钟": " minutes",
}

// currencies are written before the number.
var currencies = map[string]string{"元": "RMB ", "美元": "USD ", "欧元": "EUR "}

// englishScales are the words for the powers of ten that English counts by.
var englishScales = []struct {
	word   string
	factor float64
}{{" trillion", 1e12}, {" billion", 1e9}, {" million", 1e6}}

// English writes a value as an English text would: 294.16亿元 is "RMB 29.416
// billion", 60%以上 "over 60%", 3至4个月 "3–4 months". ok is false for a unit that
// English has no word for and for whatever does not read back as the same
// value.
func (v Value) English() (text string, ok bool) {
	before, after, ok := englishUnit(v.Unit)
	if !ok {
		return "", false
	}
	scale, factor := "", 1.0
	for _, s := range englishScales {
		if math.Abs(v.High) >= s.factor && !strings.HasPrefix(after, "%") {
			scale, factor = s.word, s.factor
			break
		}
	}
	number := englishNumber(v.Number / factor)
	if v.High != v.Number {
		number += "–" + englishNumber(v.High/factor)
	}
	text = before + number + scale + after
	if back := Values(text); len(back) != 1 || !back[0].Same(v) {
		return "", false
	}
	return englishBound(v.Bound) + text, true
}

func englishUnit(unit string) (before, after string, ok bool) {
	if before, ok = currencies[unit]; ok {
		return before, "", true
	}
	after, ok = englishUnits[unit]
	return "", after, ok
}

func englishBound(b Bound) string {
	switch b {
	case About:
		return "about "
	case AtLeast:
		return "over "
	case AtMost:
		return "at most "
	}
	return ""
}

// englishNumber prints a number in full, thousands in groups.
func englishNumber(n float64) string {
	digits, fraction, _ := strings.Cut(strconv.FormatFloat(round(n), 'f', -1, 64), ".")
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + digits + fraction
}
