package retrieve_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/index"
	"yanbao/rag/llm/offline"
	"yanbao/rag/retrieve"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// BenchmarkRetrieve searches one report and synthetic libraries of many, made
// of sentences that recombine its words.
func BenchmarkRetrieve(b *testing.B) {
	edition := shipped(b)
	questions := []string{
		"2024年中国大模型市场规模有多大？是哪家机构的数字？",
		"科大讯飞在政企市场的优势是什么？",
		"What is the market size of AI API in China in 2030?",
		"夸克的次日留存率是多少？",
	}
	for _, n := range []int{0, 10_000, 100_000} {
		name := "report"
		if n > 0 {
			name = fmt.Sprint(n)
		}
		b.Run(name, func(b *testing.B) {
			docs := []*ingest.Document{edition}
			if n > 0 {
				docs = append(docs, recombined(edition, n))
			}
			x := build(b, docs...)
			r := retrieve.New(x, lexicon(b), retrieve.Options{})
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				if _, err := r.Retrieve(context.Background(), retrieve.Query{Text: questions[i%len(questions)], K: 10}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// recombined makes a document of n passages out of the sentences of d.
func recombined(d *ingest.Document, n int) *ingest.Document {
	var sentences []string
	for _, p := range d.Passages {
		if p.Kind == ingest.KindText {
			sentences = append(sentences, strings.SplitAfter(p.Text, "。")...)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	out := &ingest.Document{Meta: ingest.Meta{ID: "synthetic", Title: "synthetic"}}
	var text strings.Builder
	for i := range n {
		start := text.Len()
		for range 3 {
			// Half a sentence of one kind and half of another, with a number that
			// makes it one of its own.
			a, c := []rune(sentences[r.IntN(len(sentences))]), []rune(sentences[r.IntN(len(sentences))])
			fmt.Fprintf(&text, "%s%d%s", string(a[:len(a)/2]), r.IntN(100_000), string(c[len(c)/2:]))
		}
		p := ingest.Passage{ID: fmt.Sprintf("s%06d", i), DocumentID: "synthetic", Kind: ingest.KindText,
			Section: []string{fmt.Sprintf("第%d页", i/10)}, Ordinal: i, Block: i, Start: start, End: text.Len()}
		out.Passages = append(out.Passages, p)
		text.WriteString("\n")
	}
	out.Text = text.String()
	for i := range out.Passages {
		p := &out.Passages[i]
		p.Text = out.Text[p.Start:p.End]
	}
	return out
}

func build(t testing.TB, docs ...*ingest.Document) *index.Index {
	t.Helper()
	x, err := index.Build(context.Background(), docs, index.Options{
		Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}
