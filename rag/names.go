package rag

import (
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// nameColumns are the headers of columns whose cells are names, with their
// kind.
var nameColumns = []struct{ header, kind string }{
	{"企业", "company"}, {"公司", "company"}, {"厂商", "company"}, {"品牌", "company"}, {"机构", "company"},
	{"产品", "product"}, {"平台", "product"}, {"模型", "model"},
}

// longestName is the longest cell in runes that is taken for a name.
const longestName = 10

// tableNames returns the names that the tables of documents hold: short cells,
// and items of cells, under headers such as 代表企业.
func tableNames(docs []*ingest.Document) []question.ProperName {
	var out []question.ProperName
	for _, d := range docs {
		for _, t := range d.Tables {
			for c, header := range t.Columns {
				kind := kindOfHeader(header)
				if kind == "" {
					continue
				}
				for _, row := range t.Rows {
					out = append(out, namesOf(row[c], kind)...)
				}
			}
		}
	}
	return out
}

func kindOfHeader(header string) string {
	for _, n := range nameColumns {
		if strings.HasSuffix(header, n.header) {
			return n.kind
		}
	}
	return ""
}

func namesOf(cell ingest.Cell, kind string) []question.ProperName {
	items := cell.Items
	if len(items) == 0 {
		items = strings.Split(cell.Text, "、")
	}
	var out []question.ProperName
	for _, it := range items {
		name, _, _ := strings.Cut(strings.TrimSpace(it), "：")
		if i := strings.IndexAny(name, "（("); i > 0 {
			name = name[:i]
		}
		if n := utf8.RuneCountInString(name); n >= 3 && n <= longestName && !strings.ContainsAny(name, " ，。；") {
			out = append(out, question.ProperName{Text: name, Kind: kind, Short: table.ShortName(name)})
		}
	}
	return out
}

// holds reports whether some passage may hold text: it knows all of its terms.
func (e *Engine) holds(text string) bool {
	for _, t := range lexical.AppendTerms(nil, lexical.Fold(text)) {
		if t.Kind == lexical.Unigram {
			continue
		}
		if _, ok := e.index.Lexical().IDF(t.Text); !ok {
			return false
		}
	}
	return true
}
