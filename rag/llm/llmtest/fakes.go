package llmtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"yanbao/rag/llm"
)

// ErrBroken is what the broken embedders of this package fail with.
var ErrBroken = errors.New("llmtest: embedder broken on purpose")

// Fake is an embedder whose vectors depend on nothing but the text and the
// dimension: equal texts have equal vectors, and different texts are about
// orthogonal. Its zero value has 8 dimensions.
type Fake struct {
	Dim  int    // components of a vector, 0 for 8
	Name string // of the model, "" for "fake-" and the dimension
}

var _ llm.Embedder = Fake{}

// Model returns f.Name or a name made of the dimension.
func (f Fake) Model() string {
	if f.Name != "" {
		return f.Name
	}
	return fmt.Sprintf("fake-%d", f.dim())
}

func (f Fake) dim() int {
	if f.Dim == 0 {
		return 8
	}
	return f.Dim
}

// Embed returns pseudo-random unit vectors seeded by the texts.
func (f Fake) Embed(ctx context.Context, _ llm.Task, texts []string) ([]llm.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	vectors := make([]llm.Vector, len(texts))
	for i, text := range texts {
		vectors[i] = UnitVector(text, f.dim())
	}
	return vectors, nil
}

// UnitVector returns a pseudo-random unit vector that depends on seed and dim
// alone.
func UnitVector(seed string, dim int) llm.Vector {
	h := fnv.New64a()
	h.Write([]byte(seed))
	random := rand.New(rand.NewPCG(h.Sum64(), uint64(dim)))
	v := make(llm.Vector, dim)
	var sum float64
	for i := range v {
		x := random.NormFloat64()
		v[i] = float32(x)
		sum += x * x
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / math.Sqrt(sum))
	}
	return v
}

// Counter counts what passes through to another embedder.
type Counter struct {
	llm.Embedder

	mu    sync.Mutex
	calls int
	texts []string
}

// Count returns a counter in front of e.
func Count(e llm.Embedder) *Counter { return &Counter{Embedder: e} }

// Embed counts the call and its texts and hands it on.
func (c *Counter) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	c.mu.Lock()
	c.calls++
	c.texts = append(c.texts, texts...)
	c.mu.Unlock()
	return c.Embedder.Embed(ctx, task, texts)
}

// Calls returns the number of calls so far.
func (c *Counter) Calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// Texts returns all texts so far, in the order in which they came.
func (c *Counter) Texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.texts)
}

// Reset forgets what was counted.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.texts = 0, nil
}

// alter is an embedder whose results pass through a function.
type alter struct {
	llm.Embedder
	change func(texts []string, vectors []llm.Vector) ([]llm.Vector, error)
}

func (a alter) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	vectors, err := a.Embedder.Embed(ctx, task, texts)
	if err != nil {
		return nil, err
	}
	return a.change(texts, vectors)
}

// FailAfter hands the first n texts on to e. A call that goes beyond them, and
// every later one, fails with ErrBroken.
func FailAfter(e llm.Embedder, n int) llm.Embedder {
	var mu sync.Mutex
	seen := 0
	return alter{e, func(texts []string, vectors []llm.Vector) ([]llm.Vector, error) {
		mu.Lock()
		defer mu.Unlock()
		if seen += len(texts); seen > n {
			return nil, fmt.Errorf("after %d texts: %w", n, ErrBroken)
		}
		return vectors, nil
	}}
}

// Half breaks the contract: it returns the first half of the vectors and no
// error.
func Half(e llm.Embedder) llm.Embedder {
	return alter{e, func(_ []string, vectors []llm.Vector) ([]llm.Vector, error) {
		return vectors[:len(vectors)/2], nil
	}}
}

// Uneven breaks the contract: the last vector of a call has one component too
// few.
func Uneven(e llm.Embedder) llm.Embedder {
	return alter{e, func(_ []string, vectors []llm.Vector) ([]llm.Vector, error) {
		if n := len(vectors); n > 0 {
			vectors[n-1] = vectors[n-1][1:]
		}
		return vectors, nil
	}}
}

// NotFinite breaks the contract: the last vector of a call holds a NaN.
func NotFinite(e llm.Embedder) llm.Embedder {
	return alter{e, func(_ []string, vectors []llm.Vector) ([]llm.Vector, error) {
		if n := len(vectors); n > 0 {
			vectors[n-1][0] = float32(math.NaN())
		}
		return vectors, nil
	}}
}
