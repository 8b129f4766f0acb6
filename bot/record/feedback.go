package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"yanbao/rag"
)

// Verdicts that people give. All but Up and Down dispute an answer.
const (
	Up          = "up"
	Down        = "down"
	WrongNumber = "wrong_number"
	WrongSource = "wrong_source"
	NotInReport = "not_in_report"
)

// Verdicts lists what Feedback.Verdict may be.
func Verdicts() []string { return []string{Up, Down, WrongNumber, WrongSource, NotInReport} }

// MaxComment is the longest comment in runes.
const MaxComment = 2000

// Feedback is what somebody says of an answer.
type Feedback struct {
	Answer  string    `json:"answer_id"`
	Verdict string    `json:"verdict"`
	Claim   int       `json:"claim"` // which claim, from 1; 0 for the answer as a whole
	Comment string    `json:"comment"`
	Door    string    `json:"door"` // "http", "web", "slack" ...
	At      time.Time `json:"at"`   // set by AddFeedback
}

// AddFeedback records what somebody says of the answer that was given last
// under its ID. It fails with ErrUnknown for an answer that is not recorded and
// with ErrFeedback for feedback that cannot be used.
func (r *Record) AddFeedback(ctx context.Context, f Feedback) error {
	if !slices.Contains(Verdicts(), f.Verdict) {
		return fmt.Errorf("%w: verdict %q is none of %v", ErrFeedback, f.Verdict, Verdicts())
	}
	if n := utf8.RuneCountInString(f.Comment); n > MaxComment || !utf8.ValidString(f.Comment) {
		return fmt.Errorf("%w: the comment must be text of at most %d characters", ErrFeedback, MaxComment)
	}
	a, err := r.Answer(ctx, f.Answer)
	if err != nil {
		return err
	}
	if f.Claim < 0 || f.Claim > len(a.Claims) {
		return fmt.Errorf("%w: claim %d: the answer has %d, counted from 1; 0 is the answer as a whole", ErrFeedback, f.Claim, len(a.Claims))
	}
	at := r.now().UnixMilli()
	return r.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.Exec(`INSERT INTO feedback (answer, at, verdict, claim, comment, door)
			SELECT seq, ?, ?, ?, ?, ? FROM answers WHERE id = ? ORDER BY seq DESC LIMIT 1`,
			at, f.Verdict, f.Claim, f.Comment, f.Door, f.Answer)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("%w: answer %q", ErrUnknown, f.Answer))
		}
		return nil
	})
}

// Dispute is feedback that says something is wrong, with the answer it is on.
type Dispute struct {
	Feedback
	Given *rag.Answer `json:"given"`
}

// Disputes lists feedback other than Up since a time, oldest first.
func (r *Record) Disputes(ctx context.Context, since time.Time) ([]Dispute, error) {
	disputes := []Dispute{}
	err := r.View(ctx, func(ctx context.Context, db *sql.DB) error {
		rows, err := db.QueryContext(ctx, `
			SELECT f.verdict, f.claim, f.comment, f.door, f.at, a.id, a.body
			FROM feedback f JOIN answers a ON a.seq = f.answer
			WHERE f.verdict <> ? AND f.at >= ? ORDER BY f.seq`, Up, since.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Dispute
			var at int64
			var body []byte
			if err := rows.Scan(&d.Verdict, &d.Claim, &d.Comment, &d.Door, &at, &d.Answer, &body); err != nil {
				return err
			}
			d.At = time.UnixMilli(at).UTC()
			if err := json.Unmarshal(body, &d.Given); err != nil {
				return &problem{ErrCorrupt, fmt.Sprintf("%s is damaged: answer %s cannot be read", r.path, d.Answer), err}
			}
			disputes = append(disputes, d)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return disputes, nil
}
