package lexical

import (
	"math"
	"strings"
	"unicode/utf8"
)

// builder collects the terms of documents one after the other and turns them
// round into postings at the end.
type builder struct {
	dict    dictionary
	terms   []uint32 // of all documents, document after document
	freqs   []uint8  // beside terms
	ends    []int    // document to the end of its terms
	lengths []uint32 // in eighths of a term
	df      []int    // by term

	counts  []uint32 // by term, of the document at hand
	touched []uint32 // terms with a count
	cut     []Term
}

func newBuilder(n int) *builder {
	return &builder{dict: newDictionary(), ends: make([]int, 0, n), lengths: make([]uint32, 0, n)}
}

// add takes the next document.
func (b *builder) add(d *Document) {
	length := uint32(0)
	for _, f := range d.Fields {
		weight := max(uint32(math.Round(f.Weight/eighth)), 1)
		b.cut = AppendTerms(b.cut[:0], Fold(f.Text))
		for i := range b.cut {
			t := &b.cut[i]
			if t.Kind == Unigram || t.Kind == Word || t.Kind == Number {
				length += weight
			}
			b.count(b.dict.add(t.Text), weight)
		}
	}
	for _, t := range b.touched {
		b.terms = append(b.terms, t)
		b.freqs = append(b.freqs, uint8(min(b.counts[t], math.MaxUint8)))
		b.counts[t] = 0
		b.df[t]++
	}
	b.touched = b.touched[:0]
	b.ends = append(b.ends, len(b.terms))
	b.lengths = append(b.lengths, length)
}

func (b *builder) count(t, weight uint32) {
	if int(t) == len(b.counts) {
		b.counts = append(b.counts, 0)
		b.df = append(b.df, 0)
	}
	if b.counts[t] == 0 {
		b.touched = append(b.touched, t)
	}
	b.counts[t] += weight
}

// index sorts what was collected by term.
func (b *builder) index() *Index {
	x := &Index{dict: b.dict, bounds: make([]int, len(b.df)+1), docs: make([]uint32, len(b.terms)), freqs: make([]uint8, len(b.terms))}
	for t, n := range b.df {
		x.bounds[t+1] = x.bounds[t] + n
	}
	next := make([]int, len(b.df))
	copy(next, x.bounds)
	at := 0
	for d, end := range b.ends {
		for ; at < end; at++ {
			p := &next[b.terms[at]]
			x.docs[*p] = uint32(d)
			x.freqs[*p] = b.freqs[at]
			*p++
		}
	}
	return x
}

// dictionary numbers terms. Single characters and pairs, which make up most
// of a Chinese text, are found without hashing their bytes.
type dictionary struct {
	singles []uint32 // by character below 0x10000: 1 + number
	pairs   pairTable
	others  map[string]uint32
	n       uint32
}

func newDictionary() dictionary {
	return dictionary{singles: make([]uint32, 0x10000), pairs: newPairTable(1 << 10), others: make(map[string]uint32)}
}

// characters returns the one or two characters outside ASCII that make up
// term; ok is false for any other term.
func characters(term string) (a, b rune, ok bool) {
	if len(term) < 2 || len(term) > 8 || term[0] < utf8.RuneSelf {
		return 0, 0, false
	}
	a, n := utf8.DecodeRuneInString(term)
	if n == len(term) {
		return a, 0, a < 0x10000
	}
	b, m := utf8.DecodeRuneInString(term[n:])
	return a, b, n+m == len(term)
}

// find returns the number of a term.
func (d *dictionary) find(term string) (uint32, bool) {
	a, b, ok := characters(term)
	switch {
	case !ok:
		id, found := d.others[term]
		return id, found
	case b == 0:
		id := d.singles[a]
		return id - 1, id > 0
	}
	id := d.pairs.get(pairKey(a, b))
	return id - 1, id > 0
}

// add returns the number of a term, a new one if it has none.
func (d *dictionary) add(term string) uint32 {
	a, b, ok := characters(term)
	switch {
	case !ok:
		if id, found := d.others[term]; found {
			return id
		}
		d.others[strings.Clone(term)] = d.n
	case b == 0:
		if id := d.singles[a]; id > 0 {
			return id - 1
		}
		d.singles[a] = d.n + 1
	default:
		if id := d.pairs.put(pairKey(a, b), d.n+1); id <= d.n {
			return id - 1
		}
	}
	d.n++
	return d.n - 1
}

// pairTable maps pairs of characters to numbers above 0, by open addressing.
type pairTable struct {
	keys   []uint64 // 0: free
	values []uint32
	n      int
}

func pairKey(a, b rune) uint64 { return uint64(a)<<32 | uint64(b) }

func newPairTable(size int) pairTable {
	return pairTable{keys: make([]uint64, size), values: make([]uint32, size)}
}

// slot returns where key stands or would be put.
func (t *pairTable) slot(key uint64) int {
	mask := uint64(len(t.keys) - 1)
	i := (key * 0x9E3779B97F4A7C15 >> 20) & mask
	for t.keys[i] != 0 && t.keys[i] != key {
		i = (i + 1) & mask
	}
	return int(i)
}

func (t *pairTable) get(key uint64) uint32 { return t.values[t.slot(key)] }

// put returns the value of key, after setting it to value if it had none.
func (t *pairTable) put(key uint64, value uint32) uint32 {
	i := t.slot(key)
	if t.keys[i] == key {
		return t.values[i]
	}
	if t.n++; t.n*2 > len(t.keys) {
		bigger := newPairTable(2 * len(t.keys))
		for j, k := range t.keys {
			if k != 0 {
				s := bigger.slot(k)
				bigger.keys[s], bigger.values[s] = k, t.values[j]
			}
		}
		bigger.n = t.n
		*t = bigger
		i = t.slot(key)
	}
	t.keys[i], t.values[i] = key, value
	return value
}
