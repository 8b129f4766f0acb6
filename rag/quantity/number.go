package quantity

import (
	"math"
	"strconv"
	"strings"
)

const hanDigits = "零一二三四五六七八九"

func hanDigit(r rune) (float64, bool) {
	switch r {
	case '〇':
		return 0, true
	case '两', '俩':
		return 2, true
	}
	if i := strings.IndexRune(hanDigits, r); i >= 0 {
		return float64(i / len("零")), true
	}
	return 0, false
}

func isHanDigit(r rune) bool {
	_, ok := hanDigit(r)
	return ok || r == '十' || r == '半'
}

// number reads digits with thousands separators and decimals, or a Chinese
// numeral, at rune i.
func (t text) number(i int) (n float64, end int, ok bool) {
	if isDigit(t.at(i)) {
		return t.digits(i)
	}
	return t.hanNumber(i)
}

func (t text) digits(i int) (float64, int, bool) {
	var b strings.Builder
	j := i
	for {
		switch r := t.at(j); {
		case isDigit(r):
			b.WriteRune(r)
		case r == ',' && t.groupOfThree(j+1):
		case r == '.' && isDigit(t.at(j+1)) && !strings.Contains(b.String(), "."):
			b.WriteRune('.')
		default:
			n, err := strconv.ParseFloat(b.String(), 64)
			return n, j, err == nil
		}
		j++
	}
}

// groupOfThree reports whether exactly three digits stand at rune i.
func (t text) groupOfThree(i int) bool {
	return isDigit(t.at(i)) && isDigit(t.at(i+1)) && isDigit(t.at(i+2)) && !isDigit(t.at(i+3))
}

// longestNumeral bounds a Chinese numeral in characters.
const longestNumeral = 24

// hanNumber reads 二十四, 一百零五, 两 at rune i. The scales 万 and 亿 are left
// for the caller, who reads them for digits as well.
func (t text) hanNumber(i int) (float64, int, bool) {
	total, digit, seen := 0.0, math.NaN(), false
	j := i
	for ; j-i < longestNumeral; j++ {
		r := t.at(j)
		if d, ok := hanDigit(r); ok {
			digit, seen = d, true
			continue
		}
		factor := map[rune]float64{'十': 10, '百': 100, '千': 1000}[r]
		if factor == 0 || r != '十' && math.IsNaN(digit) {
			break
		}
		if math.IsNaN(digit) {
			digit = 1
		}
		if next := t.at(j + 1); total == 0 && r != '十' && (next == '万' || next == '亿') {
			break // 五百万 is read as 五 and the scale 百万
		}
		total, digit, seen = total+digit*factor, math.NaN(), true
	}
	if r := t.at(j); r == '半' && !seen {
		return 0.5, j + 1, true
	}
	if !math.IsNaN(digit) {
		total += digit
	}
	if fraction, k := t.hanFraction(j); seen && k > j {
		return total + fraction, k, true
	}
	return total, j, seen
}

// hanFraction reads what follows a Chinese numeral as 点一六; end == j means
// nothing does.
func (t text) hanFraction(j int) (fraction float64, end int) {
	if t.at(j) != '点' {
		return 0, j
	}
	weight := 0.1
	k := j + 1
	for ; k-j < longestNumeral; k++ {
		d, ok := hanDigit(t.at(k))
		if !ok {
			break
		}
		fraction += d * weight
		weight /= 10
	}
	if k == j+1 {
		return 0, j
	}
	return fraction, k
}
