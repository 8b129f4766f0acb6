package llmtest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"yanbao/rag/llm"
)

// Script is what a service does in one call: it sends the pieces, then ends
// well, or with Err, or hangs.
type Script struct {
	Pieces    []string // of the text
	Reasoning []string // sent before the text by a model that thinks aloud; never part of a reply
	Err       error    // how the call ends after the pieces; nil for well
	Hang      bool     // after the pieces nothing comes until ctx is done

	// Gate, if not nil, is received from before each piece and before the end,
	// so that a test says when the service goes on. Closed, it holds nothing up.
	Gate <-chan struct{}
}

// Text is the script of a reply that comes rune by rune.
func Text(text string) Script { return Script{Pieces: strings.Split(text, "")} }

// Scripted is a generator that plays scripts and remembers what it was asked.
// It is safe for concurrent use.
type Scripted struct {
	Name string // of the model, "" for "scripted"

	choose   func(call int, r llm.Request) Script
	mu       sync.Mutex
	requests []llm.Request
}

var _ llm.Generator = (*Scripted)(nil)

// Play returns a generator that plays one script a call, the last one again
// and again. Without scripts every call is empty.
func Play(scripts ...Script) *Scripted {
	return PlayFor(func(call int, _ llm.Request) Script {
		if len(scripts) == 0 {
			return Script{}
		}
		return scripts[min(call, len(scripts)-1)]
	})
}

// PlayFor returns a generator that plays what choose returns for a request;
// calls are counted from 0.
func PlayFor(choose func(call int, r llm.Request) Script) *Scripted {
	return &Scripted{choose: choose}
}

// Model returns s.Name or "scripted".
func (s *Scripted) Model() string {
	if s.Name != "" {
		return s.Name
	}
	return "scripted"
}

// Requests returns what was asked so far, in order.
func (s *Scripted) Requests() []llm.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Calls returns the number of calls so far.
func (s *Scripted) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// Generate plays the next script. Its tokens are counted as runes.
func (s *Scripted) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	call := len(s.requests)
	r.Messages = slices.Clone(r.Messages)
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	return s.choose(call, r).play(ctx, r, onText)
}

func (s Script) play(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	var text strings.Builder
	for _, piece := range s.Pieces {
		if err := s.wait(ctx); err != nil {
			return nil, err
		}
		text.WriteString(piece)
		if onText == nil || piece == "" {
			continue
		}
		if err := onText(piece); err != nil {
			return nil, err
		}
	}
	if s.Hang {
		<-ctx.Done()
	}
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	if s.Err != nil {
		return nil, s.Err
	}
	if strings.TrimSpace(text.String()) == "" {
		return nil, &llm.Error{Failure: llm.Unreadable, Err: errors.New("the reply is empty")}
	}
	usage := llm.Usage{CompletionTokens: len([]rune(text.String()))}
	for _, m := range r.Messages {
		usage.PromptTokens += len([]rune(m.Text))
	}
	return &llm.Reply{Text: text.String(), Usage: usage}, nil
}

// wait returns when the service goes on, or with the error of ctx.
func (s Script) wait(ctx context.Context) error {
	if s.Gate != nil {
		select {
		case <-s.Gate:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// Echo replies with the prompt, so that a test sees exactly what a model would:
// the instructions, a blank line, then each message as "role: text".
type Echo struct{}

var _ llm.Generator = Echo{}

// Model returns "echo".
func (Echo) Model() string { return "echo" }

// Generate returns the prompt, line by line.
func (Echo) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return Script{Pieces: slices.Collect(strings.Lines(Prompt(r)))}.play(ctx, r, onText)
}

// Prompt is the text that Echo replies with.
func Prompt(r llm.Request) string {
	var b strings.Builder
	b.WriteString(r.System)
	for _, m := range r.Messages {
		fmt.Fprintf(&b, "\n\n%s: %s", m.Role, m.Text)
	}
	return b.String()
}

// Liar alters what another generator says and says it as well.
type Liar struct {
	llm.Generator
	Alter func(text string) string // nil for AlterNumbers
}

// Generate returns the altered reply; its pieces are cut where the original
// ones were, and come only when the whole is known.
func (l Liar) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	var lengths []int
	reply, err := l.Generator.Generate(ctx, r, func(piece string) error {
		lengths = append(lengths, len([]rune(piece)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	alter := l.Alter
	if alter == nil {
		alter = AlterNumbers
	}
	rest := []rune(alter(reply.Text))
	script := Script{}
	for _, n := range lengths {
		n = min(n, len(rest))
		script.Pieces = append(script.Pieces, string(rest[:n]))
		rest = rest[n:]
	}
	script.Pieces = append(script.Pieces, string(rest))
	return script.play(ctx, r, onText)
}

// marks are citations as [1], [1,2] or 【1】, which AlterNumbers leaves alone.
var marks = regexp.MustCompile(`[\[【][\d,，\s]*[\]】]|\d`)

// AlterNumbers raises every digit outside of citation marks by one, 9 to 0:
// 294.16亿元[1] becomes 305.27亿元[1].
func AlterNumbers(text string) string {
	return marks.ReplaceAllStringFunc(text, func(s string) string {
		if len(s) > 1 {
			return s
		}
		return string('0' + (s[0]-'0'+1)%10)
	})
}

// Dead is a service that is down: every call is refused at once.
func Dead() *Scripted {
	return Play(Script{Err: &llm.Error{Failure: llm.Unavailable, Err: errors.New("connection refused")}})
}

// Failing is a service that fails every call in that way, after the pieces.
func Failing(failure llm.Failure, pieces ...string) *Scripted {
	return Play(Script{Pieces: pieces, Err: &llm.Error{Failure: failure, Err: ErrBrokenGenerator}})
}

// CutOff is a service whose stream ends after the pieces.
func CutOff(pieces ...string) *Scripted { return Failing(llm.Incomplete, pieces...) }

// Empty is a service that replies with nothing.
func Empty() *Scripted { return Play(Script{}) }

// Hanging is a service that sends the pieces and then nothing until ctx is
// done.
func Hanging(pieces ...string) *Scripted { return Play(Script{Pieces: pieces, Hang: true}) }

// RetryLater is a service that limits the rate of calls.
func RetryLater(after time.Duration) *Scripted {
	return Play(Script{Err: &llm.Error{Failure: llm.RateLimited, RetryAfter: after, Err: ErrBrokenGenerator}})
}

// ErrBrokenGenerator is what the broken generators of this package fail with.
var ErrBrokenGenerator = errors.New("llmtest: generator broken on purpose")

// Careless breaks the contract: whatever happens in g, an empty text, a cut-off
// text or an error, comes back as a reply without an error.
type Careless struct{ llm.Generator }

// Generate returns what was handed on until the end, however that was.
func (c Careless) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	var text strings.Builder
	_, _ = c.Generator.Generate(ctx, r, func(piece string) error {
		text.WriteString(piece)
		if onText != nil {
			return onText(piece)
		}
		return nil
	})
	return &llm.Reply{Text: text.String()}, nil
}
