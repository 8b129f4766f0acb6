package answer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// holding is a question held against one table.
type holding struct {
	q       question.Question
	t       *table.View
	asked   string        // folded question, with other words for its stretches
	named   []table.Match // cells that the question names
	headers [][2][]int    // for each ask: Headers of its words, and with other words
	content []string      // for each ask: what it says besides asking
}

func (x *Extractive) hold(q question.Question, t *table.View) *holding {
	h := &holding{q: q, t: t, asked: x.widened(q.Text)}
	h.named = t.NamedCells(h.asked)
	for _, a := range q.Asks {
		h.headers = append(h.headers, [2][]int{t.Headers(lexical.Fold(a.Text)), t.Headers(x.widened(a.Text))})
		h.content = append(h.content, a.Words)
	}
	return h
}

// look is a question held against one row of a table.
type look struct {
	*holding
	row  int
	cell map[int]table.Match // columns of the row whose cell the question names
	fit  []float64           // how well each column answers the best of the asks
}

// row holds the question against one row: for each ask the columns that answer
// it best.
func (h *holding) row(row int) *look {
	l := &look{holding: h, row: row, cell: make(map[int]table.Match), fit: make([]float64, len(h.t.Columns))}
	for _, m := range h.named {
		if m.Cell.Row == row {
			l.cell[m.Cell.Column] = m
		}
	}
	for i := range h.q.Asks {
		best, at := 0.0, []int(nil)
		for c := range h.t.Columns {
			s := l.columnFit(i, c)
			if s >= 0.8 && h.headers[i][0][c] >= 3 && joins2.MatchString(h.q.Asks[i].Text) {
				l.fit[c] = max(l.fit[c], s) // 客单价和收入占比 asks for two columns
			}
			switch {
			case s > best+1e-9:
				best, at = s, []int{c}
			case s > best-1e-9 && s > 0:
				at = append(at, c)
			}
		}
		if best >= 0.8 {
			for _, c := range at {
				l.fit[c] = max(l.fit[c], best)
			}
		}
	}
	return l
}

// widened is the folded text followed by the other words for its stretches.
func (x *Extractive) widened(text string) string {
	folded := lexical.Fold(text)
	var b strings.Builder
	b.WriteString(folded)
	for _, e := range x.Lexicon.Expand(folded) {
		for _, a := range e.Alternatives {
			b.WriteString(" ")
			b.WriteString(lexical.Fold(a))
		}
	}
	for _, n := range ground.Ordinals(text) {
		fmt.Fprintf(&b, " 第%d号", n)
	}
	return b.String()
}

// columnFit tells how well the cell of column c answers ask i.
func (l *look) columnFit(i, c int) float64 {
	a := l.q.Asks[i]
	literal, widened := l.headers[i][0][c], l.headers[i][1][c]
	s := 0.7*float64(literal) + 0.35*float64(max(0, widened-literal))
	text := l.t.Text(table.Cell{Row: l.row, Column: c})
	if n, ok := l.cell[c]; ok && containsAny(l.asked, "还有", "同一", "一起", "并列", "其他", "同类") && len(l.t.Items(table.Cell{Row: l.row, Column: c})) > 1 {
		s += 2 // who else stands beside it
	} else if ok && a.Kind != question.Number && n.Runes*2 >= utf8.RuneCountInString(text) {
		s -= 3 // the question already names it
	}
	if named := l.t.ColumnPeriods(c); len(named) > 0 && len(l.q.Periods) > 0 {
		if !anyCovers(l.q.Periods, named) {
			return 0 // of another year
		}
		s += 0.5
	}
	switch {
	case a.Kind == question.Reason && containsAny(l.t.Columns[c], "原因", "理由", "动因"):
		s += 2
	case a.Kind == question.Date && l.t.ColumnKind(c) == table.Dates:
		s += 2
	case a.Kind == question.Date && l.t.ColumnKind(c) == table.Words && len(quantity.Periods(text)) > 0: // 到2030年建成…, where that is asked about
		s += 0.8 + 0.8*overlapOutside(l.without(l.content[i]), lexical.Fold(text))
	case a.Kind == question.Document && l.t.ColumnKind(c) == table.Documents:
		s += 2
	case a.Kind == question.Number && containsAny(l.t.Columns[c], "文号", "编号", "标准号", "字号"):
		s += 2.5
	case a.Kind == question.Number && strings.Contains(lexical.Fold(text), "号") && strings.ContainsAny(text, "〔[（("):
		s += 2.5
	case a.Kind == question.Issuer && issuerColumn(l.t.Columns[c]):
		s += 2
	case a.Kind == question.Value || a.Kind == question.Count:
		if l.t.ColumnKind(c) == table.Ordinals || len(quantity.Values(text+ground.HeaderUnit(l.t.Columns[c]))) == 0 && !l.hasItems(a, c) {
			return 0 // no value, no count
		}
		if _, named := l.cell[c]; l.t.ColumnKind(c) == table.Words && !named && !l.hasItems(a, c) && literal < 2 &&
			overlap(l.without(l.content[i]), lexical.Fold(text)) < 1 {
			return 0 // a number in words that are about something else
		}
		s += 0.3 * overlapOutside(l.without(l.content[i]), lexical.Fold(text))
		switch {
		case len(ground.ValuesOf(quantity.Values(text+ground.HeaderUnit(l.t.Columns[c])), a.Units)) > 0:
			s += 1.2
		case len(a.Units) == 0 && l.t.ColumnKind(c) == table.Numbers:
			s += 0.4
		}
	case a.Kind == question.Name || a.Kind == question.List || a.Kind == question.Superlative:
		s += 0.2 * overlapOutside(l.without(l.content[i]), lexical.Fold(text))
		if l.pairNamed(c) {
			s += 1.5 // 某公司：某平台, and the question names 某公司
		}
	}
	if m := whichNoun.FindStringSubmatch(a.Text); m != nil && strings.Contains(text+l.t.Columns[c], m[1]) {
		s += 1.2 // 第几梯队 is answered by the cell that speaks of 梯队
	}
	return s
}

// hasItems reports whether a count asks for the items of the cell.
func (l *look) hasItems(a question.Ask, c int) bool {
	return (a.Kind == question.Count || a.Kind == question.Value) && len(l.t.Items(table.Cell{Row: l.row, Column: c})) > 1
}

// without blanks the cells that the question names.
func (l *look) without(asked string) string {
	for c := range l.t.Columns {
		if m, ok := l.cell[c]; ok {
			asked = strings.ReplaceAll(asked, m.Name, " ")
		}
	}
	return asked
}

// pairNamed reports whether an item of column c has the form name：value and
// the question gives the name.
func (l *look) pairNamed(c int) bool {
	for _, it := range l.t.Items(table.Cell{Row: l.row, Column: c}) {
		if strings.ContainsAny(it, "：:") && l.names(it) {
			return true
		}
	}
	return false
}

// overlapOutside counts common bigrams, at most four.
func overlapOutside(asked, text string) float64 { return min(4, overlap(asked, text)) }

// exact reports whether the question names a cell of the row and a column.
func (l *look) exact() bool {
	if len(l.cell) == 0 {
		return false
	}
	for _, f := range l.fit {
		if f >= 0.8 {
			return true
		}
	}
	return false
}

// meetsDemands reports whether some column answers a question that asks for a
// thing of a plain form.
func (l *look) meetsDemands() bool {
	demands := false
	for _, a := range l.q.Asks {
		demands = demands || ground.Demands(a.Kind) && a.Kind != question.Rank
	}
	if !demands {
		return true
	}
	for _, f := range l.fit {
		if f >= 0.8 {
			return true
		}
	}
	return false
}

// lists reports whether an asked cell of the row holds n items.
func (l *look) lists(n int) bool {
	for c := range l.t.Columns {
		at := table.Cell{Row: l.row, Column: c}
		if l.fit[c] >= 0.8 && (len(l.t.Items(at)) == n || ground.Enumerates(l.t.Text(at)) == n) {
			return true
		}
	}
	return false
}

// distinctive reports whether a cell that the question names stands in this row
// of the table only.
func (l *look) distinctive() bool {
	for c := range l.cell {
		rows := 0
		for _, m := range l.named {
			if m.Cell.Column == c {
				rows++
			}
		}
		if rows == 1 {
			return true
		}
	}
	return false
}
