package answer

import (
	"cmp"
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

// Bounds on how near a table must be to a question that is answered from
// several of its rows.
const (
	nearTable      = 0.4  // by its best row against the best unit
	explainedTable = 0.55 // or by its caption, columns and cells, see explained
)

// aggregate answers questions over several rows: how many, which has most,
// the greatest and the least, the sum, the order, those that meet conditions.
func (x *Extractive) aggregate(q question.Question, e Evidence) (Draft, bool) {
	if q.Wants(question.Reason) || q.Wants(question.Definition) {
		return Draft{}, false
	}
	for _, a := range x.aggregations(q, e) {
		for _, try := range []func() (Draft, bool){
			a.matrix, a.moved, a.share, a.top, a.total, a.pair, a.items, a.kinds, a.order, a.bothEnds, a.dated, a.mostMembers, a.change, a.extreme, a.over, a.whichRows, a.count, a.members, a.crossing,
		} {
			if d, ok := try(); ok && x.holds(d) {
				d.Verified = x.Verify != nil
				return d, true
			}
		}
	}
	return Draft{}, false
}

// aggregations are the tables near to a question, the nearest first.
func (x *Extractive) aggregations(q question.Question, e Evidence) []*aggregation {
	var out []*aggregation
	asked, words := x.widened(q.Text), sought(q)
	for _, t := range e.Tables {
		a := &aggregation{q: q, t: t, asked: asked}
		if a.fit = a.explained(words); t.Score < nearTable && a.fit < explainedTable {
			continue
		}
		a.headers, a.names = t.Headers(asked), t.Headers(withoutPeriods(asked))
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b *aggregation) int {
		return cmp.Compare(max(b.fit, b.t.Score), max(a.fit, a.t.Score))
	})
	return out
}

type aggregation struct {
	q       question.Question
	t       Table
	asked   string
	headers []int   // how much of each column's name the question shares, see table.View.Headers
	names   []int   // the same, years left out
	fit     float64 // see explained
}

// withoutPeriods blanks the dates of a text: that two columns are of one year
// does not tell them apart.
func withoutPeriods(text string) string {
	for _, p := range quantity.Periods(text) {
		text = text[:p.Start] + strings.Repeat(" ", p.End-p.Start) + text[p.End:]
	}
	return text
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

// lastColumn is column, the later one of a tie: members stand to the right of
// what they are members of.
func (a *aggregation) lastColumn(kind table.Kind) int {
	best, at := 2, -1
	for c, n := range a.headers {
		if n >= best && a.t.ColumnKind(c) == kind {
			best, at = n, c
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
	unit := ground.HeaderUnit(a.t.Columns[number])
	k := ground.Computed{Operation: ground.Add, Text: trimZeros(sum.Number, 2) + sum.Unit + unit}
	var names []string
	claim := ground.Claim{}
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		sup, ok := a.cite(c, text)
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		k.Inputs = append(k.Inputs, text+unit)
		names = append(names, oneLine(a.t.Text(table.Cell{Row: c.Row, Column: a.finest(number)}))+text+unit)
	}
	k.Formula = strings.Join(k.Inputs, " + ") + " = " + k.Text
	claim.Text = fmt.Sprintf("合计%s：%s。", k.Text, strings.Join(names, "、"))
	claim.Computed = []ground.Computed{k}
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

var (
	topWords = regexp.MustCompile(`前([一二两三四五六七八九十\d]+)(?:名|家|位|强|大|个|款)?`)
	sumWords = regexp.MustCompile(`合计|总和|总共|一共|加起来|相加|之和`)
)

// ranked reports whether the table numbers its rows.
func (a *aggregation) ranked() bool { return a.ordinals() >= 0 }

// ordinals is the column that numbers the rows, -1 for none.
func (a *aggregation) ordinals() int {
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Ordinals {
			return c
		}
	}
	return -1
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
	rows, column := a.selected()
	if len(rows) == 0 || column == a.finestName() || a.t.Headers(lexical.Fold(ask.Text))[a.finest(column)] < 2 {
		return Draft{}, false // what is counted must be what a row of the table is
	}
	key := a.finest(column)
	extra := a.columnsAsked(key, column)
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

// members: 工信部发布过哪些政策, and 哪几个阶段 where a column has that name.
func (a *aggregation) members() (Draft, bool) {
	ask, ok := askOfKind(a.q, question.List)
	if !ok || ask.Size > 0 || a.q.Wants(question.Issuer) {
		return Draft{}, false
	}
	if c := a.columnNamed(ask.Noun); c >= 0 && a.t.Score >= 0.9 {
		return a.list(a.t.Distinct(c, a.t.AllRows()))
	}
	rows, column := a.selected()
	if len(rows) == 0 {
		return Draft{}, false
	}
	key := a.finest(column)
	if c := askedColumn(a.t.View, ask.Text); c >= 0 && c != column {
		key = c
	}
	if a.t.Headers(lexical.Fold(ask.Text))[key] < 1 {
		return Draft{}, false
	}
	return a.list(a.t.Distinct(key, rows))
}

// selected are the rows that the question selects: those of a cell that it
// names, or else those of a year, and the column that it selects by.
func (a *aggregation) selected() (rows []int, column int) {
	if named := a.sharedName(); named.Cell.Row >= 0 {
		return a.t.Filter(a.t.AllRows(), named.Cell.Column, named.Name), named.Cell.Column
	}
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) != table.Dates || len(a.q.Periods) != 1 || strings.Contains(a.q.Text, "号") {
			continue // the year of 〔2022〕199号 selects nothing
		}
		for _, r := range a.t.AllRows() {
			if covered(a.q.Periods, a.t.Text(table.Cell{Row: r, Column: c})) {
				rows = append(rows, r)
			}
		}
		return rows, c
	}
	return nil, -1
}

// columnNamed is the column of words whose whole name is noun; -1 for none.
func (a *aggregation) columnNamed(noun string) int {
	for c, name := range a.t.Columns {
		if noun != "" && name == noun && a.t.ColumnKind(c) == table.Words {
			return c
		}
	}
	return -1
}

// list states several cells, one claim each.
func (a *aggregation) list(cells []table.Cell) (Draft, bool) {
	if len(cells) < 2 || len(cells) > 8 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.7}
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		sup, ok := a.cite(c, text)
		if !ok {
			return Draft{}, false
		}
		d.Claims = append(d.Claims, ground.Claim{Text: text + "。", Supports: []ground.Support{sup}})
	}
	return d, true
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
