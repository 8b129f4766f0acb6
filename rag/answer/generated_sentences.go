package answer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/rag/ground"
)

// written is a sentence of a model's text, without its marks.
type written struct {
	text     string
	cites    []int // numbers of passages as the model gave them
	computed []ground.Computed
	flaw     Flaw // why it cannot stand whatever it cites; "" for nothing
}

// Flaw is why a sentence of a model cannot stand, apart from what the verifier
// finds.
type Flaw string

// Flaws.
const (
	Markup       Flaw = "markup"       // HTML that is more than emphasis
	Formula      Flaw = "formula"      // braces that hold no formula
	Unstated     Flaw = "no formula"   // a computed value without its formula
	Strange      Flaw = "code"         // a name with digits that no cited passage holds
	Elsewhere    Flaw = "citation"     // another passage says it, the cited ones do not
	Tongue       Flaw = "language"     // another language than the answer's
	Instructions Flaw = "instructions" // it repeats what the model was told
	TooMuch      Flaw = "too long"     // longer than an answer may be
)

// reader takes a model's text as it comes and gives its sentences as soon as
// each is whole.
type reader interface {
	feed(piece string) []written
	end() ([]written, error) // the last sentence; an error for a text that is not whole
}

// sentenceReader reads text with marks: 规模为12亿元[3]。
type sentenceReader struct{ text string }

func (r *sentenceReader) feed(piece string) []written {
	r.text += piece
	return r.take(false)
}

func (r *sentenceReader) end() ([]written, error) { return r.take(true), nil }

func (r *sentenceReader) take(final bool) []written {
	var out []written
	for r.text != "" {
		n := sentenceEnd(r.text, final)
		if n == 0 {
			break
		}
		if w, ok := readSentence(r.text[:n]); ok {
			out = append(out, w)
		}
		r.text = r.text[n:]
	}
	return out
}

// longestSentence is where a text without any full stop is cut, in bytes.
const longestSentence = 3000

// sentenceEnd returns the length of the first sentence of s with the marks
// behind it, 0 while it may go on. final is true where nothing follows s.
func sentenceEnd(s string, final bool) int {
	depth := 0
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		switch r {
		case '\n':
			return end
		case '“', '《', '（', '(', '「', '{', '【':
			depth++
		case '”', '》', '）', ')', '」', '}', '】':
			depth = max(0, depth-1)
		}
		if depth > 0 || !strings.ContainsRune("。！？.!?；;", r) {
			continue
		}
		marked := endsInMark(s[:i])
		switch r {
		case '；', ';':
			if marked {
				return end
			}
			continue
		case '.', '!', '?':
			whole, sure := asciiStop(s[:i], s[end:], final)
			if !marked && !sure {
				return 0
			}
			if !marked && !whole {
				continue
			}
		}
		if marked {
			return end
		}
		n, sure := trailing(s[end:], final)
		if !sure {
			return 0
		}
		return end + n
	}
	if final || len(s) > longestSentence {
		return len(s)
	}
	return 0
}

// endsInMark reports whether a citation mark stands at the end of s.
func endsInMark(s string) bool {
	s = strings.TrimRight(s, " ")
	if !strings.HasSuffix(s, "]") && !strings.HasSuffix(s, "】") {
		return false
	}
	m := citationMark.FindAllStringIndex(s, -1)
	return len(m) > 0 && m[len(m)-1][1] == len(s)
}

// asciiStop reports whether the stop between before and after ends a sentence:
// not in 29.4, U.S. market or a URL. sure is false where that depends on what
// is still to come.
func asciiStop(before, after string, final bool) (whole, sure bool) {
	if after == "" {
		return true, final
	}
	next, _ := utf8.DecodeRuneInString(after)
	if next == '\n' || unicode.Is(unicode.Han, next) {
		return true, true
	}
	if next == '[' {
		return true, true // what follows is looked at by trailing
	}
	if next != ' ' && !strings.ContainsRune(`"'”’)`, next) {
		return false, true
	}
	word := before[strings.LastIndexAny(before, " (（\n")+1:]
	if abbreviation.MatchString(word) || strings.TrimLeft(before, " \n0123456789") == "" {
		return false, true
	}
	rest := strings.TrimLeft(after, ` "'”’)`)
	if rest == "" {
		return true, final
	}
	first, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsLower(first), true
}

// abbreviation is a word whose full stop ends no sentence.
var abbreviation = regexp.MustCompile(`^(?i:[a-z]|[a-z]\.[a-z.]*|approx|ca|vs|inc|corp|co|ltd|no|nos|fig|est|dr|mr|ms|resp|etc|incl|sec|vol|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)$`)

// trailing returns the length of closing quotation marks and citation marks at
// the start of s; sure is false where more of them may come.
func trailing(s string, final bool) (n int, sure bool) {
	for {
		rest := strings.TrimLeft(s[n:], " ”’」）)\"'")
		at := len(s) - len(rest)
		if rest == "" {
			return at, final
		}
		if m := citationMark.FindStringIndex(rest); m != nil && m[0] == 0 {
			n = at + m[1]
			continue
		}
		if (rest[0] == '[' || strings.HasPrefix(rest, "【")) && !strings.ContainsAny(rest, "]】") && len(rest) < 24 {
			return n, final
		}
		return n, true
	}
}

// citationMark is how models point to passages: [3], [3, 5], [2-4], 【3】,
// [^3], [passage 3].
var citationMark = regexp.MustCompile(`[\[【]\s*(?i:\^|passages?\s+|段落?\s*|id\s*=\s*)?(\d{1,4}(?:\s*[,，、\-–]\s*\d{1,4})*)\s*[\]】]`)

// mostCited is how many passages one mark may name.
const mostCited = 12

// numbersOf reads the inside of a mark.
func numbersOf(inside string) []int {
	var out []int
	for _, part := range strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		low, high, ranged := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		from, err := strconv.Atoi(strings.TrimSpace(low))
		if err != nil {
			continue
		}
		to := from
		if ranged {
			if to, err = strconv.Atoi(strings.TrimSpace(high)); err != nil {
				continue
			}
		}
		for n := from; n <= to && len(out) < mostCited; n++ {
			out = append(out, n)
		}
	}
	return out
}

// readSentence takes marks, formulas and markup out of a sentence; ok is false
// where no word is left.
func readSentence(raw string) (w written, ok bool) {
	raw, flaw := plain(raw)
	w.flaw = flaw
	seen := make(map[int]bool)
	for _, m := range citationMark.FindAllStringSubmatch(raw, -1) {
		for _, n := range numbersOf(m[1]) {
			if !seen[n] {
				seen[n] = true
				w.cites = append(w.cites, n)
			}
		}
	}
	raw = markWithSpace.ReplaceAllString(raw, "")
	raw, computed, legible := takeFormulas(raw)
	if !legible && w.flaw == "" {
		w.flaw = Formula
	}
	w.computed = computed
	w.text = strings.TrimSpace(raw)
	if !strings.ContainsFunc(w.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return written{}, false
	}
	w.text = stopped(w.text)
	return w, true
}

var markWithSpace = regexp.MustCompile(`\s*` + citationMark.String())

// stopped ends a sentence that has no stop, such as the item of a list.
func stopped(s string) string {
	last, _ := utf8.DecodeLastRuneInString(s)
	if strings.ContainsRune("。！？.!?；;：:”’」…", last) {
		return s
	}
	s = strings.TrimRight(s, "，,、 ")
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return s + "。"
	}
	return s + "."
}
