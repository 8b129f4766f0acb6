package vectorcache

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

func TestConforms(t *testing.T) {
	dir := t.TempDir()
	llmtest.RunEmbedder(t, func(t *testing.T) llm.Embedder { return New(llmtest.Fake{}, dir, 2, slog.New(slog.DiscardHandler)) })
}

func open(dir string, e llm.Embedder, batch int) *Cache {
	return New(e, dir, batch, slog.New(slog.DiscardHandler))
}

// embed embeds and checks that the vectors are those of the fake embedder.
func embed(t *testing.T, c *Cache, texts ...string) {
	t.Helper()
	vectors, err := c.Embed(t.Context(), llm.TaskDocument, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if !slices.Equal(vectors[i], llmtest.UnitVector(text, 8)) {
			t.Errorf("vector of %q is not its own", text)
		}
	}
}

func TestKeptOverARestart(t *testing.T) {
	dir := t.TempDir()
	counter := llmtest.Count(llmtest.Fake{})
	embed(t, open(dir, counter, 2), "甲", "乙", "甲", "丙")
	if got, want := counter.Texts(), []string{"甲", "乙", "丙"}; !slices.Equal(got, want) || counter.Calls() != 2 {
		t.Errorf("asked for %q in %d calls, want %q in 2", got, counter.Calls(), want)
	}
	counter.Reset()
	c := open(dir, counter, 2)
	embed(t, c, "丙", "丁", "甲")
	if got, want := counter.Texts(), []string{"丁"}; !slices.Equal(got, want) {
		t.Errorf("after a restart asked for %q, want %q", got, want)
	}
	counter.Reset()
	if _, err := c.Embed(t.Context(), llm.TaskQuery, []string{"甲"}); err != nil || counter.Calls() != 1 {
		t.Errorf("a question asked %d times, error %v; want once", counter.Calls(), err)
	}
	embed(t, open(dir, llmtest.Fake{Name: "other"}, 2), "甲") // another model has another file
}

func TestGoesOnWhereItStopped(t *testing.T) {
	dir := t.TempDir()
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = fmt.Sprint("段", i)
	}
	if _, err := open(dir, llmtest.FailAfter(llmtest.Fake{}, 45), 10).Embed(t.Context(), llm.TaskDocument, texts); !errors.Is(err, llmtest.ErrBroken) {
		t.Fatalf("error %v, want %v", err, llmtest.ErrBroken)
	}
	counter := llmtest.Count(llmtest.Fake{})
	embed(t, open(dir, counter, 10), texts...)
	if got := len(counter.Texts()); got != 60 {
		t.Errorf("%d texts asked for after 40 were kept, want 60", got)
	}
}

// Whatever happens to the file, vectors are right, and what is whole before the
// damage is used.
func TestDamage(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(data []byte) []byte
		asked  int // of three texts
	}{
		{"cut within a record", func(d []byte) []byte { return d[:len(d)-7] }, 1},
		{"cut within the header", func(d []byte) []byte { return d[:9] }, 3},
		{"empty", func([]byte) []byte { return nil }, 3},
		{"something else", func([]byte) []byte { return []byte("PK\x03\x04 an archive of another program") }, 3},
		{"a flipped bit in the last vector", func(d []byte) []byte { d[len(d)-9] ^= 4; return d }, 1},
		{"a length that cannot be", func(d []byte) []byte { return append(d, make([]byte, 64)...) }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			embed(t, open(dir, llmtest.Fake{}, 8), "甲", "乙", "丙")
			names, err := filepath.Glob(filepath.Join(dir, "*.vectors"))
			if err != nil || len(names) != 1 {
				t.Fatalf("files %q, %v", names, err)
			}
			data, err := os.ReadFile(names[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(names[0], test.damage(data), 0o644); err != nil {
				t.Fatal(err)
			}
			for _, want := range []int{test.asked, 0} { // the second time it is whole again
				counter := llmtest.Count(llmtest.Fake{})
				embed(t, open(dir, counter, 8), "甲", "乙", "丙")
				if got := len(counter.Texts()); got != want {
					t.Errorf("%d texts asked for, want %d", got, want)
				}
			}
			embed(t, open(dir, llmtest.Fake{}, 8), "丁")
		})
	}
}

// Processes share a file: each finds what the others added.
func TestShared(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			c := open(dir, llmtest.Fake{}, 3)
			for i := range 10 {
				embed(t, c, fmt.Sprint(n, "-", i), fmt.Sprint("同", i))
			}
		})
	}
	wg.Wait()
	counter := llmtest.Count(llmtest.Fake{})
	c := open(dir, counter, 3)
	for n := range 4 {
		for i := range 10 {
			embed(t, c, fmt.Sprint(n, "-", i), fmt.Sprint("同", i))
		}
	}
	if counter.Calls() != 0 {
		t.Errorf("%d calls for what others kept", counter.Calls())
	}
}

func TestPlaceThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	embed(t, open(filepath.Join(file, "below"), llmtest.Fake{}, 2), "甲", "乙")
}
