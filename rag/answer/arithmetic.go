package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

var (
	differenceWords = regexp.MustCompile(`(?i)(高|多|低|少|大|小|差|贵|便宜|领先|落后|早|晚)(出|了)?(多少|几|多大)|相差|差距|差额|差值|之差|difference|how much (more|less|higher|lower|larger|smaller)`)
	ratioWords      = regexp.MustCompile(`(?i)(多少|几|几十|几百)倍|倍数|how many times|times (as|larger|bigger)`)
	shareWords      = regexp.MustCompile(`(?i)占.{0,16}(多少|几成|比例|比重|份额|百分比|百分之几)|占比(是|为|有)?(多少|多大|几)|what (share|percentage|proportion)`)
	wholeWords      = regexp.MustCompile(`(?i)占.{0,8}(总|全|合计|整体|所有|之和|前|大区|各)|合计的|总和的|总数的|total`)
	averageWords    = regexp.MustCompile(`(?i)平均(值|数)?|均值|average|mean\b`)
	addWords        = regexp.MustCompile(`(?i)合计|总和|总共|一共|加起来|相加|之和|总计|共计|加总|in total|sum of|add up|altogether|combined`)
)

// pair works out how two members differ in one column, or what they make up
// together: 甲比乙高多少, 甲是乙的几倍. A member of several rows, a merged cell,
// stands for their sum.
func (a *aggregation) pair() (Draft, bool) {
	ratio := ratioWords.MatchString(a.q.Text)
	sum := addWords.MatchString(a.q.Text)
	if !ratio && !sum && !differenceWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	by := a.onlyMeasure()
	ms, ok := a.membersNamed(by)
	if by < 0 || !ok || len(ms) != 2 && !(sum && len(ms) > 2 && len(ms) < 7) {
		return Draft{}, false
	}
	claim, ok := a.evidenceOf(ms)
	if !ok {
		return Draft{}, false
	}
	var vs []quantity.Value
	var parts []string
	for _, m := range ms {
		vs = append(vs, m.value)
		parts = append(parts, m.name+"（"+m.value.Text+"）")
	}
	var k ground.Computed
	var text string
	switch {
	case sum && !differenceWords.MatchString(a.q.Text) && !ratio:
		k = sumOf(vs)
		text = fmt.Sprintf("合计%s（%s）：%s", k.Text, k.Formula, strings.Join(parts, "、"))
	case ratio && vs[1].Number != 0:
		k = computed(ground.Divide, vs[0].Number/vs[1].Number, "倍", 2, vs[0], vs[1])
		text = fmt.Sprintf("%s（%s）：%s", k.Text, k.Formula, strings.Join(parts, "、"))
	default:
		k, text = apart(ms)
	}
	claim.Text, claim.Computed = text+"。", append(claim.Computed, k)
	return Draft{Status: Answered, Confidence: 0.8, Claims: []ground.Claim{claim}}, true
}

// apart states by how much one member exceeds the other.
func apart(ms []member) (ground.Computed, string) {
	large, small := ms[0], ms[1]
	if small.value.Number > large.value.Number {
		large, small = small, large
	}
	k := difference(large.value, small.value)
	if large.value.Unit == "%" {
		k.Text = strings.Replace(k.Text, "%", "个百分点", 1)
	}
	k.Formula = fmt.Sprintf("%s − %s = %s", large.value.Text, small.value.Text, k.Text)
	return k, fmt.Sprintf("%s比%s高%s（%s）", large.name, small.name, k.Text, k.Formula)
}

// sumOf is the sum of amounts of one unit, printed as the first is.
func sumOf(vs []quantity.Value) ground.Computed {
	scale, suffix := printedScale(vs[0])
	total := 0.0
	for _, v := range vs {
		total += v.Number
	}
	k := computed(ground.Add, total/scale, suffix, 2, vs...)
	k.Formula = strings.Replace(k.Formula, "≈", "=", 1)
	return k
}

// share works out which part of the sum of a column the named members make up:
// of all rows, of the first so many, or of the member that holds them.
func (a *aggregation) share() (Draft, bool) {
	if !shareWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	by := a.onlyMeasure()
	part, whole, ok := a.partAndWhole(by)
	if by < 0 || !ok || whole.value.Number == 0 || len(whole.rows) > rowsNamed || whole.value.Unit == "%" {
		return Draft{}, false
	}
	claim, ok := a.evidenceOf([]member{part, whole})
	if !ok {
		return Draft{}, false
	}
	k := computed(ground.Share, part.value.Number/whole.value.Number*100, "%", 2, part.value, whole.value)
	claim.Computed = append(claim.Computed, k)
	claim.Text = fmt.Sprintf("约%s（%s）：%s（%s），%s合计%s。", k.Text, k.Formula, part.name, part.value.Text, whole.name, whole.value.Text)
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

// partAndWhole are the members that a question for a share is about.
func (a *aggregation) partAndWhole(by int) (part, whole member, ok bool) {
	if by < 0 {
		return part, whole, false
	}
	if nested := a.nested(by); len(nested) == 2 {
		return nested[0], nested[1], true
	}
	ms, ok := a.membersNamed(by)
	if !ok || len(ms) == 0 || len(ms) > 6 || !wholeWords.MatchString(a.q.Text) {
		return part, whole, false
	}
	if part = ms[0]; len(ms) > 1 {
		part = joined(ms)
	}
	rows := a.dataRows()
	if from, to, ok := a.placesAsked(len(rows)); ok && a.ordinals() >= 0 && from == 1 && to > 1 {
		rows = rows[:min(to, len(rows))]
	}
	whole, ok = a.member("", rows, by)
	return part, whole, ok && len(rows) > len(part.rows)
}

// amounts are those of one column over rows, of one unit, and their sum.
func (a *aggregation) amounts(rows []int, by int) (sum float64, vs []quantity.Value, ok bool) {
	for _, r := range rows {
		v, ok := a.amount(table.Cell{Row: r, Column: by})
		if !ok || v.Number != v.High || len(vs) > 0 && v.Unit != vs[0].Unit {
			return 0, nil, false
		}
		vs = append(vs, v)
		sum += v.Number
	}
	return sum, vs, len(vs) > 1
}

// over works out the sum or the mean of a column over the rows that the
// question keeps, or over all.
func (a *aggregation) over() (Draft, bool) {
	mean := averageWords.MatchString(a.q.Text)
	if !mean && !addWords.MatchString(a.q.Text) || !a.q.Wants("value") && !a.q.Wants("compute") && !a.q.Wants("count") {
		return Draft{}, false
	}
	by := a.onlyMeasure()
	if by < 0 {
		return Draft{}, false
	}
	conditions := slices.Concat(a.bounds(), a.marks(), a.graded(), a.places())
	conditions = append(conditions, a.shared(append(conditions, condition{column: by}))...)
	if len(conditions) == 0 && !a.allRows() {
		return Draft{}, false
	}
	rows := a.where(conditions)
	sum, vs, ok := a.amounts(rows, by)
	if !ok || len(rows) > rowsNamed {
		return Draft{}, false
	}
	claim, parts, ok := a.named(rows, a.key(rows, []condition{{column: by}}), []int{by})
	if !ok {
		return Draft{}, false
	}
	total := sumOf(vs)
	claim.Computed = []ground.Computed{total}
	head := "合计" + total.Text
	if mean {
		scale, suffix := printedScale(vs[0])
		text := trimZeros(sum/float64(len(vs))/scale, 2) + suffix
		k := ground.Computed{Text: text, Operation: ground.Mean, Formula: fmt.Sprintf("%s ÷ %d ≈ %s", total.Text, len(vs), text)}
		for _, v := range vs {
			k.Inputs = append(k.Inputs, v.Text)
		}
		claim.Computed = append(claim.Computed, k)
		head = fmt.Sprintf("平均约%s（%s）", text, k.Formula)
	}
	if ask, ok := askOfKind(a.q, question.Count); ok && distinct(parts) {
		n := fmt.Sprintf("%d%s", len(rows), countWord(ask))
		claim.Computed = append(claim.Computed, ground.Computed{Text: n, Operation: ground.CountOf, Formula: n, Inputs: a.texts(rows, a.key(rows, []condition{{column: by}}))})
		head = "共" + n + "，" + head
	}
	claim.Text = head + "：" + strings.Join(parts, "、") + "。"
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

// texts are the cells of a column.
func (a *aggregation) texts(rows []int, c int) []string {
	var out []string
	for _, r := range rows {
		out = append(out, oneLine(a.t.Text(table.Cell{Row: r, Column: c})))
	}
	return out
}

var allWords = regexp.MustCompile(`(?i)各(个)?|所有|全部|(一|两|二|三|四|五|六|七|八|九|十|\d+)(大|个|家|类|种|项)|all |每`)

// allRows reports whether the question speaks of every row: 七个区域, 各模式, or
// the number of rows.
func (a *aggregation) allRows() bool {
	m := placesFrom.FindStringSubmatch(a.q.Text)
	return allWords.MatchString(a.q.Text) || m != nil && count(m[1]) == len(a.dataRows())
}
