package ground

import "strings"

// Cover tells how much of a question a growing set of units covers.
type Cover struct {
	terms *termSet
	best  []float64
}

// NewCover returns an empty cover of the question of the selection.
func (s *Selection) NewCover() Cover {
	return Cover{terms: &s.terms, best: make([]float64, len(s.terms.terms))}
}

// Add counts what u itself holds.
func (c *Cover) Add(u *Unit) {
	for i := range c.terms.terms {
		c.best[i] = max(c.best[i], c.terms.degree(&c.terms.terms[i], u.matched))
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
