package ground

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/quantity"
)

// stated reads the values of a text as quantity.Values does, and besides what
// a text says without a number: 一半, 翻番, two thirds, three stages. Ranks and
// other ordinals (第7, No. 2, top 3) are left out: they have a check of their own.
func stated(text string) []quantity.Value {
	var out []quantity.Value
	for _, v := range quantity.Values(text) {
		if !ordinalBefore(text, v) && !yearBefore(text, v) {
			out = append(out, v)
		}
	}
	if !strings.ContainsAny(text, "半翻腰") && !hasLatin(strings.ToLower(text)) {
		return out
	}
	for _, m := range wordedAmount.FindAllStringIndex(text, -1) {
		taken := slices.ContainsFunc(out, func(v quantity.Value) bool { return v.Start < m[1] && m[0] < v.End })
		if v, ok := worded(text, m[0], m[1]); ok && !taken {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b quantity.Value) int { return a.Start - b.Start })
	return out
}

// yearBefore reports whether a value is no length of time but a year named by
// its place: 上一年, 前一年.
func yearBefore(text string, v quantity.Value) bool {
	return v.Unit == "年" && v.Number == 1 && v.High == 1 && endsWithAny(text[:v.Start], "上", "前", "同", "次", "下", "后", "这")
}

var ordinalMark = regexp.MustCompile(`(?i)(第|前|\bno\. ?|\btop[ -]?|\brank(s|ed)? (in )?#?|#)$`)

// ordinalBefore reports whether a number is a place in an order.
func ordinalBefore(text string, v quantity.Value) bool {
	head := text[runeStart(text, v.Start-12):v.Start]
	m := ordinalMark.FindString(head)
	return m != "" && (m != "前" || v.Unit == "" || v.Unit == "名" || v.Unit == "位" || v.Unit == "大" || v.Unit == "强" || v.Unit == "家")
}

var wordedAmount = regexp.MustCompile(`(?i)一半|半数|过半|翻了?一?番|腰斩|\b(?:one|a|two|three|four|five)[ -](?:half|halves|thirds?|quarters?|fourths?|fifths?)\b|\bhalf (?:of|the)\b|\bdoubl(?:ed|es|ing)\b|\btripl(?:ed|es|ing)\b|\bhalved\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)\b(?: (?:percent|per cent|times|months|years|days|weeks|hours))?`)

var englishNumbers = map[string]float64{
	"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}

var englishParts = map[string]float64{"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5}

// worded is the value of the words text[start:end].
func worded(text string, start, end int) (quantity.Value, bool) {
	v := quantity.Value{Text: text[start:end], Start: start, End: end, Bound: boundAround(text, start, end)}
	word := strings.ToLower(v.Text)
	switch {
	case word == "一半" || word == "半数" || strings.HasPrefix(word, "half"):
		v.Number = 0.5
	case word == "过半":
		v.Number, v.Bound = 0.5, quantity.AtLeast
	case strings.HasPrefix(word, "翻") || strings.HasPrefix(word, "doubl"):
		v.Number, v.Unit = 2, "倍"
	case strings.HasPrefix(word, "tripl"):
		v.Number, v.Unit = 3, "倍"
	case word == "腰斩" || word == "halved":
		v.Number = 0.5
	default:
		first, rest, _ := strings.Cut(strings.ReplaceAll(word, "-", " "), " ")
		v.Number = englishNumbers[first]
		switch part := englishParts[rest]; {
		case part > 0:
			v.Number /= part
		case rest != "":
			v.Unit, _ = quantity.Canonical(rest)
		}
	}
	v.High = v.Number
	return v, v.Number > 0
}

// boundAround reads the bound of text[start:end] as if it were a number.
func boundAround(text string, start, end int) quantity.Bound {
	as := text[:start] + "5" + text[end:]
	for _, v := range quantity.Values(as[runeStart(as, start-30):min(len(as), start+30)]) {
		if v.Text == "5" {
			return v.Bound
		}
	}
	return quantity.Exact
}

// match tells how a value of a claim relates to one of a passage.
type match int

const (
	different  match = iota
	sameNumber       // with another unit
	otherBound       // the same amount, but 超 for 约 or the like
	same
)

// matchValue compares a value of a claim with one of a passage. A rounded
// value must say that it is one: 约294亿元 of 294.16亿元.
func matchValue(c, s value, claim string) match {
	unit := sameUnit(c, s)
	number := c.SameNumber(s.Value) || endOfRange(s.Value, c.Value)
	if c.fraction != s.fraction && (c.Unit == "%" || s.Unit == "%") {
		number = math.Abs(inPercent(c)-inPercent(s)) <= 0.5*lastPlace(s.Text)+0.34*boolFit(c.Bound == quantity.About)+0.001
		unit = true
		if c.fraction && fairPart(c, s, claim) {
			return same
		}
	}
	switch {
	case number && !unit:
		return sameNumber
	case number && boundHolds(c, s):
		return same
	case number:
		return otherBound
	case unit && rounded(c, s, claim):
		return same
	}
	return different
}

// Limits, in points, of what 超过一半 and 近一半 may be said of.
const (
	mostAbovePart = 10
	mostBelowPart = 5
)

// fairPart reports whether a part with a bound is a fair word for a percentage:
// 超过一半 of 52.2%, 接近一半 of 49.8%.
func fairPart(c, s value, claim string) bool {
	off := s.Number - inPercent(c)
	switch {
	case s.Unit != "%" || s.Number != s.High || s.Bound == quantity.AtLeast || s.Bound == quantity.AtMost:
		return false
	case c.Bound == quantity.AtLeast:
		return off > 0 && off <= mostAbovePart
	case c.Bound == quantity.AtMost || distantUpTo.MatchString(claim[:c.Start]):
		return off < 0 && -off <= mostBelowPart
	}
	return false
}

func inPercent(v value) float64 {
	if v.fraction {
		return v.Number * 100
	}
	return v.Number
}

// counters are units of things counted that a translation leaves out.
func counter(unit string) bool {
	switch unit {
	case "人", "户", "次", "人次", "台", "架", "套", "座", "辆", "所", "支", "本", "只", "枚", "颗", "间", "株", "头", "艘", "张", "门", "语种", "阶段", "端", "维", "部门":
		return true
	}
	return unit != "" && countUnit(unit)
}

// sameUnit: 2.7亿 may be said of 2.7亿人, and of 931家 a claim in English leaves
// 家 out.
func sameUnit(c, s value) bool {
	switch {
	case c.Unit == s.Unit:
		return true
	case s.Unit == "":
		return counter(c.Unit) && !s.fraction && s.header == ""
	case c.Unit == "":
		return counter(s.Unit)
	}
	return false
}

// boundHolds: what is about a number may be given as the number; more or less
// than it may not, nor may a bound be added.
func boundHolds(c, s value) bool {
	limits := func(b quantity.Bound) bool { return b == quantity.AtLeast || b == quantity.AtMost }
	if limits(c.Bound) || limits(s.Bound) {
		return c.Bound == s.Bound
	}
	return true
}

// Limits of a fair rounding.
const (
	furthestRounded = 0.05 // of the value
	furthestBound   = 0.06 // of the value, for 超290亿 of 294.16亿
)

// rounded reports whether c, which says 约, 超, 近 or the like, is a fair
// rounding of s: to fewer digits, and to the nearest, or the next below after
// 超 and above after 不足 and 近.
func rounded(c, s value, claim string) bool {
	if c.Bound == quantity.Exact || c.Number != c.High || s.Number != s.High || s.Number == 0 || digitsOf(c.Text) >= digitsOf(s.Text) {
		return false
	}
	step := lastPlace(c.Text) * scaleOf(c.Value)
	off := c.Number - s.Number
	far := math.Abs(off) / math.Abs(s.Number)
	switch c.Bound {
	case quantity.AtLeast:
		return s.Bound != quantity.AtMost && off < 0 && -off < step && far <= furthestBound
	case quantity.AtMost:
		return s.Bound != quantity.AtLeast && off > 0 && off < step && far <= furthestBound
	}
	if s.Bound == quantity.AtLeast || s.Bound == quantity.AtMost {
		return false
	}
	if upTo(claim, c.Value) {
		return off > 0 && off < step && far <= furthestBound
	}
	return math.Abs(off) <= 0.5001*step && far <= furthestRounded
}

// upTo reports whether the words before a value say that it is not reached: 近,
// nearly.
func upTo(text string, v quantity.Value) bool {
	before := strings.ToLower(strings.TrimRight(text[runeStart(text, v.Start-12):v.Start], " "))
	return endsWithAny(before, "近", "接近", "将近", "nearly", "almost", "close to")
}

// printed returns the digits of a printed number, its point and no separators.
func printed(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case r >= '0' && r <= '9' || r == '.':
			b.WriteRune(r)
		case r == '．':
			b.WriteByte('.')
		case r == ',' || r == '，' || r == '$' || r == '¥' || r == '€' || r == '-' || r == '+':
		case b.Len() > 0:
			return b.String()
		}
	}
	return b.String()
}

// digitsOf counts the significant digits of a printed number.
func digitsOf(text string) int {
	d := strings.Trim(strings.ReplaceAll(printed(text), ".", ""), "0")
	if d == "" {
		return 1
	}
	return len(d)
}

// lastPlace is the worth of the last digit of a printed number that is not a
// trailing zero before the point: 0.01 of 294.16, 10 of 290.
func lastPlace(text string) float64 {
	whole, fraction, ok := strings.Cut(printed(text), ".")
	if ok {
		return math.Pow(10, -float64(len(fraction)))
	}
	return math.Pow(10, float64(len(whole)-len(strings.TrimRight(whole, "0"))))
}

// scaleOf is what a number is multiplied by after its digits: 1e8 of 294.16亿.
func scaleOf(v quantity.Value) float64 {
	n := quantity.Values(printed(v.Text) + "个")
	if len(n) != 1 || n[0].Number == 0 {
		return 1
	}
	return math.Abs(v.Number / n[0].Number)
}

// endOfRange: 3个月 may be said of 3至4个月 only as one of its ends.
func endOfRange(s, val quantity.Value) bool {
	return s.Number != s.High && s.Unit == val.Unit && val.Number == val.High && (val.Number == s.Number || val.Number == s.High)
}
