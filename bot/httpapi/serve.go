package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// contextKey is the type of what a request's context holds: IDs, no services.
type contextKey int

const requestIDKey contextKey = iota

// requestID names a request in its response, in errors and in the log.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// newRequestID takes over the ID that a client or a proxy gave, if it can be
// shown and logged as it is.
func newRequestID(given string) string {
	ok := given != "" && len(given) <= 64
	for _, c := range []byte(given) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')
	}
	if ok {
		return given
	}
	var raw [12]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// response notes what is sent.
type response struct {
	http.ResponseWriter
	rc     *http.ResponseController
	wait   time.Duration // for the client to take what is sent
	status int
	bytes  int64
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
		w.extend()
	}
	w.ResponseWriter.WriteHeader(status)
}

// extend gives the client its time for what is written next: a stream that is
// taken lasts, however long.
func (w *response) extend() {
	_ = w.rc.SetWriteDeadline(time.Now().Add(w.wait)) // tests have writers without deadlines
}

// Write implements http.ResponseWriter.
func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.extend()
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// ServeHTTP implements http.Handler: it names, guards, answers, counts and logs
// one request. A panic is the end of the request, not of the server.
func (s *server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	id := newRequestID(r.Header.Get("X-Request-ID"))
	r = r.WithContext(context.WithValue(r.Context(), requestIDKey, id))
	w := &response{ResponseWriter: rw, rc: http.NewResponseController(rw), wait: s.Limits.WriteTime}
	w.Header().Set("X-Request-ID", id)
	secure(w.Header())
	call := &call{route: routeNone}
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // how a handler cuts a connection
			}
			s.Log.Error("http: panic", "id", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if w.status == 0 {
				s.fail(w, r, newProblem(http.StatusInternalServerError, "something went wrong on the server; its log tells more under this request ID"))
			}
		}
		s.account(w, r, call, time.Since(start))
	}()
	s.handle(w, r, call)
}

// call is what is known of a request when it has ended.
type call struct {
	route string // pattern
	key   string // name of the API key
}

// account counts and logs a request.
func (s *server) account(w *response, r *http.Request, c *call, took time.Duration) {
	status := w.status
	if status == 0 {
		status = statusGone
	}
	s.meters.requests.WithLabelValues(c.route, method(r.Method), fmt.Sprint(status)).Inc()
	s.meters.seconds.WithLabelValues(c.route).Observe(took.Seconds())
	s.Log.Info("http: request", "id", requestID(r.Context()), "method", method(r.Method), "route", c.route, "status", status,
		"bytes", w.bytes, "took_ms", float64(took.Microseconds())/1000, "key", c.key)
}

// method keeps what clients make up out of metrics and logs.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// secure sets what browsers are told of every response; the page sets a policy
// of its own.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
}

// handle finds the route, guards it and answers.
func (s *server) handle(w *response, r *http.Request, c *call) {
	if !strings.HasPrefix(r.URL.Path, "/") {
		s.fail(w, r, newProblem(http.StatusBadRequest, "the path must begin with /"))
		return
	}
	_, pattern := s.mux.Handler(r)
	rt := s.route(pattern)
	c.route = rt.name
	s.allowOrigin(w.Header(), r)
	if isPreflight(r) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := s.guard(r, rt, c); err != nil {
		s.fail(w, r, err)
		return
	}
	leave, ok := s.enter(rt)
	if !ok {
		s.fail(w, r, busy())
		return
	}
	defer leave()
	if err := s.receive(w, r, rt); err != nil {
		s.fail(w, r, err)
		return
	}
	out := s.encoded(w, r)
	defer out.close()
	s.mux.ServeHTTP(out, r)
}

// enter takes a place among the requests under way, and of those that hold a
// whole document in memory; false where there is none left.
func (s *server) enter(rt route) (leave func(), ok bool) {
	var taken []chan struct{}
	leave = func() {
		for _, places := range taken {
			<-places
		}
	}
	for _, p := range []struct {
		places chan struct{}
		wanted bool
	}{{s.slots, rt.limited}, {s.uploads, rt.upload}} {
		if !p.wanted {
			continue
		}
		select {
		case p.places <- struct{}{}:
			taken = append(taken, p.places)
		default:
			leave()
			return nil, false
		}
	}
	return leave, true
}

func busy() *problem {
	p := newProblem(http.StatusServiceUnavailable, "too many requests are under way: try again")
	p.retry = time.Second
	return p
}
