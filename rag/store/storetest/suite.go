// Package storetest holds the conformance suite for vector stores: Run tests
// every clause of the contract in package store. It also holds Reference, the
// shortest store that fulfils it.
//
// The suite knows nothing of what a store keeps on disk or behind a network;
// an adapter tests that itself.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/store"
)

// Model is the embedding model that Run opens stores for.
const Model = "storetest-8"

// dim is the length of the vectors that the suite stores.
const dim = 8

// Tolerance is by how much a score may differ from the exact cosine: stores
// may keep vectors in single precision.
const Tolerance = 1e-5

// Open returns an empty store for vectors of the named model. It registers
// with t what has to be closed.
type Open func(t *testing.T, model string) store.Store

// Run tests the store that open returns against every clause of store.Store
// and, where the store has the ability, of store.Scorer.
func Run(t *testing.T, open Open) {
	t.Helper()
	clauses := []struct {
		name string
		test func(t *testing.T, s store.Store)
	}{
		{"empty store", testEmpty},
		{"order and scores", testOrder},
		{"scores of vectors of any length", testScaling},
		{"ties", testTies},
		{"ties at the cut", testTiesAtCut},
		{"number of hits", testK},
		{"filter acts before the cut", testFilter},
		{"put replaces", testReplace},
		{"bad vectors put", testBadPut},
		{"bad vectors searched", testBadSearch},
		{"delete", testDelete},
		{"passages come back whole", testWhole},
		{"no shared memory", testAliasing},
		{"no loss at many IDs", testManyIDs},
		{"done context", testContext},
		{"close", testClose},
		{"concurrent use", testConcurrent},
		{"agreement with the reference", testReference},
		{"scorer", testScorer},
	}
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t, Model)) })
	}
}

// passage returns a passage of document with every field that a filter looks
// at.
func passage(id, document string, kind ingest.Kind) ingest.Passage {
	return ingest.Passage{ID: id, DocumentID: document, Kind: kind, Text: "text of " + id, Section: []string{"section"}}
}

// entry returns an entry whose vector depends on its ID.
func entry(id string) store.Entry {
	return store.Entry{Passage: passage(id, "doc", ingest.KindText), Vector: llmtest.UnitVector(id, dim)}
}

// axis returns the unit vector of one dimension, scaled.
func axis(i int, scale float32) llm.Vector {
	v := make(llm.Vector, dim)
	v[i] = scale
	return v
}

func put(t *testing.T, s store.Store, entries ...store.Entry) {
	t.Helper()
	if err := s.Put(context.Background(), entries); err != nil {
		t.Fatalf("Put(%d entries): %v", len(entries), err)
	}
}

func search(t *testing.T, s store.Store, q store.Query) []store.Hit {
	t.Helper()
	hits, err := s.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("Search(K %d, filter %+v): %v", q.K, q.Filter, err)
	}
	return hits
}

func count(t *testing.T, s store.Store) int {
	t.Helper()
	info, err := s.Info(context.Background())
	if err != nil {
		t.Fatalf("Info: %v", err)
	}
	return info.Count
}

// ids returns the IDs of hits in their order, joined by blanks.
func ids(hits []store.Hit) string {
	list := make([]string, len(hits))
	for i, h := range hits {
		list[i] = h.Passage.ID
	}
	return strings.Join(list, " ")
}

func testEmpty(t *testing.T, s store.Store) {
	ctx := context.Background()
	info, err := s.Info(ctx)
	if err != nil {
		t.Fatalf("Info: %v", err)
	}
	if info.Model != Model || info.Count != 0 || info.Dim != 0 {
		t.Errorf("Info of an empty store = %+v, want model %s, dimension 0, count 0", info, Model)
	}
	if hits := search(t, s, store.Query{Vector: axis(0, 1), K: 3}); len(hits) != 0 {
		t.Errorf("an empty store has hits %s", ids(hits))
	}
	if err := s.Put(ctx, nil); err != nil {
		t.Errorf("Put of nothing: %v", err)
	}
	if err := s.Delete(ctx); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	if err := s.Delete(ctx, "unknown"); err != nil {
		t.Errorf("Delete in an empty store: %v", err)
	}
	put(t, s, entry("a"))
	if info, err = s.Info(ctx); err != nil || info.Dim != dim || info.Count != 1 {
		t.Errorf("Info after one Put = %+v, %v; want dimension %d, count 1", info, err, dim)
	}
}

func testOrder(t *testing.T, s store.Store) {
	var entries []store.Entry
	for i := range 60 {
		entries = append(entries, entry(fmt.Sprintf("p%02d", i)))
	}
	put(t, s, entries...)
	q := llmtest.UnitVector("question", dim)
	hits := search(t, s, store.Query{Vector: q, K: 60})
	if len(hits) != 60 {
		t.Fatalf("%d hits, want 60", len(hits))
	}
	for i, h := range hits {
		if want := cosine(q, llmtest.UnitVector(h.Passage.ID, dim)); math.Abs(h.Score-want) > Tolerance {
			t.Errorf("score of %s is %v, its cosine %v", h.Passage.ID, h.Score, want)
		}
		if i > 0 && !inOrder(hits[i-1], h) {
			t.Errorf("hit %s %v comes before %s %v", hits[i-1].Passage.ID, hits[i-1].Score, h.Passage.ID, h.Score)
		}
	}
}

// inOrder reports whether a may come directly before b.
func inOrder(a, b store.Hit) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Passage.ID < b.Passage.ID
}

func testScaling(t *testing.T, s store.Store) {
	put(t, s,
		store.Entry{Passage: passage("same", "doc", ingest.KindText), Vector: axis(0, 1e-3)},
		store.Entry{Passage: passage("square", "doc", ingest.KindText), Vector: axis(1, 1e3)},
		store.Entry{Passage: passage("opposite", "doc", ingest.KindText), Vector: axis(0, -5)})
	for _, scale := range []float32{1, 1e-3, 1e3} {
		hits := search(t, s, store.Query{Vector: axis(0, scale), K: 3})
		if got, want := ids(hits), "same square opposite"; got != want {
			t.Fatalf("hits %s, want %s", got, want)
		}
		for i, want := range []float64{1, 0, -1} {
			if got := hits[i].Score; math.Abs(got-want) > Tolerance || math.Abs(got) > 1 {
				t.Errorf("score of %s is %v, want %v within [-1, 1]", hits[i].Passage.ID, got, want)
			}
		}
	}
}

func testTies(t *testing.T, s store.Store) {
	v := llmtest.UnitVector("tie", dim)
	var want []string
	var entries []store.Entry
	for i := range 40 {
		id := fmt.Sprintf("p%02d", i)
		want = append(want, id)
		entries = append(entries, store.Entry{Passage: passage(id, "doc", ingest.KindText), Vector: v})
	}
	slices.Reverse(entries)
	put(t, s, entries...)
	for run := range 20 {
		if got := ids(search(t, s, store.Query{Vector: v, K: 40})); got != strings.Join(want, " ") {
			t.Fatalf("run %d: equal vectors come in the order %s", run, got)
		}
	}
}

func testTiesAtCut(t *testing.T, s store.Store) {
	var entries []store.Entry
	for i := range 200 {
		e := store.Entry{Passage: passage(fmt.Sprintf("p%03d", 199-i), "doc", ingest.KindText), Vector: axis(1, 1)}
		if i == 100 {
			e.Passage.ID, e.Vector = "zz", axis(0, 1)
		}
		entries = append(entries, e)
	}
	put(t, s, entries...)
	for run := range 20 {
		got := ids(search(t, s, store.Query{Vector: axis(0, 1), K: 4}))
		if want := "zz p000 p001 p002"; got != want {
			t.Fatalf("run %d: hits %s, want %s", run, got, want)
		}
	}
}

func testK(t *testing.T, s store.Store) {
	put(t, s, entry("a"), entry("b"), entry("c"))
	for k, want := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 2, 3: 3, 4: 3, 1000: 3, math.MaxInt: 3} {
		if got := len(search(t, s, store.Query{Vector: axis(0, 1), K: k})); got != want {
			t.Errorf("K %d gives %d hits, want %d", k, got, want)
		}
	}
}

func testFilter(t *testing.T, s store.Store) {
	var entries []store.Entry
	for i := range 100 { // nearest to the question, and of another document
		v := axis(0, 1)
		v[1] = float32(i) / 1000
		entries = append(entries, store.Entry{Passage: passage(fmt.Sprintf("n%02d", i), "near", ingest.KindText), Vector: v})
	}
	far := func(id string, kind ingest.Kind, v llm.Vector) store.Entry {
		return store.Entry{Passage: passage(id, "far", kind), Vector: v}
	}
	entries = append(entries, far("a", ingest.KindRow, axis(2, 1)), far("b", ingest.KindText, axis(2, 1)), far("c", ingest.KindText, axis(0, -1)))
	put(t, s, entries...)
	tests := []struct {
		filter store.Filter
		k      int
		want   string
	}{
		{store.Filter{Document: "far"}, 2, "a b"},
		{store.Filter{Document: "far"}, 9, "a b c"},
		{store.Filter{Document: "far", Kind: ingest.KindText}, 2, "b c"},
		{store.Filter{Kind: ingest.KindRow}, 5, "a"},
		{store.Filter{Document: "near", Kind: ingest.KindRow}, 5, ""},
		{store.Filter{Document: "unknown"}, 5, ""},
		{store.Filter{}, 2, "n00 n01"},
	}
	for _, test := range tests {
		if got := ids(search(t, s, store.Query{Vector: axis(0, 1), K: test.k, Filter: test.filter})); got != test.want {
			t.Errorf("filter %+v, K %d: hits %q, want %q", test.filter, test.k, got, test.want)
		}
	}
}

func testBadPut(t *testing.T, s store.Store) {
	put(t, s, entry("old"))
	for name, v := range badVectors() {
		bad := store.Entry{Passage: passage("bad", "doc", ingest.KindText), Vector: v}
		err := s.Put(context.Background(), []store.Entry{entry("new"), bad, entry("newer")})
		if !errors.Is(err, store.ErrVector) {
			t.Errorf("Put of a vector that is %s: error %v, want %v", name, err, store.ErrVector)
		} else if !strings.Contains(err.Error(), "bad") {
			t.Errorf("Put of a vector that is %s: error %q does not name the passage", name, err)
		}
		if got := count(t, s); got != 1 {
			t.Fatalf("a refused Put left %d passages, want the 1 of before", got)
		}
	}
}

func testBadSearch(t *testing.T, s store.Store) {
	put(t, s, entry("a"))
	for name, v := range badVectors() {
		if hits, err := s.Search(context.Background(), store.Query{Vector: v, K: 1}); !errors.Is(err, store.ErrVector) || len(hits) != 0 {
			t.Errorf("Search with a vector that is %s: hits %q, error %v; want %v", name, ids(hits), err, store.ErrVector)
		}
	}
}

// badVectors returns vectors that no store accepts, by what is wrong.
func badVectors() map[string]llm.Vector {
	return map[string]llm.Vector{
		"nil":         nil,
		"empty":       {},
		"zero":        make(llm.Vector, dim),
		"NaN":         axis(3, float32(math.NaN())),
		"infinite":    axis(3, float32(math.Inf(1))),
		"too short":   make(llm.Vector, dim-1),
		"one shorter": axis(0, 1)[:dim-1],
		"one longer":  append(axis(0, 1), 1),
	}
}

func cosine(a, b llm.Vector) float64 {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return dot / math.Sqrt(aa*bb)
}
