package answer

import (
	"fmt"
	"slices"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// plainTable is the least share of a question that a table must explain for a
// single cell of it to answer without the words of a passage.
const plainTable = 0.6

// likelyTable is the same where the unit alone names the column.
const likelyTable = 0.45

// crossing reads the cell where the one row that the question names and the
// column of its measure, unit and year cross: 2022年西南有多少家医院.
func (a *aggregation) crossing() (Draft, bool) {
	if d, ok := a.confirmable(); ok {
		return d, true
	}
	ask, ok := a.plainValue()
	if !ok || a.fit < likelyTable {
		return Draft{}, false
	}
	row, key := a.oneRow(-1)
	column := a.columnOf(ask)
	if column < 0 {
		column = a.onlyOfUnit(ask)
	} else if a.fit < plainTable {
		return Draft{}, false
	}
	if row < 0 || column < 0 {
		return Draft{}, false
	}
	at := table.Cell{Row: row, Column: column}
	text := oneLine(a.t.Text(at))
	sup, ok := a.cite(at, text)
	if !ok || text == "" {
		return Draft{}, false
	}
	name := oneLine(a.t.Text(table.Cell{Row: row, Column: key}))
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{{
		Text: fmt.Sprintf("%s，%s。", name, cellClaim(a.t.Columns[column], text)), Supports: []ground.Support{sup},
	}}}, true
}

// confirmable reads the cell whose row and column the question names where it
// asks whether the cell holds something: 甲的总部在乙吗.
func (a *aggregation) confirmable() (Draft, bool) {
	for _, ask := range a.q.Asks {
		if ask.Kind != question.YesNo && ask.Kind != question.Open {
			return Draft{}, false
		}
	}
	column := askedColumn(a.t.View, a.q.Text)
	row, key := a.oneRow(column)
	if row < 0 || column < 0 || column == key || a.fit < likelyTable || !a.q.Wants(question.YesNo) {
		return Draft{}, false
	}
	at := table.Cell{Row: row, Column: column}
	sup, ok := a.cite(at, oneLine(a.t.Text(at)))
	if !ok || a.t.Text(at) == "" {
		return Draft{}, false
	}
	text := fmt.Sprintf("%s，%s。", oneLine(a.t.Text(table.Cell{Row: row, Column: key})), cellClaim(a.t.Columns[column], oneLine(a.t.Text(at))))
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{{Text: text, Supports: []ground.Support{sup}}}}, true
}

// plainValue is the one value that a question asks for; ok is false for one
// that asks for anything else too.
func (a *aggregation) plainValue() (question.Ask, bool) {
	var value question.Ask
	found := false
	for _, ask := range a.q.Asks {
		switch ask.Kind {
		case question.Value:
			value, found = ask, true
		case question.Count, question.Open:
			if !found {
				value = ask
			}
			found = true
		default:
			return value, false
		}
	}
	return value, found && !joins2.MatchString(value.Text)
}

// oneRow is the one row that the question names in a column of words other
// than not.
func (a *aggregation) oneRow(not int) (row, key int) {
	row = -1
	for c := range a.t.Columns {
		if c == not || a.t.ColumnKind(c) != table.Words || a.marked(c) {
			continue
		}
		found := a.cellsNamed(c)
		if len(found) != 1 || len(a.t.Filter(a.dataRows(), c, found[0].Name)) != 1 {
			continue
		}
		if row >= 0 && row != found[0].Cell.Row {
			return -1, -1
		}
		row, key = found[0].Cell.Row, c
	}
	return row, key
}

// columnOf is the column of numbers of the asked measure, unit and year, of
// years not asked about the latest; -1 for none.
func (a *aggregation) columnOf(ask question.Ask) int {
	best, at := 1, -1
	for _, c := range a.measures() {
		if len(ask.Units) > 0 && !a.ofUnit(c, ask.Units) {
			continue
		}
		if n := a.names[c]; n > best || n == best && at >= 0 && a.later(c, at) {
			best, at = n, c
		}
	}
	return at
}

// ofUnit reports whether the amounts of column c are of one of the units.
func (a *aggregation) ofUnit(c int, units []string) bool {
	for _, r := range a.dataRows() {
		if v, ok := a.amount(table.Cell{Row: r, Column: c}); ok {
			return slices.Contains(units, v.Unit) || v.Unit == ""
		}
	}
	return false
}

// onlyOfUnit is the one column whose numbers are of the unit asked for; -1 for
// none, or several.
func (a *aggregation) onlyOfUnit(ask question.Ask) int {
	at := -1
	for c := range a.t.Columns {
		unit := ground.HeaderUnit(a.t.Columns[c])
		if len(ask.Units) != 1 || unit == "" || a.ofAnotherYear(c) || ask.Units[0] == "%" {
			continue
		}
		if vs := quantity.Values("1" + unit); len(vs) != 1 || vs[0].Unit != ask.Units[0] {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = c
	}
	return at
}
