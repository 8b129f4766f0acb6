package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"yanbao/rag/eval"
)

// noAnswers is a file of questions without right answers to take claims from.
const noAnswers = `{"id":"none","type":"out_of_scope","question":"今天天气怎么样？","answerable":false}`

// leastCaught are the shares of lies that must be caught, by kind; 0.995 for
// others.
var leastCaught = map[string]float64{"company": 0.97, "product": 0.97, "name of another": 0.97, "rank": 0.97, "polarity": 0.8, "value of another": 0.95}

// TestLies runs the lie test over our own sets. What comes of the sentences of
// the documents is in golden files; with the claims of right answers, which
// change as answers do, the shares must be reached.
func TestLies(t *testing.T) {
	questions := filepath.Join(root, "rag", "testdata", "questions")
	documents := filepath.Join(root, "rag", "testdata", "documents")
	for _, test := range []struct{ name, document string }{
		{"36kr-llm-2025", ""},
		{"coldchain-2024", "coldchain-2024.md"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, none := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "none.jsonl")
			if err := os.WriteFile(none, []byte(noAnswers), 0o644); err != nil {
				t.Fatal(err)
			}
			var only []string
			if test.document != "" {
				if r := runReal(t, data, "ingest", filepath.Join(documents, test.document)); r.code != 0 {
					t.Fatalf("ingest: %s", r.stderr)
				}
				only = []string{"--builtin=false"}
			}
			r := runReal(t, data, append([]string{"eval", "--verifier", "--failures", none}, only...)...)
			if r.code != 0 {
				t.Fatalf("eval: %s", r.stderr)
			}
			path := filepath.Join(root, "rag", "testdata", "golden", "lies-"+test.name+".txt")
			want, err := os.ReadFile(path)
			if err != nil && !*update {
				t.Fatal(err)
			}
			compareOrUpdate(t, path, string(want), r.stdout)
			r = runReal(t, data, append([]string{"eval", "--verifier", "-json", filepath.Join(questions, test.name+".jsonl")}, only...)...)
			checkLies(t, r.stdout)
		})
	}
}

func checkLies(t *testing.T, output string) {
	t.Helper()
	var report eval.LieReport
	if err := json.Unmarshal([]byte(output), &report); err != nil {
		t.Fatal(err)
	}
	if report.Cases() < 2500 || report.Answers < 50 {
		t.Errorf("%d cases, %d claims of answers: too few", report.Cases(), report.Answers)
	}
	for _, k := range report.Lies {
		least, ok := leastCaught[k.Kind]
		if !ok {
			least = 0.995
		}
		if missed := k.Good.Of - k.Good.Part; missed > 1 && k.Good.Value() < least {
			t.Errorf("%s: %v caught, want %.1f%%", k.Kind, k.Good, 100*least)
		}
	}
	dropped, all := 0, 0
	for _, k := range report.Paraphrases {
		dropped += k.Good.Of - k.Good.Part
		all += k.Good.Of
	}
	if 100*dropped > all {
		t.Errorf("%d of %d true rewordings dropped, want at most 1%%", dropped, all)
	}
}
