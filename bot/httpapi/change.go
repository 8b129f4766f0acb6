package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/bot/access"
	"yanbao/ingest"

	"github.com/danielgtaylor/huma/v2"
)

// uploadInput describes a document that is sent; with multipart the same may
// be fields of the form.
type uploadInput struct {
	Name      string `query:"name" maxLength:"255" doc:"Name of the file, by which its format is recognised; default report.md"`
	ID        string `query:"id" doc:"ID of the document, up to 64 lower-case letters, digits, - and _; default made from the name"`
	Title     string `query:"title" maxLength:"500"`
	Publisher string `query:"publisher" maxLength:"200"`
	Date      string `query:"date" doc:"2025, 2025-11 or 2025-11-03"`
}

// changed is what taking in a document has done.
type changed struct {
	Document  string `json:"document" doc:"ID"`
	Added     int    `json:"added" doc:"New passages"`
	Removed   int    `json:"removed" doc:"Passages that the edition before had"`
	Kept      int    `json:"kept" doc:"Passages that both have"`
	Unchanged bool   `json:"unchanged" doc:"The same edition was there already"`
}

func (s *server) registerChange(api huma.API) {
	body := &huma.RequestBody{Required: true, Description: "The file itself, or a form with it in the field `file`", Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: huma.TypeString, Format: "binary"}, "id": {Type: huma.TypeString}, "title": {Type: huma.TypeString},
			"publisher": {Type: huma.TypeString}, "date": {Type: huma.TypeString}, "name": {Type: huma.TypeString}}}},
	}}
	for _, t := range []string{"text/markdown", "text/plain", "application/x-ndjson", "application/octet-stream"} {
		body.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	huma.Register(api, operation(huma.Operation{
		OperationID: "addDocument", Method: http.MethodPost, Path: "/v1/documents", Tags: []string{"library"}, Security: scoped(access.Write),
		Summary:     "Add a document, or a new edition of one",
		Description: "All of it is answered from when the response comes, and nothing of it before.",
		Responses: map[string]*huma.Response{"200": jsonResponse[changed](api, "a new edition, or the same one again"),
			"201": jsonResponse[changed](api, "a new document")},
	}), func(_ context.Context, in *uploadInput) (*huma.StreamResponse, error) {
		return s.respond(func(w http.ResponseWriter, r *http.Request) { s.addDocument(w, r, *in) }), nil
	})
	api.OpenAPI().Paths["/v1/documents"].Post.RequestBody = body // set here, huma does not read it
	huma.Register(api, operation(huma.Operation{
		OperationID: "removeDocument", Method: http.MethodDelete, Path: "/v1/documents/{id}", Tags: []string{"library"}, Security: scoped(access.Write),
		Summary: "Remove a document",
	}), s.removeDocument)
}

// fixed is told where documents cannot be changed.
func fixed() *problem {
	return newProblem(http.StatusForbidden, "documents cannot be changed through this server")
}

func (s *server) addDocument(w http.ResponseWriter, r *http.Request, in uploadInput) {
	if s.Library == nil {
		s.fail(w, r, fixed())
		return
	}
	data, err := upload(r, &in)
	if err == nil {
		err = in.check()
	}
	if err == nil && int64(len(data)) > s.Limits.Upload {
		err = ingest.ErrTooLarge
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	had := map[string]bool{}
	for _, d := range s.Asker.Documents(r.Context()) {
		had[d.ID] = true
	}
	c, err := s.Library.Add(r.Context(), in.Name, data, ingest.Meta{ID: in.ID, Title: in.Title, Publisher: in.Publisher, Date: in.Date})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusOK
	if !had[c.Document] {
		status = http.StatusCreated
	}
	w.Header().Set("Location", "/v1/documents/"+url.PathEscape(c.Document))
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, status, changed(c))
}

// What may be said of a document; the same as on the command line.
var (
	validID   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	validDate = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`)
)

func (in uploadInput) check() error {
	refuse := func(what string) error { return newProblem(http.StatusUnprocessableEntity, what) }
	switch {
	case in.ID != "" && !validID.MatchString(in.ID):
		return refuse("id: use up to 64 lower-case letters, digits, - and _, for example my-report-2025")
	case in.Date != "" && !validDate.MatchString(in.Date):
		return refuse("date: write it as 2025, 2025-11 or 2025-11-03")
	case utf8.RuneCountInString(in.Title) > 500 || utf8.RuneCountInString(in.Publisher) > 200:
		return refuse("title or publisher: too long")
	case !plainText(in.Title) || !plainText(in.Publisher) || !plainText(in.Name):
		return refuse("title, publisher and name are one line of text each")
	}
	return nil
}

// plainText reports whether s is valid text without control characters.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// upload returns the file that a request holds and completes in with the
// fields of its form.
func upload(r *http.Request, in *uploadInput) ([]byte, error) {
	contentType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return nil, newProblem(http.StatusUnsupportedMediaType, "the Content-Type cannot be read")
	}
	var data []byte
	switch {
	case contentType == "multipart/form-data":
		if data, err = form(r.Body, parameters["boundary"], in); err != nil {
			return nil, err
		}
	case contentType == "", slices.Contains([]string{"application/octet-stream", "application/x-ndjson", "application/jsonl", "application/json"}, contentType),
		strings.HasPrefix(contentType, "text/"):
		if data, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	default:
		return nil, newProblem(http.StatusUnsupportedMediaType, "send the file as text/markdown, text/plain, application/x-ndjson, application/octet-stream or in a multipart/form-data form")
	}
	in.Name = path.Base(strings.ReplaceAll(in.Name, `\`, "/"))
	if in.Name == "." || in.Name == "/" {
		in.Name = "report.md"
	}
	return data, nil
}

// form reads a form with the field file.
func form(body io.Reader, boundary string, in *uploadInput) (data []byte, err error) {
	broken := func(what string) error { return newProblem(http.StatusBadRequest, "the form cannot be read: "+what) }
	if boundary == "" {
		return nil, broken("it has no boundary")
	}
	fields := map[string]*string{"id": &in.ID, "title": &in.Title, "publisher": &in.Publisher, "date": &in.Date, "name": &in.Name}
	found := false
	for parts := multipart.NewReader(body, boundary); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken("a part is malformed")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, broken("a part is cut off")
		}
		switch field := fields[part.FormName()]; {
		case part.FormName() == "file" && found:
			return nil, broken("it has two files; send one at a time")
		case part.FormName() == "file":
			found, data = true, value
			if in.Name == "" {
				in.Name = part.FileName()
			}
		case field == nil:
			return nil, broken("it has a field other than file, name, id, title, publisher and date")
		default:
			*field = string(value)
		}
	}
	if !found {
		return nil, broken("the field file is missing")
	}
	return data, nil
}

func (s *server) removeDocument(ctx context.Context, in *idInput) (*struct{}, error) {
	if s.Library == nil {
		return nil, fixed()
	}
	for _, d := range s.Asker.Documents(ctx) {
		if d.ID == in.ID && d.Builtin {
			return nil, newProblem(http.StatusForbidden, "this document is shipped with the program and cannot be removed")
		}
	}
	if err := s.Library.Remove(ctx, in.ID); err != nil {
		return nil, problemOf(err)
	}
	return nil, nil
}
