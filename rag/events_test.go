package rag_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/rag"
)

func TestStreamTellsTheAnswer(t *testing.T) {
	e := newEngine(t, edition(t))
	for _, text := range []string{"2024年中国大模型市场规模是多少？", "具身智能有哪些应用领域？", "How large was China's LLM market in 2024?", "明天天气怎么样？"} {
		var kinds []rag.EventKind
		var deltas strings.Builder
		claims := []rag.Claim{}
		citations := []rag.Citation{}
		a, err := e.Stream(t.Context(), rag.Question{Text: text}, func(ev rag.Event) {
			kinds = append(kinds, ev.Kind)
			deltas.WriteString(ev.Delta)
			if ev.Claim != nil {
				claims = append(claims, *ev.Claim)
			}
			citations = append(citations, ev.Citations...)
		})
		if err != nil {
			t.Fatal(err)
		}
		if kinds[0] != rag.Retrieved {
			t.Errorf("%s: first event is %s", text, kinds[0])
		}
		if a.Status == rag.Answered && deltas.String() != a.Answer {
			t.Errorf("%s: deltas give %q, the answer is %q", text, deltas.String(), a.Answer)
		}
		if diff := cmp.Diff(a.Claims, claims); diff != "" {
			t.Errorf("%s: claims (-answer +events):\n%s", text, diff)
		}
		if diff := cmp.Diff(a.Citations, citations); diff != "" {
			t.Errorf("%s: citations (-answer +events):\n%s", text, diff)
		}
	}
}
