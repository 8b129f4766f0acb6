package rag_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/rag"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

// fault is a model that does not deliver.
type fault struct {
	name   string
	model  llm.Generator
	reason string // in the trace
}

// faults are the ways in which services fail. stop ends those that never end
// by themselves.
func faults(stop <-chan struct{}) []fault {
	text := func(s string) llm.Generator { return llmtest.Play(llmtest.Text(s)) }
	never := generatorFunc(func(context.Context, llm.Request, func(string) error) (*llm.Reply, error) {
		<-stop
		return nil, context.Canceled
	})
	broken := generatorFunc(func(context.Context, llm.Request, func(string) error) (*llm.Reply, error) { panic("broken") })
	const begun = "据所给段落，2023年桥梁"
	return []fault{
		{"down", llmtest.Dead(), "unavailable"},
		{"slow to begin", llmtest.Hanging(), "slow"},
		{"slow to end", llmtest.Hanging(begun), "slow"},
		{"heeds no limit", never, "slow"},
		{"busy", llmtest.RetryLater(time.Hour), "rate limited"},
		{"out of quota", llmtest.Failing(llm.NoQuota), "out of quota"},
		{"key refused", llmtest.Failing(llm.Refused), "refused"},
		{"malformed", llmtest.Failing(llm.Unreadable, begun), "unreadable"},
		{"cut off", llmtest.CutOff(begun), "incomplete"},
		{"cut off unnoticed", llmtest.Careless{Generator: llmtest.CutOff(begun)}, "unverified"},
		{"empty", llmtest.Empty(), "unreadable"},
		{"empty unnoticed", llmtest.Careless{Generator: llmtest.Empty()}, "unreadable"},
		{"wrong JSON", text(`{"status":"answered","claims":[{"text":"规模为`), "unreadable"},
		{"other JSON", text(`{"answer":"73.2亿元"}`), "unreadable"},
		{"Japanese", text("2023年の橋梁点検の市場規模は73.2億元です[1]。"), "other language"},
		{"English", text("The bridge inspection market was worth RMB 7.32 billion in 2023 [1]."), "other language"},
		{"lies", text("2023年桥梁检测市场规模为83.2亿元[1]。同比增长9.4%[1]。"), "unverified"},
		{"cites nothing", text("2023年桥梁检测市场规模为73.2亿元。"), "unverified"},
		{"panics", broken, "unreadable"},
	}
}

// standIn asks a failing model and reports what is wrong with the answer that
// stands in: it is that of an engine without a model, told once.
func standIn(tb testing.TB, e *rag.Engine, want *rag.Answer) (a *rag.Answer, lost, doubled bool) {
	tb.Helper()
	a, shown := tell(tb, e, rag.Question{Text: sizeQuestion, Trace: true})
	lost = a.Status != want.Status || a.Answer != want.Answer || a.Mode != rag.ModeExtractive || len(a.Notices) != len(want.Notices)+1
	doubled = strings.Count(shown.text, want.Answer) != 1 || len(shown.claims) != len(want.Claims)
	return a, lost, doubled
}

func TestFaultsLoseNothing(t *testing.T) {
	x := bridgesIndex(t)
	want := ask(t, withModel(t, x, nil, rag.Generation{}), rag.Question{Text: sizeQuestion})
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	for _, f := range faults(stop) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			budget := time.Minute
			if f.reason == "slow" {
				budget = 200 * time.Millisecond
			}
			e := withModel(t, x, f.model, rag.Generation{Budget: budget})
			if a, lost, doubled := standIn(t, e, want); lost || doubled || a.Trace.Fallback != f.reason {
				t.Errorf("%s %s because of %s, want %s: %q %q", a.Status, a.Mode, a.Trace.Fallback, f.reason, a.Answer, a.Notices)
			}
		})
	}
}

// TestListWithoutMostOfItsMembers gives way to the report's own words where
// they are sure.
func TestListWithoutMostOfItsMembers(t *testing.T) {
	g := llmtest.PlayFor(func(_ int, r llm.Request) llmtest.Script {
		shown := sentencesShown(r)
		if len(r.Messages) > 1 || len(shown) == 0 {
			return llmtest.Text("NOT_FOUND")
		}
		return llmtest.Text(shown[0] + llmtest.AlterNumbers("有77家企业[1]。另有88家企业[1]。还有66家企业[1]。"))
	})
	e := withModel(t, newIndex(t, edition(t)), g, rag.Generation{})
	sure := 0
	for _, it := range questions(t, "36kr-llm-2025") {
		q := it.Ask("")
		q.Trace = true
		if it.Type != "list" {
			continue
		}
		a, _ := tell(t, e, q)
		if a.Trace.LeftOut < 2 || a.Trace.Extractive != rag.Answered || a.Trace.Confidence < 0.75 {
			continue
		}
		sure++
		if a.Mode != rag.ModeExtractive && len(a.Claims) < a.Trace.LeftOut {
			t.Errorf("%s: %d of the sentences left out, %d kept: %q", q.Text, a.Trace.LeftOut, len(a.Claims), a.Answer)
		}
	}
	if sure == 0 {
		t.Error("no list of our own set is sure: the test says nothing")
	}
}

// TestBreaksOffAfterTheAnswer: what was verified stays if it has what was asked
// for, and gives way to the report's own words if it has not.
func TestBreaksOffAfterTheAnswer(t *testing.T) {
	x := bridgesIndex(t)
	for _, tt := range []struct {
		name, reply, mode string
		restarts          int
	}{
		{"has the value", "2023年桥梁检测市场规模为73.2亿元‹73.2›。同比增", rag.ModeGenerated, 0},
		{"has another value", "传感器国产化率为62%‹62%›。2023年桥梁检测市场规", rag.ModeExtractive, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := llmtest.PlayFor(func(_ int, r llm.Request) llmtest.Script {
				s := llmtest.Text(withMarks(r, tt.reply))
				s.Err = &llm.Error{Failure: llm.Incomplete, Err: llmtest.ErrBrokenGenerator}
				return s
			})
			a, shown := tell(t, withModel(t, x, g, rag.Generation{}), rag.Question{Text: sizeQuestion})
			if a.Mode != tt.mode || shown.restarts != tt.restarts || !strings.Contains(a.Answer, "73.2亿元") {
				t.Errorf("%s after %d restarts: %q", a.Mode, shown.restarts, a.Answer)
			}
			if !slices.ContainsFunc(a.Notices, func(n string) bool { return strings.Contains(n, "中断") }) {
				t.Errorf("notices %q do not say that it broke off", a.Notices)
			}
		})
	}
}

// BenchmarkFaults asks each failing model -benchtime times and prints how many
// answers were lost, told twice, and given after the time budget.
func BenchmarkFaults(b *testing.B) {
	const budget = time.Second
	x := bridgesIndex(b)
	want := ask(b, withModel(b, x, nil, rag.Generation{}), rag.Question{Text: sizeQuestion})
	stop := make(chan struct{})
	b.Cleanup(func() { close(stop) })
	for _, f := range faults(stop) {
		b.Run(strings.ReplaceAll(f.name, " ", "-"), func(b *testing.B) {
			e := withModel(b, x, f.model, rag.Generation{Budget: budget})
			measureFault(b, e, want, budget)
		})
	}
}

func measureFault(b *testing.B, e *rag.Engine, want *rag.Answer, budget time.Duration) {
	var mu sync.Mutex
	var lost, doubled, late float64
	longest := 0.0
	var all sync.WaitGroup
	slots := make(chan struct{}, 4)
	for range b.N {
		slots <- struct{}{}
		all.Go(func() {
			a, l, d := standIn(b, e, want)
			mu.Lock()
			defer mu.Unlock()
			for counter, hit := range map[*float64]bool{&lost: l, &doubled: d, &late: a.TookMS > float64(budget.Milliseconds())} {
				if hit {
					*counter++
				}
			}
			longest = max(longest, a.TookMS)
			<-slots
		})
	}
	all.Wait()
	b.ReportMetric(lost, "lost")
	b.ReportMetric(doubled, "doubled")
	b.ReportMetric(late, "late")
	b.ReportMetric(longest, "longest-ms")
}
