package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
)

// Schema is the tables of one package. Steps are SQL scripts, each run once, in
// order; a released step is never changed, what comes later is a new step. Name
// is unique in the program; tables of other packages begin with it.
type Schema struct {
	Name  string
	Steps []string
}

// schema is that of the answers themselves. The triggers hold that rows are
// never changed.
func schema() Schema {
	return Schema{"record", []string{`
CREATE TABLE answers (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
	id       TEXT NOT NULL,    -- rag.Answer.ID; a generated answer may be given anew under it
	digest   BLOB NOT NULL,    -- of what is told, without how long it took
	at       INTEGER NOT NULL, -- Unix time in milliseconds, here and below
	status   TEXT NOT NULL,
	question TEXT NOT NULL,
	body     BLOB NOT NULL,    -- rag.Answer in JSON
	UNIQUE (id, digest)
) STRICT;
CREATE TABLE asked (
	seq    INTEGER PRIMARY KEY,
	answer INTEGER NOT NULL REFERENCES answers(seq),
	at     INTEGER NOT NULL
) STRICT;
CREATE INDEX asked_answer ON asked(answer, at);
CREATE INDEX asked_at ON asked(at);
CREATE TABLE feedback (
	seq     INTEGER PRIMARY KEY,
	answer  INTEGER NOT NULL REFERENCES answers(seq),
	at      INTEGER NOT NULL,
	verdict TEXT NOT NULL,
	claim   INTEGER NOT NULL,  -- from 1; 0 for the answer as a whole
	comment TEXT NOT NULL,
	door    TEXT NOT NULL
) STRICT;
CREATE INDEX feedback_answer ON feedback(answer);
CREATE TRIGGER answers_fixed BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'answers are not changed'); END;
CREATE TRIGGER asked_fixed BEFORE UPDATE ON asked BEGIN SELECT RAISE(ABORT, 'what was asked is not changed'); END;
CREATE TRIGGER feedback_fixed BEFORE UPDATE ON feedback BEGIN SELECT RAISE(ABORT, 'feedback is not changed'); END;
`}}
}

// migrate runs the steps that the database does not have yet, all or none.
func (r *Record) migrate(ctx context.Context, schemas []Schema) error {
	tx, err := r.write.BeginTx(ctx, nil)
	if err != nil {
		return r.explain("open", err)
	}
	defer tx.Rollback() // after Commit it does nothing
	_, err = tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_steps (
		schema TEXT NOT NULL, step INTEGER NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (schema, step)) STRICT`)
	if err != nil {
		return r.explain("open", err)
	}
	seen := map[string]bool{}
	for _, s := range schemas {
		if s.Name == "" || seen[s.Name] {
			return fmt.Errorf("record: two schemas are named %q", s.Name)
		}
		seen[s.Name] = true
		if err := r.advance(ctx, tx, s); err != nil {
			return r.explain("bring up to date", err)
		}
	}
	return r.explain("bring up to date", tx.Commit())
}

// advance runs the steps of one schema that are not done.
func (r *Record) advance(ctx context.Context, tx *sql.Tx, s Schema) error {
	var done int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM schema_steps WHERE schema = ?`, s.Name).Scan(&done); err != nil {
		return err
	}
	if done > len(s.Steps) {
		return &problem{ErrNewer, fmt.Sprintf("%s was written by a newer yanbao (%s has version %d, this program knows %d): use the newer program or another data directory",
			r.path, s.Name, done, len(s.Steps)), nil}
	}
	for i, step := range s.Steps {
		sum := sha256.Sum256([]byte(step))
		digest := hex.EncodeToString(sum[:])
		var had string
		err := tx.QueryRowContext(ctx, `SELECT digest FROM schema_steps WHERE schema = ? AND step = ?`, s.Name, i+1).Scan(&had)
		switch {
		case err == nil && had == digest:
			continue
		case err == nil:
			return &problem{ErrNewer, fmt.Sprintf("%s was written by another yanbao (step %d of %s differs): use that program or another data directory", r.path, i+1, s.Name), nil}
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("step %d of %s: %w", i+1, s.Name, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO schema_steps VALUES (?, ?, ?, ?)`, s.Name, i+1, digest, r.now().UnixMilli()); err != nil {
			return err
		}
		r.log.Info("record: schema step done", "schema", s.Name, "step", i+1)
	}
	return nil
}
