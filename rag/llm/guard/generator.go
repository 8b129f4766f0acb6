package guard

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"yanbao/rag/llm"
)

// Generator guards another generator.
//
// A call that failed in a way that may pass is tried again, unless text of it
// was handed on already: a reader cannot be shown the beginning twice. A reply
// from the cache is handed on in one piece and used no tokens. Replies are
// remembered by model and request; the request holds the whole prompt and the
// passages, so that another prompt or another index is another key.
type Generator struct {
	*guard
	inner llm.Generator
	cache *cache
}

var _ llm.Generator = (*Generator)(nil)

// NewGenerator returns a guard in front of g.
func NewGenerator(g llm.Generator, o Options) *Generator {
	return &Generator{guard: newGuard(g.Model(), o), inner: g, cache: newCache(o.CacheBytes)}
}

// Model returns the model of the guarded generator.
func (g *Generator) Model() string { return g.model }

// Counters returns what was counted so far.
func (g *Generator) Counters() Counters {
	c := g.counter.snapshot()
	c.Model, c.Circuit, c.CacheBytes = g.model, g.breaker.state(time.Now()), g.cache.bytes()
	return c
}

// Generate implements llm.Generator.
func (g *Generator) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("model %s: %w", g.model, err)
	}
	key := g.key(r)
	if text, ok := g.cache.get(key); ok {
		g.counter.hit()
		if onText != nil {
			if err := onText(text); err != nil {
				return nil, err
			}
		}
		return &llm.Reply{Text: text}, nil
	}
	var reply *llm.Reply
	var refused error // of onText
	err := g.call(ctx, g.usual(), func(ctx context.Context) (llm.Usage, bool, error) {
		handed := false
		var watched func(string) error
		if onText != nil {
			watched = func(piece string) error {
				handed = true
				refused = onText(piece)
				return refused
			}
		}
		got, err := g.inner.Generate(ctx, r, watched)
		if err != nil {
			return llm.Usage{}, handed, err
		}
		reply = got
		return got.Usage, false, nil
	})
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	g.cache.put(key, reply.Text)
	return reply, nil
}

// key identifies a request to this model.
func (g *Generator) key(r llm.Request) [sha256.Size]byte {
	data, err := json.Marshal(struct {
		Model   string
		Request llm.Request
	}{g.model, r})
	if err != nil { // the schema is no JSON: the service will say so
		data = fmt.Appendf(nil, "%s %#v", g.model, r)
	}
	return sha256.Sum256(data)
}

// Embedder guards an embedder. Passages are worth waiting for: they get the
// whole budget and all tries. Who asks a question is waiting, so that a
// question gets two tries within queryBudget.
type Embedder struct {
	*guard
	inner llm.Embedder
}

var _ llm.Embedder = (*Embedder)(nil)

// queryBudget is the time for the vector of a question.
const queryBudget = 8 * time.Second

// NewEmbedder returns a guard in front of e. It remembers nothing: an index
// keeps its vectors.
func NewEmbedder(e llm.Embedder, o Options) *Embedder {
	return &Embedder{guard: newGuard(e.Model(), o), inner: e}
}

// Model returns the model of the guarded embedder.
func (e *Embedder) Model() string { return e.model }

// Counters returns what was counted so far.
func (e *Embedder) Counters() Counters {
	c := e.counter.snapshot()
	c.Model, c.Circuit = e.model, e.breaker.state(time.Now())
	return c
}

// Embed implements llm.Embedder.
func (e *Embedder) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	if len(texts) == 0 {
		return []llm.Vector{}, ctx.Err()
	}
	l := e.usual()
	if task == llm.TaskQuery {
		l = limits{min(l.budget, queryBudget), min(l.tries, 2), 2}
	}
	var vectors []llm.Vector
	err := e.call(ctx, l, func(ctx context.Context) (llm.Usage, bool, error) {
		var err error
		vectors, err = e.inner.Embed(ctx, task, texts)
		return llm.Usage{}, false, err
	})
	if err != nil {
		return nil, err
	}
	return vectors, nil
}
