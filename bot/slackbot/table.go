package slackbot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// citedRows lists the rows of a table that an answer cites, from 1, in order.
func citedRows(a *rag.Answer, table string) []int {
	var rows []int
	for _, c := range a.Citations {
		if c.Table != nil && c.Table.ID == table && c.Table.Row > 0 && !slices.Contains(rows, c.Table.Row) {
			rows = append(rows, c.Table.Row)
		}
	}
	slices.Sort(rows)
	return rows
}

// tablesTogether lists the tables of which an answer cites at least two rows.
func tablesTogether(a *rag.Answer) []string {
	var ids []string
	for _, c := range a.Citations {
		if c.Table != nil && !slices.Contains(ids, c.Table.ID) && len(citedRows(a, c.Table.ID)) > 1 {
			ids = append(ids, c.Table.ID)
		}
	}
	return ids
}

// fixedWidth renders rows of a table (from 1; nil for all) in columns of fixed
// width under their header. It is "" where the table is too wide or too long
// to be read that way.
func fixedWidth(t *rag.TableView, rows []int) string {
	lines := [][]string{cells(t.Columns)}
	if rows == nil {
		for i := range t.Rows {
			rows = append(rows, i+1)
		}
	}
	for _, n := range rows {
		if n < 1 || n > len(t.Rows) {
			continue
		}
		var row []string
		for _, c := range t.Rows[n-1] {
			row = append(row, c.Text)
		}
		lines = append(lines, cells(row))
	}
	wide := make([]int, len(t.Columns))
	total := 0
	for i := range wide {
		for _, line := range lines {
			if i < len(line) {
				wide[i] = max(wide[i], columns(line[i]))
			}
		}
		total += wide[i] + 2
	}
	if total > mostFixedWide {
		return ""
	}
	var out strings.Builder
	for _, line := range lines {
		var row strings.Builder
		for i, c := range line[:min(len(line), len(wide))] {
			row.WriteString(c)
			row.WriteString(strings.Repeat(" ", wide[i]-columns(c)+2))
		}
		out.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	s := strings.TrimRight(out.String(), "\n")
	if utf8.RuneCountInString(s) > mostFixed {
		return ""
	}
	return s
}

// cells puts each cell on one line.
func cells(row []string) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = bot.Shorten(c, 0)
	}
	return out
}

// columns is the width of s in a fixed-width font: Han characters and
// full-width forms take two columns.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 ||
			r >= 0x20000 && r <= 0x3fffd) {
			n++
		}
	}
	return n
}

// preformatted is text in a fixed-width font, shown as it is.
func preformatted(s string) slack.Block {
	return slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{text(s, false)}})
}
