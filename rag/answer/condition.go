package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/table"
)

// condition is what a question demands of the cells of one column.
type condition struct {
	column int
	keeps  func(row int) bool
	show   bool // the cell is worth showing: it is not the same in every row kept
}

// conditions reads what the question demands of rows: amounts above or below a
// bound, signs of a change, marks (√, ×), short cells named with their header,
// places in a ranking, a cell that several rows share, a year.
func (a *aggregation) conditions() []condition {
	var out []condition
	for _, read := range []func() []condition{a.bounds, a.signs, a.marks, a.graded, a.withNumber, a.places} {
		out = append(out, read()...)
	}
	return out
}

// where returns the rows that meet every condition, in row order.
func (a *aggregation) where(conditions []condition) []int {
	var out []int
	for _, r := range a.dataRows() {
		if !slices.ContainsFunc(conditions, func(c condition) bool { return !c.keeps(r) }) {
			out = append(out, r)
		}
	}
	return out
}

// dataRows are the rows of the table but for those that sum up the others.
func (a *aggregation) dataRows() []int {
	return slices.DeleteFunc(a.t.AllRows(), a.sumsUp)
}

var totalRow = regexp.MustCompile(`^(合计|总计|总和|小计|全部|整体|total)$`)

// sumsUp reports whether a row is the total of the others.
func (a *aggregation) sumsUp(row int) bool {
	for c := range a.t.Columns {
		if totalRow.MatchString(lexical.Fold(strings.TrimSpace(a.t.Text(table.Cell{Row: row, Column: c})))) {
			return true
		}
	}
	return false
}

// amount is the number of a cell with the unit that its header, or the name of
// its row, gives it.
func (a *aggregation) amount(c table.Cell) (quantity.Value, bool) {
	text := strings.TrimSpace(a.t.Text(c))
	unit := ""
	if vs := quantity.Values(text); len(vs) == 1 && vs[0].Unit == "" {
		unit = a.unitFor(c)
	}
	vs := quantity.Values(text + unit)
	if len(vs) != 1 || utf8.RuneCountInString(vs[0].Text)+3 < utf8.RuneCountInString(text) {
		return quantity.Value{}, false
	}
	return vs[0], true
}

// unitFor is the unit in the header of a cell, or in the name of its row.
func (a *aggregation) unitFor(c table.Cell) string {
	unit := ground.HeaderUnit(a.t.Columns[c.Column])
	for k := 0; unit == "" && k < c.Column; k++ {
		unit = ground.HeaderUnit(oneLine(a.t.Text(table.Cell{Row: c.Row, Column: k})))
	}
	return unit
}

// measures are the columns of numbers that are not ordinals and that belong to
// the years asked about.
func (a *aggregation) measures() []int {
	var out []int
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Numbers && !a.ofAnotherYear(c) {
			out = append(out, c)
		}
	}
	return out
}

// ofAnotherYear reports whether the name of a column holds a year and the
// question another.
func (a *aggregation) ofAnotherYear(c int) bool {
	named := a.t.ColumnPeriods(c)
	return len(named) > 0 && len(a.q.Periods) > 0 && !anyCovers(a.q.Periods, named)
}

// measure is the column of numbers that the question is about: the one whose
// name it shares most, of years not asked about the latest; -1 for none.
func (a *aggregation) measure() int {
	best, at := 1, -1
	for _, c := range a.measures() {
		n := a.names[c]
		if n > best || n == best && at >= 0 && a.later(c, at) {
			best, at = n, c
		}
	}
	return at
}

// later reports whether column c is named after a later year than column d.
func (a *aggregation) later(c, d int) bool {
	p, q := a.t.ColumnPeriods(c), a.t.ColumnPeriods(d)
	return len(p) == 1 && len(q) == 1 && p[0].Year > q[0].Year
}

var (
	aboveWords  = regexp.MustCompile(`(?i)(超过|超出|大于|高于|多于|高出|超|逾|突破|过|more than|over|above|exceed(?:s|ing|ed)?|greater than)了?\s*(?:rmb|us\$|\$|¥)?\s*$`)
	atLeast     = regexp.MustCompile(`(?i)(不低于|不少于|不小于|至少|达到了?|at least)\s*(?:rmb|us\$|\$|¥)?\s*$`)
	belowWords  = regexp.MustCompile(`(?i)(低于|少于|小于|不足|不到|未满|未达到?|没到|less than|below|under|fewer than)\s*(?:rmb|us\$|\$|¥)?\s*$`)
	atMost      = regexp.MustCompile(`(?i)(不超过|没超过|未超过|不高于|不多于|不大于|至多|at most)\s*(?:rmb|us\$|\$|¥)?\s*$`)
	orMore      = regexp.MustCompile(`^(及|或)?(以上|之上|往上|or more)`)
	orLess      = regexp.MustCompile(`^(及|或)?(以下|之下|以内|or less)`)
	betweenEnds = regexp.MustCompile(`^\s*(到|至|-|~|—|和|与|and|to)\s*$`)
)

// bounds reads 营收超过50亿元, 20%以上, 在40亿到100亿之间.
func (a *aggregation) bounds() []condition {
	var out []condition
	values := a.values()
	for i := 0; i < len(values); i++ {
		v := values[i]
		low, high, n, ok := a.interval(values, i)
		if !ok {
			continue
		}
		i += n - 1
		c := a.columnFor(v)
		if c < 0 {
			continue
		}
		out = append(out, condition{c, func(row int) bool {
			have, ok := a.amount(table.Cell{Row: row, Column: c})
			return ok && low.admits(have.Number) && high.admits(have.High)
		}, true})
	}
	return out
}

// values are those of the question, halves among them.
func (a *aggregation) values() []quantity.Value {
	values := slices.Clone(a.q.Values)
	for _, at := range half.FindAllStringIndex(a.q.Text, -1) {
		values = append(values, quantity.Value{Text: a.q.Text[at[0]:at[1]], Start: at[0], End: at[1], Number: 50, High: 50, Unit: "%"})
	}
	slices.SortStableFunc(values, func(v, w quantity.Value) int { return v.Start - w.Start })
	return values
}

var half = regexp.MustCompile(`一半|半数`)

// limit is one end of an interval.
type limit struct {
	number float64
	sign   int // 1: not less than number, -1: not more, 0: no limit
	open   bool
}

func (l limit) admits(n float64) bool {
	switch {
	case l.sign == 0:
		return true
	case n == l.number:
		return !l.open
	}
	return (n > l.number) == (l.sign > 0)
}

// interval reads what the words around value i make of it; n is how many values
// of the question it takes.
func (a *aggregation) interval(values []quantity.Value, i int) (low, high limit, n int, ok bool) {
	v := values[i]
	before, after := a.q.Text[:v.Start], a.q.Text[v.End:]
	switch {
	case i+1 < len(values) && betweenEnds.MatchString(a.q.Text[v.End:values[i+1].Start]):
		w := values[i+1]
		number := v.Number
		if v.Unit == "" && number < 1e4 && w.Number >= 1e4 { // 40到100亿
			scale, _ := printedScale(w)
			number *= scale
		}
		return limit{number, 1, false}, limit{w.Number, -1, false}, 2, true
	case v.High > v.Number:
		return limit{v.Number, 1, false}, limit{v.High, -1, false}, 1, true
	case atMost.MatchString(before), orLess.MatchString(after):
		return limit{}, limit{v.Number, -1, false}, 1, true
	case atLeast.MatchString(before), orMore.MatchString(after):
		return limit{v.Number, 1, false}, limit{}, 1, true
	case belowWords.MatchString(before):
		return limit{}, limit{v.Number, -1, true}, 1, true
	case aboveWords.MatchString(before):
		return limit{v.Number, 1, true}, limit{}, 1, true
	}
	return limit{}, limit{}, 1, false
}

// columnFor is the column of numbers that a value of the question is compared
// with: of its unit, its name shared by the question; -1 for none.
func (a *aggregation) columnFor(v quantity.Value) int {
	best, at, fitting := 0, -1, 0
	for _, c := range a.measures() {
		if !a.comparable(v, c) {
			continue
		}
		fitting++
		if n := a.names[c] + 1; n > best || n == best && a.later(c, at) {
			best, at = n, c
		}
	}
	if best < 2 && fitting != 1 {
		return -1
	}
	return at
}

// comparable reports whether the numbers of column c are amounts of v's unit.
func (a *aggregation) comparable(v quantity.Value, c int) bool {
	for _, r := range a.t.AllRows() {
		if have, ok := a.amount(table.Cell{Row: r, Column: c}); ok {
			return have.Unit == v.Unit || v.Unit == "" && (v.Number >= 1e4 || have.Unit == "") || have.Unit == "" && !v.Money() && v.Unit != "%"
		}
	}
	return false
}

// signs reads 占比下降的项目, 负增长, and 上升了1.4个百分点 of a column of changes.
func (a *aggregation) signs() []condition {
	c := a.changeColumn()
	if c < 0 || a.q.Wants("superlative") {
		return nil
	}
	falling, rising := falls.MatchString(a.q.Text) || strings.Contains(a.q.Text, "负增长"), rises.MatchString(a.q.Text)
	if falling == rising {
		return nil
	}
	exact := slices.IndexFunc(a.q.Values, func(v quantity.Value) bool { return v.Unit == "百分点" || v.Unit == "%" })
	return []condition{{c, func(row int) bool {
		n, ok := a.t.Number(table.Cell{Row: row, Column: c})
		if !ok || n.Number == 0 || (n.Number < 0) != falling {
			return false
		}
		if exact >= 0 {
			if _, _, _, bound := a.interval(a.q.Values, exact); !bound {
				return max(n.Number, -n.Number) == a.q.Values[exact].Number
			}
		}
		return true
	}, true}}
}

var rises = regexp.MustCompile(`上升|上涨|正增长|提高|涨了`)

// marks reads 有自有车队的模式, 不支持私有化部署 of columns of marks.
func (a *aggregation) marks() []condition {
	var out []condition
	asked := lexical.Fold(a.q.Text)
	for c := range a.t.Columns {
		name := core(a.t.Columns[c])
		at := strings.Index(asked, name)
		if utf8.RuneCountInString(name) < 2 || at < 0 || !a.marked(c) {
			continue
		}
		denied := denies.MatchString(asked[:at])
		out = append(out, condition{c, func(row int) bool {
			yes, ok := markOf(a.t.Text(table.Cell{Row: row, Column: c}))
			return ok && yes != denied
		}, false})
	}
	return out
}

var denies = regexp.MustCompile(`(没有|没|无|不具备|不支持|不提供|不含|不带|未|缺少|缺乏|不是|非|without|no)\s*$`)

// core is a folded column name without what stands in brackets.
func core(column string) string {
	name := lexical.Fold(column)
	if i := strings.IndexAny(name, "(（"); i > 0 {
		name = name[:i]
	}
	return strings.TrimSpace(name)
}

// markOf reads a mark.
func markOf(cell string) (yes, ok bool) {
	switch strings.TrimSpace(cell) {
	case "√", "✓", "✔", "☑", "是", "有", "支持", "●", "Y", "Yes", "yes":
		return true, true
	case "×", "✗", "✘", "☒", "x", "X", "否", "无", "不支持", "○", "N", "No", "no", "—", "-", "–":
		return false, true
	}
	return false, false
}

// marked reports whether column c holds marks of both kinds, or of one in
// every cell.
func (a *aggregation) marked(c int) bool {
	for _, r := range a.t.AllRows() {
		if _, ok := markOf(a.t.Text(table.Cell{Row: r, Column: c})); !ok {
			return false
		}
	}
	return len(a.t.Table.Rows) > 1
}

// graded reads a cell that the question names with its header: 资产投入高, or
// one that several rows share: 阶段写“建设”的.
func (a *aggregation) graded() []condition {
	var out []condition
	asked := quoteless.Replace(lexical.Fold(a.q.Text))
	for c := range a.t.Columns {
		name := core(a.t.Columns[c])
		if utf8.RuneCountInString(name) < 2 || !strings.Contains(asked, name) || a.t.ColumnKind(c) != table.Words || a.marked(c) {
			continue
		}
		for _, cell := range a.t.Distinct(c, a.t.AllRows()) {
			text := lexical.Fold(strings.TrimSpace(a.t.Text(cell)))
			if n := utf8.RuneCountInString(text); n == 0 || n <= 2 && !namedWith(asked, name, text) || n > 2 && (!strings.Contains(asked, text) || len(a.t.Filter(a.t.AllRows(), c, text)) < 2) {
				continue
			}
			kept := a.t.Filter(a.t.AllRows(), c, text)
			out = append(out, condition{c, func(row int) bool { return slices.Contains(kept, row) }, false})
			break
		}
	}
	return out
}

var (
	numberDenied = regexp.MustCompile(`(没|无|未|缺)[^，。？]{0,3}(文号|编号|字号)`)
	numberHad    = regexp.MustCompile(`有(正式)?(文号|编号|字号)`)
	hasNumber    = regexp.MustCompile(`[〔\[(（【]\d{4}[〕\])）】]\s*\d+|\d+号|[A-Z/]{2,}\s*\d+`)
)

// withNumber reads which rows are documents with a number, or without one.
func (a *aggregation) withNumber() []condition {
	denied := numberDenied.MatchString(a.q.Text)
	if !denied && !numberHad.MatchString(a.q.Text) {
		return nil
	}
	c := slices.IndexFunc(a.t.Columns, func(name string) bool { return containsAny(name, "文号", "编号", "字号") })
	if c < 0 {
		for i := range a.t.Columns {
			if a.t.ColumnKind(i) == table.Documents {
				c = i
			}
		}
	}
	if c < 0 {
		return nil
	}
	return []condition{{c, func(row int) bool {
		return hasNumber.MatchString(a.t.Text(table.Cell{Row: row, Column: c})) != denied
	}, false}}
}

// quoteless drops quotation marks: 毛利率“低”的项目.
var quoteless = strings.NewReplacer("“", "", "”", "", "\"", "", "'", "", "「", "", "」", "", "‘", "", "’", "")

func namedWith(asked, header, cell string) bool {
	for _, between := range []string{"", "为", "是", "都", "很", "较", "评级为", "等级为", "程度为", "都是", "属于"} {
		if strings.Contains(asked, header+between+cell) {
			return true
		}
	}
	return strings.Contains(asked, cell+header) || strings.Contains(asked, cell+"的"+header)
}
