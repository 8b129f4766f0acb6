package mcpserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	maxBody = 1 << 20 // bytes of a request, far more than the longest question

	sessionHeader = "Mcp-Session-Id"
	versionHeader = "Mcp-Protocol-Version"
	methodHeader  = "Mcp-Method"

	// sessionless is the first version of the protocol that knows no sessions.
	sessionless = "2026-07-28"
)

// ServeHTTP serves the streamable HTTP transport. It refuses requests of web
// pages of other origins, bodies over a limit and new sessions over a limit;
// who may ask is for the handler before it to know.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.ServeHTTP(w, r) }

// httpHandler puts together the checks and the protocol. Clients of versions
// with sessions and without are told apart by a header.
func (s *Server) httpHandler() (http.Handler, error) {
	origins := http.NewCrossOriginProtection()
	for _, o := range s.options.TrustedOrigins {
		if err := origins.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("mcp: trusted origin %q: %w", o, err)
		}
	}
	server := func(*http.Request) *mcp.Server { return s.mcp }
	sessions := mcp.NewStreamableHTTPHandler(server, &mcp.StreamableHTTPOptions{
		SessionTimeout: s.options.SessionTimeout, MaxRequestBodyBytes: maxBody, DisableLocalhostProtection: s.options.AnyHost,
	})
	single := mcp.NewStreamableHTTPHandler(server, &mcp.StreamableHTTPOptions{
		Stateless: true, PropagateRequestCancellation: true, MaxRequestBodyBytes: maxBody, DisableLocalhostProtection: s.options.AnyHost,
	})
	return origins.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.begin() {
			unavailable(w, closingText)
			return
		}
		if isStream(r) {
			s.requests.Done() // it ends with its session
		} else {
			defer s.requests.Done()
		}
		if r.Method == http.MethodPost && !checkBody(w, r) {
			return
		}
		if r.Header.Get(versionHeader) >= sessionless {
			single.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodPost && r.Header.Get(sessionHeader) == "" && s.full() {
			unavailable(w, "too many sessions are open")
			return
		}
		sessions.ServeHTTP(w, r)
	})), nil
}

// isStream recognises a request that is held open for what the server has to
// tell, with sessions and without.
func isStream(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Header.Get(methodHeader) == subscribing
}

// full reports whether no further session may begin.
func (s *Server) full() bool {
	n := 0
	for range s.mcp.Sessions() {
		n++
	}
	return n >= s.options.Sessions
}

const retryAfter = 5 // seconds

func unavailable(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	writeError(w, http.StatusServiceUnavailable, refusal{code: jsonrpc.CodeInternalError, message: why})
}

// checkBody reads the body of a request, answers a bad one and reports whether
// it was good. A good one can be read again.
func checkBody(w http.ResponseWriter, r *http.Request) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			writeError(w, http.StatusRequestEntityTooLarge, refusal{code: jsonrpc.CodeInvalidRequest,
				message: fmt.Sprintf("the request has more than %d bytes", maxBody)})
			return false
		}
		writeError(w, http.StatusBadRequest, refusal{code: jsonrpc.CodeParseError, message: "the request could not be read"})
		return false
	}
	if why := inspect(body); why != nil {
		writeError(w, http.StatusBadRequest, *why)
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return true
}

func writeError(w http.ResponseWriter, status int, why refusal) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(why.encode()) // the client is gone otherwise
}
