package langchain

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
)

// openaiDialect is the protocol of OpenAI's chat completions.
type openaiDialect struct{}

func (openaiDialect) client(c Config, h *http.Client) (llms.Model, error) {
	return openai.New(openai.WithToken(c.key()), openai.WithBaseURL(c.BaseURL), openai.WithModel(c.Model),
		openai.WithEmbeddingModel(c.Model), openai.WithHTTPClient(h), openai.WithOrganization(""))
}

// fixedTemperature are models that refuse any temperature but their own.
var fixedTemperature = regexp.MustCompile(`(?i)^(o\d|gpt-5)`)

func (openaiDialect) amend(body map[string]any, c Config, x *exchange) {
	if x.texts > 0 {
		body["encoding_format"] = "float"
		return
	}
	if limit, ok := body["max_completion_tokens"]; ok && !c.NewLimit {
		delete(body, "max_completion_tokens")
		body["max_tokens"] = limit
	}
	if fixedTemperature.MatchString(c.Model) {
		delete(body, "temperature")
	}
	addSchema(body, c, x)
	amend(body, x.left)
}

// addSchema asks for JSON where that is wanted and the service can.
func addSchema(body map[string]any, c Config, x *exchange) {
	if len(x.request.Schema) == 0 {
		return
	}
	switch c.Structured {
	case JSONSchema:
		body["response_format"] = map[string]any{"type": "json_schema",
			"json_schema": map[string]any{"name": "reply", "strict": true, "schema": x.request.Schema}}
	case JSONObject:
		// Without the word JSON in the prompt the services refuse this.
		if asksForJSON(x) {
			body["response_format"] = map[string]any{"type": "json_object"}
		}
	}
}

func asksForJSON(x *exchange) bool {
	prompt := x.request.System
	for _, m := range x.request.Messages {
		prompt += m.Text
	}
	return strings.Contains(strings.ToLower(prompt), "json")
}

// openaiReply is a message of a stream, or a whole reply; what a model thinks
// (reasoning_content, reasoning) is not read.
type openaiReply struct {
	Choices []struct {
		Delta        openaiText `json:"delta"`
		Message      openaiText `json:"message"`
		FinishReason string     `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
}

type openaiText struct {
	Content string `json:"content"`
}

// read notes tokens and the reason for the stop, and returns the text.
func (openaiDialect) read(data []byte, x *exchange, text func(openaiReply) string) (string, error) {
	var r openaiReply
	if err := json.Unmarshal(data, &r); err != nil {
		return "", err
	}
	if r.Usage != nil {
		x.count(r.Usage.PromptTokens, r.Usage.CompletionTokens)
	}
	if len(r.Choices) == 0 {
		return "", nil
	}
	if reason := r.Choices[0].FinishReason; reason != "" {
		if err := x.finish(reason); err != nil {
			return text(r), err
		}
	}
	return text(r), nil
}

func (d openaiDialect) event(data []byte, x *exchange) ([]byte, error) {
	text, err := d.read(data, x, func(r openaiReply) string { return r.Choices[0].Delta.Content })
	return openaiEvents(text), err
}

// openaiEvents is a piece of text as langchaingo's client for OpenAI reads it.
func openaiEvents(text string) []byte {
	if text == "" {
		return nil
	}
	var out bytes.Buffer
	pieces(text, func(s string) {
		line, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"delta": openaiText{s}}}})
		out.WriteString("data: " + string(line) + "\n\n")
	})
	return out.Bytes()
}

func (d openaiDialect) whole(data []byte, x *exchange) ([]byte, error) {
	text, err := d.read(data, x, func(r openaiReply) string { return r.Choices[0].Message.Content })
	if err != nil {
		return nil, err
	}
	return openaiWhole(text)
}

// openaiWhole is a reply as langchaingo's client for OpenAI reads it.
func openaiWhole(text string) ([]byte, error) {
	return json.Marshal(map[string]any{"choices": []any{
		map[string]any{"message": map[string]any{"role": "assistant", "content": text}, "finish_reason": "stop"}}})
}
