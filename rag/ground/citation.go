package ground

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// Shares of the words of a sentence that decide whether what it cites is about
// it.
const (
	clearlyHeld  = 0.6  // so many, and no other passage is asked
	leastWords   = 0.25 // fewer tell of something else
	leastAround  = 0.34 // the same, counting what stands around the passage
	betterBy     = 0.2  // another passage that holds so many more is the one to cite
	leastFacts   = 0.12 // beside a value that is stated there
	leastEnglish = 0.25
	clauseHeld   = 0.6 // of the words of a clause, for a citation beside others
	longMember   = 6   // characters of a member of a list that stands in a passage word for word
	clauseTerms  = 3   // fewer words of a clause tell nothing
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
// hold, or hold less than another passage of their document does.
func (e *examination) unsupportedSentence() string {
	for i := 0; i < len(e.claim.clauses); {
		sentence := e.claim.clauses[i].sentence
		var terms []string
		valued, named, start := false, false, e.claim.clauses[i].start
		end := start
		for ; i < len(e.claim.clauses) && e.claim.clauses[i].sentence == sentence; i++ {
			c := &e.claim.clauses[i]
			terms = append(terms, e.matter(e.claim, i, true)...)
			valued = valued || slices.ContainsFunc(c.values, e.telling)
			named = named || len(c.names) > 0 || len(c.ranks) > 0 || len(c.periods) > 0 || len(c.values) > 0
			end = c.end
		}
		text := e.claim.text[start:end]
		if !e.speaksOf(terms, valued, named, text) && !e.links(text) {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// telling reports whether a value that stands in a cited passage shows by itself
// that the passage is meant: no small count.
func (e *examination) telling(v value) bool {
	small := v.Number == math.Trunc(v.Number) && (counter(v.Unit) && v.Number <= 10 || v.Unit == "" && v.Number <= 31)
	return !small && slices.ContainsFunc(e.cited, func(c *cited) bool { return c.states(v, e.claim.text) }) || partOfComputed(v.Value, e.computed)
}

// speaksOf reports whether the cited passages are about a sentence.
func (e *examination) speaksOf(terms []string, valued, named bool, text string) bool {
	if len(terms) == 0 {
		return valued || named
	}
	var own, around strings.Builder
	for _, c := range e.cited {
		own.WriteString(c.own)
		around.WriteString(c.around)
	}
	s := e.shareOrSynonym(terms, text, own.String())
	if valued {
		return s >= leastFacts || len(terms) < clauseTerms
	}
	plain := share(terms, own.String())
	if plain >= clearlyHeld {
		return true
	}
	english := hanShare(lexical.Fold(text)) < 0.3 && !e.latin
	if best, _ := e.bestElsewhere(terms); !english && best >= plain+betterBy {
		return false
	}
	if english {
		held, of := e.translatedWords(text, own.String()+around.String())
		return s >= leastEnglish || of < clauseTerms || float64(held) >= leastEnglish*float64(of)
	}
	return s >= leastWords || e.shareOrSynonym(terms, text, around.String()) >= leastAround
}

// translatedWords counts the words of an English sentence that the lexicon
// knows in Chinese, and those of them that are held in one of their forms.
func (v *Verifier) translatedWords(text, held string) (n, of int) {
	for _, x := range v.Lexicon.Expand(text) {
		of++
		if slices.ContainsFunc(x.Alternatives, func(a string) bool { return strings.Contains(held, lexical.Fold(a)) }) {
			n++
		}
	}
	return n, of
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
		if slices.ContainsFunc(k.Inputs, func(in string) bool { return strings.Contains(c.passage.Text, in) || c.holds(in) }) {
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
		if e.saysClause(c, i) {
			return true
		}
	}
	return e.quotedFrom(c)
}

// saysClause reports whether a passage says clause i, its values included, not
// much worse than the others that are cited.
func (e *examination) saysClause(c *cited, i int) bool {
	values := e.claim.clauses[i].values
	if len(values) > 0 && !slices.ContainsFunc(values, func(v value) bool { return c.states(v, e.claim.text) }) {
		return false
	}
	terms := e.matter(e.claim, i, true)
	s := share(terms, c.own)
	if len(terms) < clauseTerms || s < clauseHeld {
		return false
	}
	return !e.otherStates(c, func(o *cited) bool { return share(terms, o.own) >= s+betterBy })
}

// quotedFrom reports whether a title, a quotation or a member of a list of the
// claim is the passage's.
func (e *examination) quotedFrom(c *cited) bool {
	for _, q := range append(quotations(e.claim.text), docTitle.FindAllString(e.claim.text, -1)...) {
		if strings.Contains(c.passage.Text, q) {
			return true
		}
	}
	folded := narrow(c.passage.Text)
	for i := range e.claim.clauses {
		cl := &e.claim.clauses[i]
		for _, member := range topLevel(strings.Trim(e.claim.text[cl.start:cl.end], "。，；： ")) {
			if _, after, ok := strings.Cut(member, "："); ok {
				member = after
			}
			if utf8.RuneCountInString(member) >= longMember && strings.Contains(folded, member) {
				return true
			}
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

// holds reports whether the passage states the one value of a text, its unit
// in a header perhaps.
func (c *cited) holds(input string) bool {
	vs := quantity.Values(input)
	if len(vs) != 1 {
		return false
	}
	for _, r := range c.readings {
		for j := range r.clauses {
			if slices.ContainsFunc(r.clauses[j].values, func(s value) bool { return s.Same(vs[0]) }) {
				return true
			}
		}
	}
	return false
}

func (e *examination) otherStates(c *cited, states func(*cited) bool) bool {
	return slices.ContainsFunc(e.cited, func(o *cited) bool { return o != c && states(o) })
}
