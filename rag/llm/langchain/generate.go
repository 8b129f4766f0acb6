package langchain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"yanbao/rag/llm"
)

// Generator writes text with the model of a Config.
type Generator struct {
	config  Config
	model   llms.Model
	refused refusals
}

var _ llm.Generator = (*Generator)(nil)

// New returns the generator of a model. It calls nobody.
func New(c Config) (*Generator, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	d, err := c.Protocol.dialect()
	if err != nil {
		return nil, err
	}
	m, err := d.client(c, c.httpClient(d))
	if err != nil {
		return nil, fmt.Errorf("langchain: model %s: %s", c.Name, redact(err.Error(), c.Key))
	}
	return &Generator{config: c, model: m}, nil
}

// Model returns Config.Name.
func (g *Generator) Model() string { return g.config.Name }

// Generate asks the model; with onText the reply is streamed. Where the service
// does not take a field of the request it is asked again without.
func (g *Generator) Generate(ctx context.Context, r llm.Request, onText func(string) error) (*llm.Reply, error) {
	for {
		x := &exchange{request: r, stream: onText != nil || g.config.Streams, refused: &g.refused}
		reply, err := g.once(ctx, x, onText)
		var e *llm.Error
		if !errors.As(err, &e) || e.Failure != llm.BadRequest || !g.refused.learn(e.Err.Error(), x.left) {
			return reply, err
		}
	}
}

func (g *Generator) once(ctx context.Context, x *exchange, onText func(string) error) (*llm.Reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("model %s: %w", g.config.Name, err)
	}
	shown := newText(g.config.Model, g.config.Key, onText)
	options := []llms.CallOption{llms.WithTemperature(x.request.Temperature), llms.WithMaxTokens(x.request.MaxTokens)}
	if x.stream {
		options = append(options, llms.WithStreamingFunc(func(_ context.Context, piece []byte) error {
			if onText == nil {
				shown.hold(string(piece))
				return nil
			}
			return shown.add(string(piece))
		}))
	}
	response, err := g.model.GenerateContent(x.with(ctx), messages(x.request), options...)
	if shown.err != nil {
		return nil, shown.err
	}
	if done := ctx.Err(); done != nil {
		return nil, fmt.Errorf("model %s: %w", g.config.Name, done)
	}
	if e := g.outcome(x, err); e != nil {
		return nil, e
	}
	if !x.stream {
		for _, choice := range response.Choices {
			shown.hold(choice.Content)
		}
	}
	if err := shown.close(); err != nil {
		return nil, err
	}
	text := shown.text()
	if strings.TrimSpace(text) == "" {
		return nil, unreadable("the reply is empty")
	}
	return &llm.Reply{Text: text, Usage: x.tokens()}, nil
}

// outcome says how the call failed, nil where it did not. What the transport
// saw goes before what langchaingo made of it.
func (g *Generator) outcome(x *exchange, err error) error {
	if e := x.failed(); e != nil {
		return e
	}
	if err != nil {
		return unreadable("%s", redact(brief(err.Error()), g.config.Key))
	}
	if !x.whole() {
		return &llm.Error{Failure: llm.Incomplete, Err: errors.New("the service did not say that the reply is whole")}
	}
	return nil
}

// messages returns the request in langchaingo's words.
func messages(r llm.Request) []llms.MessageContent {
	out := make([]llms.MessageContent, 0, len(r.Messages)+1)
	if r.System != "" {
		out = append(out, llms.TextParts(llms.ChatMessageTypeSystem, r.System))
	}
	for _, m := range r.Messages {
		role := llms.ChatMessageTypeHuman
		if m.Role == llm.Assistant {
			role = llms.ChatMessageTypeAI
		}
		out = append(out, llms.TextParts(role, m.Text))
	}
	return out
}
