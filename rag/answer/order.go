package answer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

var (
	orderWords   = regexp.MustCompile(`(?i)排序|排列|排个?序|排一?下|怎么排|如何排|(从|由)(高|大|多|低|小|少|早|晚|先)(到|至|往|而)(低|小|少|高|大|多|晚|早|后)|依次(是|为|排)|降序|升序|in (descending|ascending) order|rank .* (by|from)|sort`)
	ascending    = regexp.MustCompile(`(?i)(从|由)(低|小|少|早|先)(到|至|往|而)|升序|ascending|(from|by) (lowest|smallest|least)`)
	chronicle    = regexp.MustCompile(`时间|日期|先后|(从|由)(早|晚)|年份|chronolog`)
	bothEndWords = regexp.MustCompile(`最(高|大|多|强|早|长|贵)(的)?(和|与|、|及|以及)最(低|小|少|弱|晚|短|便宜)|最(低|小|少|弱|晚|短)(的)?(和|与|、|及|以及)最(高|大|多|强|早|长)|最(高|大|多|贵|长).{0,14}最(低|小|少|便宜|短)|(highest|largest|most) and (the )?(lowest|smallest|least)`)
)

// order answers questions for rows in the order of a column: 按营收从高到低排序.
func (a *aggregation) order() (Draft, bool) {
	if !orderWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	by := a.orderColumn()
	if by < 0 {
		return Draft{}, false
	}
	if d, ok := a.orderKinds(by); ok {
		return d, true
	}
	rows, most := a.sortable(by), rowsNamed
	up := ascending.MatchString(a.q.Text)
	slices.SortStableFunc(rows, func(r, s int) int {
		if c := a.compare(r, s, by); up {
			return c
		} else {
			return -c
		}
	})
	if _, to, ok := a.placesAsked(len(rows)); ok && !a.placesFilter() && placesFrom.MatchString(a.q.Text) {
		most = to
	}
	if len(rows) < 2 {
		return Draft{}, false
	}
	rows = rows[:min(most, len(rows), rowsNamed)]
	claims, ok := a.eachRow(rows, a.key(rows, []condition{{column: by}}), []int{by})
	return Draft{Status: Answered, Confidence: 0.75, Claims: claims}, ok
}

// orderKinds puts the members of a column of merged cells in order by their
// sums.
func (a *aggregation) orderKinds(by int) (Draft, bool) {
	key := askedColumn(a.t.View, a.q.Text)
	if key < 0 || key == by || a.t.ColumnKind(key) != table.Words || a.t.ColumnKind(by) != table.Numbers {
		return Draft{}, false
	}
	rows := a.sortable(by)
	groups := a.t.GroupBy(rows, key, key)
	if len(groups) < 2 || len(groups) == len(rows) || len(groups) > rowsNamed {
		return Draft{}, false
	}
	var ms []member
	for _, g := range groups {
		m, ok := a.member(oneLine(a.t.Text(g.Key)), g.Rows, by)
		if !ok {
			return Draft{}, false
		}
		ms = append(ms, m)
	}
	sign := -1
	if ascending.MatchString(a.q.Text) {
		sign = 1
	}
	slices.SortStableFunc(ms, func(m, n member) int { return sign * cmp.Compare(m.value.Number, n.value.Number) })
	d := Draft{Status: Answered, Confidence: 0.75}
	for _, m := range ms {
		claim, ok := a.evidenceOf([]member{m})
		if !ok {
			return Draft{}, false
		}
		claim.Text = m.name + "（" + m.value.Text + "）。"
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// orderColumn is the column to sort by: of numbers, or of dates where the time
// is asked about; -1 for none.
func (a *aggregation) orderColumn() int {
	if c := a.measure(); c >= 0 {
		return c
	}
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Dates && (chronicle.MatchString(a.q.Text) || a.headers[c] >= 2) {
			return c
		}
	}
	if ms := a.measures(); len(ms) == 1 {
		return ms[0]
	}
	return -1
}

// placesFilter reports whether the places asked for are those that the table
// itself numbers: 把前三名按营收排, not 按增速排序，前三是谁.
func (a *aggregation) placesFilter() bool {
	at := orderWords.FindStringIndex(a.q.Text)
	place := placesFrom.FindStringSubmatchIndex(a.q.Text)
	return a.ordinals() >= 0 && at != nil && place != nil && place[0] < at[0] && count(a.q.Text[place[2]:place[3]]) < len(a.dataRows())
}

// sortable are the rows that the question keeps and that have a cell to sort
// by.
func (a *aggregation) sortable(by int) []int {
	conditions := slices.Concat(a.bounds(), a.signs(), a.marks(), a.graded())
	if a.placesFilter() {
		conditions = append(conditions, a.places()...)
	}
	conditions = append(conditions, a.shared(append(conditions, condition{column: by}))...)
	return slices.DeleteFunc(a.where(conditions), func(r int) bool {
		at := table.Cell{Row: r, Column: by}
		if a.dates(by) {
			return len(quantity.Periods(a.t.Text(at))) == 0
		}
		_, ok := a.amount(at)
		return !ok
	})
}

// compare orders two rows by column c.
func (a *aggregation) compare(r, s, c int) int {
	if a.dates(c) {
		return strings.Compare(a.date(r, c), a.date(s, c))
	}
	v, _ := a.amount(table.Cell{Row: r, Column: c})
	w, _ := a.amount(table.Cell{Row: s, Column: c})
	switch {
	case v.Number < w.Number:
		return -1
	case v.Number > w.Number:
		return 1
	}
	return 0
}

// date is the date of a cell in a form that sorts.
func (a *aggregation) date(row, c int) string {
	return quantity.Periods(a.t.Text(table.Cell{Row: row, Column: c}))[0].String()
}

var (
	earliest = regexp.MustCompile(`(?i)最早|最先|首个|earliest|first`)
	latest   = regexp.MustCompile(`(?i)最晚|最新|最近|最后|latest|newest|most recent`)
)

// dated answers questions for the earliest row, the latest, or both.
func (a *aggregation) dated() (Draft, bool) {
	early, late := earliest.MatchString(a.q.Text), latest.MatchString(a.q.Text)
	if !early && !late {
		return Draft{}, false
	}
	by := a.dateColumn()
	if by < 0 || a.headers[a.finestName()] < 2 {
		return Draft{}, false
	}
	rows := a.sortable(by)
	if len(rows) < 2 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.75}
	for _, end := range []struct {
		asked bool
		sign  int
		word  string
	}{{early, -1, "最早："}, {late, 1, "最晚："}} {
		if !end.asked {
			continue
		}
		best := a.firstOf(rows, by, end.sign)
		claim, parts, ok := a.named(best, a.key(best, []condition{{column: by}}), []int{by})
		if !ok || len(best) > 4 {
			return Draft{}, false
		}
		claim.Text = strings.Join(parts, "、") + "。"
		if early && late {
			claim.Text = end.word + claim.Text
		}
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// dateColumn is the only column of dates, or the one that the question speaks
// of; -1 for none.
func (a *aggregation) dateColumn() int {
	by, n := -1, 0
	for c := range a.t.Columns {
		if a.dates(c) {
			n++
			if by < 0 || a.dateShare(c) > a.dateShare(by) {
				by = c
			}
		}
	}
	if n > 1 && a.dateShare(by) < 1 {
		return -1
	}
	return by
}

// dates reports whether at least half the cells of a column of words are dates.
func (a *aggregation) dates(c int) bool {
	if kind := a.t.ColumnKind(c); kind != table.Words {
		return kind == table.Dates
	}
	n := 0
	for _, r := range a.t.AllRows() {
		text := oneLine(a.t.Text(table.Cell{Row: r, Column: c}))
		if ps := quantity.Periods(text); len(ps) == 1 && len(ps[0].Text)+len("年") >= len(text) {
			n++
		}
	}
	return 2*n >= len(a.t.Table.Rows)
}

// dateShare tells how much the question speaks of a column of dates: a common
// character counts, as 到期 is said of 有效期至.
func (a *aggregation) dateShare(c int) int {
	n := 0
	for _, r := range core(a.t.Columns[c]) {
		if r != '时' && r != '间' && strings.ContainsRune(a.asked, r) {
			n++
		}
	}
	return n
}

// firstOf are the rows that come first by column c: the greatest for sign 1,
// the least for -1, with all ties.
func (a *aggregation) firstOf(rows []int, c, sign int) []int {
	best := rows[:1:1]
	for _, r := range rows[1:] {
		switch d := sign * a.compare(r, best[0], c); {
		case d > 0:
			best = []int{r}
		case d == 0:
			best = append(best, r)
		}
	}
	return best
}

// bothEnds answers questions for the greatest and the least at once.
func (a *aggregation) bothEnds() (Draft, bool) {
	if !bothEndWords.MatchString(a.q.Text) || !a.q.Wants(question.Superlative) {
		return Draft{}, false
	}
	by := a.orderColumn()
	if by < 0 {
		return Draft{}, false
	}
	rows := a.sortable(by)
	if len(rows) < 2 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.75}
	var ends []member
	for _, end := range []struct {
		words string
		sign  int
	}{{"最高", 1}, {"最低", -1}} {
		best := a.firstOf(rows, by, end.sign)
		claim, parts, ok := a.named(best, a.key(best, []condition{{column: by}}), []int{by})
		if !ok || len(best) > 6 {
			return Draft{}, false
		}
		claim.Text = a.endWord(by, end.words) + "：" + strings.Join(parts, "、") + "。"
		d.Claims = append(d.Claims, claim)
		if m, ok := a.member(parts[0], best[:1], by); ok {
			ends = append(ends, m)
		}
	}
	if k, ok := a.betweenEnds(ends); ok {
		d.Claims = append([]ground.Claim{k}, d.Claims...)
	}
	return d, true
}

// betweenEnds is by how much, or how many times, the greatest exceeds the
// least, where that is asked for.
func (a *aggregation) betweenEnds(ends []member) (ground.Claim, bool) {
	if len(ends) != 2 || ends[1].value.Number == 0 {
		return ground.Claim{}, false
	}
	claim, ok := a.evidenceOf(ends)
	switch {
	case !ok:
		return claim, false
	case ratioWords.MatchString(a.q.Text):
		k := computed(ground.Divide, ends[0].value.Number/ends[1].value.Number, "倍", 2, ends[0].value, ends[1].value)
		claim.Text, claim.Computed = fmt.Sprintf("约%s（%s）。", k.Text, k.Formula), []ground.Computed{k}
		return claim, true
	case differenceWords.MatchString(a.q.Text):
		k := difference(ends[0].value, ends[1].value)
		claim.Text, claim.Computed = fmt.Sprintf("相差%s（%s）。", k.Text, k.Formula), []ground.Computed{k}
		return claim, true
	}
	return claim, false
}

// endWord: the ends of a column of dates are the latest and the earliest.
func (a *aggregation) endWord(by int, word string) string {
	if a.t.ColumnKind(by) == table.Dates {
		return map[string]string{"最高": "最晚", "最低": "最早"}[word]
	}
	return word
}
