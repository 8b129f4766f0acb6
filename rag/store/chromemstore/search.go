package chromemstore

import (
	"context"
	"fmt"
	"slices"

	chromem "github.com/philippgille/chromem-go"

	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// tolerance bounds by how much the similarities that chromem-go sums up in
// single precision differ from ours in double precision. For unit vectors of n
// components the error of its sum is below n*2^-24: 2.4e-4 at 4,096
// components, the longest vectors in use.
const tolerance = 2.5e-4

// found is a hit before its passage is copied.
type found struct {
	id    string
	score float64
}

// Search returns the q.K nearest passages. The scan is chromem-go's; its order
// is not ours (ties are random, sums are single precision), so more than K are
// fetched until the rest cannot belong to the best K, and those fetched are
// scored and ordered again.
func (s *Store) Search(ctx context.Context, q store.Query) ([]store.Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, err := s.query(q.Vector)
	if err != nil {
		return nil, fmt.Errorf("chromemstore: search: %w", err)
	}
	if q.K < 1 || len(s.entries) == 0 {
		return nil, nil
	}
	results, err := s.fetch(ctx, v, q)
	if err != nil {
		return nil, fmt.Errorf("chromemstore: search: %w", err)
	}
	hits := make([]found, len(results))
	for i, r := range results {
		hits[i] = found{r.ID, cosine(v, s.entries[r.ID].vector)}
	}
	slices.SortFunc(hits, compare)
	hits = hits[:min(q.K, len(hits))]
	out := make([]store.Hit, len(hits))
	for i, h := range hits {
		out[i] = store.Hit{Passage: clone(&s.entries[h.id].passage), Score: h.score}
	}
	return out, nil
}

// fetch returns, in no particular order, a set of results that holds the best
// q.K. It doubles the number asked for until the last one is clearly worse
// than the K-th or there are no more.
func (s *Store) fetch(ctx context.Context, v llm.Vector, q store.Query) ([]chromem.Result, error) {
	var where map[string]string
	if q.Filter != (store.Filter{}) {
		where = map[string]string{}
		if q.Filter.Document != "" {
			where[keyDocument] = q.Filter.Document
		}
		if q.Filter.Kind != "" {
			where[keyKind] = string(q.Filter.Kind)
		}
	}
	count := len(s.entries)
	k := min(q.K, count)
	for n := min(k+16, count); ; n = min(2*n, count) {
		results, err := s.collection.QueryEmbedding(ctx, v, n, where, nil)
		if err != nil {
			return nil, err
		}
		// The library returns what it has, without an error, when the context
		// ends during the scan.
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(results) < n || n == count {
			return results, nil
		}
		if results[k-1].Similarity-results[n-1].Similarity > 2*tolerance {
			return results, nil
		}
	}
}

// Score returns the similarities of the passages with these IDs to v, by
// look-up: its cost does not depend on the size of the store. Unknown IDs are
// left out. A score is the one that Search gives.
func (s *Store) Score(ctx context.Context, v llm.Vector, ids []string) (map[string]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, err := s.query(v)
	if err != nil {
		return nil, fmt.Errorf("chromemstore: score: %w", err)
	}
	scores := make(map[string]float64, len(ids))
	for _, id := range ids {
		if e, ok := s.entries[id]; ok {
			scores[id] = cosine(u, e.vector)
		}
	}
	return scores, nil
}

// query checks and normalises the vector of a question. Any dimension is
// accepted while the store has none.
func (s *Store) query(v llm.Vector) (llm.Vector, error) {
	if s.closed {
		return nil, errClosed
	}
	dim := s.dim
	if dim == 0 {
		dim = len(v)
	}
	return unit(v, dim)
}

// cosine is the similarity of two unit vectors, kept in [-1, 1] against
// rounding.
func cosine(a, b llm.Vector) float64 {
	var dot float64
	for i, x := range a {
		dot += float64(x) * float64(b[i])
	}
	return max(-1, min(1, dot))
}
