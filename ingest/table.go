package ingest

import (
	"strings"
)

// newTable appends the rows to text, one line each with cells parted by tabs,
// and returns the table. The first row is the header.
//
// Ragged rows are repaired without losing text: missing cells are empty, what
// exceeds the columns joins the last cell; if most rows are longer than the
// header, the header gets columns without a name. Empty cells at the beginning
// of a row continue the merged cell above and are filled from it, except in a
// row of totals.
func newTable(rows [][]string, text *strings.Builder) Table {
	width := tableWidth(rows)
	var t Table
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
		if r == 0 {
			t.Columns = make([]string, width)
			for c := range cells {
				t.Columns[c] = cells[c].Text
			}
			continue
		}
		t.Rows = append(t.Rows, cells)
	}
	for r := 1; r < len(t.Rows); r++ {
		inherit(t.Rows[r-1], t.Rows[r])
	}
	return t
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
