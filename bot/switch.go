package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"yanbao/ingest"
	"yanbao/rag"
)

// Switch is a Library that hands everything on to another one, which can be
// replaced while questions are being answered. A question is answered to the
// end by the one that it began with.
type Switch struct {
	mu      sync.Mutex
	current *edition
}

// edition is one state of the library.
type edition struct {
	library Library
	name    string
	close   func()
	users   int  // calls under way, under Switch.mu
	gone    bool // replaced
}

// NewSwitch begins with a library. close, which may be nil, is called when it
// has been replaced and its last call has ended.
func NewSwitch(ctx context.Context, l Library, close func()) *Switch {
	s := &Switch{}
	s.Replace(ctx, l, close)
	return s
}

// Replace puts another library in the place of the current one.
func (s *Switch) Replace(ctx context.Context, l Library, close func()) {
	if close == nil {
		close = func() {}
	}
	next := &edition{library: l, name: Edition(l.Documents(ctx)), close: close}
	s.mu.Lock()
	old := s.current
	s.current = next
	idle := false
	if old != nil {
		old.gone = true
		idle = old.users == 0
	}
	s.mu.Unlock()
	if idle {
		old.close()
	}
}

// use returns the current library and what must be called after its use.
func (s *Switch) use() (l Library, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.current
	e.users++
	return e.library, func() {
		s.mu.Lock()
		e.users--
		last := e.gone && e.users == 0
		s.mu.Unlock()
		if last {
			e.close()
		}
	}
}

// Edition names the state of the library: it changes when a document does.
func (s *Switch) Edition(context.Context) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.name
}

// Edition names a state of a library by its documents and their editions.
func Edition(documents []rag.DocumentView) string {
	h := sha256.New()
	for _, d := range documents {
		fmt.Fprintf(h, "%q %q %t\n", d.ID, d.Edition, d.Builtin)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Ask implements Asker, as do the methods below, and Document Reader.
func (s *Switch) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	l, done := s.use()
	defer done()
	return l.Ask(ctx, q)
}

// Stream implements Asker.
func (s *Switch) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	l, done := s.use()
	defer done()
	return l.Stream(ctx, q, emit)
}

// Search implements Asker.
func (s *Switch) Search(ctx context.Context, r rag.SearchRequest) ([]rag.SearchResult, error) {
	l, done := s.use()
	defer done()
	return l.Search(ctx, r)
}

// Passage implements Asker.
func (s *Switch) Passage(ctx context.Context, id string) (*rag.PassageView, error) {
	l, done := s.use()
	defer done()
	return l.Passage(ctx, id)
}

// Documents implements Asker.
func (s *Switch) Documents(ctx context.Context) []rag.DocumentView {
	l, done := s.use()
	defer done()
	return l.Documents(ctx)
}

// Tables implements Asker.
func (s *Switch) Tables(ctx context.Context, document string) []rag.TableView {
	l, done := s.use()
	defer done()
	return l.Tables(ctx, document)
}

// Table implements Asker.
func (s *Switch) Table(ctx context.Context, id string) (*rag.TableView, error) {
	l, done := s.use()
	defer done()
	return l.Table(ctx, id)
}

// Document implements Reader.
func (s *Switch) Document(ctx context.Context, id string) (*ingest.Document, error) {
	l, done := s.use()
	defer done()
	return l.Document(ctx, id)
}
