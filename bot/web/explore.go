package web

import "net/http"

// exploring is what is drawn from the tables and figures of a document.
type exploring struct{}

func (h *Handler) explore(w http.ResponseWriter, r *http.Request) {
	if !h.Allowed(r) {
		h.write(w, r, http.StatusUnauthorized, h.page(r, "gate"))
		return
	}
	h.missing(w, r)
}
