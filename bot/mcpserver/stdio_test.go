package mcpserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const greeted = hello + "\n" + `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"

// talk gives a server all of an input and returns the messages it wrote, by ID,
// and those without one.
func talk(t *testing.T, asker *fake, o Options, input string) (map[string]map[string]any, []map[string]any) {
	t.Helper()
	s := newServer(t, asker, o)
	var out bytes.Buffer
	if err := s.Serve(t.Context(), strings.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	answers := make(map[string]map[string]any)
	var others []map[string]any
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || m["jsonrpc"] != "2.0" {
			t.Fatalf("line %q: %v", line, err)
		}
		if m["id"] == nil {
			others = append(others, m)
		} else {
			answers[marshal(t, m["id"])] = m
		}
	}
	return answers, others
}

func errorOf(m map[string]any) (float64, string) {
	e, _ := m["error"].(map[string]any)
	code, _ := e["code"].(float64)
	text, _ := e["message"].(string)
	return code, text
}

// What stands before the end of the input is answered, and a line that is no
// message does not end the session.
func TestLines(t *testing.T) {
	answers, others := talk(t, &fake{}, Options{}, greeted+
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}`+"\ngarbage\n\n\r\n[]\n5\n{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":[]}\r\n"+
		`{"jsonrpc":"2.0","id":"x`+strings.Repeat("x", maxLine)+`","method":"ping"}`+"\n"+
		`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"ask","arguments":{"question":"有多少？"}}}`+"\n"+
		`{"jsonrpc":"2.0","id":8,"method":"ping"}`) // no newline at the end
	if got := len(answers); got != 4 {
		t.Errorf("%d answers: %v", got, answers)
	}
	if _, ok := answers[`"a"`]["result"].(map[string]any)["structuredContent"]; !ok {
		t.Errorf("ask: %v", answers[`"a"`])
	}
	if code, text := errorOf(answers["7"]); code != -32602 || text != "params is not a JSON object" {
		t.Errorf("bad parameters: %v %q", code, text)
	}
	var got []string
	for _, m := range others {
		_, text := errorOf(m)
		got = append(got, text)
	}
	want := []string{"the message is not valid JSON", "batches are not supported; send one message at a time",
		"the message is not a JSON object", "the message has more than 1048576 bytes"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// At the end of the input a call gets the time that is allowed, and no more.
func TestDrain(t *testing.T) {
	began, stopped := make(chan struct{}), make(chan struct{})
	s := newServer(t, &fake{answer: func(ctx context.Context, _ rag.Question) (*rag.Answer, error) {
		close(began)
		<-ctx.Done()
		close(stopped)
		return nil, ctx.Err()
	}}, Options{Drain: time.Millisecond})
	in, feed := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context(), in, io.Discard) }()
	if _, err := io.WriteString(feed, greeted+`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"x"}}}`+"\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	feed.Close()
	<-stopped
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// No call is waited for in vain, however its ID is used.
func TestDrainOfOddCalls(t *testing.T) {
	const ask = `,"method":"tools/call","params":{"name":"ask","arguments":{"question":"x"}}}` + "\n"
	for name, test := range map[string]struct {
		input   string
		answers int // by ID, that of the greeting among them; 0 for any
	}{
		"the same ID twice":          {`{"jsonrpc":"2.0","id":2` + ask + `{"jsonrpc":"2.0","id":2` + ask, 2},
		"a number and a string":      {`{"jsonrpc":"2.0","id":2` + ask + `{"jsonrpc":"2.0","id":"2"` + ask, 3},
		"a notification with an ID":  {`{"jsonrpc":"2.0","id":2,"method":"notifications/initialized"}`, 2},
		"a call without an ID":       {`{"jsonrpc":"2.0"` + ask, 1},
		"an unknown method":          {`{"jsonrpc":"2.0","id":2,"method":"nope"}`, 2},
		"a call that is cancelled":   {`{"jsonrpc":"2.0","id":2` + ask + `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`, 2},
		"an answer to no question":   {`{"jsonrpc":"2.0","id":2,"result":{}}`, 1},
		"a second initialization":    {hello, 1},
		"a call that stays for ever": {`{"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{}}}`, 0},
	} {
		answers, _ := talk(t, &fake{}, Options{Drain: time.Hour}, greeted+test.input)
		if test.answers > 0 && len(answers) != test.answers {
			t.Errorf("%s: %d answers, want %d: %v", name, len(answers), test.answers, answers)
		}
	}
}

// The end of the context ends the session although the input goes on, and stops
// what runs.
func TestServeEndsWithItsContext(t *testing.T) {
	began := make(chan struct{})
	s := newServer(t, &fake{answer: func(ctx context.Context, _ rag.Question) (*rag.Answer, error) {
		close(began)
		<-ctx.Done()
		return nil, ctx.Err()
	}}, Options{})
	in, feed := io.Pipe()
	defer in.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, in, io.Discard) }()
	if _, err := io.WriteString(feed, greeted+`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"x"}}}`+"\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// broken is a stream that fails.
type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("disk on fire") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("pipe burst") }

func TestServeTellsOfBrokenStreams(t *testing.T) {
	for _, test := range []struct {
		in   io.Reader
		out  io.Writer
		want string
	}{
		{broken{}, io.Discard, "mcp: read: disk on fire"},
		{strings.NewReader(greeted), broken{}, "mcp: write: pipe burst"},
		{strings.NewReader("x\n"), broken{}, "mcp: write: pipe burst"},
	} {
		err := newServer(t, &fake{}, Options{}).Serve(t.Context(), test.in, test.out)
		if err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// A client of the protocol library speaks with Serve as with any server.
func TestServeWithAClient(t *testing.T) {
	s := newServer(t, &fake{}, Options{})
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context(), in, out) }()
	c := connect(t, &mcp.IOTransport{Reader: fromServer, Writer: toServer}, nil)
	for _, id := range []string{"p1", "p3", "nope"} {
		if r := call(t, c, "read_passage", map[string]any{"id": id}); r.IsError != (id == "nope") {
			t.Errorf("%s: error %v: %s", id, r.IsError, textOf(r))
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Whatever comes in, every line that goes out is a message of the protocol that
// shows no internals, and a call that comes last is still answered.
func FuzzLines(f *testing.F) {
	for _, m := range messages() {
		f.Add(m)
	}
	s, err := New(&fake{}, Options{Drain: time.Hour}) // no call may be waited for in vain
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, input string) {
		var out bytes.Buffer
		last := `{"jsonrpc":"2.0","id":"the last","method":"ping"}`
		if err := s.Serve(t.Context(), strings.NewReader(greeted+input+"\n"+last+"\n"), &out); err != nil {
			t.Fatal(err)
		}
		answered := false
		lines := bufio.NewScanner(&out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var m struct {
				JSONRPC string          `json:"jsonrpc"`
				ID      json.RawMessage `json:"id"`
				Error   *struct{ Message string }
			}
			if err := json.Unmarshal(lines.Bytes(), &m); err != nil || m.JSONRPC != "2.0" {
				t.Fatalf("line %q: %v", lines.Text(), err)
			}
			if m.Error != nil && leaks(strings.ReplaceAll(m.Error.Message, input, "")) {
				t.Errorf("%q: %s", input, m.Error.Message)
			}
			answered = answered || string(m.ID) == `"the last"`
		}
		if !answered {
			t.Errorf("the session ended at %q", input)
		}
	})
}
