package slackbot

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yanbao/bot/record"
	"yanbao/rag"
)

// Schema is the tables that the bot keeps beside the answers: what was asked
// and how far it is answered, which events came, settings, and the answers
// given in private places, which nobody but those who are there may see.
func Schema() record.Schema {
	return record.Schema{Name: "slack", Steps: []string{`
CREATE TABLE slack_questions (
	seq      INTEGER PRIMARY KEY,
	team     TEXT NOT NULL,
	channel  TEXT NOT NULL,
	ts       TEXT NOT NULL,    -- of the message, or the trigger ID where there is none
	thread   TEXT NOT NULL,    -- of the first message of the thread; "" where the answer is shown to one person
	user     TEXT NOT NULL,
	kind     TEXT NOT NULL,
	text     TEXT NOT NULL,    -- emptied when answered
	response TEXT NOT NULL,    -- response URL; emptied when answered
	private  INTEGER NOT NULL,
	state    TEXT NOT NULL,
	reply    TEXT NOT NULL,    -- ts of the answer
	revision INTEGER NOT NULL, -- how often the asker changed it
	at       INTEGER NOT NULL, -- Unix time in milliseconds, here and below
	UNIQUE (team, channel, ts)
) STRICT;
CREATE INDEX slack_questions_thread ON slack_questions(team, channel, thread, ts);
CREATE INDEX slack_questions_open ON slack_questions(state) WHERE state NOT IN ('answered', 'dropped', 'failed');
CREATE TABLE slack_events (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX slack_events_at ON slack_events(at);
CREATE TABLE slack_threads (
	team TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL,
	others INTEGER NOT NULL,   -- whether somebody else was addressed since the bot was
	at INTEGER NOT NULL,
	PRIMARY KEY (team, channel, thread)
) STRICT, WITHOUT ROWID;
CREATE TABLE slack_settings (
	team TEXT NOT NULL, channel TEXT NOT NULL, body TEXT NOT NULL, user TEXT NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (team, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE slack_answers (
	team TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (team, channel, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE slack_feedback (
	seq INTEGER PRIMARY KEY, team TEXT NOT NULL, channel TEXT NOT NULL, answer TEXT NOT NULL, user TEXT NOT NULL, verdict TEXT NOT NULL, at INTEGER NOT NULL,
	UNIQUE (team, channel, answer, user, verdict)
) STRICT;
`}}
}

// state says how far a question is answered. A question is persisted as
// waiting before its event is acknowledged; posting is persisted before the
// first call that may create a message, so that after a crash the thread is
// searched for it.
type state string

const (
	waiting   state = "waiting"
	posting   state = "posting"   // a message may be there; which is not known
	open      state = "open"      // reply holds a message that is not final
	streaming state = "streaming" // the same, of a stream
	withdrawn state = "withdrawn" // the asker deleted it; the reply, if any, is to go
	answered  state = "answered"
	dropped   state = "dropped"
	failed    state = "failed" // Slack refuses an answer there
)

// kind says how a question was asked.
type kind string

const (
	mentioned kind = "mention"
	direct    kind = "direct"
	followUp  kind = "follow-up"
	slash     kind = "slash" // answered to one person
	checking  kind = "check" // a message to be checked, answered to one person
)

// inquiry is one question on its way.
type inquiry struct {
	seq                             int64
	team, channel, ts, thread, user string
	kind                            kind
	text, response                  string
	private                         bool
	state                           state
	reply                           string
	revision                        int
	at                              time.Time
}

// ephemeral reports whether the answer is shown to one person.
func (q *inquiry) ephemeral() bool { return q.kind == slash || q.kind == checking }

// ledger is the bot's part of the record.
type ledger struct {
	record *record.Record
	now    func() time.Time
}

// seen notes an event and reports whether it is new. An event without an ID is.
func seen(tx *sql.Tx, event string, at int64) (fresh bool, err error) {
	if event == "" {
		return true, nil
	}
	result, err := tx.Exec(`INSERT INTO slack_events (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, event, at)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// accept persists a question with the event that brought it. It returns false
// for an event or a message that was there before.
func (l *ledger) accept(ctx context.Context, event string, q *inquiry) (fresh bool, err error) {
	q.state, q.at = waiting, l.now()
	at := q.at.UnixMilli()
	err = l.record.Update(ctx, func(tx *sql.Tx) error {
		fresh = false
		first, err := seen(tx, event, at)
		if err != nil || !first {
			return err
		}
		result, err := tx.Exec(`INSERT INTO slack_questions (team, channel, ts, thread, user, kind, text, response, private, state, reply, revision, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?) ON CONFLICT DO NOTHING`,
			q.team, q.channel, q.ts, q.thread, q.user, q.kind, q.text, q.response, q.private, q.state, at)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if q.seq, err = result.LastInsertId(); err != nil {
			return err
		}
		fresh = true
		if q.thread == "" {
			return nil
		}
		_, err = tx.Exec(`INSERT INTO slack_threads VALUES (?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET at = excluded.at, others = CASE WHEN ? THEN 0 ELSE others END`,
			q.team, q.channel, q.thread, at, q.kind == mentioned)
		return err
	})
	return fresh, err
}

const columnsOfInquiry = `seq, team, channel, ts, thread, user, kind, text, response, private, state, reply, revision, at`

func scanInquiry(scan func(...any) error) (*inquiry, error) {
	var q inquiry
	var at int64
	err := scan(&q.seq, &q.team, &q.channel, &q.ts, &q.thread, &q.user, &q.kind, &q.text, &q.response, &q.private, &q.state, &q.reply, &q.revision, &at)
	q.at = time.UnixMilli(at)
	return &q, err
}

// load reads a question as it stands.
func (l *ledger) load(ctx context.Context, seq int64) (q *inquiry, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		q, err = scanInquiry(db.QueryRowContext(ctx, `SELECT `+columnsOfInquiry+` FROM slack_questions WHERE seq = ?`, seq).Scan)
		return err
	})
	return q, err
}

// unfinished lists the questions without a final answer, oldest first.
func (l *ledger) unfinished(ctx context.Context) (list []*inquiry, err error) {
	err = l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		rows, err := db.QueryContext(ctx, `SELECT `+columnsOfInquiry+` FROM slack_questions
			WHERE state NOT IN ('answered', 'dropped', 'failed') ORDER BY at, seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			q, err := scanInquiry(rows.Scan)
			if err != nil {
				return err
			}
			list = append(list, q)
		}
		return rows.Err()
	})
	return list, err
}

// mark persists how far a question is; reply is kept where it is "". A
// question that its asker changed or deleted meanwhile keeps its state, one
// that is finished forgets its text.
func (l *ledger) mark(ctx context.Context, q *inquiry, s state, reply string) error {
	done := s == answered || s == failed
	err := l.record.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE slack_questions SET reply = CASE WHEN ?1 <> '' THEN ?1 ELSE reply END,
			state = CASE WHEN revision = ?2 AND state <> 'withdrawn' THEN ?3 ELSE state END,
			text = CASE WHEN ?4 AND revision = ?2 THEN '' ELSE text END, response = CASE WHEN ?4 AND revision = ?2 THEN '' ELSE response END
			WHERE seq = ?5`, reply, q.revision, s, done, q.seq)
		return err
	})
	if err != nil {
		return fmt.Errorf("slack: note %s: %w", s, err)
	}
	q.state = s
	if reply != "" {
		q.reply = reply
	}
	return nil
}

// amend gives a question the text that the asker changed it to. It returns the
// question to be answered anew, or nil if there is none such.
func (l *ledger) amend(ctx context.Context, event, team, channel, ts, text string) (q *inquiry, err error) {
	var seq int64
	err = l.record.Update(ctx, func(tx *sql.Tx) error {
		first, err := seen(tx, event, l.now().UnixMilli())
		if err != nil || !first {
			return err
		}
		err = tx.QueryRow(`UPDATE slack_questions SET text = ?, revision = revision + 1, at = ?,
			state = CASE WHEN state = 'answered' THEN 'open' ELSE state END
			WHERE team = ? AND channel = ? AND ts = ? AND state NOT IN ('dropped', 'withdrawn', 'failed') RETURNING seq`,
			text, l.now().UnixMilli(), team, channel, ts).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || seq == 0 {
		return nil, err
	}
	return l.load(ctx, seq)
}

// withdraw marks a question as deleted by its asker.
func (l *ledger) withdraw(ctx context.Context, team, channel, ts string) (q *inquiry, err error) {
	var seq int64
	err = l.record.Update(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRow(`UPDATE slack_questions SET state = 'withdrawn', text = '' WHERE team = ? AND channel = ? AND ts = ?
			AND state NOT IN ('dropped', 'withdrawn') RETURNING seq`, team, channel, ts).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || seq == 0 {
		return nil, err
	}
	return l.load(ctx, seq)
}

// keep records an answer: with all others, or where only those of a private
// place get at it.
func (l *ledger) keep(ctx context.Context, q *inquiry, a *rag.Answer, private bool) error {
	if !private {
		return l.record.Save(ctx, a)
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("slack: answer %s: %w", a.ID, err)
	}
	return l.record.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO slack_answers VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, at = excluded.at`,
			q.team, q.channel, a.ID, body, l.now().UnixMilli())
		return err
	})
}

// answer returns an answer given in a place, or record.ErrUnknown.
func (l *ledger) answer(ctx context.Context, team, channel, id string) (*rag.Answer, error) {
	var body []byte
	err := l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT body FROM slack_answers WHERE team = ? AND channel = ? AND id = ?`, team, channel, id).Scan(&body)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return l.record.Answer(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	var a rag.Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("slack: answer %s cannot be read: %w", id, err)
	}
	return &a, nil
}

// feedback records what a person says of an answer, each verdict once. For an
// answer of a private place it stays with that place.
func (l *ledger) feedback(ctx context.Context, team, channel, user, answer, verdict string) (fresh bool, err error) {
	private := false
	if err := l.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM slack_answers WHERE team = ? AND channel = ? AND id = ?)`, team, channel, answer).Scan(&private)
	}); err != nil {
		return false, err
	}
	if !private {
		// Feedback that is thanked for must not be lost: what cannot be kept is not noted.
		if _, err := l.record.Answer(ctx, answer); err != nil {
			return false, err
		}
	}
	err = l.record.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.Exec(`INSERT INTO slack_feedback (team, channel, answer, user, verdict, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			team, channel, answer, user, verdict, l.now().UnixMilli())
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		fresh = n == 1
		return err
	})
	if err != nil || !fresh || private {
		return fresh, err
	}
	return fresh, l.record.AddFeedback(ctx, record.Feedback{Answer: answer, Verdict: verdict, Door: "slack"})
}

// forget removes answers of private places last given before a time, and
// feedback.
func (l *ledger) forget(ctx context.Context, before time.Time) error {
	return l.record.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM slack_answers WHERE at < ?`, before.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM slack_feedback WHERE at < ?`, before.UnixMilli())
		return err
	})
}

// prune forgets which events, finished questions and threads came before a
// time. They hold no text.
func (l *ledger) prune(ctx context.Context, before time.Time) error {
	return l.record.Update(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`DELETE FROM slack_events WHERE at < ?`,
			`DELETE FROM slack_questions WHERE at < ? AND state IN ('answered', 'dropped', 'failed')`,
			`DELETE FROM slack_threads WHERE at < ?`,
		} {
			if _, err := tx.Exec(statement, before.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// drop ends a question that its asker deleted.
func (l *ledger) drop(ctx context.Context, q *inquiry) error {
	return l.record.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE slack_questions SET state = 'dropped', text = '', response = '' WHERE seq = ?`, q.seq)
		return err
	})
}

// once reports whether something is done for the first time.
func (l *ledger) once(ctx context.Context, key string) (fresh bool, err error) {
	err = l.record.Update(ctx, func(tx *sql.Tx) (err error) {
		fresh, err = seen(tx, key, l.now().UnixMilli())
		return err
	})
	return fresh, err
}
