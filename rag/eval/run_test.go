package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

const questions = `{"id":"q1","type":"numeric","question":"门店有多少家？","answerable":true,"must":[["1,200家"]],"evidence":[{"section":"门店","quote":"门店共1,200家"}]}

{"id":"q2","type":"list","question":"有哪些口味？","answerable":true,"must":[["甜"],["咸"]],"evidence":[{"section":"口味","quote":"甜与咸"}]}
{"id":"q3","type":"absent","question":"2030年呢？","answerable":false,"must":[]}
{"id":"q4","type":"follow_up","question":"哪家最多？","answerable":true,"must":[["甲"]],"evidence":[{"section":"门店","quote":"甲最多"}],"history":[{"q":"门店有多少家？","a":"1,200家"}]}
{"id":"q5","type":"numeric","question":"坏","answerable":true,"must":[["1"]],"evidence":[]}
`

// scripted answers from a table and notes what it was asked.
type scripted struct {
	asked []rag.Question
	found []string
}

func (s *scripted) Ask(_ context.Context, q rag.Question) (*rag.Answer, error) {
	s.asked = append(s.asked, q)
	proof := cite("门店", "门店共1,200家，其中甲最多。")
	switch q.Text {
	case "门店有多少家？":
		return answer("1,200家[1]。", proof), nil
	case "有哪些口味？":
		return answer("只有甜[1]。", cite("口味", "甜与咸")), nil
	case "2030年呢？":
		return &rag.Answer{Status: rag.NotFound, Answer: "报告没有给出。"}, nil
	case "哪家最多？":
		return &rag.Answer{Status: rag.NotFound, Answer: "报告没有给出。"}, nil
	}
	return nil, errors.New("no such question")
}

func (s *scripted) Search(_ context.Context, r rag.SearchRequest) ([]rag.SearchResult, error) {
	s.found = append(s.found, r.Query)
	return []rag.SearchResult{{Text: "无关"}, {Text: "门店共1,200家，其中甲最多。"}}, nil
}

func runScripted(t *testing.T) (*scripted, *Report) {
	t.Helper()
	items, err := Load(strings.NewReader(questions))
	if err != nil {
		t.Fatal(err)
	}
	engine := &scripted{}
	progress := 0
	report, err := Run(context.Background(), engine, items, Options{
		Document: "tea",
		Passages: []*ingest.Passage{{Text: "门店共1,200家，其中甲最多。"}, {Text: "甜与咸"}},
		Progress: func(done, total int) {
			if progress++; done != progress || total != len(items) {
				t.Errorf("progress %d of %d, want %d of %d", done, total, progress, len(items))
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return engine, report
}

func TestRun(t *testing.T) {
	engine, report := runScripted(t)
	wantHistory := []rag.Turn{{Question: "门店有多少家？", Answer: "1,200家"}}
	if diff := cmp.Diff(rag.Question{Text: "哪家最多？", Document: "tea", History: wantHistory}, engine.asked[3]); diff != "" {
		t.Errorf("follow-up asked as:\n%s", diff)
	}
	if got, want := engine.found[2], "门店有多少家？ 哪家最多？"; got != want {
		t.Errorf("follow-up searched as %q, want %q", got, want)
	}
	s := report.Summary
	for _, test := range []struct {
		name      string
		got, want Ratio
	}{
		{"accuracy", s.Accuracy, Ratio{2, 5}},                  // q1, q3
		{"answered accuracy", s.AnsweredAccuracy, Ratio{1, 4}}, // q1
		{"abstention recall", s.AbstentionRecall, Ratio{1, 1}}, // q3
		{"false refusals", s.FalseRefusals, Ratio{1, 4}},       // q4
		{"group recall", s.GroupRecall, Ratio{2, 5}},           // 1 of 1, 1 of 2, 0 of 1, 0 of 1
		{"citation recall", s.CitationRecall, Ratio{2, 2}},     // q1, q2
		{"citation precision", s.CitationPrecision, Ratio{2, 2}},
		{"evidence coverage", s.EvidenceCoverage, Ratio{2, 4}},
		{"recall@1", s.Recall1, Ratio{0, 4}},
		{"recall@5", s.Recall5, Ratio{2, 4}}, // q1 and q4 at rank 2
	} {
		if test.got != test.want {
			t.Errorf("%s = %v, want %v", test.name, test.got, test.want)
		}
	}
	if want := (0.5 + 0.5) / 4; math.Abs(s.MRR-want) > 1e-9 {
		t.Errorf("MRR = %v, want %v", s.MRR, want)
	}
	if report.Edition != Literal || report.QuotesFound != 3 || report.Quotes != 3 {
		t.Errorf("edition %v with %d of %d quotations, want literal with 3 of 3", report.Edition, report.QuotesFound, report.Quotes)
	}
	if got, want := report.Results[4].Why, "error: no such question"; got != want {
		t.Errorf("failed question: why = %q, want %q", got, want)
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, &scripted{}, []Item{*numeric()}, Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
}

func TestFindEditionRestated(t *testing.T) {
	items := []Item{*numeric()}
	got, found, of := findEdition(items, []*ingest.Passage{{Text: "共有1,200家门店"}})
	if got != Restated || found != 0 || of != 1 {
		t.Errorf("findEdition = %v, %d, %d, want restated, 0, 1", got, found, of)
	}
}

func TestGolden(t *testing.T) {
	_, report := runScripted(t)
	var table bytes.Buffer
	if err := report.Table(&table, false, false); err != nil {
		t.Fatal(err)
	}
	var failures bytes.Buffer
	if err := report.Failures(&failures); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"golden": report.Golden(), "table": table.String(), "failures": failures.String()} {
		path := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs (-update writes it):\n%s", path, diff)
		}
	}
}

func TestDiff(t *testing.T) {
	const old = "# by\n\nq1 a right\n  甲\n\nq2 a right\n  乙\n\ntotals\nall 2\n\nmore 1\n"
	const current = "# by\n\nq1 a WRONG\n  丙\n\nq3 a right\n  丁\n\ntotals\nall 2\n\nmore 2\n"
	diff, changed := Diff(old, current)
	want := "-q1 a right\n-  甲\n+q1 a WRONG\n+  丙\n+q3 a right\n+  丁\n" +
		"-totals\n-all 2\n-\n-more 1\n+totals\n+all 2\n+\n+more 2\n-q2 a right\n-  乙\n"
	if d := cmp.Diff(want, diff); d != "" {
		t.Error(d)
	}
	if changed != 4 {
		t.Errorf("changed = %d, want 4", changed)
	}
	if diff, changed := Diff(old, old); diff != "" || changed != 0 {
		t.Errorf("Diff of equal files = %q, %d", diff, changed)
	}
}

func TestLoadErrors(t *testing.T) {
	const ok = `{"id":"a","type":"t","question":"q"}` + "\n"
	for _, test := range []struct{ in, want string }{
		{"", "no questions"},
		{"\n\n", "no questions"},
		{"nonsense", "line 1: not a question in JSON"},
		{ok + `{"type":"t","question":"q"}`, `line 2: "id" is missing`},
		{ok + ok, `line 2: id "a" was used before`},
		{`{"id":"a","question":"q"}`, `line 1: a: "type" is missing`},
		{`{"id":"a","type":"t"}`, `line 1: a: "question" is missing`},
		{`{"id":"a","type":"t","question":"q","answerable":true}`, `needs "must"`},
		{`{"id":"a","type":"t","question":"q","answerable":true,"must":[[]]}`, "empty group"},
		{`{"id":"a","type":"t","question":"q","answerable":true,"must":[[" "]]}`, "empty group or string"},
		{`{"id":"a","type":"t","question":"q","must_not":[""]}`, `"must_not" holds an empty string`},
		{ok + `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, "line 2: "},
	} {
		_, err := Load(strings.NewReader(test.in))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Load(%.40q) = %v, want an error with %q", test.in, err, test.want)
		}
	}
}

func TestReportJSON(t *testing.T) {
	_, report := runScripted(t)
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"edition":"literal"`, `"accuracy":{"part":2,"of":5,"value":0.4}`, `"id":"q1","type":"numeric"`, `"right":true`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("JSON lacks %s:\n%s", want, data)
		}
	}
}

func TestQuantile(t *testing.T) {
	times := []time.Duration{1, 2, 3, 4}
	for _, test := range []struct {
		percent int
		want    time.Duration
	}{{50, 2}, {99, 4}, {100, 4}, {1, 1}} {
		if got := quantile(times, test.percent); got != test.want {
			t.Errorf("quantile(%d) = %d, want %d", test.percent, got, test.want)
		}
	}
	if got := quantile([]int(nil), 50); got != 0 {
		t.Errorf("quantile of nothing = %d, want 0", got)
	}
}
