package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// polarity checks that no clause of the claim says the opposite of its
// counterpart: the clause of a passage that states the same value, or that
// shares most words with it.
func (e *examination) polarity() fault {
	for i := range e.claim.clauses {
		c := &e.claim.clauses[i]
		bad := fault{verdict: BadPolarity, what: strings.TrimSpace(e.claim.text[c.start:c.end])}
		if e.verbatim(i) {
			continue
		}
		if e.misordered(i) || e.markedOtherwise(i) || e.deniedOtherwise(i) || e.turned(i) {
			return bad
		}
		p, r := e.counterpart(i)
		if p == nil {
			continue
		}
		if c.change.against(p.change) || contradicts(c.folded, p.folded, e.saidElsewhereOf(p)) || e.crossed(i, p) {
			bad.instead = r.text[p.start:p.end]
			return bad
		}
	}
	return sound
}

// verbatim reports whether clause i stands in a cited passage as a clause of
// its own, word for word.
func (e *examination) verbatim(i int) bool {
	c := &e.claim.clauses[i]
	text := strings.Trim(e.claim.text[c.start:c.end], " 。；，：（）")
	for _, s := range e.cited {
		for from := 0; text != ""; {
			at := strings.Index(s.passage.Text[from:], text)
			if at < 0 {
				break
			}
			at += from
			from = at + len(text)
			before, _ := utf8.DecodeLastRuneInString(s.passage.Text[:at])
			after, _ := utf8.DecodeRuneInString(s.passage.Text[from:])
			if (at == 0 || strings.ContainsRune("；。，｜\n", before)) && (from == len(s.passage.Text) || strings.ContainsRune("；。，\n", after)) {
				return true
			}
		}
	}
	return false
}

// deniedOtherwise reports whether clause i denies what a passage says in the
// same words and nowhere denies, or says what a passage denies only.
func (e *examination) deniedOtherwise(i int) bool {
	folded := e.claim.clauses[i].folded
	mine := denials(folded)
	for _, d := range mine {
		if terms := bigramsOf(d.what); len(terms) >= 2 && e.says(terms, false) && !e.says(terms, true) {
			return true
		}
	}
	if len(mine) > 0 {
		return false
	}
	for _, source := range e.cited {
		for _, r := range source.readings {
			for j := range r.clauses {
				for _, d := range r.clauses[j].denied {
					terms := bigramsOf(d.what)
					if len(terms) >= 2 && share(terms, folded) >= sameWords && !e.says(terms, false) {
						return true
					}
				}
			}
		}
	}
	return false
}

// deniesAnything reports whether any clause of the cited passages denies.
func (e *examination) deniesAnything() bool {
	for _, source := range e.cited {
		for _, r := range source.readings {
			if slices.ContainsFunc(r.clauses, func(c clause) bool {
				return len(c.denied) > 0 || c.marked || strings.ContainsAny(c.folded, "不未无非没")
			}) {
				return true
			}
		}
	}
	return false
}

// sameWords is the share of the words denied that must stand in a clause for
// it to be about them, wherever it stands.
const sameWords = 0.75

// says reports whether some clause of the cited passages holds the terms, and
// denies them or does not.
func (e *examination) says(terms []string, denied bool) bool {
	for _, source := range e.cited {
		for _, r := range source.readings {
			for j := range r.clauses {
				c := &r.clauses[j]
				if !c.marked && share(terms, c.folded) >= sameWords && deniedIn(c.denied, terms) == denied {
					return true
				}
			}
		}
	}
	return false
}

// plainDenial matches, in a Chinese clause, what an English rendering says with
// a denial of its own, and englishDenial the ways to say one.
var (
	plainDenial   = regexp.MustCompile(`尚未|从未|并未|未曾|未能|没有|无法|并非|不是|不支持|不适用|不能|不会`)
	englishDenial = regexp.MustCompile(`\b(not|no|never|neither|nor|none|cannot|without|unable|lacks?|fail\w*|yet to|no longer|un\w{4,}|in\w+(able|ible)|non\w*|hard|difficult\w*|few|little|hardly|loss\w*|far from|exclud\w*|except|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|won't|can't|hasn't|haven't)\b`)
	englishNot    = regexp.MustCompile(`\b(not|never|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|cannot|can't)\b`)
)

// crossed reports whether one of an English clause and its Chinese counterpart
// denies and the other does not.
func (e *examination) crossed(i int, p *clause) bool {
	folded := e.claim.clauses[i].folded
	if hanShare(folded) >= 0.3 || hanShare(p.folded) < 0.3 {
		return false
	}
	there := noNegation.ReplaceAllString(p.folded, "")
	if plainDenial.MatchString(there) && !englishDenial.MatchString(folded) {
		return true
	}
	here := noNegation.ReplaceAllString(folded, "")
	return englishNot.MatchString(here) && !e.deniesAnything()
}

// counterpart finds the clause of the cited passages that clause i restates.
func (e *examination) counterpart(i int) (*clause, passageReading) {
	c := &e.claim.clauses[i]
	terms := e.undirected(c)
	var best *clause
	var in passageReading
	most := 0.0
	for _, source := range e.cited {
		for _, r := range source.readings {
			for j := range r.clauses {
				p := &r.clauses[j]
				if p.caption || p.marked {
					continue
				}
				s := share(terms, e.inChineseToo(p.folded))
				for _, v := range c.values {
					if slices.ContainsFunc(p.values, v.sameAmount) {
						s += 1
					}
				}
				if s > most {
					best, in, most = p, r, s
				}
			}
		}
	}
	if most < sameClause {
		return nil, passageReading{}
	}
	return best, in
}

// undirected is what a clause is about without the words that an opposite
// could stand in place of.
func (e *examination) undirected(c *clause) []string {
	folded := c.folded
	for _, p := range opposites {
		for _, s := range []side{p.one, p.other} {
			for _, w := range s.words {
				folded = strings.ReplaceAll(folded, w, " ")
			}
		}
	}
	if hanShare(folded) < 0.3 && !e.latin {
		folded = inChinese(e.Lexicon, folded)
	}
	return contentTerms(folded)
}

func (v value) sameAmount(w value) bool { return v.Same(w.Value) }

// inChineseToo adds the Chinese words of the lexicon to an English clause.
func (v *Verifier) inChineseToo(folded string) string {
	if hanShare(folded) >= 0.3 {
		return folded
	}
	return folded + " " + inChinese(v.Lexicon, folded)
}

// saidElsewhereOf tells whether a clause of the cited passages other than p
// says the terms, denied or not.
func (e *examination) saidElsewhereOf(p *clause) func(terms []string, denied bool) bool {
	return func(terms []string, denied bool) bool {
		for _, source := range e.cited {
			for _, r := range source.readings {
				for j := range r.clauses {
					c := &r.clauses[j]
					if c == p || share(terms, c.folded) < sameThing {
						continue
					}
					if deniedIn(c.denied, terms) == denied {
						return true
					}
				}
			}
		}
		return false
	}
}

// misordered reports whether clause i compares two values the wrong way
// round: 18.5万元，高于…21万元.
func (e *examination) misordered(i int) bool {
	c := &e.claim.clauses[i]
	for more, s := range []side{opposites[comparison].other, opposites[comparison].one} {
		at := s.in(strings.ToLower(e.claim.text[c.start:c.end]), true)
		if at < 0 {
			continue
		}
		before, after := e.valuesAround(i, c.start+at)
		if before == nil || after == nil || before.Unit != after.Unit || before.High != before.Number || after.High != after.Number || after.Bound != quantity.Exact && after.Bound != quantity.About {
			continue
		}
		if more == 1 && before.Number < after.Number || more == 0 && before.Number > after.Number {
			return true
		}
	}
	return false
}

// valuesAround are the last value before an offset in the sentence of clause i
// and the first after it in the clause.
func (e *examination) valuesAround(i, at int) (before, after *value) {
	for k := 0; k <= i; k++ {
		c := &e.claim.clauses[k]
		if c.sentence != e.claim.clauses[i].sentence {
			continue
		}
		for n := range c.values {
			switch v := &c.values[n]; {
			case v.End <= at:
				before = v
			case k == i && after == nil && v.Start >= at:
				after = v
			}
		}
	}
	return before, after
}

// markedOtherwise reports whether a cell that marks yes or no under a header
// (支持夜航：×) says the opposite of clause i.
func (e *examination) markedOtherwise(i int) bool {
	folded := e.claim.clauses[i].folded
	denied := len(denials(folded)) > 0
	if _, cell := cellOf(folded); cell != "" {
		if yes, marked := yesOrNo(strings.TrimRight(cell, "。；;")); marked {
			denied = !yes
		}
	}
	for _, source := range e.cited {
		for _, r := range source.readings {
			if !r.row {
				continue
			}
			for j := range r.clauses {
				if !r.clauses[j].marked {
					continue
				}
				header, cell := cellOf(r.clauses[j].folded)
				yes, _ := yesOrNo(cell)
				terms := bigramsOf(strings.TrimPrefix(header, "是否"))
				if len(terms) > 0 && share(terms, folded) >= sameThing && yes == denied {
					return true
				}
			}
		}
	}
	return false
}

// cellOf parts the folded clause of a rendered row into header and cell.
func cellOf(folded string) (header, cell string) {
	folded = strings.Trim(folded, "；;｜| ")
	for _, colon := range []string{":", "："} {
		if header, cell, ok := strings.Cut(folded, colon); ok {
			return strings.TrimSuffix(header, "(同上)"), strings.TrimSpace(cell)
		}
	}
	return "", folded
}

// yesOrNo reads a cell that only marks.
func yesOrNo(cell string) (yes, marked bool) {
	switch strings.TrimSpace(cell) {
	case "√", "✓", "✔", "是", "有", "支持", "已", "yes", "y", "○", "●":
		return true, true
	case "×", "✗", "✘", "x", "否", "无", "不支持", "未", "no", "n", "—", "-":
		return false, true
	}
	return false, false
}

var isOrAt = regexp.MustCompile(`^(?:的)?(?:位于|设在|设于|在|为|是|:|：)+`)

// cells checks what a claim says that the column of a row is: 总部位于厦门 where
// the cell under 总部 is another.
func (e *examination) cells() fault {
	for i := range e.claim.clauses {
		folded := e.claim.clauses[i].folded
		for _, source := range e.cited {
			for _, r := range source.readings {
				if !r.row {
					continue
				}
				for j := range r.clauses {
					if r.clauses[j].caption || r.clauses[j].marked || len(r.clauses[j].values) > 0 {
						continue
					}
					header, cell := cellOf(r.clauses[j].folded)
					at := strings.Index(folded, header)
					if header == "" || cell == "" || at < 0 {
						continue
					}
					said := folded[at+len(header):]
					is := isOrAt.FindString(said)
					rest := contentTerms(said[len(is):])
					if is == "" || len(rest) == 0 || !hasHan(rest[0]) {
						continue
					}
					if !e.heldAnywhere(rest[0]) || e.inOtherRows(i, rest[0]) {
						return fault{verdict: BadName, what: strings.TrimSpace(said[len(is):]), instead: cell}
					}
				}
			}
		}
	}
	return sound
}

// heldAnywhere reports whether a term stands in a cited passage or around it.
func (e *examination) heldAnywhere(term string) bool {
	return slices.ContainsFunc(e.cited, func(c *cited) bool { return strings.Contains(c.around, term) })
}

// inOtherRows reports whether a term stands in rows of tables only, and not in
// one that names what clause i is about.
func (e *examination) inOtherRows(i int, term string) bool {
	var names []question.Mention
	for _, kind := range []string{"company", "product", "model"} {
		names = append(names, e.claim.namesFor(kind, i, e.claim.clauses[i].end, false)...)
	}
	named := false
	for _, c := range e.cited {
		for _, r := range c.readings {
			if !r.row && c.passage.Kind == ingest.KindTable {
				continue // the whole of it: its rows are read one by one
			}
			about := !r.row
			for k := range r.clauses {
				about = about || slices.ContainsFunc(r.clauses[k].names, func(n question.Mention) bool {
					return slices.ContainsFunc(names, func(m question.Mention) bool { return sameName(m, n) })
				})
			}
			if about && strings.Contains(r.folded, term) {
				return false
			}
			named = named || about && r.row
		}
	}
	return named
}
