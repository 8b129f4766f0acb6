// Package wiretest is a local server that speaks the protocols of language
// models, well and badly: chat completions and embeddings of OpenAI, Ollama's
// /api/chat and /api/embed, Anthropic's messages, Google's generateContent and
// batchEmbedContents. Its messages are written
// after the services' documentation; no real service is behind it.
package wiretest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

// Fault is a way in which a call goes wrong.
type Fault string

// Faults. Those that are answers of their own leave out the text of the script;
// the others come after it.
const (
	None Fault = ""

	Unauthorized Fault = "401"             // the key is wrong
	Payment      Fault = "402"             // no money left
	Forbidden    Fault = "403"             // the key may not
	NoModel      Fault = "404"             // the model is not there
	NoPage       Fault = "404 page"        // nothing is at the address
	RateLimit    Fault = "429"             // with Retry-After
	NoQuota      Fault = "429 quota"       // insufficient_quota
	TooLong      Fault = "400 length"      // the prompt exceeds the window
	BadRequest   Fault = "400"             // a field is not taken
	ServerError  Fault = "500"             // with an HTML page
	BadGateway   Fault = "502"             // with an HTML page
	Overloaded   Fault = "503"             // with an HTML page
	Redirect     Fault = "307"             // to another host
	WebPage      Fault = "200 page"        // a sign-in page where JSON is wanted
	ErrorBody    Fault = "200 error"       // JSON of an error with status 200
	Silent       Fault = "silent"          // no header comes
	Hang         Fault = "hang"            // after the text nothing comes
	Reset        Fault = "reset"           // after the text the connection breaks
	EarlyEnd     Fault = "early end"       // after the text the connection closes as if all were said
	Malformed    Fault = "malformed"       // after the text something that is no JSON
	ErrorEvent   Fault = "error event"     // after the text an error in the stream
	Length       Fault = "length"          // the reply reached the limit of tokens
	Filtered     Fault = "filtered"        // the reply was filtered
	Misnumbered  Fault = "misnumbered"     // embeddings with the index of others
	Missing      Fault = "missing"         // one embedding too few
	NotFinite    Fault = "zero"            // an embedding of zeros
	Uneven       Fault = "uneven"          // an embedding that is shorter
	Shuffled     Fault = "shuffled"        // embeddings in another order; no fault of the service
	NoDone       Fault = "no done message" // the last message, after the reason for the stop, is missing; no fault either
)

// Script is what the server does in one call.
type Script struct {
	llmtest.Script
	Fault      Fault
	RetryAfter time.Duration // with RateLimit and Overloaded
	Tagged     bool          // reasoning comes as <think> in the text
	Refuses    []string      // fields of a request that are not taken
}

// For returns the script that makes what s asks for on the wire.
func For(s llmtest.Script) Script {
	script := Script{Script: s}
	if s.Hang {
		script.Fault = Hang
	}
	var e *llm.Error
	if !errors.As(s.Err, &e) {
		return script
	}
	script.RetryAfter = e.RetryAfter
	script.Fault = map[llm.Failure]Fault{
		llm.Unavailable: BadGateway, llm.RateLimited: RateLimit, llm.NoQuota: NoQuota, llm.Refused: Unauthorized, llm.NoModel: NoModel,
		llm.TooLong: TooLong, llm.Incomplete: EarlyEnd, llm.Unreadable: Malformed, llm.BadRequest: BadRequest,
	}[e.Failure]
	return script
}

// Request is what came in one call.
type Request struct {
	Path   string
	Header http.Header
	Body   []byte
}

// Text returns all texts of the request, whatever the protocol, a line each in
// no particular order.
func (r Request) Text() string {
	var body any
	if json.Unmarshal(r.Body, &body) != nil {
		return ""
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			b.WriteString(v + "\n")
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(body)
	return b.String()
}

// Server answers by its scripts.
type Server struct {
	URL string

	server *httptest.Server
	choose func(call int, r Request) Script

	mu       sync.Mutex
	requests []Request
	closing  chan struct{}
}

// Start starts a server that plays one script a call, the last one again and
// again. Close it in the end.
func Start(scripts ...Script) *Server {
	return StartFor(func(call int, _ Request) Script {
		if len(scripts) == 0 {
			return Script{}
		}
		return scripts[min(call, len(scripts)-1)]
	})
}

// StartFor starts a server that plays what choose returns for a request; calls
// are counted from 0.
func StartFor(choose func(call int, r Request) Script) *Server {
	s := &Server{closing: make(chan struct{}), choose: choose}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.server.URL
	return s
}

// Close ends the server and all calls.
func (s *Server) Close() {
	close(s.closing)
	s.server.CloseClientConnections()
	s.server.Close()
}

// Requests returns what came so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	asked := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	script := s.choose(len(s.requests), asked)
	s.requests = append(s.requests, asked)
	s.mu.Unlock()

	p, embeds := protocolOf(r.URL.Path)
	if p == nil {
		page(w, http.StatusNotFound)
		return
	}
	c := &call{w: w, r: r, script: script, protocol: p, key: keyOf(r.Header), closing: s.closing}
	switch {
	case c.refuse():
	case embeds:
		c.embed(body)
	default:
		var asked struct {
			Stream *bool `json:"stream"`
		}
		if err := json.Unmarshal(body, &asked); err != nil {
			c.fail(http.StatusBadRequest, "invalid JSON", "invalid_request_error")
			return
		}
		for _, field := range script.Refuses {
			if bytes.Contains(body, []byte(`"`+field+`"`)) {
				c.fail(http.StatusBadRequest, "Unsupported parameter: '"+field+"' is not supported with this model.", "unsupported_parameter")
				return
			}
		}
		if p.streams(asked.Stream) {
			c.stream()
		} else {
			c.whole()
		}
	}
}

func keyOf(h http.Header) string {
	for _, name := range []string{"X-Api-Key", "X-Goog-Api-Key"} {
		if key := h.Get(name); key != "" {
			return key
		}
	}
	return strings.TrimPrefix(h.Get("Authorization"), "Bearer ")
}

// call is one request under way.
type call struct {
	w        http.ResponseWriter
	r        *http.Request
	script   Script
	protocol protocol
	key      string // repeated in every complaint, as some services do
	closing  <-chan struct{}
}

// fail answers with an error in the protocol's form.
func (c *call) fail(status int, message, code string) {
	c.w.Header().Set("Content-Type", "application/json")
	if s := c.script.RetryAfter; s > 0 {
		c.w.Header().Set("Retry-After", fmt.Sprint(int(s.Seconds())))
	}
	c.w.WriteHeader(status)
	io.WriteString(c.w, c.protocol.complaint(message+" (API key: "+c.key+")", code))
}

func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<html><head><title>%d</title></head><body><h1>nginx</h1></body></html>", status)
}

// refuse answers with the faults that leave no room for a reply.
func (c *call) refuse() bool {
	switch c.script.Fault {
	case Unauthorized:
		c.fail(http.StatusUnauthorized, "Incorrect API key provided", "invalid_api_key")
	case Payment:
		c.fail(http.StatusPaymentRequired, "Insufficient Balance", "invalid_request_error")
	case Forbidden:
		c.fail(http.StatusForbidden, "Your key has no access to this model", "permission_error")
	case NoModel:
		c.fail(http.StatusNotFound, c.protocol.noModel(), "model_not_found")
	case RateLimit:
		c.fail(http.StatusTooManyRequests, "Rate limit reached for requests", "rate_limit_exceeded")
	case NoQuota:
		c.fail(http.StatusTooManyRequests, "You exceeded your current quota, please check your plan and billing details", "insufficient_quota")
	case TooLong:
		c.fail(http.StatusBadRequest, "This model's maximum context length is 8192 tokens, however you requested 9000", "context_length_exceeded")
	case BadRequest:
		c.fail(http.StatusBadRequest, "Unrecognized request argument supplied: top_z", "invalid_request_error")
	case Redirect:
		http.Redirect(c.w, c.r, "http://127.0.0.1:1/elsewhere", http.StatusTemporaryRedirect)
	case ErrorBody:
		c.fail(http.StatusOK, "The server is overloaded, please try again", "server_error")
	case ServerError, BadGateway, Overloaded, WebPage, NoPage:
		if s := c.script.RetryAfter; s > 0 {
			c.w.Header().Set("Retry-After", fmt.Sprint(int(s.Seconds())))
		}
		status := map[Fault]int{ServerError: 500, BadGateway: 502, Overloaded: 503, WebPage: 200, NoPage: 404}
		page(c.w, status[c.script.Fault])
	case Silent:
		c.hang()
	default:
		return false
	}
	return true
}

// hang waits until the caller or the server gives up.
func (c *call) hang() {
	select {
	case <-c.r.Context().Done():
	case <-c.closing:
	}
	panic(http.ErrAbortHandler)
}

// wait holds a piece back until the script lets it go.
func (c *call) wait() {
	if c.script.Gate == nil {
		return
	}
	select {
	case <-c.script.Gate:
	case <-c.r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-c.closing:
		panic(http.ErrAbortHandler)
	}
}

// send writes a part of a stream at once.
func (c *call) send(text string) {
	io.WriteString(c.w, text)
	http.NewResponseController(c.w).Flush()
}

// thoughts and texts as this service sends them.
func (c *call) texts() (reasoning, said []string) {
	if c.script.Tagged && len(c.script.Reasoning) > 0 {
		said = append(said, "<th", "ink>\n")
		said = append(said, c.script.Reasoning...)
		said = append(said, "\n</", "think>\n\n")
		return nil, append(said, c.script.Pieces...)
	}
	return c.script.Reasoning, c.script.Pieces
}

func (c *call) stream() {
	p, fault := c.protocol, c.script.Fault
	c.w.Header().Set("Content-Type", p.streamType())
	c.send(p.begin())
	reasoning, said := c.texts()
	for _, text := range reasoning {
		c.wait()
		c.send(p.thought(text))
	}
	for _, text := range said {
		c.wait()
		c.send(p.piece(text))
	}
	c.wait()
	switch fault {
	case Hang:
		c.hang()
	case Reset:
		panic(http.ErrAbortHandler)
	case EarlyEnd:
		return
	case Malformed:
		c.send(p.malformed())
		c.send(p.piece("after"))
	case ErrorEvent:
		c.send(p.errorEvent("Overloaded, try again (API key: " + c.key + ")"))
		return
	}
	last, done := p.end(reason(fault), usage())
	c.send(last)
	if fault != NoDone {
		c.send(done)
	}
}

func (c *call) whole() {
	c.wait()
	reasoning, said := c.texts()
	text, thought := strings.Join(said, ""), strings.Join(reasoning, "")
	switch c.script.Fault {
	case Hang:
		c.hang()
	case ErrorEvent:
		c.fail(http.StatusOK, "Overloaded, try again", "server_error")
		return
	}
	body := c.protocol.whole(text, thought, reason(c.script.Fault), usage())
	c.w.Header().Set("Content-Type", "application/json")
	switch c.script.Fault {
	case Malformed:
		body = strings.Replace(body, ":", ";", 1)
	case EarlyEnd, Reset:
		c.w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		c.send(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
	io.WriteString(c.w, body)
}

// usage are the tokens that every reply is said to have used.
func usage() llm.Usage { return llm.Usage{PromptTokens: 21, CompletionTokens: 34} }

// reason is why the model stopped, in OpenAI's words.
func reason(f Fault) string {
	switch f {
	case Length:
		return "length"
	case Filtered:
		return "content_filter"
	}
	return "stop"
}
