package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yanbao/bot/access"

	"github.com/danielgtaylor/huma/v2"
)

// Models of the OpenAI-compatible routes.
const (
	ModelAuto       = "yanbao"            // as the server words answers
	ModelExtractive = "yanbao-extractive" // from the report's own sentences
	ModelGenerated  = "yanbao-generated"  // by the server's language model
)

// mode is the mode of a model; false for a model that is not offered.
func (s *server) mode(model string) (mode string, ok bool) {
	if !slices.Contains(s.Models, model) {
		return "", false
	}
	return map[string]string{ModelExtractive: "extractive", ModelGenerated: "generated"}[model], true
}

// isOpenAI reports whether a path belongs to OpenAI's protocol, whose clients
// read errors in its shape, also where the path is not offered.
func isOpenAI(path string) bool {
	for _, p := range []string{"/v1/models", "/v1/chat", "/v1/completions", "/v1/embeddings", "/v1/responses"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// openAIError is an error in the shape that OpenAI clients read.
type openAIError struct {
	Error openAIProblem `json:"error"`
}

type openAIProblem struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

// openAIErrorOf puts an error in OpenAI's shape.
func openAIErrorOf(p *problem) *openAIError {
	e := openAIProblem{Message: p.Detail, Type: "invalid_request_error"}
	switch {
	case p.Status == http.StatusUnauthorized:
		e.Type = "authentication_error"
	case p.Status == http.StatusForbidden:
		e.Type = "permission_error"
	case p.Status == http.StatusTooManyRequests:
		e.Type = "rate_limit_error"
	case p.Status >= http.StatusInternalServerError:
		e.Type = "server_error"
	}
	if p.parameter != "" {
		e.Param = &p.parameter
	}
	if p.code != "" {
		e.Code = &p.code
	}
	return &openAIError{e}
}

// refuse is an error about one parameter of OpenAI's protocol.
func refuse(parameter, code, detail string) *problem {
	p := newProblem(http.StatusBadRequest, detail)
	p.parameter, p.code = parameter, code
	return p
}

// openAIFailure documents an error.
func openAIFailure(r huma.Registry) *huma.Response {
	return &huma.Response{Description: "an error", Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[openAIError](r)}}}
}

// model is an entry of the list of models.
type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

type models struct {
	Object string  `json:"object"`
	Data   []model `json:"data"`
}

func (s *server) model(id string) model { return model{id, "model", s.began.Unix(), "yanbao"} }

func (s *server) registerOpenAI(api huma.API) {
	tags := []string{"openai"}
	complete := map[string]*huma.Response{"200": jsonResponse[completion](api, "the answer as a chat completion")}
	complete["200"].Content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString,
		Description: "With `stream`: chunks as OpenAI has them, then `[DONE]`."}}
	huma.Register(api, operation(huma.Operation{
		OperationID: "createChatCompletion", Method: http.MethodPost, Path: "/v1/chat/completions", Tags: tags, Security: scoped(access.Read),
		Summary: "Ask as with an OpenAI client",
		Description: "The last message is the question, the messages before it the conversation. Citations stand in the text as [n] with a list of sources " +
			"behind it, as `annotations`, and whole in `yanbao`. System messages are not followed; parameters that only steer a model have no effect.",
		Responses: complete,
	}), func(context.Context, *struct{}) (*huma.StreamResponse, error) { return s.respond(s.complete), nil })
	api.OpenAPI().Paths["/v1/chat/completions"].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemaOf[completionRequest](api.OpenAPI().Components.Schemas)}}}
	huma.Register(api, operation(huma.Operation{
		OperationID: "listModels", Method: http.MethodGet, Path: "/v1/models", Tags: tags, Security: scoped(access.Read), Summary: "List the models",
		Responses: map[string]*huma.Response{"200": jsonResponse[models](api, "the models")},
	}), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return s.respond(func(w http.ResponseWriter, _ *http.Request) {
			list := models{Object: "list", Data: []model{}}
			for _, id := range s.Models {
				list.Data = append(list.Data, s.model(id))
			}
			writeJSON(w, http.StatusOK, list)
		}), nil
	})
	huma.Register(api, operation(huma.Operation{
		OperationID: "getModel", Method: http.MethodGet, Path: "/v1/models/{model}", Tags: tags, Security: scoped(access.Read), Summary: "Read about a model",
		Responses: map[string]*huma.Response{"200": jsonResponse[model](api, "the model")},
	}), func(_ context.Context, in *modelInput) (*huma.StreamResponse, error) {
		return s.respond(func(w http.ResponseWriter, r *http.Request) {
			if _, ok := s.mode(in.Model); !ok {
				s.fail(w, r, s.noModel(in.Model))
				return
			}
			writeJSON(w, http.StatusOK, s.model(in.Model))
		}), nil
	})
}

type modelInput struct {
	Model string `path:"model"`
}

// noModel is told for a model that is not offered.
func (s *server) noModel(string) *problem {
	p := refuse("model", "model_not_found", "there is no such model here; use one of "+strings.Join(s.Models, ", "))
	p.Status, p.Title = http.StatusNotFound, http.StatusText(http.StatusNotFound)
	return p
}
