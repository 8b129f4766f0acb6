package httpapi

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// compressFrom is the size from which a response is compressed.
const compressFrom = 1024

// encoder sends a response compressed where the client takes that and it is
// worth it, and 304 in place of what the client has already.
type encoder struct {
	http.ResponseWriter
	gzip      bool   // the client takes it
	has       string // If-None-Match
	compress  *gzip.Writer
	pool      *sync.Pool
	started   bool
	discarded bool // 304: what follows is not sent
}

// gzips holds writers for reuse; each takes some hundred KB.
type gzips struct{ pool sync.Pool }

func newGzips() *gzips {
	return &gzips{sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is a valid one
		return w
	}}}
}

// encoded returns what a handler writes to in place of w.
func (s *server) encoded(w http.ResponseWriter, r *http.Request) *encoder {
	e := &encoder{ResponseWriter: w, pool: &s.meters.gzips.pool}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		e.has = r.Header.Get("If-None-Match")
	}
	e.gzip = r.Method != http.MethodHead && acceptsGzip(r.Header.Get("Accept-Encoding"))
	return e
}

// acceptsGzip reads Accept-Encoding.
func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, weighed := strings.Cut(part, ";")
		if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") {
			continue
		}
		if !weighed {
			return true
		}
		weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64)
		return err == nil && weight > 0
	}
	return false
}

// Unwrap is for http.ResponseController.
func (e *encoder) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (e *encoder) WriteHeader(status int) {
	if e.started || status < http.StatusOK {
		e.ResponseWriter.WriteHeader(status)
		return
	}
	e.started = true
	h := e.Header()
	if status == http.StatusOK && e.has != "" && matches(e.has, h.Get("ETag")) {
		e.discarded = true
		h.Del("Content-Type")
		h.Del("Content-Length")
		e.ResponseWriter.WriteHeader(http.StatusNotModified)
		return
	}
	if compressible(h.Get("Content-Type")) && h.Get("Content-Encoding") == "" {
		h.Add("Vary", "Accept-Encoding")
	} else {
		e.gzip = false
	}
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n < compressFrom || status == http.StatusNoContent || status == http.StatusNotModified {
		e.gzip = false
	}
	if e.gzip {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		e.compress = e.pool.Get().(*gzip.Writer)
		e.compress.Reset(e.ResponseWriter)
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (e *encoder) Write(b []byte) (int, error) {
	if !e.started {
		if e.Header().Get("Content-Type") == "" {
			e.Header().Set("Content-Type", http.DetectContentType(b))
		}
		if len(b) < compressFrom { // what is short is written at once here
			e.gzip = false
		}
		e.WriteHeader(http.StatusOK)
	}
	switch {
	case e.discarded:
		return len(b), nil
	case e.compress != nil:
		return e.compress.Write(b)
	}
	return e.ResponseWriter.Write(b)
}

// FlushError implements what http.ResponseController looks for.
func (e *encoder) FlushError() error {
	if e.compress != nil {
		if err := e.compress.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(e.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (e *encoder) Flush() { _ = e.FlushError() }

// close ends the compressed stream.
func (e *encoder) close() {
	if e.compress == nil {
		return
	}
	_ = e.compress.Close() // the client has left
	e.compress.Reset(io.Discard)
	e.pool.Put(e.compress)
	e.compress = nil
}

// compressible reports whether a type is worth it. Streams of events are not:
// they would be held up.
func compressible(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	switch strings.TrimSpace(t) {
	case "application/json", "application/problem+json", "text/html", "text/css", "text/plain", "text/csv", "text/markdown",
		"text/javascript", "application/javascript", "image/svg+xml":
		return true
	}
	return false
}

// matches reports whether a list of entity tags holds a tag; validators are
// compared weakly, as RFC 9110 has it for If-None-Match.
func matches(list, tag string) bool {
	if tag == "" {
		return false
	}
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for part := range strings.SplitSeq(list, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
