package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors told apart with errors.Is. The text of an error that wraps one of
// them is a sentence for the operator that says what to do.
var (
	ErrUnknown  = errors.New("nothing recorded under that ID")
	ErrNothing  = errors.New("there is no record yet")
	ErrNewer    = errors.New("the record was written by a newer version")
	ErrCorrupt  = errors.New("the record is damaged")
	ErrReadOnly = errors.New("the record cannot be written to")
	ErrFull     = errors.New("no space left for the record")
	ErrBusy     = errors.New("the record is in use")
	ErrClosed   = errors.New("the record is closed")
	ErrFeedback = errors.New("feedback cannot be used")
)

// problem is an error of a known kind whose text stands by itself.
type problem struct {
	kind  error
	text  string
	cause error
}

func (p *problem) Error() string   { return p.text }
func (p *problem) Unwrap() []error { return []error{p.kind, p.cause} }

// explain makes an error of the database one of a known kind.
func (r *Record) explain(what string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var known *problem
	if errors.As(err, &known) || errors.Is(err, ErrUnknown) || errors.Is(err, ErrFeedback) {
		return err
	}
	if p := explained(r.path, err); p != nil {
		return p
	}
	return fmt.Errorf("record: %s %s: %w", what, r.path, err)
}

// explained is nil for an error of no known kind.
func explained(path string, err error) error {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return nil
	}
	switch failed.Code() & 0xff { // the rest tells details of the kind
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &problem{ErrCorrupt, fmt.Sprintf("%s is damaged: put back a copy of it, or move it away (with the files beside it that begin with its name) to begin a new one", path), err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN:
		return &problem{ErrReadOnly, fmt.Sprintf("%s cannot be opened for writing: make the directory and the file writable, or record nothing", path), err}
	case sqlite3.SQLITE_FULL:
		return &problem{ErrFull, fmt.Sprintf("no space left for %s: free some and try again; what was recorded has not changed", path), err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &problem{ErrBusy, fmt.Sprintf("%s is in use by another process for longer than %s: try again", path, busyWait), err}
	}
	return nil
}

// openError explains why the directory cannot be made.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &problem{ErrFull, fmt.Sprintf("no space left for %s: free some and try again", path), err}
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR):
		return &problem{ErrReadOnly, fmt.Sprintf("%s cannot be made: name a directory that can be written to, or record nothing", path), err}
	}
	return fmt.Errorf("record: make %s: %w", path, err)
}
