package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"slices"

	"yanbao/bot"
	"yanbao/rag"
)

// completion is an answer as a chat completion.
type completion struct {
	ID      string      `json:"id"`
	Object  string      `json:"object"`
	Created int64       `json:"created"`
	Model   string      `json:"model"`
	Choices []choice    `json:"choices"`
	Usage   *usage      `json:"usage,omitempty"`
	Yanbao  *rag.Answer `json:"yanbao,omitempty" doc:"The whole answer, as /v1/ask returns it"`
}

type choice struct {
	Index   int    `json:"index"`
	Message said   `json:"message"`
	Finish  string `json:"finish_reason"`
}

// chunk is a completion under way: finish_reason is null until the end, and so
// is usage where it was asked for.
type chunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []chunkChoice `json:"choices"`
	Usage   *usage        `json:"usage"`
	Yanbao  *rag.Answer   `json:"yanbao,omitempty"`
}

type chunkChoice struct {
	Index  int     `json:"index"`
	Delta  delta   `json:"delta"`
	Finish *string `json:"finish_reason"`
}

// said is what the model says.
type said struct {
	Role        string       `json:"role"`
	Content     string       `json:"content"`
	Annotations []annotation `json:"annotations"`
}

// delta is what a chunk adds to it.
type delta struct {
	Role        string       `json:"role,omitempty"`
	Content     string       `json:"content,omitempty"`
	Annotations []annotation `json:"annotations,omitempty"`
}

// usage is estimated, see tokens.
type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (in *completionRequest) usage(content string) *usage {
	u := &usage{Completion: tokens(content)}
	for _, m := range in.Messages {
		u.Prompt += tokens(string(m.Content))
	}
	u.Total = u.Prompt + u.Completion
	return u
}

// complete answers POST /v1/chat/completions.
func (s *server) complete(w http.ResponseWriter, r *http.Request) {
	in, q, err := s.parse(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if in.Stream {
		s.completeStream(w, r, in, q)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Limits.AnswerTime)
	defer cancel()
	a, err := s.OpenAI.Ask(ctx, q)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	text := a.Answer + sources(a)
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, completion{
		ID: "chatcmpl-" + requestID(r.Context()), Object: "chat.completion", Created: s.Now().Unix(), Model: in.Model,
		Choices: []choice{{Message: said{"assistant", text, annotations(a.Answer, a, s.base(r))}, Finish: "stop"}},
		Usage:   in.usage(text), Yanbao: a,
	})
}

// restarted is put before an answer that begins anew: what was sent before
// cannot be taken back in this protocol.
func restarted(language string) string {
	if bot.WordingFor(language) == bot.WordingFor(bot.English) {
		return "\n\n(Please disregard the text above; the answer begins anew.)\n\n"
	}
	return "\n\n（以上内容作废，重新作答如下。）\n\n"
}

// completeStream answers in chunks.
func (s *server) completeStream(w http.ResponseWriter, r *http.Request, in *completionRequest, q rag.Question) {
	ctx, e := s.openEvents(w, r)
	defer s.closeEvents(e)
	c := chunks{events: e, head: chunk{ID: "chatcmpl-" + requestID(r.Context()), Object: "chat.completion.chunk", Created: s.Now().Unix(), Model: in.Model}}
	sent := ""
	say := func(text string, of *rag.Answer) {
		d := delta{Content: text}
		if sent == "" {
			d.Role = "assistant"
		}
		sent += text
		if of != nil {
			d.Annotations = annotations(sent, of, s.base(r))
		}
		c.send(d, nil, of)
	}
	a, err := s.OpenAI.Stream(ctx, q, func(ev rag.Event) {
		if ev.Kind != rag.Delta {
			return
		}
		if ev.Restart && sent != "" {
			say(restarted(q.Language), nil)
		}
		if ev.Delta != "" {
			say(ev.Delta, nil)
		}
	})
	switch {
	case err != nil && !e.begun():
		s.fail(w, r, err)
		return
	case err != nil:
		e.send("", openAIErrorOf(problemOf(err)))
		return
	}
	tail := sources(a)
	if sent == "" {
		tail = a.Answer + tail
	}
	say(tail, a)
	stop := "stop"
	c.send(delta{}, &stop, nil)
	if in.Options != nil && in.Options.IncludeUsage {
		last := c.head
		last.Choices, last.Usage = []chunkChoice{}, in.usage(sent)
		e.send("", last)
	}
	e.text("[DONE]")
}

// chunks sends the parts of one completion.
type chunks struct {
	events *events
	head   chunk
}

func (c chunks) send(d delta, finish *string, a *rag.Answer) {
	out := c.head
	out.Choices, out.Yanbao = []chunkChoice{{Delta: d, Finish: finish}}, a
	c.events.send("", out)
}

// base is how clients reach this server, for links.
func (s *server) base(r *http.Request) string {
	if s.URL != "" {
		return s.URL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if from := remote(r); slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(from) }) && r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
