package bot

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag"
)

// RenderTable returns a table as Markdown: caption, section path, the rows with
// merged cells filled in, then primary sources and notes. Of the options it
// heeds Language and Color. It ends in a newline.
func RenderTable(t *rag.TableView, o Options) string {
	r := renderer{Options: o, words: WordingFor(o.Language), paint: Paint(o.Color)}
	r.line("%s", r.paint.Bold(Shorten(t.Caption, 0)))
	if len(t.Path) > 0 {
		r.line("%s", r.paint.Dim(Path(t.Path)))
	}
	r.line("")
	r.row(t.Columns)
	r.row(slices.Repeat([]string{"---"}, len(t.Columns)))
	for _, cells := range rows(t) {
		r.row(cells)
	}
	if len(t.Sources) > 0 {
		r.line("\n%s%s%s", r.words.PrimarySource, r.words.Colon, Shorten(strings.Join(t.Sources, "、"), 0))
	}
	for _, n := range t.Notes {
		r.line("\n%s", Shorten(n, 0))
	}
	return r.out.String()
}

// row writes the cells of a row, made fit for a Markdown table.
func (r *renderer) row(cells []string) {
	fit := strings.NewReplacer(`\`, `\\`, "|", `\|`, "\r\n", "<br>", "\n", "<br>")
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = fit.Replace(strings.TrimSpace(Clean(c)))
	}
	r.line("| %s |", strings.Join(out, " | "))
}

// TableCSV returns the header and the rows of a table as RFC 4180 records,
// merged cells filled in, lines ended by a newline alone. A text that a
// spreadsheet would run as a formula has an apostrophe before it; a number with
// a sign has not.
func TableCSV(t *rag.TableView) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	for _, cells := range append([][]string{t.Columns}, rows(t)...) {
		record := make([]string, len(cells))
		for i, c := range cells {
			record[i] = inert(Clean(c))
		}
		_ = w.Write(record) // a strings.Builder takes everything
	}
	w.Flush()
	return out.String()
}

// signedNumber is a number that begins as a formula does: -5%, +1,200.5.
var signedNumber = regexp.MustCompile(`^[+-][0-9][0-9,]*(\.[0-9]+)?[%‰]?$`)

// inert keeps a spreadsheet from running a text as a formula.
func inert(s string) string {
	begin := strings.TrimLeft(s, " \t\n")
	if begin == "" || !strings.ContainsAny(begin[:1], "=+-@") && !strings.HasPrefix(begin, "＝") || signedNumber.MatchString(begin) {
		return s
	}
	return "'" + s
}

// rows are the texts of the cells.
func rows(t *rag.TableView) [][]string {
	out := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		out[i] = make([]string, len(row))
		for j, c := range row {
			out[i][j] = c.Text
		}
	}
	return out
}
