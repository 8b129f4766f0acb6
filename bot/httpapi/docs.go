package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html.tmpl
var docsTemplate string

//go:embed docs.css
var docsStyle []byte

// docsPolicy lets the documentation use its own style sheet and nothing else.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPage is what the template is filled with.
type docsPage struct {
	Title, Version string
	Description    []string // paragraphs
	Groups         []docsGroup
}

type docsGroup struct {
	Name, Description string
	Operations        []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Scope                                  string
	Parameters                             []docsField
	Body                                   []docsField
	BodyTypes                              []string
	Responses                              []docsResponse
}

type docsField struct {
	Name, In, Type, Description string
	Required                    bool
}

type docsResponse struct {
	Status, Description string
	Types               []string
	Fields              []docsField
}

// renderDocs makes the page of documentation from the document that describes
// the API, so that the two cannot differ.
func renderDocs(o *huma.OpenAPI) ([]byte, error) {
	page := docsPage{Title: o.Info.Title, Version: o.Info.Version, Description: strings.Split(strings.ReplaceAll(o.Info.Description, "`", ""), "\n\n")}
	for _, tag := range o.Tags {
		g := docsGroup{Name: tag.Name, Description: tag.Description}
		var paths []string
		for path := range o.Paths {
			paths = append(paths, path)
		}
		sort.Strings(paths)
		for _, path := range paths {
			item := o.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
				if op != nil && len(op.Tags) > 0 && op.Tags[0] == tag.Name {
					g.Operations = append(g.Operations, describeOperation(o.Components.Schemas, op))
				}
			}
		}
		page.Groups = append(page.Groups, g)
	}
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, page)
	return out.Bytes(), err
}

func describeOperation(r huma.Registry, op *huma.Operation) docsOperation {
	d := docsOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	for _, s := range op.Security {
		if scopes := s["key"]; len(scopes) > 0 {
			d.Scope = scopes[0]
		}
	}
	for _, p := range op.Parameters {
		d.Parameters = append(d.Parameters, docsField{p.Name, p.In, typeOf(r, p.Schema), p.Description, p.Required})
	}
	if op.RequestBody != nil {
		d.BodyTypes, d.Body = describeContent(r, op.RequestBody.Content)
	}
	for status, response := range op.Responses {
		types, fields := describeContent(r, response.Content)
		d.Responses = append(d.Responses, docsResponse{status, response.Description, types, fields})
	}
	sort.Slice(d.Responses, func(i, j int) bool { return d.Responses[i].Status < d.Responses[j].Status })
	return d
}

// describeContent lists media types, and the fields of the object that one of
// them is.
func describeContent(r huma.Registry, content map[string]*huma.MediaType) (types []string, fields []docsField) {
	for name := range content {
		types = append(types, name)
	}
	sort.Strings(types)
	for _, name := range types {
		if s := resolve(r, content[name].Schema); s != nil && len(s.Properties) > 0 && fields == nil {
			fields = fieldsOf(r, s)
		}
	}
	return types, fields
}

func fieldsOf(r huma.Registry, s *huma.Schema) (fields []docsField) {
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	for name, p := range s.Properties {
		fields = append(fields, docsField{Name: name, Type: typeOf(r, p), Description: p.Description, Required: required[name]})
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	return fields
}

func resolve(r huma.Registry, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return r.SchemaFromRef(s.Ref)
	}
	return s
}

// typeOf names a type: string, integer, array of Claim ...
func typeOf(r huma.Registry, s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Type == huma.TypeArray:
		return "array of " + typeOf(r, s.Items)
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			if text, ok := v.(string); ok && text != "" {
				values = append(values, text)
			}
		}
		return strings.Join(values, " | ")
	case len(s.OneOf) > 0:
		var kinds []string
		for _, one := range s.OneOf {
			kinds = append(kinds, typeOf(r, one))
		}
		return strings.Join(kinds, " | ")
	}
	return s.Type
}

// registerDocs serves the documentation.
func (s *server) registerDocs(o *huma.OpenAPI) error {
	page, err := renderDocs(o)
	if err != nil {
		return err
	}
	serve := func(contentType string, data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Security-Policy", docsPolicy)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(data) // the client has left
		}
	}
	s.mux.Handle("GET /docs", serve("text/html; charset=utf-8", page))
	s.mux.Handle("GET /docs/{file}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("file") != "style.css" {
			s.fail(w, r, newProblem(http.StatusNotFound, "there is nothing at this path"))
			return
		}
		serve("text/css; charset=utf-8", docsStyle)(w, r)
	}))
	return nil
}
