package ground

import (
	"slices"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// Statement is one sentence that somebody else wrote, a model for one, with
// the passages that it cites.
type Statement struct {
	Text     string
	Cited    []*ingest.Passage // in the order of the citations; nil for one that points nowhere
	Computed []Computed        // values that the writer says are computed, and how; others are looked for
}

// Finding is the outcome of checking a statement.
type Finding struct {
	Verdict Verdict
	Detail  string // what is wrong, in the language of the statement, for its writer; "" where it is supported
}

// Check finds in each cited passage the place that supports the statement and
// verifies the claim that results: see Verify for what must hold. In addition
// each cited passage must support some part of the statement, and a value that
// stands in none of them must follow from values that do by one simple
// operation (a sum, difference, ratio, share, growth or count), which the
// wording must name. Text that is addressed to a model (Human: …, 忽略之前的指令)
// supports nothing. The claim comes back in any case; it may be shown only if
// the verdict is Supported.
func (v *Verifier) Check(s Statement) (Claim, Finding) {
	c := Claim{Text: s.Text, Computed: s.Computed}
	for _, p := range s.Cited {
		if p == nil {
			return c, v.finding(s.Text, fault{verdict: BadCitation})
		}
		c.Supports = append(c.Supports, v.support(p, s.Text))
	}
	if len(c.Supports) == 0 {
		c.Linking = v.links(s.Text)
		return c, v.finding(s.Text, v.examine(c))
	}
	e := v.newExamination(c)
	if e.restsOnOrders(c) {
		return c, v.finding(s.Text, fault{verdict: BadCitation})
	}
	c.Computed = append(c.Computed, e.derived()...)
	e.computed = c.Computed
	return c, v.finding(s.Text, e.examine(c))
}

// support picks the unit of a passage (sentence, row, caption) that shares
// most with text.
func (v *Verifier) support(p *ingest.Passage, text string) Support {
	c := v.cite(p)
	wanted, values := termsOf(text), quantity.Values(text)
	best, most := 0, -1
	for i := range c.units {
		u := &c.units[i]
		score := 0
		for t := range wanted {
			if u.terms[t] {
				score += utf8.RuneCountInString(t)
			}
		}
		for _, stated := range u.values {
			if slices.ContainsFunc(values, stated.Same) {
				score += sharedValue
			}
		}
		if score > most {
			best, most = i, score
		}
	}
	u := &c.units[best]
	return Support{Passage: p, Start: u.start, End: u.end, Sources: u.sources}
}

// sharedValue is what a shared value counts against a shared character.
const sharedValue = 8

// termsOf is the set of bigrams, words and numbers of a text.
func termsOf(s string) map[string]bool {
	out := make(map[string]bool)
	for _, t := range lexical.AppendTerms(nil, lexical.Fold(s)) {
		if t.Kind != lexical.Unigram {
			out[t.Text] = true
		}
	}
	return out
}
