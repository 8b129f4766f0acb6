package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// ElementKind says how a reader found a stretch of a source file.
type ElementKind int

// Kinds of elements.
const (
	ElementParagraph ElementKind = iota
	ElementHeading
	ElementBullet
	ElementTable
	ElementVerbatim // code, preformatted text: line breaks are kept
	ElementImage    // text that stands for an image
	ElementReady    // a passage cut by somebody else; see Builder.Add
)

// Element is one block of a source file as a reader found it, before repair.
//
// Text has no markup left. A line break of the source is '\n' (the builder
// joins such lines), a line break that the author asked for is '\v'.
type Element struct {
	Kind   ElementKind
	Level  int        // of a heading, 1 to 6; of a bullet its depth, from 1
	Text   string     // see above; empty for a table
	Lead   int        // Text[:Lead] is bold; 0 for none
	List   int        // any number that is the same for all bullets of one list, 0 for none
	Rows   [][]string // of a table, header first; '\v' between the items of one cell
	Line   int        // 1-based line of the source
	Header int        // of a table: lines from its first to its first row, 0 if rows are not lines
	Gap    int        // blank lines before it
	Path   []string   // of a ready passage: its section path
	Source string     // of a ready passage: the id that its author gave it
}

// Builder assembles a Document from elements in source order.
type Builder struct {
	meta     Meta
	format   string
	source   string
	edition  string
	elements []Element
}

// NewBuilder starts a document that the named format's reader found in the
// bytes data of the file called name. Fields of meta that are empty are
// guessed from the elements.
func NewBuilder(format, name string, data []byte, meta Meta) *Builder {
	sum := sha256.Sum256(data)
	return &Builder{meta: meta, format: format, source: baseName(name), edition: hex.EncodeToString(sum[:])}
}

// Add appends one element. One without any text is ignored.
//
// Ready elements are taken as they are: no repair looks at them, and Passages
// makes one passage of each unless it is longer than 2,000 runes.
func (b *Builder) Add(e Element) {
	if e.Kind == ElementTable && !anyText(e.Rows) || e.Kind != ElementTable && strings.TrimSpace(e.Text) == "" {
		return
	}
	b.elements = append(b.elements, e)
}

func anyText(rows [][]string) bool {
	for _, row := range rows {
		for _, cell := range row {
			if strings.TrimSpace(cell) != "" {
				return true
			}
		}
	}
	return false
}

// Document repairs the structure of what was added and returns the document
// with its passages. A document without any text is ErrEmpty.
func (b *Builder) Document() (*Document, error) {
	if len(b.elements) == 0 {
		return nil, fmt.Errorf("read %s: %w: give a file with text", nameOr(b.source, b.format), ErrEmpty)
	}
	doc := &Document{Meta: b.meta, Edition: b.edition, Source: b.source, Format: b.format}
	t := newTree(b.elements)
	t.repair(&doc.Meta, b.source)
	assemble(doc, t)
	if strings.TrimSpace(doc.Text) == "" {
		return nil, fmt.Errorf("read %s: %w: give a file with text", nameOr(b.source, b.format), ErrEmpty)
	}
	doc.Passages = Passages(doc)
	return doc, nil
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return name
}
