package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"yanbao/bot"
	"yanbao/rag"
)

// largestAnswer is the longest body that is formatted, in bytes.
const largestAnswer = 1 << 20

// copy renders the answer that the page shows in every form it can be taken
// away in. It reads nothing but the request.
func (h *Handler) copy(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Answer   rag.Answer `json:"answer"`
		Language string     `json:"language"` // of the wording around the answer
		Base     string     `json:"base"`     // "https://host", put before links
		Accessed string     `json:"accessed"` // day on which the reader looked, "2006-01-02"
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestAnswer)).Decode(&in); err != nil {
		http.Error(w, "the body is no answer", http.StatusBadRequest)
		return
	}
	o := bot.CiteOptions{Language: in.Language}
	if u, err := url.Parse(in.Base); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		o.Base = u.Scheme + "://" + u.Host
	}
	if day, err := time.Parse(time.DateOnly, in.Accessed); err == nil {
		o.Accessed = day
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]string{
		"text":     bot.Render(&in.Answer, bot.Options{Language: in.Language}),
		"markdown": bot.Markdown(&in.Answer, o),
		"gbt7714":  bot.GBT7714(&in.Answer, o),
		"bibtex":   bot.BibTeX(&in.Answer, o),
	}); err != nil {
		h.Log.Debug("web: reader has gone", "path", r.URL.Path, "err", err)
	}
}
