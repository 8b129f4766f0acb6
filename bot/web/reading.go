package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"
)

// reading is a document as it is shown: an outline, and nodes in order.
type reading struct {
	Title, Publisher, Date, Notice, Lang string
	Outline                              []*entry
	Nodes                                []node
}

// entry is one title of the outline with those below it.
type entry struct {
	Title  string
	Anchor int // index of the section
	Below  []*entry
}

// node is one block, or the items of one list.
type node struct {
	Kind    string // "heading", "text", "label", "note", "aside", "figure", "list" or "table"
	Level   int    // of a heading: 2 to 6
	Section int
	Parts   []part
	Items   [][]part
	Table   *tableNode
}

// part is a stretch of text; with an ID it is a passage, and Pieces joined are
// its text.
type part struct {
	ID     string
	Pieces []piece
}

type piece struct {
	Text   string
	Strong bool
}

// tableNode is a table with merged cells.
type tableNode struct {
	ID, Passage, Caption string
	Columns              []string
	Widths               []string // class of each column by the length of its cells
	Rows                 []tableRow
}

type tableRow struct {
	Passage string
	Cells   []tableCell
}

// tableCell is a cell that is shown; those merged into it are left out.
type tableCell struct {
	Column int
	Span   int // rows
	Head   bool
	Items  []string // lines of the cell
}

// outlineDepth is the lowest level of titles in the outline.
const outlineDepth = 3

func (h *Handler) read(w http.ResponseWriter, r *http.Request) {
	if !h.Allowed(r) {
		h.write(w, r, http.StatusUnauthorized, h.page(r, "gate"))
		return
	}
	d, err := h.Reader.Document(r.Context(), r.PathValue("document"))
	if err != nil {
		h.failed(w, r, err)
		return
	}
	p := h.page(r, "read")
	p.Document = reference(d)
	p.Reading = h.readings.of(d, newReading)
	h.write(w, r, http.StatusOK, p)
}

func reference(d *ingest.Document) rag.DocumentRef {
	return rag.DocumentRef{ID: d.ID, Title: d.Title, Publisher: d.Publisher, Date: d.Date, Edition: d.Edition}
}

func newReading(d *ingest.Document) *reading {
	out := &reading{Title: d.Title, Publisher: d.Publisher, Date: d.Date, Notice: d.Notice, Lang: d.Language, Outline: outline(d)}
	if out.Title == "" {
		out.Title = d.ID
	}
	passages := make(map[int][]ingest.Passage)
	for _, p := range d.Passages {
		passages[p.Block] = append(passages[p.Block], p)
	}
	tables := make(map[int]*ingest.Table)
	for i := range d.Tables {
		tables[d.Tables[i].Block] = &d.Tables[i]
	}
	list := 0
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if t := tables[i]; t != nil {
			out.Nodes = append(out.Nodes, node{Kind: "table", Table: newTableNode(t, d.Passages)})
			continue
		}
		if b.Kind == ingest.BlockTable {
			continue // goes on with a table shown above
		}
		n := newNode(d, b, passages[i])
		if last := len(out.Nodes) - 1; b.Kind == ingest.BlockBullet && last >= 0 && out.Nodes[last].Kind == "list" && b.List == list {
			out.Nodes[last].Items = append(out.Nodes[last].Items, n.Parts)
			continue
		}
		if b.Kind == ingest.BlockBullet {
			list = b.List
			n = node{Kind: "list", Items: [][]part{n.Parts}}
		}
		out.Nodes = append(out.Nodes, n)
	}
	return out
}

func newNode(d *ingest.Document, b *ingest.Block, passages []ingest.Passage) node {
	n := node{Kind: string(b.Kind), Section: -1, Parts: parts(d.Text, b, passages)}
	switch b.Kind {
	case ingest.BlockHeading:
		n.Section = b.Section
		n.Level = 2
		if b.Section >= 0 {
			n.Level = min(d.Sections[b.Section].Level+1, 6)
		}
	case ingest.BlockParagraph, ingest.BlockBullet:
		n.Kind = "text"
	}
	return n
}

// parts cuts a block at its passages and at the end of its lead; all of its
// text is kept.
func parts(text string, b *ingest.Block, passages []ingest.Passage) []part {
	var out []part
	at := b.Start
	for _, p := range passages {
		start, end := max(p.Start, at), min(p.End, b.End)
		if start >= end {
			continue
		}
		if start > at {
			out = append(out, part{Pieces: pieces(text, at, start, b)})
		}
		out = append(out, part{ID: p.ID, Pieces: pieces(text, start, end, b)})
		at = end
	}
	if at < b.End {
		out = append(out, part{Pieces: pieces(text, at, b.End, b)})
	}
	return out
}

func pieces(text string, start, end int, b *ingest.Block) []piece {
	lead := min(max(b.LeadEnd, start), end)
	var out []piece
	if lead > start {
		out = append(out, piece{visible(text[start:lead]), true})
	}
	if end > lead {
		out = append(out, piece{visible(text[lead:end]), false})
	}
	return out
}

// visible is text with a sign in place of each rune that would change how the
// page around it is shown (see bot.Clean), so that offsets in runes still hold.
func visible(s string) string {
	if bot.Clean(s) == s {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bot.Clean(string(r)) == "" {
			return utf8.RuneError
		}
		return r
	}, s)
}

func newTableNode(t *ingest.Table, passages []ingest.Passage) *tableNode {
	n := &tableNode{ID: t.ID, Caption: t.Caption, Columns: t.Columns, Widths: widths(t), Rows: make([]tableRow, len(t.Rows))}
	for _, p := range passages {
		switch {
		case p.TableID != t.ID:
		case p.Kind == ingest.KindTable:
			n.Passage = p.ID
		case p.Kind == ingest.KindRow && p.Row >= 1 && p.Row <= len(n.Rows):
			n.Rows[p.Row-1].Passage = p.ID
		}
	}
	for r, row := range t.Rows {
		for c, cell := range row {
			if r > 0 && cell.Inherited {
				continue
			}
			n.Rows[r].Cells = append(n.Rows[r].Cells, tableCell{Column: c, Span: rowSpan(t.Rows, r, c), Head: c == 0, Items: cellLines(cell)})
		}
	}
	return n
}

// widths tells columns of sentences from columns of words, so that neither is
// squeezed.
func widths(t *ingest.Table) []string {
	out := make([]string, len(t.Columns))
	for c := range out {
		longest := 0
		for _, row := range t.Rows {
			for _, line := range cellLines(row[c]) {
				longest = max(longest, utf8.RuneCountInString(line))
			}
		}
		switch {
		case longest > 60:
			out[c] = "longer"
		case longest > 20:
			out[c] = "long"
		}
	}
	return out
}

// rowSpan counts the rows that a cell covers: itself and those merged into it.
func rowSpan(rows [][]ingest.Cell, r, c int) int {
	n := 1
	for r+n < len(rows) && rows[r+n][c].Inherited {
		n++
	}
	return n
}

// cellLines are the lines of a cell: its items where line breaks part them.
func cellLines(c ingest.Cell) []string {
	if len(c.Items) > 1 && strings.Join(c.Items, " ") == c.Text {
		return visibleAll(c.Items)
	}
	return []string{visible(c.Text)}
}

func visibleAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = visible(s)
	}
	return out
}

// outline nests the titles of the upper levels.
func outline(d *ingest.Document) []*entry {
	var top []*entry
	at := make(map[int]*entry)
	for i, s := range d.Sections {
		if s.Level > outlineDepth {
			continue
		}
		e := &entry{Title: s.Title, Anchor: i}
		at[i] = e
		if above := at[s.Parent]; above != nil {
			above.Below = append(above.Below, e)
		} else {
			top = append(top, e)
		}
	}
	return top
}
