package guard

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"yanbao/rag/llm"
)

// Price is what a service takes for a million tokens.
type Price struct {
	Prompt     float64 `json:"prompt"`
	Completion float64 `json:"completion"`
	Currency   string  `json:"currency"` // as ISO 4217 has it, for example CNY
}

// of returns what a call costs.
func (p Price) of(u llm.Usage) float64 {
	return (float64(u.PromptTokens)*p.Prompt + float64(u.CompletionTokens)*p.Completion) / 1e6
}

// Counters say what became of the calls so far.
type Counters struct {
	Model            string                `json:"model"`
	Calls            int64                 `json:"calls"`     // begun; those that the cache answered are not among them
	Succeeded        int64                 `json:"succeeded"` // ended with a reply
	Cancelled        int64                 `json:"cancelled"` // given up by the caller, or out of its time
	Failures         map[llm.Failure]int64 `json:"failures"`  // the rest, by kind
	Retries          int64                 `json:"retries"`
	NotAsked         int64                 `json:"not_asked"` // refused because the service failed before
	CacheHits        int64                 `json:"cache_hits"`
	CacheBytes       int64                 `json:"cache_bytes"` // held now
	PromptTokens     int64                 `json:"prompt_tokens"`
	CompletionTokens int64                 `json:"completion_tokens"`
	Cost             float64               `json:"cost"` // of these tokens, in Currency
	Currency         string                `json:"currency"`
	Latency          []Bucket              `json:"latency"`    // of calls with a reply, retries and waiting included
	LatencySum       time.Duration         `json:"latency_ns"` // of the same
	Running          int                   `json:"running"`    // now, those that wait included
	Waiting          int                   `json:"waiting"`    // now, for a place
	Circuit          Circuit               `json:"circuit"`
}

// Bucket counts calls that took at most so long, those of the buckets before
// it included.
type Bucket struct {
	AtMost time.Duration `json:"at_most_ns"` // 0 in the last bucket, which has all
	Calls  int64         `json:"calls"`
}

// bounds of the buckets.
func bounds() []time.Duration {
	return []time.Duration{
		100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second,
		10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute,
	}
}

// counter gathers Counters.
type counter struct {
	price Price

	mu      sync.Mutex
	c       Counters
	quick   time.Duration // the fastest try with a reply; 0 for none yet
	buckets []int64       // by bounds, not cumulated, one more for the slowest
}

func (c *counter) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Calls++
	c.c.Running++
}

// end counts the outcome of a call.
func (c *counter) end(err error, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Running--
	var e *llm.Error
	switch {
	case err == nil:
		c.c.Succeeded++
		c.c.LatencySum += took
		if c.buckets == nil {
			c.buckets = make([]int64, len(bounds())+1)
		}
		place, _ := slices.BinarySearch(bounds(), took)
		c.buckets[place]++
	case errors.As(err, &e):
		if c.c.Failures == nil {
			c.c.Failures = map[llm.Failure]int64{}
		}
		c.c.Failures[e.Failure]++
	default:
		c.c.Cancelled++
	}
}

// tried counts a try; a failed one may have used tokens too.
func (c *counter) tried(success bool, u llm.Usage, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.PromptTokens += int64(u.PromptTokens)
	c.c.CompletionTokens += int64(u.CompletionTokens)
	c.c.Cost += c.price.of(u)
	if success && (c.quick == 0 || took < c.quick) {
		c.quick = took
	}
}

func (c *counter) retry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Retries++
}

func (c *counter) refuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.NotAsked++
}

func (c *counter) hit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.CacheHits++
}

func (c *counter) queue(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Waiting += n
}

func (c *counter) fastest() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quick
}

// snapshot returns a copy that belongs to the caller.
func (c *counter) snapshot() Counters {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.c
	out.Currency = c.price.Currency
	out.Failures = maps.Clone(c.c.Failures)
	if out.Failures == nil {
		out.Failures = map[llm.Failure]int64{}
	}
	var sum int64
	for i, bound := range append(bounds(), 0) {
		if c.buckets != nil {
			sum += c.buckets[i]
		}
		out.Latency = append(out.Latency, Bucket{bound, sum})
	}
	return out
}
