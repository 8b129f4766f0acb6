package access

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mostCallers is how many callers a Limiter remembers; the one that was not
// seen for longest is forgotten first.
const mostCallers = 10_000

// Limiter counts requests by caller. It is safe for concurrent use.
type Limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu    sync.Mutex
	known map[string]*list.Element
	order *list.List // of *caller, seen last in front
}

type caller struct {
	name    string
	limiter *rate.Limiter
}

// NewLimiter allows each caller perSecond requests in the long run and burst
// at once. A perSecond of 0 or less allows everything.
func NewLimiter(perSecond float64, burst int) *Limiter {
	l := &Limiter{rate: rate.Limit(perSecond), burst: max(1, burst), now: time.Now, known: map[string]*list.Element{}, order: list.New()}
	if perSecond <= 0 {
		l.rate = rate.Inf
	}
	return l
}

// Allow counts a request of a caller. Where it is one too many, wait is how
// long until the next is allowed.
func (l *Limiter) Allow(name string) (wait time.Duration, ok bool) {
	if l.rate == rate.Inf {
		return 0, true
	}
	now := l.now()
	r := l.caller(name).ReserveN(now, 1)
	wait = r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *Limiter) caller(name string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.known[name]; e != nil {
		l.order.MoveToFront(e)
		return e.Value.(*caller).limiter
	}
	c := &caller{name, rate.NewLimiter(l.rate, l.burst)}
	l.known[name] = l.order.PushFront(c)
	if l.order.Len() > mostCallers {
		last := l.order.Back()
		l.order.Remove(last)
		delete(l.known, last.Value.(*caller).name)
	}
	return c.limiter
}

// Network is what counts as one caller of an address: an IPv4 address, or the
// /64 of an IPv6 address, which one customer is given.
func Network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
