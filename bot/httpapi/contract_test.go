package httpapi

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contract is the served OpenAPI document, read by a library of others.
type contract struct {
	document *openapi3.T
	router   routers.Router
	seen     map[string]map[int]bool // operation ID -> statuses
}

func readContract(t *testing.T, served string) *contract {
	t.Helper()
	for _, text := range []string{"text/event-stream", "text/markdown"} {
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.PlainBodyDecoder)
	}
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData([]byte(served))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{document, router, map[string]map[int]bool{}}
}

// exchange is one request of the walk. valid is whether the document allows it.
type exchange struct {
	method, path, body, contentType, accept string
	status                                  int
	valid                                   bool
}

// TestContract sends every operation of the document valid and invalid input,
// and wants the requests and the responses to be what the document says.
func TestContract(t *testing.T) {
	s, _ := start(t, nil)
	c := readContract(t, send(t, s, "GET", "/openapi.json", "").body)
	if !strings.HasPrefix(c.document.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %s", c.document.OpenAPI)
	}
	const js, md = "application/json", "text/markdown"
	form, formType := testForm(t)
	for _, x := range []exchange{
		{"POST", "/v1/ask", `{"question":"多少家？"}`, js, "", 200, true},
		{"POST", "/v1/ask", `{"question":"有没有？"}`, js, "", 200, true},
		{"POST", "/v1/ask", `{"question":"多少家？","history":[],"document":"","language":"","mode":"","k":0}`, js, "", 200, true},
		{"POST", "/v1/ask", `{"question":"多少家？"}`, js, "text/event-stream", 200, true},
		{"POST", "/v1/ask", `{"question":"多少家？","document":"x"}`, js, "", 404, true},
		{"POST", "/v1/ask", `{"question":""}`, js, "", 422, false},
		{"POST", "/v1/ask", `{"question":"问","k":-1}`, js, "", 422, false},
		{"POST", "/v1/ask", `{"question":"问","k":201}`, js, "", 422, false},
		{"POST", "/v1/ask", `{"question":"问","language":"fr"}`, js, "", 422, false},
		{"POST", "/v1/ask", `{"question":"问","extra":1}`, js, "", 422, false},
		{"POST", "/v1/ask", `{"question":"问","history":[{"question":"甲"}]}`, js, "", 422, false},
		{"POST", "/v1/ask", `[]`, js, "", 422, false},
		{"POST", "/v1/check", `{"text":"门店共1,200家。门店共9家。为什么？"}`, js, "", 200, true},
		{"POST", "/v1/check", `{"text":"门店。","document":"x"}`, js, "", 404, true},
		{"POST", "/v1/check", `{"text":""}`, js, "", 422, false},
		{"POST", "/v1/check", `{"question":"问"}`, js, "", 422, false},
		{"GET", "/v1/search?q=x&k=3&document=tea&kind=row", "", "", "", 200, true},
		{"GET", "/v1/search", "", "", "", 422, false},
		{"GET", "/v1/search?q=x&kind=song", "", "", "", 422, false},
		{"POST", "/v1/search", `{"query":"x","k":3,"kind":"text"}`, js, "", 200, true},
		{"POST", "/v1/search", `{"query":"x","k":"3"}`, js, "", 422, false},
		{"GET", "/v1/passages/p1", "", "", "", 200, true},
		{"GET", "/v1/passages/p9", "", "", "", 404, true},
		{"GET", "/v1/passages/" + strings.Repeat("p", 300), "", "", "", 422, false},
		{"GET", "/v1/documents", "", "", "", 200, true},
		{"GET", "/v1/documents?limit=0", "", "", "", 422, false},
		{"GET", "/v1/documents/tea", "", "", "", 200, true},
		{"GET", "/v1/documents/x", "", "", "", 404, true},
		{"POST", "/v1/documents?id=new&name=a.md", "# 一", md, "", 201, true},
		{"POST", "/v1/documents?id=new", "# 一", "text/plain", "", 200, true},
		{"POST", "/v1/documents", form, formType, "", 201, true},
		{"POST", "/v1/documents", "", md, "", 422, false},
		{"POST", "/v1/documents", "x", "image/png", "", 415, false},
		{"DELETE", "/v1/documents/new", "", "", "", 204, true},
		{"DELETE", "/v1/documents/x", "", "", "", 404, true},
		{"GET", "/v1/tables?document=tea&limit=2", "", "", "", 200, true},
		{"GET", "/v1/tables?limit=many", "", "", "", 422, false},
		{"GET", "/v1/tables/t1", "", "", "", 200, true},
		{"GET", "/v1/tables/t1?format=csv", "", "", "", 200, true},
		{"GET", "/v1/tables/t1?format=md", "", "", "", 200, true},
		{"GET", "/v1/tables/t1?format=xls", "", "", "", 422, false},
		{"GET", "/v1/tables/t9", "", "", "", 404, true},
		{"GET", "/v1/answers/a1", "", "", "", 200, true},
		{"GET", "/v1/answers/a9", "", "", "", 404, true},
		{"POST", "/v1/answers/a1/feedback", `{"verdict":"wrong_number","claim":1,"comment":"应为1,300家"}`, js, "", 201, true},
		{"POST", "/v1/answers/a1/feedback", `{"verdict":"meh"}`, js, "", 422, false},
		{"POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"问"}]}`, js, "", 200, true},
		{"POST", "/v1/chat/completions", `{"model":"yanbao","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":[{"type":"text","text":"问"}]}]}`, js, "", 200, true},
		{"POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"robot","content":"问"}]}`, js, "", 400, false},
		{"GET", "/v1/models", "", "", "", 200, true},
		{"GET", "/v1/models/yanbao", "", "", "", 200, true},
		{"GET", "/v1/models/other", "", "", "", 404, true},
		{"GET", "/healthz", "", "", "", 200, true},
		{"GET", "/readyz", "", "", "", 200, true},
	} {
		t.Run(x.method+" "+shortPath(x.path), func(t *testing.T) { c.exchange(t, s.URL, x) })
	}
	for path, item := range c.document.Paths.Map() {
		for method, op := range item.Operations() {
			seen := c.seen[op.OperationID]
			good, bad := false, op.OperationID == "listModels" || op.OperationID == "health" || op.OperationID == "ready" // take nothing that could be wrong
			for status := range seen {
				good, bad = good || status < 300, bad || status >= 400
			}
			if !good || !bad {
				t.Errorf("%s %s (%s) was tried with %v: want valid and invalid input", method, path, op.OperationID, seen)
			}
		}
	}
}

func shortPath(path string) string {
	if len(path) > 40 {
		return path[:40]
	}
	return path
}

func testForm(t *testing.T) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range map[string]string{"id": "formed", "title": "《茶》", "date": "2025-03"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("file", "tea.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, "# 一"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// exchange sends a request and holds it and its response against the document.
func (c *contract) exchange(t *testing.T, base string, x exchange) {
	request := func() *http.Request {
		r, err := http.NewRequest(x.method, base+x.path, strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		if x.contentType != "" {
			r.Header.Set("Content-Type", x.contentType)
		}
		if x.accept != "" {
			r.Header.Set("Accept", x.accept)
		}
		return r
	}
	found := request()
	found.URL = &url.URL{Path: found.URL.Path, RawQuery: found.URL.RawQuery}
	route, parameters, err := c.router.FindRoute(found)
	if err != nil {
		t.Fatalf("not in the document: %v", err)
	}
	in := &openapi3filter.RequestValidationInput{Request: found, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); (err == nil) != x.valid {
		t.Errorf("valid by the document: %v, want %v: %v", err == nil, x.valid, err)
	}
	response, err := http.DefaultTransport.RoundTrip(request())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != x.status {
		t.Fatalf("status %d, want %d: %s", response.StatusCode, x.status, body)
	}
	if c.seen[route.Operation.OperationID] == nil {
		c.seen[route.Operation.OperationID] = map[int]bool{}
	}
	c.seen[route.Operation.OperationID][x.status] = true
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	out.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("the response is not what the document says: %v\n%s", err, body)
	}
}
