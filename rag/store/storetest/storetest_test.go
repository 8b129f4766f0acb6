package storetest

import (
	"testing"

	"yanbao/rag/store"
)

func TestReferenceConforms(t *testing.T) {
	Run(t, func(_ *testing.T, model string) store.Store { return NewReference(model) })
}
