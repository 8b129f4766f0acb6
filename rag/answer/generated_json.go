package answer

import (
	"encoding/json"
	"errors"
	"strings"

	"yanbao/rag/ground"
)

// jsonReader reads a reply as prompts.AnswerSchema says: each claim is given
// as soon as its object is closed.
type jsonReader struct {
	text    string
	at      int   // bytes of text that were looked at
	open    []int // where the objects and arrays stand open
	quoted  bool
	escaped bool
	done    bool // the outermost object is closed
}

// errJSON is a reply that is not the JSON that was asked for.
var errJSON = errors.New("the reply is not the JSON that was asked for")

func (r *jsonReader) feed(piece string) []written {
	r.text += piece
	var out []written
	for ; r.at < len(r.text) && !r.done; r.at++ {
		c := r.text[r.at]
		switch {
		case r.escaped:
			r.escaped = false
		case r.quoted:
			r.escaped = c == '\\'
			r.quoted = c != '"'
		case c == '"':
			r.quoted = true
		case c == '{' || c == '[':
			r.open = append(r.open, r.at)
		case (c == '}' || c == ']') && len(r.open) > 0:
			from := r.open[len(r.open)-1]
			r.open = r.open[:len(r.open)-1]
			if c == '}' && len(r.open) == 2 {
				out = append(out, readClaim(r.text[from:r.at+1])...)
			}
			r.done = len(r.open) == 0
		}
	}
	return out
}

func (r *jsonReader) end() ([]written, error) {
	var whole struct {
		Status string            `json:"status"`
		Claims []json.RawMessage `json:"claims"`
	}
	from := strings.IndexByte(r.text, '{')
	if !r.done || from < 0 || json.Unmarshal([]byte(r.text[from:r.at]), &whole) != nil || whole.Status == "" {
		return nil, errJSON
	}
	if whole.Status == "not_found" {
		return []written{{text: "NOT_FOUND"}}, nil
	}
	return nil, nil
}

// readClaim reads one element of claims; nothing for one that is malformed.
func readClaim(s string) []written {
	var c struct {
		Text      string   `json:"text"`
		Citations []int    `json:"citations"`
		Computed  []string `json:"computed"`
	}
	if json.Unmarshal([]byte(s), &c) != nil || c.Text == "" {
		return nil
	}
	w, ok := readSentence(c.Text)
	if !ok {
		return nil
	}
	w.cites = nil
	seen := make(map[int]bool)
	for _, n := range c.Citations {
		if !seen[n] && len(w.cites) < mostCited {
			seen[n] = true
			w.cites = append(w.cites, n)
		}
	}
	for _, f := range c.Computed {
		k, ok := readFormula(f)
		if !ok {
			w.flaw = Formula
			continue
		}
		w.computed = append(w.computed, printedAs(k, w.text))
	}
	return []written{w}
}

// printedAs is a computed value as the sentence prints it.
func printedAs(k ground.Computed, text string) ground.Computed {
	if !strings.Contains(text, k.Text) {
		if squeezed := strings.ReplaceAll(k.Text, " ", ""); strings.Contains(text, squeezed) {
			k.Text = squeezed
		}
	}
	return k
}

// sniffing reads text until it is clear whether it is JSON: some models write
// it unasked, others write text in its place.
type sniffing struct {
	reader
	held string
}

func (r *sniffing) feed(piece string) []written {
	if r.reader != nil {
		return r.reader.feed(piece)
	}
	r.held += piece
	body := strings.TrimSpace(r.held)
	for _, fence := range []string{"```json", "```"} {
		body = strings.TrimSpace(strings.TrimPrefix(body, fence))
	}
	switch {
	case body == "" || body == "{" || strings.HasPrefix("```json", strings.TrimSpace(r.held)):
		return nil
	case strings.HasPrefix(body, "{") && strings.HasPrefix(strings.TrimSpace(body[1:]), `"`):
		r.reader = &jsonReader{}
		return r.reader.feed(body)
	}
	r.reader = &sentenceReader{}
	return r.reader.feed(r.held)
}

func (r *sniffing) end() ([]written, error) {
	if r.reader == nil {
		r.reader = &sentenceReader{text: r.held}
	}
	return r.reader.end()
}
