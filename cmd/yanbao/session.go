package main

import (
	"context"
	"errors"
	"fmt"

	"yanbao/bot"
	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/jsonl"
	"yanbao/ingest/markdown"
	"yanbao/ingest/plaintext"
	"yanbao/prompts"
	"yanbao/rag"
	"yanbao/rag/ground"
	"yanbao/rag/index"
	"yanbao/rag/question"
)

// session is an engine over the documents that the settings name.
type session struct {
	engine   bot.Asker
	passages []*ingest.Passage // all that can be found
	model    *chosenModel      // that words the answers, nil for none
	verifier *ground.Verifier  // that checks their claims
}

// formats are the kinds of files that are read, the most particular first.
// Files of more than limit bytes are refused.
func formats(limit int) []ingest.Format {
	d := ingest.Decoder{MaxBytes: limit}
	return []ingest.Format{jsonl.Limited(d), markdown.Limited(d), plaintext.Limited(d)}
}

// reread reads a stored file again as what it was ingested as.
func reread(meta ingest.Meta, name string, data []byte) (*ingest.Document, error) {
	f, err := ingest.Detect(formats(len(data)), name, data)
	if err != nil {
		return nil, err
	}
	d, err := f.Read(name, data)
	if err != nil {
		return nil, err
	}
	return d.Describe(meta), nil
}

// openSession reads the library: the data directory where there is one, and the
// shipped edition. Without a data directory nothing is written anywhere.
func openSession(ctx context.Context, p *program, s settings) (*session, error) {
	options, err := p.indexOptions(s)
	if err != nil {
		return nil, err
	}
	model, err := p.chooseModel(s)
	if err != nil {
		return nil, err
	}
	builtin, err := builtinDocuments(s)
	if err != nil {
		return nil, err
	}
	if s.embed != embedOffline { // the first time a service embeds the shipped edition, which takes a while
		progress := p.newProgress("")
		defer progress.finish()
		options.Progress = progress.stage
	}
	x, err := p.openIndex(ctx, s, builtin, options)
	if err != nil {
		return nil, err
	}
	if len(x.Documents()) == 0 && !s.mayBeEmpty {
		return nil, errors.New("there is no report to ask: add one with yanbao ingest FILE, or leave out -builtin=false")
	}
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		return nil, fmt.Errorf("the lexicon cannot be read, the program is damaged: %w", err)
	}
	config := rag.Config{Index: x, Lexicon: lexicon, Log: options.Log}
	if model != nil {
		config.Generator = model.generator
		config.Generation = rag.Generation{Budget: s.timeout, Window: model.window, JSON: model.json}
	}
	if config.Generation.Prompts, err = loadPrompts(s.prompts); err != nil {
		return nil, err
	}
	e, err := rag.New(config)
	if err != nil {
		return nil, err
	}
	return &session{engine: e, passages: x.Passages(), model: model, verifier: e.Verifier()}, nil
}

// loadPrompts reads the prompts of -prompts, nil for the shipped ones. They are
// checked with or without a model.
func loadPrompts(dir string) (*prompts.Set, error) {
	if dir == "" {
		return nil, nil
	}
	set, err := prompts.Load(dir)
	if err != nil {
		return nil, usagef("-%w", err) // it begins with prompts:
	}
	return set, nil
}

// indexOptions turns the flags into what an index is made with.
func (p *program) indexOptions(s settings) (index.Options, error) {
	newStore, err := parseStore(s.store)
	if err != nil {
		return index.Options{}, err
	}
	if err := s.modelSettings.check(); err != nil {
		return index.Options{}, err
	}
	embedder, err := p.chooseEmbedder(s)
	if err != nil {
		return index.Options{}, err
	}
	return index.Options{Embedder: embedder, NewStore: newStore, RebuildCommand: s.rebuildCommand(), Reread: reread, Log: p.log()}, nil
}

// builtinDocuments reads the shipped edition, unless it is left out.
func builtinDocuments(s settings) ([]*ingest.Document, error) {
	if !s.builtin {
		return nil, nil
	}
	name, data := corpus.Edition()
	d, err := markdown.Read(name, data)
	if err != nil {
		return nil, fmt.Errorf("the shipped edition cannot be read, the program is damaged: %w", err)
	}
	return []*ingest.Document{d}, nil
}

// openIndex reads the current index of the data directory, or makes one in
// memory where no place for data is known. Reading makes nothing on disk.
func (p *program) openIndex(ctx context.Context, s settings, builtin []*ingest.Document, o index.Options) (*index.Index, error) {
	d, err := p.dataDirectory(s)
	if errors.Is(err, errNoDirectory) {
		return index.Build(ctx, builtin, o)
	}
	if err != nil {
		return nil, err
	}
	if d.given && !d.exists {
		return nil, fmt.Errorf("data directory %s does not exist: make it with yanbao ingest -data %s FILE, or leave out -data", d.path, d.path)
	}
	library, err := index.Open(d.path, o)
	if err != nil {
		return nil, err
	}
	return library.Index(ctx, builtin...)
}

// openLibrary opens the data directory for changes; the first one makes it.
// command is what others are told who find it locked.
func (p *program) openLibrary(command string, progress func(stage string, done, total int)) (*index.Library, error) {
	d, err := p.dataDirectory(p.settings)
	if err != nil {
		return nil, err
	}
	options, err := p.indexOptions(p.settings)
	if err != nil {
		return nil, err
	}
	options.Command = command
	options.Progress = progress
	return index.Open(d.path, options)
}
