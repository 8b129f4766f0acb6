package index

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

// testBlocks returns blocks of n documents with up to three passages each.
func testBlocks(n int) []*block {
	var blocks []*block
	for d := range n {
		b := &block{document: fmt.Sprintf("doc-%02d", d)}
		for i := range d % 4 {
			p := &ingest.Passage{ID: fmt.Sprintf("p%d-%d", d, i), Text: fmt.Sprint(d, i)}
			b.add(p, sumText(p), llmtest.UnitVector(p.ID, 5))
		}
		b.passages = nil
		if len(b.ids) > 0 {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func writeBlocks(t testing.TB, blocks []*block) ([]byte, fileSum) {
	t.Helper()
	var out bytes.Buffer
	w, err := newVectorsWriter(&out, "model")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if err := w.write(b); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := w.finish()
	if err != nil || sum != sumOf(out.Bytes()) {
		t.Fatalf("finish = %v, %v; want %v", sum, err, sumOf(out.Bytes()))
	}
	return out.Bytes(), sum
}

func TestVectorsRoundTrip(t *testing.T) {
	want := testBlocks(12)
	data, sum := writeBlocks(t, want)
	r, err := readVectors(io.NopCloser(bytes.NewReader(data)), sum)
	if err != nil {
		t.Fatal(err)
	}
	var got []*block
	for r.next != nil {
		b, err := r.take(r.next.document)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b)
	}
	if err := r.close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(block{})); diff != "" {
		t.Errorf("blocks (-written +read):\n%s", diff)
	}
}

func TestVectorsSkip(t *testing.T) {
	data, sum := writeBlocks(t, testBlocks(12))
	r, err := readVectors(io.NopCloser(bytes.NewReader(data)), sum)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		document string
		want     int // passages
	}{{"doc-02", 2}, {"doc-04", 0}, {"doc-07", 3}, {"doc-99", 0}} {
		if err := r.skip(test.document); err != nil {
			t.Fatal(err)
		}
		b, err := r.take(test.document)
		if err != nil || b == nil && test.want > 0 || b != nil && len(b.ids) != test.want {
			t.Errorf("block of %s is %v, %v; want %d passages", test.document, b, err, test.want)
		}
	}
	if err := r.close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestVectorsOfOneLength(t *testing.T) {
	w, err := newVectorsWriter(io.Discard, "model")
	if err != nil {
		t.Fatal(err)
	}
	for i, dim := range []int{5, 5, 4} {
		p := &ingest.Passage{ID: fmt.Sprint(i)}
		b := &block{document: "d"}
		b.add(p, sumText(p), make(llm.Vector, dim))
		if err := w.write(b); (err != nil) != (dim == 4) {
			t.Errorf("vector %d of %d components: error %v", i, dim, err)
		}
	}
}

// FuzzVectors reads anything as a file of vectors: no panic, no more memory
// than the input warrants, and an error unless it is the file written.
func FuzzVectors(f *testing.F) {
	good, sum := writeBlocks(f, testBlocks(9))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(vectorsMagic))
	f.Add(append([]byte(vectorsMagic), 1, 0, 0, 0, 255, 255, 255, 255))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readVectors(io.NopCloser(bytes.NewReader(data)), sum)
		if err != nil {
			return
		}
		for r.next != nil {
			if _, err := r.take(r.next.document); err != nil {
				break
			}
		}
		if err := r.close(); (err == nil) != bytes.Equal(data, good) {
			t.Errorf("close: %v for a file that is the one written: %v", err, bytes.Equal(data, good))
		} else if err != nil && !errors.Is(err, errAltered) {
			t.Errorf("close: %v, want %v", err, errAltered)
		}
	})
}
