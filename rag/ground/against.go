package ground

import (
	"slices"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// sameMatter is the share of a sentence's words that one sentence of a passage
// must hold to be about the same.
const sameMatter = 0.6

// Against tells whether a passage says otherwise than a sentence: of the same
// matter, name and period another value, unit, rank or the opposite, or of the
// same value another period. The support is the place that does. A passage that
// is silent on it is not against it.
func (v *Verifier) Against(text string, p *ingest.Passage) (Support, Finding, bool) {
	c := Claim{Text: text, Supports: []Support{v.support(p, text)}}
	e := v.newExamination(c)
	c.Computed = e.derived()
	e.computed = c.Computed
	f := e.examine(c)
	u := unitAt(e.cited[0], c.Supports[0])
	switch f.verdict {
	case BadNumber:
		other, ok := e.otherValue(u)
		if !ok {
			return Support{}, Finding{}, false
		}
		f.instead = other
	case BadUnit, BadYear, BadRank, BadPolarity:
		if e.about(u) < sameMatter {
			return Support{}, Finding{}, false
		}
	default:
		return Support{}, Finding{}, false
	}
	return c.Supports[0], v.finding(text, f), true
}

func unitAt(c *cited, s Support) *citedUnit {
	for i := range c.units {
		if c.units[i].start == s.Start {
			return &c.units[i]
		}
	}
	return &c.units[0]
}

// about is the share of the claim's words that a unit of a passage holds.
func (e *examination) about(u *citedUnit) float64 {
	var terms []string
	for i := range e.claim.clauses {
		terms = append(terms, e.matter(e.claim, i, true)...)
	}
	text := lexical.Fold(e.cited[0].passage.Text[u.start:u.end])
	return e.shareOrSynonym(terms, e.claim.text, e.inChineseToo(text))
}

// otherValue finds in a unit that is about the same what it states where the
// claim states a value that it does not: a value of the same unit, of no other
// period or name.
func (e *examination) otherValue(u *citedUnit) (string, bool) {
	if e.about(u) < sameMatter {
		return "", false
	}
	for i := range e.claim.clauses {
		for _, c := range e.claim.clauses[i].values {
			if e.cited[0].states(c, e.claim.text) {
				continue
			}
			for _, r := range e.cited[0].readings {
				for j := range r.clauses {
					for _, s := range r.clauses[j].values {
						inside := r.row || s.Start >= u.start && s.End <= u.end
						if !inside || r.clauses[j].caption || s.Unit != c.Unit || e.bound(i, c, r, j, s).verdict != Supported {
							continue
						}
						if terms := e.matter(e.claim, i, true); len(terms) > 0 && !slices.ContainsFunc(terms, func(t string) bool { return u.terms[t] }) {
							continue
						}
						return s.Text, true
					}
				}
			}
		}
	}
	return "", false
}
