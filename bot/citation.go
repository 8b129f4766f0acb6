package bot

import (
	"fmt"
	"strings"

	"yanbao/ingest"
	"yanbao/rag"
)

// pathSeparator stands between the titles of a section path.
const pathSeparator = " › "

// Reference names a document as a reader would look it up: publisher, title,
// date; parts that are not known are left out.
func Reference(d rag.DocumentRef) string {
	var parts []string
	for _, p := range []string{d.Publisher + d.Title, d.Date} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return Clean(d.ID)
	}
	return Shorten(strings.Join(parts, ", "), 0)
}

// Path renders the titles of a section path, chapter first.
func Path(section []string) string {
	return Shorten(strings.Join(section, pathSeparator), 0)
}

// Place says where in its section a citation stands, beyond the section path:
// the table with row and column, a figure's caption, a note; "" for running
// text.
func Place(c rag.Citation, w Wording) string {
	if c.Table != nil {
		parts := []string{w.Table + w.Colon + c.Table.Caption}
		if c.Table.Row > 0 {
			parts = append(parts, fmt.Sprintf(w.Row, c.Table.Row))
		}
		if c.Table.Column != "" {
			parts = append(parts, c.Table.Column)
		}
		return Shorten(strings.Join(parts, w.Join), 0)
	}
	switch c.Kind {
	case ingest.KindFigure:
		return w.Figure
	case ingest.KindNote:
		return w.Note
	}
	return ""
}

// Quote returns what is shown of a citation between quotation marks: its quote,
// or its text where it has none, on one line, at most limit runes.
func Quote(c rag.Citation, limit int) string {
	s := c.Quote
	if s == "" {
		s = c.Text
	}
	return Shorten(s, limit)
}

// Shorten puts s on one line and cuts it to at most limit runes, the last of
// which is then "…". A limit below 1 means no limit.
func Shorten(s string, limit int) string {
	s = strings.Join(strings.Fields(Clean(s)), " ")
	if limit < 1 {
		return s
	}
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}
