package lexical

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// text makes a document of one field.
func text(s string, parents ...string) Document {
	return Document{Fields: []Field{{s, 1}}, Parents: parents}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-5 }

// TestScores compares with scores computed by hand: k1 = 1, b = 0.5.
//
//	N = 3; lengths 3, 1, 2 (Han characters and words, not pairs): average 2
//	norm = k1*(1-b+b*length/average): doc 0 .5+.5*3/2 = 1.25; doc 1 .75; doc 2 1
//	idf(a), in 2 of 3 documents: ln(1+(3-2+.5)/(2+.5)) = ln 1.6       = 0.470004
//	idf(b), in 1 of 3:           ln(1+(3-1+.5)/(1+.5)) = ln 2.6666667 = 0.980829
//	doc 0 "aa b": a twice: 0.470004 * 2*2/(2+1.25) = 0.578466
//	              b once:  0.980829 * 1*2/(1+1.25) = 0.871848   sum 1.450314
//	doc 1 "a":    a once:  0.470004 * 1*2/(1+0.75) = 0.537147
//
// In the texts a is 大, b is word, c is 模, d is 型.
func TestScores(t *testing.T) {
	x := NewWith([]Document{text("大，大 word"), text("大"), text("模,型")}, Params{K1: 1, B: 0.5})
	got := x.Search(Query{Terms: []Weighted{{"大", 1}, {"word", 1}, {"unknown", 1}}, K: 10})
	want := []Hit{{0, 1.450314}, {1, 0.537147}}
	if diff := cmp.Diff(want, got, cmp.Comparer(near)); diff != "" {
		t.Errorf("Search (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0, 0.537147, 1.450314}, x.Score(Query{Terms: []Weighted{{"大", 1}, {"word", 1}}}, []int{2, 1, 0}), cmp.Comparer(near)); diff != "" {
		t.Errorf("Score (-want +got):\n%s", diff)
	}
	// Weights multiply, and those of equal terms add up: 2 * 0.537147.
	got = x.Search(Query{Terms: []Weighted{{"大", 1.5}, {"大", 0.5}, {"word", 0}}, K: 10, Accept: func(d int) bool { return d > 0 }})
	if diff := cmp.Diff([]Hit{{1, 1.074294}}, got, cmp.Comparer(near)); diff != "" {
		t.Errorf("weighted Search (-want +got):\n%s", diff)
	}
}

// TestFieldWeights: a field of weight 0.25 counts a quarter, in frequency and
// in length.
//
//	doc 0: 大 with frequency 1.25, length 1.25; doc 1: frequency 0, length 1; average 1.125
//	k1 = 1, b = 1: norm 1.25/1.125 = 1.111111; idf = ln(1+(2-1+.5)/(1+.5)) = ln 2 = 0.693147
//	score 0.693147 * 1.25*2/(1.25+1.111111) = 0.733919
func TestFieldWeights(t *testing.T) {
	x := NewWith([]Document{{Fields: []Field{{"大", 1}, {"大", 0.25}}}, text("模")}, Params{K1: 1, B: 1})
	got := x.Search(Query{Terms: []Weighted{{"大", 1}}, K: 1})
	if diff := cmp.Diff([]Hit{{0, 0.733919}}, got, cmp.Comparer(near)); diff != "" {
		t.Errorf("Search (-want +got):\n%s", diff)
	}
}

// TestParentScores: documents 0 and 2 are one unit "p" of length 3 with 大
// twice, document 1 is unit "q" of length 1 with 大 once; average 2.
//
//	k1 = 1, b = 0.5: norms .5+.5*3/2 = 1.25 and .5+.5*1/2 = .75
//	idf(大), in 2 of 2 units: ln(1+(2-2+.5)/(2+.5)) = ln 1.2 = 0.182322
//	p: 0.182322 * 2*2/(2+1.25) = 0.224396; q: 0.182322 * 1*2/(1+.75) = 0.208368
func TestParentScores(t *testing.T) {
	x := NewWith([]Document{text("大", "p"), text("大", "q"), text("大，模", "p")}, Params{K1: 1, B: 0.5})
	q := Query{Terms: []Weighted{{"大", 1}}}
	got := x.ParentScores(0, q, []int{2, 1, 0})
	if diff := cmp.Diff([]float64{0.224396, 0.208368, 0.224396}, got, cmp.Comparer(near)); diff != "" {
		t.Errorf("ParentScores (-want +got):\n%s", diff)
	}
	if got := x.ParentScores(1, q, []int{0}); got[0] != 0 {
		t.Errorf("ParentScores of a level that is not there = %v, want 0", got)
	}
	if x.Parent(0, 0) != x.Parent(0, 2) || x.Parent(0, 0) == x.Parent(0, 1) {
		t.Error("Parent does not tell p and q apart")
	}
	var siblings []int
	x.Siblings(0, 2, func(d int) bool { siblings = append(siblings, d); return true })
	if !slices.Equal(siblings, []int{0, 2}) {
		t.Errorf("Siblings = %v, want [0 2]", siblings)
	}
}

func TestSearchEdges(t *testing.T) {
	empty := New(nil)
	if got := empty.Search(Query{Terms: []Weighted{{"大", 1}}, K: 5}); len(got) != 0 {
		t.Errorf("search in an empty index = %v", got)
	}
	x := New([]Document{text("大"), text("大"), text("大"), text("")})
	tests := []struct {
		name string
		q    Query
		want []int
	}{
		{"ties by number", Query{Terms: []Weighted{{"大", 1}}, K: 2}, []int{0, 1}},
		{"k above the count", Query{Terms: []Weighted{{"大", 1}}, K: 99}, []int{0, 1, 2}},
		{"k below 1", Query{Terms: []Weighted{{"大", 1}}, K: 0}, nil},
		{"no terms", Query{K: 3}, nil},
		{"filter before k", Query{Terms: []Weighted{{"大", 1}}, K: 1, Accept: func(d int) bool { return d == 2 }}, []int{2}},
	}
	for _, tt := range tests {
		for range 5 {
			var got []int
			for _, h := range x.Search(tt.q) {
				got = append(got, h.Doc)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			}
		}
	}
	if idf, known := x.IDF("模"); known || !near(idf, math.Log(1+4.5/0.5)) {
		t.Errorf("IDF of an unknown term = %v, %v", idf, known)
	}
}

// naive scores with maps, straight from the formula.
func naive(docs []Document, terms []Weighted, p Params) []float64 {
	freqs := make([]map[string]float64, len(docs))
	lengths := make([]float64, len(docs))
	df := map[string]float64{}
	total := 0.0
	for i, d := range docs {
		freqs[i] = map[string]float64{}
		for _, f := range d.Fields {
			for _, term := range AppendTerms(nil, Fold(f.Text)) {
				if freqs[i][term.Text] == 0 {
					df[term.Text]++
				}
				freqs[i][term.Text] += f.Weight
				if term.Kind == Unigram || term.Kind == Word || term.Kind == Number {
					lengths[i] += f.Weight
				}
			}
		}
		total += lengths[i]
	}
	average := max(total/float64(len(docs)), eighth)
	out := make([]float64, len(docs))
	for i := range docs {
		for _, w := range terms {
			f := freqs[i][w.Term]
			idf := math.Log(1 + (float64(len(docs))-df[w.Term]+0.5)/(df[w.Term]+0.5))
			out[i] += w.Weight * idf * f * (p.K1 + 1) / (f + p.K1*(1-p.B+p.B*lengths[i]/average))
		}
	}
	return out
}

func TestSearchAgreesWithFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"大", "模型", "ai", "x1", "2025", " ", "，", "数", "a"})
		sentence := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(words, 0, 12).Draw(t, "words"), "")
		})
		docs := make([]Document, rapid.IntRange(1, 8).Draw(t, "n"))
		for i := range docs {
			docs[i].Fields = []Field{{sentence.Draw(t, "text"), 1}, {sentence.Draw(t, "title"), 0.25}}
		}
		var terms []Weighted
		for _, term := range Terms(sentence.Draw(t, "query")) {
			terms = append(terms, Weighted{term, rapid.SampledFrom([]float64{0.5, 1}).Draw(t, "weight")})
		}
		p := Params{K1: 1.2, B: 0.75}
		x := NewWith(docs, p)
		want := naive(docs, terms, p)
		found := map[int]bool{}
		for _, h := range x.Search(Query{Terms: terms, K: len(docs)}) {
			found[h.Doc] = true
			if !near(h.Score, want[h.Doc]) {
				t.Fatalf("document %d scores %v, want %v", h.Doc, h.Score, want[h.Doc])
			}
		}
		for d, w := range want {
			if found[d] != (w > 0) {
				t.Fatalf("document %d with score %v: found %v", d, w, found[d])
			}
		}
	})
}

// synthetic makes n documents of about 200 characters whose characters are
// spread as in a real text: few frequent ones, many rare ones.
func synthetic(n int) []Document {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.3, 20, 3000)
	docs := make([]Document, n)
	for i := range docs {
		var b strings.Builder
		for range 200 {
			b.WriteRune(rune(0x4E00 + zipf.Uint64()))
		}
		docs[i] = text(b.String(), fmt.Sprint(i/5))
	}
	return docs
}

// queryOf makes a query out of the first 20 characters of a document.
func queryOf(d Document) []Weighted {
	var terms []Weighted
	for _, t := range Terms(string([]rune(d.Fields[0].Text)[:20])) {
		terms = append(terms, Weighted{t, 1})
	}
	return terms
}

// TestPruningFindsTheBest holds that leaving frequent terms to the candidates
// of the rare ones does not change the best documents of a large index.
func TestPruningFindsTheBest(t *testing.T) {
	docs := synthetic(5_000)
	x := New(docs)
	x.exact = 1_000
	for _, d := range []int{0, 77, 4_999} {
		q := Query{Terms: queryOf(docs[d]), K: 10}
		hits := x.Search(q)
		if hits[0].Doc != d {
			t.Errorf("the document that the query was taken from is not first but %v", hits[0])
		}
		all := make([]int, len(docs))
		for i := range all {
			all[i] = i
		}
		exact := x.Score(q, all)
		for i, h := range hits[:5] {
			better := 0
			for _, s := range exact {
				if s > h.Score+1e-9 {
					better++
				}
			}
			if better > i || !near(exact[h.Doc], h.Score) {
				t.Errorf("hit %d has score %v (exact %v), %d documents are better", i, h.Score, exact[h.Doc], better)
			}
		}
	}
}

func TestConcurrentSearch(t *testing.T) {
	docs := synthetic(300)
	x := New(docs)
	want := x.Search(Query{Terms: queryOf(docs[7]), K: 20})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := x.Search(Query{Terms: queryOf(docs[7]), K: 20}); !slices.Equal(got, want) {
					t.Error("concurrent searches differ")
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkNew(b *testing.B) {
	docs := synthetic(2000)
	b.SetBytes(2000 * 600)
	for b.Loop() {
		New(docs)
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{300, 10_000, 100_000} {
		docs := synthetic(n)
		x := New(docs)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				q := Query{Terms: queryOf(docs[i*37%n]), K: 100}
				hits := x.Search(q)
				found := make([]int, len(hits))
				for j, h := range hits {
					found[j] = h.Doc
				}
				x.ParentScores(0, q, found)
			}
		})
	}
}
