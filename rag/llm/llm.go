// Package llm holds the contracts for language models: turning texts into
// vectors (Embedder) and writing text (Generator). It holds no implementation
// that needs a network; see rag/llm/offline for the built-in embedder.
package llm

import "context"

// Vector is a dense embedding. Vectors of one model have one length; stores
// require finite components and a length above zero.
type Vector []float32

// Task tells an embedder what a text is; several models embed questions and
// passages differently.
type Task int

// Tasks.
const (
	TaskDocument Task = iota
	TaskQuery
)

// Embedder turns texts into vectors.
//
// Embed returns one vector per text, in order, or an error and no vectors: a
// partial result is an error. It does not modify texts. An empty slice gives
// an empty result. Vectors are normalised to length 1; a text without any
// content gets a valid unit vector too. Every failure of a service is an
// *Error, which holds no key. Embed is safe for concurrent use and
// returns soon after ctx is done. Model names the model and everything that
// changes its vectors (dimension, version): two embedders with the same Model
// give the same vector for the same text.
type Embedder interface {
	Model() string
	Embed(ctx context.Context, task Task, texts []string) ([]Vector, error)
}
