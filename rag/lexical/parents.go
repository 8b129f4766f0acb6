package lexical

import "slices"

// ParentScores returns for each of docs the BM25 score of the larger unit of
// the given level that it is part of, scored as one text among the units of
// that level. Level 0 is the nearest; a level that the index does not have
// gives zeros.
func (x *Index) ParentScores(n int, q Query, docs []int) []float64 {
	out := make([]float64, len(docs))
	if n < 0 || n >= len(x.levels) {
		return out
	}
	l := &x.levels[n]
	wanted := make([]uint32, len(docs))
	for i, d := range docs {
		wanted[i] = l.of[d]
	}
	unique := slices.Clone(wanted)
	slices.SortFunc(unique, func(a, b uint32) int { return int(l.spans[a][0].first) - int(l.spans[b][0].first) })
	unique = slices.Compact(unique)
	scores := make([]float64, len(unique))
	for _, t := range x.resolve(q.Terms) {
		x.addParents(l, unique, scores, t)
	}
	byUnit := make(map[uint32]float64, len(unique))
	for i, u := range unique {
		byUnit[u] = scores[i]
	}
	for i, u := range wanted {
		out[i] = byUnit[u]
	}
	return out
}

// addParents adds what a term gives to every unit; units are in the order of
// their first documents.
func (x *Index) addParents(l *level, wanted []uint32, scores []float64, t weightedTerm) {
	from, to := x.bounds[t.id], x.bounds[t.id+1]
	weight := t.weight * float64(l.units.idf[t.id])
	at := from
	for i, u := range wanted {
		freq := uint32(0)
		for n, s := range l.spans[u] {
			p := at
			if n == 0 {
				at = seek(x.docs, at, to, s.first)
				p = at
			} else {
				p = seek(x.docs, p, to, s.first)
			}
			for ; p < to && x.docs[p] < s.last; p++ {
				freq += uint32(x.freqs[p])
			}
		}
		if freq > 0 {
			scores[i] += weight * l.units.score(u, freq)
		}
	}
}

// ParentHolds tells for each of terms, by number, and each of docs whether the
// larger unit of level n that the document is part of holds the term:
// holds[t][i] is for terms[t] and docs[i].
func (x *Index) ParentHolds(n int, terms []uint32, docs []int) (holds [][]bool) {
	holds = make([][]bool, len(terms))
	flat := make([]bool, len(terms)*len(docs))
	for t, term := range terms {
		holds[t] = flat[t*len(docs) : (t+1)*len(docs)]
		if n >= 0 && n < len(x.levels) {
			x.levelHolds(&x.levels[n], term, docs, holds[t])
		}
	}
	return holds
}

// levelHolds fills in out for one term; out[i] is for docs[i].
func (x *Index) levelHolds(l *level, term uint32, docs []int, out []bool) {
	from, to := x.bounds[term], x.bounds[term+1]
	for i, d := range docs {
		for _, s := range l.spans[l.of[d]] {
			if p := seek(x.docs, from, to, s.first); p < to && x.docs[p] < s.last {
				out[i] = true
				break
			}
		}
	}
}

// Parent returns the number of the larger unit of level n that doc is part
// of; documents of one unit have the same number.
func (x *Index) Parent(n, doc int) int { return int(x.levels[n].of[doc]) }

// Siblings calls yield for every document of the larger unit of level n that
// doc is part of, in ascending order, until yield returns false.
func (x *Index) Siblings(n, doc int, yield func(doc int) bool) {
	for _, s := range x.levels[n].spans[x.levels[n].of[doc]] {
		for d := s.first; d < s.last; d++ {
			if !yield(int(d)) {
				return
			}
		}
	}
}
