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

// candidates returns the passages that may answer q, with their features, and
// what else the words found, best first. How many candidates there are does
// not depend on q.K, so that the order of the first is the same whatever
// follows.
func (r *Retriever) candidates(ctx context.Context, q Query) (cs []candidate, rest []lexical.Hit, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	text := cut(q.Text)
	if !strings.ContainsFunc(text, content) {
		return nil, nil, ErrEmpty
	}
	asked := r.understand(text, q.Parsed, q.Extra)
	cs, rest = r.byWords(asked, q)
	cs, err = r.addVectors(ctx, asked, q, text, cs)
	if err != nil {
		return nil, nil, err
	}
	for i := range cs {
		cs[i].analysis = r.analyses.of(cs[i].doc, cs[i].passage)
	}
	r.describe(asked, cs)
	return cs, rest, nil
}

// byWords returns the passages that the words find: those to be ordered by
// features, best first, and the rest.
func (r *Retriever) byWords(asked *query, q Query) (cs []candidate, rest []lexical.Hit) {
	search := lexical.Query{
		Terms:  asked.words,
		K:      max(r.options.Candidates, q.K),
		Accept: func(d int) bool { return q.Filter.Match(r.passages[d]) },
	}
	hits := r.words.Search(search)
	if len(hits) > r.options.Candidates {
		hits, rest = hits[:r.options.Candidates], hits[r.options.Candidates:]
	}
	sections := r.words.ParentScores(lexical.LevelSection, search, numbersOf(hits))
	if len(hits) > scored {
		var out []lexical.Hit
		hits, out, sections = cutBySection(hits, sections, scored)
		rest = append(out, rest...)
	}
	paragraphs := r.words.ParentScores(lexical.LevelParagraph, search, numbersOf(hits))
	cs = make([]candidate, len(hits))
	for i, h := range hits {
		cs[i] = candidate{doc: h.Doc, passage: r.passages[h.Doc], lexical: h.Score, paragraph: paragraphs[i], section: sections[i]}
	}
	return cs, rest
}

func numbersOf(hits []lexical.Hit) []int {
	docs := make([]int, len(hits))
	for i, h := range hits {
		docs[i] = h.Doc
	}
	return docs
}

// cutBySection keeps the n hits whose own score and that of their section
// together are best, in the order of the hits, and returns the others apart.
func cutBySection(hits []lexical.Hit, sections []float64, n int) (kept, out []lexical.Hit, keptSections []float64) {
	order := make([]int, len(hits))
	for i := range order {
		order[i] = i
	}
	total := func(i int) float64 { return hits[i].Score + sectionPart*sections[i] }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total(b), total(a)) })
	keep := order[:n]
	slices.Sort(keep)
	for i, h := range hits {
		if _, ok := slices.BinarySearch(keep, i); !ok {
			out = append(out, h)
			continue
		}
		kept = append(kept, h)
		keptSections = append(keptSections, sections[i])
	}
	return kept, out, keptSections
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
	cs, _, err := r.candidates(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	out := make([]Candidate, len(cs))
	for i, score := range r.scores(cs) {
		out[i] = Candidate{Passage: cs[i].passage, Score: score, Features: cs[i].features[:]}
	}
	return out, nil
}
