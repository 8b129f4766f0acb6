package slacktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
)

//go:embed blockkit.schema.json
var blockKit []byte

// schemas are the parts of the schema that are checked, by name.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Resolved, error) {
	out := make(map[string]*jsonschema.Resolved)
	for _, name := range []string{"message", "modal"} {
		var s jsonschema.Schema
		if err := json.Unmarshal(blockKit, &s); err != nil {
			return nil, err
		}
		s.Ref = "#/$defs/" + name
		r, err := s.Resolve(nil)
		if err != nil {
			return nil, err
		}
		out[name] = r
	}
	return out, nil
})

// Limits of a message as a whole. The sum of text is what Slack is known to
// refuse with msg_blocks_too_long.
const (
	mostBlockText = 13200
	mostText      = 40000
	mostUpdate    = 4000
	mostMarkdown  = 12000
	mostView      = 250000 // bytes
)

// mention finds what Slack would turn into a mention, a channel name or a
// command of its own.
var mention = regexp.MustCompile(`<[@!#]`)

// CheckBlocks says what breaks Slack's limits in the blocks of a message given
// as a JSON array; nil where nothing does.
func CheckBlocks(blocks []byte) error {
	if err := validate("message", []byte(`{"blocks":`+string(blocks)+`}`)); err != nil {
		return err
	}
	var list []any
	if err := json.Unmarshal(blocks, &list); err != nil {
		return fmt.Errorf("invalid_blocks: %w", err)
	}
	n := 0
	walk(list, func(key, s string) {
		if key == "text" {
			n += utf8.RuneCountInString(s)
		}
	})
	if n > mostBlockText {
		return fmt.Errorf("msg_blocks_too_long: %d characters of text, at most %d", n, mostBlockText)
	}
	return unique(list)
}

// CheckView is CheckBlocks for a modal given as a JSON object.
func CheckView(view []byte) error {
	if len(view) > mostView {
		return fmt.Errorf("view_too_large: %d bytes", len(view))
	}
	if err := validate("modal", view); err != nil {
		return err
	}
	var v struct{ Blocks []any }
	if err := json.Unmarshal(view, &v); err != nil {
		return err
	}
	return unique(v.Blocks)
}

func validate(name string, data []byte) error {
	all, err := schemas()
	if err != nil {
		return fmt.Errorf("slacktest: the schema cannot be used: %w", err)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("invalid_blocks: %w", err)
	}
	if err := all[name].Validate(v); err != nil {
		return fmt.Errorf("invalid_blocks: %w", err)
	}
	return nil
}

// unique checks what a schema cannot: IDs are unique in their place, and
// mrkdwn mentions nobody.
func unique(blocks []any) error {
	seen := make(map[string]bool)
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		if id, _ := block["block_id"].(string); id != "" {
			if seen[id] {
				return fmt.Errorf("invalid_blocks: block_id %q twice", id)
			}
			seen[id] = true
		}
		actions := make(map[string]bool)
		elements, _ := block["elements"].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			if id, _ := element["action_id"].(string); id != "" {
				if actions[id] {
					return fmt.Errorf("invalid_blocks: action_id %q twice in a block", id)
				}
				actions[id] = true
			}
		}
	}
	return mentions(blocks)
}

// mentions finds mrkdwn that mentions somebody.
func mentions(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := mentions(e); err != nil {
				return err
			}
		}
	case map[string]any:
		if s, _ := v["text"].(string); v["type"] == "mrkdwn" && mention.MatchString(s) {
			return fmt.Errorf("mrkdwn would mention somebody: %q", s)
		}
		for _, e := range v {
			if err := mentions(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// walk calls f for every string below v with the key that it stands under.
func walk(v any, f func(key, s string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, f)
		}
	case map[string]any:
		for k, e := range v {
			if s, ok := e.(string); ok {
				f(k, s)
			} else {
				walk(e, f)
			}
		}
	}
}
