package wiretest

import (
	"net/http"

	"yanbao/rag/llm"
)

// google is the protocol of Gemini: the method says whether a reply is
// streamed, thoughts are parts of their own, and nothing follows the last
// message.
type google struct{ stream bool }

func (g google) streams(*bool) bool { return g.stream }
func (google) streamType() string   { return "text/event-stream" }
func (google) malformed() string    { return "data: {\"candidates\": [{\r\n\r\n" }
func (google) noModel() string {
	return "models/absent is not found for API version v1beta, or is not supported for generateContent."
}

func (google) event(v any) string { return "data: " + js(v) + "\r\n\r\n" }

func (google) parts(parts []object, more object) object {
	candidate := object{"content": object{"role": "model", "parts": parts}, "index": 0}
	for k, v := range more {
		candidate[k] = v
	}
	return object{"candidates": []object{candidate}, "modelVersion": "m-1", "responseId": "r-1"}
}

func (g google) begin() string {
	return g.event(object{"usageMetadata": object{"promptTokenCount": usage().PromptTokens}, "modelVersion": "m-1"})
}

func (g google) thought(text string) string {
	return g.event(g.parts([]object{{"text": text, "thought": true}}, nil))
}

func (g google) piece(text string) string { return g.event(g.parts([]object{{"text": text}}, nil)) }

func (g google) errorEvent(m string) string { return g.event(g.failure(503, m, "UNAVAILABLE")) }

func (google) failure(status int, m, kind string) object {
	return object{"error": object{"code": status, "message": m, "status": kind}}
}

func (g google) complaint(m, code string) string {
	kinds := map[string]object{
		"invalid_api_key":     g.failure(http.StatusUnauthorized, m, "UNAUTHENTICATED"),
		"permission_error":    g.failure(http.StatusForbidden, m, "PERMISSION_DENIED"),
		"model_not_found":     g.failure(http.StatusNotFound, m, "NOT_FOUND"),
		"rate_limit_exceeded": g.failure(http.StatusTooManyRequests, m, "RESOURCE_EXHAUSTED"),
		"insufficient_quota":  g.failure(http.StatusTooManyRequests, m, "RESOURCE_EXHAUSTED"),
		"server_error":        g.failure(http.StatusServiceUnavailable, m, "UNAVAILABLE"),
	}
	if kind, ok := kinds[code]; ok {
		return js(kind)
	}
	return js(g.failure(http.StatusBadRequest, m, "INVALID_ARGUMENT"))
}

func (google) usage(u llm.Usage) object {
	return object{"promptTokenCount": u.PromptTokens, "candidatesTokenCount": u.CompletionTokens - 4, "thoughtsTokenCount": 4,
		"totalTokenCount": u.PromptTokens + u.CompletionTokens}
}

func (g google) last(parts []object, reason string, u llm.Usage) object {
	names := map[string]string{"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
	reply := g.parts(parts, object{"finishReason": names[reason]})
	reply["usageMetadata"] = g.usage(u)
	return reply
}

func (g google) end(reason string, u llm.Usage) (last, done string) {
	return g.event(g.last([]object{{"text": ""}}, reason, u)), ""
}

func (g google) whole(text, thought, reason string, u llm.Usage) string {
	var parts []object
	if thought != "" {
		parts = append(parts, object{"text": thought, "thought": true})
	}
	return js(g.last(append(parts, object{"text": text}), reason, u))
}

func (google) vectors(vectors []llm.Vector, _ Fault) []byte {
	list := make([]object, len(vectors))
	for i, v := range vectors {
		list[i] = object{"values": v}
	}
	return []byte(js(object{"embeddings": list}))
}
