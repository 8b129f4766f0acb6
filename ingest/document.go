// Package ingest holds a report as structure: sections, blocks, tables with
// cells, figures and notes, and the passages that answers cite.
//
// A reader of one format (see ingest/markdown and its siblings) hands the
// elements of a file to a Builder. The builder decides what they are (newTree
// and tree.repair, in steps that each follow one general rule), assembles the
// document from them, and Passages cuts it.
//
// It repairs damaged structure and cuts passages with pure functions. It does
// not read file formats (see ingest/markdown and its siblings), does not embed
// or store anything, and never changes a character that a reader is shown.
package ingest

// Meta is what is known of a report apart from its text. Empty fields are
// unknown.
type Meta struct {
	ID        string `json:"id"`                  // short slug, unique in a library: "36kr-llm-2025"
	Title     string `json:"title"`               // as printed, with 《》 where the report has them
	Publisher string `json:"publisher,omitempty"` // 36氪研究院
	Date      string `json:"date,omitempty"`      // "2025-11" or "2025-11-03"
	Language  string `json:"language,omitempty"`  // BCP 47: "zh", "en"
	Notice    string `json:"notice,omitempty"`    // what a reader must know of this edition (a restatement, a draft ...)
}

// Document is one edition of one report.
//
// Text is the reading text: the report without its markup (no asterisks, list
// marks, table pipes), blocks separated by newlines, table rows as lines of
// cells separated by tabs. Every offset in a Document is a byte offset into
// Text and falls on a rune boundary.
type Document struct {
	Meta
	Edition  string    `json:"edition"`  // hex SHA-256 of the source bytes
	Source   string    `json:"source"`   // base name of the file it was read from
	Format   string    `json:"format"`   // name of the reader: "markdown", "text", "jsonl"
	Text     string    `json:"text"`     // reading text, see above
	Sections []Section `json:"sections"` // outline in document order; parents before children
	Blocks   []Block   `json:"blocks"`   // in document order, covering Text
	Tables   []Table   `json:"tables,omitempty"`
	Figures  []Figure  `json:"figures,omitempty"`
	Passages []Passage `json:"passages"` // in document order, see Passage
}

// Section is one node of the outline.
type Section struct {
	Title  string `json:"title"`  // as printed, without heading marks
	Parent int    `json:"parent"` // index into Document.Sections, -1 at the top
	Level  int    `json:"level"`  // 1 for a chapter, after repair
	Start  int    `json:"start"`  // offset of the heading
}

// SectionPath returns the titles from the chapter down to section i; an empty
// path for i < 0.
func (d *Document) SectionPath(i int) []string {
	var path []string
	for ; i >= 0; i = d.Sections[i].Parent {
		path = append(path, d.Sections[i].Title)
	}
	for l, r := 0, len(path)-1; l < r; l, r = l+1, r-1 {
		path[l], path[r] = path[r], path[l]
	}
	return path
}

// BlockKind says what a stretch of the reading text is.
type BlockKind string

// Kinds of blocks.
const (
	BlockHeading   BlockKind = "heading"   // title of a section
	BlockParagraph BlockKind = "paragraph" // running text
	BlockBullet    BlockKind = "bullet"    // one list item
	BlockLabel     BlockKind = "label"     // label of a drawing together with its text
	BlockTable     BlockKind = "table"     // header and rows
	BlockFigure    BlockKind = "figure"    // a caption, with its source and notes where they follow it
	BlockNote      BlockKind = "note"      // footnote, legend, source line
	BlockAside     BlockKind = "aside"     // contents page, running header, description of an image: kept, never retrieved
)

// Block is one stretch of the reading text. Blocks cover the text in order
// and without overlap; what lies between two blocks is white space.
type Block struct {
	Kind     BlockKind `json:"kind"`
	Section  int       `json:"section"` // index into Document.Sections, -1 before the first heading
	Start    int       `json:"start"`
	End      int       `json:"end"`
	LeadEnd  int       `json:"lead_end,omitempty"`  // Text[Start:LeadEnd] is the bold lead or the drawing label; 0 without one
	List     int       `json:"list,omitempty"`      // number of the list or drawing that the block is a member of, from 1; 0 for none
	Item     int       `json:"item,omitempty"`      // place in that list, from 1
	Table    string    `json:"table,omitempty"`     // ID of the table, where Kind is BlockTable or a note belongs to it
	Figure   string    `json:"figure,omitempty"`    // ID of the figure that a label, caption or note belongs to
	Sources  []string  `json:"sources,omitempty"`   // primary sources that a source line names
	Calls    []int     `json:"calls,omitempty"`     // of a note: offsets of the signs in running text that it explains
	SourceID string    `json:"source_id,omitempty"` // of a ready passage: the id that its author gave it
	Line     int       `json:"line"`                // 1-based line of the source file where the block begins
}

// Figure is a drawing or chart of which the text holds a caption.
type Figure struct {
	ID      string   `json:"id"`
	Caption string   `json:"caption"` // without 图示： and the like
	Section int      `json:"section"`
	Sources []string `json:"sources,omitempty"` // primary sources; a compiler (整理) is not one
	HasData bool     `json:"has_data"`          // the text holds labels or all numbers of the drawing
	Notes   []string `json:"notes,omitempty"`   // texts of the notes tied to it (period, definition)
	Block   int      `json:"block"`             // index into Document.Blocks
}

// Table is a table with every merged cell filled in.
type Table struct {
	ID      string   `json:"id"`
	Caption string   `json:"caption"`
	Section int      `json:"section"`
	Columns []string `json:"columns"`
	Rows    [][]Cell `json:"rows"` // every row has len(Columns) cells
	Sources []string `json:"sources,omitempty"`
	RowLine int      `json:"row_line,omitempty"` // 1-based line of the source where the first row stands, each further row on the next line; 0 if rows are not lines
	Origin  string   `json:"origin,omitempty"`   // the source line as printed, compilers and all
	Notes   []string `json:"notes,omitempty"`
	Block   int      `json:"block"`

	HeaderRows int   `json:"header_rows,omitempty"` // lines of the header in Text, where it is not 1; their names are joined in Columns
	Continued  []int `json:"continued,omitempty"`   // further blocks, each with the same header, that go on with the rows on another page
}

// Cell is one cell of a table.
type Cell struct {
	Text      string   `json:"text"`
	Items     []string `json:"items,omitempty"`     // two or more, where the cell holds several items; each is a substring of Text
	Inherited bool     `json:"inherited,omitempty"` // carried down from a merged cell above
	Start     int      `json:"start"`               // where the text stands in Document.Text, for an inherited cell that of its origin
	End       int      `json:"end"`
}
