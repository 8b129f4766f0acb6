package rag_test

import (
	"fmt"
	"strings"
	"testing"

	"yanbao/rag"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

// TestTrueSentencesPass: a model that writes what the report says is hardly
// ever told that it lies. It writes the sentences of the answers without a
// model, with the marks under which it is shown their passages.
func TestTrueSentencesPass(t *testing.T) {
	const least = 0.9 // of the sentences
	x := newIndex(t, edition(t))
	bare := withModel(t, x, nil, rag.Generation{})
	var truth *rag.Answer
	unseen := 0
	e := withModel(t, x, llmtest.PlayFor(func(_ int, r llm.Request) llmtest.Script {
		if !strings.Contains(r.Messages[0].Text, "<passage id=") || len(r.Messages) > 1 {
			return llmtest.Text("NOT_FOUND")
		}
		var b strings.Builder
		for _, c := range truth.Claims {
			marks := ""
			for _, n := range c.Citations {
				first, _, _ := strings.Cut(truth.Citations[n-1].Text, "\n")
				k := numberOf(r, first)
				if k == 0 {
					unseen++
				}
				marks += fmt.Sprintf("[%d]", k)
			}
			b.WriteString(strings.TrimRight(c.Text, "。.") + marks + "。")
		}
		return llmtest.Text(b.String())
	}), rag.Generation{})
	said, kept := 0, 0
	for _, it := range questions(t, "36kr-llm-2025") {
		q := it.Ask("")
		q.Trace = true
		truth = ask(t, bare, q)
		if truth.Status != rag.Answered || computes(truth) {
			continue
		}
		a, _ := tell(t, e, q)
		said += len(truth.Claims)
		if a.Mode == rag.ModeGenerated {
			kept += len(a.Claims)
		}
		for _, d := range a.Trace.Dropped {
			t.Logf("%s: dropped for %s: %s (%s)", it.ID, d.Verdict, d.Text, d.Detail)
		}
	}
	t.Logf("%d of %d sentences kept, %d citations of passages that were not shown", kept, said, unseen)
	if float64(kept) < least*float64(said) {
		t.Errorf("%d of %d sentences kept, want %.0f%%", kept, said, 100*least)
	}
	if unseen > said/20 {
		t.Errorf("%d of the passages that answer are not shown to the model", unseen)
	}
}

// computes reports whether an answer states a value with its formula, which a
// model writes in another form.
func computes(a *rag.Answer) bool {
	for _, c := range a.Claims {
		for _, v := range c.Values {
			if v.Formula != "" {
				return true
			}
		}
	}
	return false
}
