package slackbot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// ticket is a question waiting for its turn.
type ticket struct {
	seq int64
	ts  string
}

// queue answers questions: those of one thread one after the other, by the
// time at which they were written where several wait, threads side by side.
type queue struct {
	work  func(seq int64)
	slots chan struct{} // how many are worked on at a time

	mu      sync.Mutex
	lanes   map[string][]ticket // by thread; a lane that is there has a goroutine
	waiting map[int64]bool
	wg      sync.WaitGroup
	closed  bool
}

func newQueue(slots int, work func(seq int64)) *queue {
	return &queue{work: work, slots: make(chan struct{}, slots), lanes: make(map[string][]ticket), waiting: make(map[int64]bool)}
}

// push adds a question to its lane. After close it does nothing.
func (q *queue) push(lane string, t ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	line, busy := q.lanes[lane]
	i, _ := slices.BinarySearchFunc(line, t, func(a, b ticket) int {
		if a.ts <= b.ts {
			return -1
		}
		return 1
	})
	q.lanes[lane] = slices.Insert(line, i, t)
	q.waiting[t.seq] = true
	if !busy {
		q.wg.Go(func() { q.run(lane) })
	}
}

// has reports whether a question waits or is worked on.
func (q *queue) has(seq int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting[seq]
}

func (q *queue) run(lane string) {
	for {
		q.slots <- struct{}{}
		q.mu.Lock()
		line := q.lanes[lane]
		if len(line) == 0 {
			delete(q.lanes, lane)
			q.mu.Unlock()
			<-q.slots
			return
		}
		t := line[0]
		q.lanes[lane] = line[1:]
		q.mu.Unlock()
		q.work(t.seq)
		<-q.slots
		q.mu.Lock()
		if !slices.ContainsFunc(q.lanes[lane], func(o ticket) bool { return o.seq == t.seq }) {
			delete(q.waiting, t.seq)
		}
		q.mu.Unlock()
	}
}

// close drops what waits (the ledger has it) and waits for what is under way.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	for lane := range q.lanes {
		q.lanes[lane] = nil
	}
	q.mu.Unlock()
	q.wg.Wait()
}

// Clock is the time that the bot waits by.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

type wallClock struct{}

func (wallClock) Now() time.Time                         { return time.Now() }
func (wallClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// gates let one call at a time through to each channel and hold it closed
// while Slack's rate limit asks for that.
type gates struct {
	clock Clock
	mu    sync.Mutex
	open  map[string]*gate
}

type gate struct {
	turn  chan struct{} // holds one token
	until time.Time     // closed until then
	users int
}

// pass makes a call when the channel's gate is open. A call that Slack refuses
// for its rate is made again when Slack allows it, as often as it takes; every
// other outcome is returned.
func (g *gates) pass(ctx context.Context, channel string, call func() error) error {
	at := g.enter(channel)
	defer g.leave(channel, at)
	select {
	case <-at.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { at.turn <- struct{}{} }()
	for {
		if wait := at.until.Sub(g.clock.Now()); wait > 0 {
			select {
			case <-g.clock.After(wait):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := call()
		var limited *slack.RateLimitedError
		if !errors.As(err, &limited) {
			return err
		}
		at.until = g.clock.Now().Add(max(limited.RetryAfter, time.Second))
	}
}

func (g *gates) enter(channel string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.open[channel]
	if at == nil {
		at = &gate{turn: make(chan struct{}, 1)}
		at.turn <- struct{}{}
		g.open[channel] = at
	}
	at.users++
	return at
}

func (g *gates) leave(channel string, at *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at.users--; at.users == 0 && !at.until.After(g.clock.Now()) {
		delete(g.open, channel)
	}
}
