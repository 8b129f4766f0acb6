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
	if ranked(c.s[:start]) && small(text, 99) > 0 {
		c.add("第"+text, Joined, start, end)
	}
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

// ordinal adds 第4 for 第四 and 第 4.
func (c *cutter) ordinal(start int) {
	from := start + len("第")
	if from < len(c.s) && c.s[from] == ' ' {
		from++
	}
	if end := digits(c.s, from); end > from {
		c.add("第"+c.s[from:end], Joined, start, end)
	} else if text, n := hanNumber(c.s[from:]); n > 0 {
		c.add("第"+text, Joined, start, from+n)
	}
}

// ranked reports whether a number that follows s is a place in a ranking, as
// in the cell of a table.
func ranked(s string) bool {
	s, ok := strings.CutSuffix(s, ":")
	return ok && (strings.HasSuffix(s, "排名") || strings.HasSuffix(s, "名次") || strings.HasSuffix(s, "位次") || strings.HasSuffix(s, "排行") || strings.HasSuffix(s, "序号"))
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
