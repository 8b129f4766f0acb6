package retrieve

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// scored is how many of the candidates that the words found are ordered by
// features.
const scored = 60

// sectionPart is how much the score of the section counts against that of the
// passage when those are chosen.
const sectionPart = 0.5

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
	cs := r.byWords(asked, q)
	cs, err := r.addVectors(ctx, asked, q, text, cs)
	if err != nil {
		return nil, err
	}
	for i := range cs {
		cs[i].analysis = r.analyses.of(cs[i].doc, cs[i].passage)
	}
	r.describe(asked, cs)
	return cs, nil
}

// byWords returns the passages that the words find, best first.
func (r *Retriever) byWords(asked *query, q Query) []candidate {
	keep := max(scored, q.K)
	search := lexical.Query{
		Terms:  asked.words,
		K:      max(r.options.Candidates, keep),
		Accept: func(d int) bool { return q.Filter.Match(r.passages[d]) },
	}
	hits := r.words.Search(search)
	docs := make([]int, len(hits))
	for i, h := range hits {
		docs[i] = h.Doc
	}
	sections := r.words.ParentScores(lexical.LevelSection, search, docs)
	if len(hits) > keep {
		hits, docs, sections = cutBySection(hits, sections, keep)
	}
	paragraphs := r.words.ParentScores(lexical.LevelParagraph, search, docs)
	cs := make([]candidate, len(hits))
	for i, h := range hits {
		cs[i] = candidate{doc: h.Doc, passage: r.passages[h.Doc], lexical: h.Score, paragraph: paragraphs[i], section: sections[i]}
	}
	return cs
}

// cutBySection keeps the n hits whose own score and that of their section
// together are best, in the order of the hits.
func cutBySection(hits []lexical.Hit, sections []float64, n int) (kept []lexical.Hit, docs []int, keptSections []float64) {
	order := make([]int, len(hits))
	for i := range order {
		order[i] = i
	}
	total := func(i int) float64 { return hits[i].Score + sectionPart*sections[i] }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total(b), total(a)) })
	order = order[:n]
	slices.Sort(order)
	for _, i := range order {
		kept = append(kept, hits[i])
		docs = append(docs, hits[i].Doc)
		keptSections = append(keptSections, sections[i])
	}
	return kept, docs, keptSections
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
		out[i] = Candidate{Passage: cs[i].passage, Score: r.score(&cs[i]), Features: cs[i].features[:]}
	}
	return out, nil
}
