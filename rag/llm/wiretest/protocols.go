package wiretest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"yanbao/rag/llm"
)

// protocol is how a service writes.
type protocol interface {
	streams(asked *bool) bool
	streamType() string
	begin() string                // what comes before the text
	thought(text string) string   // a piece of reasoning
	piece(text string) string     // a piece of text
	malformed() string            // a message that is no JSON
	errorEvent(m string) string   // an error in a stream
	complaint(m, c string) string // the body of an error
	noModel() string              // the words for a model that is not there

	// end is the message that says why the model stopped, and what comes after.
	end(reason string, u llm.Usage) (last, done string)
	whole(text, thought, reason string, u llm.Usage) string
	vectors(v []llm.Vector, f Fault) []byte
}

// protocolOf returns what is spoken at a path, and whether it embeds.
func protocolOf(path string) (p protocol, embeds bool) {
	switch {
	case strings.HasSuffix(path, "/v1/chat/completions"):
		return openai{}, false
	case strings.HasSuffix(path, "/v1/embeddings"):
		return openai{}, true
	case path == "/api/chat":
		return ollama{}, false
	case path == "/api/embed":
		return ollama{}, true
	case strings.HasSuffix(path, "/v1/messages"):
		return anthropic{}, false
	case strings.HasSuffix(path, ":generateContent"):
		return google{}, false
	case strings.HasSuffix(path, ":streamGenerateContent"):
		return google{stream: true}, false
	case strings.HasSuffix(path, ":batchEmbedContents"):
		return google{}, true
	}
	return nil, false
}

// js writes a value as JSON, as services do: in one line.
func js(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // unreachable: maps of strings and numbers
	}
	return string(data)
}

type object = map[string]any

// openai is the protocol of OpenAI, with the reasoning of DeepSeek and others.
type openai struct{}

func (openai) streams(asked *bool) bool { return asked != nil && *asked }
func (openai) streamType() string       { return "text/event-stream; charset=utf-8" }
func (openai) malformed() string        { return "data: {\"choices\":[{\"delta\":{\"content\":\"乙\n\n" }
func (openai) noModel() string {
	return "The model `absent` does not exist or you do not have access to it."
}

func (openai) event(v any) string { return "data: " + js(v) + "\n\n" }

func (p openai) chunk(delta object, reason any) string {
	return p.event(object{"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1760000000, "model": "m-1",
		"choices": []object{{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": reason}}, "usage": nil})
}

func (p openai) begin() string {
	return ": keep-alive\n\n" + p.chunk(object{"role": "assistant", "content": ""}, nil)
}

func (p openai) thought(text string) string {
	return p.chunk(object{"content": nil, "reasoning_content": text, "reasoning": text}, nil)
}

func (p openai) piece(text string) string { return p.chunk(object{"content": text}, nil) }

func (p openai) errorEvent(m string) string {
	return p.event(object{"error": object{"message": m, "type": "server_error", "code": nil}})
}

func (openai) complaint(m, code string) string {
	return js(object{"error": object{"message": m, "type": "invalid_request_error", "param": nil, "code": code}})
}

func (p openai) end(reason string, u llm.Usage) (last, done string) {
	return p.chunk(object{}, reason), p.event(object{"id": "chatcmpl-1", "choices": []object{}, "usage": p.usage(u)}) + "data: [DONE]\n\n"
}

func (openai) usage(u llm.Usage) object {
	return object{"prompt_tokens": u.PromptTokens, "completion_tokens": u.CompletionTokens, "total_tokens": u.PromptTokens + u.CompletionTokens}
}

func (p openai) whole(text, thought, reason string, u llm.Usage) string {
	message := object{"role": "assistant", "content": text, "refusal": nil}
	if thought != "" {
		message["reasoning_content"], message["reasoning"] = thought, thought
	}
	return js(object{"id": "chatcmpl-1", "object": "chat.completion", "created": 1760000000, "model": "m-1",
		"choices": []object{{"index": 0, "message": message, "logprobs": nil, "finish_reason": reason}}, "usage": p.usage(u)})
}

func (openai) vectors(vectors []llm.Vector, f Fault) []byte {
	data := make([]object, len(vectors))
	for i, v := range vectors {
		data[i] = object{"object": "embedding", "index": i, "embedding": v}
	}
	switch f {
	case Shuffled:
		slices.Reverse(data)
	case Misnumbered:
		data[len(data)-1]["index"] = len(data)
	}
	return []byte(js(object{"object": "list", "data": data, "model": "m-1", "usage": object{"prompt_tokens": 8, "total_tokens": 8}}))
}

// ollama is the protocol of Ollama: JSON by lines, an error is a line too.
type ollama struct{}

func (ollama) streams(asked *bool) bool { return asked == nil || *asked }
func (ollama) streamType() string       { return "application/x-ndjson" }
func (ollama) begin() string            { return "" }
func (ollama) malformed() string        { return "{\"message\":{\"content\":\"乙\n" }
func (ollama) noModel() string          { return `model "absent" not found, try pulling it first` }

func (ollama) line(message object, more object) string {
	line := object{"model": "m-1", "created_at": "2025-11-03T08:00:00.0Z", "message": message, "done": false}
	for k, v := range more {
		line[k] = v
	}
	return js(line) + "\n"
}

func (p ollama) thought(text string) string {
	return p.line(object{"role": "assistant", "content": "", "thinking": text}, nil)
}

func (p ollama) piece(text string) string {
	return p.line(object{"role": "assistant", "content": text}, nil)
}

func (ollama) errorEvent(m string) string   { return js(object{"error": m}) + "\n" }
func (ollama) complaint(m, _ string) string { return js(object{"error": m}) }

func (p ollama) end(reason string, u llm.Usage) (last, done string) {
	return p.line(object{"role": "assistant", "content": ""}, p.last(reason, u)), ""
}

func (ollama) last(reason string, u llm.Usage) object {
	return object{"done": true, "done_reason": reason, "prompt_eval_count": u.PromptTokens, "eval_count": u.CompletionTokens, "total_duration": 5}
}

func (p ollama) whole(text, thought, reason string, u llm.Usage) string {
	message := object{"role": "assistant", "content": text}
	if thought != "" {
		message["thinking"] = thought
	}
	return p.line(message, p.last(reason, u))
}

func (ollama) vectors(vectors []llm.Vector, _ Fault) []byte {
	return []byte(js(object{"model": "m-1", "embeddings": vectors}))
}

// anthropic is the protocol of Anthropic's messages: thinking is a block of its
// own before the block of text.
type anthropic struct{}

func (anthropic) streams(asked *bool) bool { return asked != nil && *asked }
func (anthropic) streamType() string       { return "text/event-stream; charset=utf-8" }
func (anthropic) malformed() string {
	return "event: content_block_delta\ndata: {\"type\":\"content\n\n"
}
func (anthropic) noModel() string { return "model: absent" }

func (anthropic) event(kind string, v object) string {
	v["type"] = kind
	return fmt.Sprintf("event: %s\ndata: %s\n\n", kind, js(v))
}

func (p anthropic) begin() string {
	thinking := object{"type": "thinking", "thinking": "", "signature": ""}
	return p.event("message_start", object{"message": object{"id": "msg_1", "type": "message", "role": "assistant", "content": []any{}, "model": "m-1",
		"stop_reason": nil, "stop_sequence": nil, "usage": object{"input_tokens": usage().PromptTokens, "output_tokens": 1}}}) +
		p.event("content_block_start", object{"index": 0, "content_block": thinking}) +
		p.event("ping", object{}) +
		p.event("content_block_delta", object{"index": 0, "delta": object{"type": "signature_delta", "signature": "EqQB"}}) +
		p.event("content_block_start", object{"index": 1, "content_block": object{"type": "redacted_thinking", "data": "EmwK"}}) +
		p.event("content_block_stop", object{"index": 1}) +
		p.event("content_block_start", object{"index": 2, "content_block": object{"type": "text", "text": ""}})
}

func (p anthropic) thought(text string) string {
	return p.event("content_block_delta", object{"index": 0, "delta": object{"type": "thinking_delta", "thinking": text}})
}

func (p anthropic) piece(text string) string {
	return p.event("content_block_delta", object{"index": 2, "delta": object{"type": "text_delta", "text": text}})
}

func (p anthropic) errorEvent(m string) string {
	return p.event("error", object{"error": object{"type": "overloaded_error", "message": m}})
}

func (anthropic) complaint(m, code string) string {
	kind := map[string]string{"invalid_api_key": "authentication_error", "model_not_found": "not_found_error", "rate_limit_exceeded": "rate_limit_error",
		"server_error": "api_error", "permission_error": "permission_error"}[code]
	if kind == "" {
		kind = "invalid_request_error"
	}
	return js(object{"type": "error", "error": object{"type": kind, "message": m}, "request_id": "req_1"})
}

func (anthropic) reason(r string) string {
	return map[string]string{"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}[r]
}

func (p anthropic) end(reason string, u llm.Usage) (last, done string) {
	return p.event("content_block_stop", object{"index": 2}) +
		p.event("message_delta", object{"delta": object{"stop_reason": p.reason(reason), "stop_sequence": nil},
			"usage": object{"output_tokens": u.CompletionTokens}}), p.event("message_stop", object{})
}

func (p anthropic) whole(text, thought, reason string, u llm.Usage) string {
	content := []object{}
	if thought != "" {
		content = append(content, object{"type": "thinking", "thinking": thought, "signature": "EqQB"}, object{"type": "redacted_thinking", "data": "EmwK"})
	}
	content = append(content, object{"type": "text", "text": text})
	return js(object{"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1", "content": content, "stop_reason": p.reason(reason),
		"stop_sequence": nil, "usage": object{"input_tokens": u.PromptTokens, "output_tokens": u.CompletionTokens}})
}

func (anthropic) vectors([]llm.Vector, Fault) []byte { return nil }
