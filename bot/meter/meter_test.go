package meter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// asker answers with what it has.
type asker struct {
	bot.Asker
	answer *rag.Answer
	err    error
}

func (a asker) Stream(_ context.Context, _ rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	emit(rag.Event{Kind: rag.Retrieved})
	return a.answer, a.err
}

type recorder struct {
	saved []string
	err   error
}

func (r *recorder) Save(ctx context.Context, a *rag.Answer) error {
	r.saved = append(r.saved, a.ID)
	return errors.Join(r.err, ctx.Err())
}

func TestDoor(t *testing.T) {
	registry, record := prometheus.NewRegistry(), &recorder{}
	m, err := New(registry, record, nil)
	if err != nil {
		t.Fatal(err)
	}
	good := &rag.Answer{ID: "a1", Status: rag.Answered, Mode: "extractive", Claims: []rag.Claim{{Verdict: "supported"}, {Verdict: "supported"}}}
	ctx, cancel := context.WithCancel(context.Background())
	events := 0
	if a, err := m.Door("http", asker{answer: good}).Stream(ctx, rag.Question{}, func(rag.Event) { events++; cancel() }); a != good || err != nil || events != 1 {
		t.Errorf("Stream = %v, %v with %d events", a, err, events)
	}
	if len(record.saved) != 1 || testutil.ToFloat64(m.lost) != 0 {
		t.Errorf("saved %v, lost %v: an answer is recorded although its client has left", record.saved, testutil.ToFloat64(m.lost))
	}
	for _, failed := range []error{rag.ErrQuestion, fmt.Errorf("x: %w", rag.ErrUnknown), context.Canceled, context.DeadlineExceeded, errors.New("other")} {
		if _, err := m.Door("slack", asker{err: failed}).Ask(context.Background(), rag.Question{}); !errors.Is(err, failed) {
			t.Errorf("Ask: %v, want %v", err, failed)
		}
	}
	record.err = errors.New("disk full")
	if a, err := m.Door("http", asker{answer: good}).Ask(context.Background(), rag.Question{}); a != good || err != nil {
		t.Errorf("Ask = %v, %v: an answer that cannot be recorded is given all the same", a, err)
	}
	want := `
# HELP yanbao_answers_total Questions by door, status of the answer (or what went wrong) and mode.
# TYPE yanbao_answers_total counter
yanbao_answers_total{door="http",mode="extractive",status="answered"} 2
yanbao_answers_total{door="slack",mode="",status="cancelled"} 1
yanbao_answers_total{door="slack",mode="",status="error"} 1
yanbao_answers_total{door="slack",mode="",status="invalid"} 2
yanbao_answers_total{door="slack",mode="",status="timeout"} 1
# HELP yanbao_claims_total Claims of answers by door and verdict.
# TYPE yanbao_claims_total counter
yanbao_claims_total{door="http",verdict="supported"} 4
# HELP yanbao_record_failures_total Answers that could not be recorded.
# TYPE yanbao_record_failures_total counter
yanbao_record_failures_total 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "yanbao_answers_total", "yanbao_claims_total", "yanbao_record_failures_total"); err != nil {
		t.Error(err)
	}
}

// A door that records its answers itself is counted like the others.
func TestCounter(t *testing.T) {
	metrics := prometheus.NewRegistry()
	m, err := New(metrics, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := m.Counter("slack")
	c.Answered(&rag.Answer{Status: rag.Answered, Mode: "extractive", Claims: []rag.Claim{{Verdict: "supported"}}}, nil, time.Second)
	c.Answered(nil, rag.ErrQuestion, time.Second)
	c.Lost()
	c.Said("down")
	want := `
# HELP yanbao_answers_total Questions by door, status of the answer (or what went wrong) and mode.
# TYPE yanbao_answers_total counter
yanbao_answers_total{door="slack",mode="",status="invalid"} 1
yanbao_answers_total{door="slack",mode="extractive",status="answered"} 1
# HELP yanbao_claims_total Claims of answers by door and verdict.
# TYPE yanbao_claims_total counter
yanbao_claims_total{door="slack",verdict="supported"} 1
# HELP yanbao_door_feedback_total Feedback by door and verdict, at doors that keep some of it to themselves.
# TYPE yanbao_door_feedback_total counter
yanbao_door_feedback_total{door="slack",verdict="down"} 1
# HELP yanbao_record_failures_total Answers that could not be recorded.
# TYPE yanbao_record_failures_total counter
yanbao_record_failures_total 1
`
	if err := testutil.GatherAndCompare(metrics, strings.NewReader(want), "yanbao_answers_total", "yanbao_claims_total", "yanbao_door_feedback_total", "yanbao_record_failures_total"); err != nil {
		t.Error(err)
	}
}

// checker is an asker that checks texts too.
type checker struct{ asker }

func (checker) Check(_ context.Context, text, document string) ([]rag.CheckedClaim, error) {
	return []rag.CheckedClaim{{Text: text + document}}, nil
}

func TestCheck(t *testing.T) {
	m, err := New(prometheus.NewRegistry(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := bot.Check(context.Background(), m.Door("http", checker{}), "甲", "乙"); err != nil || len(got) != 1 || got[0].Text != "甲乙" {
		t.Errorf("Check = %v, %v", got, err)
	}
	if _, err := bot.Check(context.Background(), m.Door("http", asker{}), "甲", ""); !errors.Is(err, bot.ErrCannotCheck) {
		t.Errorf("Check of what checks nothing: %v, want %v", err, bot.ErrCannotCheck)
	}
}
