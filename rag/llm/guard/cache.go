package guard

import (
	"container/list"
	"crypto/sha256"
	"sync"
)

// cache remembers the texts that were used last, up to a number of bytes.
type cache struct {
	limit int

	mu     sync.Mutex
	used   int
	byKey  map[[sha256.Size]byte]*list.Element
	recent *list.List // of *cached, the latest first
}

type cached struct {
	key  [sha256.Size]byte
	text string
}

// overhead is about what an entry takes beside its text.
const overhead = 200

func (c *cached) size() int { return len(c.text) + overhead }

func newCache(limit int) *cache {
	return &cache{limit: limit, byKey: map[[sha256.Size]byte]*list.Element{}, recent: list.New()}
}

func (c *cache) get(key [sha256.Size]byte) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return "", false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached).text, true
}

// put remembers a text; one that alone is too long is not.
func (c *cache) put(key [sha256.Size]byte, text string) {
	entry := &cached{key, text}
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry.size() > c.limit {
		return
	}
	if e, ok := c.byKey[key]; ok {
		c.drop(e)
	}
	c.byKey[key] = c.recent.PushFront(entry)
	c.used += entry.size()
	for c.used > c.limit {
		c.drop(c.recent.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	entry := c.recent.Remove(e).(*cached)
	delete(c.byKey, entry.key)
	c.used -= entry.size()
}

func (c *cache) bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(c.used)
}
