package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

// shownMarket is the passage, as a prompt shows it, that holds the size of the
// market.
var shownMarket = regexp.MustCompile(`(?s)<passage id="(\d+)">(?:[^<]*?)2024年约为294\.16亿元`)

// modelOf plays a model that thinks of another number and then says value,
// citing the passage that holds the true one.
func modelOf(value string) func(call int, r wiretest.Request) wiretest.Script {
	return func(call int, r wiretest.Request) wiretest.Script {
		prompt := r.Text()
		m := shownMarket.FindStringSubmatch(prompt)
		text := "NOT_FOUND"
		switch asJSON := strings.Contains(prompt, `"claims"`); {
		case m != nil && asJSON:
			text = fmt.Sprintf(`{"status":"answered","claims":[{"text":"2024年中国大模型市场规模约为%s。","citations":[%s],"computed":[]}]}`, value, m[1])
		case m != nil:
			text = fmt.Sprintf("2024年中国大模型市场规模约为%s[%s]。", value, m[1])
		}
		return wiretest.Script{Script: llmtest.Script{Reasoning: []string{"也许是", "777亿元"}, Pieces: strings.Split(text, "")}, Tagged: call%2 == 0}
	}
}

// Through every protocol a true sentence of a model is the answer, a false one
// is not shown, and what the model thought is neither.
func TestAnswersThroughEveryProtocol(t *testing.T) {
	for _, spec := range []string{"openai:m-1@SERVER/v1", "deepseek:m-1@SERVER/v1", "qwen:m-1@SERVER/v1", "ollama:m-1@SERVER",
		"anthropic:m-1@SERVER/v1", "google:m-1@SERVER/v1beta"} {
		for _, test := range []struct{ value, mode string }{{"294.16亿元", "generated"}, {"305.27亿元", "extractive"}} {
			t.Run(spec+" "+test.mode, func(t *testing.T) {
				server := wiretest.StartFor(modelOf(test.value))
				defer server.Close()
				r := runReal(t, t.TempDir(), "ask", "-json", "-llm", strings.ReplaceAll(spec, "SERVER", server.URL), "2024年中国大模型市场规模有多大？")
				var a rag.Answer
				if err := json.Unmarshal([]byte(r.stdout), &a); err != nil {
					t.Fatalf("%v, stderr %q", err, r.stderr)
				}
				if a.Status != rag.Answered || a.Mode != test.mode || !strings.Contains(a.Answer, "294.16亿元") || len(server.Requests()) == 0 {
					t.Errorf("%s, %s after %d calls: %s %q, want %s", a.Status, a.Mode, len(server.Requests()), a.Answer, a.Notices, test.mode)
				}
				if strings.Contains(r.stdout, "305.27") || strings.Contains(r.stdout, "777亿元") || strings.Contains(r.stdout, "think") {
					t.Errorf("a lie or a thought is shown: %s", r.stdout)
				}
			})
		}
	}
}

// Where the model fails, the answer is the report's own words, and whoever runs
// the command is told how to find out why; nobody else is.
func TestFailedModelIsTold(t *testing.T) {
	for _, test := range []struct {
		fault wiretest.Fault
		args  []string
		told  bool
	}{
		{wiretest.Unauthorized, nil, true},
		{wiretest.Unauthorized, []string{"-json"}, true},
		{wiretest.Unauthorized, []string{"-mode=extractive"}, false},
		{wiretest.None, nil, false},
	} {
		server := wiretest.Start(wiretest.Script{Script: llmtest.Text("NOT_FOUND"), Fault: test.fault})
		spec := "openai:m-1@" + server.URL + "/v1"
		r := runReal(t, t.TempDir(), append(append([]string{"ask", "-llm", spec}, test.args...), "2024年中国大模型市场规模有多大？")...)
		server.Close()
		if got := strings.Contains(r.stderr, "yanbao doctor -llm "+spec); got != test.told || strings.Contains(r.stdout, "yanbao doctor") || !strings.Contains(r.stdout, "294.16亿元") {
			t.Errorf("%q, %q: stderr %q, stdout %q", test.fault, test.args, r.stderr, r.stdout)
		}
	}
}

// A library that changes gets a new engine, and the model keeps its breaker,
// its cache and its counters.
func TestModelOutlivesTheEngine(t *testing.T) {
	server := wiretest.Start(wiretest.Script{Fault: wiretest.Unauthorized})
	defer server.Close()
	data := t.TempDir()
	p := &program{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard,
		getenv: func(name string) string { return map[string]string{"YANBAO_DATA": data, "LANG": "C.UTF-8"}[name] },
		open:   openSession,
	}
	if code := p.run(t.Context(), []string{"version", "-llm", "openai:m-1@" + server.URL + "/v1"}); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	s, err := p.openShelf(t.Context(), 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ask := func() {
		t.Helper()
		if a, err := s.asker.Ask(t.Context(), rag.Question{Text: "2024年中国大模型市场规模有多大？"}); err != nil || a.Mode != rag.ModeExtractive {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	ask()
	model := p.model
	if _, err := s.Add(t.Context(), "a.md", []byte("---\nid: bridges-2024\ntitle: 桥梁检测\nlanguage: zh\n---\n\n# 一\n\n- 2023年桥梁检测市场规模为73.2亿元。\n"), ingest.Meta{}); err != nil {
		t.Fatal(err)
	}
	ask()
	if c := p.model.generator.Counters(); p.model != model || len(server.Requests()) != 1 || c.Calls != 2 || c.NotAsked != 1 {
		t.Errorf("after the change: %d requests, %+v; want the breaker still open", len(server.Requests()), c)
	}
}
