package retrieve

import (
	"context"
	"fmt"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/llm"
)

// scored is how many of the candidates that the words found are ordered by
// features.
const scored = 60

// candidates returns the passages that may answer q, with their features.
func (r *Retriever) candidates(ctx context.Context, q Query) ([]candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	text := cut(q.Text)
	if !strings.ContainsFunc(text, content) {
		return nil, ErrEmpty
	}
	asked := r.understand(text, q.Extra)
	search := lexical.Query{Terms: asked.words, K: max(r.options.Candidates, q.K), Accept: func(d int) bool { return q.Filter.Match(r.passages[d]) }}
	hits := r.words.Search(search)
	docs := make([]int, len(hits))
	for i, h := range hits {
		docs[i] = h.Doc
	}
	paragraphs := r.words.ParentScores(lexical.LevelParagraph, search, docs)
	sections := r.words.ParentScores(lexical.LevelSection, search, docs)
	cs := make([]candidate, len(hits))
	for i, h := range hits {
		cs[i] = candidate{doc: h.Doc, passage: r.passages[h.Doc], lexical: h.Score, paragraph: paragraphs[i], section: sections[i]}
	}
	if err := r.addVectors(ctx, text, cs); err != nil {
		return nil, err
	}
	for i := range cs {
		cs[i].analysis = r.analyses.of(cs[i].doc, cs[i].passage)
	}
	r.describe(asked, cs)
	return cs, nil
}

// scorer is the ability of a store to score given passages.
type scorer interface {
	Score(ctx context.Context, v llm.Vector, ids []string) (map[string]float64, error)
}

// addVectors fills in the similarity of the candidates to the question.
func (r *Retriever) addVectors(ctx context.Context, text string, cs []candidate) error {
	s, ok := r.store.(scorer)
	if !ok || len(cs) == 0 {
		return nil
	}
	vectors, err := r.embedder.Embed(ctx, llm.TaskQuery, []string{text})
	if err != nil {
		return err
	}
	ids := make([]string, len(cs))
	for i := range cs {
		ids[i] = cs[i].passage.ID
	}
	similar, err := s.Score(ctx, vectors[0], ids)
	if err != nil {
		return err
	}
	for i := range cs {
		cs[i].vector = similar[cs[i].passage.ID]
	}
	return nil
}

// Candidate is a passage with its features, for fitting weights.
type Candidate struct {
	Passage  *ingest.Passage
	Score    float64
	Features []float64 // named by FeatureNames
}

// Candidates returns the passages that Retrieve orders, in the order in which
// the words found them.
func (r *Retriever) Candidates(ctx context.Context, q Query) ([]Candidate, error) {
	cs, err := r.candidates(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	out := make([]Candidate, len(cs))
	for i := range cs {
		out[i] = Candidate{Passage: cs[i].passage, Score: cs[i].score(), Features: cs[i].features[:]}
	}
	return out, nil
}
