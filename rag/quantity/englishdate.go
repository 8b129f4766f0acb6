package quantity

import "strings"

var englishMonths = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// englishPeriod reads a period in English words that begins at rune i: August
// 26, 2025; 26 August 2025; Aug 2025; Q3 2025; the third quarter of 2025; H1
// 2025. A period without a year is none, as may is a verb. end == i means none
// begins there.
func (t text) englishPeriod(i int) (p Period, end int) {
	digit := isDigit(t.at(i))
	if !digit && !isLatin(t.at(i)) || isLatin(t.at(i-1)) {
		return p, i
	}
	if digit {
		day, j, ok := t.small(i)
		if !ok || isDigit(t.at(i-1)) || day < 1 || day > 31 {
			return p, i
		}
		if month, k := t.englishMonth(t.blanks(j)); k > 0 && t.at(j) == ' ' {
			if year, end, ok := t.yearAfter(k); ok {
				return Period{Year: year, Month: month, Day: day}, end
			}
		}
		return p, i
	}
	if month, k := t.englishMonth(i); k > 0 {
		return t.afterMonth(month, k, i)
	}
	part, k := t.englishPart(i)
	if k == 0 {
		return p, i
	}
	if year, end, ok := t.yearAfter(k); ok {
		part.Year = year
		return part, end
	}
	return p, i
}

// afterMonth reads the rest of August 26, 2025 and August 2025.
func (t text) afterMonth(month, k, i int) (p Period, end int) {
	if day, l, ok := t.small(t.blanks(k)); ok && isDigit(t.at(t.blanks(k))) && day >= 1 && day <= 31 {
		for _, suffix := range []string{"st", "nd", "rd", "th"} {
			if t.has(l, suffix) {
				l += len(suffix)
				break
			}
		}
		if year, end, ok := t.yearAfter(l); ok {
			return Period{Year: year, Month: month, Day: day}, end
		}
		return p, i
	}
	if year, end, ok := t.yearAfter(k); ok {
		return Period{Year: year, Month: month}, end
	}
	return p, i
}

// englishMonth reads the name of a month at rune i, whole or cut to three
// letters; end is 0 for none.
func (t text) englishMonth(i int) (month, end int) {
	for m, name := range englishMonths {
		for _, form := range []string{name, name[:3], "sept"} {
			if form == "sept" && m != 8 || !t.has(i, form) || isLatin(t.at(i+len(form))) {
				continue
			}
			end = i + len(form)
			if t.at(end) == '.' {
				end++
			}
			return m + 1, end
		}
	}
	return 0, 0
}

var englishOrdinals = []string{"first", "second", "third", "fourth"}

// englishPart reads Q3, H1, third quarter, first half at rune i.
func (t text) englishPart(i int) (p Period, end int) {
	if n := int(t.at(i+1) - '0'); n >= 1 && !isDigit(t.at(i+2)) && !isLatin(t.at(i+2)) {
		switch {
		case t.at(i) == 'q' && n <= 4:
			return Period{Quarter: n}, i + 2
		case t.at(i) == 'h' && n <= 2:
			return Period{Half: n}, i + 2
		}
	}
	for n, word := range englishOrdinals {
		if !t.has(i, word) {
			continue
		}
		j := i + len(word) + 1
		switch {
		case t.has(j, "quarter"):
			return Period{Quarter: n + 1}, j + len("quarter")
		case t.has(j, "half") && n < 2:
			return Period{Half: n + 1}, j + len("half")
		}
	}
	return p, 0
}

// yearAfter reads a year after a blank, a comma or "of".
func (t text) yearAfter(j int) (year, end int, ok bool) {
	k := j
	if t.at(k) == ',' {
		k++
	}
	k = t.blanks(k)
	if t.has(k, "of ") {
		k += len("of ")
	}
	if k == j {
		return 0, j, false
	}
	year, end, ok = t.year(k)
	if !ok || t.at(end) == '年' || t.scaleOrUnit(end) && !strings.ContainsRune(" .,;)", t.at(end)) {
		return 0, j, false
	}
	return year, end, true
}
