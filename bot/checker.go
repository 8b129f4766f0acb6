package bot

import (
	"context"
	"errors"

	"yanbao/rag"
)

// Checker checks the sentences of a text that somebody else wrote against the
// documents; rag.Engine is one. Its errors are those of rag.Engine.Check.
type Checker interface {
	Check(ctx context.Context, text, document string) ([]rag.CheckedClaim, error)
}

// ErrCannotCheck is the error of a library that checks no texts.
var ErrCannotCheck = errors.New("this library checks no texts")

// Check implements Checker where the current library does.
func (s *Switch) Check(ctx context.Context, text, document string) ([]rag.CheckedClaim, error) {
	l, done := s.use()
	defer done()
	return Check(ctx, l, text, document)
}

// Check implements Checker where the library does. Nothing of it is kept.
func (c *Cache) Check(ctx context.Context, text, document string) ([]rag.CheckedClaim, error) {
	return Check(ctx, c.Library, text, document)
}

// Check has a check a text where it is a Checker; ErrCannotCheck where not.
func Check(ctx context.Context, a Asker, text, document string) ([]rag.CheckedClaim, error) {
	if c, ok := a.(Checker); ok {
		return c.Check(ctx, text, document)
	}
	return nil, ErrCannotCheck
}
