package quantity

import "fmt"

// Period is a stretch of time as it stands in a text. Unknown parts are zero:
// 2025年 has no month. A span over years has YearTo, one over months of a year
// (1-9月) MonthTo.
type Period struct {
	Text     string
	Start    int
	End      int
	Year     int
	YearTo   int
	Month    int
	MonthTo  int
	Day      int
	Quarter  int
	Half     int // 1 or 2: 上半年, 下半年
	Relative bool
}

// String gives the period in one canonical spelling: 2025, 2025-08, 2025-Q3.
func (p Period) String() string {
	s := fmt.Sprintf("%04d", p.Year)
	switch {
	case p.YearTo != 0:
		s += fmt.Sprintf("/%04d", p.YearTo)
	case p.Quarter != 0:
		s += fmt.Sprintf("-Q%d", p.Quarter)
	case p.Half != 0:
		s += fmt.Sprintf("-H%d", p.Half)
	case p.Month != 0:
		s += fmt.Sprintf("-%02d", p.Month)
		if p.MonthTo != 0 {
			s += fmt.Sprintf("/%02d", p.MonthTo)
		}
		if p.Day != 0 {
			s += fmt.Sprintf("-%02d", p.Day)
		}
	}
	return s
}

// Same reports whether two periods are one: 2025.08 and 2025年8月.
func (p Period) Same(q Period) bool { return p.String() == q.String() }

// Covers reports whether q lies within p: 2025 covers 2025Q3, and a period
// without a year (1-9月) covers the same months of any year.
func (p Period) Covers(q Period) bool {
	if p.Year != 0 && q.Year != 0 {
		if p.YearTo != 0 {
			return p.Year <= q.Year && q.Year <= p.YearTo
		}
		if p.Year != q.Year {
			return false
		}
	}
	switch {
	case p.Quarter != 0:
		return p.Quarter == q.Quarter || q.Month != 0 && (q.Month+2)/3 == p.Quarter
	case p.Month != 0:
		return p.Month == q.Month && (p.MonthTo == q.MonthTo) && (p.Day == 0 || p.Day == q.Day)
	case p.Half != 0:
		return p.Half == q.Half
	}
	return true
}

// Periods reads every date, month, quarter and year of s, in order.
func Periods(s string) []Period {
	t := newText(s)
	var out []Period
	for i := 0; i < len(t.rs); {
		p, end := t.periodAt(i)
		if end == i {
			i++
			continue
		}
		p.Start, p.End = t.off[i], t.off[end]
		p.Text = s[p.Start:p.End]
		out = append(out, p)
		i = end
	}
	return out
}

// periodSpans maps the first rune of each period to the rune after it.
func (t text) periodSpans() map[int]int {
	var m map[int]int
	for i := 0; i < len(t.rs); {
		if _, end := t.periodAt(i); end > i {
			if m == nil {
				m = make(map[int]int)
			}
			m[i] = end
			i = end
			continue
		}
		i++
	}
	return m
}

// periodAt reads a period that begins at rune i; end == i means none does.
func (t text) periodAt(i int) (p Period, end int) {
	if isDigit(t.at(i-1)) || isDigit(t.at(i-2)) && (t.at(i-1) == '.' || t.at(i-1) == ',' && t.groupOfThree(i)) {
		return p, i // inside a longer number
	}
	if t.documentYear(i) {
		return p, i
	}
	if p, end := t.englishPeriod(i); end > i {
		return p, end
	}
	year, j, ok := t.year(i)
	if !ok {
		return t.partOfYear(Period{}, i)
	}
	p.Year = year
	if to, k, ok := t.yearTo(j); ok {
		p.YearTo = to
		return p, k
	}
	explicit := t.at(j) == '年'
	if explicit {
		j++
		if t.at(j) == '度' {
			return p, j + 1
		}
		if t.has(j, "全年") {
			return p, j + 2
		}
	}
	if q, k := t.partOfYear(p, t.yearSep(j, explicit)); k > t.yearSep(j, explicit) {
		return q, k
	}
	if m, k, ok := t.small(j + 1); ok && !explicit && isDateSep(t.at(j)) && m >= 1 && m <= 12 && !t.scaleOrUnit(k) {
		p.Month = m
		if d, l, ok := t.small(k + 1); ok && isDateSep(t.at(k)) && d >= 1 && d <= 31 {
			p.Day, k = d, l
		}
		return p, k
	}
	if !explicit && (isLatin(t.at(j)) || t.scaleOrUnit(j) || t.at(j) == '.' && isDigit(t.at(j+1))) {
		return Period{}, i
	}
	return p, j
}

// documentYear reports whether the digits at rune i are the year of a document's
// number: 〔2025〕11号 names a document, not when something is.
func (t text) documentYear(i int) bool {
	switch t.at(i - 1) {
	case '〔', '[', '【':
	default:
		return false
	}
	switch t.at(i + 4) {
	case '〕', ']', '】':
		return isDigit(t.at(i)) && isDigit(t.at(i+5))
	}
	return false
}

// yearSep skips the separator between a year and a quarter (2025-Q3, 2025 Q3).
func (t text) yearSep(j int, explicit bool) int {
	if t.at(j) == ' ' || t.at(j) == '-' || t.at(j) == '的' && explicit {
		return j + 1
	}
	return j
}

// scaleOrUnit reports whether a scale or a unit other than a year follows: 2000亿, 2000家.
func (t text) scaleOrUnit(j int) bool {
	for _, s := range scales {
		if t.has(t.blanks(j), s.word) {
			return true
		}
	}
	if r := t.at(j); r == ',' && isDigit(t.at(j+1)) || r == '+' {
		return true
	}
	unit, n := units.match(t.rs[min(j, len(t.rs)):])
	return n > 0 && unit != "年"
}

// year reads a four-digit year from 1900 to 2099, also 二〇二五年.
func (t text) year(i int) (year, end int, ok bool) {
	n, digits := 0, 0
	for j := i; digits < 4; j++ {
		switch r := t.at(j); {
		case isDigit(r):
			n = n*10 + int(r-'0')
		default:
			d, ok := hanDigit(r)
			if !ok {
				return 0, i, false
			}
			n = n*10 + int(d)
		}
		digits++
	}
	if n < 1900 || n > 2099 || isDigit(t.at(i+4)) {
		return 0, i, false
	}
	if !isDigit(t.at(i)) && t.at(i+4) != '年' {
		return 0, i, false
	}
	if isLatin(t.at(i - 1)) {
		return 0, i, false
	}
	return n, i + 4, true
}

// yearTo reads the end of 2017—2025年, 2024-2025年, 2024至2025年.
func (t text) yearTo(j int) (year, end int, ok bool) {
	if t.at(j) == '年' {
		j++
	}
	switch t.at(j) {
	case '-', '–', '—', '~', '至', '到':
		j++
	default:
		return 0, j, false
	}
	if t.at(j) == '—' {
		j++
	}
	year, j, ok = t.year(j)
	if ok && t.at(j) == '年' {
		j++
	}
	return year, j, ok
}

// partOfYear reads months, quarters, halves and days after a year, or without
// one (1-9月, 第三季度, Q3).
func (t text) partOfYear(p Period, i int) (Period, int) {
	if t.at(i) == 'q' && t.at(i+1) >= '1' && t.at(i+1) <= '4' && !isDigit(t.at(i+2)) && !isLatin(t.at(i-1)) {
		p.Quarter = int(t.at(i+1) - '0')
		return p, i + 2
	}
	for _, half := range []struct {
		word string
		n    int
	}{{"上半年", 1}, {"下半年", 2}} {
		if t.has(i, half.word) {
			p.Half = half.n
			return p, i + 3
		}
	}
	j := i
	if t.at(j) == '第' {
		j++
	}
	if t.at(j) == '前' {
		if n, k, ok := t.small(j + 1); ok && n <= 12 && t.has(k, "个月") {
			p.Month, p.MonthTo = 1, n
			return p, k + 2
		}
	}
	n, k, ok := t.small(j)
	if !ok {
		return p, i
	}
	if n >= 1 && n <= 4 && (t.has(k, "季度") || t.has(k, "季")) {
		p.Quarter = n
		if t.has(k, "季度") {
			return p, k + 2
		}
		return p, k + 1
	}
	return t.months(p, i, j, n, k)
}

// months reads 8月, 8月3日, 1-9月 where n, ending at rune k, is the first number.
func (t text) months(p Period, i, j, n, k int) (Period, int) {
	if j != i || n < 1 || n > 12 {
		return p, i
	}
	switch t.at(k) {
	case '-', '–', '—', '至', '到', '~':
		if to, l, ok := t.small(k + 1); ok && t.at(l) == '月' && to > n && to <= 12 {
			p.Month, p.MonthTo = n, to
			return p, l + 1
		}
	case '月':
		p.Month = n
		k++
		if t.at(k) == '份' {
			k++
		}
		if d, l, ok := t.small(k); ok && d >= 1 && d <= 31 && (t.at(l) == '日' || t.at(l) == '号') {
			p.Day = d
			return p, l + 1
		}
		return p, k
	}
	return p, i
}

func isDateSep(r rune) bool { return r == '.' || r == '-' || r == '/' }

// small reads a whole number of at most two digits, or a Chinese numeral below
// a hundred.
func (t text) small(i int) (n, end int, ok bool) {
	if isDigit(t.at(i)) {
		j := i
		for isDigit(t.at(j)) && j-i < 3 {
			n = n*10 + int(t.at(j)-'0')
			j++
		}
		return n, j, j-i <= 2
	}
	f, j, ok := t.hanNumber(i)
	return int(f), j, ok && f == float64(int(f)) && f < 100
}
