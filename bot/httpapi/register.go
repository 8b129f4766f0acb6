package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"yanbao/bot/access"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// description opens the documentation.
const description = `Cited answers over Chinese research reports. Every claim of an answer points to the passage that says it
and is checked against it. 对中文研究报告提问：逐句给出处，数字逐一核对。

Errors are ` + "`application/problem+json`" + ` (RFC 9457). Every response has an ` + "`X-Request-ID`" + `. What is read of the library has an
` + "`ETag`" + ` that changes with the documents: send it back in ` + "`If-None-Match`" + `.`

// register makes the API and mounts everything.
func (s *server) register() error {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "yanbao", Version: s.version(), Description: description},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"key": {Type: "http", Scheme: "bearer", Description: "An API key, where the server was started with keys."},
				},
			},
			Security: []map[string][]string{{}, {"key": {}}},
			Tags: []*huma.Tag{
				{Name: "answers", Description: "Ask, and what was answered"},
				{Name: "library", Description: "Documents, passages, tables"},
				{Name: "openai", Description: "The same answers for OpenAI clients"},
				{Name: "operation", Description: "Health, metrics, this document"},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.tell},
	}
	api := humago.New(s.mux, config)
	s.registerAnswers(api)
	s.registerCheck(api)
	s.registerLibrary(api)
	s.registerTables(api)
	s.registerChange(api)
	s.registerOpenAI(api)
	s.registerOperation(api)
	describe(api.OpenAPI())
	var err error
	if s.openapi, err = json.Marshal(api.OpenAPI()); err != nil {
		return err
	}
	if err := s.registerDocs(api.OpenAPI()); err != nil {
		return err
	}
	s.mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{DisableCompression: true}))
	if s.MCP != nil {
		s.mux.Handle("/mcp", s.MCP)
		s.mux.Handle("/mcp/", s.MCP)
	}
	s.mux.HandleFunc("/", s.rest)
	return nil
}

func (s *server) version() string {
	if s.Version == "" {
		return "dev"
	}
	return s.Version
}

// operation fills in what all operations have in common.
func operation(o huma.Operation) huma.Operation {
	o.BodyReadTimeout = -1 // the body is read already, see receive
	o.MaxBodyBytes = -1
	return o
}

// tell is the last step before a response is written: an error that huma made
// becomes one of ours, without the values that were sent.
func (s *server) tell(ctx huma.Context, _ string, v any) (any, error) {
	switch e := v.(type) {
	case *huma.ErrorModel:
		told := newProblem(e.Status, meaning(e))
		told.Instance = instance(ctx.Context())
		for _, d := range e.Errors {
			told.Errors = append(told.Errors, &huma.ErrorDetail{Message: d.Message, Location: d.Location})
		}
		return told, nil
	case *problem:
		if e.Status >= http.StatusInternalServerError && e.cause != nil {
			s.Log.Error("http: failed", "id", requestID(ctx.Context()), "error", e.cause)
		}
		told := *e
		told.Instance = instance(ctx.Context())
		return &told, nil
	}
	return v, nil
}

// meaning says what to do about an error that huma found in a request.
func meaning(e *huma.ErrorModel) string {
	switch e.Status {
	case http.StatusUnsupportedMediaType:
		return "send the body as application/json"
	case http.StatusUnprocessableEntity:
		return "the request is not what the API takes; errors lists what to change"
	case http.StatusBadRequest:
		return "the request cannot be read; errors says where"
	}
	return e.Detail
}

// describe completes the document: errors that every operation may give, and
// which lists are never null.
func describe(o *huma.OpenAPI) {
	schema := o.Components.Schemas.Schema(problemType, true, "Problem")
	failure := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
	}
	for path, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			if slices.Contains(op.Tags, "openai") {
				op.Responses["default"] = openAIFailure(o.Components.Schemas)
				continue
			}
			op.Responses["default"] = failure("an error")
			if path == "/healthz" || path == "/readyz" {
				op.Security = []map[string][]string{}
			}
		}
	}
	for _, s := range o.Components.Schemas.Map() {
		for _, property := range s.Properties {
			if property.Type == huma.TypeArray {
				property.Nullable = false
			}
		}
	}
}

// scoped says in the document what a key must allow.
func scoped(scope access.Scope) []map[string][]string {
	return []map[string][]string{{}, {"key": {string(scope)}}}
}

// stream is what an operation returns that writes its response itself.
func (s *server) respond(f func(w http.ResponseWriter, r *http.Request)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		f(w, r)
	}}
}

// jsonResponse documents a response that an operation writes itself.
func jsonResponse[T any](api huma.API, text string) *huma.Response {
	return &huma.Response{Description: text, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemaOf[T](api.OpenAPI().Components.Schemas)}}}
}

// tag returns the entity tag of what is read of the library.
func (s *server) tag(ctx context.Context) string { return `W/"` + s.Edition(ctx) + `"` }
