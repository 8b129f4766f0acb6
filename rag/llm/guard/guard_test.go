package guard

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Time in these tests is that of a bubble of testing/synctest: waits take none.

func TestConforms(t *testing.T) {
	llmtest.RunGenerator(t, func(_ *testing.T, s llmtest.Script) llm.Generator {
		return NewGenerator(llmtest.Play(s), Options{Tries: 1, OpenAfter: 100})
	})
	llmtest.RunEmbedder(t, func(*testing.T) llm.Embedder { return NewEmbedder(llmtest.Fake{}, Options{}) })
}

func ask(text string) llm.Request {
	return llm.Request{Messages: []llm.Message{{Role: llm.User, Text: text}}}
}

// failing is a script of a failure.
func failing(f llm.Failure, after time.Duration, pieces ...string) llmtest.Script {
	return llmtest.Script{Pieces: pieces, Err: &llm.Error{Failure: f, RetryAfter: after, Err: errors.New("broken on purpose")}}
}

// half is a source of chance without any: waits are three quarters of the full.
func half() float64 { return 0.5 }

func TestTriesAgain(t *testing.T) {
	for _, test := range []struct {
		name    string
		scripts []llmtest.Script
		o       Options
		took    time.Duration
		calls   int
		want    llm.Failure // "" for a reply
	}{
		{"at once", []llmtest.Script{llmtest.Text("好")}, Options{}, 0, 1, ""},
		{"after one failure", []llmtest.Script{failing(llm.Unavailable, 0), llmtest.Text("好")}, Options{}, 375 * time.Millisecond, 2, ""},
		{"after two", []llmtest.Script{failing(llm.Unreadable, 0), failing(llm.Incomplete, 0), llmtest.Text("好")}, Options{}, 1125 * time.Millisecond, 3, ""},
		{"as long as asked", []llmtest.Script{failing(llm.RateLimited, 7*time.Second), llmtest.Text("好")}, Options{}, 7 * time.Second, 2, ""},
		{"never again", []llmtest.Script{failing(llm.Unavailable, 0)}, Options{}, 1125 * time.Millisecond, 3, llm.Unavailable},
		{"what does not pass", []llmtest.Script{failing(llm.NoModel, 0)}, Options{}, 0, 1, llm.NoModel},
		{"what is wrong with the request", []llmtest.Script{failing(llm.TooLong, 0)}, Options{}, 0, 1, llm.TooLong},
		{"too late for the budget", []llmtest.Script{failing(llm.RateLimited, 2*time.Minute)}, Options{}, 0, 1, llm.RateLimited},
		{"patient with a limit", []llmtest.Script{failing(llm.RateLimited, time.Second)}, Options{Tries: 2, Patience: 4}, 3500 * time.Millisecond, 4, llm.RateLimited},
		{"not with an outage", []llmtest.Script{failing(llm.Unavailable, time.Second)}, Options{Tries: 2, Patience: 4}, time.Second, 2, llm.Unavailable},
		{"one try", []llmtest.Script{failing(llm.Unavailable, 0), llmtest.Text("好")}, Options{Tries: 1}, 0, 1, llm.Unavailable},
		{"slower and slower", []llmtest.Script{failing(llm.Unavailable, 0)}, Options{Tries: 8, OpenAfter: 9, Budget: time.Hour},
			375*127*time.Millisecond - (24000-15000)*time.Millisecond, 8, llm.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.o.Random = half
				inner := llmtest.Play(test.scripts...)
				began := time.Now()
				reply, err := NewGenerator(inner, test.o).Generate(t.Context(), ask("问"), nil)
				if took := time.Since(began); took != test.took || inner.Calls() != test.calls {
					t.Errorf("took %v and %d calls, want %v and %d", took, inner.Calls(), test.took, test.calls)
				}
				var e *llm.Error
				if test.want == "" && (err != nil || reply.Text != "好") {
					t.Errorf("reply %+v, error %v, want 好", reply, err)
				}
				if test.want != "" && (!errors.As(err, &e) || e.Failure != test.want || reply != nil) {
					t.Errorf("reply %+v, error %v, want %s", reply, err, test.want)
				}
			})
		})
	}
}

func TestNothingIsShownTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := llmtest.Play(failing(llm.Incomplete, 0, "今年"), llmtest.Text("今年好"))
		var shown strings.Builder
		_, err := NewGenerator(inner, Options{}).Generate(t.Context(), ask("问"), func(s string) error {
			shown.WriteString(s)
			return nil
		})
		var e *llm.Error
		if !errors.As(err, &e) || e.Failure != llm.Incomplete || shown.String() != "今年" || inner.Calls() != 1 {
			t.Errorf("shown %q, error %v, %d calls; want what came once, and %s", shown.String(), err, inner.Calls(), llm.Incomplete)
		}
	})
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGenerator(llmtest.Hanging(), Options{Budget: 5 * time.Second})
		began := time.Now()
		_, err := g.Generate(t.Context(), ask("问"), nil)
		var e *llm.Error
		if !errors.As(err, &e) || e.Failure != llm.Unavailable || time.Since(began) != 5*time.Second {
			t.Errorf("error %v after %v, want %s after 5s", err, time.Since(began), llm.Unavailable)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := g.Generate(ctx, ask("问"), nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := g.Generate(ctx, ask("问"), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
	})
}

// A retry that would end after the deadline even at the best speed seen is not
// made.
func TestRetryFitsTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := llmtest.PlayFor(func(call int, _ llm.Request) llmtest.Script {
			gate := make(chan struct{})
			time.AfterFunc(4*time.Second, func() { close(gate) })
			if call == 1 {
				return failing(llm.Unavailable, 0)
			}
			return llmtest.Script{Pieces: []string{"好"}, Gate: gate}
		})
		g := NewGenerator(slow, Options{Random: half})
		if _, err := g.Generate(t.Context(), ask("一"), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		began := time.Now()
		_, err := g.Generate(ctx, ask("二"), nil)
		var e *llm.Error
		if !errors.As(err, &e) || time.Since(began) != 0 || slow.Calls() != 2 {
			t.Errorf("error %v after %v and %d calls, want the failure at once", err, time.Since(began), slow.Calls())
		}
	})
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		inner := llmtest.PlayFor(func(int, llm.Request) llmtest.Script {
			if down {
				return failing(llm.Unavailable, 0)
			}
			return llmtest.Text("好")
		})
		g := NewGenerator(inner, Options{Tries: 1, OpenAfter: 3, Rest: 10 * time.Second})
		call := func(want llm.Failure, asked bool) {
			t.Helper()
			before := inner.Calls()
			_, err := g.Generate(t.Context(), ask("问"), nil)
			var e *llm.Error
			if want == "" && err != nil || want != "" && (!errors.As(err, &e) || e.Failure != want) {
				t.Errorf("error %v, want %q", err, want)
			}
			if got := inner.Calls() > before; got != asked {
				t.Errorf("asked %v, want %v", got, asked)
			}
		}
		state := func(want Circuit) {
			t.Helper()
			if got := g.Counters().Circuit; got != want {
				t.Errorf("circuit %s, want %s", got, want)
			}
		}
		for range 3 {
			state(Closed)
			call(llm.Unavailable, true)
		}
		state(Open)
		call(llm.Unavailable, false)
		time.Sleep(10 * time.Second)
		state(HalfOpen)
		call(llm.Unavailable, true) // the probe fails
		state(Open)
		time.Sleep(10 * time.Second)
		call(llm.Unavailable, false) // it rests twice as long now
		time.Sleep(10 * time.Second)
		down = false
		call("", true)
		state(Closed)
		call("", true)
		if c := g.Counters(); c.NotAsked != 2 {
			t.Errorf("%d calls not asked, want 2", c.NotAsked)
		}
	})
}

func TestBreakerOpensAtOnceForWhatDoesNotPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := llmtest.Failing(llm.NoQuota)
		g := NewGenerator(inner, Options{})
		for range 3 {
			_, err := g.Generate(t.Context(), ask("问"), nil)
			var e *llm.Error
			if !errors.As(err, &e) || e.Failure != llm.NoQuota {
				t.Errorf("error %v, want %s", err, llm.NoQuota)
			}
		}
		if inner.Calls() != 1 {
			t.Errorf("%d calls, want 1", inner.Calls())
		}
	})
}

func TestBreakerIgnoresWhatIsNotTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, f := range []llm.Failure{llm.TooLong, llm.BadRequest} {
			g := NewGenerator(llmtest.Failing(f), Options{OpenAfter: 1})
			for range 3 {
				g.Generate(t.Context(), ask("问"), nil)
			}
			if c := g.Counters(); c.Circuit != Closed || c.Failures[f] != 3 {
				t.Errorf("%s: circuit %s after %d failures, want %s", f, c.Circuit, c.Failures[f], Closed)
			}
		}
		g := NewGenerator(llmtest.Hanging(), Options{OpenAfter: 1})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		g.Generate(ctx, ask("问"), nil)
		if c := g.Counters(); c.Circuit != Closed || c.Cancelled != 1 {
			t.Errorf("given up by the caller: circuit %s, cancelled %d", c.Circuit, c.Cancelled)
		}
	})
}

// One probe at a time: the others are refused while it is on its way.
func TestOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		inner := llmtest.PlayFor(func(call int, _ llm.Request) llmtest.Script {
			if call == 0 {
				return failing(llm.Unavailable, 0)
			}
			return llmtest.Script{Pieces: []string{"好"}, Gate: gate}
		})
		g := NewGenerator(inner, Options{Tries: 1, OpenAfter: 1, Rest: time.Second})
		g.Generate(t.Context(), ask("问"), nil)
		time.Sleep(time.Second)
		probe := make(chan error)
		go func() {
			_, err := g.Generate(t.Context(), ask("问"), nil)
			probe <- err
		}()
		synctest.Wait()
		if _, err := g.Generate(t.Context(), ask("问"), nil); err == nil || inner.Calls() != 2 {
			t.Errorf("a second probe: error %v, %d calls", err, inner.Calls())
		}
		close(gate)
		if err := <-probe; err != nil {
			t.Errorf("the probe: %v", err)
		}
	})
}

func TestConcurrentCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		inner := llmtest.Play(llmtest.Script{Pieces: []string{"好"}, Gate: gate})
		g := NewGenerator(inner, Options{Concurrent: 2})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := g.Generate(t.Context(), ask("问"), nil); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if c := g.Counters(); inner.Calls() != 2 || c.Waiting != 3 || c.Running != 5 {
			t.Errorf("%d calls at once, %d wait, %d run; want 2, 3 and 5", inner.Calls(), c.Waiting, c.Running)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := g.Generate(ctx, ask("问"), nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call that gets no place: %v, want %v", err, context.DeadlineExceeded)
		}
		close(gate)
		wg.Wait()
		if c := g.Counters(); c.Succeeded != 5 || c.Running != 0 || c.Waiting != 0 || c.Circuit != Closed {
			t.Errorf("after: %+v", c)
		}
	})
}

func TestCache(t *testing.T) {
	inner := llmtest.PlayFor(func(_ int, r llm.Request) llmtest.Script { return llmtest.Text("答" + r.Messages[0].Text) })
	g := NewGenerator(inner, Options{CacheBytes: 2 * (overhead + len("答一"))})
	get := func(r llm.Request, calls int) {
		t.Helper()
		var heard string
		reply, err := g.Generate(t.Context(), r, func(s string) error {
			heard += s
			return nil
		})
		if err != nil || reply.Text != "答"+r.Messages[0].Text || heard != reply.Text || inner.Calls() != calls {
			t.Errorf("reply %+v, heard %q, error %v after %d calls, want %d", reply, heard, err, inner.Calls(), calls)
		}
	}
	get(ask("一"), 1)
	get(ask("一"), 1)
	get(ask("二"), 2)
	get(ask("一"), 2)
	get(ask("三"), 3) // the second is what was used longest ago
	get(ask("一"), 3)
	get(ask("二"), 4)
	other := ask("二")
	other.System = "另一个提示"
	get(other, 5)
	get(ask(strings.Repeat("长", 1000)), 6)
	get(ask(strings.Repeat("长", 1000)), 7) // too long to keep
	if c := g.Counters(); c.CacheHits != 3 || c.Calls != 7 || c.CacheBytes == 0 || c.CacheBytes > 2*(overhead+6) {
		t.Errorf("%d hits, %d calls, %d bytes; want 3, 7 and within the limit", c.CacheHits, c.Calls, c.CacheBytes)
	}
	stop := errors.New("enough")
	if _, err := g.Generate(t.Context(), other, func(string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of onText for a remembered reply: %v", err)
	}
	failed := NewGenerator(llmtest.Play(failing(llm.BadRequest, 0), llmtest.Text("好")), Options{CacheBytes: 1000})
	if _, err := failed.Generate(t.Context(), ask("问"), nil); err == nil {
		t.Fatal("no error")
	}
	if reply, err := failed.Generate(t.Context(), ask("问"), nil); err != nil || reply.Text != "好" {
		t.Errorf("after a failure: %+v, %v", reply, err)
	}
}

func TestCounters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := llmtest.PlayFor(func(call int, _ llm.Request) llmtest.Script {
			gate := make(chan struct{})
			time.AfterFunc(time.Second, func() { close(gate) })
			if call == 0 {
				return failing(llm.Unavailable, 0)
			}
			return llmtest.Script{Pieces: []string{"好好好"}, Gate: gate}
		})
		g := NewGenerator(inner, Options{Random: half, Price: Price{Prompt: 2, Completion: 8, Currency: "CNY"}})
		for range 2 {
			if _, err := g.Generate(t.Context(), ask("问一问"), nil); err != nil {
				t.Fatal(err)
			}
		}
		c := g.Counters()
		if c.Model != "scripted" || c.Calls != 2 || c.Succeeded != 2 || c.Retries != 1 || c.PromptTokens != 6 || c.CompletionTokens != 6 {
			t.Errorf("counters %+v", c)
		}
		if want := (6*2 + 6*8) / 1e6; c.Cost != want || c.Currency != "CNY" {
			t.Errorf("cost %v %s, want %v CNY", c.Cost, c.Currency, want)
		}
		if want := 2375 * time.Millisecond; c.LatencySum != want {
			t.Errorf("latency %v, want %v", c.LatencySum, want)
		}
		for _, b := range c.Latency {
			want := int64(2)
			switch {
			case b.AtMost != 0 && b.AtMost < time.Second:
				want = 0
			case b.AtMost == time.Second:
				want = 1
			}
			if b.Calls != want {
				t.Errorf("%d calls within %v, want %d", b.Calls, b.AtMost, want)
			}
		}
	})
}

func TestEmbedderRidesThroughALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &limited{Fake: llmtest.Fake{}, left: 2}
		g := NewEmbedder(e, Options{Tries: 5})
		began := time.Now()
		v, err := g.Embed(t.Context(), llm.TaskDocument, []string{"甲", "乙"})
		if err != nil || len(v) != 2 || time.Since(began) != 6*time.Second {
			t.Errorf("%d vectors, error %v after %v; want 2 after 6s", len(v), err, time.Since(began))
		}
		if c := g.Counters(); c.Retries != 2 || c.Succeeded != 1 {
			t.Errorf("counters %+v", c)
		}
	})
}

func TestEmbedderDoesNotKeepAQuestionWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &limited{Fake: llmtest.Fake{}, left: 100}
		began := time.Now()
		_, err := NewEmbedder(e, Options{Tries: 50, OpenAfter: 100, Budget: time.Hour}).Embed(t.Context(), llm.TaskQuery, []string{"问"})
		var failed *llm.Error
		if !errors.As(err, &failed) || time.Since(began) != 3*time.Second || e.left != 98 {
			t.Errorf("error %v after %v and %d calls, want the failure after 3s and 2", err, time.Since(began), 100-e.left)
		}
	})
}

// limited is an embedder that refuses the first calls.
type limited struct {
	llmtest.Fake
	left int
}

func (l *limited) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	if l.left--; l.left >= 0 {
		return nil, &llm.Error{Failure: llm.RateLimited, RetryAfter: 3 * time.Second, Err: errors.New("slow down")}
	}
	return l.Fake.Embed(ctx, task, texts)
}

func TestLogHoldsNoPrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		g := NewGenerator(llmtest.Play(failing(llm.Unavailable, 0)), Options{Log: log})
		g.Generate(t.Context(), ask("秘密的问题"), nil)
		if out.Len() == 0 || strings.Contains(out.String(), "秘密") {
			t.Errorf("log %q, want failures without the prompt", out.String())
		}
	})
}
