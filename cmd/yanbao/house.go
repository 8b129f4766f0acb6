package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"yanbao/bot"
	"yanbao/bot/httpapi"
	"yanbao/bot/mcpserver"
	"yanbao/bot/meter"
	"yanbao/bot/record"
	"yanbao/bot/web"
	"yanbao/corpus"
	"yanbao/rag/question"

	"github.com/prometheus/client_golang/prometheus"
)

// house is what stands behind the doors while the server runs.
type house struct {
	flags   serveFlags
	log     *slog.Logger
	shelf   *shelf         // the library that can be changed
	record  *record.Record // nil where nothing is recorded
	meter   *meter.Meter
	metrics *prometheus.Registry
	keys    *keyFile
	tools   *mcpserver.Server
	handler http.Handler
	closing atomic.Bool
}

// openHouse opens everything that the doors need, and wires the doors.
func (p *program) openHouse(ctx context.Context, f serveFlags) (h *house, err error) {
	h = &house{flags: f, log: p.serveLog(f.format.value), metrics: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
			h = nil
		}
	}()
	if h.keys, err = openKeyFile(f.keys); err != nil {
		return h, err
	}
	if err = p.openRecord(ctx, h); err != nil {
		return h, err
	}
	if h.shelf, err = p.openShelf(ctx, f.cache, h.log); err != nil {
		return h, err
	}
	if m := p.model; m != nil {
		if err = h.metrics.Register(newModelMetrics(m.generator.Counters)); err != nil {
			return h, err
		}
	}
	var recorder meter.Recorder
	if h.record != nil {
		recorder = h.record
	}
	if h.meter, err = meter.New(h.metrics, recorder, h.log); err != nil {
		return h, err
	}
	h.tools, err = mcpserver.New(h.door("mcp"), mcpserver.Options{
		Version: readBuild().Version, Log: h.log, TrustedOrigins: named(f.origins),
		AnyHost: true, // names are checked before, see httpapi.Config.Hosts
	})
	if err != nil {
		return h, err
	}
	h.handler, err = h.wire()
	return h, err
}

// close ends what openHouse has opened.
func (h *house) close() error {
	var errs []error
	if h.tools != nil {
		errs = append(errs, h.tools.Close())
	}
	if h.record != nil {
		errs = append(errs, h.record.Close())
	}
	return errors.Join(errs...)
}

// named leaves out the star that stands for any origin.
func named(origins []string) []string {
	return slices.DeleteFunc(slices.Clone(origins), func(o string) bool { return o == "*" })
}

// wire puts the doors together.
func (h *house) wire() (http.Handler, error) {
	proxies, err := networks(h.flags.proxies)
	if err != nil {
		return nil, err
	}
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.Config{Asker: h.shelf.asker, Reader: h.shelf.asker, English: lexicon.English(), Allowed: httpapi.Allowed(h.keys.current), Log: h.log})
	if err != nil {
		return nil, err
	}
	c := httpapi.Config{
		Asker:  h.door("http"),
		OpenAI: h.door("openai"),
		Web:    pages,
		MCP:    h.tools,
		Keys:   h.keys.current,
		Hosts:  h.flags.hosts, Origins: h.flags.origins, Proxies: proxies,
		URL:     strings.TrimSuffix(h.flags.url, "/"),
		Limits:  h.flags.limits,
		Models:  []string{httpapi.ModelAuto, httpapi.ModelExtractive},
		Ready:   h.ready,
		Metrics: h.metrics,
		Log:     h.log,
		Edition: h.shelf.asker.Edition,
		Version: readBuild().Version,
	}
	if h.shelf.settings.llm != llmNone {
		c.Models = append(c.Models, httpapi.ModelGenerated)
	}
	// Without keys, who may reach the server may change documents: on this
	// machine alone that is its user.
	if h.shelf.library != nil && (h.flags.keys != "" || !h.flags.open) {
		c.Library = h.shelf
	}
	if h.record != nil {
		c.Record = h.record
	}
	return httpapi.New(c)
}

// door is the engine as one of the doors asks it: counted and recorded.
func (h *house) door(name string) bot.Asker { return h.meter.Door(name, h.shelf.asker) }

// ready says why the server takes no more questions.
func (h *house) ready() error {
	if h.closing.Load() {
		return errors.New("the server is stopping")
	}
	return nil
}

// run serves until ctx is done, then lets requests under way end.
func (h *house) run(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           h.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		// Reading and writing have deadlines for each request, see httpapi.Limits:
		// a stream may last as long as something is sent.
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	h.closing.Store(true)
	h.log.Info("serve: stopping", "grace", h.flags.grace.String())
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.flags.grace)
	defer cancel()
	tools := make(chan error, 1)
	go func() { tools <- h.tools.Shutdown(grace) }() // its streams would last for ever
	if err := errors.Join(server.Shutdown(grace), <-tools); err != nil {
		h.log.Warn("serve: requests cut off", "error", err)
		if err := server.Close(); err != nil {
			return fmt.Errorf("serve: stop: %w", err)
		}
	}
	<-failed
	return nil
}
