package offline_test

import (
	"testing"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/offline"
)

func TestConformance(t *testing.T) {
	llmtest.RunEmbedder(t, func(*testing.T) llm.Embedder { return offline.New() })
}
