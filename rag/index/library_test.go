package index

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yanbao/ingest"
	"yanbao/rag/llm/llmtest"
)

// tree returns the files below dir and their contents, without the lock.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockName {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

func TestEmptyLibrary(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	l := openTest(t, dir, testOptions())
	builtin := testDocument("shipped", paragraphs("书店", 3)...)
	x := load(t, l, builtin)
	if got, want := documentIDs(x), "shipped/4"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
	checkSearchable(t, x)
	if s, err := l.Status(context.Background()); err != nil || s.Generation != "" || s.Documents != 0 {
		t.Errorf("Status = %+v, %v; want nothing", s, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading an empty library made its directory (%v)", err)
	}
	if err := l.Remove(context.Background(), "tea"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Remove from an empty library: %v, want %v", err, ErrUnknown)
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{"": "no data directory", file: "is a file"} {
		if _, err := Open(dir, testOptions()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): error %v, want one with %q", dir, err, want)
		}
	}
	if _, err := Open(t.TempDir(), Options{}); err == nil {
		t.Error("Open without an embedder succeeds")
	}
}

func TestAddAndLoad(t *testing.T) {
	l := openTest(t, t.TempDir(), defaultOptions())
	l.useDisk(osDisk{})
	tea, coffee := testDocument("tea", paragraphs("茶馆", 150)...), testDocument("coffee", paragraphs("咖啡馆", 2)...)
	changes := add(t, l, tea, coffee)
	if diff := cmp.Diff([]Change{{Document: "tea", Added: 151}, {Document: "coffee", Added: 3}}, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	x := load(t, l, testDocument("shipped", "自带一段。"), testDocument("tea", "被替换。"))
	if got, want := documentIDs(x), "shipped/2 coffee/3 tea/151"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
	if !x.Builtin("shipped") || x.Builtin("tea") || x.Builtin("coffee") {
		t.Error("built-in documents are not told from stored ones")
	}
	checkSearchable(t, x)
	for _, want := range []*ingest.Document{tea, coffee} {
		got, _ := x.Document(want.ID)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("document %s comes back changed (-stored +loaded):\n%s", want.ID, diff)
		}
	}
	s, err := l.Status(context.Background())
	want := Status{Generation: "00000001", Schema: schemaVersion, Model: l.o.Embedder.Model(), Dim: 256, Documents: 2, Passages: 154}
	if err != nil || s != want {
		t.Errorf("Status = %+v, %v; want %+v", s, err, want)
	}
}

func TestAddAgainChangesNothing(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	counter := llmtest.Count(o.Embedder)
	o.Embedder = counter
	l := openTest(t, dir, o)
	tea, coffee := testDocument("tea", paragraphs("茶馆", 9)...), testDocument("coffee", "一杯。")
	add(t, l, tea, coffee)
	before := tree(t, dir)
	counter.Reset()
	changes := add(t, l, coffee, tea)
	if diff := cmp.Diff([]Change{{Document: "coffee", Kept: 2, Unchanged: true}, {Document: "tea", Kept: 10, Unchanged: true}}, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("adding the same again changed files:\n%s", diff)
	}
	if n := len(counter.Texts()); n != 0 {
		t.Errorf("adding the same again embedded %d texts", n)
	}
}

func TestChangedDocumentEmbedsOnlyWhatIsNew(t *testing.T) {
	o := testOptions()
	counter := llmtest.Count(o.Embedder)
	o.Embedder = counter
	l := openTest(t, t.TempDir(), o)
	texts := paragraphs("茶馆", 200)
	add(t, l, testDocument("tea", texts...), testDocument("coffee", paragraphs("咖啡馆", 80)...), testDocument("milk", "牛奶。"))
	counter.Reset()

	texts[100] = "中间这一段改了。"
	texts = append(texts[1:], "末尾添了一段。")
	changes := add(t, l, testDocument("tea", texts...))
	if diff := cmp.Diff([]Change{{Document: "tea", Added: 2, Removed: 2, Kept: 199}}, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	want := []string{"中间这一段改了。", "末尾添了一段。"}
	if diff := cmp.Diff(want, counter.Texts()); diff != "" {
		t.Errorf("embedded texts (-want +got):\n%s", diff)
	}
	x := load(t, l)
	if got, want := documentIDs(x), "coffee/81 milk/2 tea/201"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
	checkSearchable(t, x)
}

func TestRemove(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, testOptions())
	add(t, l, testDocument("tea", "一壶。"), testDocument("coffee", "一杯。"), testDocument("milk", "一瓶。"))
	ctx := context.Background()
	for _, step := range []struct{ id, want string }{{"tea", "coffee/2 milk/2"}, {"milk", "coffee/2"}, {"coffee", ""}} {
		if err := l.Remove(ctx, step.id); err != nil {
			t.Fatalf("Remove(%s): %v", step.id, err)
		}
		x := load(t, l)
		if got := documentIDs(x); got != step.want {
			t.Errorf("after Remove(%s): documents %s, want %s", step.id, got, step.want)
		}
		checkSearchable(t, x)
		if err := l.Remove(ctx, step.id); !errors.Is(err, ErrUnknown) {
			t.Errorf("second Remove(%s): %v, want %v", step.id, err, ErrUnknown)
		}
	}
	add(t, l, testDocument("tea", "又一壶。"))
	x := load(t, l)
	if got, want := documentIDs(x), "tea/2"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
}

// TestOldFilesAreRemoved follows the directory over several generations: the
// current one and the one before it stay, nothing else.
func TestOldFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, testOptions())
	for _, text := range []string{"甲。", "乙。", "丙。", "丁。"} {
		add(t, l, testDocument("tea", text))
	}
	leftovers := []string{"index/.tmp-00000009", "documents/tea/.tmp-abc", "documents/gone/0123456789abcdef"}
	for _, name := range leftovers {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	add(t, l, testDocument("coffee", "戊。"))
	if got, want := l.generations(), []string{"00000004", "00000005"}; !slices.Equal(got, want) {
		t.Errorf("generations %q, want %q", got, want)
	}
	if got := l.catalogs(); len(got) != 2 {
		t.Errorf("copies of manifests %q, want two", got)
	}
	if got := len(l.list(documentsDir, "tea")); got != 1 {
		t.Errorf("%d editions of tea, want 1", got)
	}
	for _, name := range leftovers {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there (%v)", name, err)
		}
	}
	if got, want := documentIDs(load(t, l)), "coffee/2 tea/2"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
}

func TestAddRefuses(t *testing.T) {
	good := testDocument("tea", "一壶。")
	spoilt := func(change func(d *ingest.Document)) *ingest.Document {
		d := testDocument("bad", "一杯。")
		change(d)
		return d
	}
	stolen := spoilt(func(d *ingest.Document) { d.Passages[1].ID = good.Passages[1].ID })
	tests := []struct {
		name string
		docs []*ingest.Document
		want string
	}{
		{"no ID", []*ingest.Document{spoilt(func(d *ingest.Document) { d.ID = "" })}, "no ID"},
		{"same ID twice", []*ingest.Document{good, testDocument("tea", "另一壶。")}, "both have the document ID tea"},
		{"passage of another document", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].DocumentID = "tea" })}, "of document \"tea\""},
		{"passage without ID", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].ID = "" })}, "empty or used twice"},
		{"passage ID twice", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].ID = d.Passages[0].ID })}, "empty or used twice"},
		{"span outside", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].End = 1 << 20 })}, "spans"},
		{"no text", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].Text = "" })}, "no text"},
		{"not UTF-8", []*ingest.Document{spoilt(func(d *ingest.Document) { d.Passages[1].Text = "\xff" })}, "UTF-8"},
		{"passage ID in two documents", []*ingest.Document{good, stolen}, "give one of them another document ID"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := openTest(t, t.TempDir(), testOptions())
			add(t, l, testDocument("kept", "留着。"))
			sources := make([]Source, len(test.docs))
			for i, d := range test.docs {
				sources[i] = sourceOf(d)
			}
			_, err := l.Add(context.Background(), sources)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if got, want := documentIDs(load(t, l)), "kept/2"; got != want {
				t.Errorf("documents %s, want %s", got, want)
			}
		})
	}
	l := openTest(t, t.TempDir(), testOptions())
	add(t, l, good)
	if _, err := l.Add(context.Background(), []Source{sourceOf(stolen)}); err == nil {
		t.Error("a passage ID of a stored document is accepted in another one")
	}
}

func TestBrokenEmbedderLeavesOldIndex(t *testing.T) {
	dir := t.TempDir()
	add(t, openTest(t, dir, testOptions()), testDocument("tea", "一壶。"))
	before := tree(t, dir)
	for name, o := range map[string]Options{
		"fails":  withEmbedder(llmtest.FailAfter(llmtest.Fake{}, 64)),
		"half":   withEmbedder(llmtest.Half(llmtest.Fake{})),
		"uneven": withEmbedder(llmtest.Uneven(llmtest.Fake{})),
		"NaN":    withEmbedder(llmtest.NotFinite(llmtest.Fake{})),
	} {
		_, err := openTest(t, dir, o).Add(context.Background(), []Source{sourceOf(testDocument("coffee", paragraphs("咖啡馆", 99)...))})
		if err == nil {
			t.Errorf("embedder that %s: no error", name)
		}
		if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
			t.Errorf("embedder that %s: files changed:\n%s", name, diff)
		}
	}
}

func TestDoneContext(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	ctx, cancel := context.WithCancel(context.Background())
	o.Progress = func(stage string, done, total int) {
		if stage == StageEmbed && done >= 64 {
			cancel()
		}
	}
	l := openTest(t, dir, testOptions())
	add(t, l, testDocument("tea", "一壶。"))
	before := tree(t, dir)
	_, err := openTest(t, dir, o).Add(ctx, []Source{sourceOf(testDocument("coffee", paragraphs("咖啡馆", 99)...))})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Add cancelled halfway: error %v, want %v", err, context.Canceled)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("a cancelled Add changed files:\n%s", diff)
	}
	for name, call := range map[string]func() error{
		"Index":   func() error { _, err := l.Index(ctx); return err },
		"Status":  func() error { _, err := l.Status(ctx); return err },
		"Remove":  func() error { return l.Remove(ctx, "tea") },
		"Rebuild": func() error { return l.Rebuild(ctx) },
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a done context: %v, want %v", name, err, context.Canceled)
		}
	}
}

// TestStrangeIDs stores documents whose IDs no file system would take.
func TestStrangeIDs(t *testing.T) {
	ids := []string{"../up", "a/b", "A", "a", ".", "..", ".catalog", "中文 报告", "nul\x00byte", strings.Repeat("x", 500), strings.Repeat("研", 200), "%41", ".tmp-a"}
	dir := t.TempDir()
	l := openTest(t, filepath.Join(dir, "data"), testOptions())
	dirs := map[string]string{}
	for _, id := range ids {
		name := documentDir(id)
		if other, ok := dirs[strings.ToLower(name)]; ok || len(name) > 100 || !filepath.IsLocal(name) || strings.HasPrefix(name, ".") {
			t.Errorf("directory of %q is %q (same as that of %q: %v)", id, name, other, ok)
		}
		dirs[strings.ToLower(name)] = id
		add(t, l, testDocument(id, "一段。"))
	}
	x := load(t, l)
	for _, id := range ids {
		if d, ok := x.Document(id); !ok || d.ID != id {
			t.Errorf("document %q is not to be had", id)
		}
	}
	checkSearchable(t, x)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("something was written outside the data directory: %v, %v", entries, err)
	}
}

func TestSourceIsKept(t *testing.T) {
	dir := t.TempDir()
	d := testDocument("tea", "一壶。")
	raw := []byte("# 原文\r\n\x00\xff")
	if _, err := openTest(t, dir, testOptions()).Add(context.Background(), []Source{{Document: d, Data: raw}}); err != nil {
		t.Fatal(err)
	}
	files := tree(t, dir)
	for name := range maps.Keys(files) {
		if filepath.Base(name) == sourceName && !bytes.Equal([]byte(files[name]), raw) {
			t.Errorf("%s holds %q, want %q", name, files[name], raw)
		}
	}
}
