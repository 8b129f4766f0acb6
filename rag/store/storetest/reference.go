package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// Reference is a store that does what the contract says in the plainest way:
// it looks at every entry. It is what other stores are compared with, and a
// store for tests that need none in particular.
type Reference struct {
	model string

	mu      sync.RWMutex
	dim     int
	entries map[string]store.Entry
}

var (
	_ store.Store  = (*Reference)(nil)
	_ store.Scorer = (*Reference)(nil)
)

// NewReference returns an empty store.
func NewReference(model string) *Reference {
	return &Reference{model: model, entries: map[string]store.Entry{}}
}

// Put implements store.Store.
func (r *Reference) Put(ctx context.Context, entries []store.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil || len(entries) == 0 {
		return err
	}
	dim := cmp.Or(r.dim, len(entries[0].Vector))
	for _, e := range entries {
		if err := check(e.Vector, dim); err != nil {
			return fmt.Errorf("passage %s: %w", e.Passage.ID, err)
		}
	}
	for _, e := range entries {
		r.entries[e.Passage.ID] = store.Entry{Passage: clone(e.Passage), Vector: slices.Clone(e.Vector)}
	}
	r.dim = dim
	return nil
}

// Delete implements store.Store.
func (r *Reference) Delete(ctx context.Context, ids ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, id := range ids {
		delete(r.entries, id)
	}
	return nil
}

// Search implements store.Store.
func (r *Reference) Search(ctx context.Context, q store.Query) ([]store.Hit, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := check(q.Vector, cmp.Or(r.dim, len(q.Vector))); err != nil {
		return nil, err
	}
	var hits []store.Hit
	for _, e := range r.entries {
		if q.Filter.Match(&e.Passage) {
			hits = append(hits, store.Hit{Passage: e.Passage, Score: cosine(q.Vector, e.Vector)})
		}
	}
	slices.SortFunc(hits, func(a, b store.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Passage.ID, b.Passage.ID))
	})
	hits = hits[:max(0, min(q.K, len(hits)))]
	for i := range hits {
		hits[i].Passage = clone(hits[i].Passage)
	}
	return hits, nil
}

// Score implements store.Scorer.
func (r *Reference) Score(ctx context.Context, v llm.Vector, ids []string) (map[string]float64, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := check(v, cmp.Or(r.dim, len(v))); err != nil {
		return nil, err
	}
	scores := map[string]float64{}
	for _, id := range ids {
		if e, ok := r.entries[id]; ok {
			scores[id] = cosine(v, e.Vector)
		}
	}
	return scores, nil
}

// Info implements store.Store.
func (r *Reference) Info(ctx context.Context) (store.Info, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return store.Info{}, err
	}
	return store.Info{Model: r.model, Dim: r.dim, Count: len(r.entries), Schema: 1}, nil
}

// Close implements store.Store.
func (r *Reference) Close() error { return nil }

// check returns store.ErrVector unless v has dim components, all finite and
// not all zero.
func check(v llm.Vector, dim int) error {
	zero := true
	for _, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return store.ErrVector
		}
		zero = zero && x == 0
	}
	if zero || len(v) != dim {
		return store.ErrVector
	}
	return nil
}

func clone(p ingest.Passage) ingest.Passage {
	p.Section, p.Sources, p.Notes = slices.Clone(p.Section), slices.Clone(p.Sources), slices.Clone(p.Notes)
	return p
}
