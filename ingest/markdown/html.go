package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"yanbao/ingest"
)

// html adds the text of an HTML block: its tables as tables, the rest as
// paragraphs.
func (s *scanner) html(n *ast.HTMLBlock) {
	raw, start := s.raw(n.Lines())
	if n.HasClosure() {
		raw += "\n" + string(n.ClosureLine.Value(s.source))
	}
	more := strings.Count(raw, "\n")
	for raw != "" {
		at := strings.Index(lowerASCII(raw), "<table")
		end := -1
		if at >= 0 {
			end = strings.Index(lowerASCII(raw[at:]), "</table>")
		}
		if end < 0 {
			break
		}
		s.htmlText(raw[:at], start, more)
		if rows := htmlRows(raw[at : at+end]); len(rows) > 0 {
			s.add(ingest.Element{Kind: ingest.ElementTable, Rows: rows}, start, more)
		}
		raw = raw[at+end+len("</table>"):]
	}
	s.htmlText(raw, start, more)
}

func (s *scanner) htmlText(raw string, start, more int) {
	text := parseInline(blockBreaks(raw)).text
	for _, part := range strings.Split(text, "\v") {
		if strings.TrimSpace(part) != "" {
			s.add(ingest.Element{Kind: ingest.ElementParagraph, Text: strings.TrimSpace(part)}, start, more)
		}
	}
}

// blockBreaks puts a <br> behind every closing tag of a block.
func blockBreaks(raw string) string {
	return htmlBreaks.Replace(raw)
}

var htmlBreaks = strings.NewReplacer("</p>", "<br>", "</div>", "<br>", "</li>", "<br>", "</h1>", "<br>", "</h2>", "<br>", "</h3>", "<br>", "</tr>", "<br>", "</center>", "<br>")

// htmlRows reads the rows of an HTML table. A cell that spans columns is
// followed by empty ones, below a cell that spans rows stand empty ones.
func htmlRows(raw string) [][]string {
	var rows [][]string
	spans := map[int]int{} // column -> rows that a cell above still covers
	for _, tr := range htmlParts(raw, "tr") {
		var row []string
		for _, c := range htmlParts(tr.body, "td", "th") {
			for spans[len(row)] > 0 {
				spans[len(row)]--
				row = append(row, "")
			}
			if n := attribute(c.open, "rowspan"); n > 1 {
				spans[len(row)] = n - 1
			}
			row = append(row, cellText(c.body))
			for range min(attribute(c.open, "colspan"), maxSpan) - 1 {
				row = append(row, "")
			}
		}
		for spans[len(row)] > 0 {
			spans[len(row)]--
			row = append(row, "")
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// maxSpan is the largest colspan that is believed.
const maxSpan = 100

// htmlPart is one element: the inside of its opening tag, and its content.
type htmlPart struct{ open, body string }

// htmlParts returns the elements with one of the given names, each ending where
// the next of them begins or at its closing tag.
func htmlParts(raw string, names ...string) []htmlPart {
	var out []htmlPart
	lower := lowerASCII(raw)
	open, from := "", -1
	for i := 0; i < len(raw); i++ {
		if raw[i] != '<' {
			continue
		}
		end := strings.IndexByte(raw[i:], '>')
		if end < 0 {
			break
		}
		inner := lower[i+1 : i+end]
		for _, name := range names {
			if inner != name && !strings.HasPrefix(inner, name+" ") && inner != "/"+name {
				continue
			}
			if from >= 0 {
				out = append(out, htmlPart{open, raw[from:i]})
				from = -1
			}
			if inner[0] != '/' {
				open, from = inner, i+end+1
			}
		}
		i += end
	}
	if from >= 0 {
		out = append(out, htmlPart{open, raw[from:]})
	}
	return out
}

// attribute returns the number that an attribute has in an opening tag, 1 if it
// has none.
func attribute(open, name string) int {
	at := strings.Index(open, name+"=")
	if at < 0 {
		return 1
	}
	value := strings.TrimLeft(open[at+len(name)+1:], `"' `)
	end := strings.IndexFunc(value, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(value)
	}
	n, err := strconv.Atoi(value[:end])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// lowerASCII lowers ASCII letters only, so that offsets stay.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
