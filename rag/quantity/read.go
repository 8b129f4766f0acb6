package quantity

import (
	"strconv"
	"unicode"
)

// text is a string as folded runes with the byte offset of each.
type text struct {
	s   string
	rs  []rune
	off []int // off[i] is the byte offset of rs[i]; off[len(rs)] is len(s)
}

func newText(s string) text {
	t := text{s: s, rs: make([]rune, 0, len(s)/2), off: make([]int, 0, len(s)/2+1)}
	for i, r := range s {
		t.rs = append(t.rs, fold(r))
		t.off = append(t.off, i)
	}
	t.off = append(t.off, len(s))
	return t
}

func (t text) at(i int) rune {
	if i < 0 || i >= len(t.rs) {
		return 0
	}
	return t.rs[i]
}

func (t text) has(i int, word string) bool {
	for _, r := range word {
		if t.at(i) != r {
			return false
		}
		i++
	}
	return true
}

// Values reads every number of s, in order and without overlap. Digits inside
// a Latin word or name (V3.5, Seed-OSS-36B, C3) and the numbers of documents
// in brackets are not values. Chinese numerals count only before a unit or as
// a fraction, since 一体 and 统一 are not numbers. Years and dates are read by
// Periods and left out here.
func Values(s string) []Value {
	t := newText(s)
	skip := t.periodSpans()
	var out []Value
	for i := 0; i < len(t.rs); {
		if end, ok := skip[i]; ok {
			i = end
			continue
		}
		v, next := t.valueAt(i)
		if next > i {
			if v.Text != "" {
				out = append(out, v)
			}
			i = next
			continue
		}
		i++
	}
	return out
}

// valueAt reads a value that begins at rune i. next == i means none begins
// there; next > i with an empty value means a run of digits to pass over.
func (t text) valueAt(i int) (v Value, next int) {
	if t.signAt(i) {
		v, next := t.valueAt(i + 1)
		if v.Text == "" || next == i+1 {
			return Value{}, i
		}
		v.Start, v.Text = t.off[i], t.s[t.off[i]:v.End]
		if t.at(i) != '+' {
			if v.High == v.Number {
				v.High = -v.High
			}
			v.Number = -v.Number
		}
		return v, next
	}
	if t.bareScaleAt(i) {
		return t.finish(i, i, 1, 1, false)
	}
	switch {
	case t.documentYear(i):
		return Value{}, i + 4
	case isDigit(t.at(i)):
		if j := t.nameEnd(i); j > i {
			return Value{}, j
		}
	case isHanDigit(t.at(i)):
	case t.has(i, "百分之"):
		if n, j, ok := t.number(i + 3); ok {
			return t.value(i, j, n, n, "%", 1), j
		}
		return Value{}, i
	default:
		return Value{}, i
	}
	if (t.at(i) == '十' || t.at(i) == '万' || t.at(i) == '百') && t.at(i+1) == '分' && t.at(i+2) != '钟' && t.at(i+2) != '之' {
		return Value{}, i // 十分 is very
	}
	low, j, ok := t.number(i)
	if !ok {
		return Value{}, i
	}
	if t.has(j, "分之") {
		if top, k, ok := t.number(j + 2); ok && low != 0 {
			return t.value(i, k, top/low, top/low, "", 1), k
		}
	}
	high, k := t.rangeEnd(j)
	if k == j && t.has(j, " to ") && !hasSuffix(t.rs[:i], "from ") {
		if n, end, ok := t.number(j + len(" to ")); ok && n > low {
			high, k = n, end
		}
	}
	if k == j {
		high = low
	}
	return t.finish(i, k, low, high, isHanDigit(t.at(i)))
}

// signAt reports whether a sign of a number stands at rune i: a minus or plus
// before a digit that nothing joins to what stands before (not 2-3, not A-1).
func (t text) signAt(i int) bool {
	switch t.at(i) {
	case '-', '−', '+':
	default:
		return false
	}
	before := t.at(i - 1)
	return isDigit(t.at(i+1)) && !isDigit(before) && !isLatin(before) && before != '%' && !unicode.Is(unicode.Han, before) && before != ')'
}

// bareScaleAt reports whether an amount without digits begins at rune i: 突破万亿元.
func (t text) bareScaleAt(i int) bool {
	if before := t.at(i - 1); isDigit(before) || isHanDigit(before) || before == '百' || before == '千' || before == '万' || before == '几' || before == '数' {
		return false
	}
	for _, w := range []string{"万亿", "千亿", "百亿"} {
		if t.has(i, w) {
			rest := t.rs[min(i+2, len(t.rs)):]
			unit, _ := units.match(rest)
			return unit == "元" || unit == "美元"
		}
	}
	return false
}

// finish reads scale, unit and bound after the number that ends at rune j.
func (t text) finish(i, j int, low, high float64, han bool) (Value, int) {
	end := j
	scale := 1.0
	p := t.blanks(j)
	for _, s := range scales {
		if t.has(p, s.word) && !(isLatin(rune(s.word[0])) && isLatin(t.at(p+len(s.word)))) {
			scale, p = s.factor, p+len([]rune(s.word))
			end = p
			break
		}
	}
	plus := false
	if t.at(p) == '+' || t.at(p) == '余' || t.at(p) == '多' {
		plus, p = true, p+1
		end = p
	}
	unit, n := units.match(t.rs[min(t.blanks(p), len(t.rs)):])
	if (unit == "大" || unit == "端" || unit == "维") && (plus || scale != 1) {
		unit, n = "", 0 // 150万+大模型: 大 counts only small numbers (五大能力)
	}
	if n > 0 {
		end = t.blanks(p) + n
	}
	if unit == "" {
		unit = t.currencyBefore(i)
	}
	if han && n == 0 && scale == 1 {
		return Value{}, i
	}
	v := t.value(i, end, low, high, unit, scale)
	if plus {
		v.Bound = AtLeast
	}
	return v, end
}

func (t text) value(i, j int, low, high float64, unit string, scale float64) Value {
	v := Value{
		Text: t.s[t.off[i]:t.off[j]], Start: t.off[i], End: t.off[j],
		Number: low * scale, High: high * scale, Unit: unit, Bound: t.bound(i, j),
	}
	if unit == "成" {
		v.Number, v.High, v.Unit = v.Number*10, v.High*10, "%"
	}
	v.Number, v.High = round(v.Number), round(v.High)
	return v
}

// nameEnd returns the end of a Latin name that holds the digits at rune i
// (V3.5, o1, 36Kr, Q3, CHIME-8), or i where they stand alone.
func (t text) nameEnd(i int) int {
	inName := i > 0 && (isLatin(t.at(i-1)) || (t.at(i-1) == '-' || t.at(i-1) == '.') && isLatin(t.at(i-2)))
	j := i
	for isDigit(t.at(j)) || t.at(j) == '.' && isDigit(t.at(j+1)) {
		j++
	}
	if isLatin(t.at(j)) {
		if _, n := units.match(t.rs[j:]); n == 0 && !t.scaleWordAt(j) {
			inName = true
		}
	}
	if !inName {
		return i
	}
	for isLatin(t.at(j)) || isDigit(t.at(j)) || t.at(j) == '.' && isDigit(t.at(j+1)) {
		j++
	}
	return j
}

func (t text) scaleWordAt(j int) bool {
	for _, s := range scales {
		if isLatin(rune(s.word[0])) && t.has(j, s.word) && !isLatin(t.at(j+len(s.word))) {
			return true
		}
	}
	return false
}

// blanks skips blanks from rune j.
func (t text) blanks(j int) int {
	for t.at(j) == ' ' {
		j++
	}
	return j
}

// rangeEnd reads "至4", "-4", "～4" after a number; it returns j itself where
// no range follows.
func (t text) rangeEnd(j int) (high float64, end int) {
	p := j
	if t.at(p) == '%' { // 10%-20%
		p++
	}
	switch t.at(p) {
	case '至', '到', '-', '~', '–', '—', '～':
	default:
		return 0, j
	}
	sign := 1.0
	if r := t.at(p + 1); (r == '-' || r == '−') && isDigit(t.at(p+2)) {
		sign, p = -1, p+1
	}
	n, end, ok := t.number(p + 1)
	if !ok {
		return 0, j
	}
	return sign * n, end
}

// round drops the binary noise of scaling: 294.16 * 1e8 is 29416000000.
func round(n float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil {
		return n
	}
	return r
}

func hasSuffix(rs []rune, word string) bool {
	return len(rs) >= len(word) && string(rs[len(rs)-len(word):]) == word
}
