package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// serve returns the URL of a server over HTTP.
func serve(t *testing.T, asker *fake, o Options) (*Server, *httptest.Server) {
	t.Helper()
	s := newServer(t, asker, o)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close() // ends event streams, which the web server waits for
		web.Close()
	})
	return s, web
}

// dial connects a client that speaks a version of the protocol.
func dial(t *testing.T, web *httptest.Server, version string) (*mcp.ClientSession, error) {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	transport := &mcp.StreamableClientTransport{Endpoint: web.URL, HTTPClient: web.Client(), MaxRetries: -1}
	session, err := client.Connect(t.Context(), transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err == nil {
		t.Cleanup(func() { session.Close() })
	}
	return session, err
}

// Clients of all versions, with sessions and without, get the same.
func TestHTTP(t *testing.T) {
	_, web := serve(t, &fake{documents: 1}, Options{})
	for _, version := range mcp.SupportedProtocolVersions() {
		t.Run(version, func(t *testing.T) {
			c, err := dial(t, web, version)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.InitializeResult().ProtocolVersion; got != version {
				t.Errorf("negotiated %s", got)
			}
			r := call(t, c, "ask", map[string]any{"question": "有多少？"})
			if diff := cmp.Diff(object(t, filledAnswer(teaAnswer())), object(t, r.StructuredContent)); diff != "" {
				t.Error(diff)
			}
			if linked := len(r.Content) > 1; linked != (version >= "2025-06-18") {
				t.Errorf("links: %v", linked)
			}
			if r := call(t, c, "get_table", map[string]any{"id": "t9"}); !r.IsError {
				t.Error("an unknown table is no error")
			}
			list, err := c.ListResources(t.Context(), nil)
			if err != nil || len(list.Resources) != 3 {
				t.Errorf("resources: %+v, %v", list, err)
			}
			if _, err := c.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: compareFigures, Arguments: map[string]string{"first": "a", "second": "b"}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// post sends a body as a client of the version with sessions would.
func post(t *testing.T, web *httptest.Server, body string, header map[string]string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range header {
		if k == "Host" {
			r.Host = v
			continue
		}
		r.Header.Set(k, v)
	}
	response, err := web.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data), response.Header
}

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

func TestHTTPRefuses(t *testing.T) {
	_, web := serve(t, &fake{}, Options{TrustedOrigins: []string{"https://tools.example"}})
	for _, test := range []struct {
		name, body string
		header     map[string]string
		status     int
		want       string
	}{
		{"good", hello, nil, 200, "serverInfo"},
		{"page of another origin", hello, map[string]string{"Origin": "https://evil.example"}, 403, ""},
		{"page of another site", hello, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, ""},
		{"page of a trusted origin", hello, map[string]string{"Origin": "https://tools.example", "Sec-Fetch-Site": "cross-site"}, 200, "serverInfo"},
		{"name that was bent to this host", hello, map[string]string{"Host": "evil.example"}, 403, ""},
		{"empty", "", nil, 400, "not valid JSON"},
		{"not JSON", "{", nil, 400, "not valid JSON"},
		{"not UTF-8", "{\"a\":\"\xff\"}", nil, 400, "not valid UTF-8"},
		{"batch", "[" + hello + "]", nil, 400, "batches are not supported"},
		{"deep", strings.Repeat("[", 1<<19), nil, 400, "not valid JSON"},
		{"too large", `{"a":"` + strings.Repeat("x", maxBody) + `"}`, nil, 413, "more than"},
		{"other content", hello, map[string]string{"Content-Type": "text/plain"}, 415, ""},
		{"unknown session", hello, map[string]string{sessionHeader: "none"}, 404, ""},
		{"unknown version", hello, map[string]string{versionHeader: "1999-01-01"}, 400, ""},
		{"parameters of another shape", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}`, nil, 400, "params of tools/call"},
	} {
		status, body, _ := post(t, web, test.body, test.header)
		if status != test.status || !strings.Contains(body, test.want) || leaks(body) {
			t.Errorf("%s: status %d, body %q", test.name, status, body)
		}
	}
}

func TestHTTPSessionsAtATime(t *testing.T) {
	s, web := serve(t, &fake{}, Options{Sessions: 1})
	status, _, header := post(t, web, hello, nil)
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	if status, body, header := post(t, web, hello, nil); status != 503 || header.Get("Retry-After") == "" {
		t.Errorf("second session: status %d, %s", status, body)
	}
	status, _, _ = post(t, web, `{"jsonrpc":"2.0","id":2,"method":"ping"}`, map[string]string{sessionHeader: header.Get(sessionHeader)})
	if status != 200 {
		t.Errorf("first session: status %d", status)
	}
	s.Close()
	if status, body, _ := post(t, web, hello, nil); status != 503 || !strings.Contains(body, closingText) {
		t.Errorf("closed: status %d, %s", status, body)
	}
}

// A session that nobody uses ends, one that is used lasts.
func TestHTTPSessionTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(&fake{}, Options{SessionTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		request := func(body, session string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", "application/json, text/event-stream")
			r.Header.Set(sessionHeader, session)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w
		}
		const ping = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
		session := request(hello, "").Header().Get(sessionHeader)
		for range 3 {
			time.Sleep(59 * time.Minute) // of the bubble, none of ours
			if w := request(ping, session); w.Code != http.StatusOK {
				t.Fatalf("in use: status %d, %s", w.Code, w.Body)
			}
		}
		time.Sleep(61 * time.Minute)
		if w := request(ping, session); w.Code != http.StatusNotFound {
			t.Errorf("after an idle hour: status %d, %s", w.Code, w.Body)
		}
	})
}

// A call ends when its client goes away, where the protocol ties the two.
func TestHTTPClientGoesAway(t *testing.T) {
	began, stopped := make(chan struct{}), make(chan error, 1)
	_, web := serve(t, &fake{answer: func(ctx context.Context, _ rag.Question) (*rag.Answer, error) {
		close(began)
		<-ctx.Done()
		stopped <- ctx.Err()
		return nil, ctx.Err()
	}}, Options{})
	for _, version := range mcp.SupportedProtocolVersions()[:1] {
		c, err := dial(t, web, version)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-began
			cancel()
		}()
		if _, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"question": "x"}}); err == nil {
			t.Error("an answer to a call that was cancelled")
		}
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			t.Errorf("the asker saw %v", err)
		}
	}
}

// openStream opens the event stream of a session.
func openStream(t *testing.T, web *httptest.Server, header map[string]string) io.Reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	response, err := web.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		t.Fatalf("event stream: status %d", response.StatusCode)
	}
	return response.Body
}

// A server that is told to stop lets a call under way end, ends the event
// streams, and stops the call when its time is over.
func TestShutdown(t *testing.T) {
	for _, patient := range []bool{true, false} {
		began, release := make(chan struct{}), make(chan struct{})
		s, web := serve(t, &fake{answer: func(ctx context.Context, _ rag.Question) (*rag.Answer, error) {
			close(began)
			select {
			case <-release:
				return teaAnswer(), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}, Options{})
		_, _, header := post(t, web, hello, nil)
		session := map[string]string{sessionHeader: header.Get(sessionHeader), versionHeader: "2025-06-18"}
		streamed := make(chan error, 1)
		stream := openStream(t, web, session)
		go func() {
			_, err := io.Copy(io.Discard, stream)
			streamed <- err
		}()
		answered := make(chan string, 1)
		go func() {
			_, body, _ := post(t, web, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"x"}}}`, session)
			answered <- body
		}()
		<-began
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		down := make(chan error, 1)
		go func() { down <- s.Shutdown(ctx) }()
		if patient {
			close(release)
		} else {
			cancel()
		}
		want := map[bool]string{true: "1,200", false: closingText}[patient]
		if body := <-answered; !strings.Contains(body, want) {
			t.Errorf("patient %v: the call under way: %s", patient, body)
		}
		if err := <-streamed; err != nil {
			t.Errorf("patient %v: the event stream: %v", patient, err)
		}
		if err := <-down; (err == nil) != patient {
			t.Errorf("patient %v: %v", patient, err)
		}
		if status, _, _ := post(t, web, hello, nil); status != 503 {
			t.Errorf("afterwards: status %d", status)
		}
	}
}

// Behind a proxy on the same machine the host is the proxy's.
func TestAnyHost(t *testing.T) {
	_, web := serve(t, &fake{}, Options{AnyHost: true})
	for _, version := range []string{"", "2026-07-28"} {
		status, body, _ := post(t, web, hello, map[string]string{"Host": "reports.example", versionHeader: version})
		if status == http.StatusForbidden {
			t.Errorf("version %q: status %d, %s", version, status, body)
		}
	}
}

func TestBadTrustedOrigin(t *testing.T) {
	if _, err := New(&fake{}, Options{TrustedOrigins: []string{"example.org/path"}}); err == nil || !strings.Contains(err.Error(), "example.org/path") {
		t.Errorf("error %v", err)
	}
}

// leaks reports whether a text shows how the program is made.
func leaks(s string) bool {
	for _, sign := range []string{"goroutine", ".go:", "*mcp.", "mcp.", "json:", "unmarshal", "runtime error", "yanbao/bot", "hunter2"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// Whatever a client sends, it gets an answer below 500 that shows no internals,
// and the server goes on.
func FuzzHTTP(f *testing.F) {
	for _, seed := range messages() {
		f.Add(seed, "", "")
		f.Add(seed, "2025-06-18", "")
		f.Add(seed, "2026-07-28", "none")
	}
	s, err := New(&fake{}, Options{Sessions: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, body, version, session string) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a call that listens has no end of its own
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/mcp", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		for name, value := range map[string]string{versionHeader: version, sessionHeader: session} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || leaks(w.Body.String()) {
			t.Errorf("status %d for %q: %s", w.Code, body, w.Body)
		}
	})
}

// messages are good and bad messages, seeds of the fuzz targets.
func messages() []string {
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`
	list := []string{
		hello, "", "{}", "[]", "null", "5", `"x"`, "\xff", strings.Repeat("[", 100), "[" + hello + "]",
		`{"jsonrpc":"2.0"}`, `{"jsonrpc":"2.0","id":1}`, `{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":1,"error":5}`,
		`{"jsonrpc":"1.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":{},"method":"ping"}`, `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}`,
		`{"jsonrpc":"2.0","id":1,"method":5}`, `{"JSONRPC":"2.0","ID":1,"METHOD":"ping"}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`, `{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{` + meta + `}}`,
	}
	for _, method := range []string{"ping", "tools/list", "resources/list", "resources/templates/list", "prompts/list", "nope", "logging/setLevel", "resources/subscribe", "subscriptions/listen"} {
		for _, params := range []string{`{}`, `null`, `[]`, `5`, `{"cursor":"x"}`, `{"cursor":5}`, `{"level":5,"uri":5}`, `{"_meta":5}`, `{` + meta + `}`} {
			list = append(list, fmt.Sprintf(`{"jsonrpc":"2.0","id":2,"method":%q,"params":%s}`, method, params))
		}
	}
	for method, bodies := range map[string][]string{
		"tools/call":          {`{}`, `{"name":"ask"}`, `{"name":"ask","arguments":{"question":"有多少？"}}`, `{"name":"ask","arguments":[1]}`, `{"name":"ask","arguments":null,` + meta + `}`, `{"name":"ask","arguments":{"question":"x","k":1e999}}`, `{"name":"search","arguments":{"query":"x"},"_meta":{"progressToken":{}}}`},
		"resources/read":      {`{}`, `{"uri":5}`, `{"uri":"yanbao://passages/p3"}`, `{"uri":"yanbao://tables/%ff"}`, `{"uri":"file:///etc/passwd",` + meta + `}`},
		"prompts/get":         {`{}`, `{"name":"cite-check","arguments":{"text":5}}`, `{"name":"summarise-section","arguments":{"section":"门店"}}`},
		"completion/complete": {`{}`, `{"ref":null,"argument":{}}`, `{"ref":{"type":"x"},"argument":{"name":"document","value":"t"}}`},
	} {
		for _, params := range bodies {
			list = append(list, fmt.Sprintf(`{"jsonrpc":"2.0","id":"a","method":%q,"params":%s}`, method, params))
		}
	}
	return list
}
