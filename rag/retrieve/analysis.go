package retrieve

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// cachedPassages is up to how many passages of an index the analyses are kept
// in memory (about 6 kB each); larger indexes analyse the candidates of every
// question anew, which takes about 30 µs each.
const cachedPassages = 4_000

// analysis is a passage made ready for comparison with questions.
type analysis struct {
	folded    string
	tokens    []token // known terms of the text, in its order
	sentences []int   // ends in folded
	head      heading // the title of the section, and the lead where it is not in the text
	path      heading // the titles above
	numbers   []token // places of numbers that are not years
	years     []string
	runes     int
}

// heading is text that a passage stands under.
type heading struct {
	folded string
	tokens []token
}

// token is a term at a place.
type token struct {
	id         uint32
	start, end int32 // bytes of the folded text
}

// analyses keeps what was analysed of the passages of a small index.
type analyses struct {
	words *lexical.Index
	kept  []atomic.Pointer[analysis] // nil for a large index
}

func newAnalyses(words *lexical.Index) *analyses {
	a := &analyses{words: words}
	if words.Len() <= cachedPassages {
		a.kept = make([]atomic.Pointer[analysis], words.Len())
	}
	return a
}

// of returns the analysis of passage p with the number doc.
func (a *analyses) of(doc int, p *ingest.Passage) *analysis {
	if a.kept == nil {
		return analyse(a.words, p)
	}
	if kept := a.kept[doc].Load(); kept != nil {
		return kept
	}
	made := analyse(a.words, p)
	a.kept[doc].Store(made)
	return made
}

func analyse(words *lexical.Index, p *ingest.Passage) *analysis {
	a := &analysis{folded: lexical.Fold(p.Text), runes: utf8.RuneCountInString(p.Text)}
	a.sentences = sentenceEnds(a.folded)
	terms := lexical.AppendTerms(make([]lexical.Term, 0, len(a.folded)), a.folded)
	a.tokens = make([]token, 0, len(terms))
	for _, t := range terms {
		id, ok := words.Lookup(t.Text)
		if !ok {
			continue
		}
		at := token{id, int32(t.Start), int32(t.End)}
		a.tokens = append(a.tokens, at)
		switch {
		case t.Kind != lexical.Number:
		case isYear(t.Text):
			a.years = append(a.years, t.Text)
		default:
			a.numbers = append(a.numbers, at)
		}
	}
	var head, path []string
	if n := len(p.Section); n > 0 {
		head, path = p.Section[n-1:], p.Section[:n-1]
	}
	if p.Lead != "" && !strings.Contains(p.Text, p.Lead) {
		head = append([]string{p.Lead}, head...)
	}
	a.head, a.path = newHeading(words, head), newHeading(words, path)
	return a
}

func newHeading(words *lexical.Index, titles []string) heading {
	h := heading{folded: lexical.Fold(strings.Join(titles, "\n"))}
	for _, t := range lexical.AppendTerms(nil, h.folded) {
		if id, ok := words.Lookup(t.Text); ok {
			h.tokens = append(h.tokens, token{id, int32(t.Start), int32(t.End)})
		}
	}
	return h
}

// sentenceEnds returns the ends of the sentences of folded text, the last
// being its length.
func sentenceEnds(folded string) []int {
	var ends []int
	for i, r := range folded {
		switch r {
		case '。', '!', '?', ';', '\n':
			ends = append(ends, i+utf8.RuneLen(r))
		}
	}
	if n := len(ends); n == 0 || ends[n-1] < len(folded) {
		ends = append(ends, len(folded))
	}
	return ends
}
