package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// computeAsked tells questions that want a value worked out rather than read.
var computeAsked = regexp.MustCompile(`平均(下来|每)|推算|折算|折合|算下来|占.{0,6}(多大|多少)(的)?(比例|比重|百分比)|占.{1,14}的(比例|比重|份额)是多少|相当于|(几|多少)倍|差多少|相差|多出|增长了?(多少|几)|增幅`)

// statesShare tells questions for a percentage that a report is likely to
// state; twoValues those that must be worked out all the same.
var (
	statesShare = regexp.MustCompile(`增长|增幅|的(比例|比重|份额)是多少`)
	twoValues   = regexp.MustCompile(`折算|推算|折合|从.*到.*年`)
)

func hasShare(u ground.Unit) bool {
	return slices.ContainsFunc(u.Values, func(v quantity.Value) bool { return v.Unit == "%" })
}

// amountAsked: the value worked out is an amount, not a share.
var amountAsked = regexp.MustCompile(`多少(亿|万|千|百)*(元|美元|人|吨|台|辆|家)|多少钱|值多少`)

// compute works a value out of values that cited sentences state: a share of
// two amounts, a part of an amount, a ratio, a difference.
func (x *Extractive) compute(q question.Question, e Evidence) (Draft, bool) {
	if len(e.Selection.Units) == 0 {
		return Draft{}, false
	}
	if statesShare.MatchString(q.Text) && !twoValues.MatchString(q.Text) && hasShare(e.Selection.Units[0]) {
		return Draft{}, false // the report works it out itself
	}
	if d, ok := x.worked(q, e); ok && x.holds(d) {
		d.Verified = x.Verify != nil
		return d, true
	}
	if !computeAsked.MatchString(q.Text) {
		return Draft{}, false
	}
	operands := pickOperands(q, e.Selection)
	if len(operands) < 2 {
		return Draft{}, false
	}
	a, b := operands[0], operands[1]
	k, ok := combine(lexical.Fold(q.Text), a, b)
	if !ok {
		return Draft{}, false
	}
	units := []ground.Unit{a.unit}
	if b.unit.Passage.ID != a.unit.Passage.ID || b.unit.Start != a.unit.Start {
		units = append(units, b.unit)
	}
	stated := q
	stated.Asks = []question.Ask{{Kind: question.Compute, Text: q.Text}} // its result stands nowhere
	confidence := Confidence(stated, units, e.Selection)
	if len(units) == 1 {
		confidence += 0.08 // one sentence that states both values
	}
	if confidence < x.least() {
		return Draft{}, false
	}
	claim := ground.Claim{
		Text:     fmt.Sprintf("约%s（%s）：%s", k.Text, k.Formula, sentenceText(a.unit)),
		Computed: []ground.Computed{k},
	}
	for _, u := range units {
		claim.Supports = append(claim.Supports, support(u))
	}
	return Draft{Status: Answered, Confidence: confidence, Claims: []ground.Claim{claim}}, true
}

// averageAsked tells questions for an amount per thing counted.
var averageAsked = regexp.MustCompile(`平均(下来|每|一(个|家|款|项|台|人|户|辆|次))|每(个|家|款|项|台|人|户|辆)[^，？]{0,16}(多少|几)`)

// averages reports whether a is an amount of money and b a count.
func averages(a, b quantity.Value) bool {
	return a.Money() && !b.Money() && b.Unit != "" && b.Unit != "%" && b.Number > 1
}

// operand is a stated value with the sentence that states it.
type operand struct {
	value quantity.Value
	unit  ground.Unit
	fit   float64
}

// pickOperands returns the two stated values that fit the question best: of
// the same unit, or an amount and a percentage.
func pickOperands(q question.Question, sel ground.Selection) []operand {
	asked := q.Words
	var all []operand
	for i, u := range sel.Units {
		if i >= 8 || u.Score < 0.6*sel.Units[0].Score {
			break
		}
		if u.Period == ground.Conflict || u.Names == ground.Conflict || isRow(&u) {
			continue
		}
		for _, v := range u.Values {
			if smallCount(v.Number) && v.Unit != "%" || v.Number == 0 || v.Unit == "" {
				continue
			}
			fit := u.Score + 0.12*overlap(asked, lexical.Fold(clauseOf(u.Text, v.Start, v.End)))
			fit += periodBonus(q, u.Text, v)
			all = append(all, operand{v, u, fit})
		}
	}
	percent := strings.Contains(asked, "百分比") || strings.Contains(asked, "比例") || strings.Contains(asked, "比重")
	average, amount := averageAsked.MatchString(q.Text), amountAsked.MatchString(q.Text)
	percent = percent && !amount && !average
	best, pair := 0.0, []operand(nil)
	for i := range all {
		for j := range all {
			if i == j || !fitTogether(all[i].value, all[j].value, average, percent, amount) || average && !sameSentence(all[i].unit, all[j].unit) {
				continue
			}
			if s := all[i].fit + all[j].fit; s > best+1e-9 {
				best, pair = s, []operand{all[i], all[j]}
			}
		}
	}
	return pair
}

// sameSentence: an amount and what it is spread over are stated together.
func sameSentence(a, b ground.Unit) bool {
	return a.Passage.ID == b.Passage.ID && a.Start == b.Start
}

// fitTogether reports whether two values can be the operands that the question
// wants: an amount and a count for an average, two of a unit for a percentage,
// an amount and a percentage for a part of it.
func fitTogether(a, b quantity.Value, average, percent, amount bool) bool {
	switch {
	case a.Same(b):
		return false
	case average:
		return averages(a, b)
	case amount:
		return a.Unit != "%" && b.Unit == "%"
	case percent:
		return a.Unit == b.Unit
	}
	return combinable(a, b)
}

func periodBonus(q question.Question, text string, v quantity.Value) float64 {
	bonus := 0.0
	for _, p := range q.Periods {
		for _, have := range quantity.Periods(clauseOf(text, v.Start, v.End)) {
			if p.Covers(have) {
				bonus += 0.3
			} else {
				bonus -= 0.6
			}
		}
	}
	return bonus
}

func combinable(a, b quantity.Value) bool {
	return a.Unit == b.Unit || b.Unit == "%" && a.Unit != "%"
}

// combine chooses the operation by the words of the question and by what the
// two values are.
func combine(asked string, a, b operand) (ground.Computed, bool) {
	small, large := a.value, b.value
	if small.Number > large.Number {
		small, large = large, small
	}
	switch {
	case containsAny(asked, "倍", "相差", "差多少", "多出", "增长", "下降") && a.value.Unit != b.value.Unit:
		return ground.Computed{}, false
	case averageAsked.MatchString(asked):
		return average(a.value, b.value), averages(a.value, b.value)
	case a.value.Unit == "%" && b.value.Unit == "%":
		n := a.value.Number * b.value.Number / 100
		return computed(ground.Multiply, n, "%", 2, a.value, b.value), true
	case b.value.Unit == "%":
		return amountOf(a.value, b.value), true
	case a.value.Unit != b.value.Unit:
		return ground.Computed{}, false
	case strings.Contains(asked, "倍"):
		return computed(ground.Divide, large.Number/small.Number, "倍", 2, large, small), true
	case strings.Contains(asked, "差") || strings.Contains(asked, "多出"):
		return difference(large, small), true
	case strings.Contains(asked, "比例") || strings.Contains(asked, "比重") || strings.Contains(asked, "占"):
		return computed(ground.Share, small.Number/large.Number*100, "%", 2, small, large), true
	}
	return ground.Computed{}, false
}

func computed(op ground.Operation, n float64, unit string, decimals int, in ...quantity.Value) ground.Computed {
	sign := map[ground.Operation]string{ground.Share: "÷", ground.Divide: "÷", ground.Multiply: "×", ground.Subtract: "−", ground.Add: "+"}[op]
	k := ground.Computed{Text: trimZeros(n, decimals) + unit, Operation: op}
	var parts []string
	for _, v := range in {
		k.Inputs = append(k.Inputs, v.Text)
		parts = append(parts, v.Text)
	}
	k.Formula = strings.Join(parts, " "+sign+" ") + " ≈ " + k.Text
	return k
}

// readableScale prints an amount in 亿 or 万 where it is as large.
func readableScale(n float64, unit string) (float64, string) {
	switch {
	case n >= 1e8:
		return 1e8, "亿" + unit
	case n >= 1e4:
		return 1e4, "万" + unit
	}
	return 1, unit
}

// amountOf is a percentage of an amount, printed in the amount's own scale.
func amountOf(amount, share quantity.Value) ground.Computed {
	scale, suffix := printedScale(amount)
	return computed(ground.Multiply, amount.Number*share.Number/100/scale, suffix, 2, amount, share)
}

// average is an amount per thing counted, printed in 万 or 亿.
func average(amount, count quantity.Value) ground.Computed {
	n := amount.Number / count.Number
	scale, suffix := readableScale(n, amount.Unit)
	return computed(ground.Divide, n/scale, suffix, 2, amount, count)
}

func difference(large, small quantity.Value) ground.Computed {
	scale, suffix := printedScale(large)
	return computed(ground.Subtract, (large.Number-small.Number)/scale, suffix, 2, large, small)
}

// printedScale returns the factor and the words (亿元) with which a value is
// printed.
func printedScale(v quantity.Value) (float64, string) {
	digits := strings.TrimLeft(v.Text, "0123456789.,，０１２３４５６７８９．")
	n, err := strconv.ParseFloat(strings.ReplaceAll(v.Text[:len(v.Text)-len(digits)], ",", ""), 64)
	if err != nil || n == 0 {
		return readableScale(v.Number, v.Unit)
	}
	return v.Number / n, strings.TrimSpace(digits)
}

func trimZeros(n float64, decimals int) string {
	s := strconv.FormatFloat(n, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
