package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
)

// exploring is what is drawn from the tables and sentences of a document. No
// rule behind it names anything that a report speaks of: a table is drawn by
// the shape of its columns, sentences by their values and periods.
type exploring struct {
	Title, Publisher, Date, Lang string

	Timelines []timeline
	Measures  []measure
	Series    []series
	Shares    []shares
	Groups    []grouping
	Figures   []figureValue
	Drawings  []drawing
	Tables    []sortable
}

// source is where something that is drawn stands.
type source struct {
	URL     string // in the reading view
	Section []string
	Names   []string // primary sources
	Quote   string   // the sentence, where it is one
}

// drawing is a figure of the report: a caption, seldom with data.
type drawing struct {
	Caption string
	URL     string
	HasData bool
	Names   []string
}

// sortable is a table with every merged cell filled in.
type sortable struct {
	ID, Caption string
	Columns     []string
	Widths      []string
	Rows        [][]sortableCell
	Source      source
}

// sortableCell is a cell; Key orders numbers and dates where the text would
// not.
type sortableCell struct {
	Lines []string
	Key   string
	URL   string
}

func (h *Handler) explore(w http.ResponseWriter, r *http.Request) {
	if !h.Allowed(r) {
		h.write(w, r, http.StatusUnauthorized, h.page(r, "gate"))
		return
	}
	d, err := h.Reader.Document(r.Context(), r.PathValue("document"))
	if err != nil {
		h.failed(w, r, err)
		return
	}
	p := h.page(r, "explore")
	p.Document = reference(d)
	p.Exploring = h.explored.of(d, newExploring)
	h.write(w, r, http.StatusOK, p)
}

func newExploring(d *ingest.Document) *exploring {
	out := &exploring{Title: d.Title, Publisher: d.Publisher, Date: d.Date, Lang: d.Language}
	if out.Title == "" {
		out.Title = d.ID
	}
	places := newPlaces(d)
	for i := range d.Tables {
		t := &d.Tables[i]
		if line, ok := timelineOf(t, places); ok {
			out.Timelines = append(out.Timelines, line)
		}
		if m, ok := measureOf(t, places); ok {
			out.Measures = append(out.Measures, m)
		}
		if g, ok := groupingOf(t, places); ok {
			out.Groups = append(out.Groups, g)
		}
		out.Tables = append(out.Tables, sortableOf(t, places))
	}
	for i := range d.Passages {
		p := &d.Passages[i]
		if p.Kind != ingest.KindText || p.DuplicateOf != "" {
			continue
		}
		s, figures := sentencesOf(p, places)
		out.Series = append(out.Series, s...)
		out.Figures = append(out.Figures, figures...)
		if parts, ok := sharesOf(p, places); ok {
			out.Shares = append(out.Shares, parts)
		}
	}
	for _, f := range d.Figures {
		out.Drawings = append(out.Drawings, drawing{Caption: f.Caption, URL: places.block(f.Block), HasData: f.HasData, Names: f.Sources})
	}
	return out
}

// places finds the addresses of tables, rows and blocks in the reading view.
type places struct {
	document *ingest.Document
	rows     map[string][]string // passage IDs of the rows of a table
	blocks   map[int]string      // first passage ID of a block
}

func newPlaces(d *ingest.Document) places {
	p := places{document: d, rows: make(map[string][]string), blocks: make(map[int]string)}
	for _, t := range d.Tables {
		p.rows[t.ID] = make([]string, len(t.Rows))
	}
	for _, passage := range d.Passages {
		if passage.Kind == ingest.KindRow && passage.Row >= 1 && passage.Row <= len(p.rows[passage.TableID]) {
			p.rows[passage.TableID][passage.Row-1] = passage.ID
		}
		if p.blocks[passage.Block] == "" {
			p.blocks[passage.Block] = passage.ID
		}
	}
	return p
}

// cell is the address of a cell of a table.
func (p places) cell(t *ingest.Table, row, column int) string {
	id := p.rows[t.ID][row]
	if id == "" {
		return p.table(t)
	}
	return "/d/" + url.PathEscape(p.document.ID) + "?c=" + url.QueryEscape(t.Columns[column]) + "#" + id
}

func (p places) table(t *ingest.Table) string {
	return "/d/" + url.PathEscape(p.document.ID) + "#" + t.ID
}

func (p places) block(i int) string {
	return "/d/" + url.PathEscape(p.document.ID) + "#" + p.blocks[i]
}

// drawn is the first drawing of the section of a passage, nil for none.
func (p places) drawn(passage *ingest.Passage) *ingest.Figure {
	section := p.document.Blocks[passage.Block].Section
	for i := range p.document.Figures {
		if p.document.Figures[i].Section == section {
			return &p.document.Figures[i]
		}
	}
	return nil
}

// span is the address of text[start:end] of a passage.
func (p places) span(passage *ingest.Passage, start, end int) string {
	from := utf8.RuneCountInString(passage.Text[:start])
	to := from + utf8.RuneCountInString(passage.Text[start:end])
	return fmt.Sprintf("/d/%s?q=%d-%d#%s", url.PathEscape(p.document.ID), from, to, passage.ID)
}

// ofTable is where a table stands.
func (p places) ofTable(t *ingest.Table) source {
	return source{URL: p.table(t), Section: p.document.SectionPath(t.Section), Names: t.Sources}
}

// sortableOf is a table with keys to sort by.
func sortableOf(t *ingest.Table, places places) sortable {
	s := sortable{ID: t.ID, Caption: t.Caption, Columns: t.Columns, Widths: widths(t), Source: places.ofTable(t)}
	for r, row := range t.Rows {
		cells := make([]sortableCell, len(row))
		for c, cell := range row {
			cells[c] = sortableCell{Lines: cellLines(cell), Key: sortKey(cell.Text), URL: places.cell(t, r, c)}
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// texts are the cells of a column.
func texts(t *ingest.Table, c int) []string {
	out := make([]string, len(t.Rows))
	for r := range t.Rows {
		out[r] = strings.TrimSpace(t.Rows[r][c].Text)
	}
	return out
}

// distinct counts the different texts that are not empty.
func distinct(all []string) int {
	all = slices.Clone(all)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 0 && all[0] == "" {
		return len(all) - 1
	}
	return len(all)
}
