package retrieve

import (
	"math"
	"strings"
)

// event is a place of a passage that fills a need.
type event struct {
	start, end int32 // bytes of the folded text
	need       int32
	credit     float64 // 1 for the words of the question, less for other words
}

// maxOccurrences is how often another way to say a stretch is looked for in
// one passage.
const maxOccurrences = 4

// matcher finds events. It is used by one goroutine and then released.
type matcher struct {
	q      *query
	needOf []int32 // number of a term to 1 + its need
	keyOf  []int32 // number of a term to 1 + its key
	keys   []key
	seen   []bool // by key, in the text at hand
}

// key is a term without which some other ways to say a stretch cannot stand
// in a text; it saves looking for them.
type key struct {
	id     uint32
	others []int
}

// newMatcher prepares q for an index of n terms, on the arrays of an earlier
// matcher if there is one.
func (r *Retriever) newMatcher(q *query) *matcher {
	m, ok := r.matchers.Get().(*matcher)
	if !ok {
		n := r.words.Terms()
		m = &matcher{needOf: make([]int32, n), keyOf: make([]int32, n)}
	}
	m.q = q
	for id, need := range q.byTerm {
		m.needOf[id] = int32(need) + 1
	}
	m.keys = m.keys[:0]
	for i := range q.others {
		id := q.others[i].key
		if m.keyOf[id] == 0 {
			m.keys = append(m.keys, key{id: id})
			m.keyOf[id] = int32(len(m.keys))
		}
		k := &m.keys[m.keyOf[id]-1]
		k.others = append(k.others, i)
	}
	m.seen = make([]bool, len(m.keys))
	return m
}

// release gives the arrays back, as empty as they were.
func (r *Retriever) release(m *matcher) {
	for id := range m.q.byTerm {
		m.needOf[id] = 0
	}
	for _, k := range m.keys {
		m.keyOf[k.id] = 0
	}
	m.q = nil
	r.matchers.Put(m)
}

// events appends to dst what fills needs in folded text, which was cut into
// tokens. The own words come in the order of the text, then the other words.
func (m *matcher) events(dst []event, folded string, tokens []token) []event {
	for _, t := range tokens {
		if n := m.needOf[t.id]; n > 0 {
			dst = append(dst, event{t.start, t.end, n - 1, 1})
		}
		if k := m.keyOf[t.id]; k > 0 {
			m.seen[k-1] = true
		}
	}
	for k, seen := range m.seen {
		if !seen {
			continue
		}
		m.seen[k] = false
		for _, o := range m.keys[k].others {
			dst = m.q.others[o].events(dst, folded)
		}
	}
	return dst
}

// events appends the places where o stands in folded text.
func (o *other) events(dst []event, folded string) []event {
	at := 0
	for range maxOccurrences {
		n := strings.Index(folded[at:], o.text)
		if n < 0 {
			break
		}
		start := at + n
		at = start + len(o.text)
		for _, need := range o.needs {
			dst = append(dst, event{int32(start), int32(at), int32(need), o.credit})
		}
	}
	return dst
}

// cover is how far each need is filled, 0 to 1.
type cover []float64

func (c cover) clear() {
	for i := range c {
		c[i] = 0
	}
}

// add takes the best credit of each need out of events.
func (c cover) add(events []event) {
	for _, e := range events {
		c[e.need] = max(c[e.need], e.credit)
	}
}

// measure sums the filled needs by weight, as parts of all of them, for single
// characters and words and for pairs and words.
func (q *query) measure(c cover) (uni, bi float64) {
	var uniAll, biAll float64
	for i := range q.needs {
		n := &q.needs[i]
		if n.uni {
			uni += n.weight * c[i]
			uniAll += n.weight
		}
		if n.bi {
			bi += n.weight * c[i]
			biAll += n.weight
		}
	}
	return ratio(uni, uniAll), ratio(bi, biAll)
}

// local sums the filled needs by weight and by how few passages of the section
// of candidate i, which has size passages, state them: what all of them state
// does not tell them apart.
func (q *query) local(c cover, held [][]int, i, size int) (uni, bi float64) {
	var uniAll, biAll float64
	full := math.Log(float64(size) + 1)
	for n := range q.needs {
		w := q.needs[n].weight
		part := 1.0
		if held[n] != nil && held[n][i] > 0 {
			part = math.Log((float64(size)+1)/float64(held[n][i])) / full
		}
		if q.needs[n].uni {
			uni += w * c[n] * part
			uniAll += w
		}
		if q.needs[n].bi {
			bi += w * c[n] * part
			biAll += w
		}
	}
	return ratio(uni, uniAll), ratio(bi, biAll)
}

// focused returns the part, by weight, of the needs next to the asking words
// that is filled.
func (q *query) focused(c cover) float64 {
	sum, all := 0.0, 0.0
	for n := range q.needs {
		if q.needs[n].focus {
			sum += q.needs[n].weight * c[n]
			all += q.needs[n].weight
		}
	}
	return ratio(sum, all)
}

func ratio(part, all float64) float64 {
	if all <= 0 {
		return 0
	}
	return part / all
}

// densest returns the largest part of the needs, by weight, that is filled
// within width bytes of text. Events are sorted by start.
func (q *query) densest(events []event, width int32, total float64) float64 {
	counts := make([]int16, len(q.needs))
	added := make([]float64, len(q.needs)) // what an open need gave
	sum, best := 0.0, 0.0
	tail := 0
	for _, e := range events {
		if counts[e.need]++; counts[e.need] == 1 {
			added[e.need] = q.needs[e.need].weight * e.credit
			sum += added[e.need]
		}
		for events[tail].start < e.end-width {
			t := events[tail]
			if counts[t.need]--; counts[t.need] == 0 {
				sum -= added[t.need]
			}
			tail++
		}
		best = max(best, sum)
	}
	return ratio(best, total)
}

// longestRun returns the number of bytes of the longest stretch of the
// question that stands in the passage as it is: events of own words that
// follow each other in both.
func (q *query) longestRun(events []event) int {
	best := 0
	type run struct{ passage, question, length int32 }
	var last run
	for _, e := range events {
		n := &q.needs[e.need]
		if e.credit < 1 || n.term == "" || !n.uni {
			continue
		}
		if last.length > 0 && e.start == last.passage && int32(n.start) == last.question {
			last = run{e.end, int32(n.end), last.length + e.end - e.start}
		} else {
			last = run{e.end, int32(n.end), e.end - e.start}
		}
		best = max(best, int(last.length))
	}
	return best
}
