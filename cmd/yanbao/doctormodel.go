package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"yanbao/rag/llm"
	"yanbao/rag/llm/langchain"
	"yanbao/rag/llm/offline"
)

// slow is the time of a short reply from which a model will not answer many
// questions within the time for an answer.
const slow = 8 * time.Second

// checkModel asks the model that -llm names for one word.
func (p *program) checkModel(ctx context.Context) finding {
	const check = "model"
	if err := p.settings.modelSettings.check(); err != nil {
		return fail(check, err)
	}
	e, chosen, err := parseEndpoint("llm", p.settings.llm, llmNone)
	if err != nil {
		return fail(check, err)
	}
	if !chosen {
		return ok(check, "none: answers are the report's own sentences and cells")
	}
	if _, err := readPrice(p.settings.prices, e); err != nil {
		return fail(check, err)
	}
	c, err := p.modelConfig("llm", e, p.settings)
	if err != nil {
		return fail(check, err)
	}
	g, err := langchain.New(c)
	if err != nil {
		return fail(check, err)
	}
	var reply *llm.Reply
	took, err := p.timed(ctx, func(ctx context.Context) error {
		reply, err = g.Generate(ctx, llm.Request{
			System:   "You are a test of a connection.",
			Messages: []llm.Message{{Role: llm.User, Text: "Reply with the one word OK."}}, MaxTokens: 2048,
		}, func(string) error { return nil })
		return err
	})
	if err != nil {
		return fail(check, p.explain("llm", e, err))
	}
	said := fmt.Sprintf("%s at %s replied in %v", e.name(), e.base, took)
	if n := reply.Usage.PromptTokens + reply.Usage.CompletionTokens; n > 0 {
		said += fmt.Sprintf(" (%d tokens)", n)
	}
	return p.weighed(check, e, said, took)
}

// checkEmbedder embeds a few words.
func (p *program) checkEmbedder(ctx context.Context) finding {
	const check = "embedder"
	e, chosen, err := parseEndpoint("embed", p.settings.embed, embedOffline)
	if err != nil {
		return fail(check, err)
	}
	var embedder llm.Embedder = offline.New()
	if chosen {
		key, err := p.key("embed", e)
		if err != nil {
			return fail(check, err)
		}
		if embedder, err = langchain.NewEmbedder(e.config(key)); err != nil {
			return fail(check, err)
		}
	}
	var vectors []llm.Vector
	took, err := p.timed(ctx, func(ctx context.Context) error {
		vectors, err = embedder.Embed(ctx, llm.TaskQuery, []string{"大模型 market size"})
		return err
	})
	if err != nil {
		return fail(check, p.explain("embed", e, err))
	}
	said := fmt.Sprintf("%s, %d dimensions", embedder.Model(), len(vectors[0]))
	if !chosen {
		return ok(check, "%s", said)
	}
	return p.weighed(check, e, fmt.Sprintf("%s, in %v", said, took), took)
}

// timed runs a call within the time for an answer.
func (p *program) timed(ctx context.Context, call func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, p.settings.timeout)
	defer cancel()
	began := time.Now()
	err := call(ctx)
	return time.Since(began).Round(10 * time.Millisecond), err
}

// weighed is the finding of a call that went well.
func (p *program) weighed(check string, e endpoint, said string, took time.Duration) finding {
	switch {
	case took > slow:
		return warn(check, "%s, which is slow: many answers will fall back to the report's own words; take a smaller or a nearer model, or give more time with -llm-timeout", said)
	case p.exposed(e):
		return warn(check, "%s, but the key travels there unencrypted; use an https address", said)
	case p.readable(e.service.keyFileName()):
		return warn(check, "%s, but others can read the key file that %s names; run chmod 600 on it", said, e.service.keyFileName())
	}
	return ok(check, "%s", said)
}

// exposed reports whether a key goes over a network in the clear.
func (p *program) exposed(e endpoint) bool {
	u, err := url.Parse(e.base)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	key, err := p.key("llm", e)
	return !local && err == nil && key != ""
}

// readable reports whether other users may read the file that a variable names.
func (p *program) readable(name string) bool {
	file := p.getenv(name)
	if file == "" || runtime.GOOS == "windows" {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && info.Mode().Perm()&0o044 != 0
}

// explain says in words why a call failed and what to do about it.
func (p *program) explain(flag string, e endpoint, err error) error {
	var failed *llm.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s at %s gave no reply within %v: it is too slow, still loading the model, or something between swallows the connection; "+
			"try again, take a smaller model, or give more time with -llm-timeout", e.name(), e.base, p.settings.timeout)
	case !errors.As(err, &failed):
		return err
	}
	what := map[llm.Failure]string{
		llm.Unavailable: fmt.Sprintf("%s cannot be reached or is down: %s", e.base, e.start()),
		llm.RateLimited: fmt.Sprintf("%s limits the rate of calls: wait%s, ask the service for a higher limit, or lower -llm-concurrent", e.service.title, waiting(failed.RetryAfter)),
		llm.NoQuota:     fmt.Sprintf("%s says that the account has no quota or no money left: top it up in the service's console, or use another service", e.service.title),
		llm.Refused:     fmt.Sprintf("%s refused the key: %s", e.service.title, p.keyAdvice(e)),
		llm.NoModel:     fmt.Sprintf("%s has no model %q: %s", e.base, e.model, e.models(flag)),
		llm.TooLong:     fmt.Sprintf("%s finds a prompt of a few words too long: the server runs with a window far too small; give it one of 8,192 tokens or more", e.name()),
		llm.Incomplete:  fmt.Sprintf("the reply of %s broke off: if this happens again, a proxy cuts streams, or the server stops for lack of memory", e.name()),
		llm.Unreadable:  fmt.Sprintf("%s replies with something else than the protocol of %s: check the address, and that no proxy or sign-in page answers there", e.base, e.service.title),
		llm.BadRequest:  fmt.Sprintf("%s did not take the request: check the address (most end in /v1) and that %s is a model for this use", e.base, e.model),
	}[failed.Failure]
	return fmt.Errorf("%s (%v)", what, failed.Err)
}

// advised explains an error of the embedder's service. One of the model's never
// gets here: the report's own words stand in.
func (p *program) advised(err error) error {
	var failed *llm.Error
	if !errors.As(err, &failed) {
		return err
	}
	e, chosen, specErr := parseEndpoint("embed", p.settings.embed, embedOffline)
	if specErr != nil || !chosen {
		return err
	}
	return p.explain("embed", e, err)
}

func waiting(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf(" %v", d.Round(time.Second))
}

// start is what to do about a service that is not there.
func (e endpoint) start() string {
	const own = "check that its server runs and listens at this address"
	switch e.service.name {
	case "ollama":
		return "start it with `ollama serve`, or give its address as ollama:MODEL@http://HOST:11434"
	case "vllm", "lmstudio", "llamacpp":
		return own + ", or give the address as " + e.service.name + ":MODEL@http://HOST:PORT/v1"
	}
	if !e.own {
		return own
	}
	return "check the network and the proxy (HTTPS_PROXY), and the service's status page"
}

// models is what to do about a model that is not there.
func (e endpoint) models(flag string) string {
	kind := "models"
	if flag == "embed" {
		kind = "embedding models"
	}
	switch {
	case e.service.name == "ollama":
		return fmt.Sprintf("fetch it with `ollama pull %s`, or choose one that `ollama list` shows", e.model)
	case e.service.name == "ark":
		return "give the model ID or the endpoint ID (ep-…) that the console shows, and open the model there first"
	case !e.own || !e.service.needsKey:
		return fmt.Sprintf("choose one that %s/models lists", e.base)
	}
	return fmt.Sprintf("choose one of the %s that the service's documentation or %s/models lists, and see that your account may use it", kind, e.base)
}

// keyAdvice says where the key came from.
func (p *program) keyAdvice(e endpoint) string {
	if p.getenv(e.service.keyFileName()) != "" {
		return "check the file that " + e.service.keyFileName() + " names"
	}
	names := append([]string{e.service.keyName()}, e.service.keyNames...)
	if !e.own {
		names = names[:1]
	}
	for _, name := range names {
		if p.getenv(name) != "" {
			return "check " + name + ", and that it is a key for this service and not switched off"
		}
	}
	return "it wants one, and none is set: put it into a file and name that in " + e.service.keyFileName() + ", or set " + strings.Join(names, " or ")
}
