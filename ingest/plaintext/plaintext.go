// Package plaintext reads reports without markup: paragraphs by blank lines,
// indents or single lines, whichever the file uses, headings by their
// numbering, tables by tabs.
//
// It does not guess at anything that only looks like a heading; text that is
// not clearly more is a paragraph.
package plaintext

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
)

// Name is the name of the format.
const Name = "text"

// Format returns the reader of text files of at most ingest.DefaultMaxBytes.
// It takes every file, so it belongs last in a list of formats.
func Format() ingest.Format { return Limited(ingest.Decoder{}) }

// Limited returns the reader of text files that decodes with d, which sets the
// largest size.
func Limited(d ingest.Decoder) ingest.Format {
	return ingest.Format{
		Name:  Name,
		Sniff: Sniff,
		Read: func(name string, data []byte) (*ingest.Document, error) {
			return read(d, name, data)
		},
	}
}

// Sniff takes every file.
func Sniff(string, []byte) bool { return true }

// Read reads a text file of at most ingest.DefaultMaxBytes. Errors wrap the
// kinds of package ingest and name the file.
func Read(name string, data []byte) (*ingest.Document, error) {
	return read(ingest.Decoder{}, name, data)
}

const (
	maxTitle   = 60 // runes of a line that can be the title
	maxHeading = 40 // runes of a line that can be a heading
)

// headingForms are the numberings of headings from the highest rank down.
var headingForms = []*regexp.Regexp{
	regexp.MustCompile(`^(?i:第\s*[0-9一二三四五六七八九十百]{1,4}\s*(?:章|篇|部分)|(?:chapter|part)\s+[0-9ivx]{1,4}\b)`),
	regexp.MustCompile(`^第\s*[0-9一二三四五六七八九十百]{1,4}\s*节`),
	regexp.MustCompile(`^[一二三四五六七八九十]{1,3}、\s*\S`),
	regexp.MustCompile(`^[（(][一二三四五六七八九十]{1,3}[）)]\s*\S`),
	regexp.MustCompile(`^[0-9]{1,2}[.．、]?\s+[^0-9\s]|^[0-9]{1,2}[.．、][^0-9\s]`),
	regexp.MustCompile(`^[0-9]{1,2}[.．][0-9]{1,2}[.．]?\s*[^0-9.．\s]`),
	regexp.MustCompile(`^[0-9]{1,2}[.．][0-9]{1,2}[.．][0-9]{1,2}[.．]?\s*[^0-9.．\s]`),
}

// bullet matches the mark of a list item.
var bullet = regexp.MustCompile(`^\s*[-*•·●■◆▪➢]\s+|^\s*[•●■◆▪➢]`)

// A paragraph is a run of lines that belong together.
type paragraph struct {
	text   string // lines joined by '\n'
	line   int
	gap    int
	rows   [][]string // of a table
	bullet bool
	form   int // what isolatedForm says of it
}

func read(d ingest.Decoder, name string, data []byte) (*ingest.Document, error) {
	text, err := d.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	paragraphs := split(string(text))
	title := titleOf(paragraphs)
	b := ingest.NewBuilder(Name, name, data, ingest.Meta{Title: title})
	levels := headingLevels(paragraphs)
	list := 0
	for i, p := range paragraphs {
		e := ingest.Element{Kind: ingest.ElementParagraph, Text: p.text, Line: p.line, Gap: p.gap}
		switch form := headingForm(paragraphs, i); {
		case p.rows != nil:
			e.Kind, e.Rows, e.Header = ingest.ElementTable, p.rows, 1
		case i == 0 && title != "":
			e.Kind, e.Level = ingest.ElementHeading, 1
		case form >= 0:
			e.Kind, e.Level = ingest.ElementHeading, levels[form]
		case p.bullet:
			if i == 0 || !paragraphs[i-1].bullet {
				list++
			}
			e.Kind, e.Level, e.List = ingest.ElementBullet, 1, list
			e.Text = strings.TrimLeft(bullet.ReplaceAllString(p.text, ""), " \t")
		}
		b.Add(e)
	}
	return b.Document()
}

// split cuts a text into paragraphs and tables.
func split(text string) []paragraph {
	lines := strings.Split(text, "\n")
	style := styleOf(lines)
	var out []paragraph
	gap, open := 0, false // open: the next line may continue the last paragraph
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.TrimSpace(line) == "" {
			gap++
			open = false
			continue
		}
		if n := ingest.TabTable(lines[i:]); n > 0 {
			p := paragraph{line: i + 1, gap: gap, form: -1}
			for _, row := range lines[i : i+n] {
				p.rows = append(p.rows, ingest.TabRow(row))
			}
			out = append(out, p)
			i += n - 1
			gap, open = 0, false
			continue
		}
		isBullet, form := bullet.MatchString(line), isolatedForm(line)
		if open && !isBullet && form < 0 && style.continues(line) {
			out[len(out)-1].text += "\n" + line
			continue
		}
		out = append(out, paragraph{text: line, line: i + 1, gap: gap, bullet: isBullet, form: form})
		gap, open = 0, form < 0
	}
	return out
}

// A style is how a file parts its paragraphs beside blank lines.
type style struct {
	indented bool // the first line of a paragraph is indented
	wrapped  bool // lines are broken at a width
}

// continues reports whether a line that follows another one directly goes on
// with its paragraph.
func (s style) continues(line string) bool {
	if s.indented {
		return !indented(line)
	}
	return s.wrapped
}

func indented(line string) bool {
	return strings.HasPrefix(line, "　") || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
}

// styleOf looks at the lines that are followed directly by another one: in a
// wrapped file most of them stop near the full width without ending a
// sentence.
func styleOf(lines []string) style {
	filled, widest, indents := 0, 0, 0
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		filled++
		widest = max(widest, columns(line))
		if indented(line) {
			indents++
		}
	}
	pairs, broken := 0, 0
	for i := 0; i+1 < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.TrimSpace(lines[i+1]) == "" {
			continue
		}
		pairs++
		if !strings.ContainsAny(line[len(line)-min(len(line), 3):], "。！？；") && columns(lines[i])*10 >= widest*6 {
			broken++
		}
	}
	wrapped := pairs > 0 && broken*2 > pairs && widest <= 160
	return style{indented: wrapped && indents > 0 && indents < filled && indents*20 >= filled, wrapped: wrapped}
}

// columns returns the width of a line, two columns for a wide character.
func columns(line string) int {
	n := 0
	for _, r := range line {
		if n++; r >= 0x2e80 {
			n++
		}
	}
	return n
}

// titleOf returns the first line if it looks like the title of what follows.
func titleOf(paragraphs []paragraph) string {
	if len(paragraphs) < 2 || paragraphs[0].rows != nil || paragraphs[0].bullet {
		return ""
	}
	line := strings.TrimSpace(paragraphs[0].text)
	if utf8.RuneCountInString(line) > maxTitle || strings.Contains(line, "\n") || isolatedForm(line) >= 0 ||
		strings.HasSuffix(line, "。") || strings.HasSuffix(line, ".") || strings.HasSuffix(line, "，") || strings.HasSuffix(line, "；") || strings.HasSuffix(line, "：") {
		return ""
	}
	return line
}

// isolatedForm returns the index of the numbering with which a line that can
// be a heading begins, or -1.
func isolatedForm(line string) int {
	line = strings.TrimSpace(line)
	first, _ := utf8.DecodeRuneInString(line)
	if !strings.ContainsRune("0123456789第一二三四五六七八九十（(CcPp", first) || utf8.RuneCountInString(line) > maxHeading {
		return -1
	}
	if r, _ := utf8.DecodeLastRuneInString(line); strings.ContainsRune("。，；：！？.,;:!?、", r) {
		return -1
	}
	for form := len(headingForms) - 1; form >= 0; form-- {
		if headingForms[form].MatchString(line) {
			return form
		}
	}
	return -1
}

// headingForm returns the numbering of paragraph i if it is a heading, else
// -1. "1. ..." beside "2. ..." is a list, not a heading.
func headingForm(paragraphs []paragraph, i int) int {
	form := paragraphs[i].form
	if form < 0 || paragraphs[i].bullet {
		return -1
	}
	for _, k := range []int{i - 1, i + 1} {
		if form == listForm && k >= 0 && k < len(paragraphs) && paragraphs[k].form == form {
			return -1
		}
	}
	if i+1 == len(paragraphs) && form >= listForm {
		return -1
	}
	return form
}

// listForm is the numbering that headings share with lists: "1. ".
const listForm = 4

// headingLevels maps the numberings that occur to levels from 1 down.
func headingLevels(paragraphs []paragraph) map[int]int {
	used := map[int]bool{}
	for i := range paragraphs {
		if form := headingForm(paragraphs, i); form >= 0 {
			used[form] = true
		}
	}
	levels := map[int]int{}
	for form := range headingForms {
		if used[form] {
			levels[form] = min(len(levels)+1, 6)
		}
	}
	return levels
}
