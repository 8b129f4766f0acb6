package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// object is any JSON value as encoding/json reads it.
func object(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// resolved reads a schema as a client got it.
func resolved(t *testing.T, schema any) *jsonschema.Resolved {
	t.Helper()
	data, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func toolsOf(t *testing.T, c *mcp.ClientSession) map[string]*mcp.Tool {
	t.Helper()
	tools := make(map[string]*mcp.Tool)
	for tool, err := range c.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		tools[tool.Name] = tool
	}
	return tools
}

// Every tool says what it takes and gives, in schemas that the results meet.
func TestResultsMeetTheirSchemas(t *testing.T) {
	c := start(t, &fake{documents: 1}, Options{}, nil)
	tools := toolsOf(t, c)
	for _, test := range []struct {
		tool      string
		arguments map[string]any
		want      any
		text      string
	}{
		{"ask", map[string]any{"question": "有多少？"}, filledAnswer(teaAnswer()), bot.Render(teaAnswer(), bot.Options{Show: "read_passage"})},
		{"check", map[string]any{"text": "门店共1,200家。茶园有三座。", "document": "tea"}, nil, "\nnot_in_report: 茶园有三座。\n"},
		{"search", map[string]any{"query": "门店"}, nil, "1. p3 (text) 概况 › 门店\n   门店共1,200家。\n"},
		{"read_passage", map[string]any{"id": "p3"}, nil, "> p3: 门店共1,200家。\n"},
		{"read_passage", map[string]any{"id": "p1"}, nil, "> p1: 概况开头。\n"},
		{"list_documents", map[string]any{}, nil, "- t1: 门店构成 (1 × 2)\n"},
		{"list_documents", map[string]any{"document": "tea", "outline": false}, nil, "ID: tea"},
		{"list_documents", nil, nil, "咖啡 0/1"},
		{"get_table", map[string]any{"id": "t1"}, teaTable(), "| 直营 | 30% |"},
		{"get_table", map[string]any{"id": "t1", "format": "csv"}, teaTable(), "类型,占比\n直营,30%\n"},
	} {
		r := call(t, c, test.tool, test.arguments)
		if r.IsError || r.StructuredContent == nil {
			t.Errorf("%s %v: error %v: %s", test.tool, test.arguments, r.IsError, textOf(r))
			continue
		}
		if err := resolved(t, tools[test.tool].OutputSchema).Validate(object(t, r.StructuredContent)); err != nil {
			t.Errorf("%s %v: result against its schema: %v", test.tool, test.arguments, err)
		}
		if test.arguments != nil {
			if err := resolved(t, tools[test.tool].InputSchema).Validate(object(t, test.arguments)); err != nil {
				t.Errorf("%s %v: arguments against their schema: %v", test.tool, test.arguments, err)
			}
		}
		if test.want != nil {
			if diff := cmp.Diff(object(t, test.want), object(t, r.StructuredContent)); diff != "" {
				t.Errorf("%s:\n%s", test.tool, diff)
			}
		}
		if !strings.Contains(textOf(r), test.text) {
			t.Errorf("%s: text lacks %q:\n%s", test.tool, test.text, textOf(r))
		}
	}
}

// A schema names no type but one, and describes every argument.
func TestSchemasArePlain(t *testing.T) {
	for name, tool := range toolsOf(t, start(t, &fake{}, Options{}, nil)) {
		if tool.Description == "" || tool.Title == "" || !tool.Annotations.ReadOnlyHint || tool.OutputSchema == nil {
			t.Errorf("%s: description %q, title %q, annotations %+v", name, tool.Description, tool.Title, tool.Annotations)
		}
		for _, schema := range []any{tool.InputSchema, tool.OutputSchema} {
			walk(resolved(t, schema).Schema(), func(s *jsonschema.Schema) {
				if s.Type == "" || len(s.Types) > 0 {
					t.Errorf("%s: type %q or %v", name, s.Type, s.Types)
				}
			})
		}
		for argument, s := range resolved(t, tool.InputSchema).Schema().Properties {
			if s.Description == "" {
				t.Errorf("%s: argument %s has no description", name, argument)
			}
		}
	}
}

// What cannot be used is told to the model in words that help it, and what the
// code refuses the schema refuses too.
func TestArgumentErrors(t *testing.T) {
	c := start(t, &fake{}, Options{}, nil)
	tools := toolsOf(t, c)
	long := strings.Repeat("长", rag.MaxQuestion*2+1)
	turns := make([]rag.Turn, maxTurns+1)
	for _, test := range []struct {
		tool, arguments, want string
		beyondSchema          bool // a schema cannot say it
	}{
		{"ask", `{}`, "the argument question is missing", false},
		{"ask", `{"question":null}`, "the argument question is missing", false},
		{"ask", `{"question":" "}`, "ask something", true},
		{"ask", `{"question":5}`, "the argument question must be a string, not the number", false},
		{"ask", `{"question":"x","k":0}`, "k is 0; use 1 to 200", false},
		{"ask", `{"question":"x","k":-3}`, "k is -3", false},
		{"ask", `{"question":"x","k":201}`, "k is 201", false},
		{"ask", `{"question":"x","k":1.5}`, "k must be a whole number, not the number 1.5", false},
		{"ask", `{"question":"x","k":"5"}`, "k must be a whole number, not a string", false},
		{"ask", `{"question":"x","k":99999999999999999999}`, "k must be a whole number", false},
		{"ask", `{"question":"x","language":"fr"}`, `language is "fr"; use one of zh, en`, false},
		{"ask", `{"question":"x","mode":"magic"}`, `mode is "magic"; use one of auto, extractive, generated`, false},
		{"ask", `{"question":"x","document":"cofe"}`, `there is no document "cofe"; the library holds: tea`, true},
		{"ask", `{"question":"x","documents":"tea"}`, `there is no argument "documents"; use question, history, document`, false},
		{"ask", `{"question":"x","history":"earlier"}`, "history must be an array, not a string", false},
		{"ask", `{"question":"x","history":[{"question":"` + long + `","answer":""}]}`, "turn 1 of history has 8001 characters", true},
		{"ask", fmt.Sprintf(`{"question":"x","history":%s}`, marshal(t, turns)), "history has 51 turns, at most 50", false},
		{"ask", `["x"]`, "the arguments must be a JSON object, not an array", false},
		{"search", `{}`, "the argument query is missing", false},
		{"search", `{"query":""}`, "ask something", false},
		{"search", `{"query":"x","k":101}`, "k is 101; use 1 to 100", false},
		{"search", `{"query":"x","kind":"heading"}`, `kind is "heading"; use one of text, row, table, figure, note`, false},
		{"search", `{"query":"x","document":"cofe"}`, `there is no document "cofe"`, true},
		{"read_passage", `{"id":""}`, "the argument id is empty", true},
		{"read_passage", `{"id":"` + long + `"}`, "there is no passage \"长", true},
		{"read_passage", `{"id":["p1"]}`, "id must be a string, not an array", false},
		{"list_documents", `{"document":"cofe"}`, `there is no document "cofe"`, true},
		{"list_documents", `{"outline":"no"}`, "outline must be true or false, not a string", false},
		{"get_table", `{"id":"t9"}`, `there is no table "t9"; list_documents`, true},
		{"get_table", `{"id":" "}`, "the argument id is empty", true},
		{"get_table", `{"id":"t1","format":"xlsx"}`, `format is "xlsx"; use one of md, csv`, false},
	} {
		r := call(t, c, test.tool, json.RawMessage(test.arguments))
		if got := textOf(r); !r.IsError || !strings.HasPrefix(got, test.tool+": ") || !strings.Contains(got, test.want) || len(got) > 2000 {
			t.Errorf("%s %.80s: error %v, text %q, want %q", test.tool, test.arguments, r.IsError, got, test.want)
		}
		if r.StructuredContent != nil {
			t.Errorf("%s %.80s: a structured result with an error", test.tool, test.arguments)
		}
		err := resolved(t, tools[test.tool].InputSchema).Validate(object(t, json.RawMessage(test.arguments)))
		if refused := err != nil; refused == test.beyondSchema {
			t.Errorf("%s %.80s: schema says %v", test.tool, test.arguments, err)
		}
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAskPassesArguments(t *testing.T) {
	f := &fake{}
	c := start(t, f, Options{}, nil)
	call(t, c, "ask", json.RawMessage(`{"question":"那2026年呢？","history":[{"question":"有多少？","answer":"1,200家"}],"document":"tea","language":"en","mode":"extractive","k":7}`))
	call(t, c, "search", json.RawMessage(`{"query":"门店","k":3,"document":"tea","kind":"row"}`))
	want := rag.Question{Text: "那2026年呢？", History: []rag.Turn{{Question: "有多少？", Answer: "1,200家"}}, Document: "tea", Language: "en", Mode: "extractive", K: 7}
	if diff := cmp.Diff([]rag.Question{want}, f.asked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]rag.SearchRequest{{Query: "门店", K: 3, Document: "tea", Kind: "row"}}, f.found); diff != "" {
		t.Error(diff)
	}
}

// A refusal is an answer and no error.
func TestRefusalIsNoError(t *testing.T) {
	f := &fake{answer: func(context.Context, rag.Question) (*rag.Answer, error) {
		return &rag.Answer{Status: rag.NotFound, Language: "zh", Answer: "报告没有给出。"}, nil
	}}
	r := call(t, start(t, f, Options{}, nil), "ask", map[string]any{"question": "有多少？"})
	got, ok := r.StructuredContent.(map[string]any)
	if r.IsError || !ok || got["status"] != "not_found" {
		t.Errorf("error %v, result %v", r.IsError, r.StructuredContent)
	}
}

// A citation is also a link that can be read.
func TestAnswerLinksToPassages(t *testing.T) {
	c := start(t, &fake{}, Options{}, nil)
	r := call(t, c, "ask", map[string]any{"question": "有多少？"})
	link, ok := r.Content[len(r.Content)-1].(*mcp.ResourceLink)
	if !ok {
		t.Fatalf("last content is %T", r.Content[len(r.Content)-1])
	}
	read, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: link.URI})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read.Contents[0].Text, "> p3: 门店共1,200家。") {
		t.Errorf("read %q", read.Contents[0].Text)
	}
}

func TestProgress(t *testing.T) {
	var mu sync.Mutex
	var got []string
	last := make(chan struct{})
	c := start(t, &fake{}, Options{}, &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%v %s", r.Params.Progress, r.Params.Message))
			if len(got) == 3 {
				close(last)
			}
		},
	})
	p := &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"question": "有多少？"}}
	p.SetProgressToken("t")
	if _, err := c.CallTool(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	<-last
	if diff := cmp.Diff([]string{"1 32 passages found", "2 the answer begins anew", "3 门店共1,200家。"}, got); diff != "" {
		t.Error(diff)
	}
}

const secret = "open /var/lib/secret.db: password=hunter2"

// Faults of ours reach the log, and the caller without any detail.
func TestFaultsShowNoInternals(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(context.Context, rag.Question) (*rag.Answer, error)
		want   string
	}{
		{"error", func(context.Context, rag.Question) (*rag.Answer, error) { return nil, errors.New(secret) }, internalText},
		{"panic", func(context.Context, rag.Question) (*rag.Answer, error) { panic(secret) }, internalText},
		{"nil answer", func(context.Context, rag.Question) (*rag.Answer, error) { return nil, nil }, internalText},
		{"deadline", func(context.Context, rag.Question) (*rag.Answer, error) {
			return nil, fmt.Errorf("ask: %w", context.DeadlineExceeded)
		}, "ask: " + timeoutText},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			f := &fake{answer: test.answer}
			c := start(t, f, Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, nil)
			r := call(t, c, "ask", map[string]any{"question": "有多少？"})
			if got := textOf(r); !r.IsError || got != test.want {
				t.Errorf("error %v, text %q", r.IsError, got)
			}
			if (test.name == "error" || test.name == "panic") && !strings.Contains(log.String(), "hunter2") {
				t.Errorf("the log lacks the cause: %s", &log)
			}
			f.answer = nil
			if r := call(t, c, "ask", map[string]any{"question": "有多少？"}); r.IsError {
				t.Errorf("the next call fails: %s", textOf(r))
			}
		})
	}
}

// What calls something that is not there is an error of the protocol.
func TestProtocolErrors(t *testing.T) {
	c := start(t, &fake{}, Options{}, nil)
	_, unknownTool := c.CallTool(t.Context(), &mcp.CallToolParams{Name: "nope"})
	_, unknownPrompt := c.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "nope"})
	_, unknownResource := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: passageURI("p9")})
	for name, err := range map[string]error{"tool": unknownTool, "prompt": unknownPrompt, "resource": unknownResource} {
		var wire *jsonrpc.Error
		if !errors.As(err, &wire) || wire.Code != jsonrpc.CodeInvalidParams {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A call that its client cancels stops, and so does one that runs when the
// server closes.
func TestCallsStop(t *testing.T) {
	for _, name := range []string{"cancelled", "closed"} {
		t.Run(name, func(t *testing.T) {
			began, stopped := make(chan struct{}), make(chan error, 1)
			s := newServer(t, &fake{answer: func(ctx context.Context, _ rag.Question) (*rag.Answer, error) {
				close(began)
				<-ctx.Done()
				stopped <- ctx.Err()
				return nil, fmt.Errorf("ask: %w", ctx.Err())
			}}, Options{})
			here, there := mcp.NewInMemoryTransports()
			if _, err := s.mcp.Connect(t.Context(), there, nil); err != nil {
				t.Fatal(err)
			}
			c := connect(t, here, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-began
				if name == "closed" {
					s.Close()
				} else {
					cancel()
				}
			}()
			if r, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"question": "x"}}); err == nil {
				t.Errorf("result %q, want an error", textOf(r))
			}
			if err := <-stopped; !errors.Is(err, context.Canceled) {
				t.Errorf("the asker saw %v", err)
			}
		})
	}
}

// No more calls run at a time than are allowed, and one that waits can be
// cancelled.
func TestCallsAtATime(t *testing.T) {
	running, release := make(chan struct{}, 3), make(chan struct{})
	c := start(t, &fake{answer: func(context.Context, rag.Question) (*rag.Answer, error) {
		running <- struct{}{}
		<-release
		return teaAnswer(), nil
	}}, Options{Calls: 2}, nil)
	ask := func(ctx context.Context) error {
		_, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"question": "x"}})
		return err
	}
	done := make(chan error, 2)
	for range 2 {
		go func() { done <- ask(t.Context()) }()
		<-running
	}
	ctx, cancel := context.WithCancel(t.Context())
	third := make(chan error, 1)
	go func() { third <- ask(ctx) }()
	cancel()
	if err := <-third; err == nil {
		t.Error("the third call ran")
	}
	close(release)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if len(running) != 0 {
		t.Error("a call ran beyond the limit")
	}
}
