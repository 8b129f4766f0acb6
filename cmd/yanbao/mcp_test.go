package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"yanbao/bot"
	"yanbao/bot/access"
	"yanbao/bot/mcpserver"
	"yanbao/rag"
	"yanbao/rag/eval"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// realEngine opens the engine that the command line asks.
func realEngine(t *testing.T, data string, builtin bool) bot.Asker {
	t.Helper()
	p := &program{stderr: io.Discard, getenv: func(name string) string { return map[string]string{"YANBAO_DATA": data}[name] }}
	s := settings{builtin: builtin, store: storeChromem, modelSettings: defaultModels()}
	opened, err := openSession(t.Context(), p, s)
	if err != nil {
		t.Fatal(err)
	}
	return opened.engine
}

// mcpProcess is the program as a client starts it.
func mcpProcess(data string, args ...string) *exec.Cmd {
	c := exec.Command("yanbao", append([]string{"mcp"}, args...)...)
	c.Env = append(os.Environ(), "YANBAO_DATA="+data)
	return c
}

// mcpClient connects to a transport with the Go client.
func mcpClient(t *testing.T, transport mcp.Transport) *mcp.ClientSession {
	t.Helper()
	c, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// decodeAnswer reads an answer from a structured result, without the time it took.
func decodeAnswer(t *testing.T, structured any) rag.Answer {
	t.Helper()
	data, err := json.Marshal(structured)
	if err != nil {
		t.Fatal(err)
	}
	var a rag.Answer
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	a.TookMS = 0
	return a
}

// TestQuestionsOverMCP asks our own questions through the started program and
// wants the answers and citations of the engine.
func TestQuestionsOverMCP(t *testing.T) {
	for _, test := range []struct{ questions, document string }{
		{"36kr-llm-2025.jsonl", ""},
		{"coldchain-2024.jsonl", "coldchain-2024.md"},
	} {
		t.Run(test.questions, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			args := []string{}
			if test.document != "" {
				if r := runReal(t, data, "ingest", filepath.Join(root, "rag", "testdata", "documents", test.document)); r.code != 0 {
					t.Fatalf("ingest: %s", r.stderr)
				}
				args = append(args, "--builtin=false")
			}
			engine := realEngine(t, data, test.document == "")
			c := mcpClient(t, &mcp.CommandTransport{Command: mcpProcess(data, args...)})
			file, err := os.Open(filepath.Join(root, "rag", "testdata", "questions", test.questions))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			items, err := eval.Load(file)
			if err != nil || len(items) == 0 {
				t.Fatalf("%d questions, %v", len(items), err)
			}
			for _, it := range items {
				q := rag.Question{Text: it.Question}
				for _, h := range it.History {
					q.History = append(q.History, rag.Turn{Question: h.Question, Answer: h.Answer})
				}
				sameOverMCP(t, engine, c, q)
			}
		})
	}
}

// sameOverMCP wants the engine's answer from a client.
func sameOverMCP(t *testing.T, engine bot.Asker, c *mcp.ClientSession, q rag.Question) {
	t.Helper()
	want, err := engine.Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: "ask", Arguments: q})
	if err != nil || got.IsError {
		t.Fatalf("%s: %+v, %v", q.Text, got, err)
	}
	if diff := cmp.Diff(decodeAnswer(t, want), decodeAnswer(t, got.StructuredContent)); diff != "" {
		t.Errorf("%s:\n%s", q.Text, diff)
	}
}

// Nothing but messages reaches stdout, and the end of the input is a clean end.
func TestMCPOnStandardStreams(t *testing.T) {
	c := mcpProcess(filepath.Join(t.TempDir(), "none"), "--verbose")
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
no message
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"2024年中国大模型市场规模有多大？"}}}
`)
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	answered := false
	for line := range strings.Lines(stdout.String()) {
		var m struct {
			JSONRPC string `json:"jsonrpc"`
			ID      any    `json:"id"`
			Result  struct {
				Structured *rag.Answer `json:"structuredContent"`
			} `json:"result"`
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.JSONRPC != "2.0" {
			t.Errorf("line %q: %v", line, err)
		}
		answered = answered || m.Result.Structured != nil && m.Result.Structured.Status == rag.Answered
	}
	if !answered {
		t.Errorf("no answer on stdout: %s", &stdout)
	}
	for line := range strings.Lines(stderr.String()) {
		if !strings.HasPrefix(line, "yanbao: ") {
			t.Errorf("line on stderr without prefix: %q", line)
		}
	}
}

// A signal ends the program cleanly while its input is open.
func TestMCPEndsOnSignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		command := mcpProcess(filepath.Join(t.TempDir(), "none"))
		in, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(in, `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil { // it serves
			t.Fatal(err)
		}
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(out)
		if err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("%v: %v; %s", signal, err, rest)
		}
	}
}

// What is ingested while the program runs is there at the next call.
func TestMCPReadsTheLibraryAgain(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	c := mcpClient(t, &mcp.CommandTransport{Command: mcpProcess(data, "--builtin=false")})
	holds := func(want string) {
		t.Helper()
		list, err := c.ListResources(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(list.Resources) > 0 && list.Resources[0].URI == "yanbao://documents/"+want; got != (want != "") {
			t.Errorf("want %q, got %+v", want, list.Resources)
		}
	}
	holds("")
	if r := runReal(t, data, "ingest", filepath.Join(root, "rag", "testdata", "documents", "coldchain-2024.md")); r.code != 0 {
		t.Fatalf("ingest: %s", r.stderr)
	}
	holds("coldchain-2024")
	if r := runReal(t, data, "documents", "remove", "coldchain-2024"); r.code != 0 {
		t.Fatalf("remove: %s", r.stderr)
	}
	holds("")
}

// The passages of every section can be read for its summary.
func TestEverySectionCanBeSummarised(t *testing.T) {
	data := filepath.Join(t.TempDir(), "none")
	c := mcpClient(t, &mcp.CommandTransport{Command: mcpProcess(data)})
	titles := make(map[string]int)
	documents := realEngine(t, data, true).Documents(t.Context())
	for _, s := range documents[0].Outline {
		titles[s.Title]++
	}
	summarised := 0
	for title, n := range titles {
		r, err := c.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "summarise-section", Arguments: map[string]string{"section": title}})
		switch {
		case n > 1 && err == nil:
			t.Errorf("%s: one of %d sections was taken", title, n)
		case n == 1 && err != nil && !strings.Contains(err.Error(), "holds no passages of its own"):
			t.Errorf("%s: %v", title, err)
		case n == 1 && err == nil && len(r.Messages) == 2:
			summarised++
		}
	}
	if 10*summarised < 9*len(titles) {
		t.Errorf("%d of %d sections can be summarised", summarised, len(titles))
	}
}

func TestMCPTakesNoArguments(t *testing.T) {
	if got := (world{}).runFake(t, &fakeEngine{}, "mcp", "serve"); got.code != exitUsage || got.stdout != "" {
		t.Errorf("exit code %d, stdout %q", got.code, got.stdout)
	}
	got := world{terminal: terminal{in: true}}.runFake(t, &fakeEngine{}, "mcp")
	if got.code != 0 || got.stdout != "" || !strings.Contains(got.stderr, "docs/mcp.md") {
		t.Errorf("terminal: %+v", got)
	}
}

// serveProcess starts yanbao serve on a free port and returns its URL.
func serveProcess(t *testing.T, data string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command("yanbao", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	c.Env = append(os.Environ(), "YANBAO_DATA="+data)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "listening on "); ok {
			go io.Copy(io.Discard, stderr)
			return c, url
		}
	}
	t.Fatalf("yanbao serve ended without listening: %v", c.Wait())
	return nil, ""
}

// bearer sends a key with every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// The server speaks MCP behind its keys, to clients of versions with sessions
// and without, and when it is told to stop, the streams that they hold do not
// keep it.
func TestMCPInServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	keys := filepath.Join(t.TempDir(), "keys")
	made, secret, err := access.New("tester", access.Read)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, []byte(made.Line()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := bearer(secret)
	process, url := serveProcess(t, data, "--api-keys", keys, "--grace", "10m", "--cors", "https://tools.example")
	engine := realEngine(t, data, true)
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	for _, version := range []string{"2025-06-18", "2026-07-28"} {
		at := &mcp.StreamableClientTransport{Endpoint: url + "/mcp", MaxRetries: -1, HTTPClient: &http.Client{Transport: key}}
		c, err := client.Connect(t.Context(), at, &mcp.ClientSessionOptions{ProtocolVersion: version})
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		defer c.Close() // not before the server has stopped
		for _, q := range []string{"2024年中国大模型市场规模有多大？", "DeepSeek在2025年2月的次日留存率是多少？"} {
			sameOverMCP(t, engine, c, rag.Question{Text: q})
		}
	}
	stranger := &mcp.StreamableClientTransport{Endpoint: url + "/mcp", MaxRetries: -1, HTTPClient: &http.Client{Transport: bearer("none")}}
	if _, err := client.Connect(t.Context(), stranger, nil); err == nil {
		t.Error("a client without a key is served")
	}
	for origin, want := range map[string]int{"": 200, "https://tools.example": 200, "https://evil.example": 403} {
		if got := initialize(t, url+"/mcp", key, origin); got != want {
			t.Errorf("a page of %q: status %d, want %d", origin, got, want)
		}
	}
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// initialize begins a session as a page of an origin would, under a name that
// is not this machine's, and returns the status.
func initialize(t *testing.T, url string, key bearer, origin string) int {
	t.Helper()
	body := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "reports.example"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	response, err := key.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// spoken is what testdata/mcp/client.cjs prints.
type spoken struct {
	Server   string
	Tools    []string
	Ask, Bad struct {
		IsError           bool
		StructuredContent any
		Content           []struct{ Text string }
	}
	Progress   int
	Missing    int
	Resources  []string
	Templates  int
	Passage    string
	Prompts    []string
	Prompt     string
	Completion []string
}

// TestMCPWithJavaScript speaks with the program through the protocol's
// JavaScript SDK, over standard streams and over HTTP.
func TestMCPWithJavaScript(t *testing.T) {
	modules := filepath.Join(root, ".ci", "npm")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "@modelcontextprotocol", "sdk")); err != nil {
		t.Skip("the JavaScript SDK is not installed: (cd .ci/npm && npm ci)")
	}
	data := filepath.Join(t.TempDir(), "none")
	engine := realEngine(t, data, true)
	server, err := mcpserver.New(engine, mcpserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	defer server.Close()
	for _, transport := range [][]string{{"stdio", "yanbao", "mcp"}, {"http", web.URL}} {
		t.Run(transport[0], func(t *testing.T) {
			const question = "政策表里由国务院发布的文件有几份？"
			c := exec.Command(node, append([]string{filepath.Join("testdata", "mcp", "client.cjs"), modules}, transport...)...)
			c.Env = append(os.Environ(), "YANBAO_DATA="+data, "QUESTION="+question)
			var stderr bytes.Buffer
			c.Stderr = &stderr
			out, err := c.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, &stderr)
			}
			var got spoken
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			want, err := engine.Ask(context.Background(), rag.Question{Text: question})
			if err != nil {
				t.Fatal(err)
			}
			checkSpoken(t, got, want)
		})
	}
}

func checkSpoken(t *testing.T, got spoken, want *rag.Answer) {
	t.Helper()
	if diff := cmp.Diff(decodeAnswer(t, want), decodeAnswer(t, got.Ask.StructuredContent)); diff != "" {
		t.Errorf("answer:\n%s", diff)
	}
	if len(got.Ask.Content) == 0 || got.Ask.Content[0].Text != bot.Render(want, bot.Options{Show: "read_passage"}) {
		t.Errorf("text: %+v", got.Ask.Content)
	}
	if !got.Bad.IsError || got.Missing != -32602 || got.Progress == 0 {
		t.Errorf("empty question: %+v, missing resource: %d, progress: %d", got.Bad, got.Missing, got.Progress)
	}
	if got.Server != "yanbao" || !slices.Equal(got.Tools, []string{"ask", "check", "get_table", "list_documents", "read_passage", "search"}) {
		t.Errorf("server %q, tools %q", got.Server, got.Tools)
	}
	if !slices.Contains(got.Resources, "yanbao://documents/36kr-llm-2025") || len(got.Resources) < 2 || got.Templates != 3 {
		t.Errorf("resources %q, %d templates", got.Resources, got.Templates)
	}
	if !strings.Contains(got.Passage, want.Citations[0].PassageID) || !strings.Contains(got.Prompt, "甲") {
		t.Errorf("passage %q, prompt %q", got.Passage, got.Prompt)
	}
	if !slices.Equal(got.Prompts, []string{"cite-check", "compare-figures", "summarise-section"}) || !slices.Equal(got.Completion, []string{"36kr-llm-2025"}) {
		t.Errorf("prompts %q, completion %q", got.Prompts, got.Completion)
	}
}

// The documentation shows configurations that can be pasted, and names all that
// is served.
func TestMCPDocumentation(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "mcp.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```json\n")[1:]
	for _, b := range blocks {
		b, _, _ = strings.Cut(b, "```")
		var config map[string]map[string]struct {
			Command string
			Args    []string
			URL     string
		}
		if err := json.Unmarshal([]byte(b), &config); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		for _, servers := range config {
			for _, s := range servers {
				if s.URL == "" && (s.Command != "yanbao" || !slices.Equal(s.Args, []string{"mcp"})) {
					t.Errorf("the program is started by %q %q", s.Command, s.Args)
				}
			}
		}
	}
	c := mcpClient(t, &mcp.CommandTransport{Command: mcpProcess(filepath.Join(t.TempDir(), "none"))})
	var names []string
	for tool, err := range c.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, "| `"+tool.Name+"` |")
	}
	for prompt, err := range c.Prompts(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, "| `"+prompt.Name+"` |")
	}
	for template, err := range c.ResourceTemplates(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, "| `"+template.URITemplate+"` |")
	}
	if len(blocks) != 3 || len(names) != 12 {
		t.Errorf("%d configurations, %d names: %q", len(blocks), len(names), names)
	}
	for _, name := range names {
		if !strings.Contains(string(data), name) {
			t.Errorf("docs/mcp.md lacks %s", name)
		}
	}
}
