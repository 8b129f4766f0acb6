package ingest

import (
	"crypto/sha256"
	"strconv"
	"strings"
)

// identity hashes parts, and n among equal ones, to 16 characters of lower-case
// base 32 (80 bits). It depends on nothing but its arguments, so that an ID
// stays when other parts of a document change.
func identity(n int, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	if n > 0 {
		h.Write([]byte(strconv.Itoa(n)))
	}
	var sum [sha256.Size]byte
	return idHashAlphabet.EncodeToString(h.Sum(sum[:0]))[:16]
}

// A namer gives the tables and figures of one document their IDs, in order:
// from the document ID, the caption (of a table without one its header), and a
// count among equal ones.
type namer struct {
	document string
	equal    map[string]int
}

func newNamer(document string) *namer { return &namer{document: document, equal: map[string]int{}} }

func (n *namer) table(caption string, columns []string) string {
	if caption == "" {
		caption = squash(strings.Join(columns, " "))
	}
	return "t-" + n.unique("table", caption)
}

func (n *namer) figure(caption string) string { return "f-" + n.unique("figure", caption) }

func (n *namer) unique(kind, key string) string {
	id := identity(0, n.document, kind, key)
	k := n.equal[id]
	n.equal[id]++
	return identity(k, n.document, kind, key)
}
