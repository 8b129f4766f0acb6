package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

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

// api is the part of the HTTP API that the page asks, over an engine: the
// events of an answer, recorded answers, feedback, passages. It fails as it is told
// to.
type api struct {
	engine *rag.Engine
	key    string // asked for where it is not ""

	mu       sync.Mutex
	fail     int // status of the next answer
	asked    []rag.Question
	answers  map[string]*rag.Answer
	feedback []map[string]any
}

// serve starts pages and API on a loopback port.
func serve(t testing.TB, e *rag.Engine, key string) (*api, string) {
	t.Helper()
	a := &api{engine: e, key: key, answers: make(map[string]*rag.Answer)}
	pages, err := web.New(web.Config{Asker: e, Reader: e, Allowed: a.allowed})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/ask", a.ask)
	mux.HandleFunc("GET /v1/answers/{id}", a.answer)
	mux.HandleFunc("POST /v1/answers/{id}/feedback", a.tell)
	mux.Handle("/", pages)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return a, s.URL
}

func (a *api) allowed(r *http.Request) bool {
	return a.key == "" || r.Header.Get("Authorization") == "Bearer "+a.key
}

func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"status":%d,"title":%q,"detail":%q}`, status, http.StatusText(status), detail)
}

func (a *api) ask(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(r) {
		problem(w, http.StatusUnauthorized, "no key")
		return
	}
	a.mu.Lock()
	fail := a.fail
	a.fail = 0
	a.mu.Unlock()
	if fail != 0 {
		w.Header().Set("Retry-After", strconv.Itoa(7))
		problem(w, fail, "told to")
		return
	}
	var q rag.Question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(name string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err) // only strings and numbers
		}
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
		w.(http.Flusher).Flush()
	}
	answer, err := a.engine.Stream(r.Context(), q, func(e rag.Event) { event(string(e.Kind), e) })
	if errors.Is(err, rag.ErrQuestion) {
		event("error", map[string]any{"status": 400, "detail": "ask something"})
		return
	}
	if err != nil {
		return // the reader has gone
	}
	a.mu.Lock()
	a.asked = append(a.asked, q)
	a.answers[answer.ID] = answer
	a.mu.Unlock()
	event("answer", answer)
}

func (a *api) answer(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, ok := a.answers[r.PathValue("id")]
	if !ok {
		problem(w, http.StatusNotFound, "no such answer")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the reader has gone
	}
}

func (a *api) tell(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	body["id"] = r.PathValue("id")
	a.feedback = append(a.feedback, body)
	w.WriteHeader(http.StatusNoContent)
}

// told returns the questions asked and the feedback given so far.
func (a *api) told() ([]rag.Question, []map[string]any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]rag.Question(nil), a.asked...), append([]map[string]any(nil), a.feedback...)
}

// failNext makes the next answer a problem with a status.
func (a *api) failNext(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = status
}
