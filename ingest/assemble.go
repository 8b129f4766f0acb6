package ingest

import "strings"

// An assembler writes the nodes of a repaired tree into a document.
type assembler struct {
	doc      *Document
	tree     *tree
	text     strings.Builder
	branches int         // sections whose start is written
	lists    map[int]int // number of a list in the file -> number in the document
	drawings map[int]int // object -> number of the list of its labels
	items    map[int]int // number of a list in the document -> its items so far
	starts   []int       // offset of every node in the text, -1 where not written
	made     map[int]int // object -> index of its table in the document
	tables   []string    // ID of the table of every object, "" for none
	figures  []string    // ID of the figure of every object, "" for none
}

// assemble fills doc, except for Meta and Passages, from a repaired tree.
func assemble(doc *Document, t *tree) {
	a := &assembler{
		doc: doc, tree: t, lists: map[int]int{}, drawings: map[int]int{}, items: map[int]int{},
		starts: make([]int, len(t.nodes)), made: map[int]int{},
	}
	size := 0
	for i := range t.nodes {
		size += len(t.nodes[i].text) + 1
		a.starts[i] = -1
	}
	a.text.Grow(size)
	doc.Sections = make([]Section, 0, len(t.sections))
	doc.Blocks = make([]Block, 0, len(t.nodes))
	for i := range t.sections {
		s := &t.sections[i]
		level := 1
		if s.parent >= 0 {
			level = doc.Sections[s.parent].Level + 1
		}
		doc.Sections = append(doc.Sections, Section{Title: s.title, Parent: s.parent, Level: level})
	}
	a.nameObjects()
	for i := 0; i < len(t.nodes); {
		i = a.block(i)
	}
	doc.Text = a.text.String()
	a.linkCalls()
}

// nameObjects gives every table and figure its ID.
func (a *assembler) nameObjects() {
	t, names := a.tree, newNamer(a.doc.ID)
	a.tables = make([]string, len(t.objects))
	a.figures = make([]string, len(t.objects))
	for i := range t.objects {
		o := &t.objects[i]
		caption := a.caption(o)
		if o.table {
			var header []string
			if rows := t.nodes[o.node].rows; len(rows) > 0 {
				header = rows[0]
			}
			a.tables[i] = names.table(caption, header)
		}
		if !o.table || o.lost || o.missing {
			a.figures[i] = names.figure(caption)
		}
	}
}

func (a *assembler) caption(o *object) string {
	if o.caption < 0 {
		return ""
	}
	n := &a.tree.nodes[o.caption]
	return n.text[n.mark.body:]
}

// block writes the block that begins at node i and returns the node after it.
func (a *assembler) block(i int) int {
	t := a.tree
	n := &t.nodes[i]
	for a.branches < len(t.sections) && t.sections[a.branches].node <= i {
		a.doc.Sections[a.branches].Start = a.offset()
		a.branches++
	}
	end := i + 1
	b := Block{Section: n.section, Line: n.line, SourceID: n.source}
	switch n.role {
	case roleTable:
		a.writeTable(i, b)
		return end
	case roleHeading, roleTitle, roleChapter, roleChapterNumber:
		b.Kind = BlockHeading
	case roleAside:
		b.Kind = BlockAside
	case roleLabel, roleLabelText:
		if k := a.emptyLabels(i); k > i {
			b.Kind = BlockFigure
			end = k + 1
			for ; end < len(t.nodes) && a.follows(k, end); end++ {
			}
			break
		}
		b.Kind = BlockLabel
		for ; end < len(t.nodes) && t.nodes[end].role == roleLabelText; end++ {
		}
		a.number(&b, a.drawings, n.object)
	case roleBullet:
		b.Kind = BlockBullet
		a.number(&b, a.lists, n.list)
		if n.object >= 0 {
			b.Kind = BlockLabel
		} else if a.titleOf(i) {
			end++
		}
	case roleCaption, roleTableTitle:
		b.Kind = BlockNote
		if n.object >= 0 && a.figures[n.object] != "" {
			b.Kind = BlockFigure
		}
		for ; end < len(t.nodes) && a.follows(i, end); end++ {
		}
	case roleSource, roleNote, rolePeriod, roleExplain:
		b.Kind = BlockNote
		if n.role == roleSource {
			b.Sources = PrimarySources(n.text[n.mark.body:], a.doc.Publisher)
		}
	default:
		b.Kind = BlockParagraph
	}
	a.write(i, end, b)
	return end
}

// emptyLabels returns the caption of the figure whose first label is node i, if
// none of its labels has a text; else i. Such labels become part of the figure:
// alone they say nothing.
func (a *assembler) emptyLabels(i int) int {
	nodes := a.tree.nodes
	k := i
	for k < len(nodes) && nodes[k].role == roleLabel && nodes[k].object >= 0 && nodes[k].object == nodes[i].object {
		k++
	}
	if k < len(nodes) && nodes[k].role == roleCaption && nodes[k].object == nodes[i].object && (i == 0 || nodes[i-1].object != nodes[i].object) {
		return k
	}
	return i
}

// titleOf reports whether bullet i is wholly bold and the title of the next
// bullet, which has no lead of its own.
func (a *assembler) titleOf(i int) bool {
	nodes := a.tree.nodes
	if i+1 >= len(nodes) {
		return false
	}
	n, m := &nodes[i], &nodes[i+1]
	return n.lead == len(n.text) && runeLen(n.text) <= maxTitleBullet && m.role == roleBullet && m.lead == 0 &&
		m.list == n.list && m.level == n.level && m.object < 0 && m.section == n.section
}

// maxTitleBullet is the longest bullet, in runes, that is the title of the next.
const maxTitleBullet = 80

// follows reports whether node k belongs into the block of caption i: a source,
// period or explanation directly below, without a footnote sign.
func (a *assembler) follows(i, k int) bool {
	n, m := &a.tree.nodes[i], &a.tree.nodes[k]
	return n.object >= 0 && m.object == n.object && m.mark.sign == "" &&
		(m.role == roleSource || m.role == rolePeriod || m.role == roleExplain)
}

// number makes b a member of the list or drawing key.
func (a *assembler) number(b *Block, lists map[int]int, key int) {
	if key < 0 || key == 0 && b.Kind == BlockBullet {
		return
	}
	list, ok := lists[key]
	if !ok {
		list = len(a.lists) + len(a.drawings) + 1
		lists[key] = list
	}
	a.items[list]++
	b.List, b.Item = list, a.items[list]
}

// offset returns where the next block will start.
func (a *assembler) offset() int {
	if a.text.Len() == 0 {
		return 0
	}
	return a.text.Len() + 1
}

func (a *assembler) separate() {
	if a.text.Len() > 0 {
		a.text.WriteByte('\n')
	}
}

// write appends nodes i to end as the one block b.
func (a *assembler) write(i, end int, b Block) {
	nodes := a.tree.nodes
	a.separate()
	b.Start = a.text.Len()
	for k := i; k < end; k++ {
		if k > i {
			a.text.WriteByte('\n')
		}
		a.starts[k] = a.text.Len()
		a.text.WriteString(nodes[k].text)
		if k == i && (b.Kind == BlockLabel && nodes[k].role == roleLabel || end > i+1 && b.Kind == BlockBullet) {
			b.LeadEnd = a.text.Len()
		} else if k == i && nodes[k].lead > 0 {
			b.LeadEnd = b.Start + nodes[k].lead
		}
	}
	b.End = a.text.Len()
	if at := nodes[i].object; at >= 0 {
		b.Table, b.Figure = a.tables[at], a.figures[at]
		if b.Kind == BlockFigure {
			a.figure(at, nodes[i].section)
		}
	}
	a.doc.Blocks = append(a.doc.Blocks, b)
}

// figure appends the figure of object at, whose block comes next.
func (a *assembler) figure(at, section int) {
	o := &a.tree.objects[at]
	a.doc.Figures = append(a.doc.Figures, Figure{
		ID: a.figures[at], Caption: a.caption(o), Section: section, Sources: o.sources, Notes: o.notes,
		HasData: !o.lost && (o.told && !o.missing || !o.told && o.labelled), Block: len(a.doc.Blocks),
	})
}

// writeTable appends table node i as block b.
func (a *assembler) writeTable(i int, b Block) {
	n := &a.tree.nodes[i]
	a.separate()
	a.starts[i] = a.text.Len()
	o := &a.tree.objects[n.object]
	if at, ok := a.made[n.object]; ok {
		continueTable(&a.doc.Tables[at], n.rows, &a.text)
		a.doc.Tables[at].Continued = append(a.doc.Tables[at].Continued, len(a.doc.Blocks))
		b.Kind, b.Start, b.End, b.Table = BlockTable, a.starts[i], a.text.Len(), a.tables[n.object]
		a.doc.Blocks = append(a.doc.Blocks, b)
		return
	}
	a.made[n.object] = len(a.doc.Tables)
	table := newTable(n.rows, &a.text)
	b.Kind, b.Start, b.End, b.Table = BlockTable, a.starts[i], a.text.Len(), a.tables[n.object]
	table.ID, table.Caption, table.Section, table.Block = b.Table, a.caption(o), n.section, len(a.doc.Blocks)
	table.Sources, table.Origin, table.Notes = o.sources, o.origin, o.notes
	if n.header > 0 {
		table.RowLine = n.line + n.header + table.header() - 1
	}
	a.doc.Tables = append(a.doc.Tables, table)
	a.doc.Blocks = append(a.doc.Blocks, b)
}

// linkCalls records in the blocks of notes where the calls stand that they
// explain.
func (a *assembler) linkCalls() {
	at := 0
	for i := range a.tree.nodes {
		n := &a.tree.nodes[i]
		if len(n.calls) == 0 || a.starts[i] < 0 {
			continue
		}
		for at < len(a.doc.Blocks) && a.doc.Blocks[at].End <= a.starts[i] {
			at++
		}
		for _, c := range n.calls {
			a.doc.Blocks[at].Calls = append(a.doc.Blocks[at].Calls, a.starts[c.node]+c.offset)
		}
	}
}
