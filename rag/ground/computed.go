package ground

import (
	"math"
	"slices"
	"strings"

	"yanbao/rag/quantity"
)

// partOfComputed reports whether a value is printed in a computed one or is the
// same amount in another spelling.
func partOfComputed(v quantity.Value, ks []Computed) bool {
	for _, k := range ks {
		if strings.Contains(k.Text, v.Text) || slices.ContainsFunc(quantity.Values(k.Text), v.Same) {
			return true
		}
	}
	return false
}

// holds computes the value again from inputs that must stand in the supports.
func (k Computed) holds(stated []quantity.Value, supports []Support) bool {
	if k.Operation == CountOf {
		return k.countHolds(supports)
	}
	var in []quantity.Value
	for _, text := range k.Inputs {
		vs := quantity.Values(text)
		if len(vs) != 1 || !slices.ContainsFunc(stated, func(s quantity.Value) bool { return s.Same(vs[0]) || endOfRange(s, vs[0]) }) {
			return false
		}
		in = append(in, vs[0])
	}
	want, ok := k.compute(in)
	got := quantity.Values(k.Text)
	if !ok || len(got) != 1 {
		return false
	}
	return math.Abs(got[0].Number-want) <= roundingOf(got[0])
}

// compute applies the operation. Percentages stand for their hundredth where
// they multiply.
func (k Computed) compute(in []quantity.Value) (float64, bool) {
	if k.Operation == Rest && len(in) == 1 && in[0].Unit == "%" {
		return 100 - in[0].Number, true
	}
	if len(in) < 2 {
		return 0, false
	}
	amount := func(v quantity.Value) float64 {
		if v.Unit == "%" && (k.Operation == Multiply || k.Operation == Whole) {
			return v.Number / 100
		}
		return v.Number
	}
	acc := amount(in[0])
	for _, v := range in[1:] {
		switch k.Operation {
		case Add, Mean:
			acc += amount(v)
		case Subtract:
			acc -= amount(v)
		case RangeOf:
			acc = amount(v) - acc + 1
		case Multiply:
			acc *= amount(v)
		case Divide, Share, Whole:
			if v.Number == 0 {
				return 0, false
			}
			acc /= amount(v)
		case Growth:
			if v.Number == 0 {
				return 0, false
			}
			acc = (acc - v.Number) / v.Number
		}
	}
	if k.Operation == Mean {
		acc /= float64(len(in))
	}
	if k.Operation == Share || k.Operation == Growth || k.Operation == Multiply && allPercent(in) {
		acc *= 100
	}
	return acc, true
}

func allPercent(in []quantity.Value) bool {
	for _, v := range in {
		if v.Unit != "%" {
			return false
		}
	}
	return true
}

// roundingOf is half a unit of the last printed digit, in base units.
func roundingOf(v quantity.Value) float64 {
	digits := v.Text
	decimals := 0
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		for _, r := range digits[i+1:] {
			if r < '0' || r > '9' {
				break
			}
			decimals++
		}
	}
	printed := strings.TrimFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	n := quantity.Values(printed + "个")
	scale := 1.0
	if len(n) == 1 && n[0].Number != 0 {
		scale = math.Abs(v.Number / n[0].Number)
	}
	return 0.5001 * math.Pow(10, -float64(decimals)) * scale
}

func (k Computed) countHolds(supports []Support) bool {
	seen := make(map[string]bool)
	for _, in := range k.Inputs {
		held := false
		for _, s := range supports {
			held = held || strings.Contains(s.Passage.Text, in)
		}
		if !held {
			return false
		}
		seen[in] = true
	}
	got := quantity.Values(k.Text)
	return len(got) == 1 && int(got[0].Number) == len(seen)
}

// derived works out the values of a claim that no cited passage states, where
// its wording says that they are computed.
func (e *examination) derived() []Computed {
	var inputs []input
	var out []Computed
	var sums []derivation
	out = append(out, e.shown()...)
	for i := range e.claim.clauses {
		for _, val := range e.claim.clauses[i].values {
			if partOfComputed(val.Value, append(slices.Clone(e.computed), out...)) || slices.ContainsFunc(e.cited, func(s *cited) bool { return s.states(val, e.claim.text) }) {
				continue
			}
			if inputs == nil {
				inputs = inputsOf(e.cited)
			}
			if d, ok := derive(e.claim, i, val, inputs); ok && !e.statedOtherwise(i, val, d) {
				out = append(out, d.Computed)
				sums = append(sums, d)
			}
		}
	}
	return append(out, e.counted(sums)...)
}

// statedOtherwise reports whether a passage itself states what a claim would
// work out: the same number of another unit, or of the same matter another
// value of that unit than the inputs.
func (e *examination) statedOtherwise(i int, c value, d derivation) bool {
	terms := e.matter(e.claim, i, true)
	where := 0
	for _, source := range e.cited {
		for _, r := range source.readings {
			where++
			for j := range r.clauses {
				for _, s := range r.clauses[j].values {
					isInput := slices.ContainsFunc(d.in, func(in input) bool { return in.where == where && in.clause == j })
					if s.SameNumber(c.Value) && !(c.Unit == "倍" && counter(s.Unit)) { // 两项 says nothing of 两倍
						return true
					}
					if s.Unit == c.Unit && !isInput && !r.row && len(terms) > 1 && share(terms, r.clauses[j].folded) >= sameClause {
						return true
					}
				}
			}
		}
	}
	return false
}

// counted finds the small counts of what a sum is over: 三家合计, 两项合计.
func (e *examination) counted(sums []derivation) []Computed {
	var out []Computed
	for _, d := range sums {
		if d.Operation != Add {
			continue
		}
		var raw []string
		for _, in := range d.in {
			raw = append(raw, in.raw)
		}
		for i := range e.claim.clauses {
			for _, v := range e.claim.clauses[i].values {
				if counter(v.Unit) && int(v.Number) == len(raw) && v.Number == v.High && v.Number <= 10 {
					out = append(out, Computed{Text: v.Text, Operation: CountOf, Inputs: raw, Formula: v.Text})
				}
			}
		}
	}
	return out
}
