// Package vectorcache keeps the vectors of passages that a paid or slow
// embedder has made: an index that is made anew after an interruption goes on
// where it stopped, and a document that comes with the program is embedded
// once and not at every start. It is no index, nothing is found with it, and
// its file may be deleted at any time.
package vectorcache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"

	"yanbao/rag/llm"
)

// Cache is an embedder that asks another one only for what it has not kept.
// Questions are not kept. That the file cannot be read or written is logged
// and otherwise costs nothing but calls.
type Cache struct {
	inner llm.Embedder
	batch int
	log   *slog.Logger

	mu   sync.Mutex
	file *file
}

var _ llm.Embedder = (*Cache)(nil)

// New returns a cache of e in a file in dir, which is made with the first
// vector. Texts go to e at most batch at a time, and what came back is kept
// before the next are asked for.
func New(e llm.Embedder, dir string, batch int, log *slog.Logger) *Cache {
	sum := sha256.Sum256([]byte(e.Model()))
	return &Cache{
		inner: e, batch: max(1, batch), log: log,
		file: &file{name: filepath.Join(dir, fmt.Sprintf("%x.vectors", sum[:8])), model: e.Model()},
	}
}

// Model returns the model of the embedder.
func (c *Cache) Model() string { return c.inner.Model() }

// Embed implements llm.Embedder.
func (c *Cache) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if task != llm.TaskDocument || len(texts) == 0 {
		return c.inner.Embed(ctx, task, texts)
	}
	keys := make([]key, len(texts))
	for i, text := range texts {
		keys[i] = keyOf(text)
	}
	known := c.kept(keys)
	var missing []int // one text of each key
	for i, k := range keys {
		if _, ok := known[k]; !ok {
			known[k] = nil
			missing = append(missing, i)
		}
	}
	for part := range slices.Chunk(missing, c.batch) {
		if err := c.fetch(ctx, texts, keys, part, known); err != nil {
			return nil, err
		}
	}
	vectors := make([]llm.Vector, len(texts))
	for i, k := range keys {
		vectors[i] = slices.Clone(known[k])
	}
	return vectors, nil
}

// fetch asks for some of the texts and keeps what comes.
func (c *Cache) fetch(ctx context.Context, texts []string, keys []key, part []int, known map[key]llm.Vector) error {
	asked := make([]string, len(part))
	for n, i := range part {
		asked[n] = texts[i]
	}
	made, err := c.inner.Embed(ctx, llm.TaskDocument, asked)
	if err != nil {
		return err
	}
	if len(made) != len(asked) {
		return fmt.Errorf("%s returned %d vectors for %d texts", c.inner.Model(), len(made), len(asked))
	}
	fresh := make([]record, len(part))
	for n, i := range part {
		known[keys[i]] = made[n]
		fresh[n] = record{keys[i], made[n]}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.file.append(ctx, fresh); err != nil && ctx.Err() == nil {
		c.log.Warn("vectorcache: vectors not kept", "error", err)
	}
	return nil
}

// kept returns the vectors that are in the file.
func (c *Cache) kept(keys []key) map[key]llm.Vector {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.file.refresh()
	if err != nil {
		c.log.Warn("vectorcache: vectors not read", "error", err)
		return make(map[key]llm.Vector, len(keys))
	}
	known, err := c.file.read(keys)
	if err != nil {
		c.log.Warn("vectorcache: vectors not read", "error", err)
	}
	return known
}
