// Package langchain speaks to language models and embedders through
// langchaingo: OpenAI and every service that speaks its protocol, Ollama,
// Anthropic and Google.
//
// langchaingo leaves out what matters when a call fails: streams that break
// off, hold errors or no JSON at all end without an error there. So every
// answer of a service passes a transport of this package first, which reads
// it, notes how it ends and hands on only what langchaingo understands; what
// it noted decides. The package retries nothing, counts nothing and keeps
// nothing: see rag/llm/guard.
package langchain

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Protocol is what a service speaks.
type Protocol string

// Protocols.
const (
	OpenAI    Protocol = "openai"    // chat completions and embeddings of OpenAI, and the many services that follow them
	Ollama    Protocol = "ollama"    // /api/chat and /api/embed
	Anthropic Protocol = "anthropic" // messages
	Google    Protocol = "google"    // generateContent and batchEmbedContents of Gemini
)

// Structured says how a service is told the JSON Schema of a reply.
type Structured string

// Ways of telling.
const (
	NoSchema   Structured = ""            // it cannot be told; Request.Schema is ignored
	JSONSchema Structured = "json_schema" // with the schema
	JSONObject Structured = "json_object" // that it is JSON, without the schema
)

// Config names a model at a service.
type Config struct {
	Name     string // what Model returns, for example "openai:gpt-4o"
	Protocol Protocol
	BaseURL  string // with the version, for example https://api.openai.com/v1; Ollama without
	Model    string
	Key      string // "" for services that take none

	Structured Structured // OpenAI only; Ollama and Google take a schema, Anthropic does not
	NewLimit   bool       // OpenAI only: the limit of tokens is sent as max_completion_tokens
	Streams    bool       // replies are streamed also where nobody listens: some models have no other way
	Window     int        // Ollama only: tokens of prompt and reply together; 0 for the service's own
	Batch      int        // embedders: texts in one call; 0 for 64
	Longest    int        // embedders: runes of a text, the rest is left out; 0 for 6,000

	Transport http.RoundTripper // nil for one of its own
}

// HoldsSchema reports whether the service holds a reply to Request.Schema.
func (c Config) HoldsSchema() bool {
	return c.Structured == JSONSchema || c.Protocol == Ollama || c.Protocol == Google
}

// check refuses what cannot work.
func (c Config) check() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case c.Name == "" || c.Model == "":
		return errors.New("langchain: no model is named")
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("langchain: model %s: the base URL is not one like https://host/v1", c.Name)
	case u.User != nil || u.RawQuery != "":
		return fmt.Errorf("langchain: model %s: a base URL holds no user name, key or query", c.Name)
	case strings.ContainsAny(c.Key, "\r\n\x00"):
		return fmt.Errorf("langchain: model %s: the key holds a line break", c.Name)
	}
	return nil
}

// key is what is sent as the key: langchaingo takes no empty one.
func (c Config) key() string {
	if c.Key == "" {
		return "none"
	}
	return c.Key
}

// router is a dialect whose requests go elsewhere than langchaingo sends them.
type router interface {
	route(r *http.Request, c Config, x *exchange)
}

// dialect is what differs between protocols.
type dialect interface {
	// client returns langchaingo's client.
	client(c Config, h *http.Client) (llms.Model, error)
	// amend adds to the body of a request what langchaingo cannot say.
	amend(body map[string]any, c Config, x *exchange)
	// event reads one message of a stream and returns what langchaingo is to
	// read instead of it, if anything.
	event(data []byte, x *exchange) ([]byte, error)
	// whole reads the body of a reply that is not streamed, likewise.
	whole(data []byte, x *exchange) ([]byte, error)
}

func (p Protocol) dialect() (dialect, error) {
	switch p {
	case OpenAI:
		return openaiDialect{}, nil
	case Ollama:
		return ollamaDialect{}, nil
	case Anthropic:
		return anthropicDialect{}, nil
	case Google:
		return googleDialect{}, nil
	}
	return nil, fmt.Errorf("langchain: unknown protocol %q", p)
}

// httpClient returns a client whose answers are watched. It follows no
// redirection, which would carry the key to another address.
func (c Config) httpClient(d dialect) *http.Client {
	base := c.Transport
	if base == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = 16
		own.TLSHandshakeTimeout = 10 * time.Second
		base = own
	}
	return &http.Client{
		Transport:     &watch{base: base, config: c, dialect: d},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
