package lexical

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// shardSize is how many documents are cut by one goroutine at a time. It does
// not depend on the machine, so that terms get the same numbers everywhere.
const shardSize = 4096

// shard holds the terms of a stretch of documents, numbered on their own.
type shard struct {
	dict    dictionary
	terms   []uint32 // of all documents, document after document
	freqs   []uint8  // beside terms
	ends    []int    // document to the end of its terms
	lengths []uint32 // in eighths of a term

	counts  []uint32 // by term, of the document at hand
	touched []uint32 // terms with a count
	cut     []Term
}

// cutShards cuts all documents into terms, on all processors.
func cutShards(docs []Document) []*shard {
	shards := make([]*shard, 0, len(docs)/shardSize+1)
	var work sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(docs, shardSize) {
		s := &shard{dict: newDictionary()}
		shards = append(shards, s)
		free <- struct{}{}
		work.Go(func() {
			s.reserve(part)
			for i := range part {
				s.add(&part[i])
			}
			s.counts, s.touched, s.cut = nil, nil, nil
			s.dict = dictionary{keys: s.dict.keys} // all that merge needs
			<-free
		})
	}
	work.Wait()
	return shards
}

// reserve makes room for about as many terms as Chinese texts of that size
// have: growing would leave several times as much behind.
func (s *shard) reserve(docs []Document) {
	size := 0
	for i := range docs {
		for _, f := range docs[i].Fields {
			size += len(f.Text)
		}
	}
	s.terms, s.freqs = make([]uint32, 0, size*2/3), make([]uint8, 0, size*2/3)
	s.ends, s.lengths = make([]int, 0, len(docs)), make([]uint32, 0, len(docs))
}

// add takes the next document.
func (s *shard) add(d *Document) {
	length := uint32(0)
	for _, f := range d.Fields {
		weight := max(uint32(math.Round(f.Weight/eighth)), 1)
		s.cut = AppendTerms(s.cut[:0], Fold(f.Text))
		for i := range s.cut {
			t := &s.cut[i]
			if t.Kind == Unigram || t.Kind == Word || t.Kind == Number {
				length += weight
			}
			s.count(s.dict.add(t.Text), weight)
		}
	}
	for _, t := range s.touched {
		s.terms = append(s.terms, t)
		s.freqs = append(s.freqs, uint8(min(s.counts[t], math.MaxUint8)))
		s.counts[t] = 0
	}
	s.touched = s.touched[:0]
	s.ends = append(s.ends, len(s.terms))
	s.lengths = append(s.lengths, length)
}

func (s *shard) count(t, weight uint32) {
	if int(t) == len(s.counts) {
		s.counts = append(s.counts, 0)
	}
	if s.counts[t] == 0 {
		s.touched = append(s.touched, t)
	}
	s.counts[t] += weight
}

// merge makes one index out of shards, in their order, and returns the lengths
// of the documents.
func merge(shards []*shard) (x *Index, lengths []uint32) {
	x = &Index{dict: newDictionary()}
	var df []int
	postings := 0
	for _, s := range shards {
		global := make([]uint32, len(s.dict.keys))
		for i, k := range s.dict.keys {
			global[i] = x.dict.addKey(k)
		}
		for range int(x.dict.n) - len(df) {
			df = append(df, 0)
		}
		for i, t := range s.terms {
			s.terms[i] = global[t]
			df[global[t]]++
		}
		s.dict.keys = nil
		postings += len(s.terms)
		lengths = append(lengths, s.lengths...)
	}
	x.dict.keys = nil
	x.bounds = make([]int, len(df)+1)
	for t, n := range df {
		x.bounds[t+1] = x.bounds[t] + n
	}
	x.place(shards, postings, df)
	return x, lengths
}

// place fills in the postings; next is used for where those of each term go.
func (x *Index) place(shards []*shard, postings int, next []int) {
	copy(next, x.bounds)
	x.docs, x.freqs = make([]uint32, postings), make([]uint8, postings)
	doc := uint32(0)
	for _, s := range shards {
		at := 0
		for _, end := range s.ends {
			for ; at < end; at++ {
				p := &next[s.terms[at]]
				x.docs[*p] = doc
				x.freqs[*p] = s.freqs[at]
				*p++
			}
			doc++
		}
	}
}

// dictionary numbers terms. Single characters and pairs, which make up most
// of a Chinese text, are found without hashing their bytes.
type dictionary struct {
	singles []uint32 // by character below 0x10000: 1 + number
	pairs   pairTable
	others  map[string]uint32
	keys    []termKey // by number; dropped when all terms are known
	n       uint32
}

// termKey is a term: one or two characters, or any text.
type termKey struct {
	pair uint64 // see pairKey, with 0 as the second of a single character
	text string
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
	if !ok {
		if id, found := d.others[term]; found {
			return id
		}
		return d.addKey(termKey{text: strings.Clone(term)})
	}
	return d.addKey(termKey{pair: pairKey(a, b)})
}

// addKey is add for a term taken apart.
func (d *dictionary) addKey(k termKey) uint32 {
	switch {
	case k.text != "":
		if id, found := d.others[k.text]; found {
			return id
		}
		d.others[k.text] = d.n
	case uint32(k.pair) == 0:
		single := &d.singles[k.pair>>32]
		if *single > 0 {
			return *single - 1
		}
		*single = d.n + 1
	default:
		if id := d.pairs.put(k.pair, d.n+1); id <= d.n {
			return id - 1
		}
	}
	d.keys = append(d.keys, k)
	d.n++
	return d.n - 1
}

// pairTable maps pairs of characters to numbers above 0, by open addressing.
type pairTable struct {
	slots []pairSlot
	n     int
}

// pairSlot is free while its key is 0.
type pairSlot struct {
	key   uint64
	value uint32
}

func pairKey(a, b rune) uint64 { return uint64(a)<<32 | uint64(b) }

func newPairTable(size int) pairTable { return pairTable{slots: make([]pairSlot, size)} }

// slot returns where key stands or would be put.
func (t *pairTable) slot(key uint64) *pairSlot {
	mask := uint64(len(t.slots) - 1)
	i := (key * 0x9E3779B97F4A7C15 >> 20) & mask
	for t.slots[i].key != 0 && t.slots[i].key != key {
		i = (i + 1) & mask
	}
	return &t.slots[i]
}

func (t *pairTable) get(key uint64) uint32 { return t.slot(key).value }

// put returns the value of key, after setting it to value if it had none.
func (t *pairTable) put(key uint64, value uint32) uint32 {
	s := t.slot(key)
	if s.key == key {
		return s.value
	}
	if t.n++; t.n*2 > len(t.slots) {
		bigger := newPairTable(4 * len(t.slots))
		for _, old := range t.slots {
			if old.key != 0 {
				*bigger.slot(old.key) = old
			}
		}
		bigger.n = t.n
		*t = bigger
		s = t.slot(key)
	}
	*s = pairSlot{key, value}
	return value
}
