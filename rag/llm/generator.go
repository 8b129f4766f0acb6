package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Role says who wrote a message.
type Role string

// Roles.
const (
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a conversation.
type Message struct {
	Role Role
	Text string
}

// Request is one call of a generator.
type Request struct {
	System      string // instructions
	Messages    []Message
	Schema      json.RawMessage // JSON Schema of the wanted text, used where the service can; nil for free text
	MaxTokens   int             // most tokens of the reply; 0 for the service's own limit
	Temperature float64
}

// Usage counts the tokens of a call, as the service reports them; 0 where it
// does not.
type Usage struct {
	PromptTokens     int
	CompletionTokens int
}

// Reply is the whole text of a call. Reasoning is never part of it.
type Reply struct {
	Text  string
	Usage Usage
}

// Generator writes text with a language model.
//
// Generate returns the whole reply, or an error and no reply. With onText it
// also hands on every piece of the text as it arrives: the pieces joined are
// Reply.Text; an error of onText ends the call and is returned. A reply is
// complete and not empty: one that was cut off, filtered, empty or not
// readable is an *Error, also when pieces of it were handed on. A call is tried
// again within Generate only as long as no piece was handed on: nothing is said
// twice. The model's reasoning is in neither. Every failure of the service is an *Error;
// when ctx is done, Generate returns soon after with an error that wraps
// ctx.Err(). Neither errors nor replies hold keys. Generate is safe for
// concurrent use and does not modify the request. Model names the model.
type Generator interface {
	Model() string
	Generate(ctx context.Context, r Request, onText func(string) error) (*Reply, error)
}

// Failure says why a call failed; what to do follows from it.
type Failure string

// Failures.
const (
	Unavailable Failure = "unavailable"  // down, unreachable, timed out, 5xx: may pass
	RateLimited Failure = "rate limited" // passes after RetryAfter
	NoQuota     Failure = "out of quota" // does not pass by itself
	Refused     Failure = "refused"      // key or permission
	NoModel     Failure = "no such model"
	TooLong     Failure = "too long"    // the prompt exceeds the model's window
	Incomplete  Failure = "incomplete"  // cut off: length, content filter, broken stream
	Unreadable  Failure = "unreadable"  // not what the protocol promises, or empty
	BadRequest  Failure = "bad request" // the service does not take the request
)

// Error is a failed call.
type Error struct {
	Failure    Failure
	RetryAfter time.Duration // how long the service asks to wait; 0 for not said
	Err        error         // for the log; holds no key
}

func (e *Error) Error() string { return fmt.Sprintf("model: %s: %v", e.Failure, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// Passes reports whether the same call may succeed later.
func (e *Error) Passes() bool {
	switch e.Failure {
	case Unavailable, RateLimited, Incomplete, Unreadable:
		return true
	}
	return false
}
