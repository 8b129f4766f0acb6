package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/rag"
	"yanbao/rag/eval"
)

// What a server was asked and could not answer is listed, and what people
// disputed becomes lines of a question file.
func TestGaps(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if r := runReal(t, data, "gaps"); r.code != 0 || !strings.Contains(r.stderr, "nothing is recorded") {
		t.Errorf("without a record: %+v", r)
	}
	h := testHouse(t, data, nil)
	url := serveHouse(t, h)
	const missing, found = "2031年中国大模型市场规模有多大？", "2024年中国大模型市场规模有多大？"
	var ids []string
	for _, q := range []string{found, missing, missing} {
		status, body := post(t, url+"/v1/ask", rag.Question{Text: q})
		if status != http.StatusOK {
			t.Fatalf("%d: %s", status, body)
		}
		_, rest, _ := strings.Cut(string(body), `"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		ids = append(ids, id)
	}
	list := runReal(t, data, "gaps")
	if list.code != 0 || !strings.HasPrefix(list.stdout, "   2  "+missing+"\n") || strings.Contains(list.stdout, found) {
		t.Errorf("gaps: %+v", list)
	}
	for _, verdict := range []string{"up", "wrong_number"} {
		status, body := post(t, url+"/v1/answers/"+ids[0]+"/feedback", map[string]any{"verdict": verdict, "claim": 1, "comment": "表中不同"})
		if status != http.StatusCreated {
			t.Fatalf("feedback: %d: %s", status, body)
		}
	}
	if status, body := post(t, url+"/v1/answers/"+ids[1]+"/feedback", map[string]any{"verdict": "not_in_report"}); status != http.StatusCreated {
		t.Fatalf("feedback: %d: %s", status, body)
	}
	lines := strings.Split(strings.TrimSpace(runReal(t, data, "gaps", "--disputes").stdout), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], found) || !strings.Contains(lines[0], "表中不同") {
		t.Fatalf("disputes: %q", lines)
	}
	if _, err := eval.Load(strings.NewReader(lines[1])); err != nil {
		t.Errorf("a line that needs nothing more cannot be read: %v", err)
	}
	if _, err := eval.Load(strings.NewReader(lines[0])); err == nil {
		t.Error("a line without what the answer must hold is taken")
	}
	completed := strings.Replace(lines[0], `"must":[]`, `"must":[["294.16亿元"]]`, 1)
	if _, err := eval.Load(strings.NewReader(completed)); err != nil {
		t.Errorf("a completed line cannot be read: %v", err)
	}
	if r := runReal(t, data, "gaps", "--limit", "-1"); r.code != exitUsage {
		t.Errorf("limit below 0: %+v", r)
	}
}
