package eval

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Norm prepares a text for comparison: NFKC, lower case, no white space.
// Nothing else is changed: separators of thousands, brackets and the forms of
// characters stay.
func Norm(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	return strings.Map(func(r rune) rune {
		// U+001C to U+001F count as white space in the rules this follows
		if unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f {
			return -1
		}
		return r
	}, s)
}

// States reports whether text contains at least one string of the group after
// Norm.
func States(text string, group []string) bool { return statesNormed(Norm(text), group) }

func statesNormed(text string, group []string) bool {
	for _, alternative := range group {
		if strings.Contains(text, Norm(alternative)) {
			return true
		}
	}
	return false
}

// normQuote is Norm with the marks of Markdown dropped as well.
func normQuote(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '*' || r == '|' || r == '\\' {
			return -1
		}
		return r
	}, Norm(s))
}

// HasQuote reports whether a passage holds a quotation; of a table row, whose
// cells are separated by tabs, every cell on its own.
func HasQuote(passage, quote string) bool { return hasQuoteNormed(normQuote(passage), quote) }

func hasQuoteNormed(passage, quote string) bool {
	for _, cell := range strings.Split(quote, "\t") {
		if strings.TrimSpace(cell) != "" && !strings.Contains(passage, normQuote(cell)) {
			return false
		}
	}
	return true
}

// sentence is one sentence of an answer without its markers.
type sentence struct {
	text      string
	citations []int // numbers of the markers in it or directly behind it, in order
}

// leadingMarker reads a citation marker such as "[3]" at the start of s: its
// number, 1 to last, and its length in bytes; length 0 where there is none.
func leadingMarker(s string, last int) (n, size int) {
	if !strings.HasPrefix(s, "[") {
		return 0, 0
	}
	end := strings.IndexByte(s, ']')
	if end < 2 || end > 5 {
		return 0, 0
	}
	n, err := strconv.Atoi(s[1:end])
	if err != nil || n < 1 || n > last {
		return 0, 0
	}
	return n, end + 1
}

// stripMarkers returns the answer as its reader reads it: without the markers
// [1] to [last]. Other numbers in brackets belong to the text.
func stripMarkers(answer string, last int) string {
	var text strings.Builder
	for rest := answer; rest != ""; {
		if _, size := leadingMarker(rest, last); size > 0 {
			rest = rest[size:]
			continue
		}
		_, size := utf8.DecodeRuneInString(rest)
		text.WriteString(rest[:size])
		rest = rest[size:]
	}
	return text.String()
}

// sentences cuts an answer at 。！？；!?; and line ends, and at a full stop
// followed by white space or the end. Closing marks and citation markers
// directly behind the cut belong to the sentence before it. last is the number
// of the highest citation.
func sentences(answer string, last int) []sentence {
	var found []sentence
	var text strings.Builder
	var cited []int
	flush := func() {
		if t := strings.TrimSpace(text.String()); t != "" || len(cited) > 0 {
			found = append(found, sentence{t, cited})
		}
		text.Reset()
		cited = nil
	}
	for rest := answer; rest != ""; {
		if n, size := leadingMarker(rest, last); size > 0 {
			cited = append(cited, n)
			rest = rest[size:]
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		text.WriteString(rest[:size])
		rest = rest[size:]
		if endsSentence(r, rest, last) {
			var tail string
			tail, cited, rest = behind(rest, closers, cited, last)
			text.WriteString(tail)
			flush()
		}
	}
	flush()
	return found
}

// endsSentence reports whether a sentence ends with r, before rest.
func endsSentence(r rune, rest string, last int) bool {
	switch r {
	case '。', '！', '？', '；', '!', '?', ';', '\n', '\r':
		return true
	case '.':
		_, _, after := behind(rest, "", nil, last)
		next, _ := utf8.DecodeRuneInString(after)
		return after == "" || unicode.IsSpace(next)
	}
	return false
}

// closers may stand between the end of a sentence and its marker.
const closers = "”’」』》）)。！？；!?;"

// behind takes the given marks and all citation markers off the start of rest.
func behind(rest, marks string, cited []int, last int) (tail string, numbers []int, remaining string) {
	for rest != "" {
		if n, size := leadingMarker(rest, last); size > 0 {
			cited = append(cited, n)
			rest = rest[size:]
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		if !strings.ContainsRune(marks, r) {
			break
		}
		tail += rest[:size]
		rest = rest[size:]
	}
	return tail, cited, rest
}
