package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"yanbao/ingest"
)

// TestLibraryAgreesWithMap applies random changes to a library and to a map
// from document ID to edition.
func TestLibraryAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "library")
		if err != nil {
			r.Fatal(err)
		}
		ctx := context.Background()
		l := openTest(t, dir, testOptions())
		want := map[string]string{}
		id := rapid.SampledFrom([]string{"a", "b", "A/b", "报告"})
		document := func(r *rapid.T) *ingest.Document {
			return testDocument(id.Draw(r, "id"), paragraphs("题", rapid.IntRange(0, 3).Draw(r, "paragraphs"))...)
		}
		check := func(err error) {
			if err != nil {
				r.Fatal(err)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"add": func(r *rapid.T) {
				one, other := document(r), document(r)
				sources := []Source{sourceOf(one)}
				if other.ID != one.ID {
					sources = append(sources, sourceOf(other))
				}
				changes, err := l.Add(ctx, sources)
				check(err)
				for i, s := range sources {
					same := want[s.Document.ID] == s.Document.Edition
					if c := changes[i]; c.Unchanged != same || c.Added+c.Kept != countRetrieved(s.Document) {
						r.Fatalf("change %+v of a document with %d passages, the same as before: %v", c, countRetrieved(s.Document), same)
					}
					want[s.Document.ID] = s.Document.Edition
				}
			},
			"remove": func(r *rapid.T) {
				id := id.Draw(r, "id")
				err := l.Remove(ctx, id)
				if _, ok := want[id]; ok == errors.Is(err, ErrUnknown) {
					r.Fatalf("Remove(%q): %v, though it is there: %v", id, err, ok)
				} else if ok {
					check(err)
				}
				delete(want, id)
			},
			"rebuild": func(*rapid.T) { check(l.Rebuild(ctx)) },
			"reopen":  func(*rapid.T) { l = openTest(t, dir, testOptions()) },
			"": func(r *rapid.T) {
				x, err := l.Index(ctx)
				check(err)
				defer x.Close()
				got := map[string]string{}
				for _, d := range x.Documents() {
					got[d.ID] = d.Edition
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					r.Fatalf("documents %v, want %v", got, want)
				}
				checkSearchable(t, x)
			},
		})
	})
}

// TestReadWhileWriting reads generations while others replace them: every
// reader sees one that is whole.
func TestReadWhileWriting(t *testing.T) {
	dir := t.TempDir()
	const rounds = 40
	editions := make([]string, rounds)
	docs := make([][]*ingest.Document, rounds)
	for i := range docs {
		docs[i] = []*ingest.Document{testDocument("a", fmt.Sprintf("甲%d。", i)), testDocument("b", fmt.Sprintf("乙%d。", i))}
		editions[i] = docs[i][0].Edition + " " + docs[i][1].Edition
	}
	writer := openTest(t, dir, testOptions())
	add(t, writer, docs[0]...)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		reader := openTest(t, dir, testOptions())
		wg.Go(func() {
			last := 0
			for {
				x, err := reader.Index(context.Background())
				if err != nil {
					t.Errorf("Index while writing: %v", err)
					return
				}
				var got []string
				for _, d := range x.Documents() {
					got = append(got, d.Edition)
				}
				x.Close()
				at := slices.Index(editions, strings.Join(got, " "))
				if at < last {
					t.Errorf("a reader sees round %d after round %d (%s)", at, last, got)
					return
				}
				last = at
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for _, round := range docs[1:] {
		add(t, writer, round...)
	}
	close(done)
	wg.Wait()
}
