// Package ingesttest checks what every reader of package ingest must keep:
// a document whose parts fit together, and from which nothing is lost.
//
// It is for tests only, of the readers here and of any other.
package ingesttest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
)

// Check returns what is wrong with a document, or nil: offsets that do not
// slice back, blocks that overlap or leave text out, passages that do not cover
// the text, IDs that meet, references to nothing.
func Check(doc *ingest.Document) error {
	if !utf8.ValidString(doc.Text) {
		return fmt.Errorf("the text is not valid UTF-8")
	}
	if doc.ID == "" || doc.Title == "" || len(doc.Edition) != 64 {
		return fmt.Errorf("incomplete: id %q, title %q, edition %q", doc.ID, doc.Title, doc.Edition)
	}
	for _, check := range []func(*ingest.Document) error{sections, blocks, tables, figures, passages, coverage} {
		if err := check(doc); err != nil {
			return err
		}
	}
	return nil
}

func sections(doc *ingest.Document) error {
	for i, s := range doc.Sections {
		level := 1
		if s.Parent >= 0 {
			if s.Parent >= i {
				return fmt.Errorf("section %d has the later section %d as its parent", i, s.Parent)
			}
			level = doc.Sections[s.Parent].Level + 1
		}
		if s.Level != level {
			return fmt.Errorf("section %d has level %d, want %d", i, s.Level, level)
		}
		if s.Title == "" || s.Start < 0 || s.Start > len(doc.Text) {
			return fmt.Errorf("section %d %q starts at %d of %d", i, s.Title, s.Start, len(doc.Text))
		}
		if doc.Format != "jsonl" && i > 0 && s.Start < doc.Sections[i-1].Start {
			return fmt.Errorf("section %d starts before section %d", i, i-1)
		}
	}
	return nil
}

func blocks(doc *ingest.Document) error {
	end, line := 0, 0
	for i, b := range doc.Blocks {
		switch {
		case b.Start < end || b.End < b.Start || b.End > len(doc.Text):
			return fmt.Errorf("block %d spans %d to %d after %d", i, b.Start, b.End, end)
		case strings.TrimSpace(doc.Text[end:b.Start]) != "":
			return fmt.Errorf("%q stands before block %d in no block", doc.Text[end:b.Start], i)
		case b.Section < -1 || b.Section >= len(doc.Sections):
			return fmt.Errorf("block %d is in section %d of %d", i, b.Section, len(doc.Sections))
		case b.LeadEnd != 0 && (b.LeadEnd <= b.Start || b.LeadEnd > b.End):
			return fmt.Errorf("block %d from %d to %d has its lead end at %d", i, b.Start, b.End, b.LeadEnd)
		case b.Line < 1 || b.Line < line:
			return fmt.Errorf("block %d stands in line %d after line %d", i, b.Line, line)
		case (b.List == 0) != (b.Item == 0):
			return fmt.Errorf("block %d is item %d of list %d", i, b.Item, b.List)
		}
		for _, at := range b.Calls {
			if at < 0 || at >= len(doc.Text) {
				return fmt.Errorf("block %d explains offset %d", i, at)
			}
		}
		end, line = b.End, b.Line
	}
	if rest := strings.TrimSpace(doc.Text[end:]); rest != "" {
		return fmt.Errorf("%q stands in no block", rest)
	}
	return nil
}

func tables(doc *ingest.Document) error {
	for i := range doc.Tables {
		t := &doc.Tables[i]
		if b := doc.Blocks[t.Block]; b.Kind != ingest.BlockTable || b.Table != t.ID {
			return fmt.Errorf("table %d has block %d, a %s of table %q", i, t.Block, b.Kind, b.Table)
		}
		for r, row := range t.Rows {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("row %d of table %d has %d cells, want %d", r, i, len(row), len(t.Columns))
			}
			for c, cell := range row {
				if got := doc.Text[cell.Start:cell.End]; got != cell.Text {
					return fmt.Errorf("cell %d of row %d of table %d is %q, the text there %q", c, r, i, cell.Text, got)
				}
				if len(cell.Items) == 1 {
					return fmt.Errorf("cell %q has a single item", cell.Text)
				}
				for _, item := range cell.Items {
					if item == "" || !strings.Contains(cell.Text, item) {
						return fmt.Errorf("cell %q has the item %q", cell.Text, item)
					}
				}
			}
		}
	}
	return nil
}

func figures(doc *ingest.Document) error {
	for i, f := range doc.Figures {
		if b := doc.Blocks[f.Block]; b.Kind != ingest.BlockFigure || b.Figure != f.ID {
			return fmt.Errorf("figure %d has block %d, a %s of figure %q", i, f.Block, b.Kind, b.Figure)
		}
		if f.Caption == "" {
			return fmt.Errorf("figure %d has no caption", i)
		}
	}
	return nil
}

func passages(doc *ingest.Document) error {
	byID := map[string]*ingest.Passage{}
	for i := range doc.Passages {
		p := &doc.Passages[i]
		if byID[p.ID] != nil {
			return fmt.Errorf("passages %d and %d have the ID %s", byID[p.ID].Ordinal, i, p.ID)
		}
		byID[p.ID] = p
		if err := passage(doc, p, i); err != nil {
			return err
		}
	}
	for i := range doc.Passages {
		p := &doc.Passages[i]
		for _, id := range p.Notes {
			if n := byID[id]; n == nil || n.Kind != ingest.KindNote {
				return fmt.Errorf("passage %d has the note %s, which is none", i, id)
			}
		}
		if p.DuplicateOf != "" {
			if o := byID[p.DuplicateOf]; o == nil || o == p || o.DuplicateOf != "" {
				return fmt.Errorf("passage %d duplicates %s", i, p.DuplicateOf)
			}
		}
	}
	return nil
}

func passage(doc *ingest.Document, p *ingest.Passage, i int) error {
	slice := doc.Text[p.Start:p.End]
	switch {
	case p.Ordinal != i || p.DocumentID != doc.ID || p.ID == "" || p.Section == nil:
		return fmt.Errorf("passage %d: ordinal %d, document %q, ID %q, section %v", i, p.Ordinal, p.DocumentID, p.ID, p.Section)
	case !utf8.ValidString(p.Text) || strings.TrimSpace(p.Text) == "":
		return fmt.Errorf("passage %d has the text %q", i, p.Text)
	case p.Block < 0 || p.Block >= len(doc.Blocks):
		return fmt.Errorf("passage %d is of block %d", i, p.Block)
	case p.Kind == ingest.KindRow && (p.TableID == "" || p.Row < 1):
		return fmt.Errorf("passage %d is row %d of table %q", i, p.Row, p.TableID)
	case p.Kind == ingest.KindFigure && p.FigureID == "":
		return fmt.Errorf("passage %d is of no figure", i)
	}
	switch p.Kind {
	case ingest.KindRow, ingest.KindTable, ingest.KindFigure:
		for _, cell := range strings.FieldsFunc(slice, func(r rune) bool { return r == '\t' || r == '\n' }) {
			if !strings.Contains(p.Text, strings.TrimSpace(cell)) {
				return fmt.Errorf("passage %d is rendered without %q: %q", i, cell, p.Text)
			}
		}
	default:
		if slice != p.Text {
			return fmt.Errorf("passage %d is %q, the text there %q", i, p.Text, slice)
		}
	}
	return nil
}

// coverage checks that every character that is not white space is in a passage.
func coverage(doc *ingest.Document) error {
	end := 0
	for i := range doc.Passages {
		p := &doc.Passages[i]
		if p.Start > end && strings.TrimSpace(doc.Text[end:p.Start]) != "" {
			return fmt.Errorf("%q stands before passage %d in no passage", doc.Text[end:p.Start], i)
		}
		end = max(end, p.End)
	}
	if rest := strings.TrimSpace(doc.Text[end:]); rest != "" {
		return fmt.Errorf("%q stands in no passage", rest)
	}
	return nil
}

// Visible returns the characters of text that no markup can be made of, in
// order: letters, digits, and whatever is beyond ASCII but white space.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z') || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// Describe renders a document for a golden file: what it is, its outline, its
// tables and figures, and one line per block and passage. IDs are left out
// where they only would hide a change.
func Describe(doc *ingest.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "document id=%s title=%s publisher=%s date=%s language=%s\n", doc.ID, doc.Title, doc.Publisher, doc.Date, doc.Language)
	for i, s := range doc.Sections {
		fmt.Fprintf(&b, "section %d under %d level %d: %s\n", i, s.Parent, s.Level, s.Title)
	}
	for _, t := range doc.Tables {
		fmt.Fprintf(&b, "table %q section %d columns %q sources %q notes %q\n", t.Caption, t.Section, t.Columns, t.Sources, t.Notes)
	}
	for _, f := range doc.Figures {
		fmt.Fprintf(&b, "figure %q section %d data %v sources %q notes %q\n", f.Caption, f.Section, f.HasData, f.Sources, f.Notes)
	}
	ordinals := map[string]int{}
	for _, p := range doc.Passages {
		ordinals[p.ID] = p.Ordinal
	}
	for _, p := range doc.Passages {
		block := doc.Blocks[p.Block]
		fmt.Fprintf(&b, "%d %s/%s section %d line %d", p.Ordinal, p.Kind, block.Kind, block.Section, p.Line)
		if p.List > 0 {
			fmt.Fprintf(&b, " item %d.%d", p.List, p.Item)
		}
		if p.Lead != "" {
			fmt.Fprintf(&b, " lead %q", p.Lead)
		}
		if len(p.Sources) > 0 {
			fmt.Fprintf(&b, " sources %q", p.Sources)
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&b, " note %d", ordinals[n])
		}
		if p.DuplicateOf != "" {
			fmt.Fprintf(&b, " duplicates %d", ordinals[p.DuplicateOf])
		}
		fmt.Fprintf(&b, "\n    %q\n", p.Text)
	}
	return b.String()
}
