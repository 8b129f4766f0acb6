package bot

import (
	"context"

	"yanbao/ingest"
	"yanbao/rag"
)

// Asker is what every door asks; rag.Engine is one, and so is what puts a
// newer engine in its place while the doors are open. Its methods and their
// errors are those of rag.Engine. It is safe for concurrent use.
type Asker interface {
	Ask(ctx context.Context, q rag.Question) (*rag.Answer, error)
	Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error)
	Search(ctx context.Context, r rag.SearchRequest) ([]rag.SearchResult, error)
	Passage(ctx context.Context, id string) (*rag.PassageView, error)
	Documents(ctx context.Context) []rag.DocumentView
	Tables(ctx context.Context, document string) []rag.TableView
	Table(ctx context.Context, id string) (*rag.TableView, error)
}

// Reader hands out whole documents for reading. rag.Engine is one. What it
// returns belongs to the library and is not changed. The error for a document
// that there is none of is rag.ErrUnknown.
type Reader interface {
	Document(ctx context.Context, id string) (*ingest.Document, error)
}

// Library is one state of the documents, asked and read; rag.Engine is one.
type Library interface {
	Asker
	Reader
}
