package slackbot

import (
	"context"
	"database/sql"
	"errors"
)

// thread reports whether the bot takes part in a thread, and whether somebody
// else was addressed there since the bot was.
func (l *ledger) thread(ctx context.Context, team, channel, thread string) (part, others bool, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT others FROM slack_threads WHERE team = ? AND channel = ? AND thread = ?`, team, channel, thread).Scan(&others)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	return err == nil, others, err
}

// addressed notes that somebody else was addressed in a thread.
func (l *ledger) addressed(ctx context.Context, team, channel, thread string) error {
	return l.record.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE slack_threads SET others = 1 WHERE team = ? AND channel = ? AND thread = ?`, team, channel, thread)
		return err
	})
}

// replied reports whether a message is the answer to another question.
func (l *ledger) replied(ctx context.Context, q *inquiry, ts string) (other bool, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM slack_questions WHERE team = ? AND channel = ? AND reply = ? AND seq <> ?)`,
			q.team, q.channel, ts, q.seq).Scan(&other)
	})
	return other, err
}

// first reports whether a question is the first of its thread.
func (l *ledger) first(ctx context.Context, q *inquiry) (first bool, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM slack_questions WHERE team = ? AND channel = ? AND thread = ? AND seq < ?)`,
			q.team, q.channel, q.thread, q.seq).Scan(&first)
	})
	return first, err
}

// recent is the time of the n-th question before q in its thread, as far as is
// known; "" where there are fewer, so that the thread is read from its begin.
func (l *ledger) recent(ctx context.Context, q *inquiry, n int) (ts string, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT ts FROM slack_questions WHERE team = ? AND channel = ? AND thread = ? AND ts < ? ORDER BY ts DESC LIMIT 1 OFFSET ?`,
			q.team, q.channel, q.thread, q.ts, n).Scan(&ts)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return ts, err
}
