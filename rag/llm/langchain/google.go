package langchain

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"yanbao/rag/llm"
)

// googleDialect is the protocol of Google's Gemini. langchaingo's own client
// for it brings a retired library with 39 modules; so its client for OpenAI is
// used, and the transport writes and reads Google's messages in its place.
type googleDialect struct{ openaiDialect }

func (d googleDialect) client(c Config, h *http.Client) (llms.Model, error) {
	return d.openaiDialect.client(c, h)
}

// route sends a request to the method that it is for.
func (googleDialect) route(r *http.Request, c Config, x *exchange) {
	method := "generateContent"
	switch {
	case x.texts > 0:
		method = "batchEmbedContents"
	case x.stream:
		method = "streamGenerateContent"
	}
	base, _, _ := strings.Cut(r.URL.Path, "/chat/completions")
	base = strings.TrimSuffix(base, "/embeddings")
	r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: base + "/models/" + c.Model + ":" + method}
	if x.stream {
		r.URL.RawQuery = "alt=sse"
	}
	r.Header.Del("Authorization")
	if c.Key != "" {
		r.Header.Set("X-Goog-Api-Key", c.Key)
	}
}

// googleSchema is the field of a schema, which older models do not take.
const googleSchema = "responseJsonSchema"

type googleContent struct {
	Role  string       `json:"role,omitempty"`
	Parts []googlePart `json:"parts"`
}

type googlePart struct {
	Text    string `json:"text"`
	Thought bool   `json:"thought,omitempty"` // what the model thinks
}

func googleText(role, text string) googleContent {
	return googleContent{role, []googlePart{{Text: text}}}
}

// amend writes Google's request in the place of OpenAI's.
func (googleDialect) amend(body map[string]any, c Config, x *exchange) {
	input, _ := body["input"].([]any)
	clear(body)
	if x.texts > 0 {
		googleEmbedding(body, input, c, x)
		return
	}
	var contents []googleContent
	for _, m := range x.request.Messages {
		role := "user"
		if m.Role == llm.Assistant {
			role = "model"
		}
		contents = append(contents, googleText(role, m.Text))
	}
	body["contents"] = contents
	if x.request.System != "" {
		body["systemInstruction"] = googleText("", x.request.System)
	}
	settings := map[string]any{"temperature": x.request.Temperature}
	if n := x.request.MaxTokens; n > 0 {
		settings["maxOutputTokens"] = n
	}
	if len(x.request.Schema) > 0 && !slices.Contains(x.left, googleSchema) {
		settings["responseMimeType"] = "application/json"
		settings[googleSchema] = x.request.Schema
	}
	body["generationConfig"] = settings
}

// googleEmbedding asks for vectors, and says what the texts are.
func googleEmbedding(body map[string]any, input []any, c Config, x *exchange) {
	kind := "RETRIEVAL_DOCUMENT"
	if x.task == llm.TaskQuery {
		kind = "RETRIEVAL_QUERY"
	}
	requests := make([]any, len(input))
	for i, text := range input {
		s, _ := text.(string)
		requests[i] = map[string]any{"model": "models/" + c.Model, "content": googleText("", s), "taskType": kind}
	}
	body["requests"] = requests
}

// googleReply is a message of a stream, or a whole reply.
type googleReply struct {
	Candidates []struct {
		Content      googleContent `json:"content"`
		FinishReason string        `json:"finishReason"`
	} `json:"candidates"`
	PromptFeedback struct {
		BlockReason string `json:"blockReason"`
	} `json:"promptFeedback"`
	UsageMetadata struct {
		PromptTokens    int `json:"promptTokenCount"`
		CandidateTokens int `json:"candidatesTokenCount"`
		ThoughtTokens   int `json:"thoughtsTokenCount"`
	} `json:"usageMetadata"`
}

// read notes tokens and the reason for the stop, and returns the text without
// thoughts.
func (googleDialect) read(data []byte, x *exchange) (string, error) {
	var r googleReply
	if err := json.Unmarshal(data, &r); err != nil {
		return "", err
	}
	u := r.UsageMetadata
	x.count(u.PromptTokens, u.CandidateTokens+u.ThoughtTokens)
	if r.PromptFeedback.BlockReason != "" {
		return "", stopped("content_filter")
	}
	if len(r.Candidates) == 0 {
		return "", nil
	}
	var text strings.Builder
	for _, part := range r.Candidates[0].Content.Parts {
		if !part.Thought {
			text.WriteString(part.Text)
		}
	}
	if reason := r.Candidates[0].FinishReason; reason != "" {
		return text.String(), x.finish(reason)
	}
	return text.String(), nil
}

func (d googleDialect) event(data []byte, x *exchange) ([]byte, error) {
	text, err := d.read(data, x)
	return openaiEvents(text), err
}

func (d googleDialect) whole(data []byte, x *exchange) ([]byte, error) {
	text, err := d.read(data, x)
	if err != nil {
		return nil, err
	}
	return openaiWhole(text)
}
