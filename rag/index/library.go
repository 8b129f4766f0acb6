package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"yanbao/ingest"
)

// Library is a data directory: the documents of a user and their index.
//
//	DIR/documents/<id>/<edition>/   source, text, document.json, edition.json
//	DIR/documents/.catalog/<gen>    copy of the manifest of a generation
//	DIR/index/<gen>/                manifest.json, vectors
//	DIR/index/CURRENT               names the generation that counts
//	DIR/damaged/                    what Rebuild could not read
//	DIR/lock, DIR/lock.owner        see lock
//
// Editions and generations are never changed once written. A change writes the
// editions and the generation that are new beside the old ones, makes them
// last, and then switches by renaming CURRENT: a process that is killed at any
// moment leaves the old generation or the new one. The generation before the
// current one is kept for those still reading it; what no generation refers to
// is removed by the next change.
//
// One process at a time may change a directory; reading needs no lock. All
// methods are safe for concurrent use.
type Library struct {
	dir  string
	o    Options
	disk disk

	mu sync.Mutex // held by a change; the lock of the directory is for other processes
}

// Source is a document and the file that it was read from.
type Source struct {
	Document *ingest.Document
	Data     []byte // bytes of the file
}

// Change says what adding a document has done. Numbers are of passages that
// are retrieved.
type Change struct {
	Document  string `json:"document"`  // ID
	Added     int    `json:"added"`     // new passages
	Removed   int    `json:"removed"`   // passages that the edition before had
	Kept      int    `json:"kept"`      // passages that both have
	Unchanged bool   `json:"unchanged"` // the same edition was there already
}

// Status describes a data directory.
type Status struct {
	Generation string `json:"generation"` // "" when nothing has been added yet
	Schema     int    `json:"schema"`
	Model      string `json:"model"` // embedder of the vectors
	Dim        int    `json:"dim"`
	Documents  int    `json:"documents"`
	Passages   int    `json:"passages"` // retrieved ones
}

// Open returns the library in dir. It reads and makes nothing: a directory
// that does not exist is an empty library, and made by the first Add.
func Open(dir string, o Options) (*Library, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, errors.New("index: no data directory given")
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("index: data directory %s is a file: name a directory", dir)
	}
	l := &Library{dir: dir, o: o}
	l.useDisk(osDisk{})
	return l, nil
}

// useDisk makes l write through d.
func (l *Library) useDisk(d disk) { l.disk = explained{d, l.writeError} }

// Dir returns the data directory.
func (l *Library) Dir() string { return l.dir }

// Close ends the use of the library, after a change that is under way.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return nil
}

// Status describes the current generation without reading its documents or
// vectors.
func (l *Library) Status(ctx context.Context) (Status, error) {
	if err := ctx.Err(); err != nil {
		return Status{}, err
	}
	m, err := l.readManifest()
	if err != nil {
		return Status{}, err
	}
	return Status{m.Generation, m.Schema, m.Model, m.Dim, len(m.Documents), m.Passages}, nil
}

// Add stores documents and makes a new generation with them: all of them or,
// on an error, none. A document replaces the one of the same ID; passages whose
// embedded text was there already are not embedded again. Documents that are
// stored already as they are change nothing, and nothing at all is written if
// that holds for all of them. Changes come in the order of sources.
func (l *Library) Add(ctx context.Context, sources []Source) ([]Change, error) {
	editions, err := encodeAll(sources)
	if err != nil {
		return nil, err
	}
	m, err := l.readManifest()
	if err != nil {
		return nil, err
	}
	if err := l.checkModel(m); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(editions, func(e *encoded) bool { return !l.holds(m, e) }) {
		return l.changes(editions, nil), nil
	}
	var made map[string]Change
	err = l.change(ctx, func(m *manifest) (err error) {
		made, err = l.write(ctx, m, l.planAdd(m, editions))
		return err
	})
	if err != nil {
		return nil, err
	}
	return l.changes(editions, made), nil
}

// planAdd returns the documents of m and, new or in place of their earlier
// editions, those of editions that it does not hold.
func (l *Library) planAdd(m *manifest, editions []*encoded) []planned {
	var plan []planned
	isNew := map[string]bool{}
	for _, e := range editions {
		if !l.holds(m, e) {
			isNew[e.stored.ID] = true
			plan = append(plan, planned{stored: e.stored, edition: func() (*encoded, error) { return e, nil }})
		}
	}
	for _, stored := range m.Documents {
		if !isNew[stored.ID] {
			plan = append(plan, planned{stored: stored})
		}
	}
	return plan
}

// encodeAll encodes sources, which must have different IDs.
func encodeAll(sources []Source) ([]*encoded, error) {
	names := map[string]string{}
	editions := make([]*encoded, len(sources))
	for i, s := range sources {
		e, err := encode(s.Document, s.Data)
		if err != nil {
			return nil, err
		}
		if other, ok := names[e.stored.ID]; ok {
			return nil, fmt.Errorf("index: %s and %s both have the document ID %s: give one of them another ID", other, s.Document.Source, e.stored.ID)
		}
		names[e.stored.ID] = s.Document.Source
		editions[i] = e
	}
	return editions, nil
}

// holds reports whether m has exactly this edition and its files are whole.
func (l *Library) holds(m *manifest, e *encoded) bool {
	stored, ok := m.document(e.stored.ID)
	return ok && stored.Record == e.stored.Record && l.intact(stored)
}

// changes lists what was made of each edition; those that made nothing are
// unchanged.
func (l *Library) changes(editions []*encoded, made map[string]Change) []Change {
	list := make([]Change, len(editions))
	for i, e := range editions {
		c, ok := made[e.stored.ID]
		if !ok {
			c = Change{Document: e.stored.ID, Kept: e.stored.Passages, Unchanged: true}
		}
		list[i] = c
	}
	return list
}

// Remove makes a new generation without the document, or fails with
// ErrUnknown. Its files are removed from disk by the change after this one.
func (l *Library) Remove(ctx context.Context, id string) error {
	if m, err := l.readManifest(); err != nil {
		return err
	} else if _, ok := m.document(id); !ok { // told apart before anything is written
		return l.unknown(id)
	}
	return l.change(ctx, func(m *manifest) error {
		var plan []planned
		for _, stored := range m.Documents {
			if stored.ID != id {
				plan = append(plan, planned{stored: stored})
			}
		}
		if len(plan) == len(m.Documents) {
			return l.unknown(id)
		}
		_, err := l.write(ctx, m, plan)
		return err
	})
}

func (l *Library) unknown(id string) error {
	text := fmt.Sprintf("data directory %s has no document %s: `yanbao documents` lists what there is", l.dir, id)
	return &problem{ErrUnknown, text, nil}
}

// change runs f as the only writer, on the current manifest, with leftovers of
// a killed writer cleared away.
func (l *Library) change(ctx context.Context, f func(m *manifest) error) error {
	return l.exclusively(ctx, func() error {
		m, err := l.readManifest()
		if err != nil {
			return err
		}
		if err := l.checkModel(m); err != nil {
			return err
		}
		if err := l.prepare(); err != nil {
			return err
		}
		l.clean(m)
		if err := f(m); err != nil {
			// Which generation is current now depends on how far f came.
			if now, readErr := l.readManifest(); readErr == nil {
				l.clean(now)
			}
			return err
		}
		return nil
	})
}

// exclusively runs f as the only writer of the directory.
func (l *Library) exclusively(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return f()
}

// sortPlan puts documents in the order of a manifest.
func sortPlan(plan []planned) {
	slices.SortFunc(plan, func(a, b planned) int { return strings.Compare(a.stored.ID, b.stored.ID) })
}
