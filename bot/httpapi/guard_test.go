package httpapi

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/bot/access"
)

// testKeys are a key file with one key of each scope.
func testKeys(t testing.TB) (keys func() *access.Keys, reading, writing string) {
	t.Helper()
	r, reading, err := access.New("reader", access.Read)
	if err != nil {
		t.Fatal(err)
	}
	w, writing, err := access.New("writer", access.Write)
	if err != nil {
		t.Fatal(err)
	}
	k, err := access.Parse(strings.NewReader(r.Line() + "\n" + w.Line()))
	if err != nil {
		t.Fatal(err)
	}
	return func() *access.Keys { return k }, reading, writing
}

func TestKeys(t *testing.T) {
	keys, reading, writing := testKeys(t)
	s, _ := start(t, func(c *Config) {
		c.Keys = keys
		c.MCP = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
		c.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !Allowed(keys)(r) {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
	})
	const ask = `{"question":"问"}`
	for _, test := range []struct {
		method, path, body string
		none, read, write  int
	}{
		{"POST", "/v1/ask", ask, 401, 200, 200},
		{"GET", "/v1/documents", "", 401, 200, 200},
		{"GET", "/v1/models", "", 401, 200, 200},
		{"POST", "/v1/answers/a1/feedback", `{"verdict":"up"}`, 401, 201, 201},
		{"POST", "/v1/documents?id=new", "# 一", 401, 403, 201},
		{"DELETE", "/v1/documents/new", "", 401, 403, 204},
		{"POST", "/mcp", "{}", 401, 202, 202},
		{"GET", "/metrics", "", 401, 200, 200},
		{"GET", "/healthz", "", 200, 200, 200},
		{"GET", "/readyz", "", 200, 200, 200},
		{"GET", "/openapi.json", "", 200, 200, 200},
		{"GET", "/docs", "", 200, 200, 200},
		{"GET", "/d/tea", "", 401, 200, 200},
		{"GET", "/v1/nothing", "", 404, 404, 404},
	} {
		for key, want := range map[string]int{"": test.none, "Bearer " + reading: test.read, "bearer " + writing: test.write, "Bearer x" + reading: test.none, "Basic " + reading: test.none} {
			headers := []string{"Content-Type: application/json"}
			if strings.HasPrefix(test.path, "/v1/documents") {
				headers[0] = "Content-Type: text/markdown"
			}
			if key != "" {
				headers = append(headers, "Authorization: "+key)
			}
			r := send(t, s, test.method, test.path, test.body, headers...)
			if r.status != want {
				t.Errorf("%s %s with %.12q: %d, want %d: %s", test.method, test.path, key, r.status, want, r.body)
			}
			if r.status == http.StatusUnauthorized && !strings.HasPrefix(test.path, "/d/") && r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s: 401 without WWW-Authenticate", test.method, test.path)
			}
		}
	}
}

func TestRate(t *testing.T) {
	keys, reading, _ := testKeys(t)
	s, _ := start(t, func(c *Config) {
		c.Keys = keys
		c.Limits = Limits{Rate: 0.001, Burst: 2}
	})
	limited := func(path string, headers ...string) []int {
		var got []int
		for range 3 {
			r := send(t, s, "GET", path, "", headers...)
			if r.status == http.StatusTooManyRequests && r.header.Get("Retry-After") == "" {
				t.Errorf("%s: 429 without Retry-After", path)
			}
			got = append(got, r.status)
		}
		return got
	}
	for _, test := range []struct {
		path, header string
		want         [3]int
	}{
		{"/v1/documents", "Authorization: Bearer " + reading, [3]int{200, 200, 429}},
		{"/v1/models", "Authorization: Bearer " + reading, [3]int{429, 429, 429}}, // the same key
		{"/v1/documents", "Authorization: Bearer wrong", [3]int{401, 401, 429}},   // keys cannot be tried
		{"/healthz", "", [3]int{200, 200, 200}},
	} {
		if got := limited(test.path, test.header); [3]int(got) != test.want {
			t.Errorf("%s %.30s: %v, want %v", test.path, test.header, got, test.want)
		}
	}
}

func TestAddress(t *testing.T) {
	s := &server{Config: Config{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, test := range []struct {
		remote, forwarded, want string
	}{
		{"192.0.2.1:5", "", "192.0.2.1"},
		{"192.0.2.1:5", "198.51.100.1", "192.0.2.1"}, // not from a proxy
		{"127.0.0.1:5", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:5", "1.1.1.1, 198.51.100.1", "198.51.100.1"}, // the first was made up
		{"127.0.0.1:5", "198.51.100.1, 10.1.1.1", "198.51.100.1"},
		{"127.0.0.1:5", "10.9.9.9", "10.9.9.9"},
		{"127.0.0.1:5", "garbage", "127.0.0.1"},
		{"127.0.0.1:5", "", "127.0.0.1"},
		{"[::ffff:192.0.2.1]:5", "", "192.0.2.1"},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := s.address(r).String(); got != test.want {
			t.Errorf("address(%s, %q) = %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}

func TestHostsAndOrigins(t *testing.T) {
	s, _ := start(t, func(c *Config) {
		c.Hosts = []string{"localhost", "127.0.0.1", "::1"}
		c.Origins = []string{"https://app.example"}
	})
	const ask = `{"question":"问"}`
	for _, test := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"own name", []string{"Host: localhost:8080"}, 200},
		{"own address", []string{"Host: [::1]:8080"}, 200},
		{"name that was made to point here", []string{"Host: evil.example"}, 421},
		{"no name", []string{"Host: :80"}, 421},
		{"page of another site", []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, 403},
		{"old browser", []string{"Origin: https://evil.example"}, 403},
		{"page of a trusted site", []string{"Origin: https://app.example", "Sec-Fetch-Site: cross-site"}, 200},
		{"own page", []string{"Sec-Fetch-Site: same-origin"}, 200},
	} {
		if r := send(t, s, "POST", "/v1/ask", ask, test.headers...); r.status != test.want {
			t.Errorf("%s: %d, want %d: %s", test.name, r.status, test.want, r.body)
		}
	}
	r := send(t, s, "OPTIONS", "/v1/ask", "", "Origin: https://app.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type")
	if r.status != http.StatusNoContent || r.header.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	r = send(t, s, "OPTIONS", "/v1/ask", "", "Origin: https://evil.example", "Access-Control-Request-Method: POST")
	if r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("preflight of another site: %v", r.header)
	}
	if _, err := New(Config{Asker: newFake(), Origins: []string{"app.example"}}); err == nil {
		t.Error("an origin without a scheme was taken")
	}
}

func TestConditionalAndCompressed(t *testing.T) {
	s, f := start(t, nil)
	first := send(t, s, "GET", "/v1/passages/p1", "", "Accept-Encoding: br, gzip;q=0.5")
	tag := first.header.Get("ETag")
	if first.header.Get("Content-Encoding") != "gzip" || tag == "" || !strings.Contains(strings.Join(first.header.Values("Vary"), ","), "Accept-Encoding") {
		t.Fatalf("%v", first.header)
	}
	unzip, err := gzip.NewReader(strings.NewReader(first.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzip)
	if err != nil || !json.Valid(text) {
		t.Fatalf("%v: %s", err, text)
	}
	if plain := send(t, s, "GET", "/v1/passages/p1", "", "Accept-Encoding: gzip;q=0"); plain.header.Get("Content-Encoding") != "" || plain.body != string(text) {
		t.Errorf("without gzip: %v", plain.header)
	}
	for path, want := range map[string]int{"/v1/passages/p1": 304, "/v1/tables/t1?format=csv": 304, "/v1/documents": 304, "/v1/search?q=x": 304, "/v1/passages/p9": 404, "/healthz": 200} {
		for _, given := range []string{tag, `"x", ` + strings.TrimPrefix(tag, "W/"), "*"} {
			r := send(t, s, "GET", path, "", "If-None-Match: "+given)
			if r.status != want || want == 304 && (r.body != "" || r.header.Get("ETag") != tag || r.header.Get("Content-Length") != "") {
				t.Errorf("%s if none matches %s: %d %v %q", path, given, r.status, r.header, r.body)
			}
		}
	}
	f.mu.Lock()
	f.documents[0].Edition = "e2"
	f.mu.Unlock()
	if r := send(t, s, "GET", "/v1/passages/p1", "", "If-None-Match: "+tag); r.status != http.StatusOK || r.header.Get("ETag") == tag {
		t.Errorf("with another edition: %d, tag %s", r.status, r.header.Get("ETag"))
	}
}

func TestPages(t *testing.T) {
	s, _ := start(t, nil)
	var seen []string
	for path := "/v1/tables?limit=2"; path != ""; {
		r := send(t, s, "GET", path, "")
		var got struct {
			Tables []struct{ ID string }
			Next   string
		}
		if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK {
			t.Fatalf("%s: %d, %v: %s", path, r.status, err, r.body)
		}
		for _, e := range got.Tables {
			seen = append(seen, e.ID)
		}
		path = ""
		if link := r.header.Get("Link"); link != "" {
			path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
			if !strings.Contains(path, "cursor="+got.Next) {
				t.Errorf("Link %s, next %s", link, got.Next)
			}
		}
	}
	if got := strings.Join(seen, " "); got != "t1 t2 t3" {
		t.Errorf("tables %s", got)
	}
}

func TestTableForms(t *testing.T) {
	s, _ := start(t, nil)
	csv := send(t, s, "GET", "/v1/tables/t1?format=csv", "")
	if want := "类型,占比\n直营,30%\n'=HYPERLINK(1),-5%\n"; csv.body != want || !strings.HasPrefix(csv.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%v %q, want %q", csv.header, csv.body, want)
	}
	if md := send(t, s, "GET", "/v1/tables/t1?format=md", ""); !strings.Contains(md.body, "| 直营 | 30% |") {
		t.Errorf("%q", md.body)
	}
}

func TestRequestID(t *testing.T) {
	s, _ := start(t, nil)
	for given, kept := range map[string]bool{"abc-1.2_3": true, "": false, strings.Repeat("a", 65): false, "a b": false, "é": false} {
		r := send(t, s, "GET", "/healthz", "", "X-Request-ID: "+given)
		if got := r.header.Get("X-Request-ID"); (got == given) != kept || got == "" {
			t.Errorf("given %q, got %q", given, got)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	s, _ := start(t, nil)
	for _, path := range []string{"/v1/documents", "/v1/nothing", "/healthz", "/docs", "/metrics"} {
		r := send(t, s, "GET", path, "")
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
			if r.header.Get(h) == "" {
				t.Errorf("%s: no %s", path, h)
			}
		}
		if csp := r.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: %s", path, csp)
		}
	}
}

// While all places are taken, a further request is told to come again, and
// probes are answered.
func TestConcurrent(t *testing.T) {
	s, f := start(t, func(c *Config) { c.Limits.Concurrent = 1 })
	var wg sync.WaitGroup
	wg.Go(func() {
		if r := send(t, s, "POST", "/v1/ask", `{"question":"等"}`); r.status != http.StatusOK {
			t.Errorf("first request: %d", r.status)
		}
	})
	<-f.waiting
	r := send(t, s, "GET", "/v1/documents", "")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := send(t, s, "GET", "/readyz", ""); r.status != http.StatusOK {
		t.Errorf("readyz: %d", r.status)
	}
	close(f.release)
	wg.Wait()
	if r := send(t, s, "GET", "/v1/documents", ""); r.status != http.StatusOK {
		t.Errorf("after: %d", r.status)
	}
}

// A stream that is silent is kept alive by comments, and outlives the time that
// a client has to take what is sent.
func TestKeepAlive(t *testing.T) {
	s, f := start(t, func(c *Config) {
		c.Limits.KeepAlive, c.Limits.WriteTime, c.Limits.BodyTime = 20*time.Millisecond, 250*time.Millisecond, 250*time.Millisecond
	})
	r, err := http.NewRequest("POST", s.URL+"/v1/ask", strings.NewReader(`{"question":"等"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines, comments, last := bufio.NewScanner(response.Body), 0, ""
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), ":") {
			if comments++; comments == 20 { // 400 ms and more of silence
				close(f.release)
			}
		}
		if strings.HasPrefix(lines.Text(), "event: ") {
			last = lines.Text()
		}
	}
	if err := lines.Err(); err != nil || last != "event: answer" || comments < 20 {
		t.Errorf("%v, %d comments, last %q", err, comments, last)
	}
}

// An answer that takes too long is an error that says to come again.
func TestAnswerTime(t *testing.T) {
	s, f := start(t, func(c *Config) { c.Limits.AnswerTime = time.Millisecond })
	r := send(t, s, "POST", "/v1/ask", `{"question":"等"}`)
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %v", r.status, r.header)
	}
	checkProblem(t, r)
	if r := send(t, s, "POST", "/v1/ask", `{"question":"等"}`, "Accept: text/event-stream"); !strings.Contains(r.body, "event: error\ndata: {\"status\":503") {
		t.Errorf("stream: %s", r.body)
	}
	close(f.release)
}

// A client that leaves ends the work for it.
func TestClientGone(t *testing.T) {
	s, f := start(t, nil)
	for _, accept := range []string{"text/event-stream", "application/json"} {
		ctx, cancel := context.WithCancel(context.Background())
		r, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/v1/ask", strings.NewReader(`{"question":"等"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", accept)
		done := make(chan error, 1)
		go func() {
			response, err := s.Client().Do(r)
			if err == nil {
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
			done <- err
		}()
		<-f.waiting // the question is being answered
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", accept, err)
		}
		<-f.waiting // its context has ended
	}
}

// A client that sends slowly is cut off; its goroutine does not stay.
func TestSlowBody(t *testing.T) {
	s, _ := start(t, func(c *Config) { c.Limits.BodyTime = 20 * time.Millisecond })
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", response.StatusCode)
	}
}

// The log names requests and holds no question and no key.
func TestLogIsDiscreet(t *testing.T) {
	keys, reading, _ := testKeys(t)
	var log lockedBuffer
	s, _ := start(t, func(c *Config) {
		c.Keys = keys
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	})
	send(t, s, "POST", "/v1/ask", `{"question":"秘密问题"}`, "Authorization: Bearer "+reading, "X-Request-ID: mine")
	send(t, s, "GET", "/v1/search?q=秘密问题", "", "Authorization: Bearer "+reading)
	send(t, s, "POST", "/v1/ask", `{"question":"坏"}`, "Authorization: Bearer "+reading)
	s.Close()
	got := log.String()
	if !strings.Contains(got, "id=mine") || !strings.Contains(got, "key=reader") || !strings.Contains(got, "no luck") {
		t.Errorf("log misses something: %s", got)
	}
	if strings.Contains(got, "秘密") || strings.Contains(got, "%E7") || strings.Contains(got, reading) {
		t.Errorf("log tells too much: %s", got)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
