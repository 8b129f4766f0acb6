package rag_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/llm"
)

// quoting is a model that writes the first sentences of the passages it is
// shown, most of them, each in one piece, and says when it has written each.
func quoting(most int, wrote func()) llm.Generator {
	return generatorFunc(func(_ context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
		var text strings.Builder
		for _, s := range sentencesShown(r)[:most] {
			text.WriteString(s)
			wrote()
			if err := onText(s); err != nil {
				return nil, err
			}
		}
		return &llm.Reply{Text: text.String()}, nil
	})
}

// sentencesShown are the sentences of the passages in a prompt, each with its
// mark.
func sentencesShown(r llm.Request) []string {
	var out []string
	for _, m := range shownPassage.FindAllStringSubmatch(r.Messages[0].Text, -1) {
		_, body, _ := strings.Cut(m[2], "正文：\n")
		for _, span := range ingest.Sentences(strings.TrimSpace(body)) {
			s := strings.TrimSpace(strings.TrimSpace(body)[span[0]:span[1]])
			if strings.HasSuffix(s, "。") && !strings.ContainsAny(s, "\n“") {
				out = append(out, fmt.Sprintf("%s[%s]。", strings.TrimSuffix(s, "。"), m[1]))
			}
		}
	}
	return out
}

// BenchmarkVerification measures what verifying costs a reader: the time from
// the last token of the first sentence until it is shown, and of all sentences
// of an answer together. The model writes sentences of the report: two, as most
// answers have, and six.
func BenchmarkVerification(b *testing.B) {
	for _, most := range []int{2, 6} {
		b.Run(fmt.Sprint(most, "-sentences"), func(b *testing.B) { measureVerification(b, most) })
	}
}

func measureVerification(b *testing.B, most int) {
	var wrote time.Time
	var first, all []time.Duration
	e := withModel(b, newIndex(b, edition(b)), quoting(most, func() { wrote = time.Now() }), rag.Generation{})
	asked := []string{"2024年中国大模型市场规模是多少？", "大模型的商业化有哪些模式？", "科大讯飞有哪些优势？", "具身智能的发展情况如何？"}
	for b.Loop() {
		var sum time.Duration
		n := 0
		_, err := e.Stream(b.Context(), rag.Question{Text: asked[len(all)%len(asked)]}, func(ev rag.Event) {
			if ev.Delta == "" {
				return
			}
			took := time.Since(wrote)
			if n == 0 {
				first = append(first, took)
			}
			n++
			sum += took
		})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, sum)
	}
	slices.Sort(first)
	slices.Sort(all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(first[len(first)/2]), "first-p50-ms")
	b.ReportMetric(ms(first[len(first)*99/100]), "first-p99-ms")
	b.ReportMetric(ms(all[len(all)/2]), "answer-p50-ms")
	b.ReportMetric(ms(all[len(all)*99/100]), "answer-p99-ms")
}
