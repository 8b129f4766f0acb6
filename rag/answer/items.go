package answer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// items counts what the cells of a column list, over all rows or row by row:
// 典型企业一共列了多少家, 哪一类列的典型企业最多.
func (a *aggregation) items() (Draft, bool) {
	c := askedColumn(a.t.View, a.q.Text)
	if c < 0 || a.t.ColumnKind(c) != table.Words || !a.listsItems(c) || len(a.rowsNamedBeside(c, c)) > 0 {
		return Draft{}, false
	}
	if s, ok := askOfKind(a.q, question.Superlative); ok && mostWords.MatchString(s.Text) {
		return a.mostItems(c, s.Least)
	}
	ask, ok := a.countAsked()
	if !ok || !addWords.MatchString(ask.Text) {
		return Draft{}, false
	}
	rows := a.dataRows()
	claim, inputs, ok := a.itemsOf(rows, c)
	if !ok || !distinct(inputs) {
		return Draft{}, false
	}
	n := fmt.Sprintf("%d%s", len(inputs), countWord(ask))
	claim.Computed = []ground.Computed{{Text: n, Operation: ground.CountOf, Formula: n, Inputs: inputs}}
	claim.Text = fmt.Sprintf("%s：共%s，%s。", a.t.Columns[c], n, strings.Join(inputs, "、"))
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

// listsItems reports whether most cells of a column list several things.
func (a *aggregation) listsItems(c int) bool {
	n := 0
	for _, r := range a.dataRows() {
		if len(a.listed(table.Cell{Row: r, Column: c})) > 1 {
			n++
		}
	}
	return 2*n > len(a.dataRows())
}

// listed are the things that a cell lists.
func (a *aggregation) listed(at table.Cell) []string {
	var out []string
	for _, item := range a.t.Items(at) {
		for part := range strings.SplitSeq(item, "、") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, strings.TrimSuffix(oneLine(part), "等"))
			}
		}
	}
	return out
}

func (a *aggregation) itemsOf(rows []int, c int) (claim ground.Claim, inputs []string, ok bool) {
	for _, r := range rows {
		at := table.Cell{Row: r, Column: c}
		sup, ok := a.cite(at, oneLine(a.t.Text(at)))
		if !ok {
			return claim, nil, false
		}
		claim.Supports = append(claim.Supports, sup)
		inputs = append(inputs, a.listed(at)...)
	}
	return claim, inputs, len(inputs) > 1 && len(inputs) <= 2*rowsNamed
}

// mostItems names the rows whose cell lists most.
func (a *aggregation) mostItems(c int, fewest bool) (Draft, bool) {
	rows := a.dataRows()
	size := func(r int) int { return len(a.listed(table.Cell{Row: r, Column: c})) }
	slices.SortStableFunc(rows, func(r, s int) int {
		if fewest {
			return cmp.Compare(size(r), size(s))
		}
		return cmp.Compare(size(s), size(r))
	})
	key := a.finestName()
	if len(rows) < 2 || key == c || lexical.Fold(a.t.Columns[key]) == "" {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.75}
	for _, r := range rows {
		if size(r) != size(rows[0]) {
			break
		}
		claim, inputs, ok := a.itemsOf([]int{r}, c)
		if !ok || !distinct(inputs) || len(d.Claims) > 3 {
			return Draft{}, false
		}
		ask, _ := a.countAsked()
		n := fmt.Sprintf("%d%s", len(inputs), countWord(ask))
		claim.Computed = []ground.Computed{{Text: n, Operation: ground.CountOf, Formula: n, Inputs: inputs}}
		claim.Text = fmt.Sprintf("%s：%s%s（%s）。", oneLine(a.t.Text(table.Cell{Row: r, Column: key})), a.t.Columns[c], n, strings.Join(inputs, "、"))
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}
