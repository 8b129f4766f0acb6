package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	publicSets = "../../../shared/bench"
	tables     = "../../corpus/lexicon"
)

// write makes a small question set of our own and returns its folder.
func write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"own_chunks.jsonl": `{"id":"p1#0","parent":"p1","text":"苹果园在村子北边，种了两百棵树。"}
{"id":"p1#1","parent":"p1","text":"每年秋天摘果，一共摘八吨。"}
{"id":"p2#0","parent":"p2","text":"鱼塘在村子南边，养草鱼和鲤鱼。"}
`,
		"own_questions.jsonl": `{"id":"q1","question":"苹果园种了多少棵树？","passage":"p1","chunks":["p1#0"]}
{"id":"q2","question":"鱼塘养什么鱼？","passage":"p2","chunks":["p2#0"]}
{"id":"q3","question":"没有答案的问题","passage":"p1","chunks":[]}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCompare(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-bench", write(t), "-set", "own", "-lexicon", tables}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 passages, 2 questions (1 left out", "yanbao  1.000  1.000  1.000   1.000", "chromem-go  ", "bleve cjk bm25  1.000"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestMissingSet(t *testing.T) {
	if err := run(context.Background(), []string{"-bench", t.TempDir(), "-set", "none"}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "none_chunks.jsonl") {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func TestCount(t *testing.T) {
	var m measured
	q := benchQuestion{Chunks: []string{"b", "c"}}
	for _, tt := range []struct {
		ids  []string
		rank int
	}{{[]string{"b", "c"}, 1}, {[]string{"a", "c"}, 2}, {[]string{"1", "2", "3", "4", "5", "b"}, 6}, {[]string{"a"}, 0}, {nil, 0}} {
		if got := m.count(q, tt.ids); got != tt.rank {
			t.Errorf("%v: rank %d, want %d", tt.ids, got, tt.rank)
		}
	}
	if m.recall1 != 1 || m.recall5 != 2 || m.recall10 != 3 || math.Abs(m.mrr-(1+1./2+1./6)) > 1e-9 {
		t.Errorf("measured %+v", m)
	}
}

// TestDescend: of two features one tells right from wrong.
func TestDescend(t *testing.T) {
	var groups []group
	for i := range 50 {
		noise := float64(i%7) / 7
		groups = append(groups, group{features: [][]float64{{1, noise}, {0, 1 - noise}}, right: []bool{true, false}})
	}
	w := descend(groups, 2)
	if w[0] < 1 || math.Abs(w[1]) > w[0]/2 {
		t.Errorf("weights %v: want the first feature to decide", w)
	}
	if got := first(groups, w); got != 1 {
		t.Errorf("right first in %v", got)
	}
	scale, shift := calibrate(groups, w)
	if math.IsNaN(scale) || math.IsNaN(shift) {
		t.Errorf("calibration %v %v", scale, shift)
	}
}

// TestPublicSet holds the figures that the project promises on a public set.
func TestPublicSet(t *testing.T) {
	if testing.Short() {
		t.Skip("asks a thousand questions")
	}
	b, err := loadBench(publicSets, "cmrc_trial", 0)
	if err != nil {
		t.Skip("the public question sets are not here")
	}
	m, err := measure(context.Background(), buildYanbao, settings{set: "cmrc_trial", lexicon: tables}, b)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("recall@1 %.3f, recall@5 %.3f, MRR@10 %.3f", m.recall1, m.recall5, m.mrr)
	if m.recall1 < 0.88 || m.recall5 < 0.98 {
		t.Errorf("recall@1 %.3f and recall@5 %.3f, want .88 and .98", m.recall1, m.recall5)
	}
}
