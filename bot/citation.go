package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag"
)

// pathSeparator stands between the titles of a section path.
const pathSeparator = " › "

// Reference names a document as a reader would look it up: publisher, title,
// date; parts that are not known are left out.
func Reference(d rag.DocumentRef) string {
	var parts []string
	for _, p := range []string{Named(d.Publisher, d.Title), d.Date} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return Clean(d.ID)
	}
	return Shorten(strings.Join(parts, ", "), 0)
}

// Named is a title behind its publisher, with a space between words of Latin
// letters and none in Chinese: 36氪研究院《…》.
func Named(publisher, title string) string {
	last, _ := utf8.DecodeLastRuneInString(publisher)
	first, _ := utf8.DecodeRuneInString(title)
	wordOf := func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	if wordOf(last) && wordOf(first) {
		return publisher + " " + title
	}
	return publisher + title
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

// Source says whose figures a citation of a holds: the primary source that the
// report names or, for a citation that gives the answer a number, that it names
// none. It is "" for a citation without either.
func Source(a *rag.Answer, c rag.Citation, w Wording) string {
	switch {
	case c.PrimarySource != "":
		return w.PrimarySource + w.Colon + Shorten(c.PrimarySource, 0)
	case givesNumber(a, c):
		return w.PrimarySource + w.Colon + w.NoSource
	}
	return ""
}

// givesNumber reports whether a claim takes a number from c. The number of a
// document (国发〔2025〕11号) is none.
func givesNumber(a *rag.Answer, c rag.Citation) bool {
	for _, claim := range a.Claims {
		if !slices.Contains(claim.Citations, c.N) {
			continue
		}
		for _, v := range claim.Values {
			if v.Citation != 0 && (v.Citation == c.N || holdsNumber(c.Quote, v.Text)) && !numbersDocument(claim.Text, v.Text) {
				return true
			}
		}
	}
	return false
}

// holdsNumber reports whether value stands in text by itself: 5% does not in 25%.
func holdsNumber(text, value string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], value)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(value)
		if !goesOn(text, i-1, -1) && !goesOn(text, end, 1) {
			return true
		}
		from = end
	}
}

// goesOn reports whether the byte at i belongs to a number that runs on in the
// given direction: a digit, or a point or comma with a digit beyond it.
func goesOn(text string, i, step int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	point := i >= 0 && i < len(text) && (text[i] == '.' || text[i] == ',')
	return digit(i) || point && digit(i+step)
}

// numbersDocument reports whether value stands in text only as the number of a
// document: 〕11号.
func numbersDocument(text, value string) bool {
	for _, bracket := range []string{"〕", "]", "］", "）", ")"} {
		text = strings.ReplaceAll(text, bracket+value+"号", "")
	}
	return !holdsNumber(text, value)
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
