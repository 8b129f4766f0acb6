// Package store holds the contract of a vector store: passages with their
// vectors, found again by similarity. Implementations live in packages named
// for what they adapt (chromemstore) and run the suite in storetest. The
// package embeds nothing and ranks by nothing but cosine similarity.
package store

import (
	"context"
	"errors"

	"yanbao/ingest"
	"yanbao/rag/llm"
)

// Errors that callers tell apart with errors.Is.
var (
	ErrVector   = errors.New("vector is empty, not finite, zero or of the wrong length")
	ErrMismatch = errors.New("store was made with another embedding model, dimension or schema version")
)

// Entry is a passage and its vector.
type Entry struct {
	Passage ingest.Passage
	Vector  llm.Vector
}

// Filter keeps passages whose fields equal the non-empty fields given.
type Filter struct {
	Document string
	Kind     ingest.Kind
}

// Match reports whether the filter keeps p.
func (f Filter) Match(p *ingest.Passage) bool {
	return (f.Document == "" || f.Document == p.DocumentID) && (f.Kind == "" || f.Kind == p.Kind)
}

// Query asks for the K passages nearest to Vector among those that pass
// Filter.
type Query struct {
	Vector llm.Vector
	K      int
	Filter Filter
}

// Hit is a found passage. Score is the cosine similarity in [-1, 1].
type Hit struct {
	Passage ingest.Passage
	Score   float64
}

// Info describes a store.
type Info struct {
	Model  string // of the embedder, see llm.Embedder
	Dim    int    // 0 while empty and not yet known
	Count  int    // passages
	Schema int    // version of the stored form
}

// Store keeps entries and finds them by similarity.
//
// Order of hits is (score descending, passage ID ascending), the same for the
// same query always. Put replaces entries of the same ID; the last of two
// equal IDs in one call wins; an empty Put is fine. Delete ignores unknown
// IDs. The filter acts before the K best are taken. K above the count and an
// empty store are fine; K below 1 gives no hits. A vector that is empty, zero,
// not finite or not of the store's dimension is ErrVector, from Put (nothing
// of the call is stored) as from Search. If some entries of a Put cannot be
// stored the error names their IDs. What is returned shares no memory with
// the store. All methods are safe for concurrent use and return ctx.Err()
// when ctx is done before they begin.
type Store interface {
	Put(ctx context.Context, entries []Entry) error
	Delete(ctx context.Context, ids ...string) error
	Search(ctx context.Context, q Query) ([]Hit, error)
	Info(ctx context.Context) (Info, error)
	Close() error
}

// Scorer is an optional ability of a Store: the similarity of given passages
// without a scan of all of them. Unknown IDs are left out. The order is that
// of Store.
type Scorer interface {
	Score(ctx context.Context, v llm.Vector, ids []string) (map[string]float64, error)
}
