package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"yanbao/bot/access"
	"yanbao/bot/httpapi"
	"yanbao/bot/meter"
	"yanbao/bot/record"
	"yanbao/bot/web"
	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag"
	"yanbao/rag/index"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"

	"github.com/prometheus/client_golang/prometheus"
)

// shipped is the edition in the binary.
func shipped(t testing.TB) *ingest.Document {
	t.Helper()
	name, data := corpus.Edition()
	return document(t, name, string(data))
}

func document(t testing.TB, name, source string) *ingest.Document {
	t.Helper()
	d, err := markdown.Read(name, []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// engine answers from the documents without a model.
func engine(t testing.TB, documents ...*ingest.Document) *rag.Engine {
	t.Helper()
	x, err := index.Build(context.Background(), documents, index.Options{
		Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
	})
	if err != nil {
		t.Fatal(err)
	}
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	e, err := rag.New(rag.Config{Index: x, Lexicon: lexicon})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// api is the whole server as `yanbao serve` wires it, in front of which a test
// can look at what is asked, or make the next answer fail.
type api struct {
	record *record.Record
	inner  http.Handler

	mu       sync.Mutex
	fail     int // status of the next answer
	asked    []rag.Question
	feedback []string // bodies as they were sent
}

// serve starts pages and API on a loopback port. With locked they are read with
// a key, which is returned.
func serve(t testing.TB, e *rag.Engine, locked bool) (a *api, address, secret string) {
	t.Helper()
	a = &api{}
	var keys *access.Keys
	if locked {
		key, made, err := access.New("test", access.Read)
		if err != nil {
			t.Fatal(err)
		}
		if keys, err = access.Parse(strings.NewReader(key.Line() + "\n")); err != nil {
			t.Fatal(err)
		}
		secret = made
	}
	inForce := func() *access.Keys { return keys }
	var err error
	if a.record, err = record.Open(t.Context(), t.TempDir(), record.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.record.Close(); err != nil {
			t.Error(err)
		}
	})
	metrics := prometheus.NewRegistry()
	counted, err := meter.New(metrics, a.record, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.New(web.Config{Asker: e, Reader: e, Allowed: httpapi.Allowed(inForce)})
	if err != nil {
		t.Fatal(err)
	}
	if a.inner, err = httpapi.New(httpapi.Config{Asker: counted.Door("http", e), Record: a.record, Web: pages, Keys: inForce, Metrics: metrics}); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	return a, s.URL, secret
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/v1/") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the reader has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if status := a.note(r.URL.Path, body); status == gone {
			panic(http.ErrAbortHandler) // the connection breaks
		} else if status != 0 {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"status":%d,"title":"told to","detail":"told to"}`, status)
			return
		}
	}
	a.inner.ServeHTTP(w, r)
}

// note keeps what is sent, and returns the status to fail with, 0 for none.
func (a *api) note(path string, body []byte) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if path != "/v1/ask" {
		a.feedback = append(a.feedback, string(body))
		return 0
	}
	fail := a.fail
	if fail != gone {
		a.fail = 0
	}
	var q rag.Question
	if err := json.Unmarshal(body, &q); err == nil && fail == 0 {
		a.asked = append(a.asked, q)
	}
	return fail
}

// told returns the questions asked and the feedback given so far.
func (a *api) told() ([]rag.Question, []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked), slices.Clone(a.feedback)
}

// gone in place of a status is a server that cannot be reached, until it is
// told otherwise: browsers try a broken connection again.
const gone = -1

// failNext makes the next answer a problem with a status.
func (a *api) failNext(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = status
}
