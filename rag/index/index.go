// Package index turns documents into something that can be searched: it embeds
// their passages, fills the vector store and the lexical index, and keeps both
// on disk as generations, one of which is current. It ranks nothing.
//
// An Index is an immutable snapshot in memory. Build makes one from documents
// alone; a Library makes one from a data directory.
package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// Options are what an index is made with. Embedder and NewStore are required.
type Options struct {
	// Embedder makes the vectors. A data directory holds vectors of one
	// embedder and is refused with another.
	Embedder llm.Embedder

	// NewStore makes an empty vector store for vectors of the named model. The
	// index owns the store.
	NewStore func(model string) (store.Store, error)

	// Command names the running command in the lock file of a data directory,
	// for the message that others get: "yanbao ingest".
	Command string

	// RebuildCommand makes the index anew with this embedder, for messages; ""
	// for the command without flags.
	RebuildCommand string

	// Progress is told how far a stage is, from one goroutine at a time; total
	// is at least done. Nil for none.
	Progress func(stage string, done, total int)

	// Reread reads a source file again, into a document with that ID, title
	// and so on. Rebuild calls it for documents whose
	// stored form is damaged or of an older version while the source is whole.
	// Nil: such documents have to be ingested again.
	Reread func(meta ingest.Meta, name string, data []byte) (*ingest.Document, error)

	// Log gets what is done to a data directory, at level info and below. Nil
	// for none.
	Log *slog.Logger
}

// Stages that Options.Progress is called with.
const (
	StageRead  = "read"  // documents read from disk
	StageEmbed = "embed" // passages embedded
	StageIndex = "index" // passages put into the store
	StageWrite = "write" // documents written to disk
)

// withDefaults checks o and fills in what may be left out.
func (o Options) withDefaults() (Options, error) {
	if o.Embedder == nil {
		return o, errors.New("index: options have no embedder")
	}
	if o.NewStore == nil {
		return o, errors.New("index: options have no store")
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Command == "" {
		o.Command = "yanbao"
	}
	if o.RebuildCommand == "" {
		o.RebuildCommand = rebuildCommand
	}
	return o, nil
}

// Index is a snapshot of documents made searchable. It is immutable and safe
// for concurrent use; nothing that it returns may be written to.
type Index struct {
	documents []*ingest.Document
	byID      map[string]*ingest.Document
	builtin   map[string]bool
	passages  []*ingest.Passage          // retrieved kinds
	all       map[string]*ingest.Passage // by ID, any kind
	lexical   *lexical.Index
	store     store.Store
	embedder  llm.Embedder
}

// Build makes an index of documents in memory. It fails if two documents or
// two passages have the same ID, or if a passage cannot be embedded.
func Build(ctx context.Context, docs []*ingest.Document, o Options) (*Index, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	x, err := newIndex(nil, docs, o)
	if err != nil {
		return nil, err
	}
	err = x.complete(ctx, func(ctx context.Context) error { return x.fill(ctx, x.passages, o) })
	if err != nil {
		return nil, err
	}
	return x, nil
}

// complete fills the store by fill and makes the lexical index at the same
// time: each takes about half of the time that an index takes. On an error the
// store is closed.
func (x *Index) complete(ctx context.Context, fill func(ctx context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		x.lexical = lexical.New(lexical.FromPassages(x.passages))
		return nil
	})
	group.Go(func() error { return fill(ctx) })
	if err := group.Wait(); err != nil {
		x.store.Close()
		return err
	}
	return nil
}

// newIndex orders documents and passages, builtin documents first, and makes
// an empty store. A document of docs replaces a built-in one of the same ID.
func newIndex(builtin, docs []*ingest.Document, o Options) (*Index, error) {
	x := &Index{
		byID:     make(map[string]*ingest.Document, len(builtin)+len(docs)),
		builtin:  make(map[string]bool, len(builtin)),
		embedder: o.Embedder,
	}
	for _, d := range docs {
		if x.byID[d.ID] != nil {
			return nil, fmt.Errorf("index: two documents have the ID %s: give one of them another ID", d.ID)
		}
		x.byID[d.ID] = d
		x.documents = append(x.documents, d)
	}
	for _, d := range builtin {
		if x.byID[d.ID] == nil {
			x.byID[d.ID], x.builtin[d.ID] = d, true
			x.documents = append(x.documents, d)
		}
	}
	slices.SortFunc(x.documents, func(a, b *ingest.Document) int {
		return cmp.Or(-compareBool(x.builtin[a.ID], x.builtin[b.ID]), strings.Compare(a.ID, b.ID))
	})
	if err := x.collect(); err != nil {
		return nil, err
	}
	var err error
	if x.store, err = o.NewStore(o.Embedder.Model()); err != nil {
		return nil, fmt.Errorf("index: make store: %w", err)
	}
	return x, nil
}

// collect lists the passages of all documents.
func (x *Index) collect() error {
	total, retrieved := 0, 0
	for _, d := range x.documents {
		total += len(d.Passages)
		retrieved += countRetrieved(d)
	}
	x.all = make(map[string]*ingest.Passage, total)
	x.passages = make([]*ingest.Passage, 0, retrieved)
	for _, d := range x.documents {
		for i := range d.Passages {
			p := &d.Passages[i]
			if other := x.all[p.ID]; other != nil {
				return fmt.Errorf("index: passage ID %s occurs in document %s and in %s: give one of them another document ID",
					p.ID, other.DocumentID, p.DocumentID)
			}
			x.all[p.ID] = p
			if p.Kind.Retrieved() {
				x.passages = append(x.passages, p)
			}
		}
	}
	return nil
}

// countRetrieved returns how many passages of d are indexed.
func countRetrieved(d *ingest.Document) int {
	n := 0
	for i := range d.Passages {
		if d.Passages[i].Kind.Retrieved() {
			n++
		}
	}
	return n
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Documents returns all documents: built-in ones first, each group by ID.
func (x *Index) Documents() []*ingest.Document { return x.documents }

// Document returns the document with that ID.
func (x *Index) Document(id string) (*ingest.Document, bool) {
	d, ok := x.byID[id]
	return d, ok
}

// Builtin reports whether the document with that ID came with the program.
func (x *Index) Builtin(id string) bool { return x.builtin[id] }

// Passages returns the passages of retrieved kinds in the order of Documents
// and, within a document, of the text. The place of a passage here is its
// document number in Lexical.
func (x *Index) Passages() []*ingest.Passage { return x.passages }

// Passage returns the passage with that ID, of any kind.
func (x *Index) Passage(id string) (*ingest.Passage, bool) {
	p, ok := x.all[id]
	return p, ok
}

// Lexical returns the lexical index of Passages.
func (x *Index) Lexical() *lexical.Index { return x.lexical }

// Store returns the vector store, which holds every passage of Passages.
func (x *Index) Store() store.Store { return x.store }

// Embedder returns the embedder of the vectors in Store.
func (x *Index) Embedder() llm.Embedder { return x.embedder }

// Close frees the store. The index must not be used after.
func (x *Index) Close() error { return x.store.Close() }
