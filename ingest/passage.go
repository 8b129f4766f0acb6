package ingest

// Kind says what a passage is made from.
type Kind string

// Kinds of passages. Headings and asides complete the text for reading; they
// are stored and shown, but not retrieved.
const (
	KindText    Kind = "text"    // paragraph, bullet or label, or whole sentences of a long one
	KindRow     Kind = "row"     // one table row, rendered with caption and headers
	KindTable   Kind = "table"   // a small table whole, rendered
	KindFigure  Kind = "figure"  // a caption with its notes, and whether its data are in the text
	KindNote    Kind = "note"    // a footnote or legend
	KindHeading Kind = "heading" // not retrieved
	KindAside   Kind = "aside"   // not retrieved
)

// Retrieved reports whether passages of this kind are indexed.
func (k Kind) Retrieved() bool { return k != KindHeading && k != KindAside }

// Passage is the smallest unit that is retrieved and cited.
//
// For text, note, heading and aside passages Text == Document.Text[Start:End].
// For row, table and figure passages Text is a rendering (see RenderRow), and
// Start and End span the lines of Document.Text it was made from. The spans of
// all passages of a document together hold every character of Document.Text
// that is not white space.
type Passage struct {
	ID          string   `json:"id"`                     // derived from document, section path, kind and content: survives a re-ingest
	DocumentID  string   `json:"document"`               //
	SourceID    string   `json:"source_id,omitempty"`    // the id that a JSONL file gave it
	Kind        Kind     `json:"kind"`                   //
	Section     []string `json:"section"`                // titles from the chapter down
	Ordinal     int      `json:"ordinal"`                // place in the document, from 0
	Block       int      `json:"block"`                  // index into Document.Blocks: parts of one paragraph share it
	Lead        string   `json:"lead,omitempty"`         // bold lead or label of the block; in Text only of the first part
	Text        string   `json:"text"`                   //
	Start       int      `json:"start"`                  // byte offsets into Document.Text
	End         int      `json:"end"`                    //
	Sources     []string `json:"sources,omitempty"`      // primary sources bound to it by a note or a figure beside it
	TableID     string   `json:"table,omitempty"`        //
	Row         int      `json:"row,omitempty"`          // for KindRow: 1-based row of the table
	FigureID    string   `json:"figure,omitempty"`       //
	List        int      `json:"list,omitempty"`         // see Block
	Item        int      `json:"item,omitempty"`         //
	Notes       []string `json:"notes,omitempty"`        // IDs of note passages that explain it
	DuplicateOf string   `json:"duplicate_of,omitempty"` // ID of the passage that says the same at greater length or in the body
	Line        int      `json:"line,omitempty"`         // 1-based line in the source file
}
