package ground

import (
	"slices"
	"strings"
	"unicode"

	"yanbao/rag/quantity"
)

// roleClash reports whether a claim uses a value otherwise than the passage
// does: as what something rose from and not to, as a change and not a level,
// as a sum and not one of its parts.
func roleClash(claim *reading, i int, c value, r passageReading, j int, s value) bool {
	mine, theirs := claim.clauses[i].values, r.clauses[j].values
	base := func(v value) bool { return v.base }
	if slices.ContainsFunc(mine, base) && slices.ContainsFunc(theirs, base) && c.base != s.base {
		return true
	}
	if c.Bound == quantity.Exact && c.delta != s.delta && !r.row {
		if c.delta && len(theirs) > 0 || s.delta && !claim.clauses[i].change.moves() {
			return true
		}
	}
	return c.sum && !s.sum && !saysSum.MatchString(r.clauses[j].folded)
}

// moves reports whether a clause speaks of a rise or fall.
func (d direction) moves() bool { return d>>(2*movement)&3 != 0 }

// rankClash returns a rank of clause i of a claim where the clause of a passage
// that states the same value has others: 前十 for 前三名; "" for none.
func (r *reading) rankClash(i int, p *clause) string {
	for _, k := range r.clauses[i].ranks {
		if k.of == "" && len(p.ranks) > 0 && !slices.ContainsFunc(p.ranks, k.heldBy) {
			return k.text
		}
	}
	return ""
}

// stretch is where the clauses begin that belong to the values of clause j: it
// and those before it, of one sentence and segment, back to one with values.
func (r *reading) stretch(j int) int {
	from := j
	for from > 0 {
		p := &r.clauses[from-1]
		if p.sentence != r.clauses[j].sentence || p.segment != r.clauses[j].segment || len(p.values) > 0 || p.caption {
			break
		}
		from--
	}
	return from
}

// stretchText is the folded text of the stretch of clause j.
func (r *reading) stretchText(j int) string {
	var b strings.Builder
	for k := r.stretch(j); k <= j; k++ {
		b.WriteString(r.clauses[k].folded)
	}
	return b.String()
}

// stretchMatter is what the stretch of clause j is about.
func (e *examination) stretchMatter(r *reading, j int, names bool) []string {
	var out []string
	for k := r.stretch(j); k <= j; k++ {
		out = append(out, e.matter(r, k, names)...)
	}
	return out
}

// partsList reports whether an enumeration mark at offset at parts two members
// that each name what their value is of: 冷藏车6,240辆、外协车辆11,300辆.
func partsList(text string, start, at int) bool {
	before := text[start:at]
	vs := quantity.Values(before)
	if len(vs) == 0 || strings.TrimSpace(before[vs[len(vs)-1].End:]) != "" {
		return false
	}
	after := text[at+len("、"):]
	if i := strings.IndexAny(after, "，、；。："); i >= 0 {
		after = after[:i]
	}
	vs = quantity.Values(after)
	if len(vs) == 0 {
		return false
	}
	n := 0
	for _, r := range after[:vs[0].Start] {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n >= 2
}
