package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yanbao/bot"
	"yanbao/bot/httpapi"
	"yanbao/bot/record"
	"yanbao/bot/slackbot"
	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/index"
)

// How often a server looks whether another process has changed the data
// directory or the keys, and how often it drops what is too old.
const (
	lookEvery  = 5 * time.Second
	pruneEvery = time.Hour
)

// shelf is the library of a server: what is answered from, and how it changes
// while the doors are open. A change is read into a new engine beside the old
// one, which answers until then.
type shelf struct {
	program  *program
	settings settings
	cache    int
	log      *slog.Logger
	library  *index.Library // nil where no place for data is known
	asker    *bot.Switch

	mu         sync.Mutex // held by a change
	generation string     // of the data directory, that the engine was made from
}

// openShelf opens the library for questions and changes.
func (p *program) openShelf(ctx context.Context, cache int, log *slog.Logger) (*shelf, error) {
	s := &shelf{program: p, settings: p.settings, cache: cache, log: log}
	s.settings.mayBeEmpty = true
	var err error
	if s.library, err = p.openLibrary("yanbao serve", nil); err != nil && !errors.Is(err, errNoDirectory) {
		return nil, err
	}
	if s.generation, err = s.current(ctx); err != nil {
		return nil, err
	}
	a, err := s.engine(ctx)
	if err != nil {
		return nil, err
	}
	s.asker = bot.NewSwitch(ctx, a, nil)
	return s, nil
}

// engine reads the library anew.
func (s *shelf) engine(ctx context.Context) (bot.Library, error) {
	session, err := s.program.open(ctx, s.program, s.settings)
	if err != nil {
		return nil, err
	}
	library, ok := session.engine.(bot.Library)
	if !ok {
		return nil, errors.New("serve: the engine does not hand out documents")
	}
	// A model may word the same answer differently each time.
	same := func(q rag.Question) bool { return s.settings.llm == llmNone || q.Mode == "extractive" }
	return bot.NewCache(library, s.cache, same), nil
}

// current names the generation of the data directory.
func (s *shelf) current(ctx context.Context) (string, error) {
	if s.library == nil {
		return "", nil
	}
	status, err := s.library.Status(ctx)
	return status.Generation, err
}

// Add implements httpapi.Library.
func (s *shelf) Add(ctx context.Context, name string, data []byte, meta ingest.Meta) (index.Change, error) {
	format, err := ingest.Detect(formats(len(data)), name, data)
	if err != nil {
		return index.Change{}, err
	}
	d, err := format.Read(name, data)
	if err != nil {
		return index.Change{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changes, err := s.library.Add(ctx, []index.Source{{Document: d.Describe(meta), Data: data}})
	if err != nil {
		return index.Change{}, err
	}
	return changes[0], s.stored(ctx)
}

// stored reads the library anew after a change. s.mu is held.
func (s *shelf) stored(ctx context.Context) error {
	if err := s.reload(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("%w: %w", httpapi.ErrStored, err)
	}
	return nil
}

// Remove implements httpapi.Library.
func (s *shelf) Remove(ctx context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.library.Remove(ctx, id); err != nil {
		return err
	}
	return s.stored(ctx)
}

// look reloads where another process has changed the data directory.
func (s *shelf) look(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reload(ctx)
}

// reload puts an engine over the current generation in place, if that is
// another one. s.mu is held.
func (s *shelf) reload(ctx context.Context) error {
	generation, err := s.current(ctx)
	if err != nil || generation == s.generation {
		return err
	}
	start := time.Now()
	a, err := s.engine(ctx)
	if err != nil {
		return err
	}
	s.asker.Replace(ctx, a, nil)
	s.generation = generation
	s.log.Info("serve: documents reloaded", "generation", generation, "took_ms", time.Since(start).Milliseconds())
	return nil
}

// openRecord opens the record, unless nothing is to be recorded.
func (p *program) openRecord(ctx context.Context, h *house) error {
	if !h.flags.record {
		return nil
	}
	d, err := p.dataDirectory(p.settings)
	if errors.Is(err, errNoDirectory) {
		p.note("nothing is recorded: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	h.record, err = record.Open(ctx, d.path, record.Options{Log: h.log, Schemas: []record.Schema{slackbot.Schema()}})
	if err != nil {
		return fmt.Errorf("%w (--record=false records nothing)", err)
	}
	return nil
}

// keep does what has to be done now and then while the server runs.
func (h *house) keep(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	h.prune(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if err := h.shelf.look(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("serve: documents not reloaded, the earlier ones answer on", "error", err)
			}
			if err := h.keys.look(); err != nil {
				h.log.Error("serve: API keys not reloaded, the earlier ones hold", "error", err)
			}
		case <-prune.C:
			h.prune(ctx)
		}
	}
}

// prune drops what was recorded too long ago.
func (h *house) prune(ctx context.Context) {
	if h.record == nil || h.flags.keepDays == 0 {
		return
	}
	n, err := h.record.Prune(ctx, time.Now().AddDate(0, 0, -h.flags.keepDays))
	switch {
	case err != nil && ctx.Err() == nil:
		h.log.Error("serve: old answers not removed", "error", err)
	case n > 0:
		h.log.Info("serve: old answers removed", "answers", n)
	}
}
