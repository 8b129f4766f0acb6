package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLies runs the lie test over our own question sets and documents and
// compares its figures and its misses with the ones before.
func TestLies(t *testing.T) {
	questions := filepath.Join(root, "rag", "testdata", "questions")
	documents := filepath.Join(root, "rag", "testdata", "documents")
	for _, test := range []struct{ name, document string }{
		{"36kr-llm-2025", ""},
		{"coldchain-2024", "coldchain-2024.md"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			args := []string{"eval", "--verifier", "--failures", filepath.Join(questions, test.name+".jsonl")}
			if test.document != "" {
				if r := runReal(t, data, "ingest", filepath.Join(documents, test.document)); r.code != 0 {
					t.Fatalf("ingest: %s", r.stderr)
				}
				args = append(args, "--builtin=false")
			}
			r := runReal(t, data, args...)
			if r.code != 0 {
				t.Fatalf("eval: %s", r.stderr)
			}
			path := filepath.Join(root, "rag", "testdata", "golden", "lies-"+test.name+".txt")
			want, err := os.ReadFile(path)
			if err != nil && !*update {
				t.Fatal(err)
			}
			compareOrUpdate(t, path, string(want), r.stdout)
		})
	}
}
