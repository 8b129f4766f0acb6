// Package meter counts and records what each door answers, so that no door has
// to: it wraps the engine that a door is given. It does not answer, and what it
// counts holds no question.
package meter

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/prometheus/client_golang/prometheus"
)

// Recorder keeps answers; record.Record is one.
type Recorder interface {
	Save(ctx context.Context, a *rag.Answer) error
}

// saveWait is how long an answer is held up by recording it at most.
const saveWait = 2 * time.Second

// Meter counts answers. It is safe for concurrent use.
type Meter struct {
	record  Recorder
	log     *slog.Logger
	answers *prometheus.CounterVec
	claims  *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	lost    prometheus.Counter
	said    *prometheus.CounterVec
}

// New registers the metrics. record may be nil to record nothing.
func New(metrics prometheus.Registerer, record Recorder, log *slog.Logger) (*Meter, error) {
	m := &Meter{
		record: record,
		log:    log,
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yanbao_answers_total", Help: "Questions by door, status of the answer (or what went wrong) and mode.",
		}, []string{"door", "status", "mode"}),
		claims: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yanbao_claims_total", Help: "Claims of answers by door and verdict.",
		}, []string{"door", "verdict"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "yanbao_answer_seconds", Help: "Time to the whole answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"door"}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "yanbao_record_failures_total", Help: "Answers that could not be recorded.",
		}),
		said: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yanbao_door_feedback_total", Help: "Feedback by door and verdict, at doors that keep some of it to themselves.",
		}, []string{"door", "verdict"}),
	}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	for _, c := range []prometheus.Collector{m.answers, m.claims, m.seconds, m.lost, m.said} {
		if err := metrics.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Door returns an Asker that counts and records what a answers under the name
// of a door.
func (m *Meter) Door(name string, a bot.Asker) bot.Asker { return &door{a, m.Counter(name)} }

// Counter returns what counts for a door that records its answers itself.
func (m *Meter) Counter(door string) *Counter { return &Counter{m, door} }

// Counter counts what one door answers. It keeps nothing of what was said.
type Counter struct {
	meter *Meter
	door  string
}

// Answered counts a question by what came of it: an answer that took some time
// or an error.
func (c *Counter) Answered(a *rag.Answer, err error, took time.Duration) {
	if err != nil {
		c.meter.answers.WithLabelValues(c.door, failure(err), "").Inc()
		return
	}
	c.meter.seconds.WithLabelValues(c.door).Observe(took.Seconds())
	c.meter.answers.WithLabelValues(c.door, string(a.Status), a.Mode).Inc()
	for _, claim := range a.Claims {
		c.meter.claims.WithLabelValues(c.door, claim.Verdict).Inc()
	}
}

// Lost counts an answer that could not be recorded.
func (c *Counter) Lost() { c.meter.lost.Inc() }

// Said counts feedback by its verdict.
func (c *Counter) Said(verdict string) { c.meter.said.WithLabelValues(c.door, verdict).Inc() }

type door struct {
	bot.Asker
	counter *Counter
}

// Ask implements bot.Asker.
func (d *door) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return d.Stream(ctx, q, func(rag.Event) {})
}

// Stream implements bot.Asker.
func (d *door) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	start := time.Now()
	a, err := d.Asker.Stream(ctx, q, emit)
	d.counter.Answered(a, err, time.Since(start))
	if err != nil {
		return nil, err
	}
	d.counter.meter.save(ctx, a)
	return a, nil
}

// Check implements bot.Checker where the asker does. It is no answer, and
// neither counted nor recorded.
func (d *door) Check(ctx context.Context, text, document string) ([]rag.CheckedClaim, error) {
	return bot.Check(ctx, d.Asker, text, document)
}

// save records an answer. One that cannot be recorded is given all the same.
func (m *Meter) save(ctx context.Context, a *rag.Answer) {
	if m.record == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWait)
	defer cancel()
	if err := m.record.Save(ctx, a); err != nil {
		m.lost.Inc()
		m.log.Error("meter: answer not recorded", "id", a.ID, "error", err)
	}
}

// failure names an error in the metrics.
func failure(err error) string {
	switch {
	case errors.Is(err, rag.ErrQuestion), errors.Is(err, rag.ErrUnknown):
		return "invalid"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "error"
}
