package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// extreme: 赋分最高的是哪几个.
func (a *aggregation) extreme() (Draft, bool) {
	s, ok := askOfKind(a.q, question.Superlative)
	if !ok {
		return Draft{}, false
	}
	number := a.column(-1, table.Numbers)
	if c := a.onlyMeasure(); c >= 0 && (number < 0 && a.bracketColumn() < 0 && askedColumn(a.t.View, s.Text) >= 0 || number >= 0 && a.ofAnotherYear(number)) {
		number = c
	}
	if c := a.beforeMost(s.Text); c >= 0 {
		number = c
	}
	if moves.MatchString(s.Text) {
		if number = a.changeColumn(); number < 0 {
			return Draft{}, false // how much it moved stands in no column
		}
		s.Least = s.Least || falls.MatchString(s.Text)
	}
	rows, bracket := a.filtered(number), false
	if c := a.bracketColumn(); c >= 0 && (number < 0 || a.everyCellSays(c, s.Text) || a.t.Headers(lexical.Fold(s.Text))[number] < 2) {
		number = c
		bracket = true
	}
	if number < 0 {
		return Draft{}, false
	}
	cells, _ := a.t.Extreme(rows, number, s.Least)
	if len(cells) == 0 || len(cells) > mostTies || len(cells) > 4 && askedColumn(a.t.View, a.q.Text) < 0 {
		return Draft{}, false
	}
	key := a.column(number, table.Words)
	if bracket {
		key = number
	}
	if key >= 0 && key != number && len(a.t.Distinct(key, rows)) < len(rows) && a.t.ColumnKind(number) == table.Numbers {
		return Draft{}, false // several rows make up one member: a single row is not its number
	}
	if key < 0 {
		key = a.finest(number)
	}
	if len(cells) > 1 && key != number && a.t.ColumnKind(number) == table.Numbers {
		return a.ties(cells, key)
	}
	return a.ends(cells, key, number)
}

// ends states the rows of the extreme with what else a clause asks of them.
func (a *aggregation) ends(cells []table.Cell, key, number int) (Draft, bool) {
	d := Draft{Status: Answered, Confidence: 0.75}
	seen := make(map[string]bool)
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		if key != number {
			text = fmt.Sprintf("%s（%s）", oneLine(a.t.Text(table.Cell{Row: c.Row, Column: key})), cellClaim(a.t.Columns[number], text))
		}
		if seen[text] {
			continue
		}
		seen[text] = true
		sup, ok := a.cite(c, a.t.Text(c))
		if !ok {
			return Draft{}, false
		}
		claim := ground.Claim{Text: text, Supports: []ground.Support{sup}}
		for _, extra := range a.valueColumns(key, number) {
			cell := oneLine(a.t.Text(table.Cell{Row: c.Row, Column: extra}))
			claim.Text += "，" + cellClaim(a.t.Columns[extra], cell)
		}
		claim.Text += "。"
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

// beforeMost is the column of numbers whose name ends directly before 最: 缺口最小;
// -1 for none.
func (a *aggregation) beforeMost(clause string) int {
	i := strings.Index(clause, "最")
	if i < 0 {
		return -1
	}
	before := lexical.Fold(clause[:i])
	for _, c := range a.measures() {
		rs := []rune(withoutPeriods(core(a.t.Columns[c])))
		if len(rs) >= 2 && strings.HasSuffix(before, strings.TrimSpace(string(rs[len(rs)-2:]))) {
			return c
		}
	}
	return -1
}

// mostTies is how many rows may share an extreme: more say nothing.
const mostTies = 8

// ties states rows that share the extreme, and how many they are where that is
// asked for.
func (a *aggregation) ties(cells []table.Cell, key int) (Draft, bool) {
	var rows []int
	for _, c := range cells {
		rows = append(rows, c.Row)
	}
	return a.states(rows, key, []int{cells[0].Column})
}

// valueColumns are the columns whose name a clause for a value shares.
func (a *aggregation) valueColumns(not ...int) []int {
	var out []int
	for _, ask := range a.q.Asks {
		if ask.Kind != question.Value && ask.Kind != question.Date {
			continue
		}
		for c, n := range a.t.Headers(lexical.Fold(ask.Text)) {
			if n >= 2 && !slices.Contains(not, c) && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// bracketColumn is a column of words that carry one number each (能力 (25%))
// and whose name the question shares.
func (a *aggregation) bracketColumn() int {
	most := 0
	for c, n := range a.headers {
		if a.t.ColumnKind(c) == table.Words {
			most = max(most, n)
		}
	}
	for c, n := range a.headers {
		if a.t.ColumnKind(c) != table.Words || (n < 2 || n < most) && !a.everyCellSays(c, a.q.Text) {
			continue
		}
		all := true
		for _, r := range a.t.AllRows() {
			if _, ok := a.t.Number(table.Cell{Row: r, Column: c}); !ok {
				all = false
			}
		}
		if all {
			return c
		}
	}
	return -1
}

// everyCellSays reports whether all cells of column c end in the word that the
// clause asks for: 哪两项能力, and the cells are 生态构建能力 and the like.
func (a *aggregation) everyCellSays(c int, clause string) bool {
	m := whichNoun.FindStringSubmatch(clause)
	if m == nil {
		return false
	}
	for _, r := range a.t.AllRows() {
		if !strings.Contains(a.t.Text(table.Cell{Row: r, Column: c}), m[1]) {
			return false
		}
	}
	return true
}

var (
	moves = regexp.MustCompile(`上升|上涨|增长|增加|提高|下降|下滑|减少|降低|变化|涨|跌|增速|增幅|降幅`)
	falls = regexp.MustCompile(`下降|下滑|减少|降低|跌|降幅`)
)

// changeColumn is the number column that states changes; -1 for none.
func (a *aggregation) changeColumn() int {
	for c, name := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Numbers && containsAny(name, "变化", "同比", "增速", "增幅", "增长") {
			return c
		}
	}
	return -1
}
