package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// batch is how many changes are committed together at most: under load a
// commit is shared by all that wait for it, alone a change waits for none.
const batch = 256

// job is one change and where its outcome goes.
type job struct {
	ctx  context.Context
	f    func(tx *sql.Tx) error
	done chan error // buffered
}

// Update runs f in a transaction that is committed when f returns nil and
// undone when it returns an error, which Update returns. Changes are made one
// after the other; those waiting at the same time share a commit. When ctx is
// done before f begins, f is not run.
func (r *Record) Update(ctx context.Context, f func(tx *sql.Tx) error) error {
	j := job{ctx, f, make(chan error, 1)}
	select {
	case r.jobs <- j:
		return r.explain("write", <-j.done)
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		return ErrClosed
	}
}

// writer makes all changes, until the record is closed.
func (r *Record) writer() {
	defer close(r.ended)
	for {
		select {
		case <-r.closed:
			return
		case j := <-r.jobs:
			r.commit(j)
		}
	}
}

// commit runs first, and what else waits by then, in one transaction. A change
// that fails is undone by itself; if the transaction fails, all have failed.
func (r *Record) commit(first job) {
	var made []job
	err := func() error {
		tx, err := r.write.Begin()
		if err != nil {
			made = append(made, first)
			return err
		}
		defer tx.Rollback() // after Commit it does nothing
		for next, more := first, true; more; next, more = r.next(len(made)) {
			switch err := attempt(tx, next); {
			case errors.Is(err, errUndo):
				made = append(made, next)
				return err
			case err != nil:
				next.done <- err
			default:
				made = append(made, next)
			}
		}
		return tx.Commit()
	}()
	if err != nil {
		clear(r.seen) // what was made is not there
	}
	for _, j := range made {
		j.done <- err
	}
}

// next returns a change that waits already.
func (r *Record) next(made int) (job, bool) {
	if made >= batch {
		return job{}, false
	}
	select {
	case j := <-r.jobs:
		return j, true
	default:
		return job{}, false
	}
}

// errUndo is a change that failed and could not be undone by itself: a full
// disk may end the whole transaction.
var errUndo = errors.New("the transaction has ended")

// attempt runs one change so that it can be undone by itself.
func attempt(tx *sql.Tx, j job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if _, err := tx.Exec("SAVEPOINT change"); err != nil {
		return err
	}
	failed := j.f(tx)
	if failed != nil {
		if _, err := tx.Exec("ROLLBACK TO change"); err != nil {
			return fmt.Errorf("%w: %w (%w)", failed, err, errUndo)
		}
	}
	if _, err := tx.Exec("RELEASE change"); err != nil && failed == nil {
		return err
	}
	return failed
}
