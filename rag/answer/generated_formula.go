package answer

import (
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
)

// takeFormulas puts the result in the place of every formula in braces:
// 增至{12亿元 / 8亿元 = 1.5倍} becomes 增至1.5倍. legible is false where braces
// hold something else.
func takeFormulas(s string) (text string, computed []ground.Computed, legible bool) {
	legible = true
	text = formula.ReplaceAllStringFunc(s, func(f string) string {
		c, ok := readFormula(strings.Trim(f, "{} "))
		if !ok {
			legible = false
			return f
		}
		computed = append(computed, c)
		return c.Text
	})
	return text, computed, legible && !strings.ContainsAny(text, "{}")
}

var formula = regexp.MustCompile(`\{+[^{}]*\}+`)

// operators in the order in which a formula is split by them, with the signs
// that models write.
var operators = []struct {
	operation ground.Operation
	sign      string // as shown
	signs     []string
}{
	{ground.Add, "+", []string{"+", "＋"}},
	{ground.Multiply, "×", []string{"*", "×", "·"}},
	{ground.Divide, "÷", []string{"/", "÷"}},
	{ground.Subtract, "−", []string{"-", "−", "–", "－"}},
}

// readFormula reads "12亿元 / 8亿元 = 1.5倍".
func readFormula(s string) (ground.Computed, bool) {
	i := strings.LastIndexAny(s, "=≈＝")
	if i < 0 {
		return ground.Computed{}, false
	}
	left := strings.TrimSpace(s[:i])
	right := strings.TrimLeft(strings.TrimSpace(strings.TrimLeft(s[i:], "=≈＝")), "约 ")
	if left == "" || right == "" {
		return ground.Computed{}, false
	}
	c := ground.Computed{Text: right}
	if m := counting.FindStringSubmatch(left); m != nil {
		for _, in := range strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("、,，;；", r) }) {
			c.Inputs = append(c.Inputs, strings.TrimSpace(in))
		}
		c.Operation, c.Formula = ground.CountOf, strings.Join(c.Inputs, "、")
		return c, len(c.Inputs) > 0
	}
	percent := strings.HasSuffix(right, "%") || strings.HasSuffix(right, "％") || strings.Contains(right, "percent")
	if a, b, ok := growth(left); ok {
		c.Operation, c.Inputs = ground.Growth, []string{a, b}
		c.Formula = "(" + a + " − " + b + ") ÷ " + b + " ≈ " + right
		return c, percent
	}
	for _, op := range operators {
		in, ok := splitBy(left, op.signs)
		if !ok {
			continue
		}
		c.Operation, c.Inputs = op.operation, in
		if op.operation == ground.Divide && percent {
			c.Operation = ground.Share
		}
		c.Formula = strings.Join(in, " "+op.sign+" ") + " ≈ " + right
		if op.operation == ground.Add || op.operation == ground.Subtract {
			c.Formula = strings.Join(in, " "+op.sign+" ") + " = " + right
		}
		return c, true
	}
	return ground.Computed{}, false
}

var counting = regexp.MustCompile(`^(?i:count|计数|数)\s*[(（](.+)[)）]$`)

// growth reads (a - b) / b and a / b - 1.
func growth(s string) (a, b string, ok bool) {
	if m := growthFrom.FindStringSubmatch(s); m != nil && m[2] == m[3] {
		return m[1], m[2], true
	}
	if m := growthLess.FindStringSubmatch(s); m != nil {
		return m[1], m[2], true
	}
	return "", "", false
}

var (
	growthFrom = regexp.MustCompile(`^[(（]\s*(.+?)\s*[-−–－]\s*(.+?)\s*[)）]\s*[/÷]\s*(.+?)$`)
	growthLess = regexp.MustCompile(`^(.+?)\s*[/÷]\s*(.+?)\s*[-−–－]\s*1$`)
)

// splitBy splits at signs with a space on each side, or else at any. Each part
// must hold a digit.
func splitBy(s string, signs []string) ([]string, bool) {
	for _, spaced := range []bool{true, false} {
		t := s
		for _, sign := range signs {
			if spaced {
				sign = " " + sign + " "
			}
			t = strings.ReplaceAll(t, sign, "\x00")
		}
		parts := strings.Split(t, "\x00")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !strings.ContainsAny(p, "0123456789一二三四五六七八九十百千") }) {
			return parts, true
		}
	}
	return nil, false
}
