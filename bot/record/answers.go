package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yanbao/rag"
)

// Save records that an answer was given, and the answer unless the same is
// there already.
func (r *Record) Save(ctx context.Context, a *rag.Answer) error {
	told := *a
	told.TookMS = 0
	stable, err := json.Marshal(&told)
	if err != nil {
		return fmt.Errorf("record: answer %s: %w", a.ID, err)
	}
	g := given{answer: a, digest: sha256.Sum256(stable), at: r.now().UnixMilli()}
	return r.Update(ctx, func(tx *sql.Tx) error {
		if seq, ok := r.seen[g.digest]; ok {
			if _, err := tx.Stmt(r.asked).Exec(seq, g.at); err == nil {
				return nil
			}
			delete(r.seen, g.digest) // another process has removed it
		}
		return r.insert(tx, g)
	})
}

// given is an answer that was given at a time.
type given struct {
	answer *rag.Answer
	digest [sha256.Size]byte
	at     int64
}

// mostSeen is how many answers are known to be there without a look. The
// writer alone uses that knowledge.
const mostSeen = 10_000

// insert records an answer that may be new.
func (r *Record) insert(tx *sql.Tx, g given) error {
	body, err := json.Marshal(g.answer)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO answers (id, digest, at, status, question, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id, digest) DO NOTHING`, g.answer.ID, g.digest[:], g.at, string(g.answer.Status), g.answer.Question, body)
	if err != nil {
		return err
	}
	var seq int64
	if err := tx.QueryRow(`SELECT seq FROM answers WHERE id = ? AND digest = ?`, g.answer.ID, g.digest[:]).Scan(&seq); err != nil {
		return err
	}
	if _, err := tx.Stmt(r.asked).Exec(seq, g.at); err != nil {
		return err
	}
	if len(r.seen) >= mostSeen {
		clear(r.seen)
	}
	r.seen[g.digest] = seq
	return nil
}

// Answer returns the answer that was given last under an ID, or ErrUnknown.
func (r *Record) Answer(ctx context.Context, id string) (*rag.Answer, error) {
	var body []byte
	err := r.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT body FROM answers WHERE id = ? ORDER BY seq DESC LIMIT 1`, id).Scan(&body)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: answer %q", ErrUnknown, id)
	}
	if err != nil {
		return nil, err
	}
	var a rag.Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, &problem{ErrCorrupt, fmt.Sprintf("%s is damaged: answer %s cannot be read", r.path, id), err}
	}
	return &a, nil
}

// Prune removes what was last asked before a time, with the feedback on it, and
// returns how many answers went.
func (r *Record) Prune(ctx context.Context, before time.Time) (removed int, err error) {
	limit := before.UnixMilli()
	err = r.Update(ctx, func(tx *sql.Tx) error {
		clear(r.seen)
		if _, err := tx.Exec(`DELETE FROM asked WHERE at < ?`, limit); err != nil {
			return err
		}
		const old = `SELECT seq FROM answers WHERE at < ? AND NOT EXISTS (SELECT 1 FROM asked WHERE asked.answer = answers.seq)`
		if _, err := tx.Exec(`DELETE FROM feedback WHERE answer IN (`+old+`)`, limit); err != nil {
			return err
		}
		result, err := tx.Exec(`DELETE FROM answers WHERE seq IN (`+old+`)`, limit)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		removed = int(n)
		return err
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// Gap is a question that got no answer.
type Gap struct {
	Question string        `json:"question"`
	Status   rag.Status    `json:"status"`
	Times    int           `json:"times"` // how often it was asked
	First    time.Time     `json:"first"`
	Last     time.Time     `json:"last"`
	Answer   string        `json:"answer_id"` // of the last refusal
	Related  []rag.Related `json:"related"`   // the nearest passages
}

// Gaps lists what was asked since a time and not found, most often asked
// first; at most limit, 0 for all.
func (r *Record) Gaps(ctx context.Context, since time.Time, limit int) ([]Gap, error) {
	if limit <= 0 {
		limit = -1 // no limit in SQLite
	}
	gaps := []Gap{}
	err := r.View(ctx, func(ctx context.Context, db *sql.DB) error {
		// The columns beside max() are those of the row that has the maximum.
		rows, err := db.QueryContext(ctx, `
			SELECT a.question, a.status, count(*) AS times, min(k.at), max(k.at) AS last, a.id, a.body
			FROM asked k JOIN answers a ON a.seq = k.answer
			WHERE k.at >= ? AND a.status = ?
			GROUP BY a.question ORDER BY times DESC, last DESC, a.question LIMIT ?`, since.UnixMilli(), string(rag.NotFound), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var g Gap
			var first, last int64
			var body []byte
			if err := rows.Scan(&g.Question, &g.Status, &g.Times, &first, &last, &g.Answer, &body); err != nil {
				return err
			}
			var a rag.Answer
			if err := json.Unmarshal(body, &a); err != nil {
				return &problem{ErrCorrupt, fmt.Sprintf("%s is damaged: answer %s cannot be read", r.path, g.Answer), err}
			}
			g.First, g.Last, g.Related = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC(), a.Related
			gaps = append(gaps, g)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return gaps, nil
}
