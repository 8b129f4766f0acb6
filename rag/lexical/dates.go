package lexical

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// isYear reports whether s is a year that a report may speak of.
func isYear(s string) bool {
	return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") && isDigit(s[2]) && isDigit(s[3])
}

// yearParts adds what every spelling of a year gives.
func (c *cutter) yearParts(year string, start, end int) {
	c.add(year, Number, start, end)
	c.add(year+"年", Joined, start, end)
}

// date takes a year with a month (2025.08, 2025-08, 2025/8/26) as a whole, and
// adds the date terms of one with Han marks (2025年8月26日, 2025年第三季度),
// whose parts are then cut as usual. It reports whether it moved on.
func (c *cutter) date(start int) bool {
	end := digits(c.s, start)
	year := c.s[start:end]
	if !isYear(year) || end == len(c.s) {
		return false
	}
	if strings.HasPrefix(c.s[end:], "年") || strings.HasPrefix(c.s[end:], " 年") {
		c.hanDate(year, start, end+strings.Index(c.s[end:], "年")+len("年"))
		return false
	}
	if c.s[end] == ' ' {
		c.hanDate(year, start, end)
		return false
	}
	sep := c.s[end]
	if sep != '.' && sep != '-' && sep != '/' {
		return false
	}
	mStart := end + 1
	mEnd := digits(c.s, mStart)
	month := c.s[mStart:mEnd]
	m := small(month, 12)
	if m == 0 || sep == '.' && len(month) == 1 && !dotDay(c.s[mEnd:]) || amountFollows(c.s[mEnd:]) {
		return false
	}
	c.add(year+"-"+pad(m), Date, start, mEnd)
	c.yearParts(year, start, end)
	c.monthParts(m, mStart, mEnd)
	c.i = mEnd
	if mEnd < len(c.s) && c.s[mEnd] == sep {
		dEnd := digits(c.s, mEnd+1)
		if d := small(c.s[mEnd+1:dEnd], 31); d > 0 {
			c.add(year+"-"+pad(m)+"-"+pad(d), Date, start, dEnd)
			c.dayParts(d, mEnd+1, dEnd)
			c.i = dEnd
		}
	}
	return true
}

func (c *cutter) monthParts(m, start, end int) {
	c.add(strconv.Itoa(m), Part, start, end)
	c.add(strconv.Itoa(m)+"月", Joined, start, end)
}

func (c *cutter) dayParts(d, start, end int) {
	c.add(strconv.Itoa(d), Part, start, end)
	c.add(strconv.Itoa(d)+"日", Joined, start, end)
}

// dotDay reports whether a second dot with digits follows: 2025.8.26.
func dotDay(s string) bool { return len(s) > 1 && s[0] == '.' && isDigit(s[1]) }

// amountFollows reports whether what looked like a date goes on as an amount:
// 2025.08亿元, 2024.10%.
func amountFollows(s string) bool {
	s = strings.TrimPrefix(s, " ")
	for _, unit := range []string{"%", "万", "亿", "元", "美", "个", "倍", "千"} {
		if strings.HasPrefix(s, unit) {
			return true
		}
	}
	return s != "" && isDigit(s[0])
}

// hanDate adds the date that the year s[start:] makes with the month, the
// quarter or the half-year at or after from.
func (c *cutter) hanDate(year string, start, from int) {
	if from < len(c.s) && c.s[from] == ' ' {
		from++
	}
	rest := c.s[from:]
	if q, n := quarterAt(rest); n > 0 {
		c.add(year+q, Date, start, from+n)
		return
	}
	mEnd := digits(rest, 0)
	m := small(rest[:mEnd], 12)
	if m == 0 || !strings.HasPrefix(rest[mEnd:], "月") {
		return
	}
	c.add(year+"-"+pad(m), Date, start, from+mEnd+len("月"))
	day := rest[mEnd+len("月"):]
	dEnd := digits(day, 0)
	if d := small(day[:dEnd], 31); d > 0 && (strings.HasPrefix(day[dEnd:], "日") || strings.HasPrefix(day[dEnd:], "号")) {
		c.add(year+"-"+pad(m)+"-"+pad(d), Date, start, from+mEnd+len("月")+dEnd+len("日"))
	}
}

// small returns the value of one or two digits if it lies in 1..limit, else 0.
func small(s string, limit int) int {
	if len(s) == 0 || len(s) > 2 {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 || v > limit {
		return 0
	}
	return v
}

func pad(v int) string {
	if v < 10 {
		return "0" + strconv.Itoa(v)
	}
	return strconv.Itoa(v)
}

// monthRange adds m1-9 for 1-9月, 1月-9月 and 1至9月, where s[start:end] is the
// first number.
func (c *cutter) monthRange(start, end int, text string) {
	from := small(text, 12)
	if from == 0 {
		return
	}
	rest := strings.TrimPrefix(c.s[end:], "月")
	for _, sep := range []string{"-", "–", "—", "~", "至", "到"} {
		if !strings.HasPrefix(rest, sep) {
			continue
		}
		rest = rest[len(sep):]
		n := digits(rest, 0)
		if to := small(rest[:n], 12); to > from && strings.HasPrefix(rest[n:], "月") {
			c.months(from, to, start, len(c.s)-len(rest)+n+len("月"))
		}
		return
	}
}

// months adds the term of a range of months, and that of a half-year.
func (c *cutter) months(from, to, start, end int) {
	c.add("m"+strconv.Itoa(from)+"-"+strconv.Itoa(to), Date, start, end)
	switch {
	case from == 1 && to == 6:
		c.add("h1", Date, start, end)
	case from == 7 && to == 12:
		c.add("h2", Date, start, end)
	}
}

// quarterAt returns q1..q4 for the quarter that s begins with and its length:
// 第三季度, 三季度, 3季度, q3; 0 for anything else.
func quarterAt(s string) (term string, n int) {
	rest := strings.TrimPrefix(s, "第")
	r, size := utf8.DecodeRuneInString(rest)
	v := hanDigit(r)
	if r == 'q' && rest == s && len(rest) > 1 && isDigit(rest[1]) && (len(rest) == 2 || alnum(rest[2:]) == 0) {
		v, size = int(rest[1]-'0'), 2
	} else {
		if r >= '1' && r <= '4' {
			v = int(r - '0')
		}
		rest = rest[size:]
		size = len(s) - len(rest)
		switch {
		case strings.HasPrefix(rest, "季度"):
			size += len("季度")
		case strings.HasPrefix(s, "第") && strings.HasPrefix(rest, "季"):
			size += len("季")
		default:
			return "", 0
		}
	}
	if v < 1 || v > 4 {
		return "", 0
	}
	return "q" + strconv.Itoa(v), size
}

// quarter adds the quarter that begins at start, unless 前 or 第 before it
// makes it another term or part of one, and reports whether there is one.
func (c *cutter) quarter(start int) bool {
	if strings.HasSuffix(c.s[:start], "前") || strings.HasSuffix(c.s[:start], "第") {
		return false
	}
	term, n := quarterAt(c.s[start:])
	if n > 0 {
		c.add(term, Date, start, start+n)
	}
	return n > 0
}

// period adds the months of 前三季度, 前九个月, 上半年 and 下半年.
func (c *cutter) period(start int) {
	s := c.s[start:]
	switch {
	case strings.HasPrefix(s, "上半年"):
		c.months(1, 6, start, start+len("上半年"))
		return
	case strings.HasPrefix(s, "下半年"):
		c.months(7, 12, start, start+len("下半年"))
		return
	case !strings.HasPrefix(s, "前"):
		return
	}
	s = s[len("前"):]
	r, n := utf8.DecodeRuneInString(s)
	v := hanDigit(r)
	if r >= '1' && r <= '9' {
		v = int(r - '0')
	}
	if r == '十' {
		v = 10
		if next, m := utf8.DecodeRuneInString(s[n:]); hanDigit(next) == 1 {
			v, n = 11, n+m
		}
	}
	end := start + len("前") + n
	switch rest := s[n:]; {
	case v >= 2 && v <= 4 && strings.HasPrefix(rest, "季度"):
		c.months(1, 3*v, start, end+len("季度"))
	case v >= 2 && strings.HasPrefix(rest, "个月"):
		c.months(1, v, start, end+len("个月"))
	}
}
