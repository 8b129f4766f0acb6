package index

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"yanbao/ingest"
)

// modelled is a library and what it should hold: document ID to edition. Its
// methods are the random actions of TestLibraryAgreesWithMap.
type modelled struct {
	t       *testing.T
	dir     string
	library *Library
	want    map[string]string
}

func drawID(r *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "A/b", "报告"}).Draw(r, "id")
}

func drawDocument(r *rapid.T) *ingest.Document {
	return testDocument(drawID(r), paragraphs("题", rapid.IntRange(0, 3).Draw(r, "paragraphs"))...)
}

func (m *modelled) Add(r *rapid.T) {
	one, other := drawDocument(r), drawDocument(r)
	sources := []Source{sourceOf(one)}
	if other.ID != one.ID {
		sources = append(sources, sourceOf(other))
	}
	changes, err := m.library.Add(context.Background(), sources)
	if err != nil {
		r.Fatal(err)
	}
	for i, s := range sources {
		d := s.Document
		same := m.want[d.ID] == d.Edition
		if c := changes[i]; c.Unchanged != same || c.Added+c.Kept != countRetrieved(d) {
			r.Fatalf("change %+v of a document with %d passages, the same as before: %v", c, countRetrieved(d), same)
		}
		m.want[d.ID] = d.Edition
	}
}

func (m *modelled) Remove(r *rapid.T) {
	id := drawID(r)
	err := m.library.Remove(context.Background(), id)
	if _, ok := m.want[id]; ok && err != nil || !ok && !errors.Is(err, ErrUnknown) {
		r.Fatalf("Remove(%q): %v, though it is there: %v", id, err, ok)
	}
	delete(m.want, id)
}

func (m *modelled) Rebuild(r *rapid.T) {
	if err := m.library.Rebuild(context.Background()); err != nil {
		r.Fatal(err)
	}
}

func (m *modelled) Reopen(*rapid.T) {
	m.library = openTest(m.t, m.dir, testOptions())
	checkSearchable(m.t, load(m.t, m.library))
}

func (m *modelled) Check(r *rapid.T) {
	x, err := m.library.Index(context.Background())
	if err != nil {
		r.Fatal(err)
	}
	defer x.Close()
	got := map[string]string{}
	for _, d := range x.Documents() {
		got[d.ID] = d.Edition
	}
	if fmt.Sprint(got) != fmt.Sprint(m.want) {
		r.Fatalf("documents %v, want %v", got, m.want)
	}
}

// TestLibraryAgreesWithMap applies random changes to a library and to a map.
func TestLibraryAgreesWithMap(t *testing.T) {
	// One sequence of changes writes some hundred files.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "library")
		if err != nil {
			r.Fatal(err)
		}
		m := &modelled{t: t, dir: dir, library: openTest(t, dir, testOptions()), want: map[string]string{}}
		r.Repeat(rapid.StateMachineActions(m))
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
