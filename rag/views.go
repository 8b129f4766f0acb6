package rag

import (
	"context"
	"fmt"

	"yanbao/ingest"
	"yanbao/rag/retrieve"
	"yanbao/rag/store"
)

// neighbours is how many passages a PassageView has on each side.
const neighbours = 2

// Search finds passages, best first.
func (e *Engine) Search(ctx context.Context, r SearchRequest) ([]SearchResult, error) {
	if err := e.check(Question{Text: r.Query, Document: r.Document}); err != nil {
		return nil, err
	}
	k := r.K
	if k <= 0 {
		k = 10
	}
	found, err := e.retriever.Retrieve(ctx, retrieve.Query{Text: r.Query, K: k, Filter: store.Filter{Document: r.Document, Kind: r.Kind}})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out := make([]SearchResult, 0, len(found))
	for _, f := range found {
		p := f.Passage
		out = append(out, SearchResult{
			PassageID: p.ID, Document: p.DocumentID, SourceID: p.SourceID, Kind: p.Kind,
			Section: append([]string{}, p.Section...), Text: p.Text, Score: f.Score, Rank: f.Rank,
		})
	}
	return out, nil
}

// Passage returns a passage of any kind with its neighbours in reading order.
func (e *Engine) Passage(_ context.Context, id string) (*PassageView, error) {
	p, ok := e.index.Passage(id)
	if !ok {
		return nil, fmt.Errorf("%w: passage %q", ErrUnknown, id)
	}
	v := &PassageView{Passage: *p, Document: e.documentRef(p.DocumentID), Before: []ingest.Passage{}, After: []ingest.Passage{}}
	d, ok := e.index.Document(p.DocumentID)
	if !ok {
		return v, nil
	}
	for i := max(0, p.Ordinal-neighbours); i < min(len(d.Passages), p.Ordinal+neighbours+1); i++ {
		switch {
		case i < p.Ordinal:
			v.Before = append(v.Before, d.Passages[i])
		case i > p.Ordinal:
			v.After = append(v.After, d.Passages[i])
		}
	}
	return v, nil
}

// Documents lists the documents of the library, built-in ones first.
func (e *Engine) Documents(context.Context) []DocumentView {
	out := []DocumentView{}
	for _, d := range e.index.Documents() {
		out = append(out, DocumentView{
			DocumentRef: e.documentRef(d.ID), Language: d.Language, Notice: d.Notice, Source: d.Source,
			Builtin: e.index.Builtin(d.ID), Passages: len(d.Passages), Tables: len(d.Tables), Figures: len(d.Figures),
			Outline: append([]ingest.Section{}, d.Sections...),
		})
	}
	return out
}

// Document returns one document whole, for reading. It belongs to the index and
// must not be changed.
func (e *Engine) Document(_ context.Context, id string) (*ingest.Document, error) {
	d, ok := e.index.Document(id)
	if !ok {
		return nil, fmt.Errorf("%w: document %q", ErrUnknown, id)
	}
	return d, nil
}

// Tables lists the tables of one document, or of all for "".
func (e *Engine) Tables(_ context.Context, document string) []TableView {
	out := []TableView{}
	for _, d := range e.index.Documents() {
		if document != "" && d.ID != document {
			continue
		}
		for _, t := range d.Tables {
			out = append(out, TableView{Table: t, Document: d.ID, Path: d.SectionPath(t.Section)})
		}
	}
	return out
}

// Table returns one table.
func (e *Engine) Table(ctx context.Context, id string) (*TableView, error) {
	for _, t := range e.Tables(ctx, "") {
		if t.ID == id {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("%w: table %q", ErrUnknown, id)
}
