package ingest

import (
	"regexp"
	"strings"
)

// maxCalls bounds how many calls with one sign a note is tied to.
const maxCalls = 16

// notInText matches an explanation which says that a drawing's data, or some
// of them, are not in the text.
var notInText = regexp.MustCompile(`不在文本|不在正文|数据缺失|文中未给出|not in the text`)

// A binder ties captions, sources and notes to tables, figures and the calls
// in running text while it walks through the nodes.
type binder struct {
	*tree
	publisher string
	above     bool              // captions of tables stand above them
	open      int               // object that takes the next source or note, -1 for none
	caption   int               // caption waiting for the table below it, -1 for none
	notes     []int             // notes waiting for the table below them
	calls     map[string][]call // by sign, in the present section
	section   int
	closed    map[int]bool // objects whose caption brought its own lines
}

// bind makes the objects and sets node.object and node.calls.
func (t *tree) bind(publisher string) {
	b := &binder{tree: t, publisher: publisher, open: -1, caption: -1, section: -1, calls: map[string][]call{}, closed: map[int]bool{}}
	b.above = t.captionsAbove()
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.section != b.section {
			b.section = n.section
			clear(b.calls)
		}
		switch n.role {
		case roleTable:
			b.table(i)
		case roleTableTitle:
			b.caption, b.open = i, -1
		case roleCaption:
			b.bindCaption(i)
		case roleSource, roleNote, rolePeriod, roleExplain:
			b.bindNote(i)
		case roleAside:
		default:
			b.open = -1
			b.collectCalls(i)
		}
	}
}

// captionsAbove reports whether the captions of the document's tables stand
// above the tables rather than below.
func (t *tree) captionsAbove() bool {
	above, below := 0, 0
	for i := range t.nodes {
		if t.nodes[i].role != roleCaption {
			continue
		}
		before := i > 0 && t.nodes[i-1].role == roleTable
		after := t.tableBelow(i)
		if after && !before {
			above++
		} else if before && !after {
			below++
		}
	}
	return above > below
}

// tableBelow reports whether a table follows node i, with at most notes such
// as a unit between.
func (t *tree) tableBelow(i int) bool {
	for j := t.next(i); j < len(t.nodes) && j < i+4; j = t.next(j) {
		if t.nodes[j].role == roleTable {
			return true
		}
		if t.nodes[j].role != rolePeriod {
			return false
		}
	}
	return false
}

func (b *binder) add(o object) int {
	b.objects = append(b.objects, o)
	return len(b.objects) - 1
}

func (b *binder) table(i int) {
	if at := b.continued(i); at >= 0 {
		b.nodes[i].object = at
		b.objects[at].more = append(b.objects[at].more, i)
		b.caption, b.open = -1, at
		return
	}
	at := b.add(object{table: true, node: i, caption: b.caption})
	b.nodes[i].object = at
	if b.caption >= 0 {
		b.nodes[b.caption].object = at
		b.caption = -1
	}
	for _, k := range b.notes {
		b.attach(k, at)
	}
	b.notes = b.notes[:0]
	b.open = at
}

// continuation matches a line above the second part of a table.
var continuation = regexp.MustCompile(`^[（(]?(?i:续上?表|接上表|上接表|表\s*[0-9一二三四五六七八九十.\-]*\s*[（(]续|table\s*[0-9.]+\s*\(cont)`)

// continued returns the table that table i goes on with: the one before it with
// the same header, where nothing but asides and a line like 续表7 stand between.
// It returns -1 if there is none.
func (b *binder) continued(i int) int {
	k, line := i-1, -1
	for ; k >= 0 && b.nodes[k].role != roleTable; k-- {
		n := &b.nodes[k]
		switch {
		case n.role == roleAside:
		case line < 0 && continuation.MatchString(n.text) && (n.role == roleText || n.role == roleCaption):
			line = k
		default:
			return -1
		}
	}
	if k < 0 || !sameHeader(b.nodes[k].rows, b.nodes[i].rows) || line < 0 && i-k < 2 {
		return -1
	}
	if line >= 0 {
		b.nodes[line].role, b.nodes[line].object = roleAside, b.nodes[k].object
	}
	return b.nodes[k].object
}

func sameHeader(a, b [][]string) bool {
	return len(a) > 0 && len(b) > 1 && len(a[0]) > 1 && squash(strings.Join(a[0], " ")) == squash(strings.Join(b[0], " "))
}

// bindCaption ties caption i to the table above or below it, else makes it a
// figure and ties the labels above to it.
func (b *binder) bindCaption(i int) {
	n := &b.nodes[i]
	tableAbove := b.open >= 0 && b.objects[b.open].table && b.objects[b.open].caption < 0 && !b.broken(b.objects[b.open].last(), i)
	below := b.tableBelow(i)
	if below && (!tableAbove || b.above || n.mark.table) {
		b.caption, b.open = i, -1
		return
	}
	if tableAbove {
		n.object = b.open
		b.objects[b.open].caption = i
		b.objects[b.open].lost = n.gap >= 3
		return
	}
	at := b.add(object{node: i, caption: i})
	n.object = at
	b.open = at
	b.bindLabels(i, at)
}

// last returns the last node of a table.
func (o *object) last() int {
	if n := len(o.more); n > 0 {
		return o.more[n-1]
	}
	return o.node
}

// broken reports whether anything but marked lines stands between nodes i and j.
func (b *binder) broken(i, j int) bool {
	for i++; i < j; i++ {
		if r := b.nodes[i].role; !r.marked() && r != roleAside {
			return true
		}
	}
	return false
}

// bindLabels ties the labels directly above caption i to its figure: headings
// found to be labels, or bullets whose lead ends in a colon.
func (b *binder) bindLabels(i, figure int) {
	for k := i - 1; k >= 0; k-- {
		n := &b.nodes[k]
		switch {
		case n.role == roleLabel:
		case n.role == roleLabelText:
			b.objects[figure].labelled = true
		case n.role == roleBullet && colonLead(n):
			b.objects[figure].labelled = true
		default:
			return
		}
		n.object = figure
	}
}

// colonLead reports whether the bold lead of a bullet is a label: "**名称：** ...".
func colonLead(n *node) bool {
	lead := strings.TrimSpace(n.text[:n.lead])
	return n.lead < len(n.text) && (strings.HasSuffix(lead, "：") || strings.HasSuffix(lead, ":"))
}

// bindNote ties a source, note, period or explanation to the calls of its
// sign, else to the table or figure above, else to the table below.
func (b *binder) bindNote(i int) {
	n := &b.nodes[i]
	if n.mark.sign != "" {
		if calls := b.calls[n.mark.sign]; len(calls) > 0 {
			n.calls = calls
			return
		}
	}
	switch {
	case isUnit(n.text) && b.tableBelow(i):
		b.notes = append(b.notes, i)
	case b.open >= 0:
		if n.mark.sign == "" && !n.same && b.closed[b.open] {
			return // the caption has its own lines; this one explains something else on the page
		}
		b.closed[b.open] = b.closed[b.open] || n.same
		b.attach(i, b.open)
	case b.caption >= 0 || b.tableBelow(i) && n.role == rolePeriod:
		b.notes = append(b.notes, i)
	case n.role == rolePeriod || n.role == roleExplain:
		n.role = roleText // "说明：" opens a sentence here
		b.collectCalls(i)
	}
}

// isUnit reports whether a line gives the unit of a table, which stands above
// the table.
func isUnit(text string) bool {
	return strings.HasPrefix(text, "单位") || strings.HasPrefix(text, "Unit") || strings.HasPrefix(text, "（单位")
}

func (b *binder) attach(i, at int) {
	n, o := &b.nodes[i], &b.objects[at]
	n.object = at
	if n.role == roleSource {
		sources := PrimarySources(n.text[n.mark.body:], b.publisher)
		o.sources = appendNew(o.sources, sources)
		if o.origin != "" {
			o.origin += "；"
		}
		o.origin += n.text
		if at > 0 && !o.table {
			if before := &b.objects[at-1]; !before.table && before.caption+1 == o.caption && len(before.sources) == 0 {
				before.sources = appendNew(before.sources, sources) // two captions over one source
			}
		}
		return
	}
	o.notes = append(o.notes, n.text)
	if n.role == roleExplain {
		o.told = true
		o.missing = o.missing || notInText.MatchString(n.text)
	}
}

// collectCalls remembers the footnote signs in the running text of node i.
func (b *binder) collectCalls(i int) {
	text := b.nodes[i].text
	for at := 0; at < len(text); {
		switch text[at] {
		case '*', '[', 0xc2, 0xe2: // the first bytes of all footnote signs
		default:
			at++
			continue
		}
		sign := footnoteSign(text[at:])
		if sign == "" {
			at++
			continue
		}
		if isCall(text, at, at+len(sign)) && len(b.calls[sign]) < maxCalls {
			b.calls[sign] = append(b.calls[sign], call{node: i, offset: at})
		}
		at += len(sign)
	}
}

// isCall reports whether text[at:end] is a footnote call: it follows a
// character directly and is no multiplication sign.
func isCall(text string, at, end int) bool {
	if at == 0 || text[at-1] == ' ' || text[at-1] == '\n' {
		return false
	}
	return text[at] != '*' || end == len(text) || !(isASCIIAlnum(text[end]) && isASCIIAlnum(text[at-1]))
}

func isASCIIAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func appendNew(list, more []string) []string {
next:
	for _, m := range more {
		for _, l := range list {
			if l == m {
				continue next
			}
		}
		list = append(list, m)
	}
	return list
}
