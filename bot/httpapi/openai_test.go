package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// wholeText is what a client shows for the fake's answer.
const wholeText = "门店共1,200家[1]。直营占30%[2]。\n\n出处：\n" +
	"[1] 《茶饮》 · 概况 · “门店共1,200家” · 一手来源：示例协会\n" +
	"[2] 《茶饮》 · 概况 · 表：门店构成 · 第1行 · 占比 · “占比：30%” · 一手来源：报告未注明"

func openAIClient(url string, key string) openai.Client {
	return openai.NewClient(option.WithBaseURL(url+"/v1/"), option.WithAPIKey(key), option.WithMaxRetries(0))
}

func conversation(model string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model: model,
		Messages: []openai.ChatCompletionMessageParamUnion{
			openai.SystemMessage("Be brief."),
			openai.UserMessage("茶饮有多少门店？"),
			openai.AssistantMessage(wholeText),
			openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{openai.TextContentPart("直营呢？")}),
		},
	}
}

func TestOpenAIGo(t *testing.T) {
	s, f := start(t, nil)
	ctx, client := context.Background(), openAIClient(s.URL, "none")
	c, err := client.Chat.Completions.New(ctx, conversation(ModelExtractive))
	if err != nil {
		t.Fatal(err)
	}
	want := rag.Question{Text: "直营呢？", Mode: "extractive", History: []rag.Turn{{Question: "茶饮有多少门店？", Answer: "门店共1,200家[1]。直营占30%[2]。"}}}
	if diff := cmp.Diff(want, f.last(t)); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	got := c.Choices[0]
	if got.Message.Content != wholeText || string(got.Message.Role) != "assistant" || got.FinishReason != "stop" {
		t.Errorf("message %q of %s, finished by %s\nwant %q", got.Message.Content, got.Message.Role, got.FinishReason, wholeText)
	}
	if len(got.Message.Annotations) != 2 {
		t.Fatalf("annotations %+v", got.Message.Annotations)
	}
	for i, a := range got.Message.Annotations {
		marker := fmt.Sprintf("[%d]", i+1)
		at := string([]rune(got.Message.Content)[a.URLCitation.StartIndex:a.URLCitation.EndIndex])
		if at != marker || a.URLCitation.URL != fmt.Sprintf("%s/d/tea#p%d", s.URL, i+1) || a.URLCitation.Title != "《茶饮》 · 概况" {
			t.Errorf("annotation %d is at %q: %+v", i, at, a)
		}
	}
	if c.Usage.TotalTokens != c.Usage.PromptTokens+c.Usage.CompletionTokens || c.Usage.PromptTokens == 0 || c.Usage.CompletionTokens == 0 {
		t.Errorf("usage %+v", c.Usage)
	}
	var extra struct{ Yanbao rag.Answer }
	if err := json.Unmarshal([]byte(c.RawJSON()), &extra); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fakeAnswer(want), &extra.Yanbao); diff != "" {
		t.Errorf("yanbao (-want +got):\n%s", diff)
	}
}

func TestOpenAIGoStream(t *testing.T) {
	s, _ := start(t, nil)
	client := openAIClient(s.URL, "none")
	in := conversation(ModelAuto)
	in.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(context.Background(), in)
	var all openai.ChatCompletionAccumulator
	pieces := 0
	for stream.Next() {
		if c := stream.Current(); !all.AddChunk(c) {
			t.Fatalf("chunk does not fit: %s", c.RawJSON())
		} else if len(c.Choices) > 0 && c.Choices[0].Delta.Content != "" {
			pieces++
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if got := all.Choices[0].Message.Content; got != wholeText || pieces != 3 {
		t.Errorf("content in %d pieces %q, want %q", pieces, got, wholeText)
	}
	if all.Choices[0].FinishReason != "stop" || all.Usage.TotalTokens == 0 {
		t.Errorf("finished by %q, usage %+v", all.Choices[0].FinishReason, all.Usage)
	}
}

func TestOpenAIModels(t *testing.T) {
	s, _ := start(t, nil)
	client := openAIClient(s.URL, "none")
	list, err := client.Models.List(context.Background())
	if err != nil || len(list.Data) != 2 || list.Data[0].ID != ModelAuto {
		t.Fatalf("%+v, %v", list, err)
	}
	if m, err := client.Models.Get(context.Background(), ModelExtractive); err != nil || m.ID != ModelExtractive {
		t.Errorf("%+v, %v", m, err)
	}
}

// What cannot be done is refused with OpenAI's errors, which the client reads.
func TestOpenAIErrors(t *testing.T) {
	s, _ := start(t, nil)
	client := openAIClient(s.URL, "none")
	ask := func(change func(*openai.ChatCompletionNewParams)) error {
		in := conversation(ModelAuto)
		change(&in)
		_, err := client.Chat.Completions.New(context.Background(), in)
		return err
	}
	for _, test := range []struct {
		name   string
		err    error
		status int
		param  string
		code   string
	}{
		{"model", ask(func(p *openai.ChatCompletionNewParams) { p.Model = "gpt-5" }), 404, "model", "model_not_found"},
		{"n", ask(func(p *openai.ChatCompletionNewParams) { p.N = openai.Int(2) }), 400, "n", "unsupported_parameter"},
		{"tools", ask(func(p *openai.ChatCompletionNewParams) {
			p.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "f"})}
		}), 400, "tools", "unsupported_parameter"},
		{"last message", ask(func(p *openai.ChatCompletionNewParams) { p.Messages = p.Messages[:3] }), 400, "messages", "invalid_value"},
		{"no message", ask(func(p *openai.ChatCompletionNewParams) { p.Messages = nil }), 400, "messages", "invalid_value"},
		{"image", ask(func(p *openai.ChatCompletionNewParams) {
			p.Messages[3] = openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "data:,"})})
		}), 400, "messages", "unsupported_content"},
		{"empty question", ask(func(p *openai.ChatCompletionNewParams) { p.Messages[3] = openai.UserMessage(" ") }), 422, "", ""},
		{"inside", ask(func(p *openai.ChatCompletionNewParams) { p.Messages[3] = openai.UserMessage("坏") }), 500, "", ""},
	} {
		var got *openai.Error
		if !errors.As(test.err, &got) {
			t.Errorf("%s: %v", test.name, test.err)
			continue
		}
		if got.StatusCode != test.status || got.Param != test.param || got.Code != test.code || got.Message == "" || strings.Contains(got.Message, "secret") {
			t.Errorf("%s: %d, param %q, code %q, %q", test.name, got.StatusCode, got.Param, got.Code, got.Message)
		}
	}
}

func TestOpenAIRaw(t *testing.T) {
	s, _ := start(t, nil)
	for _, test := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"unknown fields", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"问","name":"x"}],"seed":1,"temperature":0.2,"n":1,"tools":[],"x":{}}`, 200},
		{"extension", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"问"}],"yanbao":{"document":"tea","language":"en","k":3}}`, 200},
		{"unknown document", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"问"}],"yanbao":{"document":"x"}}`, 404},
		{"bad language", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"问"}],"yanbao":{"language":"x"}}`, 400},
		{"null content", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"assistant","content":null},{"role":"user","content":"问"}]}`, 200},
		{"tool role", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"tool","content":"x"},{"role":"user","content":"问"}]}`, 400},
		{"number content", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":5}]}`, 400},
		{"no model", "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"问"}]}`, 400},
		{"no JSON", "POST", "/v1/chat/completions", `hello`, 400},
		{"no body", "POST", "/v1/chat/completions", ``, 400},
		{"method", "GET", "/v1/chat/completions", ``, 405},
		{"embeddings", "POST", "/v1/embeddings", `{}`, 404},
		{"panic", "POST", "/v1/chat/completions", `{"model":"yanbao","messages":[{"role":"user","content":"崩"}]}`, 500},
	} {
		r := send(t, s, test.method, test.path, test.body)
		if r.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.name, r.status, test.status, r.body)
		}
		if r.status >= 400 {
			var e openAIError
			if err := json.Unmarshal([]byte(r.body), &e); err != nil || e.Error.Message == "" || e.Error.Type == "" || strings.Contains(r.body, "secret") {
				t.Errorf("%s: %v, %s", test.name, err, r.body)
			}
		}
	}
}

func TestOpenAIRefusal(t *testing.T) {
	s, _ := start(t, nil)
	for _, stream := range []string{"false", "true"} {
		r := send(t, s, "POST", "/v1/chat/completions", `{"model":"yanbao","stream":`+stream+`,"messages":[{"role":"user","content":"有没有？"}]}`)
		if r.status != http.StatusOK || !strings.Contains(r.body, `报告没有给出。\n\n报告中最接近的内容：\n- 概况 · 门店`) {
			t.Errorf("stream %s: %d: %s", stream, r.status, r.body)
		}
	}
}

// Indices count code points, also beyond the basic plane, and a bracket in the
// text that is no marker is none.
func TestAnnotations(t *testing.T) {
	a := fakeAnswer(rag.Question{})
	text := "𠮷[1][3][0][01]x[a][2]"
	var got []string
	for _, n := range annotations(text, a, "http://h") {
		got = append(got, string([]rune(text)[n.URLCitation.Start:n.URLCitation.End]))
	}
	if want := []string{"[1]", "[2]"}; !cmp.Equal(want, got) {
		t.Errorf("markers %q, want %q", got, want)
	}
	if !utf8.ValidString(text) {
		t.Fatal("test text")
	}
}

// TestOpenAIJavaScript asks with OpenAI's JavaScript client.
func TestOpenAIJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	modules := filepath.Join("..", "..", ".ci", "npm")
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "openai")); err != nil {
		t.Skip("the JavaScript client is not installed: (cd .ci/npm && npm ci)")
	}
	s, _ := start(t, nil)
	out, err := exec.Command(node, filepath.Join("testdata", "openai.cjs"), modules, s.URL+"/v1").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var got struct {
		Models           []string
		Content, Stream  string
		Annotations      int
		Usage            int
		Finish           string
		Status           int
		Code, Param, Say string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got.Content != wholeText || got.Stream != wholeText || got.Annotations != 2 || got.Usage == 0 || got.Finish != "stop" ||
		len(got.Models) != 2 || got.Status != 400 || got.Code != "unsupported_parameter" || got.Param != "n" || got.Say == "" {
		t.Errorf("%+v", got)
	}
}
