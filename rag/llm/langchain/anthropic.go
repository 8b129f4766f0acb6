package langchain

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
)

// anthropicDialect is the protocol of Anthropic's messages.
type anthropicDialect struct{}

func (anthropicDialect) client(c Config, h *http.Client) (llms.Model, error) {
	return anthropic.New(anthropic.WithToken(c.key()), anthropic.WithBaseURL(c.BaseURL), anthropic.WithModel(c.Model), anthropic.WithHTTPClient(h))
}

// anthropicTokens is the limit where none is asked for: the protocol demands
// one, and langchaingo's own of 2,048 is short for a model that thinks.
const anthropicTokens = 8192

// fewestTokens is the limit that every model takes, for one that refused a
// higher one.
const fewestTokens = 4096

func (anthropicDialect) amend(body map[string]any, _ Config, x *exchange) {
	if x.request.MaxTokens == 0 {
		body["max_tokens"] = anthropicTokens
	}
	if slices.Contains(x.left, "max_tokens") {
		body["max_tokens"] = fewestTokens
	}
	if slices.Contains(x.left, "temperature") {
		delete(body, "temperature")
	}
}

// anthropicEvent is a message of a stream, as far as it matters: what a model
// thinks, and signatures of it, are not read.
type anthropicEvent struct {
	Type    string `json:"type"`
	Index   int    `json:"index"`
	Message struct {
		Usage anthropicUsage `json:"usage"`
	} `json:"message"`
	ContentBlock struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"content_block"`
	Delta struct {
		Type       string `json:"type"`
		Text       string `json:"text"`
		StopReason string `json:"stop_reason"`
	} `json:"delta"`
	Usage anthropicUsage `json:"usage"`
}

type anthropicUsage struct {
	InputTokens         int `json:"input_tokens"`
	OutputTokens        int `json:"output_tokens"`
	CacheReadTokens     int `json:"cache_read_input_tokens"`
	CacheCreationTokens int `json:"cache_creation_input_tokens"`
}

func (u anthropicUsage) noted(x *exchange) {
	x.count(u.InputTokens+u.CacheReadTokens+u.CacheCreationTokens, u.OutputTokens)
}

// event turns a message into the text of one single block: langchaingo fails
// on kinds of blocks that it does not know, and prints kinds of messages.
func (anthropicDialect) event(data []byte, x *exchange) ([]byte, error) {
	var e anthropicEvent
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	switch e.Type {
	case "message_start":
		e.Message.Usage.noted(x)
		return []byte(`data: {"type":"message_start","message":{"usage":{"input_tokens":0}}}` + "\n\n" +
			`data: {"type":"content_block_start","index":0,"content_block":{"type":"text"}}` + "\n\n"), nil
	case "content_block_start":
		return anthropicText(e.ContentBlock.Text), nil
	case "content_block_delta":
		if e.Delta.Type == "text_delta" {
			return anthropicText(e.Delta.Text), nil
		}
	case "message_delta":
		e.Usage.noted(x)
		if e.Delta.StopReason == "" {
			return nil, nil
		}
		// The reply is whole now; langchaingo needs the last message, which may
		// be lost.
		return []byte(`data: {"type":"message_stop"}` + "\n\n"), x.finish(e.Delta.StopReason)
	}
	return nil, nil
}

func anthropicText(text string) []byte {
	if text == "" {
		return nil
	}
	var out bytes.Buffer
	pieces(text, func(s string) {
		line, _ := json.Marshal(map[string]any{"type": "content_block_delta", "index": 0,
			"delta": map[string]string{"type": "text_delta", "text": s}})
		out.WriteString("data: " + string(line) + "\n\n")
	})
	return out.Bytes()
}

func (anthropicDialect) whole(data []byte, x *exchange) ([]byte, error) {
	var r struct {
		Content []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"content"`
		StopReason string         `json:"stop_reason"`
		Usage      anthropicUsage `json:"usage"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	r.Usage.noted(x)
	if err := x.finish(r.StopReason); err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, block := range r.Content {
		if block.Type == "text" {
			text.WriteString(block.Text)
		}
	}
	return json.Marshal(map[string]any{"stop_reason": "end_turn",
		"content": []any{map[string]string{"type": "text", "text": text.String()}}})
}
