package answer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// rowsNamed is how many rows an answer names.
const rowsNamed = 20

// whichRows answers questions for the rows that meet conditions, or for how
// many there are: 营收超过50亿元的企业有几家.
func (a *aggregation) whichRows() (Draft, bool) {
	conditions := a.conditions()
	if len(conditions) == 0 || !a.asksForRows() {
		return Draft{}, false
	}
	conditions = append(conditions, a.shared(conditions)...)
	rows := a.where(conditions)
	if len(rows) == 0 || len(rows) > rowsNamed || len(rows) == len(a.dataRows()) {
		return Draft{}, false
	}
	key := a.key(rows, conditions)
	return a.states(rows, key, a.shown(conditions, key))
}

// states names rows, a claim each, after their number where that is asked for.
func (a *aggregation) states(rows []int, key int, columns []int) (Draft, bool) {
	d := Draft{Status: Answered, Confidence: 0.75}
	if ask, counts := a.countAsked(); counts {
		claim, ok := a.numberOf(rows, key, countWord(ask))
		if ok {
			d.Claims = append(d.Claims, claim)
		}
	}
	claims, ok := a.eachRow(rows, key, columns)
	d.Claims = append(d.Claims, claims...)
	return d, ok
}

// numberOf states how many rows there are; ok is false where two have one name.
func (a *aggregation) numberOf(rows []int, key int, unit string) (ground.Claim, bool) {
	names := a.texts(rows, key)
	claim, _, ok := a.named(rows, key, nil)
	if !ok || !distinct(names) {
		return claim, false
	}
	n := fmt.Sprintf("%d%s", len(rows), unit)
	claim.Text = "共" + n + "。"
	claim.Computed = []ground.Computed{{Text: n, Operation: ground.CountOf, Formula: n, Inputs: names}}
	return claim, true
}

// eachRow states rows by their names, with the cells of other columns in
// brackets, a claim each.
func (a *aggregation) eachRow(rows []int, key int, columns []int) ([]ground.Claim, bool) {
	var out []ground.Claim
	for _, r := range rows {
		claim, parts, ok := a.named([]int{r}, key, columns)
		if !ok {
			return nil, false
		}
		claim.Text = parts[0] + "。"
		out = append(out, claim)
	}
	return out, len(out) > 0
}

func distinct(texts []string) bool {
	sorted := slices.Sorted(slices.Values(texts))
	return len(slices.Compact(sorted)) == len(texts)
}

// asksForRows reports whether a question asks for members rather than for a
// value, a date or a reason.
func (a *aggregation) asksForRows() bool {
	if _, ok := a.countAsked(); ok {
		return true
	}
	return a.q.Wants(question.List) || a.q.Wants(question.Name) || a.q.Wants(question.Superlative) && a.ordinals() >= 0 ||
		containsAny(a.q.Text, "哪", "谁", "列出", "列一下", "有什么") || a.q.English && containsAny(strings.ToLower(a.q.Text), "which", "who", "list")
}

// countAsked is the clause that asks how many rows there are.
func (a *aggregation) countAsked() (question.Ask, bool) {
	if ask, ok := askOfKind(a.q, question.Count); ok {
		return ask, true
	}
	for _, ask := range a.q.Asks {
		if ask.Kind == question.Value && ask.Noun != "" && slices.ContainsFunc(a.t.Columns, func(c string) bool { return strings.Contains(c, ask.Noun) }) {
			return ask, true
		}
	}
	return question.Ask{}, false
}

// shared are conditions for a cell that several rows share and the question
// names, of columns without a condition yet.
func (a *aggregation) shared(have []condition) []condition {
	m := a.sharedName()
	if m.Cell.Row < 0 || slices.ContainsFunc(have, func(c condition) bool { return c.column == m.Cell.Column }) || a.ordinals() == m.Cell.Column {
		return nil
	}
	kept := a.t.Filter(a.t.AllRows(), m.Cell.Column, m.Name)
	if len(kept) < 2 {
		return nil
	}
	return []condition{{m.Cell.Column, func(row int) bool { return slices.Contains(kept, row) }, false}}
}

// key is the column that names the rows: the one of words that the question
// asks for, else the one with the most different cells.
func (a *aggregation) key(rows []int, conditions []condition) int {
	best, at := 1, -1
	for c, n := range a.headers {
		kind := a.t.ColumnKind(c)
		if kind != table.Words && kind != table.Documents || a.marked(c) || slices.ContainsFunc(conditions, func(k condition) bool { return k.column == c }) {
			continue
		}
		if n > best && len(a.t.Distinct(c, rows)) == len(rows) {
			best, at = n, c
		}
	}
	if at >= 0 {
		return at
	}
	return a.finestName()
}

// finestName is the first column of short words that differ from row to row,
// else the finest.
func (a *aggregation) finestName() int {
	rows := a.dataRows()
	for c := range a.t.Columns {
		kind := a.t.ColumnKind(c)
		if kind != table.Words && kind != table.Documents || a.marked(c) || len(a.t.Distinct(c, rows)) < len(rows) {
			continue
		}
		return c
	}
	return a.finest(-1)
}

// shown are the columns to show beside the names of rows: those of amounts
// that conditions compare, and those that a clause asks for.
func (a *aggregation) shown(conditions []condition, key int) []int {
	var out []int
	for _, c := range conditions {
		if c.show && c.column != key && !slices.Contains(out, c.column) {
			out = append(out, c.column)
		}
	}
	for _, c := range a.valueColumns(append(out, key)...) {
		if !a.ofAnotherYear(c) && a.t.ColumnKind(c) != table.Ordinals {
			out = append(out, c)
		}
	}
	return out
}

// named states rows by their names, with the cells of other columns in
// brackets, and cites each.
func (a *aggregation) named(rows []int, key int, columns []int) (claim ground.Claim, parts []string, ok bool) {
	for _, r := range rows {
		text := oneLine(a.t.Text(table.Cell{Row: r, Column: key}))
		sup, ok := a.cite(table.Cell{Row: r, Column: key}, text)
		if !ok {
			return claim, nil, false
		}
		claim.Supports = append(claim.Supports, sup)
		var cells []string
		for _, c := range columns {
			if at := (table.Cell{Row: r, Column: c}); utf8.RuneCountInString(a.t.Text(at)) <= 24 && a.t.Text(at) != "" {
				cells = append(cells, a.printed(at))
			}
		}
		if len(cells) > 0 {
			text += "（" + strings.Join(cells, " · ") + "）"
		}
		parts = append(parts, text)
	}
	return claim, parts, true
}

// printed is a cell with the unit of its header: 43.3%.
func (a *aggregation) printed(c table.Cell) string {
	if v, ok := a.amount(c); ok {
		return v.Text
	}
	text := oneLine(a.t.Text(c))
	if lexical.Fold(text) == "" {
		return text
	}
	return strings.TrimRight(text, "。")
}
