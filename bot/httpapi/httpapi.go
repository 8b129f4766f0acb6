// Package httpapi is the HTTP door: version 1 of the API, the same in the shape
// that OpenAI clients speak, health, metrics and the documentation. The web
// page and MCP are handlers that it is given and mounts behind the same limits.
//
// It guards (keys, rates, sizes, deadlines), translates and streams. What is
// answered comes from a bot.Asker, documents are added and removed by a
// Library, answers are kept by a Record; it holds no state of its own beside
// counters.
package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"yanbao/bot"
	"yanbao/bot/access"
	"yanbao/bot/record"
	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/index"

	"github.com/prometheus/client_golang/prometheus"
)

// ErrStored is the error of a change that is stored but not answered from yet.
var ErrStored = errors.New("stored, but the library could not be read again")

// Library takes documents in and out. Errors are those of rag/index and ingest,
// told apart with errors.Is, and ErrStored.
type Library interface {
	// Add reads a file and makes it part of what is answered from; the non-empty
	// fields of meta go before what the file says.
	Add(ctx context.Context, name string, data []byte, meta ingest.Meta) (index.Change, error)
	// Remove takes a document out. A shipped one is refused.
	Remove(ctx context.Context, id string) error
}

// Record keeps answers and what is said of them; record.Record is one.
type Record interface {
	Answer(ctx context.Context, id string) (*rag.Answer, error)
	AddFeedback(ctx context.Context, f record.Feedback) error
}

// Config is what a server works with. Only Asker is required.
type Config struct {
	Asker   bot.Asker
	OpenAI  bot.Asker    // what the OpenAI-compatible routes ask; nil for Asker
	Library Library      // nil: documents cannot be added or removed
	Record  Record       // nil: no recorded answers, no feedback
	Web     http.Handler // the page and its assets: everything that is not named here; nil for none
	MCP     http.Handler // mounted at /mcp; nil for none

	// Keys returns the keys in force, nil for no authentication. It is called
	// for each request, so that keys can be changed while the server runs.
	Keys func() *access.Keys

	// Edition names the state of the library, for entity tags; nil makes a name
	// from the documents of Asker.
	Edition func(context.Context) string

	Hosts   []string       // names in the Host header that are served; nil for any
	Origins []string       // web origins that may call the API from a browser (CORS); "*" for any
	Proxies []netip.Prefix // addresses whose X-Forwarded-For is believed
	URL     string         // how clients reach the server, for links in citations; "" takes it from the request
	Limits  Limits
	Models  []string             // models of the OpenAI-compatible routes; nil for ModelAuto and ModelExtractive
	Ready   func() error         // why the server is not ready; nil for always ready
	Metrics *prometheus.Registry // nil for one of its own
	Log     *slog.Logger         // nil logs nothing; questions are never logged
	Version string               // of the program
	Now     func() time.Time     // nil for time.Now
}

// Limits bound what one caller and all callers together can take. A zero field
// stands for the default.
type Limits struct {
	Rate       float64       // requests per second of a key, or of an address where there are no keys; 0 for no limit
	Burst      int           // requests at once, default twice the rate
	Concurrent int           // requests under way, default 2000
	Body       int64         // bytes of a request, default 1 MiB
	Upload     int64         // bytes of a document, default ingest.DefaultMaxBytes
	Uploads    int           // documents taken in at a time, default 2
	BodyTime   time.Duration // to receive a request, default 30 s
	WriteTime  time.Duration // for a client to take what is sent, default 30 s; a stream may take that for each event
	AnswerTime time.Duration // to answer a question, default 5 min
	KeepAlive  time.Duration // silence in a stream after which a comment is sent, default 15 s
}

func (l Limits) withDefaults() Limits {
	if l.Burst <= 0 {
		l.Burst = max(1, int(2*l.Rate))
	}
	setDefault(&l.Concurrent, 2000)
	setDefault(&l.Body, 1<<20)
	setDefault(&l.Upload, ingest.DefaultMaxBytes)
	setDefault(&l.Uploads, 2)
	setDefault(&l.BodyTime, 30*time.Second)
	setDefault(&l.WriteTime, 30*time.Second)
	setDefault(&l.AnswerTime, 5*time.Minute)
	setDefault(&l.KeepAlive, 15*time.Second)
	return l
}

func setDefault[N int | int64 | time.Duration](field *N, value N) {
	if *field <= 0 {
		*field = value
	}
}

// server is the state behind the handler.
type server struct {
	Config
	mux     *http.ServeMux
	origin  *http.CrossOriginProtection
	limiter *access.Limiter
	slots   chan struct{} // requests under way
	uploads chan struct{} // documents being taken in
	meters  meters
	openapi []byte
	began   time.Time
}

// New returns the handler of the whole server.
func New(c Config) (http.Handler, error) {
	if c.Asker == nil {
		return nil, errors.New("new HTTP door: an asker is required")
	}
	c.Limits = c.Limits.withDefaults()
	if c.OpenAI == nil {
		c.OpenAI = c.Asker
	}
	if c.Keys == nil {
		c.Keys = func() *access.Keys { return nil }
	}
	if c.Edition == nil {
		c.Edition = func(ctx context.Context) string { return bot.Edition(c.Asker.Documents(ctx)) }
	}
	if c.Ready == nil {
		c.Ready = func() error { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Models == nil {
		c.Models = []string{ModelAuto, ModelExtractive}
	}
	s := &server{
		Config:  c,
		mux:     http.NewServeMux(),
		limiter: access.NewLimiter(c.Limits.Rate, c.Limits.Burst),
		slots:   make(chan struct{}, c.Limits.Concurrent),
		uploads: make(chan struct{}, c.Limits.Uploads),
		began:   c.Now(),
	}
	var err error
	if s.origin, err = protection(c.Origins); err != nil {
		return nil, err
	}
	if s.meters, err = newMeters(c.Metrics, c.Asker); err != nil {
		return nil, fmt.Errorf("new HTTP door: %w", err)
	}
	if err := s.register(); err != nil {
		return nil, fmt.Errorf("new HTTP door: %w", err)
	}
	return s, nil
}

// protection refuses what a page of another origin makes a browser send.
func protection(origins []string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	for _, o := range origins {
		if o == "*" {
			return nil, nil
		}
		if err := p.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("origin %q: %w; write it as https://example.org", o, err)
		}
	}
	return p, nil
}
