package ingest

import (
	"strconv"
	"strings"
)

// maxGroups is the largest number of values that an overview lists.
const maxGroups = 30

// Words of the renderings. They are in Chinese because the reports are.
const (
	inheritedMark = "（同上）"
	noDataMark    = "数据不在文本中"
	fieldSep      = "｜"
)

// RenderRow returns row r of a table, from 0, as text that can be searched and
// cited without its header: "题名｜列名：值；列名：值". Empty cells are left out,
// cells of a merged cell above are marked: "列名（同上）：值".
func RenderRow(t *Table, r int) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(t.Caption)
		b.WriteString(fieldSep)
	}
	n := 0
	for c, cell := range t.Rows[r] {
		if cell.Text == "" {
			continue
		}
		if n++; n > 1 {
			b.WriteString("；")
		}
		if name := t.Columns[c]; name != "" {
			b.WriteString(name)
			if cell.Inherited {
				b.WriteString(inheritedMark)
			}
			b.WriteString("：")
		}
		b.WriteString(cell.Text)
	}
	return b.String()
}

// RenderTable returns a whole table: its caption, then one line per row with
// the cells parted by ｜, and its source line.
func RenderTable(t *Table) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(t.Caption)
		b.WriteByte('\n')
	}
	b.WriteString(strings.Join(t.Columns, fieldSep))
	for _, row := range t.Rows {
		b.WriteByte('\n')
		for c, cell := range row {
			if c > 0 {
				b.WriteString(fieldSep)
			}
			b.WriteString(cell.Text)
			if cell.Inherited {
				b.WriteString(inheritedMark)
			}
		}
	}
	if t.Origin != "" {
		b.WriteByte('\n')
		b.WriteString(t.Origin)
	}
	return b.String()
}

// RenderOverview returns what a table is about without its rows: caption,
// number of rows, column names, and the values of columns with merged cells.
func RenderOverview(t *Table) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(t.Caption)
		b.WriteString(fieldSep)
	}
	b.WriteString("共")
	b.WriteString(strconv.Itoa(len(t.Rows)))
	b.WriteString("行｜列：")
	b.WriteString(strings.Join(t.Columns, "、"))
	for c, name := range t.Columns {
		values := mergedValues(t, c)
		if len(values) > 0 {
			b.WriteString(fieldSep)
			b.WriteString(name)
			b.WriteString("：")
			b.WriteString(strings.Join(values, "、"))
		}
	}
	if t.Origin != "" {
		b.WriteString(fieldSep)
		b.WriteString(t.Origin)
	}
	return b.String()
}

// mergedValues returns the distinct values of column c in order, if the column
// groups rows: at most two thirds of its values differ, and they are few.
func mergedValues(t *Table, c int) []string {
	var values []string
	seen := map[string]bool{}
	for _, row := range t.Rows {
		if v := row[c].Text; v != "" && !seen[v] {
			seen[v] = true
			values = append(values, v)
			if len(values)*3 > len(t.Rows)*2 || len(values) > maxGroups || runeLen(v) > maxItem {
				return nil
			}
		}
	}
	return values
}

// renderFigure returns a figure as text: the lines of its block, notes that
// stand elsewhere, and that the data are missing where they are.
func renderFigure(f *Figure, block string) string {
	parts := strings.Split(block, "\n")
	for i, line := range parts { // the caption first, labels without text after it
		if strings.HasSuffix(line, f.Caption) {
			copy(parts[1:i+1], parts[:i])
			parts[0] = line
			break
		}
	}
	for _, note := range f.Notes {
		if !strings.Contains(block, note) {
			parts = append(parts, note)
		}
	}
	text := strings.Join(parts, fieldSep)
	if !f.HasData && !strings.Contains(text, "不在文本中") {
		text += fieldSep + noDataMark
	}
	return text
}
