package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// aggregate answers questions over several rows: how many, which has most,
// the greatest and the least, the sum.
func (x *Extractive) aggregate(q question.Question, e Evidence) (Draft, bool) {
	for _, t := range e.Tables {
		if t.Score < 0.35 {
			continue
		}
		a := aggregation{q: q, t: t, asked: x.widened(q.Text)}
		a.headers = t.Headers(a.asked)
		for _, try := range []func() (Draft, bool){a.top, a.mostMembers, a.change, a.extreme, a.count} {
			if d, ok := try(); ok {
				return d, true
			}
		}
	}
	return Draft{}, false
}

type aggregation struct {
	q       question.Question
	t       Table
	asked   string
	headers []int
}

// column returns the column whose name the question shares most, of the given
// kinds, other than not; -1 for none.
func (a *aggregation) column(not int, kinds ...table.Kind) int {
	best, at := 1, -1
	for c, n := range a.headers {
		if c == not || n <= best {
			continue
		}
		for _, k := range kinds {
			if a.t.ColumnKind(c) == k {
				best, at = n, c
			}
		}
	}
	return at
}

// cite cites the row of a cell.
func (a *aggregation) cite(c table.Cell, text string) (ground.Support, bool) {
	if c.Row >= len(a.t.Rows) || a.t.Rows[c.Row] == nil {
		return ground.Support{}, false
	}
	return cellSupport(*a.t.Rows[c.Row], a.t.Columns[c.Column], oneLine(text)), true
}

// mostMembers: 哪一项一级指标下的三级指标最多.
func (a *aggregation) mostMembers() (Draft, bool) {
	s, ok := askOfKind(a.q, question.Superlative)
	if !ok || !strings.Contains(s.Text, "多") && !strings.Contains(s.Text, "少") {
		return Draft{}, false
	}
	member := a.column(-1, table.Words)
	if member < 1 {
		return Draft{}, false
	}
	key := -1
	for c := 0; c < member; c++ {
		if a.t.ColumnKind(c) == table.Words && (key < 0 || a.headers[c] > a.headers[key]) && len(a.t.Distinct(c, a.t.AllRows())) < len(a.t.Table.Rows) {
			key = c
		}
	}
	if key < 0 {
		return Draft{}, false
	}
	groups := table.Most(a.t.GroupBy(a.t.AllRows(), key, member), s.Least)
	if len(groups) == 0 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.8}
	for _, g := range groups {
		name := oneLine(a.t.Text(g.Key))
		n := fmt.Sprintf("%d项", len(g.Members))
		claim := ground.Claim{Text: fmt.Sprintf("%s：%s，共%s%s。", a.t.Columns[key], name, n, a.t.Columns[member])}
		count := ground.Computed{Text: n, Operation: ground.CountOf, Formula: n}
		for _, m := range g.Members {
			text := oneLine(a.t.Text(m))
			sup, ok := a.cite(m, text)
			if !ok {
				return Draft{}, false
			}
			claim.Supports = append(claim.Supports, sup)
			count.Inputs = append(count.Inputs, text)
		}
		claim.Computed = []ground.Computed{count}
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// extreme: 赋分最高的是哪几个.
func (a *aggregation) extreme() (Draft, bool) {
	s, ok := askOfKind(a.q, question.Superlative)
	if !ok {
		return Draft{}, false
	}
	number := a.column(-1, table.Numbers)
	rows := a.filtered(number)
	if c := a.bracketColumn(); c >= 0 && (number < 0 || a.everyCellSays(c, s.Text)) {
		number = c
	}
	if number < 0 {
		return Draft{}, false
	}
	cells, _ := a.t.Extreme(rows, number, s.Least)
	if len(cells) == 0 || len(cells) > 4 {
		return Draft{}, false
	}
	key := a.column(number, table.Words)
	if key < 0 {
		key = a.finest(number)
	}
	d := Draft{Status: Answered, Confidence: 0.75}
	seen := make(map[string]bool)
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		if key != number {
			text = fmt.Sprintf("%s（%s）", oneLine(a.t.Text(table.Cell{Row: c.Row, Column: key})), cellClaim(a.t.Columns[number], text))
		}
		if seen[text] {
			continue
		}
		seen[text] = true
		sup, ok := a.cite(c, a.t.Text(c))
		if !ok {
			return Draft{}, false
		}
		claim := ground.Claim{Text: text, Supports: []ground.Support{sup}}
		for _, extra := range a.valueColumns(key, number) {
			cell := oneLine(a.t.Text(table.Cell{Row: c.Row, Column: extra}))
			claim.Text += "，" + cellClaim(a.t.Columns[extra], cell)
		}
		claim.Text += "。"
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// valueColumns are the columns whose name a clause for a value shares.
func (a *aggregation) valueColumns(not ...int) []int {
	var out []int
	for _, ask := range a.q.Asks {
		if ask.Kind != question.Value && ask.Kind != question.Date {
			continue
		}
		for c, n := range a.t.Headers(lexical.Fold(ask.Text)) {
			if n >= 2 && !slices.Contains(not, c) && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// top: 营收前三名合计多少. The rows of a ranking are in order of their ordinals.
func (a *aggregation) top() (Draft, bool) {
	m := topWords.FindStringSubmatch(a.q.Text)
	if m == nil || !sumWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	vs := quantity.Values(m[1] + "个")
	number := a.column(-1, table.Numbers)
	if len(vs) != 1 || number < 0 || int(vs[0].Number) > len(a.t.Table.Rows) || !a.ranked() {
		return Draft{}, false
	}
	rows := a.t.AllRows()[:int(vs[0].Number)]
	sum, cells, ok := a.t.Sum(rows, number)
	if !ok {
		return Draft{}, false
	}
	k := ground.Computed{Operation: ground.Add, Text: trimZeros(sum.Number, 2) + sum.Unit}
	var names []string
	claim := ground.Claim{}
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		sup, ok := a.cite(c, text)
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		k.Inputs = append(k.Inputs, text)
		names = append(names, oneLine(a.t.Text(table.Cell{Row: c.Row, Column: a.finest(number)}))+text)
	}
	k.Formula = strings.Join(k.Inputs, " + ") + " = " + k.Text
	claim.Text = fmt.Sprintf("合计%s（%s：%s）。", k.Text, a.t.Columns[number], strings.Join(names, "、"))
	claim.Computed = []ground.Computed{k}
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

var (
	topWords = regexp.MustCompile(`前([一二两三四五六七八九十\d]+)(?:名|家|位|强|大|个|款)?`)
	sumWords = regexp.MustCompile(`合计|总和|总共|一共|加起来|相加|之和`)
)

// ranked reports whether the table numbers its rows.
func (a *aggregation) ranked() bool {
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Ordinals {
			return true
		}
	}
	return false
}

// bracketColumn is a column of words that carry one number each (能力 (25%))
// and whose name the question shares.
func (a *aggregation) bracketColumn() int {
	most := 0
	for c, n := range a.headers {
		if a.t.ColumnKind(c) == table.Words {
			most = max(most, n)
		}
	}
	for c, n := range a.headers {
		if a.t.ColumnKind(c) != table.Words || (n < 2 || n < most) && !a.everyCellSays(c, a.q.Text) {
			continue
		}
		all := true
		for _, r := range a.t.AllRows() {
			if _, ok := a.t.Number(table.Cell{Row: r, Column: c}); !ok {
				all = false
			}
		}
		if all {
			return c
		}
	}
	return -1
}

// everyCellSays reports whether all cells of column c end in the word that the
// clause asks for: 哪两项能力, and the cells are 生态构建能力 and the like.
func (a *aggregation) everyCellSays(c int, clause string) bool {
	m := whichNoun.FindStringSubmatch(clause)
	if m == nil {
		return false
	}
	for _, r := range a.t.AllRows() {
		if !strings.Contains(a.t.Text(table.Cell{Row: r, Column: c}), m[1]) {
			return false
		}
	}
	return true
}

// change: how a row with years for columns moved between two of them.
func (a *aggregation) change() (Draft, bool) {
	if !changeWords.MatchString(a.q.Text) || len(a.q.Periods) < 2 {
		return Draft{}, false
	}
	from, to := a.q.Periods[0], a.q.Periods[1]
	if from.Year > to.Year {
		from, to = to, from
	}
	c1, c2 := a.yearColumn(from.Year), a.yearColumn(to.Year)
	row := a.namedRow()
	if c1 < 0 || c2 < 0 || row < 0 {
		return Draft{}, false
	}
	v1, ok1 := a.t.Number(table.Cell{Row: row, Column: c1})
	v2, ok2 := a.t.Number(table.Cell{Row: row, Column: c2})
	if !ok1 || !ok2 || v1.Number == 0 {
		return Draft{}, false
	}
	k := changeOf(a.q.Text, v1, v2, ground.HeaderUnit(a.t.Columns[c2]))
	claim := ground.Claim{Computed: []ground.Computed{k}}
	var parts []string
	for _, c := range []int{c1, c2} {
		text := oneLine(a.t.Text(table.Cell{Row: row, Column: c}))
		sup, ok := a.cite(table.Cell{Row: row, Column: c}, text)
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		parts = append(parts, cellClaim(a.t.Columns[c], text))
	}
	key := oneLine(a.t.Text(table.Cell{Row: row, Column: a.finest(-1)}))
	claim.Text = fmt.Sprintf("%s，变化%s（%s）：%s。", key, k.Text, k.Formula, strings.Join(parts, "，"))
	return Draft{Status: Answered, Confidence: 0.7, Claims: []ground.Claim{claim}}, true
}

var (
	changeWords = regexp.MustCompile(`增长了?|下降了?|上升了?|变化了?|提高了?|降低了?|增幅|降幅|差多少|相差|翻|倍|百分点`)
	growthWords = regexp.MustCompile(`百分之|百分比|增幅|降幅|增长率|增速|比例`)
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
	for c, name := range a.t.Columns {
		for _, p := range quantity.Periods(name) {
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

// finest is the column of words with the most different cells.
func (a *aggregation) finest(not int) int {
	best, at := 0, 0
	for c := range a.t.Columns {
		if c == not || a.t.ColumnKind(c) != table.Words && a.t.ColumnKind(c) != table.Documents {
			continue
		}
		if n := len(a.t.Distinct(c, a.t.AllRows())); n > best {
			best, at = n, c
		}
	}
	return at
}

// filtered returns the rows that the question keeps: those of a cell it names
// that several rows share, else all.
func (a *aggregation) filtered(not int) []int {
	rows := a.t.AllRows()
	best, at := 0, table.Match{Cell: table.Cell{Row: -1}}
	for _, m := range a.t.NamedCells(lexical.Fold(a.q.Text)) {
		if m.Cell.Column != not && m.Whole && m.Runes > best {
			best, at = m.Runes, m
		}
	}
	if at.Cell.Row < 0 {
		return rows
	}
	kept := a.t.Filter(rows, at.Cell.Column, at.Name)
	if len(kept) == 0 {
		return rows
	}
	return kept
}

// count: 由国务院发布的文件一共几份.
func (a *aggregation) count() (Draft, bool) {
	ask, ok := askOfKind(a.q, question.Count)
	if !ok || strings.Contains(ask.Text, "哪几") {
		return Draft{}, false
	}
	named := a.sharedName()
	if named.Cell.Row < 0 || a.t.Headers(lexical.Fold(ask.Text))[a.finest(named.Cell.Column)] < 2 {
		return Draft{}, false // what is counted must be what a row of the table is
	}
	rows := a.t.Filter(a.t.AllRows(), named.Cell.Column, named.Name)
	if len(rows) == 0 {
		return Draft{}, false
	}
	key := a.finest(named.Cell.Column)
	extra := a.columnsAsked(key, named.Cell.Column)
	n := fmt.Sprintf("%d%s", len(rows), countWord(ask))
	claim := ground.Claim{}
	count := ground.Computed{Text: n, Operation: ground.CountOf, Formula: n}
	var parts []string
	for _, r := range rows {
		text := oneLine(a.t.Text(table.Cell{Row: r, Column: key}))
		sup, ok := a.cite(table.Cell{Row: r, Column: key}, text)
		if !ok {
			return Draft{}, false
		}
		part := text
		for _, c := range extra {
			part += "（" + oneLine(a.t.Text(table.Cell{Row: r, Column: c})) + "）"
		}
		parts = append(parts, part)
		claim.Supports = append(claim.Supports, sup)
		count.Inputs = append(count.Inputs, text)
	}
	claim.Text = "共" + n + "：" + strings.Join(parts, "、") + "。"
	claim.Computed = []ground.Computed{count}
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

// sharedName is the longest cell that the question names whole and that is not
// the row's own key.
func (a *aggregation) sharedName() table.Match {
	best, at := 0, table.Match{Cell: table.Cell{Row: -1}}
	key := a.finest(-1)
	for _, m := range a.t.NamedCells(a.asked) {
		if m.Cell.Column != key && m.Whole && m.Runes > best {
			best, at = m.Runes, m
		}
	}
	return at
}

// columnsAsked are the columns that other clauses of the question ask for.
func (a *aggregation) columnsAsked(not ...int) []int {
	var out []int
	for c := range a.t.Columns {
		skip := false
		for _, n := range not {
			skip = skip || n == c
		}
		if !skip && a.q.Wants(question.Date) && a.t.ColumnKind(c) == table.Dates {
			out = append(out, c)
		}
	}
	return out
}

// countWord is the word that the question counts with: 几份 is 份.
func countWord(a question.Ask) string {
	for _, u := range []string{"份", "项", "条", "部", "款", "家", "种", "类", "个"} {
		if strings.Contains(a.Text, "几"+u) || strings.Contains(a.Text, "多少"+u) {
			return u
		}
	}
	return "个"
}

func askOfKind(q question.Question, k question.Kind) (question.Ask, bool) {
	for _, a := range q.Asks {
		if a.Kind == k {
			return a, true
		}
	}
	return question.Ask{}, false
}
