package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"yanbao/bot/access"
)

// route is what holds for a pattern of the mux.
type route struct {
	name    string // the pattern, in metrics and logs
	scope   access.Scope
	limited bool // counts against rate and concurrency
	upload  bool // takes a document
}

// Names of what has no pattern of its own.
const (
	routeNone = "none"
	routeWeb  = "web"
)

// patterns of operation, open to all and never limited: a probe must not fail
// because a server is busy.
var probes = []string{"GET /healthz", "GET /readyz"}

// patterns that say how to use the API and nothing of the documents.
var manuals = []string{"GET /openapi.json", "GET /docs", "GET /docs/{file}"}

// route returns what holds for a pattern.
func (s *server) route(pattern string) route {
	switch {
	case pattern == "/" || pattern == "":
		// The page is public; what it asks and shows is not, see Config.Web.
		return route{name: routeWeb, limited: true}
	case slices.Contains(probes, pattern):
		return route{name: pattern}
	case slices.Contains(manuals, pattern):
		return route{name: pattern, limited: true}
	case pattern == "POST /v1/documents":
		return route{name: pattern, scope: access.Write, limited: true, upload: true}
	case pattern == "DELETE /v1/documents/{id}":
		return route{name: pattern, scope: access.Write, limited: true}
	case pattern == "GET /metrics":
		return route{name: pattern, scope: access.Read}
	}
	return route{name: pattern, scope: access.Read, limited: true}
}

// reserved are the beginnings of paths that are never pages.
var reserved = []string{"/v1/", "/mcp", "/openapi.json", "/docs", "/healthz", "/readyz", "/metrics"}

// rest answers what no other pattern takes: a page, 405 for a path that takes
// other methods, or 404.
func (s *server) rest(w http.ResponseWriter, r *http.Request) {
	if allowed := s.methods(r); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		s.fail(w, r, newProblem(http.StatusMethodNotAllowed, "this path takes "+strings.Join(allowed, ", ")))
		return
	}
	isReserved := slices.ContainsFunc(reserved, func(p string) bool {
		return r.URL.Path == strings.TrimSuffix(p, "/") || strings.HasPrefix(r.URL.Path, strings.TrimSuffix(p, "/")+"/")
	})
	if s.Web != nil && !isReserved {
		s.Web.ServeHTTP(w, r)
		return
	}
	s.fail(w, r, newProblem(http.StatusNotFound, "there is nothing at this path; /docs lists what there is"))
}

// methods lists those that the path of a request takes.
func (s *server) methods(r *http.Request) []string {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
		other := *r
		other.Method = m
		if _, pattern := s.mux.Handler(&other); pattern != "/" && pattern != "" && m != r.Method {
			allowed = append(allowed, m)
		}
	}
	return allowed
}
