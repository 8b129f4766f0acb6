package llmtest

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"yanbao/rag/llm"
)

func TestFakeConforms(t *testing.T) {
	RunEmbedder(t, func(*testing.T) llm.Embedder { return Fake{} })
	RunEmbedder(t, func(*testing.T) llm.Embedder { return Count(Fake{Dim: 32}) })
}

func TestBrokenEmbedders(t *testing.T) {
	ctx, texts := context.Background(), []string{"a", "b", "c", "d"}

	e := FailAfter(Fake{}, 6)
	if v, err := e.Embed(ctx, llm.TaskDocument, texts); err != nil || len(v) != 4 {
		t.Errorf("FailAfter(6) fails on the first 4 texts: %v", err)
	}
	for range 2 {
		if v, err := e.Embed(ctx, llm.TaskDocument, texts); !errors.Is(err, ErrBroken) || v != nil {
			t.Errorf("FailAfter(6) after 4 texts gives %d vectors, error %v; want %v", len(v), err, ErrBroken)
		}
	}
	if v, err := Half(Fake{}).Embed(ctx, llm.TaskDocument, texts); err != nil || len(v) != 2 {
		t.Errorf("Half gives %d of 4 vectors, error %v; want 2, nil", len(v), err)
	}
	if v, _ := Uneven(Fake{}).Embed(ctx, llm.TaskDocument, texts); len(v[2]) != 8 || len(v[3]) != 7 {
		t.Errorf("Uneven gives lengths %d and %d, want 8 and 7", len(v[2]), len(v[3]))
	}
	if v, _ := NotFinite(Fake{}).Embed(ctx, llm.TaskDocument, texts); !math.IsNaN(float64(v[3][0])) {
		t.Errorf("NotFinite gives %v, want NaN", v[3][0])
	}
}

func TestCounter(t *testing.T) {
	c := Count(Fake{})
	for _, texts := range [][]string{{"a", "b"}, {"c"}} {
		if _, err := c.Embed(context.Background(), llm.TaskDocument, texts); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := c.Texts(), []string{"a", "b", "c"}; c.Calls() != 2 || !slices.Equal(got, want) {
		t.Errorf("counted %d calls with %q, want 2 with %q", c.Calls(), got, want)
	}
	if c.Reset(); c.Calls() != 0 || len(c.Texts()) != 0 {
		t.Errorf("after Reset: %d calls, texts %q", c.Calls(), c.Texts())
	}
}
