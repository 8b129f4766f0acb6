package web

import (
	"sync"

	"yanbao/ingest"
)

// mostRemembered is how many documents a memo holds; with one more it begins
// anew, so that documents that are gone do not stay for ever.
const mostRemembered = 64

// memo remembers what is made from a document until the document changes. It
// is safe for concurrent use; what it hands out is shared and not changed.
type memo[T any] struct {
	mu   sync.Mutex
	made map[string]*remembered[T] // by document ID
}

type remembered[T any] struct {
	edition string
	once    sync.Once
	value   T
}

// of returns what from makes of d.
func (m *memo[T]) of(d *ingest.Document, from func(*ingest.Document) T) T {
	m.mu.Lock()
	r := m.made[d.ID]
	if r == nil || r.edition != d.Edition {
		if m.made == nil || len(m.made) >= mostRemembered {
			m.made = make(map[string]*remembered[T])
		}
		r = &remembered[T]{edition: d.Edition}
		m.made[d.ID] = r
	}
	m.mu.Unlock()
	r.once.Do(func() { r.value = from(d) })
	return r.value
}
