package eval

import (
	"slices"
	"strconv"
	"strings"

	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// These lies are made of what the cited passages do say, of something else:
// every value, year and name of them can be found there.

// valuesOfOthers puts a value of another clause of what is cited in the place
// of one of the claim, and swaps two of the claim.
func (c *claim) valuesOfOthers() []string {
	if strings.Contains(c.Claim, computedMark) {
		return nil
	}
	var out []string
	for _, v := range c.places() {
		if !digitFirst(v) {
			continue
		}
		for _, cited := range c.Cited {
			for _, w := range quantity.Values(cited.Text) {
				if w.Unit == v.Unit && w.Unit != "" && digitFirst(w) && !w.SameNumber(v) && w.Bound == v.Bound && w.High == w.Number && !strings.Contains(c.Claim, w.Text) && !inside(cited.Text, w.Start, "《", "》") {
					out = append(out, strings.ReplaceAll(c.Claim, v.Text, w.Text))
					break
				}
			}
		}
	}
	for i, v := range c.values {
		for _, w := range c.values[i+1:] {
			if v.Unit == w.Unit && v.Unit != "" && digitFirst(v) && digitFirst(w) && !v.SameNumber(w) && v.Bound == w.Bound && len(out) < altersPerKind && strings.Count(c.Claim, v.Text) == 1 && strings.Count(c.Claim, w.Text) == 1 && !joined(c.Claim[v.End:w.Start]) {
				out = append(out, c.Claim[:v.Start]+w.Text+c.Claim[v.End:w.Start]+v.Text+c.Claim[w.End:])
			}
		}
	}
	return out[:min(len(out), altersPerKind)]
}

// digitFirst: 一级 and 两年 are words more than values.
func digitFirst(v quantity.Value) bool { return v.Text[0] >= '0' && v.Text[0] <= '9' }

// joined reports whether two values with that between them are the ends of one
// statement or need no order.
func joined(between string) bool {
	return strings.Trim(between, " 和与、至到—-~,，") == ""
}

// swappedYears swaps two years of the claim that each date a value.
func (c *claim) swappedYears() []string {
	spans := yearSpans(c.Claim)
	for i := 0; i+1 < len(spans); i++ {
		a, b := spans[i], spans[i+1]
		x, y := c.Claim[a[0]:a[1]], c.Claim[b[0]:b[1]]
		between := quantity.Values(c.Claim[a[1]:b[0]])
		if x == y || len(between) == 0 || len(quantity.Values(c.Claim[b[1]:])) == 0 || strings.ContainsAny(c.Claim[a[1]:b[0]], "比较由从") || strings.Count(c.Claim, x) > 1 || strings.Count(c.Claim, y) > 1 {
			continue
		}
		return []string{c.Claim[:a[0]] + y + c.Claim[a[1]:b[0]] + x + c.Claim[b[1]:]}
	}
	return nil
}

// swappedNames swaps two names of one kind that stand in different clauses of
// the claim, a value or words with each.
func (m *caseMaker) swappedNames(c *claim, kinds ...string) []string {
	var names []question.Mention
	for _, n := range m.o.Names.Mentions(c.Claim) {
		if slices.Contains(kinds, n.Kind) && !inside(c.Claim, n.Start, "《", "》") && !inside(c.Claim, n.Start, "“", "”") {
			names = append(names, n)
		}
	}
	for i := 0; i+1 < len(names); i++ {
		a, b := names[i], names[i+1]
		x, y := c.Claim[a.Start:a.End], c.Claim[b.Start:b.End]
		between := c.Claim[a.End:b.Start]
		if a.Kind != b.Kind || a.Canonical == b.Canonical || strings.Count(c.Claim, x) > 1 || strings.Count(c.Claim, y) > 1 || m.overlaps(a, b) ||
			!strings.ContainsAny(between, "，；") || len(quantity.Values(between)) == 0 || len(quantity.Values(c.Claim[b.End:])) == 0 {
			continue
		}
		return []string{c.Claim[:a.Start] + y + between + x + c.Claim[b.End:]}
	}
	return nil
}

// englishLies are true English sentences (see englishSentences) with one thing
// altered.
func (c *claim) englishLies() (numbers, years, currencies []string) {
	for _, s := range c.englishSentences() {
		vs, ps := quantity.Values(s), quantity.Periods(s)
		if len(vs) != 1 || len(ps) != 1 {
			continue
		}
		if other := c.otherNumber(vs[0].Text); other != "" && !c.holdsAmount(s[:vs[0].Start]+other) {
			numbers = append(numbers, replace(s, vs[0].Start, vs[0].End, other))
		}
		for _, step := range []int{1, -1, 2, -2} {
			if other := strconv.Itoa(ps[0].Year + step); !strings.Contains(c.cited, other) {
				years = append(years, replace(s, ps[0].Start, ps[0].End, other))
				break
			}
		}
		if strings.Contains(s, "RMB ") {
			currencies = append(currencies, strings.Replace(s, "RMB ", "USD ", 1))
		} else {
			currencies = append(currencies, strings.Replace(s, "USD ", "RMB ", 1))
		}
	}
	return numbers, years, currencies
}
