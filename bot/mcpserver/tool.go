package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// tool is one tool over its arguments and its structured result.
type tool[In, Out any] struct {
	name, title, description string

	input  func(*jsonschema.Schema) // narrows the schema of In
	output func(*jsonschema.Schema) // describes the schema of Out

	// call does the work. The content is what people and models without
	// structured results read; Out must marshal to what its schema says.
	call func(ctx context.Context, r *mcp.CallToolRequest, in In) (Out, []mcp.Content, error)
}

// addTool registers a tool. What is the caller's to mend, and faults of ours,
// come back as results that are marked as errors, so that a model reads them; a
// protocol error is left for a call that was cancelled.
func addTool[In, Out any](s *Server, t tool[In, Out]) {
	no := false
	input, output := schemaOf[In](), schemaOf[Out]()
	if t.input != nil {
		t.input(input)
	}
	if t.output != nil {
		t.output(output)
	}
	s.mcp.AddTool(&mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description,
		InputSchema: input, OutputSchema: output,
		Annotations: &mcp.ToolAnnotations{
			Title: t.title, ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no,
		},
	}, func(ctx context.Context, r *mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
		defer func() {
			if v := recover(); v != nil {
				s.log.Error("mcp: panic", "tool", t.name, "panic", v, "stack", string(debug.Stack()))
				result, err = toolError(internalText), nil
			}
		}()
		var in In
		if err := decodeArguments(r.Params.Arguments, &in, input); err != nil {
			return toolError(t.name + ": " + err.Error()), nil
		}
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		out, content, err := t.call(ctx, r, in)
		if err != nil {
			return s.failed(ctx, t.name, err)
		}
		structured, err := json.Marshal(out)
		if err != nil {
			return s.failed(ctx, t.name, fmt.Errorf("marshal the result: %w", err))
		}
		return &mcp.CallToolResult{Content: content, StructuredContent: json.RawMessage(structured)}, nil
	})
}

// failed says what became of a call that did not succeed.
func (s *Server) failed(ctx context.Context, name string, err error) (*mcp.CallToolResult, error) {
	switch {
	case usable(err):
		return toolError(name + ": " + err.Error()), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return toolError(name + ": " + timeoutText), nil
	}
	s.log.Error("mcp: tool failed", "tool", name, "error", err)
	return toolError(internalText), nil
}

func toolError(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

func text(s string) []mcp.Content { return []mcp.Content{&mcp.TextContent{Text: s}} }

// schemaOf infers the schema of a type: arrays and objects are never null, for
// clients that know no lists of types.
func schemaOf[T any]() *jsonschema.Schema {
	s, err := jsonschema.For[T](nil)
	if err != nil {
		panic(fmt.Sprintf("schema of %T: %v", *new(T), err)) // unreachable: the types are ours, every test makes them
	}
	walk(s, func(s *jsonschema.Schema) {
		if len(s.Types) == 2 && s.Types[0] == "null" {
			s.Type, s.Types = s.Types[1], nil
		}
	})
	return s
}

// walk visits a schema and those of its properties and items.
func walk(s *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	if s == nil {
		return
	}
	visit(s)
	walk(s.Items, visit)
	for _, p := range s.Properties {
		walk(p, visit)
	}
}

// decodeArguments reads the arguments of a call and says in plain words what
// is wrong with them.
func decodeArguments(data json.RawMessage, in any, schema *jsonschema.Schema) error {
	if len(bytes.TrimSpace(data)) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return argumentProblem(err, schema)
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(data, &given); err != nil {
		return argumentf("the arguments are not a JSON object")
	}
	for _, name := range schema.Required {
		if v, ok := given[name]; !ok || string(v) == "null" {
			return argumentf("the argument %s is missing: %s", name, schema.Properties[name].Description)
		}
	}
	return nil
}

func argumentProblem(err error, schema *jsonschema.Schema) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		if mismatch.Field == "" {
			return argumentf("the arguments must be a JSON object, not %s", article(mismatch.Value))
		}
		return argumentf("the argument %s must be %s, not %s", mismatch.Field, kind(mismatch.Type), article(mismatch.Value))
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return argumentf("there is no argument %s; use %s", name, strings.Join(schema.PropertyOrder, ", "))
	}
	return argumentf("the arguments are not valid JSON")
}

// kind names what a Go type reads from JSON.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array"
	case reflect.Int:
		return "a whole number"
	}
	return "an object"
}

// article names a JSON value as encoding/json describes it: "string", "number 1.5".
func article(value string) string {
	what, rest, _ := strings.Cut(value, " ")
	switch what {
	case "array", "object":
		return "an " + what
	case "bool":
		return "a truth value"
	case "number":
		return strings.TrimSpace("the number " + rest)
	}
	return "a " + what
}
