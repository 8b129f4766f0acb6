package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"yanbao/bot/access"
)

// guard says why a request is not let through; nil where it is.
func (s *server) guard(r *http.Request, rt route, c *call) error {
	if !s.served(r.Host) {
		return newProblem(http.StatusMisdirectedRequest, "this server is not reached under that name; its operator can allow it")
	}
	if s.origin != nil {
		if err := s.origin.Check(r); err != nil {
			return newProblem(http.StatusForbidden, "a page of another site may not send this; its operator can allow that site")
		}
	}
	caller := access.Network(s.address(r))
	if keys := s.Keys(); keys != nil && rt.scope != "" {
		// Failed attempts count too, so that keys cannot be tried fast.
		k, err := authenticate(keys, r, rt.scope)
		if err != nil {
			if limited := s.limit("failed "+caller, rt); limited != nil {
				return limited
			}
			return err
		}
		c.key, caller = k.Name, "key "+k.Name
	}
	return s.limit(caller, rt)
}

// limit counts a request of a caller.
func (s *server) limit(caller string, rt route) error {
	if !rt.limited {
		return nil
	}
	wait, ok := s.limiter.Allow(caller)
	if ok {
		return nil
	}
	p := newProblem(http.StatusTooManyRequests, fmt.Sprintf("too many requests: try again in %d s", seconds(wait)))
	p.retry = wait
	return p
}

// authenticate finds the key of a request and whether it is good for a scope.
func authenticate(keys *access.Keys, r *http.Request, scope access.Scope) (access.Key, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return access.Key{}, newProblem(http.StatusUnauthorized, "an API key is needed: send it as Authorization: Bearer KEY")
	}
	k, ok := keys.Find(strings.TrimSpace(secret))
	if !ok {
		return access.Key{}, newProblem(http.StatusUnauthorized, "the API key is not known here")
	}
	if !k.Allows(scope) {
		return access.Key{}, newProblem(http.StatusForbidden, fmt.Sprintf("the API key has scope %s, this needs %s", k.Scope, scope))
	}
	return k, nil
}

// Allowed returns what tells whether a request may read documents, for pages
// that show them outside of the routes that are guarded here.
func Allowed(keys func() *access.Keys) func(*http.Request) bool {
	return func(r *http.Request) bool {
		k := keys()
		if k == nil {
			return true
		}
		_, err := authenticate(k, r, access.Read)
		return err == nil
	}
}

// served reports whether the name that a client used is one of this server's.
// Without that check, any page could reach a server on the loopback address
// through a name that it controls.
func (s *server) served(host string) bool {
	if s.Hosts == nil {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	return slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

// address is where a request comes from. Of the addresses that proxies have
// added, the last that is not one of ours counts: those before it can be made
// up.
func (s *server) address(r *http.Request) netip.Addr {
	from := remote(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(from) }) {
			return from
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return from
		}
		from = next.Unmap()
	}
	return from
}

// remote is the other end of the connection.
func remote(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap()
}

// receive reads the body of a request whole, within its limits of size and
// time, so that no handler waits for a slow client.
func (s *server) receive(w *response, r *http.Request, rt route) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return newProblem(http.StatusUnsupportedMediaType, "send the body as it is, without Content-Encoding")
	}
	limit := s.Limits.Body
	if rt.upload {
		limit = s.Limits.Upload + 64<<10 // what multipart adds
	}
	_ = w.rc.SetReadDeadline(time.Now().Add(s.Limits.BodyTime)) // tests have writers without deadlines
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	_ = w.rc.SetReadDeadline(time.Time{})
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes, the limit here", limit))
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return newProblem(http.StatusRequestTimeout, "the body took too long to arrive")
	case err != nil:
		w.Header().Set("Connection", "close")
		return newProblem(http.StatusBadRequest, "the body could not be read to its end")
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	r.ContentLength = int64(len(data))
	return nil
}

// exposed are the headers that a page of another origin may read.
const exposed = "ETag, Link, Retry-After, X-Request-ID, Mcp-Session-Id"

// allowOrigin tells a browser which other sites may read a response.
func (s *server) allowOrigin(h http.Header, r *http.Request) {
	if len(s.Origins) == 0 {
		return
	}
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(s.Origins, origin) && !slices.Contains(s.Origins, "*") {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if isPreflight(r) {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, X-Request-ID")
		h.Set("Access-Control-Max-Age", "600")
	}
}

// isPreflight recognises the question of a browser whether it may ask.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}
