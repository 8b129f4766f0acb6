package llmtest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/rag/llm"
)

// RunGenerator tests every clause of llm.Generator. open returns a generator
// whose service does what the script says in every call.
func RunGenerator(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	t.Helper()
	clauses := []struct {
		name string
		test func(t *testing.T, open func(t *testing.T, s Script) llm.Generator)
	}{
		{"the whole reply", testWhole},
		{"pieces joined are the reply", testPieces},
		{"reasoning is in neither", testReasoning},
		{"an error of onText ends the call", testOnTextError},
		{"an empty reply is unreadable", testEmptyReply},
		{"a cut-off reply is incomplete", testCutOff},
		{"failures are told apart", testFailures},
		{"how long to wait", testRetryAfter},
		{"a context that is done before", testContextDone},
		{"a context that is done on the way", testContextEnds},
		{"the request is not modified", testRequestUnmodified},
		{"concurrent generation", testConcurrentGenerate},
	}
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// soon is far above what any of the calls takes, and below the patience of who
// waits for the tests.
const soon = 20 * time.Second

// ask is a request as the stages make them.
func ask() llm.Request {
	return llm.Request{
		System: "只依据材料回答。",
		Messages: []llm.Message{
			{Role: llm.User, Text: "去年有多少家？"}, {Role: llm.Assistant, Text: "三千家[1]。"}, {Role: llm.User, Text: "今年呢？"},
		},
		MaxTokens: 500, Temperature: 0.2,
	}
}

// said are pieces as models send them: a value over two pieces, a line break,
// Latin and Han letters.
func said() []string {
	return []string{"今年", "约4,2", "00家", "[1]。", "\n同比增长 ", "24.3%", "[2]。", " <b>\"OK\"</b> 😀"}
}

func testWhole(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	g := open(t, Script{Pieces: said()})
	if g.Model() == "" {
		t.Error("Model() is empty")
	}
	reply, err := g.Generate(t.Context(), ask(), nil)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	if want := strings.Join(said(), ""); reply.Text != want {
		t.Errorf("reply %q, want %q", reply.Text, want)
	}
	if reply.Usage.PromptTokens < 0 || reply.Usage.CompletionTokens < 0 {
		t.Errorf("usage %+v below 0", reply.Usage)
	}
}

// heard generates with onText and returns what came.
func heard(ctx context.Context, g llm.Generator) (string, *llm.Reply, error) {
	var text strings.Builder
	reply, err := g.Generate(ctx, ask(), func(piece string) error {
		text.WriteString(piece)
		return nil
	})
	return text.String(), reply, err
}

func testPieces(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	text, reply, err := heard(t.Context(), open(t, Script{Pieces: said()}))
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	if want := strings.Join(said(), ""); text != want || reply.Text != want {
		t.Errorf("pieces %q, reply %q, want both %q", text, reply.Text, want)
	}
}

func testReasoning(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	g := open(t, Script{Reasoning: []string{"先看", "材料，也许是9,", "999家"}, Pieces: said()})
	want := strings.Join(said(), "")
	if reply, err := g.Generate(t.Context(), ask(), nil); err != nil || reply.Text != want {
		t.Errorf("reply %+v, error %v, want text %q", reply, err, want)
	}
	if text, reply, err := heard(t.Context(), g); err != nil || text != want || reply.Text != want {
		t.Errorf("with onText: pieces %q, reply %+v, error %v, want %q", text, reply, err, want)
	}
}

func testOnTextError(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	stop := errors.New("enough")
	g := open(t, Script{Pieces: said(), Hang: true})
	calls := 0
	reply, err := g.Generate(t.Context(), ask(), func(string) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || reply != nil || calls != 1 {
		t.Errorf("reply %+v, error %v after %d calls of onText; want none and %v after 1", reply, err, calls, stop)
	}
}

// failsAs wants that failure, with onText and without.
func failsAs(t *testing.T, g llm.Generator, want llm.Failure) *llm.Error {
	t.Helper()
	reply, err := g.Generate(t.Context(), ask(), nil)
	_, streamed, streamErr := heard(t.Context(), g)
	if reply != nil || streamed != nil {
		t.Errorf("a failed call returned a reply: %+v, with onText %+v", reply, streamed)
	}
	var e, streamE *llm.Error
	if !errors.As(err, &e) || !errors.As(streamErr, &streamE) {
		t.Fatalf("errors %v, with onText %v; want both an *llm.Error", err, streamErr)
	}
	if e.Failure != want || streamE.Failure != want {
		t.Errorf("failure %q (%v), with onText %q (%v); want %q", e.Failure, err, streamE.Failure, streamErr, want)
	}
	if e.Err == nil || streamE.Err == nil {
		t.Error("the error says no cause")
	}
	return e
}

func testEmptyReply(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	failsAs(t, open(t, Script{}), llm.Unreadable)
	failsAs(t, open(t, Script{Pieces: []string{" ", "\n"}}), llm.Unreadable)
	failsAs(t, open(t, Script{Reasoning: []string{"思考，没有结论"}}), llm.Unreadable)
}

func testCutOff(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	g := open(t, Script{Pieces: said()[:2], Err: &llm.Error{Failure: llm.Incomplete, Err: errors.New("cut off")}})
	failsAs(t, g, llm.Incomplete)
}

func testFailures(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	for _, f := range []llm.Failure{
		llm.Unavailable, llm.RateLimited, llm.NoQuota, llm.Refused, llm.NoModel, llm.TooLong, llm.BadRequest, llm.Unreadable,
	} {
		failsAs(t, open(t, Script{Err: &llm.Error{Failure: f, Err: errors.New(string(f))}}), f)
	}
}

func testRetryAfter(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	wait := 7 * time.Second
	g := open(t, Script{Err: &llm.Error{Failure: llm.RateLimited, RetryAfter: wait, Err: errors.New("slow down")}})
	if e := failsAs(t, g, llm.RateLimited); e.RetryAfter != wait {
		t.Errorf("RetryAfter %v, want %v", e.RetryAfter, wait)
	}
}

func testContextDone(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text, reply, err := heard(ctx, open(t, Script{Pieces: said()}))
	if !errors.Is(err, context.Canceled) || reply != nil || text != "" {
		t.Errorf("pieces %q, reply %+v, error %v; want none and %v", text, reply, err, context.Canceled)
	}
}

func testContextEnds(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	g := open(t, Script{Pieces: said(), Hang: true})
	late, stop := context.WithTimeout(t.Context(), soon)
	defer stop()

	ctx, cancel := context.WithCancel(late)
	reply, err := g.Generate(ctx, ask(), func(string) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || reply != nil {
		t.Errorf("cancelled after the first piece: reply %+v, error %v; want none and %v", reply, err, context.Canceled)
	}
	brief, end := context.WithTimeout(late, 50*time.Millisecond)
	defer end()
	if reply, err := g.Generate(brief, ask(), nil); !errors.Is(err, context.DeadlineExceeded) || reply != nil {
		t.Errorf("out of time: reply %+v, error %v; want none and %v", reply, err, context.DeadlineExceeded)
	}
	if late.Err() != nil {
		t.Errorf("Generate returned only %v after its context was done", soon)
	}
}

func testRequestUnmodified(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	r := ask()
	r.Schema = json.RawMessage(`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`)
	want := ask()
	want.Schema = append(json.RawMessage{}, r.Schema...)
	if _, err := open(t, Script{Pieces: []string{`{"a":"b"}`}}).Generate(t.Context(), r, nil); err != nil {
		t.Errorf("Generate with a schema: %v", err)
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("Generate changed the request to %+v", r)
	}
}

func testConcurrentGenerate(t *testing.T, open func(t *testing.T, s Script) llm.Generator) {
	g, want := open(t, Script{Pieces: said()}), strings.Join(said(), "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			text, reply, err := heard(t.Context(), g)
			if err != nil || text != want || reply.Text != want {
				t.Errorf("concurrent Generate: pieces %q, reply %+v, error %v", text, reply, err)
			}
		})
	}
	wg.Wait()
}
