// Package retrieve finds the passages that may answer a question: it looks for
// the words of the question and for other words that say the same, adds what
// the vectors find, and orders the candidates by features of how a passage
// holds what is asked.
//
// It does not answer and does not judge whether an answer is there; it holds
// no text and changes none.
package retrieve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/llm"
	"yanbao/rag/question"
	"yanbao/rag/store"
)

// ErrEmpty is returned for a question without any letter or digit.
var ErrEmpty = errors.New("the question is empty: ask for something that a report can say")

// MaxQuestion is the number of bytes of a question that are looked at (about
// 1,300 Chinese characters); the rest of a longer one is left out.
const MaxQuestion = 4_000

// Source is what is searched, a *index.Index. Passages are numbered as the
// documents of the lexical index.
type Source interface {
	Passages() []*ingest.Passage
	Lexical() *lexical.Index
	Store() store.Store
	Embedder() llm.Embedder
}

// defaultK is how many passages are returned where the query does not say.
const defaultK = 10

// Options change what a Retriever does. The zero value is good.
type Options struct {
	// Candidates is how many passages the words find, out of which the best are
	// ordered by features; 0 for 120.
	Candidates int
}

// Query asks for the K best passages that pass Filter.
type Query struct {
	Text   string
	Parsed *question.Question // Text as understood by the caller; nil to have it understood here
	Extra  []string           // what earlier turns spoke of: counts less than Text
	K      int                // below 1: 10
	Filter store.Filter
}

// Result is a found passage.
type Result struct {
	Passage *ingest.Passage // of the index: not to be written to
	Score   float64         // how likely the passage is right, 0 to 1, comparable between questions
	Rank    int             // from 1
	Lexical float64         // BM25 score
	Vector  float64         // cosine similarity to the question, 0 where it was not computed
}

// Retriever ranks passages of one index. It is safe for concurrent use.
type Retriever struct {
	passages []*ingest.Passage
	words    *lexical.Index
	store    store.Store
	embedder llm.Embedder
	lexicon  *question.Lexicon
	options  Options
	analyses *analyses
	matchers sync.Pool
	semantic bool
	number   func() map[string]int // ID of a passage to its number, made on first use
	silent   map[string]bool       // words of questions without content, see question.Lexicon
}

// New returns a retriever over x with the words of lex, which may be nil.
func New(x Source, lex *question.Lexicon, o Options) *Retriever {
	if o.Candidates < 1 {
		o.Candidates = 120
	}
	silent := make(map[string]bool)
	if lex != nil {
		for _, class := range []string{"ask", "polite", "report", "english"} {
			for _, w := range lex.Stopwords(class) {
				silent[w] = true
			}
		}
	}
	return &Retriever{
		silent:   silent,
		passages: x.Passages(),
		words:    x.Lexical(),
		store:    x.Store(),
		embedder: x.Embedder(),
		lexicon:  lex,
		options:  o,
		analyses: newAnalyses(x.Lexical()),
		semantic: semantic(x.Embedder()),
		number:   sync.OnceValue(func() map[string]int { return numbers(x.Passages()) }),
	}
}

// Retrieve returns up to q.K passages, best first, ties by ID. It fails for an
// empty question, when ctx is done, and when the embedder or the store fails.
func (r *Retriever) Retrieve(ctx context.Context, q Query) ([]Result, error) {
	cs, rest, err := r.candidates(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	out := make([]Result, len(cs))
	for i, score := range r.scores(cs) {
		c := &cs[i]
		out[i] = Result{Passage: c.passage, Score: score, Lexical: c.lexical, Vector: c.vector}
	}
	slices.SortFunc(out, compareResults)
	if q.K < 1 {
		q.K = defaultK
	}
	if q.K > len(out) {
		out = r.appendRest(out, rest)
	}
	out = collapse(out)
	out = out[:min(q.K, len(out))]
	for i := range out {
		out[i].Rank = i + 1
	}
	return out, nil
}

// appendRest adds what the words found beyond the candidates, all of it less
// likely than those.
func (r *Retriever) appendRest(out []Result, rest []lexical.Hit) []Result {
	known := make(map[*ingest.Passage]bool, len(out))
	for _, x := range out {
		known[x.Passage] = true
	}
	if len(out) == 0 || len(rest) == 0 {
		return out
	}
	last := out[len(out)-1].Score
	for _, h := range rest {
		if p := r.passages[h.Doc]; !known[p] {
			out = append(out, Result{Passage: p, Score: last * h.Score / (rest[0].Score + h.Score), Lexical: h.Score})
		}
	}
	return out
}

// collapse drops a result that says the same as one before it, see
// ingest.Passage.DuplicateOf.
func collapse(results []Result) []Result {
	seen := make(map[string]bool)
	return slices.DeleteFunc(results, func(x Result) bool {
		id := cmp.Or(x.Passage.DuplicateOf, x.Passage.ID)
		if seen[id] {
			return true
		}
		seen[id] = true
		return false
	})
}

func numbers(passages []*ingest.Passage) map[string]int {
	out := make(map[string]int, len(passages))
	for i, p := range passages {
		out[p.ID] = i
	}
	return out
}

// compareResults orders by score descending, then ID.
func compareResults(a, b Result) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	}
	return strings.Compare(a.Passage.ID, b.Passage.ID)
}

// cut shortens a question to MaxQuestion bytes of whole characters.
func cut(s string) string {
	if len(s) <= MaxQuestion {
		return s
	}
	n := MaxQuestion
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// content reports whether a character can be looked for.
func content(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
