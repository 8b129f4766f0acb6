// Package web is the page that people read answers and reports on: a place to
// ask, the reading view of a report with the cited words marked, and what can be
// seen in its tables.
//
// Everything it shows is in the binary and comes from its own host: templates,
// style, scripts without a build step. It answers nothing itself; its scripts
// ask the HTTP API of the same host (see bot/httpapi). The text of a report is
// written as text and never as HTML, and no page holds inline script or style,
// so that the strictest Content-Security-Policy holds.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"yanbao/bot"
	"yanbao/rag"
)

// Policy is the Content-Security-Policy that every page is sent with.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Config is what the pages are made from. Asker and Reader are required.
type Config struct {
	Asker  bot.Asker
	Reader bot.Reader

	// Allowed reports whether a request may read the documents; nil allows all.
	// Pages that show a document ask for an API key where it says no, and the
	// page fetches them again with it.
	Allowed func(*http.Request) bool

	// English puts words of a Chinese document into English, for the questions
	// that a reader of English may begin with; false where it cannot. nil leaves
	// the questions in Chinese.
	English func(words string) (string, bool)

	Log *slog.Logger // nil logs nothing
}

// Handler serves the pages. It is safe for concurrent use.
type Handler struct {
	Config
	mux       *http.ServeMux
	languages map[string]*language
	assets    *assets
	suggester suggester
	readings  memo[*reading]
	explored  memo[*exploring]
}

// New returns the handler of all pages; whatever it does not know is answered
// with a page that says so.
func New(c Config) (*Handler, error) {
	if c.Asker == nil || c.Reader == nil {
		return nil, errors.New("new web page: an asker and a reader are required")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Allowed == nil {
		c.Allowed = func(*http.Request) bool { return true }
	}
	h := &Handler{Config: c, mux: http.NewServeMux(), suggester: suggester{asker: c.Asker, reader: c.Reader, english: c.English}}
	var err error
	if h.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("new web page: %w", err)
	}
	if h.languages, err = loadLanguages(); err != nil {
		return nil, fmt.Errorf("new web page: %w", err)
	}
	h.mux.HandleFunc("GET /{$}", h.ask)
	h.mux.HandleFunc("GET /a/{answer}", h.ask)
	h.mux.HandleFunc("GET /d", h.library)
	h.mux.HandleFunc("GET /d/{document}", h.read)
	h.mux.HandleFunc("GET /explore", h.library)
	h.mux.HandleFunc("GET /explore/{document}", h.explore)
	h.mux.HandleFunc("POST /copy", h.copy)
	h.mux.HandleFunc("GET "+assetPath+"{hash}/{file...}", h.assets.serve)
	h.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, h.assets.url("seal.svg"), http.StatusFound)
	})
	h.mux.HandleFunc("/", h.missing)
	return h, nil
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", Policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	if lang := r.URL.Query().Get("lang"); r.Method == http.MethodGet && h.languages[lang] != nil {
		h.switchLanguage(w, r, lang)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// ask serves the page to ask on; an answer named in the path is fetched by the
// page's script.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request) {
	p := h.page(r, "ask")
	if h.Allowed(r) {
		p.Documents = h.Asker.Documents(r.Context())
		p.Themes = h.suggester.themes(r.Context(), p.Documents, p.Lang)
	}
	h.write(w, r, http.StatusOK, p)
}

// library lists the documents, or goes to the only one.
func (h *Handler) library(w http.ResponseWriter, r *http.Request) {
	if !h.Allowed(r) {
		h.write(w, r, http.StatusUnauthorized, h.page(r, "gate"))
		return
	}
	p := h.page(r, "library")
	p.Documents = h.Asker.Documents(r.Context())
	if len(p.Documents) == 1 {
		http.Redirect(w, r, r.URL.Path+"/"+p.Documents[0].ID, http.StatusFound)
		return
	}
	h.write(w, r, http.StatusOK, p)
}

// missing says in both languages that there is no such page.
func (h *Handler) missing(w http.ResponseWriter, r *http.Request) {
	h.write(w, r, http.StatusNotFound, h.page(r, "missing"))
}

// failed answers for a document that could not be read.
func (h *Handler) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, rag.ErrUnknown) {
		h.missing(w, r)
		return
	}
	h.Log.Error("web: page failed", "path", r.URL.Path, "err", err)
	p := h.page(r, "missing")
	p.Failed = true
	h.write(w, r, http.StatusInternalServerError, p)
}
