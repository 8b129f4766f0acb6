package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// matrix answers from a table of marks (√, ×) with a thing in each row and one
// in each column: who has a thing, what one has, who has most.
func (a *aggregation) matrix() (Draft, bool) {
	if len(a.t.Columns) < 3 {
		return Draft{}, false
	}
	var columns []int
	for c := 1; c < len(a.t.Columns); c++ {
		if !a.marked(c) {
			return Draft{}, false
		}
		if a.columnCalled(c) {
			columns = append(columns, c)
		}
	}
	rows := a.rowsCalled()
	switch {
	case len(rows) > 0 && len(columns) > 0:
		return a.crossings(rows, columns)
	case len(rows) == 1 && a.asksForRows():
		return a.having(rows[0])
	case len(columns) > 0:
		return a.had(columns)
	case a.q.Wants(question.Superlative) && mostWords.MatchString(a.q.Text):
		return a.havingMost()
	}
	return Draft{}, false
}

// columnCalled reports whether the question names column c: by its name, its
// name as everyday speech has it, or the beginning that no other column has.
func (a *aggregation) columnCalled(c int) bool {
	asked := lexical.Fold(a.q.Text)
	name := core(a.t.Columns[c])
	for _, n := range []string{name, table.ShortName(name), a.beginning(c)} {
		if n != "" && strings.Contains(asked, n) {
			return true
		}
	}
	return false
}

// beginning is the first two characters of a column's name, "" where another
// column begins so too.
func (a *aggregation) beginning(c int) string {
	first := func(c int) string {
		rs := []rune(core(a.t.Columns[c]))
		if len(rs) < 4 {
			return ""
		}
		return string(rs[:2])
	}
	own := first(c)
	for o := range a.t.Columns {
		if o != c && strings.HasPrefix(core(a.t.Columns[o]), own) {
			return ""
		}
	}
	return own
}

// rowsCalled are the rows whose first cell the question names.
func (a *aggregation) rowsCalled() []int {
	var out []int
	for _, m := range a.cellsNamed(0) {
		out = append(out, m.Cell.Row)
	}
	return out
}

// having names the columns with a mark in a row.
func (a *aggregation) having(row int) (Draft, bool) {
	name := lexical.Fold(oneLine(a.t.Text(table.Cell{Row: row, Column: 0})))
	denied := a.denied(name)
	var cells []table.Cell
	for c := 1; c < len(a.t.Columns); c++ {
		if yes, _ := markOf(a.t.Text(table.Cell{Row: row, Column: c})); yes != denied {
			cells = append(cells, table.Cell{Row: row, Column: c})
		}
	}
	d := Draft{Status: Answered, Confidence: 0.8}
	var names []string
	var all ground.Claim
	for _, c := range cells {
		sup, ok := a.cite(c, a.t.Text(c))
		if !ok {
			return Draft{}, false
		}
		names = append(names, a.t.Columns[c.Column])
		all.Supports = append(all.Supports, sup)
		d.Claims = append(d.Claims, ground.Claim{Text: a.t.Columns[c.Column] + "：" + oneLine(a.t.Text(c)) + "。", Supports: []ground.Support{sup}})
	}
	if ask, ok := a.countAsked(); ok && len(cells) > 0 && distinct(names) {
		n := fmt.Sprintf("%d%s", len(names), countWord(ask))
		all.Text = "共" + n + "。"
		all.Computed = []ground.Computed{{Text: n, Operation: ground.CountOf, Formula: n, Inputs: names}}
		d.Claims = append([]ground.Claim{all}, d.Claims...)
	}
	return d, len(cells) > 0
}

// had names the rows with a mark in each of the columns.
func (a *aggregation) had(columns []int) (Draft, bool) {
	if !a.asksForRows() || len(columns) > 3 || a.headers[0] < 2 && !havingWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.8}
	for _, c := range columns {
		rows := a.markedRows(c, !a.deniedOf(c))
		if len(rows) == 0 {
			return Draft{}, false
		}
		if _, counts := a.countAsked(); counts {
			claim, ok := a.numberOf(rows, 0, "项")
			if !ok {
				return Draft{}, false
			}
			d.Claims = append(d.Claims, claim)
		}
		for _, r := range rows {
			at := table.Cell{Row: r, Column: c}
			sup, ok := a.cite(at, oneLine(a.t.Text(at)))
			if !ok {
				return Draft{}, false
			}
			text := oneLine(a.t.Text(table.Cell{Row: r, Column: 0})) + "，" + a.t.Columns[c] + "：" + oneLine(a.t.Text(at)) + "。"
			d.Claims = append(d.Claims, ground.Claim{Text: text, Supports: []ground.Support{sup}})
		}
	}
	return d, true
}

func (a *aggregation) markedRows(c int, yes bool) []int {
	return slices.DeleteFunc(a.dataRows(), func(r int) bool {
		y, ok := markOf(a.t.Text(table.Cell{Row: r, Column: c}))
		return !ok || y != yes
	})
}

// havingMost names the columns with the most marks.
func (a *aggregation) havingMost() (Draft, bool) {
	s, _ := askOfKind(a.q, question.Superlative)
	best, columns := -1, []int(nil)
	for c := 1; c < len(a.t.Columns); c++ {
		n := len(a.markedRows(c, true))
		if s.Least {
			n = len(a.t.Table.Rows) - n
		}
		switch {
		case n > best:
			best, columns = n, []int{c}
		case n == best:
			columns = append(columns, c)
		}
	}
	if len(columns) > 3 || a.t.Headers(lexical.Fold(s.Text))[0] < 2 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.75}
	for _, c := range columns {
		claim, parts, ok := a.named(a.markedRows(c, true), 0, nil)
		if !ok || !distinct(parts) {
			return Draft{}, false
		}
		n := fmt.Sprintf("%d项", len(parts))
		claim.Computed = []ground.Computed{{Text: n, Operation: ground.CountOf, Formula: n, Inputs: parts}}
		claim.Text = fmt.Sprintf("%s：%s（%s）。", a.t.Columns[c], n, strings.Join(parts, "、"))
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// crossings states the marks where the named rows and columns cross.
func (a *aggregation) crossings(rows, columns []int) (Draft, bool) {
	if len(rows)*len(columns) > 8 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.8}
	for _, c := range columns {
		for _, r := range rows {
			at := table.Cell{Row: r, Column: c}
			sup, ok := a.cite(at, oneLine(a.t.Text(at)))
			if !ok {
				return Draft{}, false
			}
			text := fmt.Sprintf("%s，%s：%s。", a.t.Columns[c], oneLine(a.t.Text(table.Cell{Row: r, Column: 0})), oneLine(a.t.Text(at)))
			if yes, _ := markOf(a.t.Text(at)); len(rows)*len(columns) == 1 && a.q.Wants(question.YesNo) {
				text = choiceWord(yes != deniesAtAll.MatchString(a.q.Text)) + text
			}
			d.Claims = append(d.Claims, ground.Claim{Text: text, Supports: []ground.Support{sup}})
		}
	}
	return d, true
}

// choiceWord begins the answer to a question for yes or no.
func choiceWord(yes bool) string {
	if yes {
		return "是："
	}
	return "否："
}

var (
	havingWords = regexp.MustCompile(`提供|支持|具备|做了|能做|开展|配备|拥有|有哪些|没有哪些|(?i)offer|provide|support`)
	deniesAtAll = regexp.MustCompile(`没有.{0,12}(吧|吗)|不(支持|提供|具备|含|带).{0,12}(吧|吗)`)
	deniesNext  = regexp.MustCompile(`^[^，。？]{0,2}(没有|没|不|未|缺)`)
)

// denied reports whether the question speaks of not having a thing.
func (a *aggregation) denied(name string) bool {
	asked := lexical.Fold(a.q.Text)
	for _, n := range []string{name, firstRunes(name, 4), firstRunes(name, 2)} {
		if i := strings.Index(asked, n); n != "" && i >= 0 {
			return denies.MatchString(asked[:i]) || deniesNext.MatchString(asked[i+len(n):])
		}
	}
	return false
}

// deniedOf reports whether the question asks what column c does not have.
func (a *aggregation) deniedOf(c int) bool {
	if name := core(a.t.Columns[c]); strings.Contains(lexical.Fold(a.q.Text), name) {
		return a.denied(name)
	}
	return a.denied(a.beginning(c))
}

func firstRunes(s string, n int) string {
	if utf8.RuneCountInString(s) < n {
		return ""
	}
	return string([]rune(s)[:n])
}
