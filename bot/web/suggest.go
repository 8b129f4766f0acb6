package web

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

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
// until the documents change. For a reader of English it asks Chinese documents
// in English where their words have an English form.
type suggester struct {
	asker   bot.Asker
	reader  bot.Reader
	english func(string) (string, bool) // see Config.English

	mu   sync.Mutex
	key  string
	made map[string][]theme // by language of the reader
}

func (s *suggester) themes(ctx context.Context, documents []rag.DocumentView, language string) []theme {
	var key strings.Builder
	for _, d := range documents {
		key.WriteString(d.ID + " " + d.Edition + "\n")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != key.String() || s.made == nil {
		s.key, s.made = key.String(), make(map[string][]theme)
	}
	if made, ok := s.made[language]; ok {
		return made
	}
	made := []theme{}
	seen := make(map[string]bool)
	for _, subject := range subjects() {
		t := theme{Name: subject.name}
		for _, d := range documents[:min(len(documents), fromDocuments)] {
			t.Questions = append(t.Questions, s.suggest(ctx, d.ID, subject, language, perTheme-len(t.Questions), seen)...)
		}
		if len(t.Questions) > 0 {
			made = append(made, t)
		}
	}
	if ctx.Err() == nil {
		s.made[language] = made
	}
	return made
}

// suggest returns at most n questions to a document that it answers: in English
// for a reader of English if there are any, else in the document's language.
func (s *suggester) suggest(ctx context.Context, id string, about subject, language string, n int, seen map[string]bool) []suggestion {
	if n <= 0 {
		return nil
	}
	d, err := s.reader.Document(ctx, id)
	if err != nil {
		return nil // it was removed since
	}
	all := candidates(d, about)
	all = all[:min(len(all), triedTheme)]
	if language == bot.English && s.english != nil && !strings.HasPrefix(d.Language, bot.English) {
		if out := s.translated(ctx, d, all, n, seen); len(out) > 0 {
			return out
		}
	}
	var out []suggestion
	for _, c := range all {
		text := c.in(d.Language)
		if len(out) == n || ctx.Err() != nil {
			break
		}
		if !seen[text] && s.places(ctx, d, c, text) != nil {
			seen[text] = true
			out = append(out, suggestion{Text: text, Lang: d.Language, Document: id})
		}
	}
	return out
}

// translated asks the questions in English, and keeps those that are answered
// from the very places that answer them in the document's language.
func (s *suggester) translated(ctx context.Context, d *ingest.Document, all []candidate, n int, seen map[string]bool) []suggestion {
	var out []suggestion
	for _, c := range all {
		text, ok := c.inEnglish(s.english)
		if len(out) == n || ctx.Err() != nil {
			break
		}
		if !ok || seen[text] {
			continue
		}
		printed := s.places(ctx, d, c, c.in(d.Language))
		if printed != nil && slices.Equal(printed, s.places(ctx, d, c, text)) {
			seen[text] = true
			out = append(out, suggestion{Text: text, Lang: bot.English, Document: d.ID})
		}
	}
	return out
}

// places are the passages that an answer to a question cites, nil where it is
// not answered, or not with what the place of the candidate holds.
func (s *suggester) places(ctx context.Context, d *ingest.Document, c candidate, text string) []string {
	a, err := s.asker.Ask(ctx, rag.Question{Text: text, Document: d.ID, Mode: "extractive"})
	if err != nil || a.Status != rag.Answered || !strings.Contains(a.Answer, c.holds) {
		return nil
	}
	var out []string
	for _, at := range a.Citations {
		out = append(out, at.PassageID)
	}
	return out
}
