package ground

import (
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
// wording must name. The claim comes back in any case; it may be shown only if
// the verdict is Supported.
func (v *Verifier) Check(s Statement) (Claim, Finding) {
	c := Claim{Text: s.Text, Computed: s.Computed}
	for _, p := range s.Cited {
		if p == nil {
			return c, v.finding(s.Text, fault{verdict: BadCitation})
		}
		c.Supports = append(c.Supports, supportIn(p, s.Text))
	}
	c.Linking = len(c.Supports) == 0 && v.links(s.Text)
	c.Computed = append(c.Computed, v.derived(c)...)
	return c, v.finding(s.Text, v.examine(c))
}

// supportIn picks the unit of a passage (sentence, row, caption) that shares
// most with text.
func supportIn(p *ingest.Passage, text string) Support {
	spans := unitSpans(p)
	if len(spans) == 0 {
		spans = [][2]int{{0, len(p.Text)}}
	}
	wanted := termsOf(text)
	values := quantity.Values(text)
	best, most := 0, -1.0
	for i, sp := range spans {
		unit := p.Text[sp[0]:sp[1]]
		score := 0.0
		for t := range termsOf(unit) {
			if wanted[t] {
				score += float64(utf8.RuneCountInString(t))
			}
		}
		for _, u := range quantity.Values(unit) {
			for _, val := range values {
				if u.Same(val) {
					score += 8
				}
			}
		}
		if score > most {
			best, most = i, score
		}
	}
	s := Support{Passage: p, Start: spans[best][0], End: spans[best][1]}
	s.Sources = sources(&Unit{Passage: p, Start: s.Start, End: s.End, Text: p.Text[s.Start:s.End]})
	return s
}

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
