package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/philippgille/chromem-go"

	"yanbao/ingest"
	"yanbao/ingest/jsonl"
	"yanbao/rag/index"
	"yanbao/rag/llm"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// yanbao is our own retriever over the chunks, ingested as JSONL with the
// paragraph as section.
type yanbao struct{ r *retrieve.Retriever }

func buildYanbao(ctx context.Context, s settings, b *bench) (system, error) {
	r, err := newRetriever(ctx, s, b)
	return yanbao{r}, err
}

func newRetriever(ctx context.Context, s settings, b *bench) (*retrieve.Retriever, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	for _, c := range b.chunks {
		if err := e.Encode(map[string]string{"id": c.ID, "section": c.Parent, "text": c.Text}); err != nil {
			return nil, err
		}
	}
	doc, err := jsonl.Read(s.set+".jsonl", buf.Bytes())
	if err != nil {
		return nil, err
	}
	lex, err := question.LoadLexicon(os.DirFS(s.lexicon))
	if err != nil {
		return nil, err
	}
	return over(ctx, lex, doc)
}

// over indexes a document in memory, as the program does with the shipped
// edition.
func over(ctx context.Context, lex *question.Lexicon, doc *ingest.Document) (*retrieve.Retriever, error) {
	x, err := index.Build(ctx, []*ingest.Document{doc}, index.Options{
		Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
	})
	if err != nil {
		return nil, err
	}
	return retrieve.New(x, lex, retrieve.Options{}), nil
}

func (y yanbao) search(ctx context.Context, text string, k int) ([]string, error) {
	found, err := y.r.Retrieve(ctx, retrieve.Query{Text: text, K: k})
	if errors.Is(err, retrieve.ErrEmpty) {
		return nil, nil // the trial set has questions without a word
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.Passage.SourceID
	}
	return ids, err
}

// plainChromem is chromem-go as it comes, with the vectors of our embedder.
type plainChromem struct {
	collection *chromem.Collection
	embedder   llm.Embedder
}

func buildChromem(ctx context.Context, _ settings, b *bench) (system, error) {
	c := plainChromem{embedder: offline.New()}
	var err error
	none := func(context.Context, string) ([]float32, error) { return nil, errors.New("vectors are given") }
	if c.collection, err = chromem.NewDB().CreateCollection("bench", nil, none); err != nil {
		return nil, err
	}
	texts := make([]string, len(b.chunks))
	for i, ch := range b.chunks {
		texts[i] = ch.Text
	}
	vectors, err := c.embedder.Embed(ctx, llm.TaskDocument, texts)
	if err != nil {
		return nil, err
	}
	docs := make([]chromem.Document, len(b.chunks))
	for i, ch := range b.chunks {
		docs[i] = chromem.Document{ID: ch.ID, Content: ch.Text, Embedding: vectors[i]}
	}
	return c, c.collection.AddDocuments(ctx, docs, 1)
}

func (c plainChromem) search(ctx context.Context, text string, k int) ([]string, error) {
	v, err := c.embedder.Embed(ctx, llm.TaskQuery, []string{text})
	if err != nil {
		return nil, err
	}
	found, err := c.collection.QueryEmbedding(ctx, v[0], min(k, c.collection.Count()), nil, nil)
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	return ids, err
}

// plainBleve is bleve in memory with its CJK analyzer and BM25.
type plainBleve struct{ index bleve.Index }

func buildBleve(_ context.Context, _ settings, b *bench) (system, error) {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = cjk.AnalyzerName
	m.ScoringModel = "bm25"
	x, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	batch := x.NewBatch()
	for _, c := range b.chunks {
		if err := batch.Index(c.ID, map[string]string{"text": c.Text}); err != nil {
			return nil, err
		}
	}
	return plainBleve{x}, x.Batch(batch)
}

func (p plainBleve) search(ctx context.Context, text string, k int) ([]string, error) {
	q := bleve.NewMatchQuery(text)
	q.SetField("text")
	found, err := p.index.SearchInContext(ctx, bleve.NewSearchRequestOptions(q, k, 0, false))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found.Hits))
	for i, h := range found.Hits {
		ids[i] = h.ID
	}
	return ids, nil
}
