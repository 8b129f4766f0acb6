// Package record keeps what was asked, what was answered and what people said
// of it, in one SQLite file (yanbao.db) of the data directory.
//
// What is kept is only ever added to, and removed whole when it is older than
// the retention (Prune). Tables are made and extended by numbered steps that
// are never changed once released (Schema); packages that keep something of
// their own beside the answers bring their own Schema and use Update and View.
//
// It does not decide what is recorded and never logs a question. The index
// does not depend on it: removing the file loses the history and nothing else.
package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is the name of the database in a data directory.
const FileName = "yanbao.db"

// busyWait is how long a change waits for one of another process.
const busyWait = 5 * time.Second

// Options are what a record works with; the zero value is fine.
type Options struct {
	Log *slog.Logger     // nil logs nothing
	Now func() time.Time // nil for time.Now

	// Schemas are those of other packages that keep something in the database.
	Schemas []Schema
}

// Record is the open database. It is safe for concurrent use, also by several
// processes at a time.
type Record struct {
	path  string
	log   *slog.Logger
	now   func() time.Time
	read  *sql.DB // any number of readers
	write *sql.DB // one connection, used by the writer alone

	asked *sql.Stmt                   // says that an answer was given, on write
	seen  map[[sha256.Size]byte]int64 // answers that are there, by digest; used by the writer alone

	jobs   chan job
	closed chan struct{}
	ended  chan struct{}
	once   sync.Once
}

// Open opens the database in dir, makes both if they are not there, and brings
// its tables up to date. It fails with ErrNewer, ErrCorrupt, ErrReadOnly or
// ErrFull where the file cannot be used.
func Open(ctx context.Context, dir string, o Options) (*Record, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, openError(filepath.Join(dir, FileName), err)
	}
	return open(ctx, filepath.Join(dir, FileName), o)
}

// OpenExisting is Open that makes nothing: where there is no database it fails
// with ErrNothing.
func OpenExisting(ctx context.Context, dir string, o Options) (*Record, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &problem{ErrNothing, fmt.Sprintf("nothing is recorded in %s: answers are recorded while yanbao serve runs", dir), err}
	}
	return open(ctx, path, o)
}

func open(ctx context.Context, path string, o Options, pragmas ...string) (*Record, error) {
	r := &Record{
		path: path, log: o.Log, now: o.Now,
		jobs: make(chan job), closed: make(chan struct{}), ended: make(chan struct{}),
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.now == nil {
		r.now = time.Now
	}
	var err error
	if r.write, err = sql.Open("sqlite", source(path, append(pragmas, "journal_mode(WAL)", "synchronous(NORMAL)"))); err != nil {
		return nil, r.explain("open", err)
	}
	r.write.SetMaxOpenConns(1)
	if err := r.migrate(ctx, append([]Schema{schema()}, o.Schemas...)); err != nil {
		return nil, errors.Join(err, r.write.Close())
	}
	if r.read, err = sql.Open("sqlite", source(path, nil)); err != nil {
		return nil, errors.Join(r.explain("open", err), r.write.Close())
	}
	if err := r.begin(); err != nil {
		return nil, errors.Join(err, r.read.Close(), r.write.Close())
	}
	return r, nil
}

// begin starts the writer.
func (r *Record) begin() (err error) {
	if r.asked, err = r.write.Prepare(`INSERT INTO asked (answer, at) VALUES (?, ?)`); err != nil {
		return r.explain("open", err)
	}
	r.seen = map[[sha256.Size]byte]int64{}
	go r.writer()
	return nil
}

// source names the database for the driver. A transaction takes the lock for
// writing when it begins, so that two processes queue and do not collide.
func source(path string, pragmas []string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()), "foreign_keys(1)"}, pragmas...) {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: q.Encode()}).String()
}

// Path is where the database is.
func (r *Record) Path() string { return r.path }

// Close ends the use of the record, after the change under way. Calls that
// come later fail with ErrClosed.
func (r *Record) Close() error {
	var err error
	r.once.Do(func() {
		close(r.closed)
		<-r.ended
		err = errors.Join(r.asked.Close(), r.read.Close(), r.write.Close())
	})
	if err != nil {
		return r.explain("close", err)
	}
	return nil
}

// View runs f on the database for reading.
func (r *Record) View(ctx context.Context, f func(ctx context.Context, db *sql.DB) error) error {
	select {
	case <-r.closed:
		return ErrClosed
	default:
	}
	return r.explain("read", f(ctx, r.read))
}
