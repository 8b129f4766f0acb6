package ground_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// TestFreeWording holds the verifier to claims in words of one's own, as a
// model writes them, over the invented report.
func TestFreeWording(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "testdata", "documents", "coldchain-2024.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := markdown.Read("coldchain-2024.md", data)
	if err != nil {
		t.Fatal(err)
	}
	lex, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	var names []question.ProperName
	for _, n := range []string{"霜桥冷运", "北斛物流", "朔野冷储", "南舟港冷", "禾川鲜配", "极岸仓配", "白榆医冷"} {
		names = append(names, question.ProperName{Text: n, Kind: "company"})
	}
	v := &ground.Verifier{Lexicon: lex.With(names), Library: library{doc.ID: doc}}
	for _, c := range readClaims(t, "free.tsv") {
		s := ground.Statement{Text: c.text}
		for _, words := range strings.Split(c.cited, "||") {
			s.Cited = append(s.Cited, passageWith(t, doc, strings.ReplaceAll(words, "**", "")))
		}
		_, f := v.Check(s)
		if (f.Verdict == ground.Supported) != c.supported() {
			t.Errorf("line %d: %s: %q: %s (%s)", c.line, c.kind, c.text, f.Verdict, f.Detail)
		}
	}
}

func passageWith(t *testing.T, doc *ingest.Document, words string) *ingest.Passage {
	t.Helper()
	for i := range doc.Passages {
		p := &doc.Passages[i]
		if (p.Kind == ingest.KindText) && strings.Contains(strings.ReplaceAll(p.Text, "**", ""), words) {
			return p
		}
	}
	t.Fatalf("no passage holds %q", words)
	return nil
}
