// Package table computes on the tables of a document: it finds the rows and
// columns that a question is about, looks cells up in any direction, and
// counts, sums, ranks and groups rows. Every result names the cells it used.
//
// It reads tables as ingest delivers them, merged cells filled in. It does not
// retrieve tables and does not word answers.
package table

import (
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// Cell names one cell: row and column from 0.
type Cell struct{ Row, Column int }

// View is a table prepared for questions.
type View struct {
	*ingest.Table
	folded  [][]string   // folded cell texts
	headers []string     // folded column names
	names   [][][]string // what each cell may be called, see namesIn
	kinds   []Kind       // what each column holds
	periods [][]quantity.Period
}

// Kind says what most cells of a column hold.
type Kind int

// Kinds of columns.
const (
	Words     Kind = iota
	Numbers        // a value in every cell: 5分
	Dates          // a period in every cell: 2025.08
	Documents      // a title in 《》 in every cell
	Ordinals       // 1, 2, 3 ...: numbers of rows, not amounts
)

// NewView prepares t.
func NewView(t *ingest.Table) *View {
	v := &View{Table: t, kinds: make([]Kind, len(t.Columns))}
	for _, c := range t.Columns {
		v.headers = append(v.headers, lexical.Fold(c))
		v.periods = append(v.periods, quantity.Periods(c))
	}
	for _, row := range t.Rows {
		folded := make([]string, len(row))
		for i, c := range row {
			folded[i] = lexical.Fold(c.Text)
		}
		v.folded = append(v.folded, folded)
	}
	for c := range t.Columns {
		v.kinds[c] = v.kindOf(c)
	}
	v.names = make([][][]string, len(t.Rows))
	for r, row := range t.Rows {
		v.names[r] = make([][]string, len(row))
		for c := range row {
			v.names[r][c] = v.namesIn(Cell{r, c})
		}
	}
	return v
}

// ColumnPeriods are the periods that the name of column c holds.
func (v *View) ColumnPeriods(c int) []quantity.Period { return v.periods[c] }

// ColumnKind says what column c holds.
func (v *View) ColumnKind(c int) Kind { return v.kinds[c] }

func (v *View) kindOf(c int) Kind {
	var numbers, dates, documents, filled int
	ordinal := true
	for r, row := range v.Rows {
		text := strings.TrimSpace(row[c].Text)
		if text == "" {
			continue
		}
		filled++
		if text != itoa(r+1) {
			ordinal = false
		}
		if strings.Contains(text, "《") {
			documents++
			continue
		}
		if ps := quantity.Periods(text); len(ps) == 1 && len(ps[0].Text) >= len(text)-len("年") {
			dates++
		} else if vs := quantity.Values(text); len(vs) == 1 && vs[0].Unit != "级" && mostly(vs[0].Text, text) {
			numbers++
		}
	}
	switch {
	case filled == 0:
		return Words
	case ordinal && filled > 1:
		return Ordinals
	case documents*2 > filled:
		return Documents
	case dates*4 >= filled*3:
		return Dates
	case numbers*4 >= filled*3:
		return Numbers
	}
	return Words
}

// mostly reports whether the value is nearly all of the cell.
func mostly(value, cell string) bool {
	return utf8.RuneCountInString(value)+3 >= utf8.RuneCountInString(strings.TrimSpace(cell))
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// Number returns the amount in a cell: the value of a number column, or the
// one value in brackets of a word cell (生态构建能力 (25%)).
func (v *View) Number(c Cell) (quantity.Value, bool) {
	vs := quantity.Values(v.Rows[c.Row][c.Column].Text)
	if len(vs) != 1 {
		return quantity.Value{}, false
	}
	return vs[0], true
}

// Text returns the text of a cell.
func (v *View) Text(c Cell) string { return v.Rows[c.Row][c.Column].Text }

// Distinct returns the cells of column c with different texts, in row order.
func (v *View) Distinct(c int, rows []int) []Cell {
	seen := make(map[string]bool)
	var out []Cell
	for _, r := range rows {
		if f := v.folded[r][c]; f != "" && !seen[f] {
			seen[f] = true
			out = append(out, Cell{r, c})
		}
	}
	return out
}

// AllRows returns every row number.
func (v *View) AllRows() []int {
	rows := make([]int, len(v.Rows))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Items returns the single items of a cell; a cell of one item gives its text.
func (v *View) Items(c Cell) []string {
	cell := v.Rows[c.Row][c.Column]
	if len(cell.Items) > 0 {
		return cell.Items
	}
	return []string{cell.Text}
}
