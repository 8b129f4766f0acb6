package httpapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"

	"yanbao/bot/access"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/danielgtaylor/huma/v2"
)

// Fresh is what every response that depends on the library alone is sent with.
// It is exported, as Page is, because huma looks into nothing else.
type Fresh struct {
	ETag         string `header:"ETag" doc:"Changes when the documents do"`
	CacheControl string `header:"Cache-Control"`
	Link         string `header:"Link" doc:"rel=next: the rest of a list"`
}

func (s *server) fresh(ctx context.Context) Fresh {
	return Fresh{ETag: s.tag(ctx), CacheControl: "private, no-cache"}
}

// Page is which part of a list is wanted.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most entries of a page"`
	Cursor string `query:"cursor" maxLength:"256" doc:"Where a page begins: next of the page before"`
}

// cut returns the part of a list that begins behind the entry that the cursor
// names, and the cursor of the rest; "" where there is none.
func cut[T any](all []T, p Page, id func(T) string) (part []T, next string, err error) {
	from := 0
	if p.Cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(p.Cursor)
		if err != nil {
			return nil, "", badCursor()
		}
		for from < len(all) && id(all[from]) != string(last) {
			from++
		}
		if from == len(all) {
			return nil, "", badCursor()
		}
		from++
	}
	end := min(len(all), from+p.Limit)
	if end < len(all) {
		next = base64.RawURLEncoding.EncodeToString([]byte(id(all[end-1])))
	}
	return append([]T{}, all[from:end]...), next, nil
}

// badCursor is told for a cursor that no page had, or whose entry is gone.
func badCursor() *problem {
	return newProblem(http.StatusUnprocessableEntity, "the cursor does not name a place in this list any more: begin again without it")
}

// link is the header that leads to the next page.
func link(path string, query url.Values, next string) string {
	if next == "" {
		return ""
	}
	query.Set("cursor", next)
	return fmt.Sprintf("<%s?%s>; rel=\"next\"", path, query.Encode())
}

func (s *server) registerLibrary(api huma.API) {
	get := func(id, path, summary string) huma.Operation {
		return operation(huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"library"}, Security: scoped(access.Read)})
	}
	huma.Register(api, get("search", "/v1/search", "Search passages"), func(ctx context.Context, in *searchQuery) (*searchOutput, error) {
		return s.search(ctx, rag.SearchRequest{Query: in.Q, K: in.K, Document: in.Document, Kind: ingest.Kind(in.Kind)})
	})
	post := get("searchPost", "/v1/search", "Search passages, with the query in the body")
	post.Method = http.MethodPost
	huma.Register(api, post, func(ctx context.Context, in *searchInput) (*searchOutput, error) {
		return s.search(ctx, rag.SearchRequest{Query: in.Body.Query, K: in.Body.K, Document: in.Body.Document, Kind: ingest.Kind(in.Body.Kind)})
	})
	huma.Register(api, get("getPassage", "/v1/passages/{id}", "Read a passage with its neighbours"), s.getPassage)
	huma.Register(api, get("listDocuments", "/v1/documents", "List the documents"), s.listDocuments)
	huma.Register(api, get("getDocument", "/v1/documents/{id}", "Read about a document, with its outline"), s.getDocument)
}

type searchQuery struct {
	Q        string `query:"q" required:"true" minLength:"1" maxLength:"4000" doc:"What to look for" example:"具身智能"`
	K        int    `query:"k" minimum:"0" maximum:"200" doc:"Most results; 0 for 10"`
	Document string `query:"document" maxLength:"128" doc:"ID of the one document to search"`
	Kind     string `query:"kind" enum:"text,row,table,figure,note" doc:"Kind of passages"`
}

type searchInput struct {
	Body struct {
		Query    string `json:"query" minLength:"1" maxLength:"4000" doc:"What to look for" example:"具身智能"`
		K        int    `json:"k,omitempty" minimum:"0" maximum:"200" doc:"Most results; 0 for 10"`
		Document string `json:"document,omitempty" maxLength:"128" doc:"ID of the one document to search"`
		Kind     string `json:"kind,omitempty" enum:",text,row,table,figure,note" doc:"Kind of passages"`
	}
}

type searchOutput struct {
	Fresh
	Body struct {
		Results []rag.SearchResult `json:"results"`
	}
}

func (s *server) search(ctx context.Context, r rag.SearchRequest) (*searchOutput, error) {
	out := &searchOutput{Fresh: s.fresh(ctx)}
	results, err := s.Asker.Search(ctx, r)
	if err != nil {
		return nil, problemOf(err)
	}
	out.Body.Results = append([]rag.SearchResult{}, results...)
	return out, nil
}

type idInput struct {
	ID string `path:"id" maxLength:"256"`
}

type passageOutput struct {
	Fresh
	Body *rag.PassageView
}

func (s *server) getPassage(ctx context.Context, in *idInput) (*passageOutput, error) {
	out := &passageOutput{Fresh: s.fresh(ctx)}
	var err error
	if out.Body, err = s.Asker.Passage(ctx, in.ID); err != nil {
		return nil, problemOf(err)
	}
	return out, nil
}

// documentEntry is a document in a list: without its outline.
type documentEntry struct {
	rag.DocumentRef
	Language string `json:"language"`
	Notice   string `json:"notice,omitempty" doc:"What a reader must know of this edition"`
	Source   string `json:"source" doc:"Name of the file"`
	Builtin  bool   `json:"builtin" doc:"Shipped with the program"`
	Passages int    `json:"passages"`
	Tables   int    `json:"tables"`
	Figures  int    `json:"figures"`
}

type documentsOutput struct {
	Fresh
	Body struct {
		Documents []documentEntry `json:"documents"`
		Next      string          `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

func (s *server) listDocuments(ctx context.Context, in *Page) (*documentsOutput, error) {
	out := &documentsOutput{Fresh: s.fresh(ctx)}
	part, next, err := cut(s.Asker.Documents(ctx), *in, func(d rag.DocumentView) string { return d.ID })
	if err != nil {
		return nil, err
	}
	out.Body.Documents, out.Body.Next = []documentEntry{}, next
	for _, d := range part {
		out.Body.Documents = append(out.Body.Documents, documentEntry{
			d.DocumentRef, d.Language, d.Notice, d.Source, d.Builtin, d.Passages, d.Tables, d.Figures})
	}
	out.Link = link("/v1/documents", url.Values{"limit": {fmt.Sprint(in.Limit)}}, next)
	return out, nil
}

type documentOutput struct {
	Fresh
	Body *rag.DocumentView
}

func (s *server) getDocument(ctx context.Context, in *idInput) (*documentOutput, error) {
	out := &documentOutput{Fresh: s.fresh(ctx)}
	for _, d := range s.Asker.Documents(ctx) {
		if d.ID == in.ID {
			out.Body = &d
			return out, nil
		}
	}
	return nil, problemOf(fmt.Errorf("%w: document %q", rag.ErrUnknown, in.ID))
}
