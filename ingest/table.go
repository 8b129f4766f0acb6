package ingest

import (
	"regexp"
	"strings"
)

// newTable appends the rows to text, one line each with cells parted by tabs,
// and returns the table. The first row is the header, or the first two if the
// first spans columns that the second names.
//
// Ragged rows are repaired without losing text: missing cells are empty, what
// exceeds the columns joins the last cell; if most rows are longer than the
// header, the header gets columns without a name. Empty cells at the beginning
// of a row continue the merged cell above and are filled from it, except in a
// row of totals.
func newTable(rows [][]string, text *strings.Builder) Table {
	lines := tableLines(rows, tableWidth(rows), text)
	header := headerRows(lines)
	t := Table{Columns: columnNames(lines[:header]), Rows: lines[header:]}
	if header > 1 {
		t.HeaderRows = header
	}
	t.fill(0)
	return t
}

// continueTable appends rows that repeat the header of t and go on with it, to
// text and to t.
func continueTable(t *Table, rows [][]string, text *strings.Builder) {
	lines := tableLines(rows, len(t.Columns), text)
	first := len(t.Rows)
	t.Rows = append(t.Rows, lines[min(t.header(), len(lines)):]...)
	t.fill(first)
}

// header returns how many lines of a block of the table are its header.
func (t *Table) header() int { return max(t.HeaderRows, 1) }

// fill fills the merged cells of the rows from the given one on.
func (t *Table) fill(first int) {
	for r := max(first, 1); r < len(t.Rows); r++ {
		inherit(t.Rows[r-1], t.Rows[r])
	}
}

// tableLines appends the rows, made width cells wide, and returns their cells.
func tableLines(rows [][]string, width int, text *strings.Builder) [][]Cell {
	lines := make([][]Cell, 0, len(rows))
	for r, row := range rows {
		if r > 0 {
			text.WriteByte('\n')
		}
		cells := make([]Cell, width)
		for c := range cells {
			if c > 0 {
				text.WriteByte('\t')
			}
			raw := ""
			if c < len(row) {
				raw = row[c]
			}
			if c == width-1 && len(row) > width {
				raw = strings.Join(row[c:], " ")
			}
			cells[c] = newCell(raw, text)
		}
		lines = append(lines, cells)
	}
	return lines
}

// headerRows returns 2 if the first row leaves cells to the right of a name
// empty and the second, which has no text in its first cell, names them with
// words or years; else 1.
func headerRows(lines [][]Cell) int {
	if len(lines) < 3 || lines[0][0].Text == "" || lines[1][0].Text != "" {
		return 1
	}
	spans, named := 0, 0
	for c := 1; c < len(lines[0]); c++ {
		above, below := lines[0][c].Text, lines[1][c].Text
		if above == "" && below == "" || isAmount(below) {
			return 1
		}
		if above == "" {
			spans++
		}
		if below != "" {
			named++
		}
	}
	if spans == 0 || named < 2 {
		return 1
	}
	return 2
}

// isAmount reports whether a cell begins like an amount. Years name columns.
func isAmount(cell string) bool {
	return cell != "" && (cell[0] >= '0' && cell[0] <= '9' || cell[0] == '-') && !yearCell.MatchString(cell)
}

var yearCell = regexp.MustCompile(`^(19|20)\d{2}(年|E|F|H[12]|Q[1-4]|$)`)

// columnNames joins the rows of a header to one name per column.
func columnNames(header [][]Cell) []string {
	names := make([]string, len(header[0]))
	above := ""
	for c := range names {
		names[c] = header[0][c].Text
		if len(header) == 1 {
			continue
		}
		if below := header[1][c].Text; below != "" {
			if names[c] != "" {
				above = names[c]
			}
			names[c], _ = joinLines(above+"\n"+below, 0)
		}
	}
	return names
}

// tableWidth returns the number of columns: that of the header, or that of
// most rows if most are wider.
func tableWidth(rows [][]string) int {
	if len(rows) == 0 {
		return 0
	}
	width := max(len(rows[0]), 1)
	wider, least := 0, 0
	for _, row := range rows[1:] {
		if n := len(row); n > width {
			wider++
			if least == 0 || n < least {
				least = n
			}
		}
	}
	if wider*2 > len(rows)-1 {
		return least
	}
	return width
}

// newCell appends the text of one cell. Items that the author parted with '\v'
// are kept; other items are found by their shape.
func newCell(raw string, text *strings.Builder) Cell {
	start := text.Len()
	if !strings.ContainsAny(raw, "\v\n\t") {
		raw = strings.TrimSpace(raw)
		text.WriteString(raw)
		return Cell{Text: raw, Items: cellItems(raw), Start: start, End: text.Len()}
	}
	var parts []string
	for _, p := range strings.Split(raw, "\v") {
		p = strings.Join(strings.FieldsFunc(p, func(r rune) bool { return r == '\n' || r == '\t' }), " ")
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	whole := strings.Join(parts, " ")
	text.WriteString(whole)
	c := Cell{Text: whole, Start: start, End: text.Len()}
	if len(parts) > 1 {
		c.Items = parts
	} else {
		c.Items = cellItems(whole)
	}
	return c
}

// inherit fills the empty cells at the beginning of row from the row above.
func inherit(above, row []Cell) {
	first := 0
	for first < len(row) && row[first].Text == "" {
		first++
	}
	if first == len(row) || isTotal(row[first].Text) {
		return
	}
	for c := range first {
		if above[c].Text != "" {
			row[c] = above[c]
			row[c].Inherited = true
		}
	}
}

func isTotal(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "合计", "总计", "小计", "总和", "共计", "total", "sum", "subtotal":
		return true
	}
	return false
}

// TabTable returns how many of the lines, from the first, are one table whose
// cells are parted by tabs; 0 if none begins there. A table has at least two
// lines, and its first has two cells or more; a line with a tab only after a
// list mark, or only as indent, begins none.
func TabTable(lines []string) int {
	if len(lines) < 2 || !tabbed(lines[0]) {
		return 0
	}
	n := 1
	for n < len(lines) && strings.IndexByte(strings.TrimRight(lines[n], " \t\r"), '\t') >= 0 {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// tabbed reports whether a line has two cells parted by a tab.
func tabbed(line string) bool {
	line = strings.Trim(line, " \t\r")
	at := strings.IndexByte(line, '\t')
	if at < 0 {
		return false
	}
	if isListMark(line[:at]) {
		return strings.IndexByte(line[at+1:], '\t') >= 0
	}
	return true
}

func isListMark(s string) bool {
	switch s = strings.TrimSpace(s); s {
	case "-", "*", "+", "•", "·", "●", "■":
		return true
	}
	digits := strings.TrimRight(s, ".)、")
	return digits != s && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// TabRow cuts one line of such a table into its cells.
func TabRow(line string) []string {
	return strings.Split(strings.TrimRight(line, " \t\r"), "\t")
}
