// Package guard stands between the program and a model's service: it tries
// again what may pass, stops asking a service that is down, keeps calls within
// a budget of time and a number at once, remembers replies, and counts. It
// knows no protocol, see rag/llm/langchain, and no prompt.
package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"yanbao/rag/llm"
)

// Options say how a service is called. The zero value of each is its default.
type Options struct {
	Budget     time.Duration // for one call with all its tries; 0 for a minute
	Tries      int           // at most, the first included; 0 for 3
	Patience   int           // tries at most of a call that the service limits the rate of; 0 for as many as Tries
	Backoff    time.Duration // before the second try; doubles with every try up to 20 s; 0 for 500 ms
	Concurrent int           // calls at one time, others wait; 0 for 8
	OpenAfter  int           // failed tries in a row after which the service is not asked any more; 0 for 5
	Rest       time.Duration // how long it is not asked then; doubles with every failed probe up to ten times; 0 for 15 s
	CacheBytes int           // of replies that are remembered; 0 for none
	Price      Price

	// Random spreads the waits of many programs: a number in [0, 1). Nil for a
	// random one.
	Random func() float64

	// Log gets failures at level warn and tries at level debug, never a prompt
	// or a reply. Nil for none.
	Log *slog.Logger
}

// Defaults of Options.
const (
	defaultBudget     = time.Minute
	defaultTries      = 3
	defaultBackoff    = 500 * time.Millisecond
	longestBackoff    = 20 * time.Second
	defaultConcurrent = 8
	defaultOpenAfter  = 5
	defaultRest       = 15 * time.Second
)

func (o Options) withDefaults() Options {
	o.Budget = cmp.Or(o.Budget, defaultBudget)
	o.Tries = cmp.Or(o.Tries, defaultTries)
	o.Backoff = cmp.Or(o.Backoff, defaultBackoff)
	o.Concurrent = cmp.Or(o.Concurrent, defaultConcurrent)
	o.OpenAfter = cmp.Or(o.OpenAfter, defaultOpenAfter)
	o.Rest = cmp.Or(o.Rest, defaultRest)
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// guard is what a generator and an embedder have in common.
type guard struct {
	o       Options
	model   string
	slots   chan struct{}
	breaker breaker
	counter counter
}

func newGuard(model string, o Options) *guard {
	o = o.withDefaults()
	return &guard{
		o: o, model: model, slots: make(chan struct{}, o.Concurrent),
		breaker: breaker{openAfter: o.OpenAfter, rest: o.Rest},
		counter: counter{price: o.Price},
	}
}

// attempt is one try; spent says that it cannot be repeated.
type attempt func(ctx context.Context) (usage llm.Usage, spent bool, err error)

// errBudget is the cause of a context that the budget ended.
var errBudget = errors.New("no reply within the time budget")

// limits of one call.
type limits struct {
	budget   time.Duration
	tries    int
	patience int // tries where the rate is limited
}

func (g *guard) usual() limits {
	return limits{g.o.Budget, g.o.Tries, max(g.o.Tries, g.o.Patience)}
}

// most returns how many tries there are at most after a failure.
func (l limits) most(failure llm.Failure) int {
	if failure == llm.RateLimited {
		return l.patience
	}
	return l.tries
}

// call tries until a try succeeds, cannot be repeated or would come too late.
func (g *guard) call(ctx context.Context, l limits, try attempt) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("model %s: %w", g.model, err)
	}
	began := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, l.budget, errBudget)
	defer cancel()
	g.counter.begin()
	err := g.tries(limited, l, try)
	if err != nil {
		err = g.worded(ctx, limited, l.budget, err)
	}
	g.counter.end(err, time.Since(began))
	if err != nil && ctx.Err() == nil {
		g.o.Log.Warn("model: call failed", "model", g.model, "error", err)
	}
	return err
}

// worded makes a failure of a call that ran out of its budget, and of the
// caller's context the error that the contract asks for.
func (g *guard) worded(ctx, limited context.Context, budget time.Duration, err error) error {
	if done := ctx.Err(); done != nil && !errors.Is(err, done) {
		return fmt.Errorf("model %s: %w", g.model, done)
	}
	var e *llm.Error
	if ctx.Err() == nil && limited.Err() != nil && !errors.As(err, &e) {
		return &llm.Error{Failure: llm.Unavailable, Err: fmt.Errorf("%w of %v", errBudget, budget)}
	}
	return err
}

func (g *guard) tries(ctx context.Context, l limits, try attempt) error {
	for n := 1; ; n++ {
		spent, err := g.one(ctx, try)
		if err == nil {
			return nil
		}
		var e *llm.Error
		if spent || !errors.As(err, &e) || !e.Passes() || n >= l.most(e.Failure) || ctx.Err() != nil {
			return err
		}
		wait := max(g.backoff(n), e.RetryAfter)
		if !g.fits(ctx, wait) {
			return err
		}
		g.o.Log.Debug("model: try again", "model", g.model, "try", n+1, "after", wait, "failure", string(e.Failure))
		g.counter.retry()
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// one makes one try when there is room for it and the service is asked at all.
func (g *guard) one(ctx context.Context, try attempt) (spent bool, err error) {
	if err := g.breaker.closedTo(time.Now()); err != nil {
		g.counter.refuse()
		return true, err
	}
	if err := g.acquire(ctx); err != nil {
		return true, err
	}
	defer func() { <-g.slots }()
	verdict, err := g.breaker.admit(time.Now())
	if err != nil {
		g.counter.refuse()
		return true, err
	}
	began := time.Now()
	// A try that panics must not leave the breaker waiting for its verdict.
	finished := false
	defer func() {
		if !finished {
			verdict(time.Now(), nil, false)
		}
	}()
	usage, spent, err := try(ctx)
	finished = true
	failure, counts := judged(ctx, err)
	verdict(time.Now(), failure, counts)
	g.counter.tried(err == nil, usage, time.Since(began))
	return spent, err
}

// judged says what a try says about the service: a failure, success (nil), or
// nothing where the caller gave up or the request was at fault.
func judged(ctx context.Context, err error) (failure *llm.Error, counts bool) {
	if err == nil {
		return nil, true
	}
	var e *llm.Error
	if errors.As(err, &e) {
		return e, e.Failure != llm.TooLong && e.Failure != llm.BadRequest
	}
	if errors.Is(context.Cause(ctx), errBudget) || errors.Is(err, context.DeadlineExceeded) {
		return &llm.Error{Failure: llm.Unavailable, Err: errBudget}, true
	}
	return nil, false
}

// acquire takes a place among the calls at one time, when there is one.
func (g *guard) acquire(ctx context.Context) error {
	g.counter.queue(1)
	defer g.counter.queue(-1)
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("model %s: too many calls at once: %w", g.model, ctx.Err())
	}
}

// backoff is how long to wait after try n: between half and all of a time that
// doubles.
func (g *guard) backoff(n int) time.Duration {
	full := longestBackoff
	if n < 16 {
		full = min(g.o.Backoff<<(n-1), longestBackoff)
	}
	return full/2 + time.Duration(g.o.Random()*float64(full/2))
}

// fits reports whether a try after the wait can end before the deadline, if it
// is as fast as the fastest was.
func (g *guard) fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Now().Add(wait+g.counter.fastest()).Before(deadline)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
