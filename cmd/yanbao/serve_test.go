package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yanbao/bot"
	"yanbao/rag"
	"yanbao/rag/eval"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// testHouse opens everything that serve opens, over a data directory.
func testHouse(t *testing.T, data string, change func(*serveFlags)) *house {
	t.Helper()
	p := &program{stderr: io.Discard, open: openSession, getenv: func(name string) string { return map[string]string{"YANBAO_DATA": data}[name] }}
	p.settings = settings{builtin: true, store: storeChromem, modelSettings: defaultModels()}
	f := serveFlags{addr: "127.0.0.1:0", record: true, keepDays: 90, cache: 100, rate: anyRate, upload: 64, grace: 5 * time.Second}
	f.limits.Concurrent = 2000
	if change != nil {
		change(&f)
	}
	if err := f.complete(p.getenv); err != nil {
		t.Fatal(err)
	}
	h, err := p.openHouse(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// serveHouse serves a house over HTTP.
func serveHouse(t *testing.T, h *house) string {
	t.Helper()
	s := httptest.NewServer(h.handler)
	t.Cleanup(s.Close)
	return s.URL
}

// post sends JSON and reads the response.
func post(t *testing.T, url string, in any) (status int, body []byte) {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// TestSameAnswers holds that a question gets the same answer with the same
// citations at every door.
func TestSameAnswers(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	h := testHouse(t, data, nil)
	url := serveHouse(t, h)
	opened, err := openSession(t.Context(), h.shelf.program, h.shelf.settings)
	if err != nil {
		t.Fatal(err)
	}
	client := mcpClient(t, &mcp.StreamableClientTransport{Endpoint: url + "/mcp", MaxRetries: -1})
	for _, item := range devQuestions(t) {
		q := item.Ask("")
		want := fromCommandLine(t, opened, q)
		for door, got := range map[string]rag.Answer{
			"HTTP": overHTTP(t, url, q), "stream": overStream(t, url, q), "OpenAI": overOpenAI(t, url, q), "MCP": overMCPTool(t, client, q),
		} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s over %s (-command line +%s):\n%s", item.ID, q.Text, door, door, diff)
			}
		}
	}
}

// devQuestions are our own questions about the shipped edition.
func devQuestions(t *testing.T) []eval.Item {
	t.Helper()
	file, err := os.Open(filepath.Join(root, "rag", "testdata", "questions", "36kr-llm-2025.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	items, err := eval.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// settled is an answer without what differs from run to run: how long it took,
// and its ID where a door asks for a mode by name.
func settled(t *testing.T, data []byte) rag.Answer {
	t.Helper()
	var a rag.Answer
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	a.TookMS, a.ID = 0, ""
	return a
}

// fromCommandLine asks with yanbao ask -json, or where there is a conversation,
// which that command does not take, with its engine.
func fromCommandLine(t *testing.T, s *session, q rag.Question) rag.Answer {
	t.Helper()
	if len(q.History) > 0 {
		a, err := s.engine.Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return settled(t, data)
	}
	var stdout, stderr bytes.Buffer
	p := &program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" },
		open: func(context.Context, *program, settings) (*session, error) { return s, nil }}
	if code := p.run(t.Context(), []string{"ask", "--json", "--", q.Text}); code != exitAnswered && code != exitNotFound {
		t.Fatalf("ask %s: %d: %s", q.Text, code, &stderr)
	}
	return settled(t, stdout.Bytes())
}

func overHTTP(t *testing.T, url string, q rag.Question) rag.Answer {
	t.Helper()
	status, body := post(t, url+"/v1/ask", q)
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, body)
	}
	return settled(t, body)
}

func overStream(t *testing.T, url string, q rag.Question) rag.Answer {
	t.Helper()
	data, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/v1/ask", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, last, ok := strings.Cut(string(body), "event: answer\ndata: ")
	if !ok {
		t.Fatalf("no answer in %s", body)
	}
	return settled(t, []byte(strings.TrimSpace(last)))
}

func overOpenAI(t *testing.T, url string, q rag.Question) rag.Answer {
	t.Helper()
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var messages []message
	for _, turn := range q.History {
		messages = append(messages, message{"user", turn.Question}, message{"assistant", turn.Answer})
	}
	status, body := post(t, url+"/v1/chat/completions", map[string]any{"model": "yanbao", "messages": append(messages, message{"user", q.Text})})
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, body)
	}
	var got struct {
		Yanbao  json.RawMessage
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	a := settled(t, got.Yanbao)
	if !strings.HasPrefix(got.Choices[0].Message.Content, a.Answer) {
		t.Errorf("content %q does not begin with the answer %q", got.Choices[0].Message.Content, a.Answer)
	}
	return a
}

func overMCPTool(t *testing.T, c *mcp.ClientSession, q rag.Question) rag.Answer {
	t.Helper()
	arguments := map[string]any{"question": q.Text}
	if len(q.History) > 0 {
		arguments["history"] = q.History
	}
	got, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: "ask", Arguments: arguments})
	if err != nil || got.IsError {
		t.Fatalf("%v, %+v", err, got)
	}
	a := decodeAnswer(t, got.StructuredContent)
	a.ID = ""
	return a
}

// Documents come and go while questions are asked; none of them fails, and what
// a response says is there is found.
func TestServeChangesDocuments(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	h := testHouse(t, data, nil)
	url := serveHouse(t, h)
	var stop atomic.Bool
	var asked atomic.Int32
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				status, body := post(t, url+"/v1/ask", rag.Question{Text: fmt.Sprintf("2024年中国大模型市场规模有多大？%d", i)})
				if status != http.StatusOK {
					t.Errorf("%d: %s", status, body)
					return
				}
				asked.Add(1)
			}
		})
	}
	const text = "# 茶饮观察\n\n## 门店\n\n截至2024年底，晨露茶铺的门店共有4321家。\n"
	for i := range 3 {
		response, err := http.Post(url+"/v1/documents?id=tea&name=tea.md", "text/markdown", strings.NewReader(text+strings.Repeat("\n补充说明。", i)))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if want := map[bool]int{true: http.StatusCreated, false: http.StatusOK}[i == 0]; response.StatusCode != want {
			t.Fatalf("add: %d, want %d: %s", response.StatusCode, want, body)
		}
		if a := overHTTP(t, url, rag.Question{Text: "截至2024年底晨露茶铺的门店有多少家？"}); !strings.Contains(a.Answer, "4321") {
			t.Errorf("not answered right after: %s", a.Answer)
		}
	}
	r, err := http.NewRequest("DELETE", url+"/v1/documents/tea", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("remove: %d", response.StatusCode)
	}
	stop.Store(true)
	wg.Wait()
	if a := overHTTP(t, url, rag.Question{Text: "截至2024年底晨露茶铺的门店有多少家？"}); strings.Contains(a.Answer, "4321") {
		t.Errorf("answered after it was removed: %s", a.Answer)
	}
	if asked.Load() == 0 {
		t.Error("nothing was asked meanwhile")
	}
}

// What another process adds to the data directory is found after a look.
func TestServeSeesOthers(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	h := testHouse(t, data, nil)
	url := serveHouse(t, h)
	file := filepath.Join(t.TempDir(), "tea.md")
	if err := os.WriteFile(file, []byte("# 茶饮观察\n\n截至2024年底，晨露茶铺的门店共有4321家。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := h.shelf.asker.Edition(t.Context())
	if r := runReal(t, data, "ingest", file); r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := h.shelf.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.shelf.asker.Edition(t.Context()) == before {
		t.Error("the edition did not change")
	}
	if a := overHTTP(t, url, rag.Question{Text: "截至2024年底晨露茶铺的门店有多少家？"}); !strings.Contains(a.Answer, "4321") {
		t.Errorf("answer %s", a.Answer)
	}
}

// slowLibrary answers when it is told to.
type slowLibrary struct {
	bot.Library
	begun, release chan struct{}
}

func (s slowLibrary) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	close(s.begun)
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 1})
	select {
	case <-s.release:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return teaAnswer(), nil
}

// A server that is told to stop ends the stream under way, and says meanwhile
// that it is not ready.
func TestServeStops(t *testing.T) {
	h := testHouse(t, filepath.Join(t.TempDir(), "data"), nil)
	slow := slowLibrary{h.shelf.asker, make(chan struct{}), make(chan struct{})}
	inner, err := h.shelf.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slow.Library = inner
	h.shelf.asker.Replace(t.Context(), slow, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx, l) }()
	r, err := http.NewRequest("POST", "http://"+l.Addr().String()+"/v1/ask", strings.NewReader(`{"question":"多少家？"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	<-slow.begun
	stop()
	for h.ready() == nil {
		runtime.Gosched() // until run has seen that it is to stop
	}
	close(slow.release)
	lines, last := bufio.NewScanner(response.Body), ""
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			last = name
		}
	}
	if err := errors.Join(lines.Err(), <-ended); err != nil || last != "answer" {
		t.Errorf("%v, last event %q", err, last)
	}
}

func TestServeRefuses(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"open address", []string{"--addr", ":8080"}, exitUsage, "--insecure-open"},
		{"any name", []string{"--addr", "example.org:80"}, exitUsage, "--api-keys"},
		{"no port", []string{"--addr", "localhost"}, exitUsage, "HOST:PORT"},
		{"bad rate", []string{"--rate", "-3"}, exitUsage, "--rate"},
		{"bad proxy", []string{"--proxy", "x"}, exitUsage, "--proxy"},
		{"bad origin", []string{"--cors", "example.org"}, exitUsage, "https://example.org"},
		{"no key file", []string{"--addr", ":0", "--api-keys", filepath.Join(t.TempDir(), "none")}, exitError, "no such file"},
		{"empty key file", []string{"--api-keys", empty}, exitError, "keys new"},
		{"argument", []string{"now"}, exitUsage, "too many"},
	} {
		r := runReal(t, filepath.Join(t.TempDir(), "data"), append([]string{"serve"}, test.args...)...)
		if r.code != test.code || !strings.Contains(r.stderr, test.says) {
			t.Errorf("%s: exit code %d, %s", test.name, r.code, r.stderr)
		}
	}
}

// Keys are taken over while the server runs; a file that is broken meanwhile
// locks nobody out.
func TestServeReloadsKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	first := runReal(t, "", "keys", "new", "alice")
	second := runReal(t, "", "keys", "new", "bob", "--scope", "write")
	write := func(text string, at time.Time) {
		t.Helper()
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2025, 11, 3, 0, 0, 0, 0, time.UTC)
	write(first.stdout, now)
	h := testHouse(t, filepath.Join(t.TempDir(), "data"), func(f *serveFlags) { f.keys = file })
	url := serveHouse(t, h)
	status := func(r result) int {
		t.Helper()
		_, secret, _ := strings.Cut(r.stderr, "this once: ")
		secret, _, _ = strings.Cut(secret, "\n")
		q, err := http.NewRequest("GET", url+"/v1/documents", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+secret)
		response, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for _, step := range []struct {
		file          string
		failed        bool
		first, second int
	}{
		{first.stdout, false, 200, 401},
		{first.stdout + second.stdout, false, 200, 200},
		{"broken", true, 200, 200},
		{second.stdout, false, 401, 200},
	} {
		now = now.Add(time.Minute)
		write(step.file, now)
		if err := h.keys.look(); (err != nil) != step.failed {
			t.Errorf("look at %.10q: %v", step.file, err)
		}
		if a, b := status(first), status(second); a != step.first || b != step.second {
			t.Errorf("with %.10q: %d, %d, want %d, %d", step.file, a, b, step.first, step.second)
		}
	}
}
