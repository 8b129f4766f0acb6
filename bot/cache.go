package bot

import (
	"container/list"
	"context"
	"encoding/json"
	"sync"
	"time"

	"yanbao/rag"
)

// Cache is a Library that remembers the answers of another one. It is for one
// that gives the same answer to the same question whenever it is asked: an
// engine over one edition and, for the questions that Keep lets through,
// without a model. Where documents change, the cache goes with their engine.
type Cache struct {
	Library
	keep func(rag.Question) bool
	size int

	mu    sync.Mutex
	known map[string]*list.Element
	order *list.List // of *told, used last in front
}

// told is an answer with what was told on the way to it.
type told struct {
	key    string
	answer *rag.Answer
	events []rag.Event
}

// NewCache remembers up to size answers to the questions that keep, which may
// be nil for all, lets through.
func NewCache(l Library, size int, keep func(rag.Question) bool) *Cache {
	if keep == nil {
		keep = func(rag.Question) bool { return true }
	}
	return &Cache{Library: l, keep: keep, size: size, known: map[string]*list.Element{}, order: list.New()}
}

// Ask implements Asker.
func (c *Cache) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return c.Stream(ctx, q, func(rag.Event) {})
}

// Stream implements Asker: a known answer is told as it was the first time. The
// answer is shared with others that ask the same and must not be changed.
func (c *Cache) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	if c.size <= 0 || !c.keep(q) {
		return c.Library.Stream(ctx, q, emit)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	start := time.Now()
	key, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	if t := c.find(string(key)); t != nil {
		for _, e := range t.events {
			emit(e)
		}
		a := *t.answer
		a.TookMS = float64(time.Since(start).Microseconds()) / 1000
		return &a, nil
	}
	t := &told{key: string(key)}
	t.answer, err = c.Library.Stream(ctx, q, func(e rag.Event) {
		t.events = append(t.events, e)
		emit(e)
	})
	if err != nil {
		return nil, err
	}
	c.add(t)
	return t.answer, nil
}

func (c *Cache) find(key string) *told {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.known[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*told)
}

func (c *Cache) add(t *told) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.known[t.key]; e != nil { // asked twice at the same time
		c.order.MoveToFront(e)
		return
	}
	c.known[t.key] = c.order.PushFront(t)
	for c.order.Len() > c.size {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.known, last.Value.(*told).key)
	}
}
