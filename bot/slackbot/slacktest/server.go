// Package slacktest is a Slack of its own for tests: the Web API, Socket Mode
// over a WebSocket, the Events API with signatures, response URLs, views,
// assistant threads and streamed messages, in Slack's wire formats. It refuses
// and notes (Violations) what breaks Slack's documented limits.
//
// It knows one workspace with one bot. It does not imitate what the program
// does not use, and it shares no code with the client library.
package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// What the workspace and the bot in it are called.
const (
	Team     = "T0TEST"
	BotUser  = "U0BOT"
	BotID    = "B0BOT"
	App      = "A0APP"
	BotToken = "xoxb-test"
	AppToken = "xapp-test"
	Secret   = "signing-secret"
)

// Options of a Server. The zero value is a workspace without streaming whose
// events go through the socket.
type Options struct {
	Streaming bool                 // chat.startStream and its kin work
	Assistant bool                 // assistant.threads.* work
	Scopes    []string             // granted to the bot, as auth.test tells
	Fault     func(c Call) Fault   // asked before each call; nil for no faults
	Patience  time.Duration        // how long an acknowledgement is waited for before the event comes again; 0 for 3 s
	Events    func(e Event) []Step // how an event is delivered; nil for once and at once
	Door      string               // address that events are posted to, in place of the socket
}

// Call is a call of the Web API.
type Call struct {
	Method  string
	Channel string
	Text    string
	N       int // calls of this method so far, from 1
}

// Fault is what goes wrong with a call; the zero value is nothing.
type Fault struct {
	RetryAfter int    // seconds: answered with 429
	Status     int    // an HTTP status in place of an answer
	Error      string // Slack's own error
	Lost       bool   // the call is done and the connection ends without an answer
}

// Event is an event about to be delivered.
type Event struct {
	ID   string // event_id
	Type string // "message", "app_mention" ...
	N    int    // events so far, from 1
}

// Step is one delivery of an event: once the given number of later events
// were sent, and unless Again, in place of the first delivery.
type Step struct {
	After int
	Again bool // a repetition, with retry_attempt
}

// Message is a message of a channel as it stands.
type Message struct {
	Channel, TS, Thread, User, Text string
	Blocks                          json.RawMessage
	Only                            string // the one user who sees it; "" for all
	Streaming, Deleted              bool
	Revisions                       int // how often it was changed
	File, FileName                  string
	response                        string // response URL by which it came
}

// Bot reports whether the bot wrote it.
func (m Message) Bot() bool { return m.User == BotUser }

// Course says in which order things happened to a message that a user wrote:
// its first delivery, and the first acknowledgement of one; 0 for not yet.
type Course struct{ Sent, Accepted int }

// Courses returns the course of each message, by timestamp.
func (s *Server) Courses() map[string]Course {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.courses)
}

// step notes a delivery or an acknowledgement of a message. The lock is held.
func (s *Server) step(e *envelope, accepted bool) {
	inner, _ := e.payload["event"].(map[string]any)
	ts, _ := inner["ts"].(string)
	if ts == "" {
		return
	}
	s.steps++
	c := s.courses[ts]
	if c.Sent == 0 {
		c.Sent = s.steps
	}
	if accepted && c.Accepted == 0 {
		c.Accepted = s.steps
	}
	s.courses[ts] = c
}

type channel struct {
	kind     string // "channel", "group", "im", "mpim"
	member   bool
	messages []*Message
}

// Server is a running fake. It is safe for concurrent use.
type Server struct {
	URL string // of the server; the Web API is below /api/

	mu         sync.Mutex
	options    Options
	http       *httptest.Server
	channels   map[string]*channel
	clock      int // last timestamp given out
	calls      map[string]int
	violations []string
	changed    chan struct{} // closed when anything changed

	conns    map[*conn]bool
	pending  []*envelope
	held     []*heldEvent
	sent     int // events sent
	nextID   int
	written  int
	acks     []time.Duration
	accepted map[string]bool // event IDs that were acknowledged
	courses  map[string]Course
	steps    int // deliveries and acknowledgements so far
	stop     chan struct{}
	work     sync.WaitGroup

	triggers  map[string]time.Time
	responses map[string]*response
	views     []View
	status    []Status
	prompts   []Prompts
	uploads   map[string]*upload
}

// New starts a server; Close ends it.
func New(o Options) *Server {
	if o.Patience == 0 {
		o.Patience = 3 * time.Second
	}
	s := &Server{
		options: o, channels: make(map[string]*channel), calls: make(map[string]int), changed: make(chan struct{}),
		conns: make(map[*conn]bool), accepted: make(map[string]bool), courses: make(map[string]Course), stop: make(chan struct{}),
		triggers: make(map[string]time.Time), responses: make(map[string]*response), uploads: make(map[string]*upload),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", s.api)
	mux.HandleFunc("GET /api/{method}", s.api)
	mux.HandleFunc("GET /socket", s.socket)
	mux.HandleFunc("POST /response/{id}", s.respond)
	mux.HandleFunc("POST /upload/{id}", s.receive)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL
	s.work.Go(s.redeliver)
	return s
}

// Close ends the server and its connections.
func (s *Server) Close() {
	close(s.stop)
	s.Drop()
	s.work.Wait()
	s.http.Config.SetKeepAlivesEnabled(false)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Listener says where the server listens, for a client in another process.
func (s *Server) Listener() net.Addr { return s.http.Listener.Addr() }

// touch tells waiters that something changed. The lock is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Changed is closed at the next change.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Violations lists what the client did against Slack's limits and rules.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violate notes a violation. The lock is held.
func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// AddChannel makes a channel of a kind: "channel", "group", "im" or "mpim",
// which the bot is a member of.
func (s *Server) AddChannel(id, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id] = &channel{kind: kind, member: true}
}

// Leave takes the bot out of a channel.
func (s *Server) Leave(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].member = false
}

// Messages lists what a channel holds, oldest first, without deleted messages.
func (s *Server) Messages(id string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	if c := s.channels[id]; c != nil {
		for _, m := range c.messages {
			if !m.Deleted {
				out = append(out, *m)
			}
		}
	}
	return out
}

// Replies lists what the bot wrote in a thread for all to see, oldest first.
func (s *Server) Replies(id, thread string) []Message {
	return slices.DeleteFunc(s.Messages(id), func(m Message) bool { return !m.Bot() || m.Thread != thread || m.Only != "" })
}

// Calls counts the calls of a method.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Written counts the messages of the bot for all to see.
func (s *Server) Written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

// timestamp gives out the next one. The lock is held.
func (s *Server) timestamp() string {
	s.clock++
	return fmt.Sprintf("%d.%06d", 1_760_000_000+s.clock/1000, s.clock%1000+1)
}

// id gives out the next ID with a prefix. The lock is held.
func (s *Server) id(prefix string) string {
	s.nextID++
	return fmt.Sprintf("%s%08d", prefix, s.nextID)
}

// find returns a message of a channel. The lock is held.
func (s *Server) find(id, ts string) *Message {
	c := s.channels[id]
	if c == nil {
		return nil
	}
	for i := len(c.messages) - 1; i >= 0; i-- {
		if m := c.messages[i]; m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// put adds a message to its channel. The lock is held.
func (s *Server) put(m *Message) {
	s.channels[m.Channel].messages = append(s.channels[m.Channel].messages, m)
	if m.Bot() && m.Only == "" {
		s.written++
	}
	s.touch()
}

func contains(text, user string) bool { return strings.Contains(text, "<@"+user+">") }
