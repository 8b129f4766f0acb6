package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// labelled is a stated value with the words that say what it is of.
type labelled struct {
	operand
	label   string // its clause, folded
	periods []quantity.Period
}

// operandUnits is how many of the best sentences are looked at for operands.
const operandUnits = 10

// labelledValues are the values that the best sentences state.
func labelledValues(sel ground.Selection) []labelled {
	var out []labelled
	for i, u := range sel.Units {
		if i >= operandUnits || u.Score < 0.45*sel.Units[0].Score {
			break
		}
		if isRow(&u) || u.Names == ground.Conflict {
			continue
		}
		var last []quantity.Period
		for _, v := range u.Values {
			if v.Unit == "" && v.Number < 1e4 || v.Number == 0 || smallCount(v.Number) && v.Unit != "%" && !v.Money() {
				continue
			}
			clause := clauseOf(u.Text, v.Start, v.End)
			ps := quantity.Periods(clause)
			if len(ps) == 0 {
				ps = last
			}
			last = ps
			out = append(out, labelled{operand{v, u, u.Score}, lexical.Fold(clause), ps})
		}
	}
	return out
}

// worked works a value out of what sentences state, by the phrases of the
// question that name its operands.
func (x *Extractive) worked(q question.Question, e Evidence) (Draft, bool) {
	c, ok := calculationOf(q)
	if !ok || len(e.Selection.Units) == 0 {
		return Draft{}, false
	}
	values := labelledValues(e.Selection)
	picked, ok := x.operandsFor(c, q, values)
	if !ok {
		return Draft{}, false
	}
	k, ok := c.compute(picked)
	if !ok {
		return Draft{}, false
	}
	return x.workedDraft(q, e, c, k, picked)
}

func (x *Extractive) workedDraft(q question.Question, e Evidence, c calculation, k ground.Computed, picked []labelled) (Draft, bool) {
	claim := ground.Claim{Computed: []ground.Computed{k}}
	var units []ground.Unit
	var sentences []ground.Claim
	for _, p := range picked {
		if repeats(&p.unit, units) {
			continue
		}
		units = append(units, p.unit)
		sentences = append(sentences, ground.Claim{Text: sentenceText(p.unit), Supports: []ground.Support{support(p.unit)}})
		claim.Supports = append(claim.Supports, support(p.unit))
	}
	stated := q
	stated.Asks = []question.Ask{{Kind: question.Compute, Text: q.Text}} // its result stands nowhere
	confidence := Confidence(stated, units, e.Selection) + 0.1
	if len(units) == 1 && len(c.phrases) > 1 && c.apart(picked) && units[0].Subject != ground.Conflict && units[0].Period != ground.Conflict {
		confidence = max(confidence, namedCell) // one sentence that names both
	}
	if confidence < x.least() {
		return Draft{}, false
	}
	claim.Text = fmt.Sprintf("约%s（%s）。", k.Text, k.Formula)
	return Draft{Status: Answered, Confidence: min(1, confidence), Claims: append([]ground.Claim{claim}, sentences...)}, true
}

// operandsFor picks a value for every phrase: the one whose words the phrase
// shares most, of the phrase's period, no value twice.
func (x *Extractive) operandsFor(c calculation, q question.Question, values []labelled) ([]labelled, bool) {
	if c.operation == ground.Multiply || c.operation == ground.Mean || c.operation == ground.Divide && inverse.MatchString(q.Text) {
		return x.amountAndShare(c, q, values)
	}
	scores := make([][]float64, len(c.phrases))
	for i := range c.phrases {
		phrase := x.phrase(c.phrases[i])
		scores[i] = make([]float64, len(values))
		for j := range values {
			if unitAsked(q, values[j].value) && (!c.whole || values[j].value.Unit == "%") {
				scores[i][j] = phrase.bound(c.period(i), c, &values[j])
			}
		}
	}
	picked := c.best(scores, values)
	if len(picked) < len(c.phrases) || c.operation == ground.Add && !c.apart(picked) {
		return nil, false
	}
	if c.operation == ground.Share && !sameSentence(picked[0].unit, picked[1].unit) && !x.bothNamed(c, picked) {
		return nil, false // shares of one thing stand together, or both are named
	}
	return picked, true
}

// unitAsked: where points are asked for, only shares will do; where dollars
// are, no other currency; where money is, only money.
func unitAsked(q question.Question, v quantity.Value) bool {
	if pointsAsked.MatchString(q.Text) {
		return v.Unit == "%"
	}
	for _, a := range q.Asks {
		if !slices.Contains(a.Units, "元") && slices.Contains(a.Units, "美元") {
			return v.Unit == "美元"
		}
	}
	return !amountAsked.MatchString(q.Text) || v.Unit != "%" || shareWords.MatchString(q.Text)
}

var pointsAsked = regexp.MustCompile(`(多少|几)个?(百分)?点`)

// apart reports whether each phrase is named by the words of its own value and
// no value is that of several phrases together: what the report adds up itself
// is not added again.
func (c calculation) apart(picked []labelled) bool {
	for i, p := range picked {
		n := 0
		for j, phrase := range c.phrases {
			if words := question.Content(lexical.Fold(withoutPeriods(phrase))); overlap(words, p.label) > 0 {
				n++
			} else if i == j {
				return false
			}
		}
		if n > 1 && !c.eachOf(&p) {
			return false
		}
	}
	return true
}

// period is that of phrase i; the zero Period for none.
func (c calculation) period(i int) quantity.Period {
	if i < len(c.periods) {
		return c.periods[i]
	}
	if ps := quantity.Periods(c.phrases[i]); len(ps) > 0 {
		return ps[0]
	}
	return quantity.Period{}
}

// best picks one value for each phrase, of one unit: the two that fit best
// together, and for further phrases each the best that is left.
func (c calculation) best(scores [][]float64, values []labelled) []labelled {
	first, second, top := -1, -1, 0.0
	for i, s := range scores[0] {
		if s <= 0 {
			continue
		}
		if len(scores) == 1 && s > top+1e-9 {
			first, top = i, s
		}
		for j := range values {
			if len(scores) == 1 || i == j && !c.eachOf(&values[i]) || scores[1][j] <= 0 || values[i].value.Unit != values[j].value.Unit ||
				values[i].value.Same(values[j].value) && !c.eachOf(&values[i]) {
				continue
			}
			if t := s + scores[1][j]; t > top+1e-9 {
				first, second, top = i, j, t
			}
		}
	}
	if first < 0 {
		return nil
	}
	picked := []labelled{values[first]}
	if second >= 0 {
		picked = append(picked, values[second])
	}
	for k := 2; k < len(scores); k++ {
		at, most := -1, 0.0
		for j, s := range scores[k] {
			if s > most+1e-9 && values[j].value.Unit == picked[0].value.Unit && (!sameValue(picked, values[j].value) || c.eachOf(&values[j])) {
				at, most = j, s
			}
		}
		if at < 0 {
			return nil
		}
		picked = append(picked, values[at])
	}
	return picked
}

// bothNamed reports whether each phrase shares two bigrams with the clause of
// its value.
func (x *Extractive) bothNamed(c calculation, picked []labelled) bool {
	for i, p := range picked {
		if overlap(question.Content(lexical.Fold(withoutPeriods(c.phrases[i]))), p.label) < 2 {
			return false
		}
	}
	return true
}

// eachOf reports whether a value is that of several members, to be added once
// for each: 游戏与广告各占13%.
func (c calculation) eachOf(v *labelled) bool {
	return c.operation == ground.Add && containsAny(v.label, "各", "均", "都", "分别", "皆")
}

func sameValue(picked []labelled, v quantity.Value) bool {
	for _, p := range picked {
		if p.value.Same(v) {
			return true
		}
	}
	return false
}

// phrase is a phrase of a question that names a value.
type phrase struct {
	words   string // what it says besides asking, folded
	widened string // with other words for its stretches
}

func (x *Extractive) phrase(text string) phrase {
	words := question.Content(lexical.Fold(withoutPeriods(text)))
	return phrase{words, x.widened(strings.TrimSpace(words))}
}

// bound tells how well a value is what a phrase names; 0 or less for not at
// all.
func (p phrase) bound(period quantity.Period, c calculation, v *labelled) float64 {
	words := p.words
	own := overlap(words, v.label)
	wide := overlap(p.widened, v.label)
	s := own + 0.6*max(0, wide-own)
	sentence := overlap(words, lexical.Fold(v.unit.Text))
	if len(c.periods) == 0 && s == 0 && (period.Year == 0 || strings.TrimSpace(words) != "" && sentence < 2) {
		return 0
	}
	s += 0.5*sentence + v.fit
	if period.Year != 0 {
		switch {
		case len(v.periods) == 0:
			s -= 2
		case anyCovers([]quantity.Period{period}, v.periods):
			s += 3
		default:
			return 0
		}
	}
	return s
}

// amountAndShare picks an amount and the percentage of it, or an amount and the
// count it is spread over, that one or two sentences state.
func (x *Extractive) amountAndShare(c calculation, q question.Question, values []labelled) ([]labelled, bool) {
	best := 0.0
	whole := x.phrase(q.Text)
	var picked []labelled
	for i := range values {
		for j := range values {
			a, b := &values[i], &values[j]
			fits := b.value.Unit == "%" && a.value.Unit != "%"
			if c.operation == ground.Mean {
				fits = averages(a.value, b.value) && sameSentence(a.unit, b.unit)
			}
			if i == j || !fits || given(q, a.value)+overlap(q.Words, a.label) < 2 || given(q, b.value)+overlap(q.Words, b.label) < 1 {
				continue
			}
			s := whole.bound(quantity.Period{}, c, a) + whole.bound(quantity.Period{}, c, b) + given(q, a.value) + given(q, b.value)
			if sameSentence(a.unit, b.unit) {
				s++
			}
			if s > best+1e-9 {
				best, picked = s, []labelled{*a, *b}
			}
		}
	}
	return picked, len(picked) == 2
}

// given favours a value that the question itself states.
func given(q question.Question, v quantity.Value) float64 {
	for _, w := range q.Values {
		if w.Same(v) || w.SameNumber(v) {
			return 6
		}
	}
	return 0
}

// compute applies the operation to the picked values.
func (c calculation) compute(p []labelled) (ground.Computed, bool) {
	if c.whole {
		rest := 100 - p[0].value.Number
		return ground.Computed{Text: trimZeros(rest, 2) + "%", Operation: ground.Rest, Inputs: []string{p[0].value.Text}, Formula: fmt.Sprintf("全部 − %s = %s%%", p[0].value.Text, trimZeros(rest, 2))}, true
	}
	var vs []quantity.Value
	for _, o := range p {
		vs = append(vs, o.value)
	}
	a, b := vs[0], vs[len(vs)-1]
	switch c.operation {
	case ground.Mean:
		return average(a, b), true
	case ground.Multiply:
		return amountOf(a, b), true
	case ground.Add:
		return sumOf(vs), true
	case ground.Subtract:
		if a.Number < b.Number {
			a, b = b, a
		}
		k := difference(a, b)
		if a.Unit == "%" {
			k.Formula = strings.TrimSuffix(k.Formula, k.Text)
			k.Text = strings.Replace(k.Text, "%", "个百分点", 1)
			k.Formula += k.Text
		}
		return k, true
	}
	if b.Number == 0 {
		return ground.Computed{}, false
	}
	switch c.operation {
	case ground.Growth:
		if a.Unit == "%" {
			return ground.Computed{}, false
		}
		k := computed(ground.Growth, (a.Number-b.Number)/b.Number*100, "%", 2, a, b)
		k.Formula = fmt.Sprintf("(%s − %s) ÷ %s ≈ %s", a.Text, b.Text, b.Text, k.Text)
		return k, true
	case ground.Share:
		return computed(ground.Share, a.Number/b.Number*100, "%", 2, a, b), a.Number < b.Number && a.Unit == b.Unit
	case ground.Divide:
		if b.Unit == "%" && a.Unit != "%" {
			scale, suffix := printedScale(a)
			k := computed(ground.Whole, a.Number/(b.Number/100)/scale, suffix, 2, a, b)
			k.Formula = fmt.Sprintf("%s ÷ %s ≈ %s", a.Text, b.Text, k.Text)
			return k, true
		}
		return computed(ground.Divide, a.Number/b.Number, "倍", 2, a, b), a.Unit == b.Unit
	}
	return ground.Computed{}, false
}
