package rag_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/ground"
)

// TestClaims holds the verifier, with the names that the tables of two reports
// teach it, to claims in a model's wording, true and false.
func TestClaims(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "claims.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	docs := []*ingest.Document{edition(t), invented(t)}
	v := newEngine(t, docs...).Verifier()
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 4 {
			continue // a remark
		}
		s := ground.Statement{Text: f[3]}
		for words := range strings.SplitSeq(f[2], "||") {
			p := passageWith(docs, f[1], words)
			if p == nil {
				t.Fatalf("line %d: no passage of %s holds %q", n, f[1], words)
			}
			s.Cited = append(s.Cited, p)
		}
		kind, known := strings.CutPrefix(f[0], "~")
		_, found := v.Check(s)
		if (found.Verdict == ground.Supported) != ((kind == "true") != known) {
			t.Errorf("line %d: %s: %q: %s (%s)", n, f[0], f[3], found.Verdict, found.Detail)
		}
	}
	if n < 80 {
		t.Errorf("%d lines, want those of the file", n)
	}
}

// passageWith finds a passage of running text by its words, or after a | the
// table that holds them.
func passageWith(docs []*ingest.Document, document, words string) *ingest.Passage {
	kind := ingest.KindText
	if rest, ok := strings.CutPrefix(words, "|"); ok {
		kind, words = ingest.KindTable, rest
	}
	for _, d := range docs {
		for i := range d.Passages {
			p := &d.Passages[i]
			if d.ID == document && p.Kind == kind && strings.Contains(strings.ReplaceAll(p.Text, "**", ""), words) {
				return p
			}
		}
	}
	return nil
}
