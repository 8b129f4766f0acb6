package httpapi

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"yanbao/bot"
	"yanbao/bot/access"
	"yanbao/rag"

	"github.com/danielgtaylor/huma/v2"
)

// tableEntry is a table in a list: without its rows.
type tableEntry struct {
	ID       string   `json:"id"`
	Document string   `json:"document"`
	Caption  string   `json:"caption"`
	Path     []string `json:"section_path"`
	Columns  []string `json:"columns"`
	Rows     int      `json:"rows" doc:"How many"`
}

type tablesInput struct {
	Page
	Document string `query:"document" maxLength:"128" doc:"ID of the one document"`
}

type tablesOutput struct {
	Fresh
	Body struct {
		Tables []tableEntry `json:"tables"`
		Next   string       `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

type tableInput struct {
	ID     string `path:"id" maxLength:"256"`
	Format string `query:"format" enum:"json,csv,md" default:"json" doc:"Form of the table"`
}

func (s *server) registerTables(api huma.API) {
	huma.Register(api, operation(huma.Operation{
		OperationID: "listTables", Method: http.MethodGet, Path: "/v1/tables", Tags: []string{"library"}, Security: scoped(access.Read),
		Summary: "List the tables",
	}), s.listTables)
	one := jsonResponse[rag.TableView](api, "the table, merged cells filled in")
	one.Content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	one.Content["text/markdown"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	huma.Register(api, operation(huma.Operation{
		OperationID: "getTable", Method: http.MethodGet, Path: "/v1/tables/{id}", Tags: []string{"library"}, Security: scoped(access.Read),
		Summary:   "Read a table as JSON, CSV or Markdown",
		Responses: map[string]*huma.Response{"200": one},
	}), func(_ context.Context, in *tableInput) (*huma.StreamResponse, error) {
		return s.respond(func(w http.ResponseWriter, r *http.Request) { s.getTable(w, r, in) }), nil
	})
}

func (s *server) listTables(ctx context.Context, in *tablesInput) (*tablesOutput, error) {
	out := &tablesOutput{Fresh: s.fresh(ctx)}
	if in.Document != "" {
		if _, err := s.getDocument(ctx, &idInput{in.Document}); err != nil {
			return nil, err
		}
	}
	part, next, err := cut(s.Asker.Tables(ctx, in.Document), in.Page, func(t rag.TableView) string { return t.ID })
	if err != nil {
		return nil, err
	}
	out.Body.Tables, out.Body.Next = []tableEntry{}, next
	for _, t := range part {
		out.Body.Tables = append(out.Body.Tables, tableEntry{
			ID: t.ID, Document: t.Document, Caption: t.Caption,
			Path: append([]string{}, t.Path...), Columns: append([]string{}, t.Columns...), Rows: len(t.Rows)})
	}
	query := url.Values{"limit": {fmt.Sprint(in.Limit)}}
	if in.Document != "" {
		query.Set("document", in.Document)
	}
	out.Link = link("/v1/tables", query, next)
	return out, nil
}

func (s *server) getTable(w http.ResponseWriter, r *http.Request, in *tableInput) {
	t, err := s.Asker.Table(r.Context(), in.ID)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("ETag", s.tag(r.Context()))
	h.Set("Cache-Control", "private, no-cache")
	if in.Format == "json" {
		writeJSON(w, http.StatusOK, whole(t))
		return
	}
	contentType, text := "text/csv; charset=utf-8", ""
	if in.Format == "csv" {
		text = bot.TableCSV(t)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.ID + ".csv"}))
	} else {
		contentType, text = "text/markdown; charset=utf-8", bot.RenderTable(t, bot.Options{})
	}
	h.Set("Content-Type", contentType)
	_, _ = io.WriteString(w, text) // the client has left
}

// whole is a table whose lists are never null.
func whole(t *rag.TableView) *rag.TableView {
	out := *t
	out.Path = append([]string{}, t.Path...)
	return &out
}
