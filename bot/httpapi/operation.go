package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

type healthOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Status string `json:"status"`
	}
}

func healthy(status string) *healthOutput {
	out := &healthOutput{CacheControl: "no-store"}
	out.Body.Status = status
	return out
}

func (s *server) registerOperation(api huma.API) {
	huma.Register(api, operation(huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz", Tags: []string{"operation"}, Summary: "Whether the process is alive",
	}), func(context.Context, *struct{}) (*healthOutput, error) { return healthy("ok"), nil })
	huma.Register(api, operation(huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{"operation"}, Summary: "Whether questions are answered",
	}), func(context.Context, *struct{}) (*healthOutput, error) {
		if err := s.Ready(); err != nil {
			return nil, newProblem(http.StatusServiceUnavailable, err.Error())
		}
		return healthy("ready"), nil
	})
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(s.openapi) // the client has left
	})
}
