package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yanbao/bot"
	"yanbao/rag"
)

// slowAsker tells its one sentence after a time.
type slowAsker struct {
	bot.Asker
	after time.Duration
}

func (s slowAsker) Stream(_ context.Context, _ rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 1})
	time.Sleep(s.after)
	emit(rag.Event{Kind: rag.Delta, Delta: "门店共1,200家[1]。"})
	return teaAnswer(), nil
}

func TestHintIsToldAndTakenBack(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration
		err   bool // stderr is a terminal
		llm   string
		want  bool
	}{
		{"slow", 3 * time.Second, true, "ollama:m", true},
		{"fast", 5 * time.Millisecond, true, "ollama:m", false},
		{"no terminal", 3 * time.Second, false, "ollama:m", false},
		{"no model", 3 * time.Second, true, llmNone, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stdout, stderr bytes.Buffer
				p := &program{stdout: &stdout, stderr: &stderr, terminal: terminal{out: true, err: tt.err}, getenv: func(string) string { return "" }}
				p.settings.color, p.settings.llm = colorNever, tt.llm
				if _, err := p.answer(t.Context(), slowAsker{after: tt.after}, rag.Question{Text: "门店有多少？"}, false); err != nil {
					t.Fatal(err)
				}
				if told := strings.Contains(stderr.String(), "模型作答中"); told != tt.want || told && !strings.HasSuffix(stderr.String(), "\r\x1b[K") {
					t.Errorf("stderr %q, want told and taken back: %v", stderr.String(), tt.want)
				}
				if !strings.HasPrefix(stdout.String(), "门店共1,200家[1]。\n") {
					t.Errorf("stdout %q", stdout.String())
				}
			})
		})
	}
}
