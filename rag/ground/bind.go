package ground

import (
	"slices"
	"strings"

	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// reach tells how near what governs a value stands.
type reach int

const (
	nowhere   reach = iota
	before          // in the sentence before
	inherited       // in a clause before, of the same sentence
	own             // in the same clause
)

// governing finds the periods that a value of clause i is of.
func (r *reading) governing(i int, v value) ([]quantity.Period, reach) {
	c := &r.clauses[i]
	if v.base || v.spread {
		return nil, nowhere // of any period of the sentence
	}
	if ps := c.uncompared(); len(ps) > 0 {
		if starts := c.valueStarts(); len(ps) > 1 && len(ps) == len(starts) {
			if k := slices.Index(starts, v.Start); k >= 0 {
				return ps[k : k+1], own
			}
		}
		return ps, own
	}
	for j := i - 1; j >= 0; j-- {
		ps := r.clauses[j].uncompared()
		if len(ps) == 0 {
			continue
		}
		switch r.clauses[j].sentence {
		case c.sentence:
			return ps, inherited
		case c.sentence - 1:
			return ps, before
		}
		break
	}
	return nil, nowhere
}

// uncompared are the periods of a clause that it is about.
func (c *clause) uncompared() []quantity.Period {
	var out []quantity.Period
	for _, p := range c.periods {
		if !p.compared {
			out = append(out, p.Period)
		}
	}
	return out
}

// onlyOnePeriod reports whether a sentence is about one period.
func (r *reading) onlyOnePeriod(sentence int) bool {
	seen := make(map[string]bool)
	for i := range r.clauses {
		if r.clauses[i].sentence == sentence {
			for _, p := range r.clauses[i].uncompared() {
				seen[p.String()] = true
			}
		}
	}
	return len(seen) == 1
}

// periodClash reports whether value c of clause i of a claim is said of another
// period than value s of clause j of a passage.
func periodClash(claim *reading, i int, c value, passage *reading, j int, s value) bool {
	mine, near := claim.governing(i, c)
	theirs, far := passage.governing(j, s)
	if near < inherited || far == nowhere || near == inherited && !claim.onlyOnePeriod(claim.clauses[i].sentence) {
		return false
	}
	if far == before && (near != own || len(theirs) != 1) {
		return false
	}
	for _, p := range mine {
		for _, q := range theirs {
			if allows(q, p) {
				return false
			}
		}
		if p.YearTo != 0 && passage.spans(j, p) {
			return false
		}
	}
	return true
}

// spans reports whether the sentence of clause j names both ends of a range.
func (r *reading) spans(j int, p quantity.Period) bool {
	from, to := false, false
	for i := range r.clauses {
		if r.clauses[i].sentence != r.clauses[j].sentence {
			continue
		}
		for _, q := range r.clauses[i].periods {
			from = from || q.Year == p.Year
			to = to || q.Year == p.YearTo || q.YearTo == p.YearTo
		}
	}
	return from && to
}

// allows reports whether a period s of a passage lets a claim speak of p: the
// same, or a part of it (2025年8月 is in 2025年).
func allows(s, p quantity.Period) bool {
	s, p = parts(s), parts(p)
	if s.Year == 0 || p.Year == 0 {
		s.Year, p.Year, s.YearTo, p.YearTo = 0, 0, 0, 0
		return s.Same(p) || p.Month == 0 && p.Quarter == 0 && p.Half == 0
	}
	if s.YearTo != 0 {
		return s.Same(p)
	}
	return s.Same(p) || p.YearTo == 0 && p.Covers(s)
}

// parts gives months that make a half or a quarter of a year their name.
func parts(p quantity.Period) quantity.Period {
	if p.MonthTo-p.Month == 5 && (p.Month == 1 || p.Month == 7) {
		p.Half, p.Month, p.MonthTo = 1+p.Month/7, 0, 0
	}
	if p.MonthTo-p.Month == 2 && p.Month%3 == 1 {
		p.Quarter, p.Month, p.MonthTo = (p.Month+2)/3, 0, 0
	}
	return p
}

// boundKinds are the kinds of names that a value or rank can be about.
var boundKinds = []string{"company", "product", "model", "place", "agency", "research", "benchmark", kindLatin}

// namesFor finds the names of a kind that what stands at offset at of clause i
// is about: in the clause, else in the nearest clause before it.
func (r *reading) namesFor(kind string, i, at int, row bool) []question.Mention {
	if row {
		var out []question.Mention
		for k := range r.clauses {
			if !r.clauses[k].caption {
				out = append(out, ofKind(r.clauses[k].names, kind)...)
			}
		}
		return out
	}
	c := &r.clauses[i]
	if names := ofKind(c.names, kind); len(names) > 0 {
		return c.nearest(names, at)
	}
	for j := i - 1; j >= 0 && r.clauses[j].sentence == c.sentence; j-- {
		if names := ofKind(r.clauses[j].names, kind); len(names) > 0 {
			return names
		}
	}
	return nil
}

// nearest picks of several names of a clause the one that what stands at
// offset at is about: by place where there are as many values as names, else
// those after the last value before it, else all.
func (c *clause) nearest(names []question.Mention, at int) []question.Mention {
	if len(names) == 1 {
		return names
	}
	anchors := c.anchors()
	if len(anchors) == len(names) {
		if k := slices.Index(anchors, at); k >= 0 {
			return names[k : k+1]
		}
	}
	last := -1
	for _, a := range anchors {
		if a < at {
			last = a
		}
	}
	var out []question.Mention
	for _, n := range names {
		if last >= 0 && n.Start > last && n.Start < at {
			out = append(out, n)
		}
	}
	if len(out) > 0 {
		return out
	}
	return names
}

// valueStarts are where the values of a clause begin, in order.
func (c *clause) valueStarts() []int {
	var out []int
	for _, v := range c.values {
		out = append(out, v.Start)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// anchors are where the values and ranks of a clause begin, in order.
func (c *clause) anchors() []int {
	out := c.valueStarts()
	for _, k := range c.ranks {
		out = append(out, k.start)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func ofKind(names []question.Mention, kind string) []question.Mention {
	var out []question.Mention
	for _, n := range names {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

// nameClash returns the name that a claim says something of which the passage
// says of another name of that kind; "" for none.
func nameClash(claim *reading, i, at int, passage passageReading, j, there int) string {
	for _, kind := range boundKinds {
		mine := claim.namesFor(kind, i, at, false)
		theirs := passage.namesFor(kind, j, there, passage.row)
		if len(mine) == 0 || len(theirs) == 0 {
			continue
		}
		common := slices.ContainsFunc(mine, func(m question.Mention) bool {
			return slices.ContainsFunc(theirs, func(t question.Mention) bool { return sameName(m, t) })
		})
		if !common {
			return claim.text[mine[0].Start:mine[0].End]
		}
	}
	return ""
}

func sameName(a, b question.Mention) bool {
	return a.Canonical == b.Canonical || a.Owner != "" && a.Owner == b.Canonical || b.Owner != "" && b.Owner == a.Canonical
}

// listClash reports whether a claim gives a value to another member of an
// enumeration than the passage does.
func listClash(claim *reading, i int, c value, p *clause, s value) bool {
	member := ""
	for _, l := range p.listed {
		if l.value.Start == s.Start {
			member = l.item
		}
	}
	if member == "" {
		return false
	}
	said := claim.clauses[i].folded
	for _, l := range claim.clauses[i].listed {
		if l.value.Start == c.Start {
			said = l.item
		}
	}
	if strings.Contains(said, member) {
		return false
	}
	return slices.ContainsFunc(p.listed, func(l listed) bool { return l.item != member && strings.Contains(said, l.item) })
}
