package ground

import (
	"slices"
	"strings"

	"yanbao/rag/lexical"
)

// Least shares of the words of a sentence that what it cites must hold. Values
// and names that hold make up for words.
const (
	leastWords     = 0.34
	leastWithFacts = 0.12
	leastEnglish   = 0.25
	clauseHeld     = 0.55 // of the words of a clause, for a citation beside others
	clauseTerms    = 3    // fewer words of a clause tell nothing
)

// citations checks that what is cited speaks of what each sentence says, and
// that each of several cited passages supports some part of the claim.
func (e *examination) citations() fault {
	if sentence := e.unsupportedSentence(); sentence != "" {
		return fault{verdict: BadCitation, what: sentence}
	}
	if len(e.cited) < 2 {
		return sound
	}
	for _, c := range e.cited {
		if !e.pulls(c) {
			return fault{verdict: BadCitation, what: e.claim.text, instead: c.passage.Text}
		}
	}
	return sound
}

// unsupportedSentence returns a sentence whose words the cited passages hardly
// hold.
func (e *examination) unsupportedSentence() string {
	for i := 0; i < len(e.claim.clauses); {
		sentence := e.claim.clauses[i].sentence
		var terms []string
		facts, start := 0, e.claim.clauses[i].start
		end := start
		for ; i < len(e.claim.clauses) && e.claim.clauses[i].sentence == sentence; i++ {
			c := &e.claim.clauses[i]
			terms = append(terms, e.matter(e.claim, i, true)...)
			facts += len(c.values) + len(c.names) + len(c.ranks)
			end = c.end
		}
		text := e.claim.text[start:end]
		if !e.speaksOf(terms, facts, text) && !e.links(text) {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// speaksOf reports whether the cited passages hold enough of a sentence.
func (e *examination) speaksOf(terms []string, facts int, text string) bool {
	var held strings.Builder
	for _, c := range e.cited {
		held.WriteString(c.own + c.around)
	}
	if len(terms) == 0 {
		return facts > 0
	}
	s := e.shareOrSynonym(terms, text, held.String())
	switch {
	case hanShare(lexical.Fold(text)) < 0.3:
		return s >= leastEnglish || facts > 0
	case facts > 0:
		return s >= leastWithFacts || len(terms) < clauseTerms
	}
	return s >= leastWords
}

// shareOrSynonym is share, counting other words of the lexicon for a stretch
// of the text as well.
func (v *Verifier) shareOrSynonym(terms []string, text, held string) float64 {
	missing := make([]string, 0, len(terms))
	for _, t := range terms {
		if !strings.Contains(held, t) {
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 {
		return 1
	}
	for _, x := range v.Lexicon.Expand(text) {
		surface := lexical.Fold(x.Surface)
		if !slices.ContainsFunc(x.Alternatives, func(a string) bool { return strings.Contains(held, lexical.Fold(a)) }) {
			continue
		}
		missing = slices.DeleteFunc(missing, func(t string) bool { return strings.Contains(surface, t) })
	}
	return 1 - float64(len(missing))/float64(len(terms))
}

// pulls reports whether a passage supports some part of the claim that is not
// supported as well without it: it holds an input of a computed value, a value
// or name that no other cited passage holds, or says what a clause says.
func (e *examination) pulls(c *cited) bool {
	for _, k := range e.computed {
		if slices.ContainsFunc(k.Inputs, func(in string) bool { return strings.Contains(c.passage.Text, in) }) {
			return true
		}
	}
	for i := range e.claim.clauses {
		cl := &e.claim.clauses[i]
		for _, v := range cl.values {
			if c.states(v, e.claim.text) && !e.otherStates(c, func(o *cited) bool { return o.states(v, e.claim.text) }) {
				return true
			}
		}
		for _, m := range cl.names {
			if m.Kind == "concept" || m.Kind == "place" {
				continue
			}
			named := func(o *cited) bool { return containsWord(o.own, lexical.Fold(e.claim.text[m.Start:m.End])) }
			if named(c) && !e.otherStates(c, named) {
				return true
			}
		}
		terms := e.matter(e.claim, i, true)
		if len(terms) >= clauseTerms && share(terms, c.own) >= clauseHeld {
			return true
		}
	}
	return e.quotedFrom(c)
}

// quotedFrom reports whether a title or quotation of the claim is the
// passage's.
func (e *examination) quotedFrom(c *cited) bool {
	for _, q := range append(quotations(e.claim.text), docTitle.FindAllString(e.claim.text, -1)...) {
		if strings.Contains(c.passage.Text, q) {
			return true
		}
	}
	return false
}

// states reports whether the passage itself states a value.
func (c *cited) states(v value, claim string) bool {
	for _, r := range c.readings {
		for j := range r.clauses {
			if slices.ContainsFunc(r.clauses[j].values, func(s value) bool { return matchValue(v, s, claim) == same }) {
				return true
			}
		}
	}
	return false
}

func (e *examination) otherStates(c *cited, states func(*cited) bool) bool {
	return slices.ContainsFunc(e.cited, func(o *cited) bool { return o != c && states(o) })
}
