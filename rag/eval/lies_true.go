package eval

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yanbao/rag/quantity"
)

// computedMark stands in claims that show a formula: rewording a number of one
// would break it.
const computedMark = "≈"

// reworded replaces a few values of the claim by what other gives for each; ""
// leaves it as it is.
func (c *claim) reworded(other func(v quantity.Value) string) []string {
	if strings.ContainsAny(c.Claim, computedMark+"=÷×") {
		return nil
	}
	var out []string
	for _, v := range c.places() {
		if inside(c.Claim, v.Start, "“", "”") || strings.Count(c.Claim, "\"")%2 == 1 {
			continue
		}
		if text := other(v); text != "" {
			out = append(out, replace(c.Claim, v.Start, v.End, text))
		}
	}
	return out
}

var plainNumber = regexp.MustCompile(`^(\d+(?:,\d{3})*(?:\.\d+)?)(万亿|亿|万)?(美元|欧元|元|%)?$`)

// otherSpellings writes values in full digits, with separators and in Chinese.
func (c *claim) otherSpellings() []string {
	var out []string
	for k := range 3 {
		out = append(out, c.reworded(func(v quantity.Value) string {
			g := plainNumber.FindStringSubmatch(v.Text)
			if g == nil {
				return ""
			}
			if g[3] == "%" {
				return "百分之" + hanNumeral(g[1])
			}
			switch {
			case k == 0 && g[2] != "" && v.Number < 1e13:
				return strconv.FormatFloat(v.Number, 'f', -1, 64) + g[3]
			case k == 1 && g[2] != "" && v.Number < 1e13:
				return grouped(v.Number) + g[3]
			case k == 2 && g[2] != "":
				return hanNumeral(g[1]) + g[2] + g[3]
			}
			return ""
		})...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// grouped prints a number with separators of thousands.
func grouped(n float64) string {
	digits, fraction, _ := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if fraction != "" {
		digits += "." + fraction
	}
	return digits
}

// hanNumeral says printed digits below ten thousand in Chinese: 294.16 is
// 二百九十四点一六.
func hanNumeral(printed string) string {
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(printed, ",", ""), ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n >= 10000 {
		return printed
	}
	digits := []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	var b strings.Builder
	zero := false
	for _, p := range []struct {
		worth int
		word  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / p.worth % 10
		if d == 0 {
			zero = b.Len() > 0
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		if !(p.worth == 10 && d == 1 && b.Len() == 0) {
			b.WriteString(digits[d])
		}
		b.WriteString(p.word)
	}
	if b.Len() == 0 {
		b.WriteString("零")
	}
	if fraction != "" {
		b.WriteString("点")
		for _, d := range fraction {
			b.WriteString(digits[d-'0'])
		}
	}
	return b.String()
}

// englishValues gives a value of the claim in English.
func (c *claim) englishValues() []string {
	return c.reworded(func(v quantity.Value) string {
		if !v.Money() && v.Unit != "%" {
			return ""
		}
		v.Bound = quantity.Exact // 约 stands in the claim
		text, ok := v.English()
		if !ok || text == v.Text {
			return ""
		}
		return " " + text
	})
}

// englishSentences says in English what a clause with one year and one amount
// states: "In 2024 it was about RMB 29.416 billion."
func (c *claim) englishSentences() []string {
	if len(c.Cited) > 1 {
		return nil // which of them states it is not known
	}
	var out []string
	for _, clause := range strings.FieldsFunc(c.Claim, func(r rune) bool { return strings.ContainsRune("，；。：", r) }) {
		values, periods := quantity.Values(clause), quantity.Periods(clause)
		if len(values) != 1 || len(periods) != 1 || !values[0].Money() || periods[0].Year == 0 || periods[0].YearTo != 0 || periods[0].Month != 0 || periods[0].Quarter != 0 || periods[0].Half != 0 {
			continue
		}
		if strings.ContainsAny(clause, "由从较比至到降") {
			continue
		}
		if text, ok := values[0].English(); ok {
			out = append(out, "In "+strconv.Itoa(periods[0].Year)+" it was "+text+".")
		}
	}
	return out[:min(len(out), altersPerKind)]
}

// fullWidth writes the digits of the claim in full width.
func (c *claim) fullWidth() []string {
	if len(c.values) == 0 || strings.ContainsAny(c.Claim, "“”‘’") {
		return nil
	}
	return []string{strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, c.Claim)}
}

// otherOrder puts the parts of a sentence in another order where each part
// stands by itself: parts between semicolons that name no period, or each its
// own, and begin with no word that points back.
func (c *claim) otherOrder() []string {
	body := strings.TrimRight(c.Claim, "。")
	if strings.ContainsAny(body, "：“”。") || strings.Contains(body, computedMark) {
		return nil
	}
	parts := strings.Split(body, "；")
	if len(parts) < 2 {
		return nil
	}
	dated := 0
	for i, p := range parts {
		if len(quantity.Periods(p)) > 0 {
			dated++
		}
		for _, w := range []string{"其", "该", "这", "而", "但", "并", "同", "则", "也", "此", "从而", "因", "另", "再", "后"} {
			if i > 0 && strings.HasPrefix(p, w) {
				return nil
			}
		}
	}
	if dated != 0 && dated != len(parts) {
		return nil
	}
	slices.Reverse(parts)
	return []string{strings.Join(parts, "；") + "。"}
}

var limitWord = regexp.MustCompile(`(约为?|大约|近|超过?|突破|逾|不足|不到|以上|左右|多|余|\+|至|达到?了?)$`)

// roundings says about how much a value is, to fewer digits.
func (c *claim) roundings() []string {
	return c.reworded(func(v quantity.Value) string {
		g := plainNumber.FindStringSubmatch(v.Text)
		if g == nil || v.Bound == quantity.AtLeast || v.Bound == quantity.AtMost || limitWord.MatchString(c.Claim[:v.Start]) && v.Bound != quantity.About {
			return ""
		}
		whole, fraction, ok := strings.Cut(strings.ReplaceAll(g[1], ",", ""), ".")
		if !ok || len(whole) < 2 {
			return ""
		}
		n, err := strconv.ParseFloat(whole+"."+fraction, 64)
		if err != nil {
			return ""
		}
		rounded := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
		if v.Bound == quantity.About {
			return rounded + g[2] + g[3]
		}
		return "约" + rounded + g[2] + g[3]
	})
}
