package rag_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/jsonl"
	"yanbao/rag"
	"yanbao/rag/index"
	"yanbao/rag/question"
)

// percentiles reports the median and the 99th percentile of times.
func percentiles(b *testing.B, times []time.Duration) {
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	at := func(p float64) float64 {
		return float64(times[min(len(times)-1, int(p*float64(len(times))))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
}

// BenchmarkAsk puts our questions to the shipped edition, one after the other.
func BenchmarkAsk(b *testing.B) {
	b.Run("1 report", func(b *testing.B) { benchmarkAsk(b, edition(b)) })
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d passages", n), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				b.Skip("-short")
			}
			benchmarkAsk(b, synthetic(b, n)...)
		})
	}
}

func benchmarkAsk(b *testing.B, docs ...*ingest.Document) {
	items := questions(b, "36kr-llm-2025")
	e := newEngine(b, docs...)
	for i := range items { // what the first asker of a process pays is in BenchmarkStart
		ask(b, e, items[i].Ask(""))
	}
	var times []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		ask(b, e, items[i%len(items)].Ask(""))
		times = append(times, time.Since(start))
		i++
	}
	percentiles(b, times)
}

// BenchmarkIngest reads Markdown and builds its index with the offline embedder:
// bytes of Markdown a second, and the heap that the index holds.
func BenchmarkIngest(b *testing.B) {
	name, data := corpus.Edition()
	for _, copies := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("%d reports", copies), func(b *testing.B) {
			b.SetBytes(int64(copies * len(data)))
			var x *index.Index
			for b.Loop() {
				var docs []*ingest.Document
				for i := range copies {
					docs = append(docs, read(b, name, data).Describe(ingest.Meta{ID: fmt.Sprintf("report-%d", i)}))
				}
				x = newIndex(b, docs...)
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
			runtime.KeepAlive(x)
		})
	}
}

// BenchmarkSearch searches the shipped edition, and synthetic libraries of
// passages made of its sentences.
func BenchmarkSearch(b *testing.B) {
	b.Run("1 report", func(b *testing.B) { benchmarkSearch(b, edition(b)) })
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d passages", n), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				b.Skip("-short")
			}
			benchmarkSearch(b, synthetic(b, n)...)
		})
	}
}

func benchmarkSearch(b *testing.B, docs ...*ingest.Document) {
	items := questions(b, "36kr-llm-2025")
	e := newEngine(b, docs...)
	search := func(i int) {
		r := rag.SearchRequest{Query: items[i%len(items)].Question}
		if _, err := e.Search(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
	for i := range items {
		search(i)
	}
	var times []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		search(i)
		times = append(times, time.Since(start))
		i++
	}
	percentiles(b, times)
}

// BenchmarkStart is what a process does before its first answer, and that
// answer: read the edition and the lexicon, build the index, ask.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		x := newIndex(b, edition(b))
		lex, err := question.LoadLexicon(corpus.Lexicon())
		if err != nil {
			b.Fatal(err)
		}
		e, err := rag.New(rag.Config{Index: x, Lexicon: lex})
		if err != nil {
			b.Fatal(err)
		}
		ask(b, e, rag.Question{Text: "2024年中国大模型市场规模是多少？"})
	}
}

// synthetic returns documents with n passages in all, each of sentences of the
// shipped edition drawn at random (the same every time), about 200 characters
// long.
func synthetic(tb testing.TB, n int) []*ingest.Document {
	tb.Helper()
	const perDocument = 10_000
	var sentences []string
	for _, p := range edition(tb).Passages {
		if p.Kind == ingest.KindText {
			for _, span := range ingest.Sentences(p.Text) {
				sentences = append(sentences, p.Text[span[0]:span[1]])
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	var docs []*ingest.Document
	for len(docs)*perDocument < n {
		var lines bytes.Buffer
		encoder := json.NewEncoder(&lines)
		for i := range perDocument {
			var text strings.Builder
			for text.Len() < 500 {
				text.WriteString(sentences[random.IntN(len(sentences))])
			}
			id := fmt.Sprintf("%d-%d", len(docs), i)
			if err := encoder.Encode(map[string]string{"id": id, "text": text.String()}); err != nil {
				tb.Fatal(err)
			}
		}
		name := fmt.Sprintf("synthetic-%02d.jsonl", len(docs))
		d, err := jsonl.Read(name, lines.Bytes())
		if err != nil {
			tb.Fatal(err)
		}
		docs = append(docs, d)
	}
	return docs
}
