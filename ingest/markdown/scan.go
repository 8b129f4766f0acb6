package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"yanbao/ingest"
)

// maxDepth is how deep lists and quotations may be nested; deeper marks are
// read as text.
const maxDepth = 16

// A scanner walks through one file and hands its elements to a builder.
//
// Tables are taken out before goldmark sees the text, because goldmark drops
// cells of ragged rows and takes rows that begin like a list for one. Their
// lines stay as a rule and empty lines, so that line numbers hold.
type scanner struct {
	builder *ingest.Builder
	source  []byte  // text without tables
	skipped int     // lines of front matter
	tables  []table // in order
	next    int     // first table that is not added yet
	lists   int
	line    int // 1-based number of the line that begins at offset lineAt
	lineAt  int
	last    int // last line of the element added last
}

// A table found in the source.
type table struct {
	line, end int // first line, and the line after the last
	header    int // lines before the first row
	rows      [][]string
}

func newScanner(b *ingest.Builder, body []byte, skipped int) *scanner {
	s := &scanner{builder: b, skipped: skipped, line: 1}
	s.source, s.tables = extractTables(body, "***") // a rule: no block reaches over it
	return s
}

func (s *scanner) scan() {
	p := parser.NewParser(parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	)) // neither inline parsers nor link references: no text may vanish
	root := p.Parse(text.NewReader(s.source))
	s.blocks(root, place{})
	s.flushTables(1 << 30)
}

// place says where in lists a block stands.
type place struct {
	list, depth int
	mark        string // of an ordered item, not yet written
	item        bool   // the next paragraph is the text of a list item
}

func (s *scanner) blocks(parent ast.Node, at place) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.List:
			s.list(n, at)
		case *ast.Heading:
			s.heading(n)
		case *ast.CodeBlock:
			s.paragraph(n, at)
			at.item = false
		case *ast.FencedCodeBlock:
			s.verbatim(n)
			at.item = false
		case *ast.HTMLBlock:
			s.html(n)
		case *ast.Blockquote:
			s.blocks(n, place{})
		case *ast.ThematicBreak:
		default:
			s.paragraph(n, at)
			at.item = false
		}
	}
}

func (s *scanner) list(n *ast.List, at place) {
	s.lists++
	inner := place{list: s.lists, depth: at.depth + 1}
	number := n.Start
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		inner.item, inner.mark = true, ""
		if n.IsOrdered() {
			if inner.mark = orderedMark(s.source, c.Pos()); inner.mark == "" {
				inner.mark = fmt.Sprintf("%d%c ", number, n.Marker)
			}
			number++
			if !s.opensWithText(c) { // "2." alone
				s.add(ingest.Element{Kind: ingest.ElementBullet, Level: inner.depth, List: inner.list, Text: inner.mark}, c.Pos(), 0)
				inner.mark = ""
			}
		}
		s.blocks(c, inner)
	}
}

// opensWithText reports whether the first block of a list item is a paragraph.
func (s *scanner) opensWithText(item ast.Node) bool {
	switch n := item.FirstChild().(type) {
	case *ast.Paragraph, *ast.TextBlock:
		raw, _ := s.raw(n.Lines())
		return strings.TrimSpace(raw) != ""
	}
	return false
}

// orderedMark returns "3. " as written at the given offset, or right before it:
// goldmark's offset is late where tabs stand between nested blocks.
func orderedMark(source []byte, pos int) string {
	if pos < 0 || pos > len(source) {
		return ""
	}
	start, end := pos, pos
	for end < len(source) && isDigit(source[end]) {
		end++
	}
	if end == start {
		end = max(len(bytes.TrimRight(source[:pos], " \t"))-1, 0)
		start = end
	}
	for start > 0 && isDigit(source[start-1]) {
		start--
	}
	if start >= end || end >= len(source) {
		return ""
	}
	return string(source[start:end+1]) + " "
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (s *scanner) heading(n *ast.Heading) {
	raw, start := s.raw(n.Lines())
	if raw == "" {
		return
	}
	in := parseInline(raw)
	e := ingest.Element{Kind: ingest.ElementHeading, Level: n.Level, Text: in.text}
	setext := n.Lines().Len() > 0 && !atxAt(s.source, start)
	if setext && (strings.Contains(raw, "\n") || runes(in.text) > 60 || strings.HasSuffix(in.text, "。")) {
		e = ingest.Element{Kind: ingest.ElementParagraph, Text: in.text, Lead: in.lead} // a rule under a paragraph
	}
	s.add(e, start, strings.Count(raw, "\n"))
}

// atxAt reports whether the line of the given offset opens with #.
func atxAt(source []byte, pos int) bool {
	at := bytes.LastIndexByte(source[:pos], '\n') + 1
	return bytes.IndexByte(source[at:pos], '#') >= 0
}

// paragraph adds a paragraph, the text of a list item, or the tables in either.
func (s *scanner) paragraph(n ast.Node, at place) {
	raw, start := s.raw(n.Lines())
	if strings.TrimSpace(raw) == "" {
		return
	}
	if strings.ContainsAny(raw, "|\t") { // a table inside a list or quotation
		rest, tables := extractTables([]byte(raw), "")
		if len(tables) > 0 {
			s.mixed(string(rest), tables, start, at)
			return
		}
	}
	s.prose(raw, start, at)
}

func (s *scanner) prose(raw string, start int, at place) {
	in := parseInline(raw)
	e := ingest.Element{Kind: ingest.ElementParagraph, Text: in.text, Lead: in.lead}
	if at.item {
		e.Kind, e.Level, e.List = ingest.ElementBullet, at.depth, at.list
		if at.mark != "" {
			e.Text = at.mark + e.Text
			if e.Lead > 0 {
				e.Lead += len(at.mark)
			}
		}
		if rest, ok := strings.CutPrefix(e.Text, "[x] "); ok && e.Lead == 0 { // a task list
			e.Text = rest
		}
	} else if in.image {
		e.Kind = ingest.ElementImage
	}
	s.add(e, start, strings.Count(raw, "\n"))
}

// mixed adds a paragraph whose lines are partly tables.
func (s *scanner) mixed(rest string, tables []table, start int, at place) {
	first := s.lineOf(start)
	lines := strings.SplitAfter(rest, "\n")
	from := 0
	flush := func(to int) {
		if part := strings.Join(lines[min(from, len(lines)):min(to, len(lines))], ""); strings.TrimSpace(part) != "" {
			s.prose(strings.Trim(part, "\n"), start, at)
			at.item = false
		}
	}
	for _, t := range tables {
		flush(t.line - 1)
		s.builder.Add(ingest.Element{Kind: ingest.ElementTable, Rows: t.rows, Header: t.header, Line: first + t.line - 1 + s.skipped})
		from = t.end - 1
	}
	flush(len(lines))
}

func (s *scanner) verbatim(n *ast.FencedCodeBlock) {
	raw, start := s.raw(n.Lines())
	s.add(ingest.Element{Kind: ingest.ElementVerbatim, Text: strings.TrimRight(raw, "\n")}, start, strings.Count(raw, "\n"))
}

// raw returns the lines of a block, joined, and the offset of the first. Tabs
// at the beginning of a line, which goldmark drops, are put back: they are
// empty cells.
func (s *scanner) raw(lines *text.Segments) (string, int) {
	if lines.Len() == 0 {
		return "", 0
	}
	first := lines.At(0)
	if lines.Len() == 1 {
		return strings.TrimRight(string(first.Value(s.source)), "\n"), first.Start
	}
	var b strings.Builder
	for i := range lines.Len() {
		seg := lines.At(i)
		start := seg.Start
		for start > 0 && (s.source[start-1] == '\t' || s.source[start-1] == ' ') {
			start--
		}
		if start < seg.Start && (start == 0 || s.source[start-1] == '\n') && i > 0 {
			b.Write(s.source[start:seg.Start])
		}
		b.Write(seg.Value(s.source))
	}
	return strings.TrimRight(b.String(), "\n"), first.Start
}

// add hands an element that begins at the given offset and has so many further
// lines to the builder, after the tables before it.
func (s *scanner) add(e ingest.Element, start, more int) {
	line := s.lineOf(start)
	s.flushTables(line)
	e.Line = line + s.skipped
	e.Gap = max(line-s.last-1, 0)
	s.last = line + more
	s.builder.Add(e)
}

// lineOf returns the 1-based line of an offset. Offsets mostly grow, so it
// counts on from the last one.
func (s *scanner) lineOf(offset int) int {
	if offset < s.lineAt {
		s.line -= bytes.Count(s.source[offset:s.lineAt], []byte("\n"))
	} else {
		s.line += bytes.Count(s.source[s.lineAt:offset], []byte("\n"))
	}
	s.lineAt = offset
	return s.line
}

// flushTables adds the tables that begin before the given line.
func (s *scanner) flushTables(line int) {
	for s.next < len(s.tables) && s.tables[s.next].line < line {
		t := s.tables[s.next]
		s.next++
		s.builder.Add(ingest.Element{Kind: ingest.ElementTable, Rows: t.rows, Header: t.header, Line: t.line + s.skipped, Gap: max(t.line-s.last-1, 0)})
		s.last = t.end - 1
	}
}
