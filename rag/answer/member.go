package answer

import (
	"fmt"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/table"
)

// member is a row, or the rows of a merged cell, with the sum of their amounts.
type member struct {
	name  string
	rows  []int
	by    int
	value quantity.Value
	sums  []ground.Computed // how value was made, for more than one row
}

// member sums column by over rows.
func (a *aggregation) member(name string, rows []int, by int) (member, bool) {
	m := member{name: name, rows: rows, by: by}
	var vs []quantity.Value
	for _, r := range rows {
		v, ok := a.amount(table.Cell{Row: r, Column: by})
		if !ok || v.Number != v.High || len(vs) > 0 && v.Unit != vs[0].Unit {
			return m, false
		}
		vs = append(vs, v)
	}
	switch len(vs) {
	case 0:
		return m, false
	case 1:
		m.value = vs[0]
	default:
		return m.summed(vs)
	}
	return m, true
}

func (m member) summed(vs []quantity.Value) (member, bool) {
	k := sumOf(vs)
	total := quantity.Values(k.Text)
	if len(total) != 1 {
		return m, false
	}
	m.value = total[0]
	m.sums = append(m.sums, k)
	return m, true
}

// joined is several members taken together.
func joined(ms []member) member {
	all := member{by: ms[0].by}
	var names []string
	var vs []quantity.Value
	for _, m := range ms {
		names = append(names, m.name)
		all.rows = append(all.rows, m.rows...)
		all.sums = append(all.sums, m.sums...)
		vs = append(vs, m.value)
	}
	all.name = strings.Join(names, "、")
	all, _ = all.summed(vs)
	return all
}

// evidenceOf cites every row of the members, once, and gathers how their sums
// were made.
func (a *aggregation) evidenceOf(ms []member) (ground.Claim, bool) {
	var claim ground.Claim
	seen := make(map[int]bool)
	for _, m := range ms {
		claim.Computed = append(claim.Computed, m.sums...)
		for _, r := range m.rows {
			if seen[r] {
				continue
			}
			seen[r] = true
			at := table.Cell{Row: r, Column: m.by}
			sup, ok := a.cite(at, oneLine(a.t.Text(at)))
			if !ok {
				return claim, false
			}
			claim.Supports = append(claim.Supports, sup)
		}
	}
	return claim, len(claim.Supports) > 0
}

// membersNamed are the members of one column of words that the question names,
// in the order in which it names them: the column with most of them.
func (a *aggregation) membersNamed(by int) ([]member, bool) {
	if by < 0 {
		return nil, false
	}
	var best []table.Match
	for c := range a.t.Columns {
		if c == by || a.t.ColumnKind(c) != table.Words && a.t.ColumnKind(c) != table.Documents {
			continue
		}
		if found := a.cellsNamed(c); len(found) > len(best) {
			best = found
		}
	}
	var out []member
	for _, f := range best {
		m, ok := a.member(oneLine(a.t.Text(f.Cell)), a.t.Filter(a.dataRows(), f.Cell.Column, f.Name), by)
		if !ok {
			return nil, false
		}
		out = append(out, m)
	}
	return out, len(out) > 0
}

// cellsNamed are the different cells of column c that the question names, in
// the order in which it names them; of names within one another the longest.
func (a *aggregation) cellsNamed(c int) []table.Match {
	asked := lexical.Fold(a.q.Text)
	var found []table.Match
	for _, text := range []string{asked, a.asked} {
		for _, m := range a.t.NamedCells(text) {
			if m.Cell.Column == c && m.Whole && !slices.ContainsFunc(found, func(f table.Match) bool { return f.Name == m.Name }) {
				found = append(found, m)
			}
		}
		if len(found) >= 2 {
			break
		}
	}
	found = slices.DeleteFunc(found, func(m table.Match) bool {
		return slices.ContainsFunc(found, func(f table.Match) bool { return f.Name != m.Name && strings.Contains(f.Name, m.Name) })
	})
	slices.SortStableFunc(found, func(m, n table.Match) int {
		return strings.Index(a.asked, m.Name) - strings.Index(a.asked, n.Name)
	})
	return found
}

// nested are a member and the member of another column that holds it, where
// the question names both: 解决方案在行业能力里占多大比例.
func (a *aggregation) nested(by int) []member {
	var ms []member
	for c := range a.t.Columns {
		if c == by || a.t.ColumnKind(c) != table.Words {
			continue
		}
		found := a.cellsNamed(c)
		if len(found) != 1 {
			continue
		}
		if m, ok := a.member(oneLine(a.t.Text(found[0].Cell)), a.t.Filter(a.dataRows(), c, found[0].Name), by); ok {
			ms = append(ms, m)
		}
	}
	if len(ms) != 2 {
		return nil
	}
	if len(ms[0].rows) > len(ms[1].rows) {
		ms[0], ms[1] = ms[1], ms[0]
	}
	for _, r := range ms[0].rows {
		if !slices.Contains(ms[1].rows, r) || len(ms[0].rows) == len(ms[1].rows) {
			return nil
		}
	}
	return ms
}

// onlyMeasure is the measure that the question names, or the only one there is;
// -1 for none.
func (a *aggregation) onlyMeasure() int {
	if c := a.measure(); c >= 0 {
		return c
	}
	if ms := a.measures(); len(ms) == 1 {
		return ms[0]
	}
	return -1
}

// kinds counts the different cells of a column: 一共有多少个二级指标.
func (a *aggregation) kinds() (Draft, bool) {
	ask, ok := a.countAsked()
	key := askedColumn(a.t.View, ask.Text)
	if !ok || key < 0 || a.t.ColumnKind(key) != table.Words && a.t.ColumnKind(key) != table.Documents || len(a.conditions()) > 0 {
		return Draft{}, false
	}
	rows := a.dataRows()
	if m := a.sharedName(); m.Cell.Row >= 0 && m.Cell.Column != key {
		rows = a.t.Filter(rows, m.Cell.Column, m.Name)
	} else if len(a.q.Periods) > 0 || len(a.rowsNamedBeside(key, key)) > 0 {
		return Draft{}, false
	}
	cells := a.t.Distinct(key, rows)
	if len(cells) < 2 || len(cells) > 2*rowsNamed {
		return Draft{}, false
	}
	n := fmt.Sprintf("%d%s", len(cells), countWord(ask))
	claim := ground.Claim{}
	k := ground.Computed{Text: n, Operation: ground.CountOf, Formula: n}
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		sup, ok := a.cite(c, text)
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		k.Inputs = append(k.Inputs, text)
	}
	claim.Computed = []ground.Computed{k}
	claim.Text = "共" + n + "：" + strings.Join(k.Inputs, "、") + "。"
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}
