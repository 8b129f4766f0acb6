package httpapi

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Models of the OpenAI-compatible routes.
const (
	ModelAuto       = "yanbao"            // as the server words answers
	ModelExtractive = "yanbao-extractive" // from the report's own sentences
	ModelGenerated  = "yanbao-generated"  // by the server's language model
)

// isOpenAI reports whether a path speaks OpenAI's protocol, errors included.
func isOpenAI(path string) bool {
	return path == "/v1/models" || strings.HasPrefix(path, "/v1/models/") || strings.HasPrefix(path, "/v1/chat/")
}

// openAIError is an error in the shape that OpenAI clients read.
type openAIError struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	} `json:"error"`
}

func openAIErrorOf(p *problem) *openAIError {
	e := &openAIError{}
	e.Error.Message = p.Detail
	switch {
	case p.Status == http.StatusUnauthorized:
		e.Error.Type = "authentication_error"
	case p.Status == http.StatusForbidden:
		e.Error.Type = "permission_error"
	case p.Status == http.StatusTooManyRequests:
		e.Error.Type = "rate_limit_error"
	case p.Status >= http.StatusInternalServerError:
		e.Error.Type = "server_error"
	default:
		e.Error.Type = "invalid_request_error"
	}
	return e
}

func openAIFailure(r huma.Registry) *huma.Response {
	return &huma.Response{Description: "an error", Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[openAIError](r)}}}
}

func (s *server) registerOpenAI(huma.API) {}
