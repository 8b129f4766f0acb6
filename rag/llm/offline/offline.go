// Package offline is the built-in embedder: it needs no model file, no key and
// no network.
//
// A text becomes a vector by signed feature hashing (Weinberger et al.,
// "Feature Hashing for Large Scale Multitask Learning", 2009) of its Han
// characters and character pairs, its Latin words with their letter triples,
// and its numbers. Texts that share many of these lie close together, typing
// errors included. The vectors know nothing of meaning: two words for one
// thing are two features. Synonyms are the business of rag/question.
//
// The cutting is done here and not by rag/lexical, because a change of the
// cutting changes the vectors and so has to change Model with it.
package offline

import (
	"context"
	"math"
	"sync"

	"yanbao/rag/llm"
)

// Model names this embedder. Any change of the vectors needs a new version
// here; the golden test in this package fails until it gets one.
const Model = "offline-hash-256-v1"

// Dim is the length of every vector.
const Dim = 256

// checkEvery is the number of texts between two looks at the context. One text
// takes microseconds.
const checkEvery = 64

// Embedder makes hashed n-gram vectors. The zero value is ready for use and
// safe for concurrent use.
type Embedder struct {
	scratch sync.Pool // of *counter
}

var _ llm.Embedder = (*Embedder)(nil)

// New returns an embedder.
func New() *Embedder { return &Embedder{} }

// Model returns the constant Model.
func (e *Embedder) Model() string { return Model }

// Embed returns one unit vector of Dim components per text. Questions and
// passages are embedded alike. The only error is that of ctx.
func (e *Embedder) Embed(ctx context.Context, _ llm.Task, texts []string) ([]llm.Vector, error) {
	c, _ := e.scratch.Get().(*counter)
	if c == nil {
		c = newCounter()
	}
	defer e.scratch.Put(c)

	vectors := make([]llm.Vector, len(texts))
	block := make([]float32, len(texts)*Dim) // one allocation for all vectors of the call
	for i, text := range texts {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		v := block[i*Dim : (i+1)*Dim : (i+1)*Dim]
		c.reset()
		scan(text, c)
		c.project(v)
		vectors[i] = v
	}
	return vectors, nil
}

// project adds up the counted features in v and scales it to length 1. Without
// any features, or when they cancel out, v is the first unit vector.
//
// The lowest bits of a feature's hash choose the component, the highest bit
// its sign, so that collisions cancel on average instead of adding up. A
// feature that occurs n times counts 1+ln(n) times.
func (c *counter) project(v llm.Vector) {
	for _, slot := range c.used {
		f := &c.table[slot]
		w := f.weight
		if f.count > 1 {
			w *= 1 + float32(math.Log(float64(f.count)))
		}
		if f.key>>63 == 1 {
			w = -w
		}
		v[f.key%Dim] += w
	}
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		v[0] = 1
		return
	}
	scale := 1 / math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) * scale)
	}
}
