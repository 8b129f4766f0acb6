package main

import (
	"context"
	"slices"
	"time"
)

// depth is how many passages are looked at.
const depth = 10

// system is something that finds passages.
type system interface {
	// search returns the IDs of up to k chunks, best first.
	search(ctx context.Context, question string, k int) ([]string, error)
}

// measured is what a system reached. Recall counts questions with a right
// passage among the first.
type measured struct {
	recall1, recall5, recall10, mrr float64
	build, p50, p95                 time.Duration
	failed                          []int // questions whose first passage is not right
	found                           [][]string
}

func measure(ctx context.Context, build func(context.Context, settings, *bench) (system, error), s settings, b *bench) (measured, error) {
	var m measured
	start := time.Now()
	sys, err := build(ctx, s, b)
	if err != nil {
		return m, err
	}
	m.build = time.Since(start)
	times := make([]time.Duration, 0, len(b.questions))
	for i, q := range b.questions {
		start := time.Now()
		ids, err := sys.search(ctx, q.Question, depth)
		times = append(times, time.Since(start))
		if err != nil {
			return m, err
		}
		m.found = append(m.found, ids)
		if rank := m.count(q, ids); rank != 1 {
			m.failed = append(m.failed, i)
		}
	}
	n := float64(len(b.questions))
	m.recall1, m.recall5, m.recall10, m.mrr = m.recall1/n, m.recall5/n, m.recall10/n, m.mrr/n
	slices.Sort(times)
	m.p50, m.p95 = times[len(times)/2], times[len(times)*95/100]
	return m, nil
}

// count adds a question whose answer is ids and returns the rank of the first
// right one, 0 for none.
func (m *measured) count(q benchQuestion, ids []string) int {
	for i, id := range ids {
		if !slices.Contains(q.Chunks, id) {
			continue
		}
		m.recall10++
		m.mrr += 1 / float64(i+1)
		if i < 5 {
			m.recall5++
		}
		if i < 1 {
			m.recall1++
		}
		return i + 1
	}
	return 0
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
