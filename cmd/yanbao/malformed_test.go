package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// How many malformed requests are sent: through the handler, and as bytes over
// a connection.
const (
	malformedCalls = 8000
	malformedBytes = 2000
)

// inside matches what a response must not show: paths of the machine, names and
// places in our code, panics.
var inside = regexp.MustCompile(`goroutine |runtime error|panic|\.go:\d|/root/|/home/|/tmp/|/usr/|yanbao/(rag|bot|ingest)/|SQLITE|sql:`)

// TestMalformed sends 10,000 requests that are wrong in all kinds of ways: none
// is answered by an error of the server, and none is told of its inside.
func TestMalformed(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	h := testHouse(t, data, func(f *serveFlags) { f.limits.BodyTime = 200 * time.Millisecond })
	m := &mutator{rand.New(rand.NewPCG(1, 2))}
	statuses := map[int]int{}
	for i := range malformedCalls {
		r := m.request()
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		statuses[w.Code]++
		checkUnharmed(t, fmt.Sprintf("call %d: %s %q", i, r.Method, r.RequestURI), w.Code, w.Header(), w.Body.Bytes())
		if t.Failed() {
			return
		}
	}
	server := httptest.NewUnstartedServer(h.handler)
	server.Config.ErrorLog = nil
	server.Config.ReadHeaderTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	for i := range malformedBytes {
		raw := m.raw()
		status, header, body := overConnection(t, server.Listener.Addr().String(), raw)
		statuses[status]++
		// 0: the connection was closed without an answer. 501 and 505 are what
		// package http says, before the server is asked, to a transfer coding or a
		// version that HTTP/1.1 does not have.
		if status != 0 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported {
			checkUnharmed(t, fmt.Sprintf("bytes %d: %.200q", i, raw), status, header, body)
		}
		if t.Failed() {
			return
		}
	}
	if n := statuses[http.StatusBadRequest] + statuses[http.StatusUnprocessableEntity]; n < 1000 {
		t.Errorf("only %d of the requests were refused as malformed: %v", n, statuses)
	}
	t.Logf("statuses %v", statuses)
	status, body := post(t, server.URL+"/v1/ask", map[string]string{"question": "2024年中国大模型市场规模有多大？"})
	if status != http.StatusOK {
		t.Errorf("afterwards: %d: %s", status, body)
	}
}

// checkUnharmed wants no error of the server and, of those of clients, errors
// that show nothing.
func checkUnharmed(t *testing.T, what string, status int, header http.Header, body []byte) {
	t.Helper()
	if status >= 500 || status < 200 {
		t.Errorf("%s: status %d: %.300s", what, status, body)
	}
	if found := inside.Find(body); found != nil && status >= 400 {
		t.Errorf("%s: shows %q: %.300s", what, found, body)
	}
	if strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") && header.Get("Content-Encoding") == "" && len(body) > 0 && !json.Valid(body) {
		t.Errorf("%s: no JSON: %.300s", what, body)
	}
}

// overConnection writes bytes and reads a response; status 0 for none.
func overConnection(t *testing.T, address string, raw []byte) (status int, header http.Header, body []byte) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Write(raw) // the server may have closed it already
	_ = c.(*net.TCPConn).CloseWrite()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("no answer to %.200q", raw)
		}
		return 0, nil, nil
	}
	defer response.Body.Close()
	body, _ = io.ReadAll(io.LimitReader(response.Body, 1<<20)) // a HEAD has none
	return response.StatusCode, response.Header, body
}

// mutator makes requests that are wrong.
type mutator struct{ *rand.Rand }

func pick[T any](m *mutator, of ...T) T { return of[m.IntN(len(of))] }

// maybe is true once in n times.
func (m *mutator) maybe(n int) bool { return m.IntN(n) == 0 }

// noise is text that a parser may stumble over.
func (m *mutator) noise() string {
	return pick(m, "", "\x00", "..", "../../etc/passwd", "%00", "%2e%2e%2f", "%", "%zz", "' OR 1=1 --", "<script>alert(1)</script>", "{{.}}", "${jndi:x}",
		"\xff\xfe", "\u202e", "🦜", "𠮷", strings.Repeat("长", 300), strings.Repeat("a", 5000), "null", "NaN", "-1", "1e999", "99999999999999999999", "0x10", "true", "[]", "{}", "\"", "\\", "\r\n", "a\r\nX-Evil: 1", " ", "　", "?#", ";", "*")
}

func (m *mutator) path() string {
	base := pick(m, "/v1/ask", "/v1/search", "/v1/passages/", "/v1/documents", "/v1/documents/", "/v1/tables", "/v1/tables/", "/v1/answers/", "/v1/answers/x/feedback",
		"/v1/chat/completions", "/v1/models", "/v1/models/", "/mcp", "/healthz", "/readyz", "/openapi.json", "/docs", "/docs/", "/", "/d/", "/explore/", "/a/", "/copy", "/static/", "/v1", "/v2/ask", "//v1/ask", "/v1//ask", "/./v1/ask", "/V1/ASK", "/v1/ask/", "/..", "")
	if m.maybe(3) {
		base += escape(m, m.noise())
	}
	if m.maybe(3) {
		base += "?" + pick(m, "q", "k", "limit", "cursor", "format", "kind", "document", "id", "x", "") + "=" + escape(m, m.noise())
	}
	return base
}

// escape keeps a text as it is, or makes it fit for a URL.
func escape(m *mutator, s string) string {
	if m.maybe(3) {
		return s
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// value is a JSON value.
func (m *mutator) value(depth int) any {
	switch m.IntN(8) {
	case 0:
		return nil
	case 1:
		return m.maybe(2)
	case 2:
		return pick(m, -1.0, 0, 0.5, 1e18, 201)
	case 3, 4:
		return m.noise()
	case 5:
		if depth > 0 {
			return []any{m.value(depth - 1), m.value(depth - 1)}
		}
		return []any{}
	}
	if depth == 0 {
		return map[string]any{}
	}
	return map[string]any{m.name(): m.value(depth - 1), m.name(): m.value(depth - 1)}
}

func (m *mutator) name() string {
	return pick(m, "question", "history", "document", "language", "mode", "k", "query", "kind", "verdict", "claim", "comment", "model", "messages", "role", "content",
		"stream", "stream_options", "n", "tools", "yanbao", "answer", "jsonrpc", "method", "params", "id", "type", "text", "")
}

func (m *mutator) body() []byte {
	good := pick(m, `{"question":"门店有多少家？"}`, `{"query":"市场规模"}`, `{"verdict":"up"}`, `{"model":"yanbao","messages":[{"role":"user","content":"问"}]}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":"问"}}}`, "# 一\n\n二", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n# 一\r\n--x--\r\n")
	switch m.IntN(6) {
	case 0:
		return nil
	case 1: // cut off
		return []byte(good[:m.IntN(len(good))])
	case 2: // a byte changed
		b := []byte(good)
		b[m.IntN(len(b))] = byte(m.IntN(256))
		return b
	case 3: // random bytes
		b := make([]byte, m.IntN(200))
		for i := range b {
			b[i] = byte(m.IntN(256))
		}
		return b
	case 4: // deep nesting
		return []byte(strings.Repeat(pick(m, "[", `{"a":`), 2000))
	}
	b, err := json.Marshal(map[string]any{m.name(): m.value(3), m.name(): m.value(2), m.name(): m.value(1)})
	if err != nil {
		return []byte("{")
	}
	return b
}

func (m *mutator) headers() [][2]string {
	all := [][2]string{{"Content-Type", pick(m, "application/json", "application/json", "application/json; charset=utf-16", "text/markdown", "text/event-stream", "multipart/form-data; boundary=x",
		"multipart/form-data", "application/x-www-form-urlencoded", "image/png", "x", "/", ";;;", "")}}
	for range m.IntN(4) {
		all = append(all, pick(m, [2]string{"Accept", m.noise()}, [2]string{"Accept", "text/event-stream"}, [2]string{"Accept", "application/json, text/event-stream"},
			[2]string{"Accept-Encoding", pick(m, "gzip", "gzip;q=x", "*;q=0", "br")}, [2]string{"Authorization", m.noise()}, [2]string{"If-None-Match", pick(m, "*", `W/"`, m.noise())},
			[2]string{"Origin", pick(m, "null", "https://evil.example", m.noise())}, [2]string{"Content-Encoding", pick(m, "gzip", "identity", "x")}, [2]string{"X-Request-ID", m.noise()},
			[2]string{"X-Forwarded-For", m.noise()}, [2]string{"Range", "bytes=0-1"}, [2]string{"Cookie", m.noise()}, [2]string{"Mcp-Session-Id", m.noise()}, [2]string{"Accept-Language", m.noise()},
			[2]string{"Sec-Fetch-Site", pick(m, "cross-site", "same-origin", "none")}, [2]string{"Expect", "100-continue"}, [2]string{"Last-Event-ID", m.noise()}))
	}
	return all
}

func (m *mutator) method() string {
	return pick(m, "GET", "GET", "POST", "POST", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "CONNECT")
}

// request is one that got through the reading of the protocol.
func (m *mutator) request() *http.Request {
	for {
		target := m.path()
		line := m.method() + " " + target + " HTTP/1.1\r\nHost: " + pick(m, "localhost", "localhost:80", "127.0.0.1:8080", "[::1]", "127.0.0.1", "LOCALHOST", "evil.example", "") + "\r\n\r\n"
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(line)))
		if err != nil {
			continue
		}
		body := m.body()
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.RemoteAddr = pick(m, "192.0.2.1:1234", "[2001:db8::1]:1234", "x", "")
		for _, h := range m.headers() {
			r.Header[http.CanonicalHeaderKey(h[0])] = []string{h[1]}
		}
		return r
	}
}

// raw is a request as bytes, which may be none at all.
func (m *mutator) raw() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/%s\r\n", m.method(), pick(m, m.path(), m.noise()), pick(m, "1.1", "1.1", "1.1", "1.0", "2.0", "9", "x"))
	body := m.body()
	headers := append(m.headers(), [2]string{"Host", pick(m, "localhost", "localhost", "127.0.0.1", "[::1]", "", "a b")}, [2]string{"Connection", "close"})
	switch m.IntN(6) {
	case 0:
		headers = append(headers, [2]string{"Content-Length", pick(m, "-1", "5, 6", "99999999999999999999", "x")})
	case 1:
		headers = append(headers, [2]string{"Transfer-Encoding", "chunked"})
		body = slices.Concat([]byte(pick(m, fmt.Sprintf("%x\r\n", len(body)), "zz\r\n", "-1\r\n", "ffffffffffffffff\r\n")), body, []byte(pick(m, "\r\n0\r\n\r\n", "")))
	case 2: // both: a way to smuggle a second request
		headers = append(headers, [2]string{"Content-Length", fmt.Sprint(len(body))}, [2]string{"Transfer-Encoding", "chunked"})
	case 3: // more is announced than comes
		headers = append(headers, [2]string{"Content-Length", fmt.Sprint(len(body) + 10)})
	default:
		headers = append(headers, [2]string{"Content-Length", fmt.Sprint(len(body))})
	}
	for _, h := range headers {
		fmt.Fprintf(&b, "%s%s%s\r\n", h[0], pick(m, ": ", ": ", ": ", ": ", ":", " : ", ""), h[1])
	}
	b.WriteString(pick(m, "\r\n", "\r\n", "\r\n", "\n", ""))
	b.Write(body)
	return b.Bytes()
}
