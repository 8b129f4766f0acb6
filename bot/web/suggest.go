package web

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"
)

// theme is a group of questions that a reader may begin with.
type theme struct {
	Name      string // key of its wording is "theme." + Name
	Questions []suggestion
}

// suggestion is a question that the documents answer.
type suggestion struct {
	Text, Lang, Document string
}

const (
	perTheme   = 3  // questions shown of each theme
	triedTheme = 24 // questions tried for each theme
)

// subject is what the titles of a theme speak of, in any report.
type subject struct {
	name  string
	words *regexp.Regexp
}

func subjects() []subject {
	return []subject{
		{"policies", regexp.MustCompile(`(?i)政策|法规|监管|规划|治理|polic|regulat`)},
		{"rankings", regexp.MustCompile(`(?i)排名|排行|梯队|榜|市场规模|竞争|指标|评价|份额|现状|rank|market|share|index`)},
		{"trends", regexp.MustCompile(`(?i)趋势|未来|展望|预测|前景|发展方向|trend|outlook|forecast|future`)},
		{"companies", regexp.MustCompile(`(?i)企业|公司|厂商|案例|主体|玩家|compan|vendor|player|case`)},
	}
}

// suggester makes questions from the titles, tables and figures in the text of
// the open documents, and keeps those that are answered. It remembers them
// until the documents change.
type suggester struct {
	asker  bot.Asker
	reader bot.Reader

	mu   sync.Mutex
	key  string
	made []theme
}

func (s *suggester) themes(ctx context.Context, documents []rag.DocumentView) []theme {
	var key strings.Builder
	for _, d := range documents {
		key.WriteString(d.ID + " " + d.Edition + "\n")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made != nil && s.key == key.String() {
		return s.made
	}
	made := []theme{}
	seen := make(map[string]bool)
	for _, subject := range subjects() {
		t := theme{Name: subject.name}
		for _, d := range documents {
			t.Questions = append(t.Questions, s.answered(ctx, d.ID, subject.words, perTheme-len(t.Questions), seen)...)
		}
		if len(t.Questions) > 0 {
			made = append(made, t)
		}
	}
	if ctx.Err() == nil {
		s.key, s.made = key.String(), made
	}
	return made
}

// answered returns at most n questions to a document that it answers.
func (s *suggester) answered(ctx context.Context, id string, words *regexp.Regexp, n int, seen map[string]bool) []suggestion {
	d, err := s.reader.Document(ctx, id)
	if err != nil || n <= 0 {
		return nil
	}
	var out []suggestion
	for i, c := range candidates(d, words) {
		if len(out) == n || i == triedTheme {
			break
		}
		if seen[c.question] {
			continue
		}
		a, err := s.asker.Ask(ctx, rag.Question{Text: c.question, Document: id, Mode: "extractive"})
		if err != nil || a.Status != rag.Answered || !strings.Contains(a.Answer, c.holds) {
			continue
		}
		seen[c.question] = true
		out = append(out, suggestion{Text: c.question, Lang: d.Language, Document: id})
	}
	return out
}

// candidate is a question made from a place of a document, and what an answer
// from that place holds.
type candidate struct{ question, holds string }

// candidates takes in turn from the tables and from the sections that words
// name, so that neither fills the list.
func candidates(d *ingest.Document, words *regexp.Regexp) []candidate {
	var tables, sentences []candidate
	for i := range d.Tables {
		t := &d.Tables[i]
		if words.MatchString(t.Caption) || words.MatchString(strings.Join(t.Columns, " ")) {
			tables = append(tables, fromTable(t)...)
		}
	}
	for _, p := range d.Passages {
		if p.Kind == ingest.KindText && words.MatchString(strings.Join(p.Section, " ")) {
			sentences = append(sentences, fromText(p.Text)...)
		}
	}
	var out []candidate
	for i := range max(len(tables), len(sentences)) {
		if i < len(tables) {
			out = append(out, tables[i])
		}
		if i < len(sentences) {
			out = append(out, sentences[i])
		}
	}
	return out
}

// Longest parts of a question in runes, so that it reads like one.
const (
	longestKey    = 24
	longestHeader = 8
	longestHead   = 26
)

// fromTable asks for cells by the name of their row and column, another row
// and column each time.
func fromTable(t *ingest.Table) []candidate {
	key := keyColumn(t)
	var out []candidate
	for r := range t.Rows {
		c := (key + 1 + r) % len(t.Columns)
		name, header, cell := t.Rows[r][key].Text, t.Columns[c], t.Rows[r][c].Text
		if c == key || name == "" || cell == "" || utf8.RuneCountInString(name) > longestKey || utf8.RuneCountInString(header) > longestHeader {
			continue
		}
		ask := "是什么？"
		if strings.Contains(cell, "、") || len(t.Rows[r][c].Items) > 1 {
			ask = "有哪些？"
		}
		if ascii(name + header) {
			out = append(out, candidate{"What is the " + header + " of " + name + "?", ""})
			continue
		}
		out = append(out, candidate{name + "的" + header + ask, ""})
	}
	return out
}

// keyColumn is the column that names the rows best: the first whose cells
// differ and are no bare numbers or dates.
func keyColumn(t *ingest.Table) int {
	for c := range t.Columns {
		var cells []string
		for _, row := range t.Rows {
			if row[c].Text != "" && strings.Trim(row[c].Text, "0123456789.-/年月日") != "" {
				cells = append(cells, row[c].Text)
			}
		}
		slices.Sort(cells)
		if len(cells) > 1 && len(slices.Compact(slices.Clone(cells))) == len(t.Rows) {
			return c
		}
	}
	return 0
}

// stated is a clause that gives one value: what it is of, and the value.
var stated = regexp.MustCompile(`^([^，。；：,;:、“”（）()]{6,60}?)(?:约为|约|为|达到|达|突破|超过|is|reached|was)\s?(\d[\d,.]*\s?(?:[%％万亿元美家个名分倍台辆吨人次]+|[a-z]+))`)

// fromText asks for the values that sentences state.
func fromText(text string) []candidate {
	var out []candidate
	for _, clause := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("，。；！？\n", r) }) {
		m := stated.FindStringSubmatch(strings.TrimSpace(clause))
		if m == nil || utf8.RuneCountInString(m[1]) > longestHead || ascii(m[1]) {
			continue
		}
		out = append(out, candidate{strings.TrimRight(m[1], "已将可仅") + "是多少？", m[2]})
	}
	return out
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0
}
