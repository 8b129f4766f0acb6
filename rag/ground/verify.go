package ground

import (
	"slices"
	"strings"

	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// Verdict is the outcome of checking one claim.
type Verdict string

// Verdicts.
const (
	Supported   Verdict = "supported"
	BadNumber   Verdict = "number"
	BadUnit     Verdict = "unit"
	BadYear     Verdict = "year"
	BadName     Verdict = "name"
	BadRank     Verdict = "rank"
	BadPolarity Verdict = "polarity" // says the opposite: rose for fell, is for is not
	BadQuote    Verdict = "quote"
	NoCitation  Verdict = "no citation"
	BadCitation Verdict = "citation" // a cited passage supports nothing of the claim
)

// Verifier checks claims against the passages that they cite. It is safe for
// concurrent use.
type Verifier struct {
	Lexicon *question.Lexicon
	Library Library

	readings  readings
	documents library
}

// Verify checks a claim against the passages that it cites:
//
//   - every quotation stands there byte for byte;
//   - every value, with its unit and with 超, 约 or 不足, stands there or follows
//     from cited values by the stated operation; it is of the period, the name
//     and the thing that the claim says it of;
//   - every period, name, title, document number and rank stands there or
//     directly around it (lead, section path, caption, notes, same paragraph);
//   - the sentence that says the same does not say the opposite;
//   - every cited passage supports some part of the claim.
//
// The first failure is the verdict. See docs/verification.md.
func (v *Verifier) Verify(c Claim) Verdict { return v.examine(c).verdict }

// fault is what is wrong with a claim.
type fault struct {
	verdict Verdict
	what    string // the words of the claim that do not hold
	instead string // what the passage says, "" where that is not known
}

var sound = fault{verdict: Supported}

// examine is Verify with the words at fault.
func (v *Verifier) examine(c Claim) fault {
	if len(c.Supports) == 0 {
		if c.Linking && len(quantity.Values(c.Text)) == 0 {
			return sound
		}
		return fault{verdict: NoCitation}
	}
	return v.newExamination(c).examine(c)
}

// examine runs the checks; the first failure counts.
func (e *examination) examine(c Claim) fault {
	if f := quotesHold(c); f.verdict != Supported {
		return f
	}
	if !e.computedHolds(c.Supports) {
		return fault{verdict: BadNumber, what: c.Computed[0].Text}
	}
	for _, check := range []func() fault{e.names, e.values, e.magnitudes, e.periods, e.ranks, e.namesBound, e.polarity, e.citations} {
		if f := check(); f.verdict != Supported {
			return f
		}
	}
	return sound
}

// examination is the check of one claim.
type examination struct {
	*Verifier
	claim    *reading
	cited    []*cited
	computed []Computed
	latin    bool // the cited passages are in English
}

// newExamination reads a claim and what it cites.
func (v *Verifier) newExamination(c Claim) *examination {
	e := &examination{Verifier: v, claim: v.read(narrow(c.Text), false), cited: v.citedBy(c.Supports), computed: c.Computed, latin: true}
	for _, s := range e.cited {
		e.latin = e.latin && !chinese(s.passage.Text)
	}
	return e
}

func (v *Verifier) citedBy(supports []Support) []*cited {
	var out []*cited
	for _, s := range supports {
		c := v.cite(s.Passage)
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// computedHolds works the computed values of the claim out again.
func (e *examination) computedHolds(supports []Support) bool {
	if len(e.computed) == 0 {
		return true
	}
	var all []quantity.Value
	for _, c := range e.cited {
		all = append(all, c.values...)
		for _, r := range c.readings {
			for i := range r.clauses {
				for _, val := range r.clauses[i].values {
					all = append(all, val.Value)
				}
			}
		}
	}
	for _, k := range e.computed {
		if !k.holds(all, supports) {
			return false
		}
		all = append(all, quantity.Values(k.Text)...) // the next may build on it
	}
	return true
}

func (e *examination) names() fault {
	if name := e.unheld(e.claim, e.cited); name != "" {
		return fault{verdict: BadName, what: name}
	}
	if name := e.unheldSource(); name != "" {
		return fault{verdict: BadName, what: name}
	}
	return e.cells()
}

// values checks every value of the claim.
func (e *examination) values() fault {
	for i := range e.claim.clauses {
		for _, val := range e.claim.clauses[i].values {
			if partOfComputed(val.Value, e.computed) || e.announced(i, val) {
				continue
			}
			if f := e.value(i, val); f.verdict != Supported {
				return f
			}
		}
	}
	return sound
}

// announced: 以下三个方面 counts what the text itself goes on to list.
func (e *examination) announced(i int, val value) bool {
	folded := e.claim.clauses[i].folded
	if val.Number > 10 || !counter(val.Unit) || !strings.Contains(folded, "以下") && !strings.Contains(folded, "如下") {
		return false
	}
	for _, c := range e.cited {
		for _, r := range c.readings {
			for j := range r.clauses {
				if slices.ContainsFunc(r.clauses[j].values, func(s value) bool { return s.Unit == val.Unit }) {
					return false
				}
			}
		}
	}
	return true
}

// value looks for a place that states a value of clause i, of what the claim
// says it of.
func (e *examination) value(i int, c value) fault {
	worst := fault{verdict: BadNumber, what: c.Text}
	for _, source := range e.cited {
		for _, near := range source.values {
			if matchValue(c, value{Value: near, fraction: near.Unit == "" && near.Number < 1}, e.claim.text) == same {
				return sound
			}
		}
		for _, r := range source.readings {
			for j := range r.clauses {
				for _, s := range r.clauses[j].values {
					switch matchValue(c, s, e.claim.text) {
					case same:
						f := e.bound(i, c, r, j, s)
						if f.verdict == Supported {
							return sound
						}
						worst = f
					case otherBound:
						if e.saidElsewhere(c, s) {
							return sound
						}
						if worst.instead == "" {
							worst.instead = r.text[runeStart(r.text, s.Start-6):s.End]
						}
					case sameNumber:
						if worst.verdict == BadNumber && worst.instead == "" {
							worst = fault{verdict: BadUnit, what: c.Text, instead: s.Text}
						}
					}
				}
			}
		}
	}
	return worst
}

// saidElsewhere reports whether the claim itself states the amount with the
// bound of the passage too, as a rendering in brackets does.
func (e *examination) saidElsewhere(c, s value) bool {
	for i := range e.claim.clauses {
		for _, other := range e.claim.clauses[i].values {
			if other.Start != c.Start && other.Same(s.Value) && other.Bound == s.Bound {
				return true
			}
		}
	}
	return false
}

// bound checks that value s of clause j of a passage is of the period, name
// and thing that the claim says value c of clause i of.
func (e *examination) bound(i int, c value, r passageReading, j int, s value) fault {
	if c.worked {
		return sound
	}
	if periodClash(e.claim, i, c, r.reading, j, s) {
		ps, _ := e.claim.governing(i, c)
		return fault{verdict: BadYear, what: ps[0].Text}
	}
	if name := nameClash(e.claim, i, c.Start, r, j, s.Start); name != "" {
		return fault{verdict: BadName, what: name}
	}
	if roleClash(e.claim, i, c, r, j, s) {
		return fault{verdict: BadNumber, what: c.Text, instead: strings.TrimSpace(r.text[r.clauses[j].start:r.clauses[j].end])}
	}
	if k := e.claim.rankClash(i, &r.clauses[j]); k != "" {
		return fault{verdict: BadRank, what: k}
	}
	if e.headClash(i, c, r, j, s) || listClash(e.claim, i, c, &r.clauses[j], s) || e.eachClash(i, c, r, j, s) || e.measureClash(i, c, r, j, s) || e.otherThing(i, c, r, j, s) {
		return fault{verdict: BadNumber, what: c.Text, instead: strings.TrimSpace(r.text[r.clauses[j].start:r.clauses[j].end])}
	}
	return sound
}

// periods checks that every period of the claim stands in what is cited or
// around it, and where no value carries it that the clause that it stands in is
// the one that the claim's clause speaks of.
func (e *examination) periods() fault {
	for i := range e.claim.clauses {
		c := &e.claim.clauses[i]
		for _, p := range c.periods {
			if !e.periodHeld(p.Period) {
				return fault{verdict: BadYear, what: p.Text}
			}
			if !p.compared && e.periodElsewhere(i, p.Period) {
				return fault{verdict: BadYear, what: p.Text}
			}
		}
	}
	return sound
}

// periodHeld reports whether a period stands in what is cited or around it;
// years that a heading spans hold for their ends only.
func (e *examination) periodHeld(p quantity.Period) bool {
	for _, c := range e.cited {
		years := make(map[int]bool)
		for _, s := range c.periods {
			years[s.Year] = true
			years[s.YearTo] = true
			if s.Year != 0 && allows(s, p) || s.YearTo != 0 && p.Year == s.YearTo && p.YearTo == 0 && p.Month == 0 || s.YearTo != 0 && p.Year == s.Year && p.YearTo == 0 && p.Month == 0 {
				return true
			}
		}
		for _, s := range c.periods {
			if s.Year == 0 && allows(s, p) && (p.Year == 0 || years[p.Year]) {
				return true
			}
		}
		if p.YearTo != 0 && c.dates(p) {
			return true
		}
	}
	return false
}

// dates reports whether a sentence of the passage names both ends of a span of
// years.
func (c *cited) dates(p quantity.Period) bool {
	for _, r := range c.readings {
		for j := range r.clauses {
			if r.spans(j, p) {
				return true
			}
		}
	}
	return false
}

// narrow writes letters and digits of full width in half width.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' || r == '％' {
			return r - '！' + '!'
		}
		return r
	}, s)
}
