package ingest

import (
	"sort"
	"strings"
)

// Limits of passages.
const (
	maxText      = 220  // a text passage of more runes is cut at sentence ends
	targetText   = 190  // into parts of about this many
	maxReady     = 2000 // the same for a passage that somebody else cut
	targetReady  = 1500
	maxTableRows = 12   // a table of more rows or
	maxTableText = 1200 // more runes gets an overview instead of a passage with all rows
)

// Passages cuts a document into its passages, in document order:
//
//   - paragraphs, bullets, labels and notes as they are, long ones in groups of
//     whole sentences;
//   - of a table one passage per row and before them one of the whole table,
//     or of what it is about if it is large;
//   - a figure as its caption with sources and notes, and a mark where its
//     data are not in the text;
//   - headings and asides, which are not retrieved.
//
// It is a pure function of doc and does not read doc.Passages. IDs depend on
// document ID, section path, kind and text only.
func Passages(doc *Document) []Passage {
	p := passager{doc: doc, seen: map[string]int{}, paths: make([][]string, len(doc.Sections)+1), figures: map[string]int{}, tables: map[string]int{}}
	size := len(doc.Blocks) + len(doc.Text)/(3*maxText)
	for i := range doc.Figures {
		p.figures[doc.Figures[i].ID] = i
	}
	for i := range doc.Tables {
		p.tables[doc.Tables[i].ID] = i
		size += len(doc.Tables[i].Rows)
	}
	p.out = make([]Passage, 0, size)
	for i := range doc.Blocks {
		p.block(i)
	}
	p.linkNotes()
	markDuplicates(p.out, doc)
	return p.out
}

type passager struct {
	doc     *Document
	out     []Passage
	seen    map[string]int // ID -> how many passages had it
	paths   [][]string     // section + 1 -> path
	figures map[string]int // ID -> index
	tables  map[string]int
}

func (p *passager) block(i int) {
	b := &p.doc.Blocks[i]
	switch b.Kind {
	case BlockHeading:
		p.whole(i, KindHeading)
	case BlockAside:
		p.whole(i, KindAside)
	case BlockNote:
		p.text(i, KindNote)
	case BlockTable:
		p.table(i)
	case BlockFigure:
		p.figure(i)
	default:
		p.text(i, KindText)
	}
}

// path returns the section path of section s; passages share it.
func (p *passager) path(s int) []string {
	if s >= 0 && p.paths[s+1] == nil {
		p.paths[s+1] = p.doc.SectionPath(s)
	}
	if s < 0 {
		return []string{}
	}
	return p.paths[s+1]
}

// add completes and appends a passage of block i.
func (p *passager) add(i int, q Passage) {
	b := &p.doc.Blocks[i]
	q.DocumentID, q.SourceID, q.Section, q.Block, q.Line = p.doc.ID, b.SourceID, p.path(b.Section), i, b.Line
	q.List, q.Item = b.List, b.Item
	q.TableID, q.FigureID = b.Table, b.Figure
	q.Ordinal = len(p.out)
	section := strings.Join(q.Section, "\x00")
	q.ID = identity(0, q.DocumentID, section, string(q.Kind), q.Text)
	n := p.seen[q.ID]
	p.seen[q.ID] = n + 1
	if n > 0 {
		q.ID = identity(n, q.DocumentID, section, string(q.Kind), q.Text)
	}
	p.out = append(p.out, q)
}

func (p *passager) whole(i int, kind Kind) {
	b := &p.doc.Blocks[i]
	p.add(i, Passage{Kind: kind, Text: p.doc.Text[b.Start:b.End], Start: b.Start, End: b.End})
}

func (p *passager) text(i int, kind Kind) {
	b := &p.doc.Blocks[i]
	lead := ""
	if b.LeadEnd > b.Start {
		lead = strings.TrimRight(p.doc.Text[b.Start:b.LeadEnd], "：: \n")
	}
	limit, target := maxText, targetText
	if b.SourceID != "" {
		limit, target = maxReady, targetReady
	}
	for _, s := range splitText(p.doc.Text[b.Start:b.End], limit, target) {
		start, end := b.Start+s[0], b.Start+s[1]
		p.add(i, Passage{Kind: kind, Lead: lead, Text: p.doc.Text[start:end], Start: start, End: end, Sources: b.Sources})
	}
}

func (p *passager) figure(i int) {
	b := &p.doc.Blocks[i]
	f := &p.doc.Figures[p.figures[b.Figure]]
	text := renderFigure(f, p.doc.Text[b.Start:b.End])
	p.add(i, Passage{Kind: KindFigure, Text: text, Start: b.Start, End: b.End, Sources: f.Sources})
}

// table makes the passages of a block of a table: of its first block the whole
// (or overview, which spans the header), of a further one the repeated header
// as an aside, and of either every row.
func (p *passager) table(i int) {
	b := &p.doc.Blocks[i]
	t := &p.doc.Tables[p.tables[b.Table]]
	lines := lineSpans(p.doc.Text, b.Start, b.End)
	header := min(t.header(), len(lines))
	if i == t.Block {
		p.wholeTable(i, t, lines[header-1][1])
	} else if start, end := lines[0][0], lines[header-1][1]; strings.TrimSpace(p.doc.Text[start:end]) != "" {
		p.add(i, Passage{Kind: KindAside, Text: p.doc.Text[start:end], Start: start, End: end})
	}
	first := p.firstRow(t, i)
	for r, line := range lines[header:] {
		if !filled(t.Rows[first+r]) {
			continue
		}
		p.add(i, Passage{Kind: KindRow, Text: RenderRow(t, first+r), Row: first + r + 1, Start: line[0], End: line[1], Sources: t.Sources})
		if t.RowLine > 0 {
			p.out[len(p.out)-1].Line = b.Line + t.RowLine - p.doc.Blocks[t.Block].Line + r
		}
	}
}

func (p *passager) wholeTable(i int, t *Table, headerEnd int) {
	b := &p.doc.Blocks[i]
	whole := Passage{Kind: KindTable, Start: b.Start, End: b.End, Sources: t.Sources}
	if len(t.Rows) <= maxTableRows {
		whole.Text = RenderTable(t)
	}
	if whole.Text == "" || runeLen(whole.Text) > maxTableText {
		whole.Text = RenderOverview(t)
		whole.End = headerEnd
	}
	p.add(i, whole)
}

// firstRow returns the index of the first row of t that stands in block i.
func (p *passager) firstRow(t *Table, i int) int {
	if i == t.Block {
		return 0
	}
	start, last := p.doc.Blocks[i].Start, len(t.Columns)-1
	return sort.Search(len(t.Rows), func(r int) bool { return t.Rows[r][last].Start >= start }) // a last cell is never inherited
}

func filled(row []Cell) bool {
	for _, c := range row {
		if c.Text != "" {
			return true
		}
	}
	return false
}

// lineSpans returns the spans of the lines of text[start:end].
func lineSpans(text string, start, end int) [][2]int {
	var out [][2]int
	for {
		at := strings.IndexByte(text[start:end], '\n')
		if at < 0 {
			return append(out, [2]int{start, end})
		}
		out = append(out, [2]int{start, start + at})
		start += at + 1
	}
}

// linkNotes gives the passages that a note explains its ID and sources: those
// with its calls, and those of its table or figure.
func (p *passager) linkNotes() {
	byObject := map[string][]int{} // table or figure ID -> its passages
	for k := range p.out {
		q := &p.out[k]
		if q.Kind == KindNote || !q.Kind.Retrieved() || q.Kind == KindText {
			continue
		}
		for _, id := range []string{q.TableID, q.FigureID} {
			if id != "" {
				byObject[id] = append(byObject[id], k)
			}
		}
	}
	for k := range p.out {
		note := &p.out[k]
		if note.Kind != KindNote {
			continue
		}
		b := &p.doc.Blocks[note.Block]
		if whole := p.captioned(b, byObject); whole != "" {
			note.DuplicateOf = whole
			continue
		}
		for _, at := range b.Calls {
			if q := p.at(at); q != nil {
				q.Notes = appendNew(q.Notes, []string{note.ID})
				q.Sources = appendNew(append([]string(nil), q.Sources...), b.Sources)
			}
		}
		for _, id := range []string{b.Table, b.Figure} {
			for _, q := range byObject[id] {
				p.out[q].Notes = appendNew(p.out[q].Notes, []string{note.ID})
			}
		}
	}
}

// captioned returns the ID of the passage of the whole table whose caption or
// source line the note block b is, or "": that passage says the same.
func (p *passager) captioned(b *Block, byObject map[string][]int) string {
	at, ok := p.tables[b.Table]
	if !ok || b.Figure != "" {
		return ""
	}
	t := &p.doc.Tables[at]
	text := p.doc.Text[b.Start:b.End]
	first, _, _ := strings.Cut(text, "\n")
	isCaption := t.Caption != "" && strings.HasSuffix(first, t.Caption)
	if !isCaption && !strings.Contains(t.Origin, text) {
		return ""
	}
	for _, k := range byObject[t.ID] {
		if p.out[k].Kind == KindTable {
			return p.out[k].ID
		}
	}
	return ""
}

// at returns the passage that holds the given offset.
func (p *passager) at(offset int) *Passage {
	low, high := 0, len(p.out)
	for low < high {
		mid := (low + high) / 2
		if p.out[mid].End <= offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(p.out) && p.out[low].Start <= offset {
		return &p.out[low]
	}
	return nil
}
