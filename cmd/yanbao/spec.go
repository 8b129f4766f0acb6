package main

import (
	"strings"

	"yanbao/rag/llm"
	"yanbao/rag/llm/offline"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// Values of the flags -store, -embed and -llm. A value is a name, or a name
// and an argument after a colon.
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

// parseEmbedder returns the embedder.
func parseEmbedder(spec string) (llm.Embedder, error) {
	if spec != embedOffline {
		return nil, unknownSpec("embed", spec, embedOffline)
	}
	return offline.New(), nil
}

// parseModel checks which language model words the answers: none, they are
// put together from the report's own sentences.
func parseModel(spec string) error {
	if spec != llmNone {
		return unknownSpec("llm", spec, llmNone)
	}
	return nil
}

func unknownSpec(flag, spec string, known ...string) error {
	name, argument, _ := strings.Cut(spec, ":")
	for _, k := range known {
		if name == k {
			return usagef("-%s %s: %s takes no argument (%q)", flag, spec, k, argument)
		}
	}
	return usagef("-%s %s: unknown; this program has: %s", flag, spec, strings.Join(known, ", "))
}
