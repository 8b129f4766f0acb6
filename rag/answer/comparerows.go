package answer

import (
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// compareRows answers a question about two or more rows of one table that it
// names by their key, and one of its columns: 两类平台的技术定位有何不同.
func (x *Extractive) compareRows(q question.Question, e Evidence) (Draft, bool) {
	for _, t := range e.Tables {
		column := askedColumn(t.View, q.Text)
		if t.Score < 0.5 || column < 0 {
			continue
		}
		rows, key := namedRows(t.View, lexical.Fold(q.Text), column)
		if len(rows) < 2 || len(rows) > 6 {
			continue
		}
		d := Draft{Status: Answered, Confidence: 0.75}
		for _, r := range rows {
			u := t.Rows[r]
			if u == nil {
				return Draft{}, false
			}
			text := oneLine(t.Text(table.Cell{Row: r, Column: column}))
			d.Claims = append(d.Claims, ground.Claim{
				Text:     oneLine(t.Text(table.Cell{Row: r, Column: key})) + "，" + cellClaim(t.Columns[column], text) + "。",
				Supports: []ground.Support{cellSupport(*u, t.Columns[column], text)},
			})
		}
		return d, true
	}
	return Draft{}, false
}

// askedColumn is the column whose whole name, brackets left out, the question
// holds; -1 for none.
func askedColumn(t *table.View, text string) int {
	asked := lexical.Fold(text)
	best, at := 0, -1
	for c, name := range t.Columns {
		core := lexical.Fold(name)
		if i := strings.IndexAny(core, "(（"); i > 0 {
			core = core[:i]
		}
		core = strings.TrimSpace(core)
		if len(core) >= len("定位") && len(core) > best && strings.Contains(asked, core) {
			best, at = len(core), c
		}
	}
	return at
}

// namedRows are the rows whose cell of one column of words, other than not,
// the question names whole; the column that gives most.
func namedRows(t *table.View, asked string, not int) (rows []int, key int) {
	by := make(map[int][]int)
	for _, m := range t.NamedCells(asked) {
		c := m.Cell.Column
		if c != not && m.Whole && t.ColumnKind(c) == table.Words && !t.Table.Rows[m.Cell.Row][c].Inherited {
			by[c] = append(by[c], m.Cell.Row)
		}
	}
	for c := range t.Columns {
		if len(by[c]) > len(rows) {
			rows, key = by[c], c
		}
	}
	return rows, key
}
