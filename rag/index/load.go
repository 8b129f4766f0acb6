package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"yanbao/ingest"
)

// loadAttempts is how often a generation may vanish while it is read, because
// two ingests have been completed meanwhile, before that is an error.
const loadAttempts = 5

// Index returns the current generation together with documents that came with
// the program; a stored document replaces a built-in one of the same ID. A
// directory without any documents, or that does not exist, is fine. It needs
// no lock and writes nothing.
func (l *Library) Index(ctx context.Context, builtin ...*ingest.Document) (*Index, error) {
	for attempt := 1; ; attempt++ {
		m, err := l.readManifest()
		if err == nil {
			var x *Index
			if x, err = l.index(ctx, m, builtin); err == nil {
				return x, nil
			}
		}
		if attempt == loadAttempts || !errors.Is(err, fs.ErrNotExist) || !l.moved(m) {
			return nil, err
		}
	}
}

// moved reports whether m is not the current generation any more. A manifest
// that could not be read is nil.
func (l *Library) moved(m *manifest) bool {
	p, err := l.readPointer()
	return err == nil && (m == nil || p.generation != m.Generation)
}

// index reads a generation.
func (l *Library) index(ctx context.Context, m *manifest, builtin []*ingest.Document) (*Index, error) {
	if err := l.checkModel(m); err != nil {
		return nil, err
	}
	docs := make([]*ingest.Document, 0, len(m.Documents))
	for i, stored := range m.Documents {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, err := l.readDocument(stored)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
		l.o.Progress(StageRead, i+1, len(m.Documents))
	}
	x, err := newIndex(builtin, docs, l.o)
	if err != nil {
		return nil, err
	}
	// Passages of built-in documents come first and are in no file.
	own := x.passages[:len(x.passages)-m.Passages]
	err = x.complete(ctx, func(ctx context.Context) error {
		if err := x.fill(ctx, own, l.o); err != nil || m.Generation == "" {
			return err
		}
		return x.load(ctx, l, m)
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// load puts the vectors of the current generation into the store.
func (x *Index) load(ctx context.Context, l *Library, m *manifest) (err error) {
	r, err := openVectors(l.vectorsPath(m.Generation), m.Vectors)
	if err != nil {
		return l.damaged("the vectors of generation "+m.Generation+" cannot be read", err)
	}
	defer func() {
		if closeErr := r.close(); closeErr != nil && err == nil {
			err = l.damaged("the vectors of generation "+m.Generation+" were altered", closeErr)
		}
	}()
	done := 0
	for r.next != nil {
		b, takeErr := r.take(r.next.document)
		passages := make([]*ingest.Passage, len(b.ids))
		for i, id := range b.ids {
			if passages[i] = x.all[id]; passages[i] == nil {
				return l.damaged("there is a vector of passage "+id+" but no such passage", nil)
			}
		}
		if err := x.put(ctx, passages, b.vectors); err != nil {
			if errors.Is(err, ctx.Err()) {
				return err
			}
			return l.damaged("the vectors of document "+b.document+" are not acceptable", err)
		}
		if takeErr != nil {
			return l.damaged("the vectors of generation "+m.Generation+" cannot be read", takeErr)
		}
		done += len(b.ids)
		l.o.Progress(StageIndex, done, max(done, m.Passages))
	}
	if done != m.Passages {
		return l.damaged(fmt.Sprintf("%d passages have %d vectors", m.Passages, done), nil)
	}
	return nil
}
