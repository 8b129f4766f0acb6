package rag

// EventKind says what an Event tells.
type EventKind string

// Kinds of events, in the order in which they come: Retrieved once, then for
// each verified claim Delta and ClaimReady. The whole answer is what Stream
// returns; an answer that does not answer has no claims and so no deltas.
const (
	Retrieved  EventKind = "retrieved"
	Delta      EventKind = "delta"
	ClaimReady EventKind = "claim"
)

// Event is one step of an answer under way. Nothing in it is unverified: the
// deltas joined are the Answer text that Stream returns, and the claims are
// its claims with the same numbering of citations. Should an answer that has
// begun have to start anew, it is announced by a Delta with Restart, after
// which everything shown before is void.
type Event struct {
	Kind      EventKind  `json:"kind"`
	Retrieved int        `json:"retrieved,omitempty"` // how many passages are looked at
	Delta     string     `json:"delta,omitempty"`     // text to append
	Restart   bool       `json:"restart,omitempty"`   // what was shown is void; Delta begins anew
	Claim     *Claim     `json:"claim,omitempty"`
	Citations []Citation `json:"citations,omitempty"` // those that the claim uses first
}

// emitClaims tells a finished answer claim by claim.
func emitClaims(a *Answer, emit func(Event)) {
	shown := 0
	for i := range a.Claims {
		c := &a.Claims[i]
		e := Event{Kind: ClaimReady, Claim: c}
		for _, n := range c.Citations {
			if n > shown {
				e.Citations = append(e.Citations, a.Citations[n-1])
				shown = n
			}
		}
		emit(Event{Kind: Delta, Delta: a.sentence(i)})
		emit(e)
	}
}
