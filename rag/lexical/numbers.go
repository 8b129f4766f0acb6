package lexical

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// number takes what begins with a digit: a date, a range of months, an
// amount, a percentage, or a word such as 3d or 36b.
func (c *cutter) number() {
	start := c.i
	if c.date(start) {
		return
	}
	end := digits(c.s, start)
	if n := wordLetters(c.s[end:]); n > 0 {
		c.word()
		return
	}
	end = amount(c.s, start, end)
	if end < len(c.s) && wordLetters(c.s[end:]) > 0 {
		c.word() // 1.5b
		return
	}
	if strings.HasPrefix(c.s[end:], "季") {
		c.quarter(start)
	}
	text := strings.ReplaceAll(c.s[start:end], ",", "")
	c.monthRange(start, end, text)
	if strings.HasPrefix(c.s[end:], "月") || strings.HasPrefix(c.s[end:], "日") {
		text = trimZero(text)
	}
	c.add(text, Number, start, end)
	if p := percentSign(c.s[end:]); p > 0 {
		c.add(text+"%", Number, start, end+p)
		end += p
	} else {
		c.join(text, start, end)
	}
	c.i = end
}

// digits returns the end of the run of ASCII digits that begins at i.
func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// wordLetters returns how many bytes of s, which follows digits, make those
// digits part of a word: letters, or a hyphen with a letter after it.
func wordLetters(s string) int {
	if s == "" {
		return 0
	}
	if connector(s[0]) && s[0] != '.' && s[0] != '/' && len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return 1
	}
	if isDigit(s[0]) {
		return 0
	}
	return alnum(s)
}

// amount returns the end of the amount whose first digits are s[start:end]:
// groups of thousands and decimals are taken in.
func amount(s string, start, end int) int {
	if end-start <= 3 {
		for end+3 < len(s) && s[end] == ',' && digits(s, end+1) == end+4 {
			end += 4
		}
	}
	if end+1 < len(s) && s[end] == '.' && isDigit(s[end+1]) {
		end = digits(s, end+1)
	}
	return end
}

// percentSign returns the length of the percent sign at the start of s, with
// a blank before it.
func percentSign(s string) int {
	switch {
	case strings.HasPrefix(s, "%"):
		return 1
	case strings.HasPrefix(s, " %"):
		return 2
	}
	return 0
}

func trimZero(s string) string {
	if len(s) == 2 && s[0] == '0' {
		return s[1:]
	}
	return s
}

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

// hanDigit returns the value of a Chinese digit, -1 for anything else.
func hanDigit(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
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
// makes it another term or part of one.
func (c *cutter) quarter(start int) {
	if strings.HasSuffix(c.s[:start], "前") || strings.HasSuffix(c.s[:start], "第") {
		return
	}
	if term, n := quarterAt(c.s[start:]); n > 0 {
		c.add(term, Date, start, start+n)
	}
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

// percent adds 24% for 百分之二十四 and 百分之24.
func (c *cutter) percent(start int) {
	const mark = "百分之"
	if !strings.HasPrefix(c.s[start:], mark) {
		return
	}
	from := start + len(mark)
	if end := digits(c.s, from); end > from {
		end = amount(c.s, from, end)
		c.add(c.s[from:end]+"%", Number, start, end)
		return
	}
	if text, n := hanNumber(c.s[from:]); n > 0 {
		c.add(text, Number, start, from+n)
		c.add(text+"%", Number, start, from+n)
	}
}

// hanNumber reads a Chinese number up to a hundred, with decimals, at the
// start of s: 二十四点五 gives 24.5.
func hanNumber(s string) (text string, n int) {
	value, last := 0, -1
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if d := hanDigit(r); d >= 0 {
			last = d
		} else if r == '十' || r == '百' {
			unit := 10
			if r == '百' {
				unit = 100
			}
			value += unit * max(last, 0)
			if last < 0 {
				value += unit
			}
			last = -1
		} else {
			break
		}
		n += size
	}
	if n == 0 {
		return "", 0
	}
	text = strconv.Itoa(value + max(last, 0))
	if !strings.HasPrefix(s[n:], "点") {
		return text, n
	}
	decimals, at := "", n+len("点")
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		d := hanDigit(r)
		if d < 0 {
			break
		}
		decimals += strconv.Itoa(d)
		at += size
	}
	if decimals == "" {
		return text, n
	}
	return text + "." + decimals, at
}

// docNumber adds the document number whose bracketed year begins here, such
// as 〔2025〕11号 in any brackets, alone and with the two characters before it,
// and reports whether it moved on. The year and the number are terms as well.
func (c *cutter) docNumber() bool {
	open, n := utf8.DecodeRuneInString(c.s[c.i:])
	closing, ok := bracket(open)
	if !ok {
		return false
	}
	start := c.i
	yStart := start + n
	yEnd := digits(c.s, yStart)
	year := c.s[yStart:yEnd]
	if !isYear(year) || !strings.HasPrefix(c.s[yEnd:], closing) {
		return false
	}
	at := yEnd + len(closing)
	at += len(c.s[at:]) - len(strings.TrimPrefix(strings.TrimPrefix(c.s[at:], " "), "第"))
	nEnd := digits(c.s, at)
	number := c.s[at:nEnd]
	if number == "" || !strings.HasPrefix(c.s[nEnd:], "号") {
		return false
	}
	text := "〔" + year + "〕" + number + "号"
	end := nEnd + len("号")
	if c.gramEnd == start && c.run < start {
		prefix := c.lastGrams(2)
		c.add(prefix+text, DocNumber, start-len(prefix), end)
	}
	c.add(text, DocNumber, start, end)
	c.yearParts(year, yStart, yEnd)
	c.add(number, Number, at, nEnd)
	c.add(number+"号", Joined, at, end)
	c.i = nEnd
	return true
}

// bracket returns the closing bracket of an opening one.
func bracket(open rune) (closing string, ok bool) {
	switch open {
	case '〔':
		return "〕", true
	case '【':
		return "】", true
	case '「':
		return "」", true
	case '[':
		return "]", true
	case '(':
		return ")", true
	}
	return "", false
}
