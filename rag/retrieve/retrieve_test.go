package retrieve_test

import (
	"os"
	"testing"

	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag/question"
)

func lexicon(t testing.TB) *question.Lexicon {
	t.Helper()
	l, err := question.LoadLexicon(os.DirFS("../../corpus/lexicon"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func read(t testing.TB, path string) *ingest.Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := markdown.Read(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shipped(t testing.TB) *ingest.Document { return read(t, "../../corpus/36kr-llm-2025.md") }
