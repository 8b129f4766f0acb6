// Package chromemstore keeps a vector store in memory, in a collection of
// chromem-go. It is the default store; it writes no files (rag/index keeps the
// vectors on disk).
//
// chromem-go compares vectors and filters by metadata. Everything that the
// contract of package store asks beyond that is done here, because the library
// does otherwise (seen in v0.7.1-0.20250720180857):
//
//   - its persistence loses documents whose IDs collide in 32 bits and does not
//     open again after a kill during a write: it is never used;
//   - it accepts vectors of any length, zeros and NaN, and fails or misranks
//     later: vectors are checked here before they get in;
//   - it reports success and does nothing when the context is done: the context
//     is looked at here, before and after;
//   - it returns ties in random order, and any of the tied at the cut: Search
//     fetches all that tie with the last one and orders them by ID;
//   - it rejects more results than there are documents: K is clamped;
//   - its results share memory with the collection, and several of its methods
//     race with each other: a lock is held around it and copies leave it.
package chromemstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	chromem "github.com/philippgille/chromem-go"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// schema is the version of what Info reports; nothing is stored by this
// package.
const schema = 1

// Metadata keys of a document in the collection.
const (
	keyDocument = "document"
	keyKind     = "kind"
)

// Store is a store.Store and a store.Scorer. Make one with New.
type Store struct {
	model string

	mu         sync.RWMutex // guards everything below, the collection included
	dim        int          // 0 until the first Put
	collection *chromem.Collection
	entries    map[string]*entry
	closed     bool
}

// entry is what the collection does not hold. The vector is the slice that the
// collection holds too, never written to.
type entry struct {
	passage ingest.Passage
	vector  llm.Vector // of length 1
}

var (
	_ store.Store  = (*Store)(nil)
	_ store.Scorer = (*Store)(nil)
)

var errClosed = errors.New("chromem store is closed")

// New returns an empty store for vectors of the named embedding model.
func New(model string) (*Store, error) {
	// The embedding function is never called: every document brings its
	// vector. Without one the library would fall back on a network service.
	noEmbedding := func(context.Context, string) ([]float32, error) {
		return nil, errors.New("chromemstore: asked to embed a text")
	}
	collection, err := chromem.NewDB().CreateCollection("passages", nil, noEmbedding)
	if err != nil {
		return nil, fmt.Errorf("chromemstore: create collection: %w", err)
	}
	return &Store{model: model, collection: collection, entries: map[string]*entry{}}, nil
}

// Put stores entries, replacing those of the same ID. Nothing is stored if a
// vector is not acceptable or ctx is done before Put begins.
func (s *Store) Put(ctx context.Context, entries []store.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	dim := s.dim
	if dim == 0 && len(entries) > 0 {
		dim = len(entries[0].Vector)
	}
	vectors := make([]llm.Vector, len(entries))
	for i, e := range entries {
		if e.Passage.ID == "" {
			return errors.New("chromemstore: put: a passage has no ID")
		}
		v, err := unit(e.Vector, dim)
		if err != nil {
			return fmt.Errorf("chromemstore: put passage %s: %w", e.Passage.ID, err)
		}
		vectors[i] = v
	}
	return s.put(entries, vectors)
}

// put adds checked entries to the collection. The context of the caller is not
// handed on: a Put that has begun is finished, so that none is half done.
func (s *Store) put(entries []store.Entry, vectors []llm.Vector) error {
	var failed []string
	var cause error
	for i := range entries {
		p := &entries[i].Passage
		err := s.collection.AddDocument(context.Background(), chromem.Document{
			ID:        p.ID,
			Metadata:  map[string]string{keyDocument: p.DocumentID, keyKind: string(p.Kind)},
			Embedding: vectors[i],
		})
		if err != nil {
			failed, cause = append(failed, p.ID), err
			continue
		}
		s.dim = len(vectors[i])
		s.entries[p.ID] = &entry{passage: clone(p), vector: vectors[i]}
	}
	if len(failed) > 0 {
		return fmt.Errorf("chromemstore: put passages %s: %w", strings.Join(failed, ", "), cause)
	}
	return nil
}

// Delete removes passages; unknown IDs are ignored.
func (s *Store) Delete(ctx context.Context, ids ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	known := make([]string, 0, len(ids))
	for _, id := range ids {
		if _, ok := s.entries[id]; ok {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return nil
	}
	// The filters must be nil: an empty one matches, and deletes, everything.
	if err := s.collection.Delete(context.Background(), nil, nil, known...); err != nil {
		return fmt.Errorf("chromemstore: delete passages %s: %w", strings.Join(known, ", "), err)
	}
	for _, id := range known {
		delete(s.entries, id)
	}
	return nil
}

// Info describes the store. Dim stays what it was when all passages have been
// deleted.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	if err := ctx.Err(); err != nil {
		return store.Info{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return store.Info{}, errClosed
	}
	return store.Info{Model: s.model, Dim: s.dim, Count: len(s.entries), Schema: schema}, nil
}

// Close frees the memory. Later calls of other methods are errors; closing
// twice is fine.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.collection, s.entries = true, nil, nil
	return nil
}

// unit returns a copy of v scaled to length 1, or store.ErrVector.
func unit(v llm.Vector, dim int) (llm.Vector, error) {
	if len(v) == 0 {
		return nil, fmt.Errorf("%w: it is empty", store.ErrVector)
	}
	if len(v) != dim {
		return nil, fmt.Errorf("%w: it has %d components, the store %d", store.ErrVector, len(v), dim)
	}
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("%w: its length is %v", store.ErrVector, math.Sqrt(sum))
	}
	length := math.Sqrt(sum)
	u := make(llm.Vector, len(v))
	for i, x := range v {
		u[i] = float32(float64(x) / length)
	}
	return u, nil
}

// clone returns a passage that shares no memory with p that can be written to.
func clone(p *ingest.Passage) ingest.Passage {
	c := *p
	c.Section = slices.Clone(p.Section)
	c.Sources = slices.Clone(p.Sources)
	c.Notes = slices.Clone(p.Notes)
	return c
}

// compare orders hits by score descending, then by passage ID.
func compare(a, b found) int {
	if c := cmp.Compare(b.score, a.score); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}
