// Package llmtest holds what tests need of language models: conformance suites
// for embedders and generators, and fakes of both that are deterministic, play
// scripts, echo, lie, or are broken in a known way. Nothing in it reaches a
// network.
package llmtest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"yanbao/rag/llm"
)

// RunEmbedder tests every clause of llm.Embedder. open returns a fresh
// embedder of one and the same model at every call.
func RunEmbedder(t *testing.T, open func(t *testing.T) llm.Embedder) {
	t.Helper()
	clauses := []struct {
		name string
		test func(t *testing.T, open func(t *testing.T) llm.Embedder)
	}{
		{"one unit vector per text", testUnitVectors},
		{"in the order of the texts", testOrder},
		{"no texts", testNoTexts},
		{"texts without content", testEmptyTexts},
		{"texts are not modified", testTextsUnmodified},
		{"same model, same vectors", testSameModel},
		{"vectors do not share memory", testNoAliasing},
		{"long texts", testLongText},
		{"done context", testDoneContext},
		{"concurrent use", testConcurrentUse},
	}
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// sample texts share few words, so that vectors of different ones differ.
func sample() []string {
	return []string{
		"去年全国新开咖啡馆约三千家。",
		"Cloud revenue grew 24.3% in the third quarter.",
		"钢材出口关税自六月起下调\n到百分之五。",
		"第2季度ＡＰＰ月活达4,000万",
		"東京の天気は晴れ",
		"x",
	}
}

func embed(t *testing.T, e llm.Embedder, task llm.Task, texts []string) []llm.Vector {
	t.Helper()
	vectors, err := e.Embed(context.Background(), task, texts)
	if err != nil {
		t.Fatalf("Embed(%d texts): %v", len(texts), err)
	}
	if len(vectors) != len(texts) {
		t.Fatalf("Embed(%d texts) returned %d vectors", len(texts), len(vectors))
	}
	return vectors
}

// checkUnit checks that v has length 1 and dim components.
func checkUnit(t *testing.T, text string, v llm.Vector, dim int) {
	t.Helper()
	if len(v) == 0 || len(v) != dim {
		t.Errorf("vector of %.40q has %d components, want %d", text, len(v), dim)
	}
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if !(math.Abs(sum-1) < 1e-3) { // written so that NaN fails
		t.Errorf("vector of %.40q has length %v, want 1", text, math.Sqrt(sum))
	}
}

func testUnitVectors(t *testing.T, open func(t *testing.T) llm.Embedder) {
	e := open(t)
	if e.Model() == "" {
		t.Error("Model() is empty")
	}
	for _, task := range []llm.Task{llm.TaskDocument, llm.TaskQuery} {
		texts := sample()
		vectors := embed(t, e, task, texts)
		for i, v := range vectors {
			checkUnit(t, texts[i], v, len(vectors[0]))
		}
	}
}

func testOrder(t *testing.T, open func(t *testing.T) llm.Embedder) {
	e, texts := open(t), sample()
	forward := embed(t, e, llm.TaskDocument, texts)
	slices.Reverse(texts)
	backward := embed(t, e, llm.TaskDocument, texts)
	slices.Reverse(backward)
	for i := range forward {
		if cosine(forward[i], backward[i]) < 0.999 {
			t.Errorf("text %d has another vector when the texts come in reverse order", i)
		}
		if i > 0 && cosine(forward[i], forward[0]) > 0.999 {
			t.Errorf("texts 0 and %d have the same vector", i)
		}
	}
}

func testNoTexts(t *testing.T, open func(t *testing.T) llm.Embedder) {
	embed(t, open(t), llm.TaskDocument, nil)
	embed(t, open(t), llm.TaskQuery, []string{})
}

func testEmptyTexts(t *testing.T, open func(t *testing.T) llm.Embedder) {
	texts := []string{"", "   ", "\n", "……", "正文"}
	vectors := embed(t, open(t), llm.TaskDocument, texts)
	for i, v := range vectors {
		checkUnit(t, texts[i], v, len(vectors[len(vectors)-1]))
	}
}

func testTextsUnmodified(t *testing.T, open func(t *testing.T) llm.Embedder) {
	texts := sample()
	embed(t, open(t), llm.TaskDocument, texts)
	if !slices.Equal(texts, sample()) {
		t.Errorf("Embed changed the texts to %q", texts)
	}
}

func testSameModel(t *testing.T, open func(t *testing.T) llm.Embedder) {
	a, b := open(t), open(t)
	if a.Model() != b.Model() {
		t.Fatalf("open returned models %q and %q", a.Model(), b.Model())
	}
	first := embed(t, a, llm.TaskDocument, sample())
	for i, text := range sample() {
		if got := embed(t, b, llm.TaskDocument, []string{text})[0]; cosine(got, first[i]) < 0.999 {
			t.Errorf("two embedders %q give different vectors for %q", a.Model(), text)
		}
	}
}

func testNoAliasing(t *testing.T, open func(t *testing.T) llm.Embedder) {
	e := open(t)
	first := embed(t, e, llm.TaskDocument, sample())
	want := slices.Clone(first[1])
	for i := range first[0] {
		first[0][i] = 7
	}
	_ = append(first[0], 7)
	if !slices.Equal(first[1], want) {
		t.Error("writing to one vector changes another")
	}
	if again := embed(t, e, llm.TaskDocument, sample())[0]; again[0] == 7 {
		t.Error("writing to a vector changes what Embed returns later")
	}
}

func testLongText(t *testing.T, open func(t *testing.T) llm.Embedder) {
	texts := []string{strings.Repeat("很长的一段话。", 20_000), "短"}
	vectors := embed(t, open(t), llm.TaskDocument, texts)
	for i, v := range vectors {
		checkUnit(t, texts[i], v, len(vectors[0]))
	}
}

func testDoneContext(t *testing.T, open func(t *testing.T) llm.Embedder) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	vectors, err := open(t).Embed(ctx, llm.TaskDocument, sample())
	if !errors.Is(err, context.Canceled) || vectors != nil {
		t.Errorf("Embed with a done context = %d vectors, error %v; want none and %v", len(vectors), err, context.Canceled)
	}
}

func testConcurrentUse(t *testing.T, open func(t *testing.T) llm.Embedder) {
	e := open(t)
	want := embed(t, e, llm.TaskDocument, sample())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := e.Embed(context.Background(), llm.TaskDocument, sample())
			if err != nil {
				t.Errorf("concurrent Embed: %v", err)
				return
			}
			for i := range want {
				if cosine(got[i], want[i]) < 0.999 {
					t.Errorf("concurrent Embed gives another vector for text %d", i)
				}
			}
		})
	}
	wg.Wait()
}

func cosine(a, b llm.Vector) float64 {
	if len(a) != len(b) {
		return math.NaN()
	}
	var dot float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot
}
