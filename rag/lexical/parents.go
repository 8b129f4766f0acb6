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

// ParentCounts tells for each of terms, by number, and each of docs how many
// documents of the larger unit of level n that the document is part of hold
// the term: counts[t][i] is for terms[t] and docs[i].
func (x *Index) ParentCounts(n int, terms []uint32, docs []int) (counts [][]int) {
	counts = make([][]int, len(terms))
	flat := make([]int, len(terms)*len(docs))
	var wanted []uint32 // different units
	which := make([]int, len(docs))
	if n >= 0 && n < len(x.levels) {
		wanted = x.levels[n].unique(docs, which)
	}
	held := make([]int, len(wanted))
	for t, term := range terms {
		counts[t] = flat[t*len(docs) : (t+1)*len(docs)]
		if wanted == nil {
			continue
		}
		x.levelCounts(&x.levels[n], term, wanted, held)
		for i := range docs {
			counts[t][i] = held[which[i]]
		}
	}
	return counts
}

// unique lists the different units of docs and sets which[i] to the place of
// that of docs[i].
func (l *level) unique(docs []int, which []int) []uint32 {
	var out []uint32
	place := make(map[uint32]int)
	for i, d := range docs {
		u := l.of[d]
		p, ok := place[u]
		if !ok {
			p = len(out)
			place[u] = p
			out = append(out, u)
		}
		which[i] = p
	}
	return out
}

// levelCounts sets out[i] to the number of documents of wanted[i] that hold
// the term.
func (x *Index) levelCounts(l *level, term uint32, wanted []uint32, out []int) {
	from, to := x.bounds[term], x.bounds[term+1]
	for i, u := range wanted {
		out[i] = 0
		for _, s := range l.spans[u] {
			for p := seek(x.docs, from, to, s.first); p < to && x.docs[p] < s.last; p++ {
				out[i]++
			}
		}
	}
}

// ParentSize returns the number of documents of the larger unit of level n
// that doc is part of.
func (x *Index) ParentSize(n, doc int) int {
	size := 0
	for _, s := range x.levels[n].spans[x.levels[n].of[doc]] {
		size += int(s.last - s.first)
	}
	return size
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
