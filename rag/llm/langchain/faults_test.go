package langchain

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

func question() llm.Request {
	return llm.Request{System: "依据材料回答。", Messages: []llm.Message{{Role: llm.User, Text: "今年呢？"}}, MaxTokens: 100}
}

// generate asks with and without a stream and returns both outcomes.
func generate(t *testing.T, g *Generator, streamed bool) (text string, reply *llm.Reply, err error) {
	t.Helper()
	if !streamed {
		reply, err = g.Generate(t.Context(), question(), nil)
		return "", reply, err
	}
	var heard strings.Builder
	reply, err = g.Generate(t.Context(), question(), func(s string) error {
		heard.WriteString(s)
		return nil
	})
	return heard.String(), reply, err
}

// faults and what is to be made of each.
var faults = []struct {
	fault wiretest.Fault
	want  llm.Failure
}{
	{wiretest.Unauthorized, llm.Refused},
	{wiretest.Payment, llm.NoQuota},
	{wiretest.Forbidden, llm.Refused},
	{wiretest.NoModel, llm.NoModel},
	{wiretest.NoPage, llm.BadRequest},
	{wiretest.RateLimit, llm.RateLimited},
	{wiretest.NoQuota, llm.NoQuota},
	{wiretest.TooLong, llm.TooLong},
	{wiretest.BadRequest, llm.BadRequest},
	{wiretest.ServerError, llm.Unavailable},
	{wiretest.BadGateway, llm.Unavailable},
	{wiretest.Overloaded, llm.Unavailable},
	{wiretest.Redirect, llm.BadRequest},
	{wiretest.WebPage, llm.Unreadable},
	{wiretest.ErrorBody, llm.Unavailable},
	{wiretest.Reset, llm.Incomplete},
	{wiretest.EarlyEnd, llm.Incomplete},
	{wiretest.Malformed, llm.Unreadable},
	{wiretest.ErrorEvent, llm.Unavailable},
	{wiretest.Length, llm.Incomplete},
	{wiretest.Filtered, llm.Incomplete},
}

func TestFaults(t *testing.T) {
	for _, p := range protocols {
		for _, f := range faults {
			for _, streamed := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/streamed=%v", p, f.fault, streamed), func(t *testing.T) {
					c, _ := serve(t, p, wiretest.Script{Script: llmtest.Text("约4,200家"), Fault: f.fault, RetryAfter: 3 * time.Second})
					_, reply, err := generate(t, open(t, c), streamed)
					var e *llm.Error
					if !errors.As(err, &e) || e.Failure != f.want || reply != nil {
						t.Fatalf("reply %+v, error %v; want %s", reply, err, f.want)
					}
					if (f.want == llm.RateLimited || f.fault == wiretest.Overloaded) && e.RetryAfter != 3*time.Second {
						t.Errorf("RetryAfter %v, want 3s", e.RetryAfter)
					}
					if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), c.BaseURL) {
						t.Errorf("the error shows too much: %v", err)
					}
				})
			}
		}
	}
}

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String() + "/v1"
	l.Close()
	for _, p := range protocols {
		g := open(t, Config{Name: "m", Protocol: p, BaseURL: address, Model: "m", Key: canary})
		_, _, err := generate(t, g, true)
		var e *llm.Error
		if !errors.As(err, &e) || e.Failure != llm.Unavailable || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: error %v, want %s and the reason", p, err, llm.Unavailable)
		}
	}
}

func TestRedirectionCarriesNoKey(t *testing.T) {
	other := wiretest.Start(wiretest.Script{Script: llmtest.Text("好")})
	defer other.Close()
	c, _ := serve(t, OpenAI, wiretest.Script{Fault: wiretest.Redirect})
	if _, reply, err := generate(t, open(t, c), false); err == nil {
		t.Errorf("a redirection is followed: %+v", reply)
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("%d requests at another address", n)
	}
}

func TestWholeReplies(t *testing.T) {
	for _, p := range protocols {
		for _, test := range []struct {
			name   string
			script wiretest.Script
			want   string
		}{
			{"without the last message", wiretest.Script{Script: llmtest.Text("好。"), Fault: wiretest.NoDone}, "好。"},
			{"one long piece", wiretest.Script{Script: llmtest.Script{Pieces: []string{strings.Repeat("长<", 40_000)}}}, strings.Repeat("长<", 40_000)},
			{"mark of no thought", wiretest.Script{Script: llmtest.Text("a<thin b<th")}, "a<thin b<th"},
			{"the key in the text", wiretest.Script{Script: llmtest.Text("key " + canary + " end")}, "key [key] end"},
		} {
			t.Run(fmt.Sprintf("%s/%s", p, test.name), func(t *testing.T) {
				c, _ := serve(t, p, test.script)
				g := open(t, c)
				for _, streamed := range []bool{false, true} {
					text, reply, err := generate(t, g, streamed)
					if err != nil || reply.Text != test.want || streamed && text != test.want {
						t.Fatalf("streamed %v: pieces %.60q, reply %+.60v, error %v; want %.60q", streamed, text, reply, err, test.want)
					}
					if reply.Usage.PromptTokens != 21 && test.script.Fault == wiretest.None {
						t.Errorf("usage %+v, want 21 and 34 tokens", reply.Usage)
					}
				}
			})
		}
	}
}

func TestSilentServiceEndsWithTheContext(t *testing.T) {
	for _, p := range protocols {
		c, _ := serve(t, p, wiretest.Script{Fault: wiretest.Silent})
		g := open(t, c)
		for _, streamed := range []bool{false, true} {
			ctx, cancel := contextFor(t, 30*time.Millisecond)
			var onText func(string) error
			if streamed {
				onText = func(string) error { return nil }
			}
			if _, err := g.Generate(ctx, question(), onText); !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
				t.Errorf("%s, streamed %v: %v, want %v", p, streamed, err, ctx.Err())
			}
			cancel()
		}
	}
}

func TestRetryAfter(t *testing.T) {
	date := "Mon, 03 Nov 2025 08:00:00 GMT"
	for _, test := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Retry-After": {"17"}}, 17 * time.Second},
		{http.Header{"Retry-After": {"0.5"}}, 500 * time.Millisecond},
		{http.Header{"Retry-After": {"-3"}}, 0},
		{http.Header{"Retry-After": {"soon"}}, 0},
		{http.Header{"Retry-After-Ms": {"250"}, "Retry-After": {"1"}}, 250 * time.Millisecond},
		{http.Header{"Retry-After": {"Mon, 03 Nov 2025 08:00:40 GMT"}, "Date": {date}}, 40 * time.Second},
		{http.Header{"Retry-After": {"Mon, 03 Nov 2025 07:00:00 GMT"}, "Date": {date}}, 0},
	} {
		if got := retryAfter(test.header); got != test.want {
			t.Errorf("retryAfter(%v) = %v, want %v", test.header, got, test.want)
		}
	}
}

// TestComplaints holds forms of errors from the services' documentation.
func TestComplaints(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   llm.Failure
	}{
		{400, `{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}}`, llm.NoQuota},
		{400, `{"error":{"code":"invalid_parameter_error","message":"Range of input length should be [1, 30720]","type":"invalid_request_error"}}`, llm.TooLong},
		{400, `{"error":{"message":"Model Not Exist","type":"invalid_request_error","code":"invalid_request_error"}}`, llm.NoModel},
		{402, `{"error":{"message":"Insufficient Balance"}}`, llm.NoQuota},
		{429, `{"error":{"code":"1113","message":"您的账户已欠费，请充值后重试"}}`, llm.NoQuota},
		{429, `{"error":{"code":"1302","message":"您当前使用该API的并发数过高"}}`, llm.RateLimited},
		{400, `{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}`, llm.NoModel},
		{401, `{"error":{"code":"1000","message":"身份验证失败。"}}`, llm.Refused},
		{403, `{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}`, llm.Refused},
		{429, `{"error":{"type":"exceeded_current_quota_error","message":"Your account is suspended"}}`, llm.NoQuota},
		{404, `{"error":{"code":"InvalidEndpointOrModel.NotFound","message":"The model or endpoint m does not exist"}}`, llm.NoModel},
		{400, `{"message":"only one field"}`, llm.BadRequest},
		{422, `{"detail":[{"loc":["body"],"msg":"field required"}]}`, llm.BadRequest},
		{400, `[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]`, llm.Refused},
		{429, `[{"error":{"code":429,"message":"Resource exhausted","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"17s"}]}}]`, llm.RateLimited},
		{529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, llm.Unavailable},
		{400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}`, llm.TooLong},
		{400, `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}`, llm.NoQuota},
		{404, `404 page not found`, llm.BadRequest},
		{500, `{"error":"model requires more system memory (8.4 GiB) than is available (3.9 GiB)"}`, llm.Unavailable},
		{503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, llm.Unavailable},
		{400, `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}}`, llm.TooLong},
	} {
		if e := classify(test.status, http.Header{}, []byte(test.body)); e.Failure != test.want {
			t.Errorf("classify(%d, %s) = %q, want %q", test.status, test.body, e.Failure, test.want)
		}
	}
	e := classify(429, http.Header{}, []byte(`[{"error":{"message":"m","details":[{"retryDelay":"17s"}]}}]`))
	if e.RetryAfter != 17*time.Second {
		t.Errorf("RetryAfter %v, want 17s", e.RetryAfter)
	}
}

func TestRedact(t *testing.T) {
	for _, test := range []struct{ text, key, want string }{
		{"Incorrect API key provided: " + canary + ".", canary, "Incorrect API key provided: [key]."},
		{"key sk-canar**************stuv is wrong", canary, "key [key] is wrong"},
		{"Bearer sk-proj-aaaaaaaaaaaa", "", "Bearer [key]"},
		{"model gpt-4o-mini at AIzaSyA1234567", "", "model gpt-4o-mini at [key]"},
		{"0123456789abcdef", canary, "[key]"},
		{"模型不存在", canary, "模型不存在"},
	} {
		if got := redact(test.text, test.key); got != test.want {
			t.Errorf("redact(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
