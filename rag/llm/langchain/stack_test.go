package langchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/rag/llm"
	"yanbao/rag/llm/guard"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

// TestManyCallsOfABadService puts a guard before an adapter before a service
// that fails at random, and asks it from many sides at once: every call ends
// with a whole reply or an error, nothing is said twice, the counters add up,
// and neither log nor error shows the key.
func TestManyCallsOfABadService(t *testing.T) {
	const calls = 60
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 11))
			scripts := make([]wiretest.Script, 4*calls)
			for i := range scripts {
				scripts[i].Script = llmtest.Script{Reasoning: []string{"想9家"}, Pieces: []string{"今年", "约4,2", "00家", "[1]。"}}
				scripts[i].Tagged = random.IntN(2) == 0
				if random.IntN(2) == 0 {
					scripts[i].Fault = faults[random.IntN(len(faults))].fault
				}
				if random.IntN(20) == 0 {
					scripts[i].Fault = wiretest.Hang
				}
			}
			c, _ := serve(t, p, scripts...)
			var log lockedBuffer
			g := guard.NewGenerator(open(t, c), guard.Options{
				Backoff: time.Millisecond, Rest: time.Millisecond, OpenAfter: 1000, Concurrent: 6,
				Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			var wg sync.WaitGroup
			for n := range calls {
				wg.Go(func() { oneOfMany(t, g, n) })
			}
			wg.Wait()
			checkCounters(t, g.Counters(), calls)
			if text := log.String(); text == "" || strings.Contains(text, "canary") {
				t.Errorf("log:\n%s", text)
			}
		})
	}
}

func oneOfMany(t *testing.T, g *guard.Generator, n int) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	const want = "今年约4,200家[1]。"
	var heard strings.Builder
	var onText func(string) error
	if n%3 > 0 {
		onText = func(s string) error {
			heard.WriteString(s)
			return nil
		}
	}
	r := question()
	r.Messages[0].Text += fmt.Sprint(n)
	reply, err := g.Generate(ctx, r, onText)
	var e *llm.Error
	switch {
	case err == nil && (reply.Text != want || onText != nil && heard.String() != want):
		t.Errorf("reply %q of pieces %q", reply.Text, heard.String())
	case err != nil && (reply != nil || !errors.As(err, &e) && !errors.Is(err, context.DeadlineExceeded)):
		t.Errorf("reply %+v with error %v", reply, err)
	case err != nil && strings.Contains(err.Error(), "canary"):
		t.Errorf("the key is shown: %v", err)
	case !strings.HasPrefix(want, heard.String()):
		t.Errorf("pieces %q are not the beginning of %q", heard.String(), want)
	}
}

func checkCounters(t *testing.T, c guard.Counters, calls int64) {
	t.Helper()
	sum := c.Succeeded + c.Cancelled
	for _, n := range c.Failures {
		sum += n
	}
	if c.Calls != calls || sum != calls || c.Succeeded == 0 || len(c.Failures) == 0 || c.Running != 0 || c.Waiting != 0 {
		t.Errorf("counters do not add up to %d: %+v", calls, c)
	}
	if c.PromptTokens < 21*c.Succeeded {
		t.Errorf("%d tokens for %d replies of 21", c.PromptTokens, c.Succeeded)
	}
}

// lockedBuffer is a buffer for many writers.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
