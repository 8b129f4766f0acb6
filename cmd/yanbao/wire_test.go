package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

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
