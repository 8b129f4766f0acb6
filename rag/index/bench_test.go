package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/ingest/markdown"
)

// shipped reads the edition that the program ships.
func shipped(tb testing.TB) *ingest.Document {
	tb.Helper()
	const name = "../../corpus/36kr-llm-2025.md"
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Skipf("the shipped edition is not there: %v", err)
	}
	d, err := markdown.Read(name, data)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// synthetic returns documents with n passages in all, each of sentences of the
// shipped edition drawn at random, about 200 characters long.
func synthetic(tb testing.TB, n int) []*ingest.Document {
	tb.Helper()
	var sentences []string
	for _, p := range shipped(tb).Passages {
		if p.Kind == ingest.KindText {
			for _, span := range ingest.Sentences(p.Text) {
				sentences = append(sentences, p.Text[span[0]:span[1]])
			}
		}
	}
	const perDocument = 1000
	random := rand.New(rand.NewPCG(1, 2))
	var docs []*ingest.Document
	for len(docs)*perDocument < n {
		texts := make([]string, min(perDocument, n)-1) // and the row of testDocument
		for i := range texts {
			var b strings.Builder
			for b.Len() < 500 {
				b.WriteString(sentences[random.IntN(len(sentences))])
			}
			texts[i] = fmt.Sprintf("%d：%s", len(docs)*perDocument+i, b.String())
		}
		docs = append(docs, testDocument(fmt.Sprintf("report-%03d", len(docs)), texts...))
	}
	return docs
}

// bytesOf returns the length of the texts of documents.
func bytesOf(docs []*ingest.Document) int64 {
	var n int64
	for _, d := range docs {
		n += int64(len(d.Text))
	}
	return n
}

// reportHeap reports the heap that keep holds, in MB.
func reportHeap(b *testing.B, keep any) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	runtime.KeepAlive(keep)
}

func BenchmarkBuild(b *testing.B) {
	b.Run("shipped", func(b *testing.B) { benchmarkBuild(b, []*ingest.Document{shipped(b)}) })
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkBuild(b, synthetic(b, n)) })
	}
}

func benchmarkBuild(b *testing.B, docs []*ingest.Document) {
	var x *Index
	b.SetBytes(bytesOf(docs))
	for b.Loop() {
		if x != nil {
			x.Close()
		}
		var err error
		if x, err = Build(context.Background(), docs, defaultOptions()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(x.Passages())), "passages")
	reportHeap(b, x)
}

func BenchmarkLibrary(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		docs := synthetic(b, n)
		l, err := Open(b.TempDir(), defaultOptions())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("add/%d", n), func(b *testing.B) {
			b.SetBytes(bytesOf(docs))
			for b.Loop() {
				fresh, err := Open(b.TempDir(), defaultOptions())
				if err != nil {
					b.Fatal(err)
				}
				add(b, fresh, docs...)
			}
		})
		add(b, l, docs...)
		size := bytesOf(docs)
		docs = nil
		b.Run(fmt.Sprintf("load/%d", n), func(b *testing.B) {
			b.SetBytes(size)
			var x *Index
			for b.Loop() {
				if x != nil {
					x.Close()
				}
				if x, err = l.Index(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			reportHeap(b, x)
		})
		b.Run(fmt.Sprintf("add one to/%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				add(b, l, testDocument("one", fmt.Sprint("第", i, "次改动。")))
			}
		})
	}
}
