package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"yanbao/bot/access"
	"yanbao/bot/record"
	"yanbao/rag"

	"github.com/danielgtaylor/huma/v2"
)

// problemType is for the schema.
var problemType = reflect.TypeFor[problem]()

// schemaOf returns the schema of a type, by reference for a struct.
func schemaOf[T any](r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	return r.Schema(t, true, t.Name())
}

// turn is an earlier question with its answer.
type turn struct {
	Question string `json:"question" maxLength:"4000"`
	Answer   string `json:"answer" maxLength:"20000"`
}

// question is what is asked.
type question struct {
	Question string `json:"question" minLength:"1" maxLength:"4000" doc:"The question, Chinese or English" example:"2024年中国大模型市场规模有多大？"`
	History  []turn `json:"history,omitempty" maxItems:"50" nullable:"false" doc:"Earlier turns of the conversation, oldest first"`
	Document string `json:"document,omitempty" maxLength:"128" doc:"ID of the one document to ask; all without it"`
	Language string `json:"language,omitempty" enum:",zh,en" doc:"Language of the answer; that of the question without it"`
	Mode     string `json:"mode,omitempty" enum:",auto,extractive,generated" doc:"How the answer is worded: from the report's own sentences (extractive) or by the server's model (generated)"`
	K        int    `json:"k,omitempty" minimum:"0" maximum:"200" doc:"Passages to look at; 0 for the default"`
	Trace    bool   `json:"trace,omitempty" doc:"Say in trace how the answer was made"`
}

func (q question) ask() rag.Question {
	out := rag.Question{Text: q.Question, Document: q.Document, Language: q.Language, Mode: q.Mode, K: q.K, Trace: q.Trace}
	for _, t := range q.History {
		out.History = append(out.History, rag.Turn(t))
	}
	return out
}

type askInput struct {
	Body question
}

func (s *server) registerAnswers(api huma.API) {
	responses := map[string]*huma.Response{"200": jsonResponse[rag.Answer](api, "the answer; `not_found` and `out_of_scope` are answers too")}
	responses["200"].Content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeString, Description: askStream}}
	huma.Register(api, operation(huma.Operation{
		OperationID: "ask", Method: http.MethodPost, Path: "/v1/ask", Tags: []string{"answers"}, Security: scoped(access.Read),
		Summary:     "Ask a question",
		Description: "With `Accept: text/event-stream` the answer is told while it is found.",
		Responses:   responses,
	}), func(_ context.Context, in *askInput) (*huma.StreamResponse, error) {
		return s.respond(func(w http.ResponseWriter, r *http.Request) { s.ask(w, r, in.Body.ask()) }), nil
	})
	huma.Register(api, operation(huma.Operation{
		OperationID: "getAnswer", Method: http.MethodGet, Path: "/v1/answers/{id}", Tags: []string{"answers"}, Security: scoped(access.Read),
		Summary: "Read a recorded answer",
	}), s.getAnswer)
	huma.Register(api, operation(huma.Operation{
		OperationID: "giveFeedback", Method: http.MethodPost, Path: "/v1/answers/{id}/feedback", Tags: []string{"answers"}, Security: scoped(access.Read),
		Summary: "Say whether an answer or a claim is right", DefaultStatus: http.StatusCreated,
	}), s.giveFeedback)
}

const askStream = "Server-sent events, in this order: `retrieved` once ({\"kind\",\"retrieved\": passages looked at}); for each verified claim " +
	"`delta` ({\"kind\",\"delta\": text to append, \"restart\": true if what was shown is void}) and `claim` ({\"kind\",\"claim\",\"citations\"}); " +
	"then `answer` with the whole Answer, or `error` with a Problem. Comments keep the connection alive."

// wantsEvents reports whether a client asks for a stream.
func wantsEvents(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		t, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(t), "text/event-stream") {
			return true
		}
	}
	return false
}

// ask answers as JSON or as a stream.
func (s *server) ask(w http.ResponseWriter, r *http.Request, q rag.Question) {
	w.Header().Set("Vary", "Accept")
	if !wantsEvents(r) {
		ctx, cancel := context.WithTimeout(r.Context(), s.Limits.AnswerTime)
		defer cancel()
		a, err := s.Asker.Ask(ctx, q)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, http.StatusOK, a)
		return
	}
	ctx, e := s.openEvents(w, r)
	defer s.closeEvents(e)
	a, err := s.Asker.Stream(ctx, q, func(ev rag.Event) { e.send(string(ev.Kind), ev) })
	switch {
	case err == nil:
		e.send("answer", a)
	case e.begun():
		p := *problemOf(err)
		p.Instance = instance(r.Context())
		e.send("error", &p)
	default:
		s.fail(w, r, err)
	}
}

type answerInput struct {
	ID string `path:"id" maxLength:"64" doc:"ID of the answer"`
}

type answerOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         *rag.Answer
}

// notRecorded is told where the server records nothing.
func notRecorded() *problem {
	return newProblem(http.StatusNotFound, "this server records no answers")
}

func (s *server) getAnswer(ctx context.Context, in *answerInput) (*answerOutput, error) {
	if s.Record == nil {
		return nil, notRecorded()
	}
	a, err := s.Record.Answer(ctx, in.ID)
	if err != nil {
		return nil, problemOf(err)
	}
	return &answerOutput{"no-store", a}, nil
}

type feedbackInput struct {
	ID   string `path:"id" maxLength:"64" doc:"ID of the answer"`
	Body feedback
}

// feedback is what somebody says of an answer.
type feedback struct {
	Verdict string `json:"verdict" enum:"up,down,wrong_number,wrong_source,not_in_report"`
	Claim   int    `json:"claim,omitempty" minimum:"0" maximum:"1000" doc:"Which claim, from 1; 0 for the answer as a whole"`
	Comment string `json:"comment,omitempty" maxLength:"2000"`
}

type feedbackOutput struct {
	Body recorded
}

// recorded is feedback as it was taken down.
type recorded struct {
	AnswerID string `json:"answer_id"`
	Verdict  string `json:"verdict"`
	Claim    int    `json:"claim"`
	Comment  string `json:"comment"`
}

func (s *server) giveFeedback(ctx context.Context, in *feedbackInput) (*feedbackOutput, error) {
	if s.Record == nil {
		return nil, notRecorded()
	}
	f := record.Feedback{Answer: in.ID, Verdict: in.Body.Verdict, Claim: in.Body.Claim, Comment: in.Body.Comment, Door: "http"}
	if err := s.Record.AddFeedback(ctx, f); err != nil {
		return nil, problemOf(err)
	}
	s.meters.feedback.WithLabelValues(f.Verdict).Inc()
	return &feedbackOutput{recorded{f.Answer, f.Verdict, f.Claim, f.Comment}}, nil
}
