package rag_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"yanbao/rag"
)

func TestCheck(t *testing.T) {
	e := newEngine(t, edition(t))
	text := "大家看一下：2024年中国大模型的市场规模在294.16亿元左右。2026年预计将突破900亿元。2024年中国具身智能市场规模达4,000亿元。" +
		"中国大模型市场规模2024年约为294.16亿美元。红海渔业2023年捕捞量增长18%。你们怎么看？"
	got, err := e.Check(context.Background(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		outcome rag.Outcome
		verdict string
	}{
		{rag.Upheld, "supported"}, {rag.Contradicted, "number"}, {rag.Contradicted, "year"}, {rag.Contradicted, "unit"}, {rag.NotInReport, ""}, {rag.NoClaim, ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d claims, want %d: %+v", len(got), len(want), got)
	}
	n := 0
	for i, c := range got {
		if c.Outcome != want[i].outcome || c.Verdict != want[i].verdict {
			t.Errorf("%q: %s %s (%s), want %s %s", c.Text, c.Outcome, c.Verdict, c.Detail, want[i].outcome, want[i].verdict)
		}
		cites := c.Outcome == rag.Upheld || c.Outcome == rag.Contradicted
		if cites != (len(c.Citations) > 0) || (c.Outcome == rag.Contradicted) != (c.Detail != "") {
			t.Errorf("%q: %d citations, detail %q", c.Text, len(c.Citations), c.Detail)
		}
		for _, cite := range c.Citations {
			n++
			if cite.N != n || !strings.Contains(cite.Text, cite.Quote) || cite.Quote == "" {
				t.Errorf("%q: citation %d %q, want %d", c.Text, cite.N, cite.Quote, n)
			}
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	e := newEngine(t, edition(t))
	if _, err := e.Check(context.Background(), " ", ""); !errors.Is(err, rag.ErrQuestion) {
		t.Errorf("empty text: %v, want ErrQuestion", err)
	}
	if _, err := e.Check(context.Background(), "市场规模为5亿元。", "nowhere"); !errors.Is(err, rag.ErrUnknown) {
		t.Errorf("unknown document: %v, want ErrUnknown", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Check(ctx, "市场规模为5亿元。", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, want context.Canceled", err)
	}
}
