package mcpserver

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Kinds of resources: yanbao://documents/ID, yanbao://tables/ID and
// yanbao://passages/ID. Documents and tables are listed; passages are too many
// for a list, IDs come with answers, searches and links.
const (
	scheme       = "yanbao"
	documentKind = "documents"
	tableKind    = "tables"
	passageKind  = "passages"

	markdownType = "text/markdown"
)

// pageSize is how many resources a page of the list has.
const pageSize = 50

func documentURI(id string) string { return uri(documentKind, id) }
func tableURI(id string) string    { return uri(tableKind, id) }
func passageURI(id string) string  { return uri(passageKind, id) }

// uri escapes everything but what a URI template leaves as it is.
func uri(kind, id string) string {
	return scheme + "://" + kind + "/" + strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
}

// parseURI is the reverse of uri.
func parseURI(s string) (kind, id string, ok bool) {
	rest, ok := strings.CutPrefix(s, scheme+"://")
	if !ok {
		return "", "", false
	}
	kind, id, ok = strings.Cut(rest, "/")
	if !ok {
		return "", "", false
	}
	id, err := url.PathUnescape(id)
	return kind, id, err == nil && id != ""
}

func (s *Server) addResources() {
	for _, t := range []mcp.ResourceTemplate{
		{Name: "document", Title: "A report · 报告", URITemplate: documentURI("") + "{document}",
			Description: "A report: publisher, date, outline, tables. The IDs are those of list_documents. 报告概况、目录与表格清单。"},
		{Name: "table", Title: "A table · 表格", URITemplate: tableURI("") + "{table}",
			Description: "A table of a report, whole, with its sources and notes. 整张表格及其来源与注释。"},
		{Name: "passage", Title: "A passage · 段落", URITemplate: passageURI("") + "{passage}",
			Description: "A passage with what stands around it. The IDs come with answers and searches. 段落及其上下文。"},
	} {
		t.MIMEType = markdownType
		s.mcp.AddResourceTemplate(&t, s.read)
	}
}

// read returns a resource as Markdown.
func (s *Server) read(ctx context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	kind, id, ok := parseURI(r.Params.URI)
	if !ok {
		return nil, mcp.ResourceNotFoundError(r.Params.URI)
	}
	content, err := s.content(ctx, kind, id)
	if isUnknown(err) {
		return nil, mcp.ResourceNotFoundError(r.Params.URI)
	}
	if err != nil {
		return nil, err
	}
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{
		{URI: r.Params.URI, MIMEType: markdownType, Text: content},
	}}, nil
}

func (s *Server) content(ctx context.Context, kind, id string) (string, error) {
	switch kind {
	case documentKind:
		if found := s.documents(ctx, id, true); len(found) > 0 {
			return renderDocuments(found), nil
		}
	case tableKind:
		t, err := s.asker.Table(ctx, id)
		if err != nil {
			return "", err
		}
		return bot.RenderTable(t, bot.Options{}), nil
	case passageKind:
		v, err := s.asker.Passage(ctx, id)
		if err != nil {
			return "", err
		}
		return renderPassage(v), nil
	}
	return "", rag.ErrUnknown
}

// resources lists the documents of the library, each followed by its tables.
func (s *Server) resources(ctx context.Context) []*mcp.Resource {
	list := []*mcp.Resource{}
	for _, d := range s.asker.Documents(ctx) {
		list = append(list, &mcp.Resource{
			URI: documentURI(d.ID), Name: d.ID, Title: bot.Shorten(d.Title, 0), MIMEType: markdownType,
			Description: bot.Reference(d.DocumentRef),
		})
		for _, t := range s.asker.Tables(ctx, d.ID) {
			list = append(list, &mcp.Resource{
				URI: tableURI(t.ID), Name: t.ID, Title: bot.Shorten(t.Caption, 0), MIMEType: markdownType,
				Description: fmt.Sprintf("%s · %s", bot.Shorten(d.Title, 0), bot.Path(t.Path)),
			})
		}
	}
	return list
}

// listing answers resources/list from the library as it is now, in pages. The
// protocol library would keep a list of its own. It still makes the result,
// without resources, so that what a version of the protocol wants is in it.
func (s *Server) listing(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, r mcp.Request) (mcp.Result, error) {
		list, ok := r.(*mcp.ListResourcesRequest)
		if !ok {
			return next(ctx, method, r)
		}
		cursor := ""
		if list.Params != nil {
			cursor, list.Params.Cursor = list.Params.Cursor, ""
		}
		result, err := next(ctx, method, r)
		page, ok := result.(*mcp.ListResourcesResult)
		if err != nil || !ok {
			return result, err
		}
		page.Resources, page.NextCursor, err = pageOf(s.resources(ctx), cursor)
		if err != nil {
			return nil, err
		}
		return page, nil
	}
}

// pageOf cuts one page out of a list. A cursor names the last resource of the
// page before, so that pages stay right while documents are added behind it.
func pageOf(list []*mcp.Resource, cursor string) ([]*mcp.Resource, string, error) {
	from := 0
	if cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(cursor)
		from = 1 + slices.IndexFunc(list, func(r *mcp.Resource) bool { return r.URI == string(last) })
		if err != nil || from == 0 {
			return nil, "", invalidParams("the cursor is not one of this list any more; list again from the start")
		}
	}
	to := min(from+pageSize, len(list))
	next := ""
	if to < len(list) {
		next = base64.RawURLEncoding.EncodeToString([]byte(list[to-1].URI))
	}
	return list[from:to], next, nil
}

// readsLinks reports whether a client knows links to resources in results:
// they came with version 2025-06-18.
func readsLinks(r *mcp.CallToolRequest) bool {
	p := r.Session.InitializeParams()
	return p != nil && p.ProtocolVersion >= "2025-06-18"
}

// links are the passages that an answer cites, each once.
func links(a *rag.Answer) []mcp.Content {
	var out []mcp.Content
	seen := make(map[string]bool)
	for _, c := range a.Citations {
		if seen[c.PassageID] {
			continue
		}
		seen[c.PassageID] = true
		out = append(out, &mcp.ResourceLink{
			URI: passageURI(c.PassageID), Name: c.PassageID, MIMEType: markdownType,
			Title: fmt.Sprintf("[%d] %s", c.N, bot.Reference(c.Document)), Description: bot.Path(c.Section),
		})
	}
	return out
}
