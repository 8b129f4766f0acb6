package index

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"yanbao/rag/store"
)

// Errors of a data directory, told apart with errors.Is. The text of an error
// that wraps one of them is a sentence for the user that says what to do.
var (
	ErrLocked   = errors.New("data directory is locked")
	ErrNewer    = errors.New("data directory was written by a newer version")
	ErrCorrupt  = errors.New("data directory is damaged")
	ErrReadOnly = errors.New("data directory is read-only")
	ErrFull     = errors.New("no space left for the data directory")
	ErrUnknown  = errors.New("no such document")
	ErrMismatch = store.ErrMismatch // made with another embedding model
)

// rebuildCommand makes a new index from the stored documents.
const rebuildCommand = "yanbao ingest -rebuild"

// problem is an error of a known kind whose text stands by itself.
type problem struct {
	kind  error
	text  string
	cause error // nil, or what the system said
}

func (p *problem) Error() string   { return p.text }
func (p *problem) Unwrap() []error { return []error{p.kind, p.cause} }

// damaged says that a file of the data directory is not what was written.
func (l *Library) damaged(what string, cause error) error {
	text := fmt.Sprintf("data directory %s is damaged: %s; run `%s` to make its index anew from the stored documents", l.dir, what, l.o.RebuildCommand)
	return &problem{ErrCorrupt, text, cause}
}

// newer says that a file has a schema that this program does not know.
func (l *Library) newer(what string, schema int) error {
	text := fmt.Sprintf("data directory %s was written by a newer yanbao (%s has version %d, this program knows %d): use the newer program or another directory",
		l.dir, what, schema, schemaVersion)
	return &problem{ErrNewer, text, nil}
}

// mismatch says that the vectors are of another model.
func (l *Library) mismatch(model string) error {
	text := fmt.Sprintf("the index in %s was made with the embedder %s, this run uses %s: use that embedder, or run `%s` to make the index anew",
		l.dir, model, l.o.Embedder.Model(), l.o.RebuildCommand)
	return &problem{ErrMismatch, text, nil}
}

// writeError makes an error of the system while writing name into a problem
// where its kind is known, and adds the name otherwise.
func (l *Library) writeError(name string, err error) error {
	if rel, relErr := filepath.Rel(l.dir, name); relErr == nil {
		name = rel
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &problem{ErrFull, fmt.Sprintf("no space left in data directory %s (writing %s): free some space and try again; nothing that was stored has changed", l.dir, name), err}
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return &problem{ErrReadOnly, fmt.Sprintf("data directory %s cannot be written to (%s): make it writable or use another one", l.dir, name), err}
	}
	return fmt.Errorf("index: write %s in data directory %s: %w", name, l.dir, err)
}
