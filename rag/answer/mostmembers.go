package answer

import (
	"fmt"
	"regexp"

	"yanbao/rag/ground"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// mostMembers: 哪一项一级指标下的三级指标最多.
func (a *aggregation) mostMembers() (Draft, bool) {
	s, ok := askOfKind(a.q, question.Superlative)
	if !ok || !mostWords.MatchString(s.Text) {
		return Draft{}, false
	}
	member := a.lastColumn(table.Words)
	if member < 1 {
		return Draft{}, false
	}
	key := -1
	for c := 0; c < member; c++ {
		if a.t.ColumnKind(c) == table.Words && (key < 0 || a.headers[c] > a.headers[key]) && len(a.t.Distinct(c, a.t.AllRows())) < len(a.t.Table.Rows) {
			key = c
		}
	}
	if key < 0 {
		return Draft{}, false
	}
	groups := table.Most(a.t.GroupBy(a.t.AllRows(), key, member), s.Least)
	if len(groups) == 0 {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: 0.8}
	for _, g := range groups {
		claim, ok := a.numbered(g, key, member)
		if !ok {
			claim, ok = a.counted(g, key, member)
		}
		if !ok {
			return Draft{}, false
		}
		d.Claims = append(d.Claims, claim)
	}
	return d, true
}

var mostWords = regexp.MustCompile(`最(多|少)|(更|占得|得)(多|少)|(?i)\b(most|fewest)\b`)

// counted states how many members a group has and cites every one.
func (a *aggregation) counted(g table.Group, key, member int) (ground.Claim, bool) {
	n := fmt.Sprintf("%d项", len(g.Members))
	claim := ground.Claim{Text: fmt.Sprintf("%s：%s，共%s%s。", a.t.Columns[key], oneLine(a.t.Text(g.Key)), n, a.t.Columns[member])}
	count := ground.Computed{Text: n, Operation: ground.CountOf, Formula: n}
	for _, m := range g.Members {
		text := oneLine(a.t.Text(m))
		sup, ok := a.cite(m, text)
		if !ok {
			return ground.Claim{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		count.Inputs = append(count.Inputs, text)
	}
	claim.Computed = []ground.Computed{count}
	return claim, true
}

// numbered states the count from the numbers of the first and the last row,
// where the table numbers its rows and each row is one member: two citations
// prove what else would take one for every row.
func (a *aggregation) numbered(g table.Group, key, member int) (ground.Claim, bool) {
	ordinals := a.ordinals()
	first, last := g.Rows[0], g.Rows[len(g.Rows)-1]
	if ordinals < 0 || len(g.Members) != len(g.Rows) || last-first+1 != len(g.Rows) || len(g.Rows) < 3 {
		return ground.Claim{}, false
	}
	n := fmt.Sprintf("%d项", len(g.Members))
	k := ground.Computed{Text: n, Operation: ground.RangeOf}
	claim := ground.Claim{}
	for _, r := range []int{first, last} {
		text := oneLine(a.t.Text(table.Cell{Row: r, Column: ordinals}))
		sup, ok := a.cite(table.Cell{Row: r, Column: ordinals}, text)
		if !ok {
			return ground.Claim{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		k.Inputs = append(k.Inputs, text)
	}
	k.Formula = fmt.Sprintf("%s − %s + 1 = %d", k.Inputs[1], k.Inputs[0], len(g.Members))
	claim.Text = fmt.Sprintf("%s：%s，共%s%s（%s%s起，%s止）。", a.t.Columns[key], oneLine(a.t.Text(g.Key)), n, a.t.Columns[member], a.t.Columns[ordinals], k.Inputs[0], k.Inputs[1])
	claim.Computed = []ground.Computed{k}
	return claim, true
}
