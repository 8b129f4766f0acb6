package lexical

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// traditionalTable lists pairs of a traditional character and the simplified
// one it stands for, one pair a line, after comment lines that name its origin
// and licence.
//
//go:embed traditional.txt
var traditionalTable string

// Characters in this range are looked up; OpenCC maps a few rarer ones
// outside of the basic plane too, which current reports do not use.
const (
	firstTraditional = 0x3400
	lastTraditional  = 0x9FFF
)

// simplifier maps traditional characters to simplified ones.
type simplifier struct {
	table [lastTraditional - firstTraditional + 1]uint16 // 0: unchanged
}

// of returns the simplified character for r, which is mostly r itself.
func (s *simplifier) of(r rune) rune {
	if r < firstTraditional || r > lastTraditional {
		return r
	}
	if to := s.table[r-firstTraditional]; to != 0 {
		return rune(to)
	}
	return r
}

// traditional returns the table, read once, on first use (about 50 µs).
var traditional = sync.OnceValue(func() *simplifier {
	s := new(simplifier)
	for line := range strings.Lines(traditionalTable) {
		from, n := utf8.DecodeRuneInString(line)
		to, _ := utf8.DecodeRuneInString(line[n:])
		if from >= firstTraditional && from <= lastTraditional {
			s.table[from-firstTraditional] = uint16(to)
		}
	}
	return s
})

// Simplified returns text with traditional characters made simplified, rune by
// rune; nothing else changes.
func Simplified(text string) string { return strings.Map(traditional().of, text) }
