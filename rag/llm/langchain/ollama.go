package langchain

import (
	"encoding/json"
	"net/http"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"
)

// ollamaDialect is the protocol of Ollama.
type ollamaDialect struct{}

func (ollamaDialect) client(c Config, h *http.Client) (llms.Model, error) {
	return ollama.New(ollama.WithServerURL(c.BaseURL), ollama.WithModel(c.Model), ollama.WithHTTPClient(h))
}

func (ollamaDialect) amend(body map[string]any, c Config, x *exchange) {
	if x.texts > 0 {
		return
	}
	// Left out, stream means true to Ollama, and so langchaingo would get lines
	// where one reply was wanted.
	body["stream"] = x.stream
	options, _ := body["options"].(map[string]any)
	if options == nil {
		options = map[string]any{}
		body["options"] = options
	}
	if c.Window > 0 {
		// Without it Ollama cuts a prompt to its default of a few thousand
		// tokens and says nothing.
		options["num_ctx"] = c.Window
	}
	delete(body, "format")
	if len(x.request.Schema) > 0 {
		body["format"] = x.request.Schema
	}
}

// ollamaReply is a line of a stream, or a whole reply; what a model thinks is
// in a field of its own, which is not read.
type ollamaReply struct {
	Message         *openaiText `json:"message"`
	Done            bool        `json:"done"`
	DoneReason      string      `json:"done_reason"`
	PromptEvalCount int         `json:"prompt_eval_count"`
	EvalCount       int         `json:"eval_count"`
}

func (ollamaDialect) read(data []byte, x *exchange) (*ollamaReply, error) {
	var r ollamaReply
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	if r.Message == nil {
		r.Message = &openaiText{}
	}
	if !r.Done {
		return &r, nil
	}
	x.count(r.PromptEvalCount, r.EvalCount)
	if r.DoneReason == "" { // before version 0.3
		r.DoneReason = "stop"
	}
	return &r, x.finish(r.DoneReason)
}

func ollamaLine(text string, done bool) []byte {
	line, _ := json.Marshal(map[string]any{"message": map[string]string{"role": "assistant", "content": text}, "done": done})
	return append(line, '\n')
}

func (d ollamaDialect) event(data []byte, x *exchange) ([]byte, error) {
	r, err := d.read(data, x)
	if r == nil || (r.Message.Content == "" && !r.Done) {
		return nil, err
	}
	var out []byte
	pieces(r.Message.Content, func(s string) { out = append(out, ollamaLine(s, false)...) })
	if r.Done {
		out = append(out, ollamaLine("", true)...)
	}
	return out, err
}

func (d ollamaDialect) whole(data []byte, x *exchange) ([]byte, error) {
	r, err := d.read(data, x)
	if err != nil {
		return nil, err
	}
	return ollamaLine(r.Message.Content, true), nil
}
