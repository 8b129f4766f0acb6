package answer

import (
	"fmt"
	"regexp"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/table"
)

// change: how a row with years for columns moved between two of them.
func (a *aggregation) change() (Draft, bool) {
	from, to, ok := twoYears(a.q.Periods)
	if !ok || !changeWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	c1, c2 := a.yearColumn(from), a.yearColumn(to)
	row := a.namedRow()
	if c1 < 0 || c2 < 0 || row < 0 {
		return Draft{}, false
	}
	moved := a.steps([]int{row}, c1, c2)
	if len(moved) != 1 || moved[0].from.Number == 0 {
		return Draft{}, false
	}
	key := core(oneLine(a.t.Text(table.Cell{Row: row, Column: a.finest(-1)})))
	k := moved[0].computed(a.q.Text)
	claim := ground.Claim{Computed: []ground.Computed{k}}
	var parts []string
	for _, c := range []int{c1, c2} {
		at := table.Cell{Row: row, Column: c}
		sup, ok := a.cite(at, oneLine(a.t.Text(at)))
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		parts = append(parts, a.t.Columns[c]+"："+a.printed(at))
	}
	claim.Text = fmt.Sprintf("%s，变化：%s（%s）：%s。", key, k.Text, k.Formula, strings.Join(parts, "，"))
	return Draft{Status: Answered, Confidence: 0.7, Claims: []ground.Claim{claim}}, true
}

// twoYears returns the earlier and the later of the two years asked about.
func twoYears(ps []quantity.Period) (from, to int, ok bool) {
	switch {
	case len(ps) >= 2:
		from, to = ps[0].Year, ps[1].Year
	case len(ps) == 1 && ps[0].YearTo != 0:
		from, to = ps[0].Year, ps[0].YearTo
	}
	return min(from, to), max(from, to), from != 0 && to != 0 && from != to
}

var (
	changeWords = regexp.MustCompile(`增长了?|增加|减少|多了|少了|涨了?|提升|下降了?|上升了?|变化了?|提高了?|降低了?|增幅|降幅|差多少|相差|翻|倍|百分点`)
	growthWords = regexp.MustCompile(`百分之|百分比|几成|增幅|降幅|增长率|增速|比例`)
)

// changeOf is the growth in percent where that is asked for, else the
// difference, in percentage points between shares.
func changeOf(asked string, from, to quantity.Value, unit string) ground.Computed {
	switch {
	case strings.Contains(asked, "倍"):
		return computed(ground.Divide, to.Number/from.Number, "倍", 2, to, from)
	case unit != "%" && from.Unit != "%" && growthWords.MatchString(asked):
		k := computed(ground.Growth, (to.Number-from.Number)/from.Number*100, "%", 1, to, from)
		k.Formula = fmt.Sprintf("(%s − %s) ÷ %s ≈ %s", to.Text, from.Text, from.Text, k.Text)
		return k
	case unit == "%" || from.Unit == "%":
		return computed(ground.Subtract, to.Number-from.Number, "个百分点", 2, to, from)
	}
	return computed(ground.Subtract, to.Number-from.Number, unit, 2, to, from)
}

// yearColumn is the number column whose name holds the year.
func (a *aggregation) yearColumn(year int) int {
	for c := range a.t.Columns {
		for _, p := range a.t.ColumnPeriods(c) {
			if p.Year == year && (a.t.ColumnKind(c) == table.Numbers || a.t.ColumnKind(c) == table.Words) {
				return c
			}
		}
	}
	return -1
}

// namedRow is the row of the longest cell that the question names, or the best
// row where its key is named in other words; -1 for none.
func (a *aggregation) namedRow() int {
	best, row := 0, -1
	for _, m := range a.t.NamedCells(a.asked) {
		if m.Runes > best {
			best, row = m.Runes, m.Cell.Row
		}
	}
	if row >= 0 {
		return row
	}
	score := 0.0
	for r, u := range a.t.Rows {
		if u != nil && u.Direct > score && u.Direct >= 0.4 {
			score, row = u.Direct, r
		}
	}
	return row
}
