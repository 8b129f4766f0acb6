package langchain

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/embeddings"

	"yanbao/rag/llm"
)

// Defaults of Config.Batch and Config.Longest.
const (
	defaultBatch   = 64
	defaultLongest = 6000
)

// Embedder turns texts into vectors with the model of a Config. Texts longer
// than Config.Longest are cut; one without content is embedded as a full stop,
// which services take where they refuse an empty text.
type Embedder struct {
	config Config
	client embeddings.EmbedderClient
	prefix prefix
}

var _ llm.Embedder = (*Embedder)(nil)

// NewEmbedder returns the embedder of a model. It calls nobody.
func NewEmbedder(c Config) (*Embedder, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Batch = cmp.Or(c.Batch, defaultBatch)
	c.Longest = cmp.Or(c.Longest, defaultLongest)
	if c.Protocol == Ollama {
		c.Batch = min(c.Batch, 16) // langchaingo makes a request of each text
	}
	d, err := c.Protocol.dialect()
	if err != nil {
		return nil, err
	}
	m, err := d.client(c, c.httpClient(d))
	if err != nil {
		return nil, fmt.Errorf("langchain: model %s: %s", c.Name, redact(err.Error(), c.Key))
	}
	client, ok := m.(embeddings.EmbedderClient)
	if !ok {
		return nil, fmt.Errorf("langchain: %s has no embedders", c.Protocol)
	}
	return &Embedder{config: c, client: client, prefix: prefixOf(c.Model)}, nil
}

// Model returns Config.Name.
func (e *Embedder) Model() string { return e.config.Name }

// Batch returns how many texts go to the service at once.
func (e *Embedder) Batch() int { return e.config.Batch }

// Embed asks the service, batch by batch.
func (e *Embedder) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	vectors := make([]llm.Vector, 0, len(texts))
	for part := range slices.Chunk(texts, e.config.Batch) {
		got, err := e.batch(ctx, task, part)
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, got...)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embedder %s: %w", e.config.Name, err)
	}
	return vectors, nil
}

func (e *Embedder) batch(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embedder %s: %w", e.config.Name, err)
	}
	prepared := make([]string, len(texts))
	for i, text := range texts {
		prepared[i] = e.prepare(task, text)
	}
	x := &exchange{texts: len(texts), task: task}
	if e.config.Protocol == Ollama {
		x.texts = 1
	}
	raw, err := e.client.CreateEmbedding(x.with(ctx), prepared)
	if done := ctx.Err(); done != nil {
		return nil, fmt.Errorf("embedder %s: %w", e.config.Name, done)
	}
	if failed := x.failed(); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, unreadable("%s", redact(brief(err.Error()), e.config.Key))
	}
	if len(raw) != len(texts) {
		return nil, unreadable("%d vectors came for %d texts", len(raw), len(texts))
	}
	vectors := make([]llm.Vector, len(raw))
	for i, v := range raw {
		if len(v) != len(raw[0]) {
			return nil, unreadable("vectors of %d and of %d components came in one answer", len(raw[0]), len(v))
		}
		if vectors[i] = unit(v); vectors[i] == nil {
			return nil, unreadable("a vector came that is empty, zero or not finite")
		}
	}
	return vectors, nil
}

// prepare is what is sent of a text.
func (e *Embedder) prepare(task llm.Task, text string) string {
	if strings.TrimSpace(text) == "" {
		text = "."
	}
	if runes := []rune(text); len(runes) > e.config.Longest {
		text = string(runes[:e.config.Longest])
	}
	if task == llm.TaskQuery {
		return e.prefix.query + text
	}
	return e.prefix.document + text
}

// unit returns v at length 1, nil where that cannot be.
func unit(v []float32) llm.Vector {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil
	}
	out := make(llm.Vector, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return out
}

// prefix is what a model wants before a text to know what it is.
type prefix struct{ query, document string }

// prefixes are those that the cards of the models ask for.
var prefixes = []struct {
	model *regexp.Regexp
	prefix
}{
	{regexp.MustCompile(`(?i)e5-.*instruct|qwen3-embedding`), prefix{
		query: "Instruct: Given a question, retrieve passages of a report that answer it\nQuery: "}},
	{regexp.MustCompile(`(?i)(^|/)(multilingual-)?e5-`), prefix{"query: ", "passage: "}},
	{regexp.MustCompile(`(?i)bge-(small|base|large)-zh`), prefix{query: "为这个句子生成表示以用于检索相关文章："}},
	{regexp.MustCompile(`(?i)bge-(small|base|large)-en`), prefix{query: "Represent this sentence for searching relevant passages: "}},
	{regexp.MustCompile(`(?i)nomic-embed-text`), prefix{"search_query: ", "search_document: "}},
	{regexp.MustCompile(`(?i)mxbai-embed-large`), prefix{query: "Represent this sentence for searching relevant passages: "}},
}

func prefixOf(model string) prefix {
	for _, p := range prefixes {
		if p.model.MatchString(model) {
			return p.prefix
		}
	}
	return prefix{}
}

// ordered puts embeddings into the order of the texts: langchaingo takes them
// as they come and does not look at their index.
func ordered(data []byte, x *exchange) ([]byte, error) {
	var r struct {
		Data []struct {
			Index     *int      `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
		Embeddings []embedding `json:"embeddings"` // Ollama, Google
		Usage      struct {
			PromptTokens int `json:"prompt_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, x.fail(unreadable("the vectors cannot be read: %s", brief(err.Error())))
	}
	if r.Data == nil {
		return inOrder(data, r.Embeddings, x)
	}
	if len(r.Data) != x.texts {
		return nil, x.fail(unreadable("%d vectors came for %d texts", len(r.Data), x.texts))
	}
	sorted := make([]map[string]any, x.texts)
	for place, d := range r.Data {
		if d.Index != nil {
			place = *d.Index
		}
		if place < 0 || place >= len(sorted) || sorted[place] != nil {
			return nil, x.fail(unreadable("vectors came with the numbers of other texts"))
		}
		sorted[place] = map[string]any{"index": place, "embedding": d.Embedding}
	}
	x.count(r.Usage.PromptTokens, 0)
	return json.Marshal(map[string]any{"data": sorted})
}

// embedding is a vector: a list of numbers (Ollama), or one in an object
// (Google).
type embedding struct {
	values []float32
	inside bool // it was in an object
}

func (e *embedding) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, &e.values)
	}
	var o struct {
		Values []float32 `json:"values"`
	}
	e.inside = true
	err := json.Unmarshal(data, &o)
	e.values = o.Values
	return err
}

// inOrder checks vectors that come without numbers, in the order of the texts.
func inOrder(data []byte, vectors []embedding, x *exchange) ([]byte, error) {
	if len(vectors) != x.texts {
		return nil, x.fail(unreadable("%d vectors came for %d texts", len(vectors), x.texts))
	}
	if !vectors[0].inside {
		return data, nil
	}
	list := make([]map[string]any, len(vectors))
	for i, v := range vectors {
		list[i] = map[string]any{"index": i, "embedding": v.values}
	}
	return json.Marshal(map[string]any{"data": list})
}
