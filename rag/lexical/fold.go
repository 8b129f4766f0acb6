package lexical

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings s to the form in which texts are compared: Unicode NFKC, lower
// case, traditional characters as simplified ones, format characters (zero
// width blanks, soft hyphens) dropped and every run of white space turned into
// one blank. Invalid UTF-8 becomes U+FFFD. Folded text folds to itself, unless
// a format character stood between a letter and its mark.
func Fold(s string) string {
	if plain(s) {
		return s
	}
	f := folder{buf: make([]byte, 0, len(s))}
	f.fold(s)
	return string(f.buf)
}

// FoldMap is Fold together with the way back: offsets[i] is the offset in s of
// the character from which byte i of folded was made. It has one element more
// than folded has bytes, the last being len(s), so that
// s[offsets[i]:offsets[j]] is what folded[i:j] stands for whenever i and j are
// starts of characters.
func FoldMap(s string) (folded string, offsets []int) {
	f := folder{buf: make([]byte, 0, len(s)), offsets: make([]int, 0, len(s)+1), mapping: true}
	f.fold(s)
	return string(f.buf), append(f.offsets, len(s))
}

// folder collects folded text and, if mapping is set, where it came from.
type folder struct {
	buf     []byte
	offsets []int
	mapping bool
}

func (f *folder) fold(s string) {
	simplified := traditional()
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			f.put(rune(asciiLower(c)), i)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r >= '！' && r <= '～' {
			r -= '！' - '!' // full width to half width
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
		}
		if n == 3 && (r < utf8.RuneSelf || alone(r)) && nextAlone(s[i+n:]) {
			f.put(simplified.of(r), i)
			i += n
			continue
		}
		// The general case: a segment that normalisation treats as a whole,
		// such as a letter with its combining marks.
		n = norm.NFKC.NextBoundaryInString(s[i:], true)
		if n <= 0 {
			n = len(s) - i
		}
		f.segment(s[i:i+n], i, simplified)
		i += n
	}
}

// segment folds one normalisation segment that starts at offset at.
func (f *folder) segment(seg string, at int, simplified *simplifier) {
	normal := norm.NFKC.String(seg)
	lower := norm.NFKC.String(strings.Map(unicode.ToLower, normal)) // İ loses its dot and may take another mark
	for i, r := range lower {
		if normal != seg || len(lower) != len(seg) {
			i = 0 // characters of the two do not stand for each other one by one
		}
		f.put(simplified.of(r), at+i)
	}
}

// put appends one character, dropping format characters and second blanks.
func (f *folder) put(r rune, at int) {
	if r < utf8.RuneSelf {
		if isSpace(r) {
			if n := len(f.buf); n > 0 && f.buf[n-1] == ' ' {
				return
			}
			r = ' '
		}
		f.buf = append(f.buf, byte(r))
		if f.mapping {
			f.offsets = append(f.offsets, at)
		}
		return
	}
	if r < 0x3001 || r > 0x9FFF { // neither Han nor Chinese punctuation
		switch {
		case isSpace(r):
			f.put(' ', at)
			return
		case unicode.Is(unicode.Cf, r):
			return
		}
	}
	before := len(f.buf)
	f.buf = utf8.AppendRune(f.buf, r)
	for i := before; f.mapping && i < len(f.buf); i++ {
		f.offsets = append(f.offsets, at)
	}
}

// alone reports whether NFKC leaves r, a character of three bytes, as it is
// whatever stands before it: unified ideographs and Chinese punctuation.
func alone(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r >= 0x3001 && r <= 0x3029:
		return true
	case r >= 0x2013 && r <= 0x2022:
		return r <= 0x2016 || r >= 0x2018 && r <= 0x2022
	}
	return false
}

// nextAlone reports whether s does not begin with a character that could
// combine with the one before it.
func nextAlone(s string) bool {
	if s == "" || s[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s)
	return alone(r) || norm.NFKC.PropertiesString(s).BoundaryBefore() && r != utf8.RuneError
}

// plain reports whether Fold would leave s as it is, for texts made of ASCII
// and simplified characters.
func plain(s string) bool {
	simplified := traditional()
	blank := false
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' || c == ' ' && blank || c != ' ' && isSpace(rune(c)) {
				return false
			}
			blank = c == ' '
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if n != 3 || !alone(r) || simplified.of(r) != r {
			return false
		}
		blank = false
		i += n
	}
	return true
}

func asciiLower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r)
}
