package answer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yanbao/rag/llm"
)

// Call is what one call of a model came to.
type Call struct {
	Purpose string // "answer", "repair", "condense", "rewrite" or "scope"
	Usage   llm.Usage
	First   time.Duration // until the first piece of text; 0 where none came
	Took    time.Duration
	Err     error // why it failed
}

// errEnough ends a call whose further text is not needed.
var errEnough = errors.New("enough")

// errEmpty is a reply without a text from a service that says it went well.
var errEmpty = &llm.Error{Failure: llm.Unreadable, Err: errors.New("the reply is empty")}

// Ask calls a model and hands the pieces of its text to take, in the caller's
// goroutine, until take returns false. It returns when the model has ended or
// ctx is done, whether the model heeds ctx or not, and turns a panic of the
// model's code into an error: whoever waits for the answer gets one.
func Ask(ctx context.Context, model llm.Generator, purpose string, r llm.Request, take func(piece string) bool) (*llm.Reply, Call) {
	start := time.Now()
	call := Call{Purpose: purpose}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pieces, ended := make(chan string), make(chan outcome, 1)
	go generate(ctx, model, r, pieces, ended)
	var text strings.Builder
	for {
		select {
		case piece := <-pieces:
			if call.First == 0 {
				call.First = time.Since(start)
			}
			text.WriteString(piece)
			if !take(piece) {
				call.Took = time.Since(start)
				return &llm.Reply{Text: text.String()}, call
			}
		case o := <-ended:
			call.Took, call.Err = time.Since(start), o.err
			if o.err != nil {
				return nil, call
			}
			call.Usage = o.reply.Usage
			if rest, ok := strings.CutPrefix(o.reply.Text, text.String()); ok && rest != "" {
				take(rest)
			}
			return o.reply, call
		case <-ctx.Done():
			call.Took, call.Err = time.Since(start), context.Cause(ctx)
			return nil, call
		}
	}
}

type outcome struct {
	reply *llm.Reply
	err   error
}

// generate runs one call in a goroutine of its own; it ends with the call.
func generate(ctx context.Context, model llm.Generator, r llm.Request, pieces chan<- string, ended chan<- outcome) {
	var o outcome
	defer func() {
		if p := recover(); p != nil {
			o = outcome{err: &llm.Error{Failure: llm.Unreadable, Err: fmt.Errorf("the model's code failed: %v", p)}}
		}
		ended <- o
	}()
	o.reply, o.err = model.Generate(ctx, r, func(piece string) error {
		select {
		case pieces <- piece:
			return nil
		case <-ctx.Done():
			return errEnough
		}
	})
	if o.err == nil && (o.reply == nil || strings.TrimSpace(o.reply.Text) == "") {
		o = outcome{err: errEmpty}
	}
}
