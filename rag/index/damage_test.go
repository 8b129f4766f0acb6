package index

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
)

// damages are ways for a file to go bad. Each returns false where it leaves
// the file as it is.
func damages() map[string]func(path string) error {
	rewrite := func(change func(data []byte) []byte) func(path string) error {
		return func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, change(data), 0o644)
		}
	}
	return map[string]func(path string) error{
		"flipped":   rewrite(func(data []byte) []byte { data[len(data)/2] ^= 1; return data }),
		"truncated": rewrite(func(data []byte) []byte { return data[:len(data)/2] }),
		"empty":     rewrite(func([]byte) []byte { return nil }),
		"longer":    rewrite(func(data []byte) []byte { return append(data, data...) }),
		"missing":   os.Remove,
	}
}

// damagedLibrary returns a directory with two documents, a previous
// generation, and one file damaged; name is a pattern of filepath.Match.
func damagedLibrary(t *testing.T, name string, damage func(path string) error) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	l := openTest(t, dir, testOptions())
	add(t, l, testDocument("tea", "一壶。"))
	add(t, l, testDocument("tea", "一大壶。", "又一壶。"), testDocument("coffee", "一杯。"))
	name = strings.ReplaceAll(name, "GEN", "00000002")
	if m, err := l.readManifest(); err != nil {
		t.Fatal(err)
	} else if tea, ok := m.document("tea"); ok {
		name = strings.ReplaceAll(name, "TEA", tea.Dir)
	}
	path = filepath.Join(dir, filepath.FromSlash(name))
	if err := damage(path); err != nil {
		t.Fatalf("damage %s: %v", name, err)
	}
	return dir, path
}

const whole = "coffee/2 tea/3"

func TestDamagedIndex(t *testing.T) {
	for _, name := range []string{"index/CURRENT", "index/GEN/manifest.json", "index/GEN/vectors"} {
		for how, damage := range damages() {
			t.Run(filepath.Base(name)+" "+how, func(t *testing.T) {
				dir, _ := damagedLibrary(t, name, damage)
				checkRebuild(t, dir, testOptions(), whole)
			})
		}
	}
}

func TestIndexDirectoryMissing(t *testing.T) {
	dir, _ := damagedLibrary(t, "index", os.RemoveAll)
	checkRebuild(t, dir, testOptions(), whole)
	dir, _ = damagedLibrary(t, "index/GEN", os.RemoveAll)
	checkRebuild(t, dir, testOptions(), whole)
}

// TestOnlyDocumentsAreLeft also loses the copies of the manifest.
func TestOnlyDocumentsAreLeft(t *testing.T) {
	dir, _ := damagedLibrary(t, "index", os.RemoveAll)
	if err := os.RemoveAll(filepath.Join(dir, documentsDir, catalogDir)); err != nil {
		t.Fatal(err)
	}
	l := openTest(t, dir, testOptions())
	checkCorrupt(t, l)
	if err := l.Rebuild(context.Background()); err != nil {
		t.Fatal(err)
	}
	x := load(t, l)
	if d, ok := x.Document("coffee"); !ok || len(x.Documents()) != 2 {
		t.Errorf("documents %s (%v), want coffee and tea", documentIDs(x), d)
	}
}

// checkCorrupt checks that every use of a damaged directory says what to do.
func checkCorrupt(t *testing.T, l *Library) {
	t.Helper()
	ctx := context.Background()
	before := tree(t, l.dir)
	for name, call := range map[string]func() error{
		"Index": func() error { _, err := l.Index(ctx); return err },
		"Add":   func() error { _, err := l.Add(ctx, []Source{sourceOf(testDocument("milk", "一瓶。"))}); return err },
	} {
		err := call()
		if name == "Add" && err == nil {
			continue // it did not need what is damaged
		}
		if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), rebuildCommand) || !strings.Contains(err.Error(), l.dir) {
			t.Errorf("%s of a damaged directory: error %q, want %v and %q", name, err, ErrCorrupt, rebuildCommand)
		}
		if diff := cmp.Diff(before, tree(t, l.dir)); diff != "" {
			t.Errorf("%s of a damaged directory changes files:\n%s", name, diff)
		}
	}
}

// checkRebuild checks that a damaged directory is refused and that Rebuild
// brings back the documents of want.
func checkRebuild(t *testing.T, dir string, o Options, want string) {
	t.Helper()
	l := openTest(t, dir, o)
	checkCorrupt(t, l)
	if err := l.Rebuild(context.Background()); err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	x := load(t, l)
	if got := documentIDs(x); got != want {
		t.Errorf("after Rebuild: documents %s, want %s", got, want)
	}
	checkSearchable(t, x)
	add(t, l, testDocument("milk", "一瓶。"))
}

func TestDamagedDocument(t *testing.T) {
	reread := testOptions()
	reread.Reread = func(meta ingest.Meta, name string, data []byte) (*ingest.Document, error) {
		if name != meta.ID+".md" || !strings.Contains(string(data), "一大壶") {
			return nil, errors.ErrUnsupported
		}
		d := testDocument(meta.ID, "一大壶。", "又一壶。")
		d.Meta = meta
		return d, nil
	}
	for _, name := range []string{textName, structureName, recordName} {
		for how, damage := range damages() {
			t.Run(name+" "+how, func(t *testing.T) {
				// With a reader, the source file brings the document back.
				if name != recordName {
					dir, _ := damagedLibrary(t, "documents/TEA/"+name, damage)
					l := openTest(t, dir, reread)
					if _, err := l.Index(context.Background()); !errors.Is(err, ErrCorrupt) {
						t.Errorf("Index: %v, want %v", err, ErrCorrupt)
					}
					if err := l.Rebuild(context.Background()); err != nil {
						t.Fatalf("Rebuild: %v", err)
					}
					if got := documentIDs(load(t, l)); got != whole {
						t.Errorf("after Rebuild: documents %s, want %s", got, whole)
					}
				}
				checkLost(t, name, damage)
				checkAddedAgain(t, name, damage)
			})
		}
	}
}

// checkLost rebuilds without a reader: the damaged document is put aside, and
// the others are there.
func checkLost(t *testing.T, name string, damage func(path string) error) {
	t.Helper()
	dir, _ := damagedLibrary(t, "documents/TEA/"+name, damage)
	l := openTest(t, dir, testOptions())
	err := l.Rebuild(context.Background())
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "without tea") || !strings.Contains(err.Error(), "ingest it again") {
		t.Errorf("Rebuild: error %q, want %v that names tea", err, ErrCorrupt)
	}
	if got, want := documentIDs(load(t, l)), "coffee/2"; got != want {
		t.Errorf("after Rebuild: documents %s, want %s", got, want)
	}
	kept := false
	for file := range tree(t, dir) {
		kept = kept || strings.HasPrefix(file, damagedDir+"/") && strings.HasSuffix(file, "/"+sourceName)
	}
	if !kept {
		t.Error("the source of the damaged document is gone")
	}
	add(t, l, testDocument("tea", "一大壶。", "又一壶。"))
	if got := documentIDs(load(t, l)); got != whole {
		t.Errorf("after ingesting it again: documents %s, want %s", got, whole)
	}
}

// checkAddedAgain ingests the damaged document again without a rebuild.
func checkAddedAgain(t *testing.T, name string, damage func(path string) error) {
	t.Helper()
	dir, _ := damagedLibrary(t, "documents/TEA/"+name, damage)
	l := openTest(t, dir, testOptions())
	changes := add(t, l, testDocument("tea", "一大壶。", "又一壶。"))
	if changes[0].Unchanged || changes[0].Kept != 3 {
		t.Errorf("ingesting a damaged document again: %+v, want 3 passages kept and not unchanged", changes[0])
	}
	if got := documentIDs(load(t, l)); got != whole {
		t.Errorf("after ingesting it again: documents %s, want %s", got, whole)
	}
}

// TestAnyFlippedByte flips a random bit of a random file: what is served is
// what was stored, or nothing.
func TestAnyFlippedByte(t *testing.T) {
	dir, _ := damagedLibrary(t, ".", func(string) error { return nil })
	l := openTest(t, dir, testOptions())
	want := load(t, l).Documents()
	files := tree(t, dir)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	random := rand.New(rand.NewPCG(5, 6))
	refused := 0
	for range 400 {
		name := names[random.IntN(len(names))]
		data := []byte(files[name])
		at := random.IntN(len(data))
		data[at] ^= 1 << random.IntN(8)
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		x, err := l.Index(context.Background())
		switch {
		case err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer):
			t.Fatalf("byte %d of %s flipped: error %v, want %v", at, name, err, ErrCorrupt)
		case err == nil:
			if diff := cmp.Diff(want, x.Documents()); diff != "" {
				t.Fatalf("byte %d of %s flipped and served:\n%s", at, name, diff)
			}
			x.Close()
		default:
			refused++
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if refused < 100 {
		t.Errorf("%d of 400 damaged directories were refused, want at least 100", refused)
	}
}

// TestNewer opens directories that a later program has written.
func TestNewer(t *testing.T) {
	pointerAhead := func(t *testing.T, dir string) {
		path := filepath.Join(dir, indexDir, currentName)
		if err := os.WriteFile(path, []byte("2 something quite different\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	manifestAhead := func(t *testing.T, dir string) {
		path := filepath.Join(dir, indexDir, "00000002", manifestName)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		m["schema"] = schemaVersion + 1
		if data, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		current := pointer{"00000002", sumOf(data)}.String()
		for path, data := range map[string][]byte{path: data, filepath.Join(dir, indexDir, currentName): []byte(current)} {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, ahead := range map[string]func(t *testing.T, dir string){currentName: pointerAhead, manifestName: manifestAhead} {
		t.Run(name, func(t *testing.T) {
			dir, _ := damagedLibrary(t, ".", func(string) error { return nil })
			ahead(t, dir)
			before := tree(t, dir)
			l := openTest(t, dir, testOptions())
			ctx := context.Background()
			for name, call := range map[string]func() error{
				"Index":   func() error { _, err := l.Index(ctx); return err },
				"Status":  func() error { _, err := l.Status(ctx); return err },
				"Add":     func() error { _, err := l.Add(ctx, []Source{sourceOf(testDocument("milk", "一瓶。"))}); return err },
				"Remove":  func() error { return l.Remove(ctx, "tea") },
				"Rebuild": func() error { return l.Rebuild(ctx) },
			} {
				if err := call(); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "use the newer program") {
					t.Errorf("%s: error %q, want %v", name, err, ErrNewer)
				}
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("files changed:\n%s", diff)
			}
		})
	}
}

// TestRebuildKeepsEverything rebuilds a directory in which nothing is wrong.
func TestRebuildKeepsEverything(t *testing.T) {
	dir, _ := damagedLibrary(t, ".", func(string) error { return nil })
	l := openTest(t, dir, testOptions())
	want := load(t, l).Documents()
	for range 3 {
		if err := l.Rebuild(context.Background()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, load(t, l).Documents()); diff != "" {
			t.Errorf("documents changed:\n%s", diff)
		}
	}
	if got := len(l.generations()); got != 1 {
		t.Errorf("%d generations after Rebuild, want 1", got)
	}
}

// TestFailedRebuildLosesNothing lets Rebuild of a damaged index fail at each
// of its steps.
func TestFailedRebuildLosesNothing(t *testing.T) {
	for fail := 1; ; fail++ {
		dir, _ := damagedLibrary(t, "index/GEN/manifest.json", os.Remove)
		l := openTest(t, dir, testOptions())
		d := &faultyDisk{disk: quickDisk{}, fail: fail, err: errors.New("crash")}
		l.useDisk(d)
		err := l.Rebuild(context.Background())
		if err == nil && d.steps < fail {
			if fail < 10 {
				t.Errorf("a rebuild has %d steps, want at least 10", fail)
			}
			return
		}
		l.useDisk(quickDisk{})
		if err := l.Rebuild(context.Background()); err != nil {
			t.Fatalf("Rebuild after one that failed at step %d: %v", fail, err)
		}
		if got := documentIDs(load(t, l)); got != whole {
			t.Fatalf("Rebuild after one that failed at step %d: documents %s, want %s", fail, got, whole)
		}
	}
}
