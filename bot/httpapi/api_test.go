package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func TestAsk(t *testing.T) {
	s, f := start(t, nil)
	r := send(t, s, "POST", "/v1/ask", `{"question":"多少家？","history":[{"question":"甲","answer":"乙"}],"document":"tea","language":"zh","mode":"extractive","k":7}`)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v: %s", r.status, r.header, r.body)
	}
	want := rag.Question{Text: "多少家？", History: []rag.Turn{{Question: "甲", Answer: "乙"}}, Document: "tea", Language: "zh", Mode: "extractive", K: 7}
	if diff := cmp.Diff(want, f.last(t)); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	var got rag.Answer
	if err := json.Unmarshal([]byte(r.body), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fakeAnswer(want), &got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// event is a server-sent event.
type event struct{ name, data string }

func parseEvents(t testing.TB, body string) (all []event) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		var e event
		for line := range strings.SplitSeq(block, "\n") {
			switch name, value, _ := strings.Cut(line, ": "); name {
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
			default:
				t.Fatalf("line %q in a stream of events", line)
			}
		}
		all = append(all, e)
	}
	return all
}

func TestAskStream(t *testing.T) {
	s, _ := start(t, nil)
	r := send(t, s, "POST", "/v1/ask", `{"question":"多少家？"}`, "Accept: text/event-stream", "Accept-Encoding: gzip")
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "text/event-stream" || r.header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v: %s", r.status, r.header, r.body)
	}
	var names []string
	var text string
	events := parseEvents(t, r.body)
	for _, e := range events {
		names = append(names, e.name)
		if e.name == "delta" {
			var d rag.Event
			if err := json.Unmarshal([]byte(e.data), &d); err != nil {
				t.Fatal(err)
			}
			text += d.Delta
		}
	}
	if want := []string{"retrieved", "delta", "claim", "delta", "claim", "answer"}; !cmp.Equal(want, names) {
		t.Errorf("events %v, want %v", names, want)
	}
	var last rag.Answer
	if err := json.Unmarshal([]byte(events[len(events)-1].data), &last); err != nil {
		t.Fatal(err)
	}
	if text != last.Answer {
		t.Errorf("deltas %q, want the answer %q", text, last.Answer)
	}
}

func TestErrors(t *testing.T) {
	s, _ := start(t, nil)
	long := strings.Repeat("长", 4001)
	for _, test := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
	}{
		{"no question", "POST", "/v1/ask", `{}`, nil, 422},
		{"empty question", "POST", "/v1/ask", `{"question":""}`, nil, 422},
		{"blank question", "POST", "/v1/ask", `{"question":"  "}`, nil, 422},
		{"long question", "POST", "/v1/ask", `{"question":"` + long + `"}`, nil, 422},
		{"unknown field", "POST", "/v1/ask", `{"question":"问","colour":"red"}`, nil, 422},
		{"mode", "POST", "/v1/ask", `{"question":"问","mode":"magic"}`, nil, 422},
		{"unknown document", "POST", "/v1/ask", `{"question":"问","document":"x"}`, nil, 404},
		{"unknown document, stream", "POST", "/v1/ask", `{"question":"问","document":"x"}`, []string{"Accept: text/event-stream"}, 404},
		{"no JSON", "POST", "/v1/ask", `{`, nil, 400},
		{"null", "POST", "/v1/ask", `null`, nil, 422},
		{"empty body", "POST", "/v1/ask", ``, nil, 400},
		{"media type", "POST", "/v1/ask", `q=1`, []string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{"compressed", "POST", "/v1/ask", `{}`, []string{"Content-Encoding: gzip"}, 415},
		{"too large", "POST", "/v1/ask", `{"question":"` + strings.Repeat("a", 2<<20) + `"}`, nil, 413},
		{"inside", "POST", "/v1/ask", `{"question":"坏"}`, nil, 500},
		{"panic", "POST", "/v1/ask", `{"question":"崩"}`, nil, 500},
		{"method", "GET", "/v1/ask", ``, nil, 405},
		{"method of a path with two", "PUT", "/v1/search", ``, nil, 405},
		{"path", "GET", "/v1/nothing", ``, nil, 404},
		{"outside of the API", "GET", "/nothing", ``, nil, 404},
		{"passage", "GET", "/v1/passages/p9", ``, nil, 404},
		{"document", "GET", "/v1/documents/x", ``, nil, 404},
		{"table", "GET", "/v1/tables/t9", ``, nil, 404},
		{"table format", "GET", "/v1/tables/t1?format=xls", ``, nil, 422},
		{"tables of a document", "GET", "/v1/tables?document=x", ``, nil, 404},
		{"page size", "GET", "/v1/tables?limit=0", ``, nil, 422},
		{"page size in words", "GET", "/v1/tables?limit=all", ``, nil, 422},
		{"cursor", "GET", "/v1/tables?cursor=!!", ``, nil, 422},
		{"cursor to nowhere", "GET", "/v1/tables?cursor=eHh4", ``, nil, 422},
		{"search without query", "GET", "/v1/search", ``, nil, 422},
		{"search kind", "GET", "/v1/search?q=a&kind=song", ``, nil, 422},
		{"answer", "GET", "/v1/answers/a9", ``, nil, 404},
		{"feedback on nothing", "POST", "/v1/answers/a9/feedback", `{"verdict":"up"}`, nil, 404},
		{"feedback verdict", "POST", "/v1/answers/a1/feedback", `{"verdict":"meh"}`, nil, 422},
		{"feedback claim", "POST", "/v1/answers/a1/feedback", `{"verdict":"up","claim":3}`, nil, 422},
		{"remove a shipped document", "DELETE", "/v1/documents/tea", ``, nil, 403},
		{"remove nothing", "DELETE", "/v1/documents/x", ``, nil, 404},
		{"document ID", "POST", "/v1/documents?id=A", `# 一`, []string{"Content-Type: text/markdown"}, 422},
		{"document date", "POST", "/v1/documents?date=soon", `# 一`, []string{"Content-Type: text/markdown"}, 422},
		{"empty document", "POST", "/v1/documents", ``, []string{"Content-Type: text/markdown"}, 422},
		{"binary document", "POST", "/v1/documents", "\x00", []string{"Content-Type: text/markdown"}, 415},
		{"picture", "POST", "/v1/documents", "x", []string{"Content-Type: image/png"}, 415},
		{"form without boundary", "POST", "/v1/documents", "x", []string{"Content-Type: multipart/form-data"}, 400},
		{"locked", "POST", "/v1/documents", "locked", []string{"Content-Type: text/markdown"}, 409},
		{"host is any without names", "GET", "/healthz", ``, []string{"Host: example.org"}, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := send(t, s, test.method, test.path, test.body, test.headers...)
			if r.status != test.status {
				t.Fatalf("status %d, want %d: %s", r.status, test.status, r.body)
			}
			if r.status != http.StatusOK {
				checkProblem(t, r)
			}
		})
	}
}

// checkProblem wants an error as RFC 9457 has it that shows nothing of the
// inside.
func checkProblem(t testing.TB, r reply) {
	t.Helper()
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q: %s", got, r.body)
	}
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	if p.Status != r.status || p.Title == "" || p.Detail == "" || p.Instance != "urn:yanbao:request:"+r.header.Get("X-Request-ID") {
		t.Errorf("problem %s with request ID %q", r.body, r.header.Get("X-Request-ID"))
	}
	if strings.Contains(r.body, "secret") {
		t.Errorf("shows the inside: %s", r.body)
	}
}

func TestCheck(t *testing.T) {
	s, _ := start(t, nil)
	r := send(t, s, "POST", "/v1/check", `{"text":"门店共1,200家。门店共9家。为什么？"}`)
	var got struct{ Claims []rag.CheckedClaim }
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d, %v: %s", r.status, err, r.body)
	}
	var outcomes []rag.Outcome
	for _, c := range got.Claims {
		outcomes = append(outcomes, c.Outcome)
	}
	if want := []rag.Outcome{rag.Upheld, rag.Contradicted, rag.NoClaim}; !cmp.Equal(want, outcomes) {
		t.Errorf("outcomes %v, want %v", outcomes, want)
	}
	if got.Claims[2].Citations == nil || !strings.Contains(r.body, `"citations":[]`) {
		t.Errorf("a list is null: %s", r.body)
	}
	s, _ = start(t, func(c *Config) { c.Asker = struct{ bot.Asker }{c.Asker} })
	if r := send(t, s, "POST", "/v1/check", `{"text":"门店。"}`); r.status != http.StatusNotImplemented {
		t.Errorf("a library that checks nothing: %d: %s", r.status, r.body)
	}
}

// TestStored: a change that is kept but not read yet is told as such, without
// what went wrong inside.
func TestStored(t *testing.T) {
	s, _ := start(t, nil)
	r := send(t, s, "POST", "/v1/documents", "stored", "Content-Type: text/markdown")
	if r.status != http.StatusInternalServerError || !strings.Contains(r.body, "nothing is lost") || strings.Contains(r.body, "secret") {
		t.Errorf("%d: %s", r.status, r.body)
	}
}

// A caller of the API is told of its operations, not of commands.
func TestUnknownIsToldForTheAPI(t *testing.T) {
	p := problemOf(fmt.Errorf("%w: document \"x\"; list them with `yanbao documents`", rag.ErrUnknown))
	if p.Status != http.StatusNotFound || !strings.HasSuffix(p.Detail, `document "x"; GET /v1/documents lists them`) {
		t.Errorf("%d: %s", p.Status, p.Detail)
	}
}
