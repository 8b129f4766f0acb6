package main

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/llm/langchain"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// Values of the flags -store, -embed and -llm. A value is a name, or a name
// and an argument after a colon; the argument of a service is a model and, for
// another address than the service's own, @ and that address:
//
//	ollama:qwen3:8b
//	openai:my-model@https://llm.example.org/v1
const (
	storeChromem = "chromem"
	embedOffline = "offline"
	llmNone      = "none"
)

// parseStore returns what makes an empty vector store for vectors of a model.
func parseStore(spec string) (func(model string) (store.Store, error), error) {
	if spec != storeChromem {
		return nil, unknownSpec("store", spec, storeChromem)
	}
	return func(model string) (store.Store, error) {
		s, err := chromemstore.New(model)
		if err != nil {
			return nil, err
		}
		return s, nil
	}, nil
}

// endpoint is a model at a service.
type endpoint struct {
	service service
	model   string
	base    string // address of the API
	own     bool   // it is the service's own address
}

// name is how the model is called everywhere: in answers, in counters and in
// an index. It does not hold the address: a server that moves stays the same.
func (e endpoint) name() string { return e.service.name + ":" + e.model }

// parseEndpoint reads the value of -llm or -embed; none is the value that
// stands for no service, for which ok is false.
func parseEndpoint(flag, spec, none string) (e endpoint, ok bool, err error) {
	if spec == none {
		return endpoint{}, false, nil
	}
	embed := flag == "embed"
	known := append([]string{none}, serviceNames(embed)...)
	name, argument, found := strings.Cut(spec, ":")
	s, isService := findService(name)
	switch {
	case !isService:
		return endpoint{}, false, unknownSpec(flag, spec, known...)
	case embed && s.noEmbed:
		return endpoint{}, false, usagef("-embed %s: %s has no embedders; use one of: %s", spec, s.title, strings.Join(known, ", "))
	case !found || argument == "":
		return endpoint{}, false, usagef("-%s %s: the model is missing; write %s:MODEL", flag, spec, name)
	}
	e = endpoint{service: s, model: argument, base: s.base, own: true}
	if at := max(strings.LastIndex(argument, "@http://"), strings.LastIndex(argument, "@https://")); at >= 0 {
		e.model, e.base, e.own = argument[:at], strings.TrimRight(argument[at+1:], "/"), false
	}
	if at := bareAddress.FindStringIndex(e.model); at != nil {
		model, address := e.model[:at[0]], e.model[at[0]+1:]
		if strings.Contains(model, "@") { // a key may stand before the host
			model, address = "MODEL", "HOST"
		}
		return endpoint{}, false, usagef("-%s: the address must begin with http:// or https://, as in %s:%s@http://%s", flag, name, model, address)
	}
	if err := e.check(flag); err != nil {
		return endpoint{}, false, err
	}
	return e, true, nil
}

// bareAddress is an address without its scheme where a model's name should end.
var bareAddress = regexp.MustCompile(`@(?:localhost|\d+\.\d+\.\d+\.\d+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}|[A-Za-z0-9.-]+:\d+)(?:[:/].*)?$`)

// check refuses addresses that cannot be one, or that hold a key: a command
// line is seen by every user of a machine.
func (e endpoint) check(flag string) error {
	u, err := url.Parse(e.base)
	switch {
	case e.model == "" || strings.ContainsFunc(e.model, func(r rune) bool { return r <= ' ' }):
		return usagef("-%s: %q is no name of a model; write %s:MODEL", flag, e.model, e.service.name)
	case err != nil || u.Host == "":
		return usagef("-%s: the address after %s@ is none; write for example %s:MODEL@https://host/v1", flag, e.model, e.service.name)
	case u.User != nil || u.RawQuery != "":
		return usagef("-%s: the address after %s@ must hold no user name, key or query; give the key in a file named by %s", flag, e.model, e.service.keyFileName())
	}
	return nil
}

// config is what the adapter is made with.
func (e endpoint) config(key string) langchain.Config {
	return langchain.Config{
		Name: e.name(), Protocol: e.service.protocol, BaseURL: e.base, Model: e.model, Key: key,
		Structured: e.service.structured, NewLimit: e.service.newLimit && e.own, Streams: e.service.streams, Batch: e.service.batch,
	}
}

func unknownSpec(flag, spec string, known ...string) error {
	name, argument, _ := strings.Cut(spec, ":")
	if slices.Contains(known, name) {
		return usagef("-%s %s: %s takes no argument (%q)", flag, spec, name, argument)
	}
	return usagef("-%s %s: unknown; this program has: %s", flag, spec, strings.Join(known, ", "))
}
