package llmtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"yanbao/rag/llm"
)

func TestScriptedConforms(t *testing.T) {
	RunGenerator(t, func(_ *testing.T, s Script) llm.Generator { return Play(s) })
}

func TestScripted(t *testing.T) {
	g := Play(Text("甲乙"), Script{Pieces: []string{"丙"}})
	for i, want := range []string{"甲乙", "丙", "丙"} {
		reply, err := g.Generate(t.Context(), ask(), nil)
		if err != nil || reply.Text != want {
			t.Errorf("call %d: %+v, %v, want %q", i, reply, err, want)
		}
	}
	if g.Calls() != 3 || g.Requests()[2].System != ask().System {
		t.Errorf("remembers %d calls with %+v", g.Calls(), g.Requests())
	}
	g = PlayFor(func(call int, r llm.Request) Script { return Text(r.Messages[0].Text) })
	if reply, err := g.Generate(t.Context(), ask(), nil); err != nil || reply.Text != ask().Messages[0].Text {
		t.Errorf("script made for the request: %+v, %v", reply, err)
	}
}

func TestGate(t *testing.T) {
	gate := make(chan struct{})
	g := Play(Script{Pieces: []string{"甲", "乙"}, Gate: gate})
	pieces, done := make(chan string), make(chan error)
	go func() {
		_, err := g.Generate(context.Background(), ask(), func(s string) error {
			pieces <- s
			return nil
		})
		done <- err
	}()
	for _, want := range []string{"甲", "乙"} {
		gate <- struct{}{}
		if got := <-pieces; got != want {
			t.Errorf("piece %q, want %q", got, want)
		}
	}
	close(gate)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestEcho(t *testing.T) {
	reply, err := Echo{}.Generate(t.Context(), ask(), nil)
	want := "只依据材料回答。\n\nuser: 去年有多少家？\n\nassistant: 三千家[1]。\n\nuser: 今年呢？"
	if err != nil || reply.Text != want {
		t.Errorf("echo %+v, %v, want %q", reply, err, want)
	}
}

func TestLiar(t *testing.T) {
	truth := []string{"约294.", "16亿元[1]，2019年", "起[2, 3]。"}
	text, reply, err := heard(t.Context(), Liar{Generator: Play(Script{Pieces: truth})})
	want := "约305.27亿元[1]，3120年起[2, 3]。"
	if err != nil || reply.Text != want || text != want {
		t.Errorf("pieces %q, reply %+v, error %v, want %q", text, reply, err, want)
	}
	shorter := Liar{Generator: Play(Script{Pieces: truth}), Alter: func(string) string { return "没有。" }}
	if text, _, err := heard(t.Context(), shorter); err != nil || text != "没有。" {
		t.Errorf("pieces %q, %v, want 没有。", text, err)
	}
	if _, err := (Liar{Generator: Dead()}).Generate(t.Context(), ask(), nil); err == nil {
		t.Error("a liar over a dead service replies")
	}
}

func TestBrokenGenerators(t *testing.T) {
	for _, test := range []struct {
		g    llm.Generator
		want llm.Failure
		text string // handed on before
	}{
		{Dead(), llm.Unavailable, ""},
		{CutOff("今年", "约4"), llm.Incomplete, "今年约4"},
		{Empty(), llm.Unreadable, ""},
		{Failing(llm.NoQuota), llm.NoQuota, ""},
		{RetryLater(time.Second), llm.RateLimited, ""},
	} {
		text, reply, err := heard(t.Context(), test.g)
		var e *llm.Error
		if !errors.As(err, &e) || e.Failure != test.want || reply != nil || text != test.text {
			t.Errorf("pieces %q, reply %+v, error %v; want %q and %q", text, reply, err, test.text, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Hanging("今年").Generate(ctx, ask(), func(string) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("hanging: %v, want %v", err, context.Canceled)
	}
	for _, g := range []llm.Generator{CutOff("今年"), Empty(), Dead()} {
		text, reply, err := heard(t.Context(), Careless{g})
		if err != nil || reply.Text != text || !strings.HasPrefix("今年", text) {
			t.Errorf("careless: pieces %q, reply %+v, error %v", text, reply, err)
		}
	}
}
