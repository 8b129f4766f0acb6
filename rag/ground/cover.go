package ground

import "strings"

// Cover tells how much of a question a growing set of units covers.
type Cover struct {
	terms *termSet
	best  []float64
	near  []bool // the paragraph of a unit holds the term
}

// NewCover returns an empty cover of the question of the selection.
func (s *Selection) NewCover() Cover {
	return Cover{terms: &s.terms, best: make([]float64, len(s.terms.terms)), near: make([]bool, len(s.terms.terms))}
}

// Add counts what u itself holds.
func (c *Cover) Add(u *Unit) {
	for i := range c.terms.terms {
		t := &c.terms.terms[i]
		c.best[i] = max(c.best[i], c.terms.degree(t, u.matched))
		c.near[i] = c.near[i] || c.terms.degree(t, u.around) > 0
	}
}

// Gain returns the share of the question that u would add.
func (c *Cover) Gain(u *Unit) float64 {
	sum := 0.0
	for i := range c.terms.terms {
		t := &c.terms.terms[i]
		if m := c.terms.degree(t, u.matched); m > c.best[i] {
			sum += (m - c.best[i]) * t.weight
		}
	}
	if c.terms.total == 0 {
		return 0
	}
	return sum / c.terms.total
}

// Share returns the covered share of the question.
func (c *Cover) Share() float64 {
	if c.terms.total == 0 {
		return 0
	}
	sum := 0.0
	for i := range c.terms.terms {
		sum += c.best[i] * c.terms.terms[i].weight
	}
	return sum / c.terms.total
}

// ClauseShare returns the share of the terms of one clause of the question
// that u holds; 1 for a clause without terms.
func (s *Selection) ClauseShare(clause string, u *Unit) float64 {
	sum, total := 0.0, 0.0
	for i := range s.terms.terms {
		t := &s.terms.terms[i]
		if !strings.Contains(clause, t.text) {
			continue
		}
		total += t.weight
		sum += t.weight * s.terms.degree(t, u.matched)
	}
	if total == 0 {
		return 1
	}
	return sum / total
}

// Topic returns the share of the question's words, each counting the same and
// periods left out, that the units or their paragraphs hold; 1 for a question
// of periods only.
func (c *Cover) Topic() float64 {
	held, n := 0.0, 0
	for i := range c.terms.terms {
		t := &c.terms.terms[i]
		if t.crosses || t.period || t.unknown && t.weight <= 0.1*c.terms.highest {
			continue
		}
		n++
		switch {
		case c.best[i] > 0:
			held++
		case c.near[i]:
			held += nearFactor
		}
	}
	if n == 0 {
		return 1
	}
	return held / float64(n)
}
