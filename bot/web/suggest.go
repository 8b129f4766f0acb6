package web

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"yanbao/bot"
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
	perTheme      = 3  // questions shown of each theme
	triedTheme    = 24 // questions tried for each theme of a document
	fromDocuments = 8  // documents that questions are made from
)

// subject is what the titles of a theme speak of, in any report, and which of
// the amounts of the text belong to it wherever they stand.
type subject struct {
	name     string
	words    *regexp.Regexp
	measured bool
	expected bool
}

func subjects() []subject {
	return []subject{
		{name: "policies", words: regexp.MustCompile(`(?i)政策|法规|监管|规划|polic|regulat`)},
		{name: "rankings", words: regexp.MustCompile(`(?i)排名|排行|榜|指标|评价|份额|rank|market|share|index`), measured: true},
		{name: "trends", words: regexp.MustCompile(`(?i)趋势|未来|展望|预测|前景|trend|outlook|forecast|future`), expected: true},
		{name: "companies", words: regexp.MustCompile(`(?i)企业|公司|厂商|案例|主体|梯队|compan|vendor|player|case`)},
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
		for _, d := range documents[:min(len(documents), fromDocuments)] {
			t.Questions = append(t.Questions, s.answered(ctx, d.ID, subject, perTheme-len(t.Questions), seen)...)
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
func (s *suggester) answered(ctx context.Context, id string, about subject, n int, seen map[string]bool) []suggestion {
	if n <= 0 {
		return nil
	}
	d, err := s.reader.Document(ctx, id)
	if err != nil {
		return nil // it was removed since
	}
	var out []suggestion
	for i, c := range candidates(d, about) {
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
