package langchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"sync"

	"yanbao/rag/llm"
)

// Limits of what is read of a service, in bytes.
const (
	mostError = 64 << 10 // of the body of an error
	mostReply = 64 << 20 // of a reply that is not streamed; embeddings are long
	mostLine  = 4 << 20  // of one message of a stream
)

// exchange is one call: what is asked and what the transport saw of the answer.
type exchange struct {
	request llm.Request
	stream  bool
	texts   int       // of an embedding call; 0 for a generation
	task    llm.Task  // of an embedding call
	refused *refusals // nil for an embedding call
	left    []string  // fields that were known to be refused

	mu    sync.Mutex
	err   *llm.Error // the first failure
	ended bool       // the service said that the reply is whole
	usage llm.Usage
}

type exchangeKey struct{}

// with attaches x to the requests of one call.
func (x *exchange) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// fail notes the first failure and returns it.
func (x *exchange) fail(e *llm.Error) *llm.Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err == nil {
		x.err = e
	}
	return x.err
}

// failed returns the noted failure, or nil.
func (x *exchange) failed() *llm.Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.err
}

// finish notes why the service stopped.
func (x *exchange) finish(reason string) error {
	if e := stopped(reason); e != nil {
		return x.fail(e)
	}
	x.mu.Lock()
	x.ended = true
	x.mu.Unlock()
	return nil
}

// whole reports whether the service said that the reply is whole.
func (x *exchange) whole() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ended
}

// count notes tokens; services repeat and complete them in later messages.
func (x *exchange) count(prompt, completion int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.usage.PromptTokens = max(x.usage.PromptTokens, prompt)
	x.usage.CompletionTokens = max(x.usage.CompletionTokens, completion)
}

// tokens returns what was counted.
func (x *exchange) tokens() llm.Usage {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.usage
}

// watch is a transport that amends requests and reads answers before
// langchaingo does. The outcome is in the exchange of the request's context.
type watch struct {
	base    http.RoundTripper
	config  Config
	dialect dialect
}

// RoundTrip implements http.RoundTripper.
func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("langchain: request outside of a call")
	}
	r, err := w.amended(r, x)
	if err != nil {
		return nil, x.fail(&llm.Error{Failure: llm.BadRequest, Err: err})
	}
	response, err := w.base.RoundTrip(r)
	if err != nil {
		return nil, x.fail(&llm.Error{Failure: llm.Unavailable, Err: w.unreachable(err)})
	}
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, mostError))
		response.Body.Close()
		return nil, x.fail(w.refused(response, body))
	}
	if err := w.replace(response, x); err != nil {
		return nil, err
	}
	return response, nil
}

// unreachable words a failure to reach the service, without the address.
func (w *watch) unreachable(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	return errors.New(redact("the service cannot be reached: "+err.Error(), w.config.Key))
}

func (w *watch) refused(r *http.Response, body []byte) *llm.Error {
	e := classify(r.StatusCode, r.Header, body)
	e.Err = errors.New(redact(e.Err.Error(), w.config.Key))
	return e
}

// amended returns the request as the service is to get it.
func (w *watch) amended(r *http.Request, x *exchange) (*http.Request, error) {
	if r.Body == nil {
		return r, nil
	}
	data, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if x.refused != nil {
		x.left = x.refused.known()
	}
	w.dialect.amend(body, w.config, x)
	if data, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(data))
	r.GetBody = nil
	r.ContentLength = int64(len(data))
	r.Header.Set("User-Agent", "yanbao")
	if d, ok := w.dialect.(router); ok {
		d.route(r, w.config, x)
	}
	if w.config.Key == "" {
		r.Header.Del("Authorization")
		r.Header.Del("X-Api-Key")
	}
	return r, nil
}

// replace puts what langchaingo is to read in the place of what came.
func (w *watch) replace(r *http.Response, x *exchange) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "text/html" {
		r.Body.Close()
		return x.fail(unreadable("a web page came instead of an answer: something else serves this address"))
	}
	r.Header.Del("Content-Length")
	r.ContentLength = -1
	if x.stream {
		r.Body = newStream(r.Body, w, x)
		return nil
	}
	defer r.Body.Close()
	data, err := io.ReadAll(io.LimitReader(r.Body, mostReply+1))
	if err != nil {
		return x.fail(&llm.Error{Failure: llm.Incomplete, Err: errors.New(redact("the answer broke off: "+err.Error(), w.config.Key))})
	}
	if len(data) > mostReply {
		return x.fail(unreadable("the answer is longer than %d MB", mostReply>>20))
	}
	if data, err = w.read(data, x); err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// read reads a whole body: an error in it, embeddings or a reply.
func (w *watch) read(data []byte, x *exchange) ([]byte, error) {
	if !json.Valid(data) {
		return nil, x.fail(unreadable("the answer is not JSON"))
	}
	if e := errorIn(data); e != nil {
		e.Err = errors.New(redact(e.Err.Error(), w.config.Key))
		return nil, x.fail(e)
	}
	if x.texts > 0 {
		return ordered(data, x)
	}
	out, err := w.dialect.whole(data, x)
	return out, w.noted(err, x)
}

// noted makes a failure of whatever a dialect could not read.
func (w *watch) noted(err error, x *exchange) error {
	if err == nil {
		return nil
	}
	var e *llm.Error
	if !errors.As(err, &e) {
		e = unreadable("the answer is not what the protocol promises: %s", redact(err.Error(), w.config.Key))
	}
	return x.fail(e)
}
