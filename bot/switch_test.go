package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

// counting answers with its name and counts the questions.
type counting struct {
	Library
	name  string
	calls atomic.Int32
	hold  chan struct{} // nil answers at once
}

func (c *counting) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return c.Stream(ctx, q, func(rag.Event) {})
}

func (c *counting) Stream(_ context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	c.calls.Add(1)
	if q.Text == "" {
		return nil, rag.ErrQuestion
	}
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 3})
	if c.hold != nil {
		<-c.hold
	}
	emit(rag.Event{Kind: rag.Delta, Delta: c.name})
	return &rag.Answer{ID: q.Text, Answer: c.name, TookMS: 1000}, nil
}

func (c *counting) Documents(context.Context) []rag.DocumentView {
	return []rag.DocumentView{{DocumentRef: rag.DocumentRef{ID: "d", Edition: c.name}}}
}

// A question that is under way ends with the engine that it began with, which
// is closed after that and not before.
func TestSwitch(t *testing.T) {
	ctx := context.Background()
	old, next := &counting{name: "old", hold: make(chan struct{})}, &counting{name: "next"}
	var closed atomic.Bool
	s := NewSwitch(ctx, old, func() { closed.Store(true) })
	before := s.Edition(ctx)
	begun, answered := make(chan struct{}), make(chan string)
	go func() {
		a, err := s.Stream(ctx, rag.Question{Text: "问"}, func(e rag.Event) {
			if e.Kind == rag.Retrieved {
				close(begun)
			}
		})
		if err != nil {
			t.Error(err)
		}
		answered <- a.Answer
	}()
	<-begun
	s.Replace(ctx, next, nil)
	if a, err := s.Ask(ctx, rag.Question{Text: "问"}); err != nil || a.Answer != "next" {
		t.Errorf("Ask after Replace = %v, %v", a, err)
	}
	if closed.Load() {
		t.Error("closed while a question is under way")
	}
	if s.Edition(ctx) == before {
		t.Error("another edition has the same name")
	}
	close(old.hold)
	if got := <-answered; got != "old" {
		t.Errorf("question under way was answered by %s", got)
	}
	if !closed.Load() {
		t.Error("not closed after its last question")
	}
}

func TestSwitchConcurrent(t *testing.T) {
	ctx := context.Background()
	var closed atomic.Int32
	s := NewSwitch(ctx, &counting{name: "0"}, func() { closed.Add(1) })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if _, err := s.Ask(ctx, rag.Question{Text: "问"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 50 {
		s.Replace(ctx, &counting{name: fmt.Sprint(i)}, func() { closed.Add(1) })
	}
	wg.Wait()
	if n := closed.Load(); n != 50 {
		t.Errorf("%d of 51 closed, want all but the last", n)
	}
}

func TestCache(t *testing.T) {
	ctx := context.Background()
	e := &counting{name: "答"}
	c := NewCache(e, 2, func(q rag.Question) bool { return q.Mode != "generated" })
	ask := func(q rag.Question) (*rag.Answer, []rag.Event) {
		t.Helper()
		var events []rag.Event
		a, err := c.Stream(ctx, q, func(e rag.Event) { events = append(events, e) })
		if err != nil {
			t.Fatal(err)
		}
		return a, events
	}
	first, told := ask(rag.Question{Text: "甲"})
	again, toldAgain := ask(rag.Question{Text: "甲"})
	if e.calls.Load() != 1 {
		t.Errorf("%d calls for the same question", e.calls.Load())
	}
	if diff := cmp.Diff(told, toldAgain); diff != "" {
		t.Errorf("told otherwise the second time (-first +second):\n%s", diff)
	}
	if again.Answer != first.Answer || time.Duration(again.TookMS)*time.Millisecond >= time.Second {
		t.Errorf("second answer %+v", again)
	}
	ask(rag.Question{Text: "甲", Language: "en"}) // other options, other answer
	ask(rag.Question{Text: "乙"})                 // the third, so that the first goes
	if e.calls.Load() != 3 {
		t.Errorf("%d calls, want 3", e.calls.Load())
	}
	ask(rag.Question{Text: "甲"})
	if e.calls.Load() != 4 {
		t.Errorf("%d calls, want 4: the cache holds more than 2 answers", e.calls.Load())
	}
	ask(rag.Question{Text: "丙", Mode: "generated"})
	ask(rag.Question{Text: "丙", Mode: "generated"})
	if e.calls.Load() != 6 {
		t.Errorf("%d calls, want 6: a generated answer was remembered", e.calls.Load())
	}
	for range 2 {
		if _, err := c.Ask(ctx, rag.Question{}); !errors.Is(err, rag.ErrQuestion) {
			t.Errorf("Ask: %v", err)
		}
	}
	if e.calls.Load() != 8 {
		t.Error("an error was remembered")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Ask(cancelled, rag.Question{Text: "甲"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask with a cancelled context: %v", err)
	}
}

func BenchmarkCache(b *testing.B) {
	c := NewCache(&counting{name: "答"}, 1000, nil)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := c.Ask(context.Background(), rag.Question{Text: fmt.Sprint(i % 500)}); err != nil {
				b.Error(err)
			}
		}
	})
}
