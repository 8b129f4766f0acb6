package mcpserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// subscribing is a method whose call stays open until it is cancelled.
const subscribing = "subscriptions/listen"

// refusal is the answer to a message that is none: a JSON-RPC error.
type refusal struct {
	id      json.RawMessage // nil where the message gave none that can be used
	code    int64
	message string
	silent  bool // the message is a notification, to which JSON-RPC allows no answer
}

// encode returns the error as one line without its end.
func (r refusal) encode() []byte {
	if r.id == nil {
		r.id = json.RawMessage("null")
	}
	line, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": r.id, "error": map[string]any{"code": r.code, "message": r.message},
	})
	if err != nil {
		panic(fmt.Sprintf("encode an error: %v", err)) // unreachable: the ID was read from JSON
	}
	return line
}

// inspect looks at a message before the protocol library does: over standard
// input it would end the session at the first bad one, and its errors name Go
// types. It returns nil for a message that may be passed on.
//
// A batch, which one old version of the protocol allows, is refused.
func inspect(data []byte) *refusal {
	switch data = bytes.TrimSpace(data); {
	case !utf8.Valid(data):
		return &refusal{code: jsonrpc.CodeParseError, message: "the message is not valid UTF-8"}
	case !json.Valid(data):
		return &refusal{code: jsonrpc.CodeParseError, message: "the message is not valid JSON"}
	case data[0] == '[':
		return &refusal{code: jsonrpc.CodeInvalidRequest, message: "batches are not supported; send one message at a time"}
	case data[0] != '{':
		return &refusal{code: jsonrpc.CodeInvalidRequest, message: "the message is not a JSON object"}
	}
	var fields map[string]json.RawMessage // keys as they are, other than a struct would take them
	if err := json.Unmarshal(data, &fields); err != nil {
		return &refusal{code: jsonrpc.CodeParseError, message: "the message cannot be read"}
	}
	id, okID := usableID(fields["id"])
	invalid := func(message string) *refusal {
		return &refusal{id: id, code: jsonrpc.CodeInvalidRequest, message: message}
	}
	var method string
	_, isRequest := fields["method"]
	switch {
	case !okID:
		return invalid("id is neither a string nor a whole number")
	case string(fields["jsonrpc"]) != `"2.0"`:
		return invalid(`jsonrpc is not "2.0"`)
	case !isRequest && id == nil:
		return invalid("the message has neither a method nor an id")
	case !isRequest:
		return response(fields, invalid)
	case json.Unmarshal(fields["method"], &method) != nil || method == "":
		return invalid("method is not a string")
	}
	if why := unreadable(method, fields["params"]); why != "" {
		return &refusal{id: id, code: jsonrpc.CodeInvalidParams, message: why, silent: id == nil}
	}
	if _, err := jsonrpc.DecodeMessage(data); err != nil {
		return invalid("the message is not JSON-RPC 2.0")
	}
	return nil
}

// response checks the answer to a request of ours.
func response(fields map[string]json.RawMessage, invalid func(string) *refusal) *refusal {
	if e, ok := fields["error"]; ok {
		var wire struct {
			Code    int64  `json:"code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(e, &wire) != nil {
			return invalid("error is not a JSON-RPC error")
		}
	}
	return nil
}

// usableID returns the ID of a message, nil where it has none; false where it
// is of a kind that JSON-RPC or MCP does not allow.
func usableID(raw json.RawMessage) (json.RawMessage, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var s string
	var n int64
	if json.Unmarshal(raw, &s) == nil || json.Unmarshal(raw, &n) == nil {
		return raw, true
	}
	return nil, false
}

// unreadable says why the parameters of a method cannot be read; "" where they
// can, or where the method is not known.
func unreadable(method string, params json.RawMessage) string {
	if len(params) == 0 || string(params) == "null" {
		return "" // the protocol library knows which methods need them
	}
	if params[0] != '{' {
		return "params is not a JSON object"
	}
	into := map[string]any{
		"initialize":                &mcp.InitializeParams{},
		"notifications/initialized": &mcp.InitializedParams{},
		"ping":                      &mcp.PingParams{},
		"tools/list":                &mcp.ListToolsParams{},
		"tools/call":                &mcp.CallToolParamsRaw{},
		"resources/list":            &mcp.ListResourcesParams{},
		"resources/templates/list":  &mcp.ListResourceTemplatesParams{},
		"resources/read":            &mcp.ReadResourceParams{},
		"resources/subscribe":       &mcp.SubscribeParams{},
		"resources/unsubscribe":     &mcp.UnsubscribeParams{},
		"prompts/list":              &mcp.ListPromptsParams{},
		"prompts/get":               &mcp.GetPromptParams{},
		"completion/complete":       &mcp.CompleteParams{},
		"server/discover":           &mcp.DiscoverParams{},
		subscribing:                 &mcp.SubscriptionsListenParams{},
		"logging/setLevel": &struct {
			mcp.Meta `json:"_meta"`
			Level    string
		}{},
		"notifications/cancelled": &mcp.CancelledParams{},
		"notifications/progress":  &mcp.ProgressNotificationParams{},
	}[method]
	if into == nil {
		return ""
	}
	if err := json.Unmarshal(params, into); err != nil {
		return "params of " + method + " are not as the protocol has them"
	}
	return ""
}
