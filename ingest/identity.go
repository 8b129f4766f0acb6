package ingest

import (
	"crypto/sha256"
	"strconv"
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
