package langchain

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is a key that must be seen nowhere.
const canary = "sk-canary-0123456789abcdefghijklmnopqrstuv"

// protocols that generate.
var protocols = []Protocol{OpenAI, Ollama, Anthropic, Google}

// serve starts a server and returns the configuration of its model.
func serve(t *testing.T, p Protocol, scripts ...wiretest.Script) (Config, *wiretest.Server) {
	t.Helper()
	s := wiretest.Start(scripts...)
	c := Config{Name: string(p) + ":m-1", Protocol: p, BaseURL: s.URL + "/v1", Model: "m-1", Key: canary}
	if p == Ollama {
		c.BaseURL = s.URL
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	c.Transport = transport
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
	})
	return c, s
}

func open(t *testing.T, c Config) *Generator {
	t.Helper()
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGeneratorsConform(t *testing.T) {
	for _, p := range protocols {
		for _, tagged := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/tagged=%v", p, tagged), func(t *testing.T) {
				llmtest.RunGenerator(t, func(t *testing.T, s llmtest.Script) llm.Generator {
					script := wiretest.For(s)
					script.Tagged = tagged
					c, _ := serve(t, p, script)
					c.Streams = tagged
					return open(t, c)
				})
			})
		}
	}
}

func contextFor(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{
		{},
		{Name: "m", Model: "m", Protocol: OpenAI, BaseURL: "api.example.org/v1"},
		{Name: "m", Model: "m", Protocol: OpenAI, BaseURL: "ftp://example.org"},
		{Name: "m", Model: "m", Protocol: OpenAI, BaseURL: "https://user:" + canary + "@example.org"},
		{Name: "m", Model: "m", Protocol: OpenAI, BaseURL: "https://example.org?key=" + canary},
		{Name: "m", Model: "m", Protocol: "other", BaseURL: "https://example.org"},
		{Name: "m", Model: "m", Protocol: OpenAI, BaseURL: "https://example.org", Key: canary + "\n"},
	} {
		g, err := New(c)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("New(%+v) = %v, %v; want an error without the key", c, g, err)
		}
	}
	if _, err := NewEmbedder(Config{Name: "m", Model: "m", Protocol: Anthropic, BaseURL: "https://example.org"}); err == nil {
		t.Error("an embedder of a service that has none is made")
	}
}

// sent generates with a schema and returns the body of the request.
func sent(t *testing.T, c Config, s *wiretest.Server, r llm.Request) map[string]any {
	t.Helper()
	if _, err := open(t, c).Generate(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	requests := s.Requests()
	var body map[string]any
	if err := json.Unmarshal(requests[len(requests)-1].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func TestSchema(t *testing.T) {
	schema := json.RawMessage(`{"type":"object"}`)
	object := map[string]any{"type": "object"}
	for _, test := range []struct {
		name     string
		protocol Protocol
		how      Structured
		system   string
		field    string
		want     any
	}{
		{"with the schema", OpenAI, JSONSchema, "", "response_format",
			map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": "reply", "strict": true, "schema": object}}},
		{"JSON of any schema", OpenAI, JSONObject, "Reply in JSON.", "response_format", map[string]any{"type": "json_object"}},
		{"JSON not asked for", OpenAI, JSONObject, "回答。", "response_format", nil},
		{"not taken", OpenAI, NoSchema, "JSON", "response_format", nil},
		{"Ollama", Ollama, NoSchema, "", "format", object},
		{"Anthropic", Anthropic, NoSchema, "", "format", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, s := serve(t, test.protocol, wiretest.Script{Script: llmtest.Text("{}")})
			c.Structured = test.how
			r := question()
			r.System, r.Schema = test.system, schema
			if got := sent(t, c, s, r)[test.field]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s = %v, want %v", test.field, got, test.want)
			}
		})
	}
}

func TestLimitsAndTemperature(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   map[string]any // nil for not sent
	}{
		{Config{Protocol: OpenAI, Model: "m"}, map[string]any{"max_tokens": 100., "max_completion_tokens": nil, "temperature": 0.}},
		{Config{Protocol: OpenAI, Model: "m", NewLimit: true}, map[string]any{"max_tokens": nil, "max_completion_tokens": 100.}},
		{Config{Protocol: OpenAI, Model: "o4-mini"}, map[string]any{"temperature": nil}},
		{Config{Protocol: Anthropic, Model: "m"}, map[string]any{"max_tokens": 100., "temperature": 0.}},
		{Config{Protocol: Ollama, Model: "m", Window: 16384}, map[string]any{
			"options": map[string]any{"num_ctx": 16384., "num_predict": 100., "temperature": 0.}, "stream": false}},
	} {
		c, s := serve(t, test.config.Protocol, wiretest.Script{Script: llmtest.Text("好")})
		c.Model, c.NewLimit, c.Window = test.config.Model, test.config.NewLimit, test.config.Window
		body := sent(t, c, s, question())
		for field, want := range test.want {
			if got := body[field]; !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s: %s = %v, want %v", c.Protocol, c.Model, field, got, want)
			}
		}
	}
}

// A field that a service does not take is left out, now and from then on.
func TestRefusedFields(t *testing.T) {
	for _, test := range []struct {
		refuses []string
		calls   int
		want    llm.Failure
	}{
		{[]string{"temperature"}, 2, ""},
		{[]string{"max_tokens"}, 2, ""}, // sent as max_completion_tokens
		{[]string{"max_tokens", "max_completion_tokens", "response_format"}, 4, ""},
		{[]string{"messages"}, 1, llm.BadRequest},
	} {
		c, s := serve(t, OpenAI, wiretest.Script{Script: llmtest.Text("{}"), Refuses: test.refuses})
		c.Structured = JSONSchema
		r := question()
		r.Schema = json.RawMessage(`{"type":"object"}`)
		g := open(t, c)
		_, err := g.Generate(t.Context(), r, nil)
		var e *llm.Error
		if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &e) || e.Failure != test.want) || len(s.Requests()) != test.calls {
			t.Errorf("%v refused: error %v after %d calls, want %q after %d", test.refuses, err, len(s.Requests()), test.want, test.calls)
		}
		if test.want != "" {
			continue
		}
		if _, err := g.Generate(t.Context(), r, nil); err != nil || len(s.Requests()) != test.calls+1 {
			t.Errorf("%v refused, the second time: error %v after %d calls", test.refuses, err, len(s.Requests()))
		}
	}
}

func TestGoogleRequests(t *testing.T) {
	c, s := serve(t, Google, wiretest.Script{Script: llmtest.Text("{}")})
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/v1") + "/v1beta"
	r := question()
	r.Messages = append([]llm.Message{{Role: llm.User, Text: "去年呢？"}, {Role: llm.Assistant, Text: "三千家。"}}, r.Messages...)
	r.Schema = json.RawMessage(`{"type":"object"}`)
	text := func(s string) []any { return []any{map[string]any{"text": s}} }
	want := map[string]any{
		"systemInstruction": map[string]any{"parts": text("依据材料回答。")},
		"contents": []any{map[string]any{"role": "user", "parts": text("去年呢？")}, map[string]any{"role": "model", "parts": text("三千家。")},
			map[string]any{"role": "user", "parts": text("今年呢？")}},
		"generationConfig": map[string]any{"temperature": 0., "maxOutputTokens": 100., "responseMimeType": "application/json",
			"responseJsonSchema": map[string]any{"type": "object"}},
	}
	if got := sent(t, c, s, r); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	g := open(t, c)
	if _, err := g.Generate(t.Context(), r, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	e, err := NewEmbedder(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(t.Context(), llm.TaskQuery, []string{"问"}); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range s.Requests() {
		paths = append(paths, r.Path)
		if r.Header.Get("X-Goog-Api-Key") != canary || r.Header.Get("Authorization") != "" {
			t.Errorf("headers of %s: %v", r.Path, r.Header)
		}
	}
	if want := []string{"/v1beta/models/m-1:generateContent", "/v1beta/models/m-1:streamGenerateContent", "/v1beta/models/m-1:batchEmbedContents"}; !slices.Equal(paths, want) {
		t.Errorf("asked at %q, want %q", paths, want)
	}
	if last := string(s.Requests()[2].Body); !strings.Contains(last, `"taskType":"RETRIEVAL_QUERY"`) {
		t.Errorf("the embedder is not told what the text is: %s", last)
	}
}

func TestGoogleBlocksAPrompt(t *testing.T) {
	c := Config{Name: "m", Protocol: Google, BaseURL: "http://host/v1beta", Model: "m", Key: canary}
	c.Transport = answers{200, "application/json", []byte(`{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}`)}
	_, err := open(t, c).Generate(t.Context(), question(), nil)
	var e *llm.Error
	if !errors.As(err, &e) || e.Failure != llm.Incomplete {
		t.Errorf("error %v, want %s", err, llm.Incomplete)
	}
}

// sequence is a transport that gives one answer after the other and notes the
// bodies of the requests.
type sequence struct {
	answers []answers
	bodies  *[]string
}

func (s sequence) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	*s.bodies = append(*s.bodies, string(body))
	return s.answers[min(len(*s.bodies), len(s.answers))-1].RoundTrip(r)
}

func TestAnthropicTakesFewerTokens(t *testing.T) {
	var bodies []string
	c := Config{Name: "m", Protocol: Anthropic, BaseURL: "http://host/v1", Model: "m", Key: canary}
	c.Transport = sequence{[]answers{
		{400, "application/json", []byte(`{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: 50000 > 8192, which is the maximum allowed number of output tokens"}}`)},
		{200, "application/json", []byte(`{"content":[{"type":"text","text":"好"}],"stop_reason":"end_turn"}`)},
	}, &bodies}
	r := question()
	r.MaxTokens = 50_000
	reply, err := open(t, c).Generate(t.Context(), r, nil)
	if err != nil || reply.Text != "好" || len(bodies) != 2 || !strings.Contains(bodies[1], `"max_tokens":4096`) {
		t.Errorf("reply %+v, error %v, sent %q", reply, err, bodies)
	}
}

// Models that stream alone reply also to who does not listen.
func TestStreamsAlways(t *testing.T) {
	c, s := serve(t, OpenAI, wiretest.Script{Script: llmtest.Script{Reasoning: []string{"想"}, Pieces: []string{"四", "家。"}}, Tagged: true})
	c.Streams = true
	if body := sent(t, c, s, question()); body["stream"] != true {
		t.Errorf("stream = %v", body["stream"])
	}
	reply, err := open(t, c).Generate(t.Context(), question(), nil)
	if err != nil || reply.Text != "四家。" {
		t.Errorf("reply %+v, error %v", reply, err)
	}
}

func TestNoKeyNoHeader(t *testing.T) {
	for _, p := range protocols {
		c, s := serve(t, p, wiretest.Script{Script: llmtest.Text("好")})
		c.Key = ""
		sent(t, c, s, question())
		h := s.Requests()[0].Header
		if h.Get("Authorization")+h.Get("X-Api-Key")+h.Get("X-Goog-Api-Key") != "" {
			t.Errorf("%s: a key is sent where none is known: %v", p, h)
		}
		if got := h.Get("User-Agent"); got != "yanbao" {
			t.Errorf("%s: User-Agent %q", p, got)
		}
	}
}

// The environment of the process belongs to other programs too.
func TestEnvironmentIsNotRead(t *testing.T) {
	for _, name := range []string{"OPENAI_API_KEY", "OPENAI_MODEL", "OPENAI_BASE_URL", "OPENAI_ORGANIZATION", "ANTHROPIC_API_KEY", "OLLAMA_HOST"} {
		t.Setenv(name, "from-the-environment")
	}
	for _, p := range protocols {
		c, s := serve(t, p, wiretest.Script{Script: llmtest.Text("好")})
		sent(t, c, s, question())
		r := s.Requests()[0]
		if strings.Contains(fmt.Sprint(r.Header)+string(r.Body), "from-the-environment") {
			t.Errorf("%s: the environment is sent: %v %s", p, r.Header, r.Body)
		}
	}
}

func TestThinkingInTheText(t *testing.T) {
	for _, test := range []struct {
		model, whole, want string
		streamFails        bool
	}{
		{"m", "<think>想9家</think>\n\n4家。", "4家。", false},
		{"m", "<think></think>4家。", "4家。", false},
		{"m", "甲<think>想</think>乙", "甲乙", false},
		{"m", "a < b, c</ d", "a < b, c</ d", false},
		{"m", "想9家</think>4家。", "4家。", true}, // without a stream the beginning is not shown yet
		{"deepseek-r1:7b", "想9家</think>\n4家。", "4家。", false},
		{"deepseek-r1:7b", "<think>想9家</think>\n4家。", "4家。", false},
		{"qwq", "4家。", "4家。", false},
		{"m", "<think>想", "", true},
	} {
		for _, streamed := range []bool{false, true} {
			var heard strings.Builder
			shown := newText(test.model, "", func(s string) error {
				heard.WriteString(s)
				return nil
			})
			var err error
			if streamed {
				for _, piece := range strings.Split(test.whole, "") {
					err = cmp.Or(err, shown.add(piece))
				}
			} else {
				shown.hold(test.whole)
			}
			err = cmp.Or(err, shown.close())
			if streamed && test.streamFails && test.want != "" {
				var e *llm.Error
				if !errors.As(err, &e) || e.Failure != llm.Unreadable {
					t.Errorf("%q streamed: error %v, want %s", test.whole, err, llm.Unreadable)
				}
				continue
			}
			if err != nil || shown.text() != test.want || heard.String() != test.want {
				t.Errorf("%q of %s, streamed %v: shown %q, pieces %q, error %v; want %q", test.whole, test.model, streamed, shown.text(), heard.String(), err, test.want)
			}
		}
	}
}
