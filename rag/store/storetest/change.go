package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/store"
)

func testReplace(t *testing.T, s store.Store) {
	put(t, s, store.Entry{Passage: passage("a", "old", ingest.KindRow), Vector: axis(0, 1)}, entry("b"))
	// In one call the last of two equal IDs wins.
	put(t, s,
		store.Entry{Passage: passage("a", "lost", ingest.KindText), Vector: axis(1, 1)},
		store.Entry{Passage: passage("a", "new", ingest.KindText), Vector: axis(2, 1)})
	if got := count(t, s); got != 2 {
		t.Errorf("%d passages after replacing one of two, want 2", got)
	}
	hits := search(t, s, store.Query{Vector: axis(2, 1), K: 1})
	if len(hits) != 1 || hits[0].Passage.DocumentID != "new" || hits[0].Score < 1-Tolerance {
		t.Errorf("the replaced passage comes back as %+v", hits)
	}
	for _, document := range []string{"old", "lost"} {
		if hits := search(t, s, store.Query{Vector: axis(2, 1), K: 5, Filter: store.Filter{Document: document}}); len(hits) != 0 {
			t.Errorf("filter finds the replaced passage in document %s", document)
		}
	}
}

func testDelete(t *testing.T, s store.Store) {
	ctx := context.Background()
	put(t, s, entry("a"), entry("b"), entry("c"), entry("d"))
	deletions := []struct {
		ids  []string
		want string
	}{
		{nil, "a b c d"},
		{[]string{"unknown"}, "a b c d"},
		{[]string{"b", "unknown", "b"}, "a c d"},
		{[]string{"", "a"}, "c d"},
		{[]string{"c", "d"}, ""},
		{[]string{"c"}, ""},
	}
	for _, d := range deletions {
		if err := s.Delete(ctx, d.ids...); err != nil {
			t.Errorf("Delete(%q): %v", d.ids, err)
		}
		hits := search(t, s, store.Query{Vector: axis(0, 1), K: 9})
		slices.SortFunc(hits, func(a, b store.Hit) int { return cmpString(a.Passage.ID, b.Passage.ID) })
		if got := ids(hits); got != d.want {
			t.Errorf("after Delete(%q) there are %q, want %q", d.ids, got, d.want)
		}
	}
	put(t, s, entry("a"))
	if got := count(t, s); got != 1 {
		t.Errorf("%d passages after deleting all and putting one, want 1", got)
	}
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// full returns a passage with every field set.
func full(id string) ingest.Passage {
	return ingest.Passage{
		ID: id, DocumentID: "doc", SourceID: "s1", Kind: ingest.KindRow, Section: []string{"第一章", "1.2 现状"},
		Ordinal: 3, Block: 4, Lead: "引子。", Text: "列名：值\t“引号”", Start: 5, End: 6, Sources: []string{"甲", "乙"},
		TableID: "t", Row: 7, FigureID: "f", List: 8, Item: 9, Notes: []string{"n"}, DuplicateOf: "x", Line: 10,
	}
}

func testWhole(t *testing.T, s store.Store) {
	put(t, s, store.Entry{Passage: full("a"), Vector: axis(0, 1)})
	hits := search(t, s, store.Query{Vector: axis(0, 1), K: 1})
	if len(hits) != 1 {
		t.Fatalf("%d hits, want 1", len(hits))
	}
	if diff := cmp.Diff(full("a"), hits[0].Passage); diff != "" {
		t.Errorf("the passage comes back changed (-put +found):\n%s", diff)
	}
}

func testAliasing(t *testing.T, s store.Store) {
	e := store.Entry{Passage: full("a"), Vector: axis(0, 1)}
	put(t, s, e)
	spoil := func(p *ingest.Passage) {
		p.Section[0], p.Sources[0], p.Notes[0], p.Text = "changed", "changed", "changed", "changed"
	}
	spoil(&e.Passage)
	e.Vector[0], e.Vector[1] = 0, 1
	q := store.Query{Vector: axis(0, 1), K: 1}
	for range 2 {
		hits := search(t, s, q)
		if diff := cmp.Diff(full("a"), hits[0].Passage); diff != "" || hits[0].Score < 1-Tolerance {
			t.Fatalf("writing to what was put or found changes the store (score %v):\n%s", hits[0].Score, diff)
		}
		spoil(&hits[0].Passage)
	}
	if want := axis(0, 1); !slices.Equal(q.Vector, want) {
		t.Errorf("Search changed the vector of the query to %v", q.Vector)
	}
}

// testManyIDs stores more IDs than would survive being told apart by 32 bits
// of a hash with any likelihood, in batches.
func testManyIDs(t *testing.T, s store.Store) {
	const n, size = 40_000, 1000
	for from := 0; from < n; from += size {
		entries := make([]store.Entry, size)
		for i := range entries {
			entries[i] = entry(manyID(from + i))
		}
		put(t, s, entries...)
	}
	if got := count(t, s); got != n {
		t.Errorf("%d passages stored, %d are there", n, got)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		id := manyID(random.IntN(n))
		hits := search(t, s, store.Query{Vector: llmtest.UnitVector(id, dim), K: 1})
		if len(hits) != 1 || hits[0].Passage.ID != id {
			t.Errorf("looking for the vector of %s finds %s", id, ids(hits))
		}
	}
}

func manyID(i int) string { return fmt.Sprintf("report.md#chunk-%d", i) }

func testContext(t *testing.T, s store.Store) {
	put(t, s, entry("a"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	calls := map[string]func() error{
		"Put":    func() error { return s.Put(ctx, []store.Entry{entry("b")}) },
		"Delete": func() error { return s.Delete(ctx, "a") },
		"Search": func() error { _, err := s.Search(ctx, store.Query{Vector: axis(0, 1), K: 1}); return err },
		"Info":   func() error { _, err := s.Info(ctx); return err },
	}
	if scorer, ok := s.(store.Scorer); ok {
		calls["Score"] = func() error { _, err := scorer.Score(ctx, axis(0, 1), []string{"a"}); return err }
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a done context: error %v, want %v", name, err, context.Canceled)
		}
	}
	if got := ids(search(t, s, store.Query{Vector: axis(0, 1), K: 5})); got != "a" {
		t.Errorf("calls with a done context left %q, want a", got)
	}
}

func testClose(t *testing.T, s store.Store) {
	put(t, s, entry("a"))
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func testConcurrent(t *testing.T, s store.Store) {
	ctx := context.Background()
	put(t, s, entry("fixed"))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 30 {
				e := entry(fmt.Sprintf("w%d-%d", w, i))
				if err := s.Put(ctx, []store.Entry{e, entry("shared")}); err != nil {
					t.Errorf("concurrent Put: %v", err)
				}
				hits, err := s.Search(ctx, store.Query{Vector: entry("fixed").Vector, K: 1})
				if err != nil || len(hits) != 1 || hits[0].Passage.ID != "fixed" {
					t.Errorf("concurrent Search: %s, %v; want fixed", ids(hits), err)
				}
				if i%2 == 0 {
					if err := s.Delete(ctx, e.Passage.ID); err != nil {
						t.Errorf("concurrent Delete: %v", err)
					}
				}
				if _, err := s.Info(ctx); err != nil {
					t.Errorf("concurrent Info: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got, want := count(t, s), 2+4*15; got != want {
		t.Errorf("%d passages after concurrent changes, want %d", got, want)
	}
}

// testReference applies the same random changes and searches to s and to the
// reference store. Vectors are few, so that ties abound.
func testReference(t *testing.T, s store.Store) {
	ctx := context.Background()
	want := NewReference(Model)
	random := rand.New(rand.NewPCG(2, 3))
	kinds := []ingest.Kind{ingest.KindText, ingest.KindRow, ingest.KindFigure}
	vector := func() llm.Vector { return llmtest.UnitVector(fmt.Sprint(random.IntN(12)), dim) }
	for step := range 300 {
		switch random.IntN(4) {
		case 0, 1:
			entries := make([]store.Entry, random.IntN(4))
			for i := range entries {
				id := fmt.Sprintf("p%d", random.IntN(80))
				entries[i] = store.Entry{Passage: passage(id, fmt.Sprint("d", random.IntN(3)), kinds[random.IntN(3)]), Vector: vector()}
			}
			put(t, s, entries...)
			put(t, want, entries...)
		case 2:
			id := fmt.Sprintf("p%d", random.IntN(80))
			if err := s.Delete(ctx, id); err != nil {
				t.Fatalf("step %d: Delete(%s): %v", step, id, err)
			}
			if err := want.Delete(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		q := store.Query{Vector: vector(), K: random.IntN(12)}
		if random.IntN(2) == 0 {
			q.Filter.Document = fmt.Sprint("d", random.IntN(3))
		}
		if random.IntN(2) == 0 {
			q.Filter.Kind = kinds[random.IntN(3)]
		}
		if got, want := ids(search(t, s, q)), ids(search(t, want, q)); got != want {
			t.Fatalf("step %d: search K %d, filter %+v finds %s, the reference %s", step, q.K, q.Filter, got, want)
		}
	}
}

func testScorer(t *testing.T, s store.Store) {
	scorer, ok := s.(store.Scorer)
	if !ok {
		t.Skip("the store has no look-up of single scores")
	}
	ctx, q := context.Background(), llmtest.UnitVector("question", dim)
	if scores, err := scorer.Score(ctx, q, []string{"a"}); err != nil || len(scores) != 0 {
		t.Errorf("Score in an empty store = %v, %v; want nothing", scores, err)
	}
	put(t, s, entry("a"), entry("b"), entry("c"))
	scores, err := scorer.Score(ctx, q, []string{"c", "unknown", "a", "c"})
	if err != nil {
		t.Fatalf("Score: %v", err)
	}
	for _, h := range search(t, s, store.Query{Vector: q, K: 3}) {
		got, ok := scores[h.Passage.ID]
		if ok != (h.Passage.ID != "b") || ok && got != h.Score {
			t.Errorf("Score of %s = %v, %v; Search gives %v", h.Passage.ID, got, ok, h.Score)
		}
	}
	if len(scores) != 2 {
		t.Errorf("Score of a and c gives %v", scores)
	}
	if scores, err := scorer.Score(ctx, q, nil); err != nil || len(scores) != 0 {
		t.Errorf("Score of no IDs = %v, %v; want nothing", scores, err)
	}
	for name, v := range badVectors() {
		if _, err := scorer.Score(ctx, v, []string{"a"}); !errors.Is(err, store.ErrVector) {
			t.Errorf("Score with a vector that is %s: error %v, want %v", name, err, store.ErrVector)
		}
	}
}
