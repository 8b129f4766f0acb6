package ground

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/quantity"
)

// Words that say that a value is worked out, by the operation that they name.
// They are matched in the folded clause of the value.
var (
	saysSum        = regexp.MustCompile(`合计|共计|总计|总和|之和|一共|共有|共|加起来|累计|\b(total\w*|sum|combined|together|altogether)\b`)
	saysDifference = regexp.MustCompile(`差|多|少|高|低|增|减|降|升|扩大|缩小|快|慢|\b(more|fewer|less|differen\w*|higher|lower|increas\w*|decreas\w*|gap|rose|fell|grew|up|down|ahead|dropp\w*|declin\w*)\b`)
	saysShare      = regexp.MustCompile(`占|比重|份额|比例|\b(share|account\w*|proportion|percentage of)\b`)
	saysGrowth     = regexp.MustCompile(`增|减|降|升|涨|跌|\b(grew|growth|grow|rose|increas\w*|fell|decreas\w*|declin\w*|up|down|dropp\w*)\b`)
	saysTimes      = regexp.MustCompile(`倍|\btimes\b|\bas (much|many|large|high)\b`)
)

// input is a value of a cited passage that others can be worked out from.
type input struct {
	value
	where  int    // which reading
	clause int    // which of its clauses
	column string // header of its cell, "" in running text
	raw    string // as it stands in the passage, without the unit of a header
}

// derivation is a computed value with where its inputs stand.
type derivation struct {
	Computed
	in []input
}

// derive looks for the one simple operation on cited values that gives a value
// of clause i of a claim, where the wording says that it is worked out. ok is
// false where there is none, or where several that differ would do.
func derive(claim *reading, i int, c value, inputs []input) (d derivation, ok bool) {
	folded := claim.clauses[i].folded
	if i > 0 && claim.clauses[i-1].sentence == claim.clauses[i].sentence {
		folded = claim.clauses[i-1].folded + folded
	}
	fallen := changeOf(folded).fallen()
	var found []derivation
	try := func(op Operation, allowed bool, in ...input) {
		if !allowed || len(found) > 0 && slices.Equal(found[0].Inputs, texts(in)) {
			return
		}
		k := Computed{Text: c.Text, Operation: op, Inputs: texts(in)}
		if k.gives(c, in, fallen) {
			k.Formula = formula(k)
			found = append(found, derivation{k, in})
		}
	}
	if saysSum.MatchString(folded) {
		for _, group := range summable(claim, c, inputs) {
			try(Add, true, group...)
		}
	}
	if len(found) == 0 {
		pairs(claim, inputs, func(a, b input) {
			points := c.Unit == "百分点" && a.Unit == "%" && b.Unit == "%"
			try(Subtract, saysDifference.MatchString(folded) && (a.Unit == c.Unit && c.Unit != "%" || points), a, b)
			try(Divide, c.Unit == "倍" && saysTimes.MatchString(folded), a, b)
			try(Share, c.Unit == "%" && a.Number < b.Number && saysShare.MatchString(folded), a, b)
			try(Growth, c.Unit == "%" && saysGrowth.MatchString(folded), a, b)
		})
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(d derivation) bool { return d.Operation != found[0].Operation }) {
		return derivation{}, false
	}
	return found[0], true
}

func texts(in []input) []string {
	out := make([]string, len(in))
	for i := range in {
		out[i] = in[i].Text
	}
	return out
}

// gives reports whether the operation gives the amount of c, rounded as c is
// printed. What has fallen is printed without its sign, which k gets.
func (k *Computed) gives(c value, in []input, fallen bool) bool {
	values := make([]quantity.Value, len(in))
	for i := range in {
		values[i] = in[i].Value
	}
	want, ok := k.compute(values)
	if !ok || c.Number != c.High {
		return false
	}
	if want < 0 && c.Number > 0 && k.Operation == Growth && fallen {
		want, k.Text = -want, "-"+k.Text
	}
	off := math.Abs(c.Number - want)
	if digitsOf(c.Text) < 2 && off > 0.05*math.Abs(want) {
		return false
	}
	return off <= roundingOf(c.Value)
}

func formula(k Computed) string {
	switch k.Operation {
	case Growth:
		return fmt.Sprintf("(%s − %s) ÷ %s ≈ %s", k.Inputs[0], k.Inputs[1], k.Inputs[1], k.Text)
	case Share, Divide:
		return strings.Join(k.Inputs, " ÷ ") + " ≈ " + k.Text
	case Subtract:
		return strings.Join(k.Inputs, " − ") + " = " + k.Text
	}
	return strings.Join(k.Inputs, " + ") + " = " + k.Text
}

// inputsOf lists what values of the cited passages can be worked on.
func inputsOf(cs []*cited) []input {
	var out []input
	where := 0
	for _, c := range cs {
		for _, r := range c.readings {
			where++
			for j := range r.clauses {
				header := ""
				if h, _, ok := strings.Cut(r.text[r.clauses[j].start:r.clauses[j].end], "："); ok && r.row {
					header = strings.TrimLeft(h, "；｜")
				}
				for _, v := range r.clauses[j].values {
					if !r.clauses[j].caption && v.Number == v.High {
						out = append(out, input{v, where, j, header, r.text[v.Start:v.End]})
					}
				}
			}
		}
	}
	return out[:min(len(out), mostInputs)]
}

// mostInputs bounds what is tried: pairs of them are.
const mostInputs = 80

// pairs calls try with the pairs of values that belong together: of one unit,
// and of one passage, of one column of a table, or both said in the claim.
func pairs(claim *reading, inputs []input, try func(a, b input)) {
	said := func(in input) bool {
		for i := range claim.clauses {
			for _, v := range claim.clauses[i].values {
				if v.Same(in.Value) {
					return true
				}
			}
		}
		return false
	}
	for x, a := range inputs {
		for y, b := range inputs {
			if x == y || a.Unit != b.Unit || a.Start == b.Start && a.where == b.where {
				continue
			}
			if a.where == b.where || a.column != "" && a.column == b.column || said(a) && said(b) {
				try(a, b)
			}
		}
	}
}

// summable are the groups of cited values that a sum can be of: those that the
// claim says, those of a sentence or a column, and pairs.
func summable(claim *reading, c value, inputs []input) [][]input {
	var out [][]input
	groups := make(map[string][]input)
	var order []string
	add := func(key string, in input) {
		if _, ok := groups[key]; !ok {
			order = append(order, key)
		}
		if !slices.ContainsFunc(groups[key], func(o input) bool { return o.where == in.where && o.Start == in.Start }) {
			groups[key] = append(groups[key], in)
		}
	}
	for _, in := range inputs {
		if in.Unit != c.Unit {
			continue
		}
		add("all", in)
		if in.column != "" {
			add("column "+in.column, in)
		} else {
			add(fmt.Sprint("reading ", in.where), in)
			add(fmt.Sprint("clause ", in.where, in.clause), in)
		}
		for i := range claim.clauses {
			for _, v := range claim.clauses[i].values {
				if v.Start != c.Start && v.Same(in.Value) {
					add("said", in)
				}
			}
		}
	}
	for _, key := range order {
		if len(groups[key]) > 1 {
			out = append(out, groups[key])
		}
	}
	for x := range inputs {
		for y := x + 1; y < len(inputs); y++ {
			if inputs[x].Unit == c.Unit && inputs[y].Unit == c.Unit {
				out = append(out, []input{inputs[x], inputs[y]})
			}
		}
	}
	return out
}
