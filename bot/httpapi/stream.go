package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// events is a stream of server-sent events. It begins with its first event, so
// that what goes wrong before is an error with a status. While nothing is sent
// for a while, a comment shows that the stream lives; a client that has gone or
// takes nothing ends the work by cancel.
type events struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	limits Limits
	cancel context.CancelFunc

	mu      sync.Mutex
	started bool
	err     error // of writing

	stop chan struct{}
	idle sync.WaitGroup
}

// openEvents prepares a stream; closeEvents ends it. ctx is done when the client
// has gone, or the answer takes too long.
func (s *server) openEvents(w http.ResponseWriter, r *http.Request) (ctx context.Context, e *events) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Limits.AnswerTime)
	e = &events{w: w, rc: http.NewResponseController(w), limits: s.Limits, cancel: cancel, stop: make(chan struct{})}
	s.meters.streams.Inc()
	e.idle.Go(e.keepAlive)
	return ctx, e
}

// close ends the stream; after it nothing is written.
func (s *server) closeEvents(e *events) {
	close(e.stop)
	e.idle.Wait()
	e.cancel()
	s.meters.streams.Dec()
}

// keepAlive sends comments.
func (e *events) keepAlive() {
	t := time.NewTicker(e.limits.KeepAlive)
	defer t.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-t.C:
			e.write([]byte(": keep-alive\n\n"))
		}
	}
}

// begun reports whether anything was sent: then an error is an event.
func (e *events) begun() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.started
}

// send sends an event with a JSON value; name may be "".
func (e *events) send(name string, v any) {
	var b bytes.Buffer
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	b.WriteString("data: ")
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil { // ends in a newline and holds no other
		e.fail(err)
		return
	}
	b.WriteByte('\n')
	e.write(b.Bytes())
}

// text sends an event whose data is text without newlines.
func (e *events) text(data string) { e.write([]byte("data: " + data + "\n\n")) }

func (e *events) write(b []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return
	}
	if !e.started {
		e.started = true
		h := e.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // for proxies that collect responses
		e.w.WriteHeader(http.StatusOK)
	}
	_, err := e.w.Write(b)
	if err == nil {
		err = e.rc.Flush()
	}
	if err != nil {
		e.err = err
		e.cancel()
	}
}

// fail ends the stream because of an error of our own.
func (e *events) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
	e.cancel()
}
