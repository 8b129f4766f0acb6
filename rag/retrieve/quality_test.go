package retrieve_test

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"yanbao/rag/retrieve"
)

// item is what of a line of a question file is needed here; docs/evaluation.md
// has the format.
type item struct {
	ID         string
	Question   string
	Answerable bool
	Evidence   []struct{ Quote string }
	History    []struct{ Q string }
}

// TestRecall holds how often a passage with the words of the evidence is among
// the first five, over our own documents and, where it is there, over a report
// as delivered.
func TestRecall(t *testing.T) {
	const testdata, shared = "../testdata/", "../../../shared/report/"
	tests := []struct {
		name, document, questions string
		want                      float64
	}{
		{"edition", "../../corpus/36kr-llm-2025.md", testdata + "questions/36kr-llm-2025.jsonl", 0.96},
		{"another industry", testdata + "documents/coldchain-2024.md", testdata + "questions/coldchain-2024.jsonl", 0.96},
		{"damaged", testdata + "documents/coldchain-2024-damaged.md", testdata + "questions/coldchain-2024.jsonl", 0.96},
		{"report as delivered", shared + "original.md", shared + "questions.jsonl", 0.95},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := os.Stat(tt.document); err != nil {
				t.Skipf("%s is not here", tt.document)
			}
			r := retrieve.New(build(t, read(t, tt.document)), lexicon(t), retrieve.Options{})
			items := readItems(t, tt.questions)
			found := 0
			for _, it := range items {
				if it.among(t, r, 5) {
					found++
				} else {
					t.Logf("not among the first 5: %s %s", it.ID, it.Question)
				}
			}
			recall := float64(found) / float64(len(items))
			t.Logf("recall@5 %.3f of %d questions", recall, len(items))
			if recall < tt.want {
				t.Errorf("recall@5 is %.3f, want at least %.2f", recall, tt.want)
			}
		})
	}
}

func readItems(t *testing.T, path string) []item {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []item
	for line := range strings.Lines(string(data)) {
		var it item
		if err := json.Unmarshal([]byte(line), &it); err != nil {
			t.Fatal(err)
		}
		if it.Answerable {
			out = append(out, it)
		}
	}
	return out
}

// among reports whether a right passage is among the first k.
func (it item) among(t *testing.T, r *retrieve.Retriever, k int) bool {
	t.Helper()
	text := it.Question
	if n := len(it.History); n > 0 {
		text = it.History[n-1].Q + " " + text
	}
	results, err := r.Retrieve(context.Background(), retrieve.Query{Text: text, K: k})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range results {
		for _, e := range it.Evidence {
			if hasQuote(x.Passage.Text, e.Quote) {
				return true
			}
		}
	}
	return false
}

var markup = regexp.MustCompile(`[*|\\]`)

func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
	return markup.ReplaceAllString(s, "")
}

// hasQuote compares cell by cell, as table rows are rendered.
func hasQuote(passage, quote string) bool {
	p := plain(passage)
	for cell := range strings.SplitSeq(quote, "\t") {
		if !strings.Contains(p, plain(cell)) {
			return false
		}
	}
	return true
}
