package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/store"
	"yanbao/rag/store/storetest"
)

// testDocument returns a document with a heading, a paragraph for each text,
// a rendered row and an aside. Passage IDs depend on the document and the
// text, as those of real documents do.
func testDocument(id string, paragraphs ...string) *ingest.Document {
	d := &ingest.Document{Meta: ingest.Meta{ID: id, Title: "《" + id + "》", Language: "zh"}, Source: id + ".md", Format: "markdown"}
	d.Sections = []ingest.Section{{Title: "第一章 " + id, Parent: -1, Level: 1}}
	var b strings.Builder
	add := func(kind ingest.Kind, text, rendering string) {
		start := b.Len()
		b.WriteString(text)
		if rendering == "" {
			rendering = text
		}
		sum := sha256.Sum256([]byte(id + "\x00" + string(kind) + "\x00" + rendering))
		d.Blocks = append(d.Blocks, ingest.Block{Kind: ingest.BlockParagraph, Start: start, End: b.Len()})
		d.Passages = append(d.Passages, ingest.Passage{
			ID: hex.EncodeToString(sum[:8]), DocumentID: id, Kind: kind, Section: []string{d.Sections[0].Title},
			Ordinal: len(d.Passages), Block: len(d.Blocks) - 1, Text: rendering, Start: start, End: b.Len(), Sources: []string{"甲研究"},
		})
		b.WriteString("\n")
	}
	add(ingest.KindHeading, d.Sections[0].Title, "")
	for _, text := range paragraphs {
		add(ingest.KindText, text, "")
	}
	add(ingest.KindRow, "开店\t3120", "门店表｜项目：开店；数量："+fmt.Sprint(len(paragraphs)))
	add(ingest.KindAside, "目录"+id, "")
	d.Text = b.String()
	sum := sha256.Sum256([]byte(d.Text))
	d.Edition = hex.EncodeToString(sum[:])
	return d
}

// paragraphs returns n texts, of which no two are equal.
func paragraphs(topic string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s第%d家门店在去年开业，当月售出%d杯。", topic, i+1, 1000+37*i)
	}
	return list
}

func sourceOf(d *ingest.Document) Source { return Source{Document: d, Data: []byte(d.Text)} }

// testOptions returns options with a fake embedder and the reference store.
func testOptions() Options {
	return Options{
		Embedder: llmtest.Fake{},
		NewStore: func(model string) (store.Store, error) { return storetest.NewReference(model), nil },
		Command:  "yanbao test",
	}
}

// openTest returns a library in dir.
func openTest(t testing.TB, dir string, o Options) *Library {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatalf("Open(%s): %v", dir, err)
	}
	l.useDisk(quickDisk{})
	t.Cleanup(func() { l.Close() })
	return l
}

// quickDisk is the file system without waiting for the hardware.
type quickDisk struct{ osDisk }

func (d quickDisk) Create(name string) (file, error) {
	f, err := d.osDisk.Create(name)
	return quickFile{f}, err
}

func (quickDisk) SyncDir(string) error { return nil }

type quickFile struct{ file }

func (quickFile) Sync() error { return nil }

func add(t testing.TB, l *Library, docs ...*ingest.Document) []Change {
	t.Helper()
	sources := make([]Source, len(docs))
	for i, d := range docs {
		sources[i] = sourceOf(d)
	}
	changes, err := l.Add(context.Background(), sources)
	if err != nil {
		t.Fatalf("Add(%d documents): %v", len(docs), err)
	}
	return changes
}

func load(t testing.TB, l *Library, builtin ...*ingest.Document) *Index {
	t.Helper()
	x, err := l.Index(context.Background(), builtin...)
	if err != nil {
		t.Fatalf("Index: %v", err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// checkSearchable checks that every passage of x is found by its own vector
// and in the lexical index.
func checkSearchable(t testing.TB, x *Index) {
	t.Helper()
	ctx := context.Background()
	info, err := x.Store().Info(ctx)
	if err != nil || info.Count != len(x.Passages()) || info.Model != x.Embedder().Model() {
		t.Errorf("store has %+v (%v), want %d passages of %s", info, err, len(x.Passages()), x.Embedder().Model())
	}
	if got, want := x.Lexical().Len(), len(x.Passages()); got != want {
		t.Errorf("lexical index has %d passages, want %d", got, want)
	}
	for _, p := range x.Passages() {
		vectors, err := x.Embedder().Embed(ctx, llm.TaskDocument, []string{embedText(p)})
		if err != nil {
			t.Fatal(err)
		}
		// Texts that differ in a number or two may share a hashed vector.
		hits, err := x.Store().Search(ctx, store.Query{Vector: vectors[0], K: 3, Filter: store.Filter{Document: p.DocumentID}})
		if err != nil || len(hits) == 0 || hits[0].Score < 0.999 {
			t.Fatalf("passage %s %q is not found by its vector: %v, %v", p.ID, p.Text, hits, err)
		}
		i := slices.IndexFunc(hits, func(h store.Hit) bool { return h.Passage.ID == p.ID })
		if i < 0 {
			t.Fatalf("passage %s %q is not among the nearest to its vector: %v", p.ID, p.Text, hits)
		}
		if diff := cmp.Diff(*p, hits[i].Passage); diff != "" {
			t.Fatalf("store holds another passage (-index +store):\n%s", diff)
		}
		if got, ok := x.Passage(p.ID); !ok || got != p {
			t.Fatalf("Passage(%s) = %v, %v", p.ID, got, ok)
		}
	}
}

// documentIDs returns the IDs and paragraph counts of the documents of x.
func documentIDs(x *Index) string {
	var list []string
	for _, d := range x.Documents() {
		list = append(list, fmt.Sprintf("%s/%d", d.ID, countRetrieved(d)))
	}
	return strings.Join(list, " ")
}

func withEmbedder(e llm.Embedder) Options {
	o := testOptions()
	o.Embedder = e
	return o
}
