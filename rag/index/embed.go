package index

import (
	"context"
	"fmt"
	"math"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/store"
)

// batch is the number of passages that are embedded in one call: small enough
// for the limits of embedding services and for progress to be seen.
const batch = 64

// embedText is what is embedded of a passage: its text, after the lead that it
// belongs to. Section titles are left out: with them in, passages of a section
// look alike to an embedder that counts words, and the lexical index has them.
func embedText(p *ingest.Passage) string {
	if p.Lead == "" || strings.HasPrefix(p.Text, p.Lead) {
		return p.Text
	}
	return p.Lead + "\n" + p.Text
}

// embedBatch embeds passages and checks that the embedder kept its contract.
func embedBatch(ctx context.Context, e llm.Embedder, passages []*ingest.Passage) ([]llm.Vector, error) {
	if len(passages) == 0 {
		return nil, nil
	}
	texts := make([]string, len(passages))
	for i, p := range passages {
		texts[i] = embedText(p)
	}
	vectors, err := e.Embed(ctx, llm.TaskDocument, texts)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && len(vectors) != len(texts) {
		err = fmt.Errorf("%s returned %d vectors for %d texts", e.Model(), len(vectors), len(texts))
	}
	if err != nil {
		return nil, fmt.Errorf("index: embed passages %s to %s: %w", passages[0].ID, passages[len(passages)-1].ID, err)
	}
	for i, v := range vectors {
		if !usable(v) {
			return nil, fmt.Errorf("index: %s gave passage %s a %w", e.Model(), passages[i].ID, store.ErrVector)
		}
	}
	return vectors, nil
}

// usable reports whether a store will accept v: what is stored on disk must
// not be refused when it is read.
func usable(v llm.Vector) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum > 0 && !math.IsInf(sum, 0) // NaN is not above 0
}

// fill embeds passages and puts them into the store, batch by batch.
func (x *Index) fill(ctx context.Context, passages []*ingest.Passage, o Options) error {
	for done := 0; done < len(passages); {
		part := passages[done:min(done+batch, len(passages))]
		vectors, err := embedBatch(ctx, x.embedder, part)
		if err != nil {
			return err
		}
		if err := x.put(ctx, part, vectors); err != nil {
			return err
		}
		done += len(part)
		o.Progress(StageEmbed, done, len(passages))
	}
	return nil
}

// put stores passages with their vectors.
func (x *Index) put(ctx context.Context, passages []*ingest.Passage, vectors []llm.Vector) error {
	entries := make([]store.Entry, len(passages))
	for i, p := range passages {
		entries[i] = store.Entry{Passage: *p, Vector: vectors[i]}
	}
	if err := x.store.Put(ctx, entries); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}
