package slacktest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// envelope is something that must be acknowledged.
type envelope struct {
	kind     string // "events_api", "slash_commands", "interactive"
	payload  map[string]any
	event    string   // event_id; "" where there is none
	ids      []string // envelope_id of each delivery
	attempt  int
	first    time.Time // of the first delivery
	at       time.Time // of the last delivery
	on       *conn
	done     bool
	response chan json.RawMessage // buffered; what the acknowledgement carried
}

// heldEvent waits until later events were sent.
type heldEvent struct {
	e     *envelope
	until int
}

// conn is one connection of the socket.
type conn struct {
	ws    *websocket.Conn
	write sync.Mutex
}

func (c *conn) send(v any) error {
	c.write.Lock()
	defer c.write.Unlock()
	return c.ws.WriteJSON(v)
}

// socket serves one connection: hello, pings, what is pending, acknowledgements.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws}
	defer ws.Close()
	if c.send(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": App},
		"debug_info": map[string]any{"host": "fake", "approximate_connection_time": 18060}}) != nil {
		return
	}
	s.mu.Lock()
	s.conns[c] = true
	for _, e := range s.pending {
		s.dispatch(e)
	}
	s.touch()
	s.mu.Unlock()
	done := make(chan struct{})
	s.work.Go(func() { c.ping(done) })
	for {
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if err := ws.ReadJSON(&ack); err != nil {
			break
		}
		s.acknowledge(ack.ID, ack.Payload)
	}
	close(done)
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

func (c *conn) ping(done chan struct{}) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		_ = c.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
		select {
		case <-tick.C:
		case <-done:
			return
		}
	}
}

func (s *Server) acknowledge(id string, payload json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, e := range s.pending {
		if slices.Contains(e.ids, id) {
			s.pending = slices.Delete(s.pending, i, i+1)
			s.finish(e, payload)
			return
		}
	}
}

// finish notes an acknowledgement. The lock is held.
func (s *Server) finish(e *envelope, payload json.RawMessage) {
	e.done = true
	s.step(e, true)
	s.acks = append(s.acks, time.Since(e.at))
	if e.event != "" {
		s.accepted[e.event] = true
	}
	if len(payload) > 20*1024 {
		s.violate("an acknowledgement carries %d bytes, at most 20 KB", len(payload))
		payload = nil
	}
	s.shown(e, payload)
	e.response <- payload
	s.touch()
}

// dispatch sends an envelope through a connection or the door. The lock is held.
func (s *Server) dispatch(e *envelope) {
	if s.options.Door != "" {
		s.work.Go(func() { s.post(e) })
		return
	}
	for c := range s.conns {
		if e.on != nil {
			e.attempt++
		}
		id := s.id("env-")
		e.ids, e.on, e.at = append(e.ids, id), c, time.Now()
		if e.first.IsZero() {
			e.first = e.at
		}
		s.step(e, false)
		message := map[string]any{"type": e.kind, "envelope_id": id, "payload": e.payload,
			"accepts_response_payload": e.kind != "events_api", "retry_attempt": e.attempt, "retry_reason": ""}
		if e.attempt > 0 {
			message["retry_reason"] = "timeout"
		}
		if c.send(message) != nil {
			c.ws.Close()
		}
		return
	}
}

// redeliver sends again what is not acknowledged in time.
func (s *Server) redeliver() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for _, e := range s.pending {
			if lost := e.on == nil || !s.conns[e.on]; s.options.Door == "" && (lost || time.Since(e.at) > s.options.Patience) {
				s.dispatch(e)
			}
		}
		s.mu.Unlock()
	}
}

// Drop ends all connections of the socket without a word.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.ws.UnderlyingConn().Close()
		delete(s.conns, c)
	}
}

// Refresh asks the client to connect anew, as Slack does every few hours.
func (s *Server) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.send(map[string]any{"type": "disconnect", "reason": "refresh_requested", "debug_info": map[string]any{"host": "fake"}})
		delete(s.conns, c)
	}
}

// SendRaw sends a frame as it is to all connections.
func (s *Server) SendRaw(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.write.Lock()
		_ = c.ws.WriteMessage(websocket.TextMessage, []byte(frame))
		c.write.Unlock()
	}
}

// Connected reports whether a client is connected.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) > 0
}

// Pending counts what is not acknowledged.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending) + len(s.held)
}

// Unacknowledged counts what was sent and is not acknowledged.
func (s *Server) Unacknowledged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// Acks lists how long acknowledgements took, from the last delivery of each.
func (s *Server) Acks() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acks)
}

// emit delivers an inner event as Options.Events says and returns its
// event_id. The lock is held.
func (s *Server) emit(inner map[string]any) string {
	id := s.id("Ev")
	kind, _ := inner["type"].(string)
	make := func() *envelope {
		return &envelope{kind: "events_api", event: id, response: make(chan json.RawMessage, 1), payload: map[string]any{
			"token": "unused", "team_id": Team, "api_app_id": App, "type": "event_callback", "event_id": id, "event_time": time.Now().Unix(), "event": inner,
			"authorizations": []any{map[string]any{"team_id": Team, "user_id": BotUser, "is_bot": true}}}}
	}
	steps := []Step{{}}
	if s.options.Events != nil {
		steps = s.options.Events(Event{id, kind, s.sent + 1})
	}
	for _, step := range steps {
		e := make()
		if step.Again {
			e.attempt = 1
		}
		s.held = append(s.held, &heldEvent{e, s.sent + step.After})
	}
	s.sent++
	s.release(s.sent - 1)
	return id
}

// release sends the held events whose time has come. The lock is held.
func (s *Server) release(sent int) {
	var still []*heldEvent
	for _, h := range s.held {
		if h.until > sent {
			still = append(still, h)
			continue
		}
		s.enqueue(h.e)
	}
	s.held = still
}

// Flush sends what is held back for later events that will not come.
func (s *Server) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(1 << 62)
}

// enqueue delivers an envelope until it is acknowledged. The lock is held.
func (s *Server) enqueue(e *envelope) {
	s.pending = append(s.pending, e)
	s.dispatch(e)
}

// post delivers an envelope to the door, signed, up to four times.
func (s *Server) post(e *envelope) {
	body, contentType := e.encode()
	for attempt := range 4 {
		s.mu.Lock()
		e.at = time.Now()
		s.mu.Unlock()
		r, err := http.NewRequest(http.MethodPost, s.options.Door, bytes.NewReader(body))
		if err != nil {
			break
		}
		r.Header.Set("Content-Type", contentType)
		Sign(r, body, Secret, time.Now())
		if attempt > 0 {
			r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
			r.Header.Set("X-Slack-Retry-Reason", "http_error")
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			continue
		}
		var reply bytes.Buffer
		_, _ = reply.ReadFrom(w.Body)
		w.Body.Close()
		if w.StatusCode == http.StatusOK {
			s.mu.Lock()
			s.pending = slices.DeleteFunc(s.pending, func(p *envelope) bool { return p == e })
			s.finish(e, reply.Bytes())
			s.mu.Unlock()
			return
		}
	}
	s.mu.Lock()
	s.violate("the door did not take %s", e.kind)
	s.pending = slices.DeleteFunc(s.pending, func(p *envelope) bool { return p == e })
	s.touch()
	s.mu.Unlock()
}

// encode is the body of an envelope for the door.
func (e *envelope) encode() (body []byte, contentType string) {
	data, err := json.Marshal(e.payload)
	if err != nil {
		panic(err) // unreachable: payloads are made of maps and strings
	}
	switch e.kind {
	case "interactive":
		return []byte(url.Values{"payload": {string(data)}}.Encode()), "application/x-www-form-urlencoded"
	case "slash_commands":
		form := url.Values{}
		for k, v := range e.payload {
			form.Set(k, fmt.Sprint(v))
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	return data, "application/json"
}

// Sign signs a request as Slack does.
func Sign(r *http.Request, body []byte, secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}
