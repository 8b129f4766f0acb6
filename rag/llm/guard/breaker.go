package guard

import (
	"fmt"
	"sync"
	"time"

	"yanbao/rag/llm"
)

// breaker stops calls to a service that fails: after failures in a row it
// opens, calls fail at once, and when it has rested one call is let through to
// see whether the service is back.
type breaker struct {
	openAfter int
	rest      time.Duration

	mu       sync.Mutex
	failures int        // in a row
	opened   int        // times in a row that it opened
	until    time.Time  // when it has rested; zero while it is closed
	probing  bool       // a call is on its way to see
	last     *llm.Error // why it is open
}

// Circuit is the state of a breaker.
type Circuit string

// States.
const (
	Closed   Circuit = "closed"    // calls go through
	Open     Circuit = "open"      // calls fail at once
	HalfOpen Circuit = "half-open" // the next call sees whether the service is back
)

func (b *breaker) state(now time.Time) Circuit {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return Closed
	case now.Before(b.until):
		return Open
	}
	return HalfOpen
}

// closedTo returns the error of a call that would not be let through.
func (b *breaker) closedTo(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal(now)
}

func (b *breaker) refusal(now time.Time) error {
	if b.until.IsZero() || (!now.Before(b.until) && !b.probing) {
		return nil
	}
	return &llm.Error{
		Failure: b.last.Failure, RetryAfter: max(0, b.until.Sub(now)),
		Err: fmt.Errorf("not asked, because it failed before: %w", b.last.Err),
	}
}

// admit lets a call through. It tells the outcome to verdict, with counts false
// where the outcome says nothing about the service.
func (b *breaker) admit(now time.Time) (verdict func(now time.Time, failure *llm.Error, counts bool), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refusal(now); err != nil {
		return nil, err
	}
	probe := !b.until.IsZero()
	b.probing = b.probing || probe
	return func(now time.Time, failure *llm.Error, counts bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if probe {
			b.probing = false
		}
		switch {
		case !counts:
		case failure == nil && (probe || b.until.IsZero()):
			b.failures, b.opened, b.until, b.last = 0, 0, time.Time{}, nil
		case failure != nil && (probe || b.until.IsZero()):
			b.failed(now, failure)
		}
	}, nil
}

// failed counts a failure and opens where there were enough, or where waiting
// for the next would change nothing.
func (b *breaker) failed(now time.Time, failure *llm.Error) {
	b.failures++
	b.last = failure
	if b.failures < b.openAfter && failure.Passes() {
		return
	}
	rest := b.rest << min(b.opened, 4)
	b.opened++
	b.until = now.Add(max(min(rest, 10*b.rest), failure.RetryAfter))
}
