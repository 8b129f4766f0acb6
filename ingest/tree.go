package ingest

import "strings"

// A node is one element on its way through the repair; each step of the
// repair decides roles, and none changes a text or the order.
type node struct {
	role    role
	level   int    // of a heading in the file, 1 to 6; of a bullet its depth
	text    string // reading text
	lead    int    // text[:lead] is bold
	mark    marker
	rows    [][]string
	path    []string // of a ready passage
	source  string   // of a ready passage
	line    int
	header  int // of a table: lines before its first row
	gap     int
	list    int
	same    bool // cut from the same paragraph as the node before
	image   bool // stands for an image
	heading bool // is a heading in the file
	section int  // index into tree.sections, -1 for none
	object  int  // index into tree.objects of the table or figure it belongs to, -1 for none
	calls   []call
}

// A call is a footnote sign in running text that a note explains.
type call struct{ node, offset int }

type role int

const (
	roleText role = iota
	roleBullet
	roleHeading       // title of a section
	roleTitle         // title of the document
	roleChapterNumber // "01", the first half of the title of a chapter
	roleChapter
	roleLabel     // heading that is a label of a drawing
	roleLabelText // what stands under a label
	roleCaption
	roleSource
	roleNote
	rolePeriod
	roleExplain
	roleTable
	roleTableTitle // heading that is the caption of the table below it
	roleAside
	roleReady
)

// marked reports whether the role is that of a line opened by a marker.
func (r role) marked() bool { return r >= roleCaption && r <= roleExplain }

// An object is a table or a figure.
type object struct {
	table    bool
	node     int   // the table, or the caption of the figure
	more     []int // nodes of the parts of the table on further pages
	caption  int   // node of the caption, -1 for none
	sources  []string
	origin   string   // the source lines as printed
	notes    []string // texts of notes, periods, explanations
	labelled bool     // labels with text stand in the document
	told     bool     // an explanation says whether the data are in the text
	missing  bool     // ... and it says that they are not, or not all
	lost     bool     // a gap before the caption shows that a drawing is missing
}

// A branch is a section while the outline grows.
type branch struct {
	title   string
	parent  int
	node    int  // node of the heading
	level   int  // level of the heading in the file; 0 for a chapter
	running bool // made from a running header
}

// tree holds the nodes of a document and what is found about them.
type tree struct {
	nodes    []node
	sections []branch
	objects  []object
	slides   bool // chapters are numbered pages, as in a report that was laid out as slides
	style    chapterStyle
	contents []entry         // what the contents page lists
	listed   map[string]bool // squashed texts of the contents page
	chapters bool            // headings like 第三章 are chapters, whatever their level
	page     int             // level of the headings of pages, in a report laid out as slides
	back     int             // index of the first node of the back matter, len(nodes) for none
}

// An entry is a chapter on the contents page with the sections listed under it.
type entry struct {
	title string
	subs  []string
}

func newTree(elements []Element) *tree {
	t := &tree{listed: map[string]bool{}}
	t.nodes = make([]node, 0, len(elements)+len(elements)/8)
	for i := range elements {
		t.add(&elements[i])
	}
	t.back = len(t.nodes)
	return t
}

// add turns one element into nodes: a paragraph is cut before marked lines,
// every line break is resolved.
func (t *tree) add(e *Element) {
	base := node{line: e.Line, gap: e.Gap, list: e.List, level: e.Level, section: -1, object: -1}
	switch e.Kind {
	case ElementTable:
		base.role, base.rows, base.header = roleTable, e.Rows, e.Header
		t.nodes = append(t.nodes, base)
	case ElementReady:
		base.role, base.text, base.path, base.source = roleReady, strings.TrimSpace(e.Text), e.Path, e.Source
		t.nodes = append(t.nodes, base)
	case ElementVerbatim:
		base.text = strings.Trim(strings.ReplaceAll(e.Text, "\v", "\n"), "\n")
		t.nodes = append(t.nodes, base)
	case ElementHeading:
		base.role, base.heading = roleHeading, true
		base.text, _ = joinLines(e.Text, 0)
		base.mark = parseMarker(base.text)
		if base.mark.kind == markCaption && base.mark.sign == "" {
			base.role = roleCaption
		}
		t.nodes = append(t.nodes, base)
	default:
		t.addParagraph(e, base)
	}
}

func (t *tree) addParagraph(e *Element, base node) {
	base.image = e.Kind == ElementImage
	pieces := splitMarked(e.Text)
	if e.Kind == ElementParagraph && len(pieces) == 1 && leaderLines(e.Text) {
		pieces = lineSpans(e.Text, 0, len(e.Text))
	}
	if t.continuesHeading(e, pieces) {
		last := &t.nodes[len(t.nodes)-1]
		last.text, _ = joinLines(last.text+"\n"+e.Text, 0)
		return
	}
	for i, piece := range pieces {
		n := base
		lead := 0
		if i == 0 {
			lead = min(e.Lead, piece[1])
		} else {
			n.gap, n.same = 0, true
		}
		text := e.Text[piece[0]:piece[1]]
		n.line += strings.Count(e.Text[:piece[0]], "\n") + len(text) - len(strings.TrimLeft(text, "\n")) // a piece may begin with an empty line
		n.text, n.lead = joinLines(text, lead)
		if n.text == "" {
			continue
		}
		if e.Kind == ElementBullet && i == 0 {
			n.role = roleBullet
		} else if n.mark = parseMarker(n.text); n.mark.kind != markNone {
			n.role = markRole(n.mark.kind)
		} else if n.image {
			n.role = roleAside
		}
		t.nodes = append(t.nodes, n)
	}
}

// continuesHeading reports whether a paragraph is the rest of the heading
// before it, which broke at a comma.
func (t *tree) continuesHeading(e *Element, pieces [][2]int) bool {
	if len(t.nodes) == 0 || e.Kind != ElementParagraph || e.Gap > 0 || len(pieces) > 1 || e.Lead > 0 {
		return false
	}
	last := &t.nodes[len(t.nodes)-1]
	open := strings.HasSuffix(last.text, "，") || strings.HasSuffix(last.text, "、") || strings.HasSuffix(last.text, "；")
	return last.role == roleHeading && open && runeLen(e.Text) <= maxCoverLine && !endsSentence(e.Text) && parseMarker(e.Text).kind == markNone
}

func markRole(k markerKind) role {
	switch k {
	case markCaption:
		return roleCaption
	case markSource:
		return roleSource
	case markNote:
		return roleNote
	case markPeriod:
		return rolePeriod
	case markExplain:
		return roleExplain
	}
	return roleText
}

// repair runs every step, in the order in which they need each other.
func (t *tree) repair(meta *Meta, source string) {
	title := t.findTitle(meta)
	t.promoteChapters()
	t.markContents()
	t.markChapters()
	t.promoteRunning()
	t.markBackMatter()
	t.completeMeta(meta, title, source)
	t.markAsides(title, meta.Language)
	t.markTableTitles()
	t.markLabels()
	t.buildOutline()
	t.inferSections()
	t.bind(meta.Publisher)
}

// next returns the index of the first node after i that is not an aside, or
// len(t.nodes).
func (t *tree) next(i int) int {
	for i++; i < len(t.nodes) && t.nodes[i].role == roleAside; i++ {
	}
	return i
}
