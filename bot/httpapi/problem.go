package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yanbao/bot"
	"yanbao/bot/record"
	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/index"

	"github.com/danielgtaylor/huma/v2"
)

// problem is an error as a client is told it (RFC 9457). Its detail is a
// sentence for the caller and shows nothing of the inside.
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`

	Instance string              `json:"instance,omitempty"` // names the request, for the operator's log
	Errors   []*huma.ErrorDetail `json:"errors,omitempty"`

	parameter, code string // what OpenAI's errors tell more

	retry time.Duration // when to try again; 0 for not said
	cause error         // for the log
}

func (p *problem) Error() string { return p.Detail }

// GetStatus makes a problem an error that huma understands.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders are sent with the error.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(p.retry)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="yanbao"`)
	}
	return h
}

// ContentType is that of RFC 9457.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// seconds rounds up, to at least one.
func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }

func newProblem(status int, detail string) *problem {
	return &problem{Status: status, Title: http.StatusText(status), Detail: detail}
}

// statusGone is what is logged for a client that has left; it never sees it.
const statusGone = 499

// problemOf is the one table from errors to what clients are told.
func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	kind := func(status int) *problem {
		p := newProblem(status, err.Error())
		p.cause = err
		return p
	}
	quiet := func(status int, detail string) *problem {
		p := newProblem(status, detail)
		p.cause = err
		return p
	}
	switch {
	case errors.Is(err, rag.ErrQuestion), errors.Is(err, record.ErrFeedback):
		return kind(http.StatusUnprocessableEntity)
	case errors.Is(err, rag.ErrUnknown), errors.Is(err, record.ErrUnknown):
		p := kind(http.StatusNotFound)
		p.Detail = strings.Replace(p.Detail, "list them with `yanbao documents`", "GET /v1/documents lists them", 1)
		return p
	case errors.Is(err, index.ErrUnknown):
		return quiet(http.StatusNotFound, "there is no such document; GET /v1/documents lists them")
	case errors.Is(err, ingest.ErrTooLarge):
		return kind(http.StatusRequestEntityTooLarge)
	case errors.Is(err, ingest.ErrBinary), errors.Is(err, ingest.ErrEncoding):
		return kind(http.StatusUnsupportedMediaType)
	case errors.Is(err, ingest.ErrEmpty), errors.Is(err, ingest.ErrMalformed):
		return kind(http.StatusUnprocessableEntity)
	case errors.Is(err, bot.ErrCannotCheck):
		return newProblem(http.StatusNotImplemented, "this server checks no texts")
	case errors.Is(err, ErrStored):
		return quiet(http.StatusInternalServerError, "the change is stored and nothing is lost, but the documents could not be read again: "+
			"the earlier ones answer on, and the server tries again every few seconds; its log tells more under this request ID")
	case errors.Is(err, index.ErrLocked):
		p := quiet(http.StatusConflict, "the library is being changed by another process: try again")
		p.retry = 5 * time.Second
		return p
	case errors.Is(err, index.ErrFull), errors.Is(err, record.ErrFull):
		return quiet(http.StatusInsufficientStorage, "there is no space left on the server; nothing has changed")
	case errors.Is(err, index.ErrReadOnly), errors.Is(err, record.ErrReadOnly):
		return quiet(http.StatusForbidden, "the server cannot write to its data directory; nothing has changed")
	case errors.Is(err, context.Canceled):
		return quiet(statusGone, "the request was cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		p := quiet(http.StatusServiceUnavailable, "that took too long: try again")
		p.retry = 5 * time.Second
		return p
	}
	return quiet(http.StatusInternalServerError, "something went wrong on the server; its log tells more under this request ID")
}

// fail writes an error in the shape of the route.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && p.cause != nil {
		s.Log.Error("http: failed", "id", requestID(r.Context()), "error", p.cause)
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	if isOpenAI(r.URL.Path) {
		writeJSON(w, p.Status, openAIErrorOf(p))
		return
	}
	told := *p
	told.Instance = instance(r.Context())
	writeTyped(w, p.Status, p.ContentType(""), &told)
}

// instance names a request in an error.
func instance(ctx context.Context) string { return "urn:yanbao:request:" + requestID(ctx) }

// writeJSON writes a whole response.
func writeJSON(w http.ResponseWriter, status int, v any) {
	writeTyped(w, status, "application/json", v)
}

func writeTyped(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has left; the values here can all be encoded
}
