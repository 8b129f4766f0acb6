package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"yanbao/rag/llm"
	"yanbao/rag/llm/guard"
	"yanbao/rag/llm/langchain"
	"yanbao/rag/llm/offline"
	"yanbao/rag/llm/vectorcache"
)

// modelSettings are the flags that say which models are used, and how.
type modelSettings struct {
	embed      string // see parseEndpoint
	llm        string // see parseEndpoint
	timeout    time.Duration
	window     int
	concurrent int
	cache      int // MB
	prices     string
	prompts    string // directory of templates, "" for the shipped ones
}

// defaultModels uses no network.
func defaultModels() modelSettings {
	return modelSettings{embed: embedOffline, llm: llmNone, timeout: 30 * time.Second, concurrent: 8, cache: 16}
}

// bind makes the flags. YANBAO_LLM and YANBAO_EMBED stand for those of the same
// names: an index belongs to its embedder, which nobody wants to repeat with
// every command.
func (s *modelSettings) bind(f *pflag.FlagSet, getenv func(string) string) {
	*s = defaultModels()
	s.embed = cmp.Or(getenv("YANBAO_EMBED"), s.embed)
	s.llm = cmp.Or(getenv("YANBAO_LLM"), s.llm)
	f.StringVar(&s.embed, "embed", s.embed, "embedder: offline, or `SERVICE:MODEL` (also $YANBAO_EMBED); see docs/models.md")
	f.StringVar(&s.llm, "llm", s.llm, "language model that words the answers: none, or `SERVICE:MODEL` (also $YANBAO_LLM); see docs/models.md")
	f.DurationVar(&s.timeout, "llm-timeout", s.timeout, "time for an answer; when it is over, the report's own words stand in")
	f.IntVar(&s.window, "llm-window", s.window, "`TOKENS` of the model's window (default 16384, for ollama 8192)")
	f.IntVar(&s.concurrent, "llm-concurrent", s.concurrent, "calls of the model at one time; others wait")
	f.IntVar(&s.cache, "llm-cache", s.cache, "`MB` of replies that are remembered while the program runs")
	f.StringVar(&s.prompts, "prompts", "", "`DIR` of prompt templates that take the place of the shipped ones; see docs/generating.md")
	f.StringVar(&s.prices, "llm-prices", s.prices, "JSON `FILE` of what models cost; see docs/models.md")
}

// completeModels lets the shell complete the names of services.
func completeModels(root *cobra.Command) {
	for flag, none := range map[string]string{"llm": llmNone, "embed": embedOffline} {
		names := []string{none}
		for _, s := range services() {
			if flag == "llm" || !s.noEmbed {
				names = append(names, s.name+":")
			}
		}
		complete := cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoSpace|cobra.ShellCompDirectiveNoFileComp)
		if err := root.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // unreachable: the flags were added before
		}
	}
}

// check refuses values that cannot be used.
func (s modelSettings) check() error {
	for _, spec := range []struct{ flag, value, none string }{{"llm", s.llm, llmNone}, {"embed", s.embed, embedOffline}} {
		if _, _, err := parseEndpoint(spec.flag, spec.value, spec.none); err != nil {
			return err
		}
	}
	switch {
	case s.timeout < time.Second || s.timeout > time.Hour:
		return usagef("-llm-timeout %v is not between 1s and 1h", s.timeout)
	case s.window != 0 && (s.window < 2000 || s.window > 10_000_000):
		return usagef("-llm-window %d is not between 2,000 and 10,000,000 tokens", s.window)
	case s.concurrent < 1 || s.concurrent > 1000:
		return usagef("-llm-concurrent %d is not between 1 and 1,000", s.concurrent)
	case s.cache < 0 || s.cache > 4096:
		return usagef("-llm-cache %d is not between 0 and 4,096 MB", s.cache)
	}
	return nil
}

// chosenModel is the model of -llm.
type chosenModel struct {
	generator *guard.Generator
	json      bool // the service holds a reply to a JSON Schema
	window    int  // tokens, 0 for not said
}

// ollamaWindow is the window that Ollama is asked for where none is given. Its
// own, of 4,096 tokens or fewer, cuts passages off without a word.
const ollamaWindow = 8192

// chooseModel returns the generator of -llm, nil for none: the same one while
// the program runs, so that its breaker, its cache and its counters outlive a
// change of the library. It calls nobody.
func (p *program) chooseModel(s settings) (*chosenModel, error) {
	p.choosing.Lock()
	defer p.choosing.Unlock()
	if !p.chosen {
		m, err := p.newModel(s)
		if err != nil {
			return nil, err
		}
		p.model, p.chosen = m, true
	}
	return p.model, nil
}

func (p *program) newModel(s settings) (*chosenModel, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	e, ok, err := parseEndpoint("llm", s.llm, llmNone)
	if err != nil || !ok {
		return nil, err
	}
	c, err := p.modelConfig("llm", e, s)
	if err != nil {
		return nil, err
	}
	price, err := readPrice(s.prices, e)
	if err != nil {
		return nil, err
	}
	g, err := langchain.New(c)
	if err != nil {
		return nil, fmt.Errorf("-llm %s: %w", s.llm, err)
	}
	return &chosenModel{
		generator: guard.NewGenerator(g, guard.Options{
			Budget: s.timeout, Concurrent: s.concurrent, CacheBytes: s.cache << 20, Price: price, Log: p.log()}),
		json:   c.HoldsSchema(),
		window: c.Window,
	}, nil
}

// modelConfig is what the adapter of -llm is made with.
func (p *program) modelConfig(flag string, e endpoint, s settings) (langchain.Config, error) {
	key, err := p.key(flag, e)
	if err != nil {
		return langchain.Config{}, err
	}
	c := e.config(key)
	c.Window = s.window
	if c.Window == 0 && c.Protocol == langchain.Ollama {
		c.Window = ollamaWindow
	}
	return c, nil
}

// chooseEmbedder makes the embedder of -embed. It calls nobody.
func (p *program) chooseEmbedder(s settings) (llm.Embedder, error) {
	e, ok, err := parseEndpoint("embed", s.embed, embedOffline)
	if err != nil {
		return nil, err
	}
	if !ok {
		return offline.New(), nil
	}
	key, err := p.key("embed", e)
	if err != nil {
		return nil, err
	}
	c := e.config(key)
	inner, err := langchain.NewEmbedder(c)
	if err != nil {
		return nil, fmt.Errorf("-embed %s: %w", s.embed, err)
	}
	// An index is worth waiting for: a limited rate is ridden through. A service
	// that is not there is given up soon; the work goes on where it stopped.
	guarded := guard.NewEmbedder(inner, guard.Options{
		Budget: 10 * time.Minute, Tries: 4, Patience: 30, OpenAfter: 40, Concurrent: s.concurrent, Log: p.log()})
	d, err := p.dataDirectory(s)
	if errors.Is(err, errNoDirectory) {
		return guarded, nil
	}
	if err != nil {
		return nil, err
	}
	return vectorcache.New(guarded, filepath.Join(d.path, "embeddings"), inner.Batch(), p.log()), nil
}

// rebuildCommand makes the index anew with the embedder of the settings.
func (s settings) rebuildCommand() string {
	command := "yanbao ingest -rebuild"
	if s.embed != embedOffline {
		command += " -embed " + s.embed
	}
	if s.data != "" {
		command += " -data " + s.data
	}
	return command
}

// Names of the variables that hold the key of a service. They are yanbao's own
// first, then the one that the service's own tools read.
func (s service) keyName() string     { return "YANBAO_" + strings.ToUpper(s.name) + "_KEY" }
func (s service) keyFileName() string { return s.keyName() + "_FILE" }

// key reads the key of a service from the environment or from the file that
// the environment names. The variable of the service's own tools is for its own
// address alone: another one is not to get that key unasked.
func (p *program) key(flag string, e endpoint) (string, error) {
	if file := p.getenv(e.service.keyFileName()); file != "" {
		return readKey(e.service.keyFileName(), file)
	}
	names := []string{e.service.keyName()}
	if e.own {
		names = append(names, e.service.keyNames...)
	}
	for _, name := range names {
		if key := strings.TrimSpace(p.getenv(name)); key != "" {
			return key, checkKey(name, key)
		}
	}
	if e.service.needsKey && e.own {
		return "", fmt.Errorf("-%s %s: no key for %s: put it into a file and name that in %s, or set %s",
			flag, e.name(), e.service.title, e.service.keyFileName(), strings.Join(names, " or "))
	}
	return "", nil
}

// mostKey is far above the length of any key, in bytes.
const mostKey = 16 << 10

func readKey(name, file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("the key file that %s names cannot be read: %w", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostKey))
	if err != nil {
		return "", fmt.Errorf("the key file that %s names cannot be read: %w", name, plainPathError(err))
	}
	key := string(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if key == "" {
		return "", fmt.Errorf("the key file %s that %s names is empty", file, name)
	}
	return key, checkKey(name, key)
}

// checkKey refuses what cannot be a key, without showing it.
func checkKey(name, key string) error {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("what %s gives is no key: it holds spaces, line breaks or letters that no key has", name)
	}
	return nil
}

// readPrice reads what a model costs; no price where the file has none for it.
func readPrice(file string, e endpoint) (guard.Price, error) {
	if file == "" {
		return guard.Price{}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return guard.Price{}, fmt.Errorf("-llm-prices: %w", err)
	}
	var prices map[string]guard.Price
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&prices); err != nil {
		return guard.Price{}, fmt.Errorf("-llm-prices %s: not a JSON object of prices by model, as docs/models.md shows one: %w", file, err)
	}
	price := prices[e.name()]
	if price.Prompt < 0 || price.Completion < 0 {
		return guard.Price{}, fmt.Errorf("-llm-prices %s: the price of %s is below 0", file, e.name())
	}
	if price != (guard.Price{}) && price.Currency == "" {
		return guard.Price{}, errors.New("-llm-prices " + file + ": the price of " + e.name() + " has no currency")
	}
	return price, nil
}
