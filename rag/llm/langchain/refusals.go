package langchain

import (
	"slices"
	"strings"
	"sync"
)

// refusals are the fields of a request that a service said it does not take.
// Services that follow OpenAI's protocol differ in them from model to model;
// all of these can be left out or, as the limit of tokens, written otherwise.
type refusals struct {
	mu     sync.Mutex
	fields []string
}

// optional are the fields that can be done without. A name that contains
// another one comes first.
func optional() []string {
	return []string{"max_completion_tokens", "max_tokens", "response_format", googleSchema, "stream_options", "temperature"}
}

// learn notes the field that a complaint names, and reports whether the request,
// which was sent knowing of those in left, is worth another try.
func (r *refusals) learn(complaint string, left []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, field := range optional() {
		if !strings.Contains(complaint, field) {
			continue
		}
		if slices.Contains(left, field) {
			return false
		}
		if !slices.Contains(r.fields, field) {
			r.fields = append(r.fields, field)
		}
		return true
	}
	return false
}

// known returns the fields that were noted so far.
func (r *refusals) known() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.fields)
}

// amend takes fields out of the body of a request to OpenAI. Of the two names
// of the limit of tokens the other one is tried, unless it is refused too.
func amend(body map[string]any, refused []string) {
	other := map[string]string{"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
	for _, field := range refused {
		value, there := body[field]
		delete(body, field)
		if name := other[field]; there && name != "" && !slices.Contains(refused, name) {
			body[name] = value
		}
	}
}
