package rag_test

import (
	"strings"
	"testing"

	"yanbao/rag"
)

// TestLanguage: the language of the answer is that asked for, else that of the
// question; the words of the report stay Chinese in both.
func TestLanguage(t *testing.T) {
	e := newEngine(t, invented(t))
	const zh, en = "2023年中国冷链物流市场规模是多少？", "What was the vacancy rate of cold storage in 2023?"
	for _, tt := range []struct {
		question rag.Question
		want     string
	}{
		{rag.Question{Text: zh}, "zh"},
		{rag.Question{Text: zh, Language: "en"}, "en"},
		{rag.Question{Text: en}, "en"},
		{rag.Question{Text: en, Language: "zh"}, "zh"},
	} {
		a := ask(t, e, tt.question)
		if a.Language != tt.want || a.Status != rag.Answered {
			t.Errorf("%+v: language %q, status %s", tt.question, a.Language, a.Status)
		}
		if problem := shape(e, tt.question, a); problem != "" {
			t.Errorf("%+v: %s", tt.question, problem)
		}
		framed := strings.Contains(a.Answer, "according to") || strings.Contains(a.Answer, "According to") || strings.Contains(a.Answer, "report")
		if framed != (tt.want == "en") || !strings.Contains(a.Answer, "率") && !strings.Contains(a.Answer, "规模") {
			t.Errorf("%+v: answer %q", tt.question, a.Answer)
		}
	}
}

// TestEnglishAmount: an amount is converted, never relabelled, and its value
// still names the citation that holds it.
func TestEnglishAmount(t *testing.T) {
	e := newEngine(t, invented(t))
	a := ask(t, e, rag.Question{Text: "2023年中国冷链物流市场规模是多少？", Language: "en"})
	if !strings.Contains(a.Answer, "RMB 486 billion") || !strings.Contains(a.Answer, "4,860亿元") || strings.Contains(a.Answer, "4,860 billion") {
		t.Errorf("answer %q", a.Answer)
	}
	for _, c := range a.Claims {
		for _, v := range c.Values {
			if v.Citation == 0 {
				t.Errorf("value %q of %q names no citation", v.Text, c.Text)
			}
		}
	}
}
