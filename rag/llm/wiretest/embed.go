package wiretest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
)

// embedded returns the texts of a request for embeddings.
func embedded(body []byte) []string {
	var asked struct {
		Input    json.RawMessage `json:"input"`
		Requests []struct {
			Content struct {
				Parts []struct{ Text string }
			}
		} `json:"requests"` // Google
	}
	if json.Unmarshal(body, &asked) != nil {
		return nil
	}
	var texts []string
	for _, r := range asked.Requests {
		for _, p := range r.Content.Parts {
			texts = append(texts, p.Text)
		}
	}
	var one string
	if json.Unmarshal(asked.Input, &texts) != nil && json.Unmarshal(asked.Input, &one) == nil {
		texts = []string{one}
	}
	return texts
}

// embed answers with a vector of each text, see llmtest.UnitVector.
func (c *call) embed(body []byte) {
	texts := embedded(body)
	if slices.Contains(texts, "") || len(texts) == 0 {
		c.fail(http.StatusBadRequest, "input cannot be an empty string", "invalid_request_error")
		return
	}
	if c.script.Fault == Hang {
		c.hang()
	}
	vectors := make([]llm.Vector, len(texts))
	for i, text := range texts {
		vectors[i] = llmtest.UnitVector(text, 16)
		for j := range vectors[i] {
			vectors[i][j] *= 3 // not all services send vectors of length 1
		}
	}
	last := len(vectors) - 1
	switch c.script.Fault {
	case Missing:
		vectors = vectors[:last]
	case NotFinite:
		clear(vectors[last])
	case Uneven:
		vectors[last] = vectors[last][1:]
	}
	out := c.protocol.vectors(vectors, c.script.Fault)
	if c.script.Fault == Malformed {
		out = bytes.Replace(out, []byte(":"), []byte(";"), 1)
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Write(out)
}
