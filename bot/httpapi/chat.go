package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/danielgtaylor/huma/v2"
)

// completionRequest is what is read of a request to /v1/chat/completions;
// other fields are ignored.
type completionRequest struct {
	Model    string    `json:"model" example:"yanbao"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream,omitempty"`
	Options  *struct {
		IncludeUsage bool `json:"include_usage,omitempty"`
	} `json:"stream_options,omitempty"`
	N              *int            `json:"n,omitempty" doc:"1: the same question has one answer"`
	Tools          []any           `json:"tools,omitempty" doc:"Not supported"`
	Functions      []any           `json:"functions,omitempty" doc:"Not supported"`
	LogProbs       bool            `json:"logprobs,omitempty" doc:"Not supported"`
	Modalities     []string        `json:"modalities,omitempty" doc:"Text alone"`
	ResponseFormat *responseFormat `json:"response_format,omitempty"`
	Yanbao         *extension      `json:"yanbao,omitempty" doc:"What the protocol has no field for"`
}

type responseFormat struct {
	Type string `json:"type" doc:"text alone"`
}

// extension is what may be asked for beyond OpenAI's protocol.
type extension struct {
	Document string `json:"document,omitempty" doc:"ID of the one document to ask"`
	Language string `json:"language,omitempty" enum:",zh,en"`
	K        int    `json:"k,omitempty" minimum:"0" maximum:"200"`
}

// message is one of a conversation.
type message struct {
	Role    string  `json:"role" enum:"system,developer,user,assistant"`
	Content content `json:"content"`
}

// content is text, or parts of which those of text count.
type content string

// UnmarshalJSON reads a text, a list of parts or null.
func (c *content) UnmarshalJSON(b []byte) error {
	var text *string
	if json.Unmarshal(b, &text) == nil {
		if text != nil {
			*c = content(*text)
		}
		return nil
	}
	var parts []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Refusal string `json:"refusal"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return errContent
	}
	var all []string
	for _, p := range parts {
		switch p.Type {
		case "text", "input_text", "output_text":
			all = append(all, p.Text)
		case "refusal":
			all = append(all, p.Refusal)
		default:
			return errContent
		}
	}
	*c = content(strings.Join(all, "\n"))
	return nil
}

// Schema implements huma.SchemaProvider.
func (content) Schema(huma.Registry) *huma.Schema {
	part := &huma.Schema{Type: huma.TypeObject, Required: []string{"type"}, Properties: map[string]*huma.Schema{
		"type": {Type: huma.TypeString, Enum: []any{"text"}}, "text": {Type: huma.TypeString}}}
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeArray, Items: part}}}
}

var errContent = refuse("messages", "unsupported_content", "the content of a message must be text, or a list of parts of type text")

// mostTurns is how many earlier turns count.
const mostTurns = 50

// parse reads a request and returns the question it asks.
func (s *server) parse(r *http.Request) (*completionRequest, rag.Question, error) {
	var in completionRequest
	var q rag.Question
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		var p *problem
		if errors.As(err, &p) {
			return nil, q, p
		}
		return nil, q, refuse("", "invalid_json", "the body must be a JSON object with model and messages, as OpenAI describes it")
	}
	if err := in.check(); err != nil {
		return nil, q, err
	}
	mode, ok := s.mode(in.Model)
	if !ok {
		return nil, q, s.noModel(in.Model)
	}
	q.Mode = mode
	if x := in.Yanbao; x != nil {
		q.Document, q.Language, q.K = x.Document, x.Language, x.K
	}
	return &in, q, in.converse(&q)
}

// check refuses what would be answered otherwise than it asks for.
func (in *completionRequest) check() error {
	unsupported := func(parameter, detail string) error { return refuse(parameter, "unsupported_parameter", detail) }
	switch {
	case in.Model == "":
		return refuse("model", "missing_required_parameter", "model is missing; GET /v1/models lists them")
	case in.N != nil && *in.N != 1:
		return unsupported("n", "n must be 1: the same question has one answer")
	case len(in.Tools) > 0:
		return unsupported("tools", "tools are not supported: this model answers from reports and calls nothing")
	case len(in.Functions) > 0:
		return unsupported("functions", "functions are not supported: this model answers from reports and calls nothing")
	case in.LogProbs:
		return unsupported("logprobs", "logprobs are not supported")
	case in.ResponseFormat != nil && in.ResponseFormat.Type != "" && in.ResponseFormat.Type != "text":
		return unsupported("response_format", "response_format must be text: for structured answers read yanbao in the response, or use /v1/ask")
	case len(in.Modalities) > 0 && strings.Join(in.Modalities, "") != "text":
		return unsupported("modalities", "modalities must be text")
	case in.Yanbao != nil && (in.Yanbao.K < 0 || in.Yanbao.K > 200 || !isLanguage(in.Yanbao.Language)):
		return refuse("yanbao", "invalid_value", "yanbao: k is from 0 to 200, language zh or en")
	}
	return nil
}

func isLanguage(s string) bool { return s == "" || s == bot.Chinese || s == bot.English }

// converse makes the last message the question and those before it turns.
func (in *completionRequest) converse(q *rag.Question) error {
	var open *rag.Turn
	for i, m := range in.Messages {
		text := string(m.Content)
		switch m.Role {
		case "system", "developer":
		case "user":
			if i == len(in.Messages)-1 {
				q.Text = text
				continue
			}
			q.History = append(q.History, rag.Turn{Question: text})
			open = &q.History[len(q.History)-1]
		case "assistant":
			if open != nil {
				open.Answer, open = withoutSources(text), nil
			}
		default:
			return refuse("messages", "invalid_value", "the role of a message must be system, developer, user or assistant")
		}
	}
	if len(in.Messages) == 0 || in.Messages[len(in.Messages)-1].Role != "user" {
		return refuse("messages", "invalid_value", "the last message must be the user's: it is the question")
	}
	q.History = q.History[max(0, len(q.History)-mostTurns):]
	return nil
}

// sourcesHeading stands between an answer and its sources.
func sourcesHeading(w bot.Wording) string {
	return "\n\n" + w.Sources + strings.TrimSpace(w.Colon) + "\n"
}

// withoutSources drops what sources has added to an answer.
func withoutSources(text string) string {
	for _, language := range []string{bot.Chinese, bot.English} {
		text, _, _ = strings.Cut(text, sourcesHeading(bot.WordingFor(language)))
	}
	return text
}

// sources is what stands behind an answer: its sources, notices, or for a
// refusal the nearest sections.
func sources(a *rag.Answer) string {
	w := bot.WordingFor(a.Language)
	var b strings.Builder
	if len(a.Citations) > 0 {
		b.WriteString(sourcesHeading(w))
	}
	for _, c := range a.Citations {
		parts := []string{bot.Reference(c.Document)}
		for _, p := range []string{bot.Path(c.Section), bot.Place(c, w), w.QuoteOpen + bot.Quote(c, 200) + w.QuoteClose, bot.Source(a, c, w)} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		fmt.Fprintf(&b, "[%d] %s\n", c.N, strings.Join(parts, w.Join))
	}
	if a.Status != rag.Answered && len(a.Related) > 0 {
		b.WriteString("\n\n" + w.Nearest + strings.TrimSpace(w.Colon) + "\n")
		for _, r := range a.Related {
			b.WriteString("- " + bot.Path(r.Section) + w.Join + bot.Shorten(r.Text, 100) + "\n")
		}
	}
	for i, n := range a.Notices {
		if i == 0 {
			b.WriteString("\n" + w.Notices + strings.TrimSpace(w.Colon) + "\n")
		}
		b.WriteString("- " + bot.Shorten(n, 0) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// annotation is a citation as OpenAI's clients know it from web search.
type annotation struct {
	Type        string      `json:"type"` // url_citation
	URLCitation urlCitation `json:"url_citation"`
}

type urlCitation struct {
	Start int    `json:"start_index"` // of the marker in the content, in code points
	End   int    `json:"end_index"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// annotations finds the markers of citations in an answer. base is put before
// links to this server.
func annotations(text string, a *rag.Answer, base string) []annotation {
	all := []annotation{}
	at := 0
	for i := 0; i < len(text); {
		n, size := marker(text[i:], len(a.Citations))
		if n == 0 {
			_, step := utf8.DecodeRuneInString(text[i:])
			i, at = i+step, at+1
			continue
		}
		c := a.Citations[n-1]
		url := c.URL
		if strings.HasPrefix(url, "/") {
			url = base + url
		}
		title := bot.Reference(c.Document)
		if p := bot.Path(c.Section); p != "" {
			title += " · " + p
		}
		all = append(all, annotation{"url_citation", urlCitation{at, at + size, url, title}})
		i, at = i+size, at+size
	}
	return all
}

// marker reads [n] at the beginning of s; 0 where there is none up to most.
func marker(s string, most int) (n, size int) {
	if !strings.HasPrefix(s, "[") {
		return 0, 0
	}
	for i := 1; i < len(s) && i < 6; i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && (i > 1 || c != '0'):
			n = 10*n + int(c-'0')
		case c == ']' && n >= 1 && n <= most:
			return n, i + 1
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// tokens estimates how many tokens a text is for a usual model: one for each
// Han character, one for four of others. Nothing is billed by it.
func tokens(text string) int {
	han, other := 0, 0
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			han++
		} else {
			other++
		}
	}
	return han + (other+3)/4
}
