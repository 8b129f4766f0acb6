package lexical

import (
	"cmp"
	"container/heap"
	"slices"
	"sort"
	"sync"
)

// Weighted is a term of a query and how much it counts.
type Weighted struct {
	Term   string // as AppendTerms gives it
	Weight float64
}

// Query asks for the K best documents. Weights of equal terms add up; terms
// that no document holds and weights of 0 and below are ignored. Accept, where it is not nil, says which
// documents may be found.
type Query struct {
	Terms  []Weighted
	K      int
	Accept func(doc int) bool
}

// Hit is a found document. Score is the BM25 score, above 0.
type Hit struct {
	Doc   int
	Score float64
}

// In an index of more documents than exactSize, a term that more than one in
// commonShare documents hold is scored only for the best candidates that the
// rarer terms found, if those found enough: what it adds is small and its
// postings are long.
const (
	exactSize     = 20_000
	commonShare   = 32
	minCandidates = 1_000 // or four times K, if that is more
)

// weightedTerm is a term of the query that the index knows.
type weightedTerm struct {
	id     uint32
	weight float64
	df     int
}

// resolve looks the terms up, adds up equal ones and sorts them by rarity.
func (x *Index) resolve(terms []Weighted) []weightedTerm {
	out := make([]weightedTerm, 0, len(terms))
	for _, t := range terms {
		if id, ok := x.dict.find(t.Term); ok && t.Weight > 0 {
			out = append(out, weightedTerm{id, t.Weight, x.bounds[id+1] - x.bounds[id]})
		}
	}
	slices.SortStableFunc(out, func(a, b weightedTerm) int {
		return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.id, b.id))
	})
	n := 0
	for i := range out {
		if n > 0 && out[n-1].id == out[i].id {
			out[n-1].weight += out[i].weight
			continue
		}
		out[n] = out[i]
		n++
	}
	return out[:n]
}

// accumulator holds the scores of a search while it runs.
type accumulator struct {
	scores  []float64
	touched []uint32
}

var accumulators = sync.Pool{New: func() any { return new(accumulator) }}

func (a *accumulator) release() {
	for _, d := range a.touched {
		a.scores[d] = 0
	}
	a.touched = a.touched[:0]
	accumulators.Put(a)
}

// Search returns the best documents, by score descending, then number
// ascending. Documents that hold no term of the query are not found.
func (x *Index) Search(q Query) []Hit {
	if q.K < 1 {
		return nil
	}
	terms := x.resolve(q.Terms)
	a := accumulators.Get().(*accumulator)
	defer a.release()
	if len(a.scores) < x.Len() {
		a.scores = make([]float64, x.Len())
	}
	enough := max(minCandidates, 4*q.K)
	i := 0
	for ; i < len(terms); i++ {
		if x.Len() > x.exact && terms[i].df > x.Len()/commonShare && len(a.touched) >= enough {
			break
		}
		x.accumulate(a, terms[i])
	}
	if i == len(terms) {
		return best(a, q.K, q.Accept)
	}
	candidates := best(a, enough, q.Accept)
	slices.SortFunc(candidates, func(l, r Hit) int { return cmp.Compare(l.Doc, r.Doc) })
	for _, t := range terms[i:] {
		x.addTo(candidates, t)
	}
	slices.SortFunc(candidates, compareHits)
	return candidates[:min(q.K, len(candidates))]
}

// accumulate adds what a term gives to every document that holds it.
func (x *Index) accumulate(a *accumulator, t weightedTerm) {
	from, to := x.bounds[t.id], x.bounds[t.id+1]
	weight := t.weight * float64(x.units.idf[t.id])
	for p, d := range x.docs[from:to] {
		if a.scores[d] == 0 {
			a.touched = append(a.touched, d)
		}
		a.scores[d] += weight * x.units.score(d, uint32(x.freqs[from+p]))
	}
}

// addTo adds what a term gives to hits that are sorted by document.
func (x *Index) addTo(hits []Hit, t weightedTerm) {
	p, to := x.bounds[t.id], x.bounds[t.id+1]
	weight := t.weight * float64(x.units.idf[t.id])
	for i := range hits {
		d := uint32(hits[i].Doc)
		if p = seek(x.docs, p, to, d); p == to {
			return
		}
		if x.docs[p] == d {
			hits[i].Score += weight * x.units.score(d, uint32(x.freqs[p]))
		}
	}
}

// seek returns the first place in docs[from:to] that holds d or more, looking
// in growing steps from the start.
func seek(docs []uint32, from, to int, d uint32) int {
	step := 1
	for from+step < to && docs[from+step] < d {
		from += step
		step *= 2
	}
	to = min(to, from+step+1)
	return from + sort.Search(to-from, func(i int) bool { return docs[from+i] >= d })
}

// Score returns the BM25 scores of docs, whatever their order; 0 for one that
// holds no term of the query.
func (x *Index) Score(q Query, docs []int) []float64 {
	hits := make([]Hit, len(docs))
	for i, d := range docs {
		hits[i].Doc = d
	}
	slices.SortFunc(hits, func(l, r Hit) int { return cmp.Compare(l.Doc, r.Doc) })
	for _, t := range x.resolve(q.Terms) {
		x.addTo(hits, t)
	}
	scores := make(map[int]float64, len(hits))
	for _, h := range hits {
		scores[h.Doc] = h.Score
	}
	out := make([]float64, len(docs))
	for i, d := range docs {
		out[i] = scores[d]
	}
	return out
}

// compareHits orders by score descending, then document ascending.
func compareHits(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
}

// worst is a heap of hits with the worst on top.
type worst []Hit

func (w worst) Len() int           { return len(w) }
func (w worst) Less(i, j int) bool { return compareHits(w[i], w[j]) > 0 }
func (w worst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *worst) Push(v any)        { *w = append(*w, v.(Hit)) }
func (w *worst) Pop() any          { panic("unreachable: hits are only replaced") }

// best returns the k best accepted documents of a.
func best(a *accumulator, k int, accept func(int) bool) []Hit {
	hits := make(worst, 0, min(k, len(a.touched)))
	for _, d := range a.touched {
		h := Hit{int(d), a.scores[d]}
		if len(hits) == k && compareHits(h, hits[0]) > 0 || accept != nil && !accept(h.Doc) {
			continue
		}
		if len(hits) < k {
			if hits = append(hits, h); len(hits) == k {
				heap.Init(&hits)
			}
			continue
		}
		hits[0] = h
		heap.Fix(&hits, 0)
	}
	slices.SortFunc(hits, compareHits)
	return hits
}
