package httpapi

import (
	"context"
	"net/http"

	"yanbao/bot"
	"yanbao/bot/access"
	"yanbao/rag"

	"github.com/danielgtaylor/huma/v2"
)

// checkInput is a text that somebody else wrote.
type checkInput struct {
	Body struct {
		Text     string `json:"text" minLength:"1" maxLength:"4000" doc:"What is to be checked, sentence by sentence" example:"2024年大模型的市场规模是300亿元。"`
		Document string `json:"document,omitempty" maxLength:"128" doc:"ID of the one document to check against; all without it"`
	}
}

type checkOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Claims []rag.CheckedClaim `json:"claims" doc:"The sentences of the text in its order"`
	}
}

func (s *server) registerCheck(api huma.API) {
	huma.Register(api, operation(huma.Operation{
		OperationID: "check", Method: http.MethodPost, Path: "/v1/check", Tags: []string{"answers"}, Security: scoped(access.Read),
		Summary: "Check a text against the documents",
		Description: "Each sentence has an `outcome`: `supported` and `contradicted` cite the passage that says so, `not_in_report` says that no passage " +
			"speaks of it, `no_claim` is a question or words that only connect. `detail` of a contradiction says what is wrong. By plain code, without a model.",
	}), s.check)
}

func (s *server) check(ctx context.Context, in *checkInput) (*checkOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.AnswerTime)
	defer cancel()
	claims, err := bot.Check(ctx, s.Asker, in.Body.Text, in.Body.Document)
	if err != nil {
		return nil, problemOf(err)
	}
	out := &checkOutput{CacheControl: "no-store"}
	out.Body.Claims = append([]rag.CheckedClaim{}, claims...)
	return out, nil
}
