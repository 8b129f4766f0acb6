package langchain

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"yanbao/rag/llm"
)

// answers is a transport that answers every request with the same bytes.
type answers struct {
	status int
	kind   string
	body   []byte
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {a.kind}}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// FuzzAnswers holds that whatever a service sends there is a whole reply or an
// *llm.Error, that the pieces are the reply, and that no key is shown.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		"data: {\"choices\":[{\"delta\":{\"content\":\"好\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
		"data: {\"error\":{\"message\":\"" + canary + "\"}}\n\n",
		"{\"message\":{\"content\":\"<think>x</think>好\"},\"done\":true,\"done_reason\":\"stop\"}\n",
		"event: message_start\ndata: {\"type\":\"message_start\"}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"好\"}}\n\n" +
			"data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
		`{"choices":[{"message":{"content":"好"},"finish_reason":"stop"}]}`,
		`{"content":[{"type":"text","text":"好"}],"stop_reason":"end_turn"}`,
		"[{\"error\":{\"code\":429}}]", "<html>", "data: null\n", "data: []\n", "data: 7\n\xff", "null", "[]", "7",
	} {
		for i := range protocols {
			f.Add(uint8(i), 200, []byte(body))
		}
	}
	f.Add(uint8(0), 401, []byte(`{"error":"`+canary+`"}`))
	f.Fuzz(func(t *testing.T, protocol uint8, status int, body []byte) {
		if status < 100 || status > 599 {
			t.Skip()
		}
		c := Config{Name: "m", Protocol: protocols[int(protocol)%len(protocols)], BaseURL: "http://host/v1", Model: "m", Key: canary}
		c.Transport = answers{status, "application/json", body}
		g, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, streamed := range []bool{false, true} {
			text, reply, err := generate(t, g, streamed)
			var e *llm.Error
			switch {
			case err != nil && (reply != nil || !errors.As(err, &e)):
				t.Fatalf("reply %+v with error %v", reply, err)
			case err == nil && (strings.TrimSpace(reply.Text) == "" || streamed && text != reply.Text || !utf8.ValidString(reply.Text)):
				t.Fatalf("reply %q of pieces %q", reply.Text, text)
			case err == nil && strings.Contains(reply.Text, canary), err != nil && strings.Contains(err.Error(), canary):
				t.Fatalf("the key is shown: %+v, %v", reply, err)
			}
		}
	})
}

// FuzzText holds that it does not matter where a text is cut into pieces.
func FuzzText(f *testing.F) {
	f.Add("<think>想</think>\n\n好<think>又</think>。", 3)
	f.Add("a<thi</think>nk>"+canary, 1)
	f.Fuzz(func(t *testing.T, whole string, size int) {
		if size < 1 {
			t.Skip()
		}
		once := newText("m", canary, nil)
		if once.add(whole) == nil {
			_ = once.close()
		}
		cut := newText("m", canary, nil)
		for rest := whole; rest != "" && cut.err == nil; {
			n := min(size, len(rest))
			_ = cut.add(rest[:n])
			rest = rest[n:]
		}
		if cut.err == nil {
			_ = cut.close()
		}
		if (once.err == nil) != (cut.err == nil) || once.err == nil && once.text() != cut.text() {
			t.Errorf("%q: %q, %v at once; %q, %v in pieces of %d", whole, once.text(), once.err, cut.text(), cut.err, size)
		}
		if strings.Contains(cut.text(), canary) || strings.Contains(cut.text(), thinkClose) {
			t.Errorf("shown: %q", cut.text())
		}
	})
}
