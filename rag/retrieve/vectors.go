package retrieve

import (
	"context"
	"errors"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// vectorCandidates is how many passages a semantic embedder finds beside those
// that the words find.
const vectorCandidates = 50

// semantic reports whether the vectors of an embedder know more than the words
// of a text. Those of the built-in one are made of the same characters that
// the lexical index counts: they refine its order and find nothing of their
// own.
func semantic(e llm.Embedder) bool { return !strings.HasPrefix(e.Model(), "offline-") }

// addVectors fills in the similarity of the candidates to the question and,
// with a semantic embedder, adds the nearest passages to them.
func (r *Retriever) addVectors(ctx context.Context, asked *query, q Query, text string, cs []candidate) ([]candidate, error) {
	if len(cs) == 0 && !r.semantic {
		return cs, nil
	}
	vectors, err := r.embedder.Embed(ctx, llm.TaskQuery, []string{text})
	var down *llm.Error
	if errors.As(err, &down) {
		return cs, nil // the words alone find most of it; a service that is down must not cost the answer
	}
	if err != nil {
		return nil, err
	}
	similar := make(map[string]float64)
	scorer, scores := r.store.(store.Scorer)
	if r.semantic || !scores {
		near, err := r.store.Search(ctx, store.Query{Vector: vectors[0], K: vectorCandidates, Filter: q.Filter})
		if err != nil {
			return nil, err
		}
		for _, h := range near {
			similar[h.Passage.ID] = h.Score
		}
		if r.semantic {
			cs = r.addNear(asked, near, cs)
		}
	}
	if scores {
		ids := make([]string, len(cs))
		for i := range cs {
			ids[i] = cs[i].passage.ID
		}
		if similar, err = scorer.Score(ctx, vectors[0], ids); err != nil {
			return nil, err
		}
	}
	for i := range cs {
		cs[i].vector = similar[cs[i].passage.ID]
	}
	return cs, nil
}

// addNear adds the passages of near that are no candidates yet.
func (r *Retriever) addNear(asked *query, near []store.Hit, cs []candidate) []candidate {
	known := make(map[int]bool, len(cs))
	for i := range cs {
		known[cs[i].doc] = true
	}
	var docs []int
	for _, h := range near {
		if doc, ok := r.number()[h.Passage.ID]; ok && !known[doc] {
			docs = append(docs, doc)
		}
	}
	search := lexical.Query{Terms: asked.words}
	scores := r.words.Score(search, docs)
	paragraphs := r.words.ParentScores(lexical.LevelParagraph, search, docs)
	sections := r.words.ParentScores(lexical.LevelSection, search, docs)
	for i, doc := range docs {
		cs = append(cs, candidate{doc: doc, passage: r.passages[doc], lexical: scores[i], paragraph: paragraphs[i], section: sections[i]})
	}
	return cs
}
