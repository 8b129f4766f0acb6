package lexical

import "math"

// Field is a text of a document and how much its terms count against those of
// the other fields. Weights are kept in steps of 1/8, at least one step.
type Field struct {
	Text   string // as printed; New folds it
	Weight float64
}

// Document is what is scored: the fields of one passage.
type Document struct {
	Fields  []Field
	Parents []string // keys of the larger units it is part of, the nearest first; every document has equally many
}

// Params are the free parameters of BM25.
type Params struct {
	K1 float64 // how fast further occurrences of a term stop to count, above 0
	B  float64 // how much length is held against a document, 0 to 1
}

// defaultParams were chosen on the training part of CMRC 2018 with passages
// of about 200 characters.
var defaultParams = Params{K1: 0.9, B: 0.4}

// Index holds the postings of a fixed set of documents. It is immutable and
// safe for concurrent use.
type Index struct {
	dict   dictionary
	bounds []int    // postings of term t are docs[bounds[t]:bounds[t+1]]
	docs   []uint32 // ascending within a term
	freqs  []uint8  // weighted frequency in eighths, saturating
	units  units    // the documents as units of scoring
	levels []level  // the larger units, nearest first
	exact  int      // see exactSize
}

// units are things that BM25 scores: documents, or parents of documents.
type units struct {
	norms []float32 // k1*(1-b+b*length/average), in eighths like frequencies
	idf   []float32 // by term
	k1    float64
}

// level is one kind of larger unit.
type level struct {
	of    []uint32 // document to unit
	spans [][]span // unit to its documents
	units units
}

// span is a range of documents, from first up to and without last.
type span struct{ first, last uint32 }

// eighth is the step in which weights and frequencies are kept.
const eighth = 1.0 / 8

// New builds the index of docs with the default parameters; the number of a
// document is its place in docs. It cuts texts on all
// processors.
func New(docs []Document) *Index { return NewWith(docs, defaultParams) }

// NewWith is New with other parameters.
func NewWith(docs []Document, p Params) *Index {
	x, lengths := merge(cutShards(docs))
	x.exact = exactSize
	x.units = newUnits(lengths, documentFrequencies(x), p)
	if len(docs) > 0 {
		for n := range docs[0].Parents {
			x.levels = append(x.levels, newLevel(x, docs, n, lengths, p))
		}
	}
	return x
}

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.units.norms) }

// Terms returns the number of different terms.
func (x *Index) Terms() int { return len(x.bounds) - 1 }

// Levels returns the number of kinds of larger units.
func (x *Index) Levels() int { return len(x.levels) }

// IDF returns the inverse document frequency of a term,
// ln(1+(N-n+0.5)/(n+0.5)) for n of N documents, and whether it occurs at all;
// a term that does not occur has the value for n = 0.
func (x *Index) IDF(term string) (idf float64, known bool) {
	if id, ok := x.dict.find(term); ok {
		return float64(x.units.idf[id]), true
	}
	return inverse(x.Len(), 0), false
}

// Lookup returns the number of a term, below Terms; ok is false for one that
// does not occur.
func (x *Index) Lookup(term string) (id uint32, ok bool) { return x.dict.find(term) }

func inverse(n, df int) float64 {
	return math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5))
}

func newUnits(lengths []uint32, df []uint32, p Params) units {
	u := units{norms: make([]float32, len(lengths)), idf: make([]float32, len(df)), k1: p.K1}
	total := 0.0
	for _, l := range lengths {
		total += float64(l)
	}
	average := max(total/float64(max(len(lengths), 1)), 1)
	for i, l := range lengths {
		u.norms[i] = float32(p.K1 * (1 - p.B + p.B*float64(l)/average) / eighth)
	}
	for t, n := range df {
		u.idf[t] = float32(inverse(len(lengths), int(n)))
	}
	return u
}

// score is the part of a unit's score that a term with frequency freq (in
// eighths) gives, before it is multiplied with the idf.
func (u *units) score(unit uint32, freq uint32) float64 {
	f := float64(freq)
	return f * (u.k1 + 1) / (f + float64(u.norms[unit]))
}

func documentFrequencies(x *Index) []uint32 {
	df := make([]uint32, x.Terms())
	for t := range df {
		df[t] = uint32(x.bounds[t+1] - x.bounds[t])
	}
	return df
}

// newLevel makes the larger units out of the n-th parent of the documents.
func newLevel(x *Index, docs []Document, n int, lengths []uint32, p Params) level {
	l := level{of: make([]uint32, len(docs))}
	ids := make(map[string]uint32)
	var sums []uint32
	for i := range docs {
		id, ok := ids[docs[i].Parents[n]]
		if !ok {
			id = uint32(len(sums))
			ids[docs[i].Parents[n]] = id
			sums = append(sums, 0)
			l.spans = append(l.spans, nil)
		}
		l.of[i] = id
		sums[id] += lengths[i]
		d := uint32(i)
		if s := l.spans[id]; len(s) > 0 && s[len(s)-1].last == d {
			s[len(s)-1].last++
		} else {
			l.spans[id] = append(s, span{d, d + 1})
		}
	}
	l.units = newUnits(sums, l.frequencies(x), p)
	return l
}

// frequencies counts for every term the units that hold it.
func (l *level) frequencies(x *Index) []uint32 {
	df := make([]uint32, x.Terms())
	seen := make([]int, len(l.spans)) // 1 + the last term counted
	for t := range df {
		for _, d := range x.docs[x.bounds[t]:x.bounds[t+1]] {
			if u := l.of[d]; seen[u] != t+1 {
				seen[u] = t + 1
				df[t]++
			}
		}
	}
	return df
}
