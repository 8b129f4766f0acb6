package chromemstore

import (
	"context"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"yanbao/ingest"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/store"
	"yanbao/rag/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, model string) *Store {
	t.Helper()
	s, err := New(model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, model string) store.Store { return open(t, model) })
}

// TestNearTiesAtCut stores vectors whose similarities differ by less than the
// single precision that chromem-go sums in can tell apart.
func TestNearTiesAtCut(t *testing.T) {
	const dim, n = 64, 300
	s, want := open(t, "m"), storetest.NewReference("m")
	base := llmtest.UnitVector("base", dim)
	var entries []store.Entry
	for i := range n {
		v := append(base[:0:0], base...)
		v[i%dim] += float32(i) * 1e-7
		entries = append(entries, store.Entry{Passage: ingest.Passage{ID: fmt.Sprintf("p%03d", (i*37)%n)}, Vector: v})
	}
	ctx := context.Background()
	for _, st := range []store.Store{s, want} {
		if err := st.Put(ctx, entries); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Search(ctx, store.Query{Vector: base, K: 10})
	if err != nil {
		t.Fatal(err)
	}
	for run := range 20 {
		again, err := s.Search(ctx, store.Query{Vector: base, K: 10})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if again[i].Passage.ID != got[i].Passage.ID {
				t.Fatalf("run %d: hit %d is %s, was %s", run, i, again[i].Passage.ID, got[i].Passage.ID)
			}
		}
	}
	all, err := s.Search(ctx, store.Query{Vector: base, K: n})
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if all[i].Passage.ID != got[i].Passage.ID {
			t.Errorf("hit %d is %s for K 10 and %s for K %d", i, got[i].Passage.ID, all[i].Passage.ID, n)
		}
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	s := open(t, "m")
	s.Close()
	ctx := context.Background()
	v := llmtest.UnitVector("v", 8)
	calls := map[string]error{
		"Put":    s.Put(ctx, []store.Entry{{Passage: ingest.Passage{ID: "a"}, Vector: v}}),
		"Delete": s.Delete(ctx, "a"),
	}
	_, calls["Search"] = s.Search(ctx, store.Query{Vector: v, K: 1})
	_, calls["Score"] = s.Score(ctx, v, []string{"a"})
	_, calls["Info"] = s.Info(ctx)
	for name, err := range calls {
		if err == nil {
			t.Errorf("%s of a closed store succeeds", name)
		}
	}
}

func TestPutRefusesPassageWithoutID(t *testing.T) {
	err := open(t, "m").Put(context.Background(), []store.Entry{{Vector: llmtest.UnitVector("v", 8)}})
	if err == nil {
		t.Error("a passage without an ID is accepted")
	}
}

func BenchmarkStore(b *testing.B) {
	for _, n := range []int{300, 10_000, 100_000} {
		entries := make([]store.Entry, n)
		ids := make([]string, 0, 100)
		for i := range entries {
			id := fmt.Sprintf("p%06d", i)
			entries[i] = store.Entry{Passage: ingest.Passage{ID: id, DocumentID: "doc", Kind: ingest.KindText}, Vector: llmtest.UnitVector(id, 256)}
			if i%(n/100) == 0 {
				ids = append(ids, id)
			}
		}
		ctx, q := context.Background(), llmtest.UnitVector("q", 256)
		b.Run(fmt.Sprintf("put/%d", n), func(b *testing.B) {
			for b.Loop() {
				if err := open(b, "m").Put(ctx, entries); err != nil {
					b.Fatal(err)
				}
			}
		})
		s := open(b, "m")
		if err := s.Put(ctx, entries); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("search/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(ctx, store.Query{Vector: q, K: 50}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("score/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Score(ctx, q, ids); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
