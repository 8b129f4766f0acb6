package answer

import (
	"fmt"
	"regexp"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// whichNoun finds what kind of thing is asked for: 第几梯队, 哪个行业.
var whichNoun = regexp.MustCompile(`(?:第几|哪(?:一|些|几|两|三|四|五)?[个类种项家款]?|什么|[几多][个少]|最后一?[个项]?)(\p{Han}{2})`)

// rowMargin is how far the best row may stay behind the best sentence and
// still be preferred when the question names one of its cells and its columns.
const rowMargin = 0.15

// namedCell is the least raw confidence of a row that alone has a cell which
// the question names, and a column which answers it.
const namedCell = 0.5

// lookUp answers from the cells of one row: those of the columns asked for.
func (x *Extractive) lookUp(q question.Question, e Evidence) (Draft, bool) {
	if q.Wants(question.Definition) || q.Wants(question.Comparison) {
		return Draft{}, false
	}
	row, look, ok := x.bestLook(q, e)
	if !ok {
		return Draft{}, false
	}
	margin := -rowMargin // a row without an asked column must beat the text
	switch {
	case look.exact() && look.distinctive():
		margin = 2 * rowMargin
	case look.exact():
		margin = rowMargin
	}
	sure := look.titled() && q.Wants(question.YesNo) // what is supposed of a document stands in its row, or other than supposed
	if row.Score < bestText(e)-margin && !sure {
		return Draft{}, false
	}
	if q.Wants(question.Reason) && !look.reasons() {
		return Draft{}, false
	}
	if !look.meetsDemands() || q.Wants(question.Superlative) && !look.distinctive() {
		return Draft{}, false // one row cannot tell which of all is first
	}
	if a, ok := askOfKind(q, question.List); ok && a.Size > 1 && !look.lists(a.Size) {
		return Draft{}, false // a list of that many is more than one row
	}
	confidence := Confidence(q, []ground.Unit{row}, e.Selection)
	if look.exact() && row.Subject != ground.Conflict && (row.Period != ground.Conflict || len(look.contradicted()) > 0) {
		confidence = min(1, confidence+0.15)
		if look.distinctive() && meetsDemand(q, []ground.Unit{row}) && len(e.Selection.Unknown) == 0 && row.Subject != ground.Conflict {
			confidence = max(confidence, namedCell)
		}
	}
	if sure {
		confidence = max(confidence, namedCell)
	}
	if confidence < x.least() {
		return Draft{}, false
	}
	claims := look.claims(row)
	if len(claims) == 0 {
		return Draft{}, false
	}
	return Draft{Status: Answered, Confidence: confidence, Claims: claims}, true
}

// claims states the cells of the answer, one claim each.
func (l *look) claims(row ground.Unit) []ground.Claim {
	var out []ground.Claim
	for _, c := range l.columns() {
		if claim, ok := l.counted(row, c); ok {
			out = append(out, claim)
			continue
		}
		text := l.cellText(c)
		out = append(out, ground.Claim{
			Text:     cellClaim(l.t.Columns[c], text) + "。",
			Supports: []ground.Support{cellSupport(row, l.t.Columns[c], text)},
		})
	}
	return out
}

// cellClaim states one cell; a unit in the header goes to the number: 43.3%
// rather than 占比（%）：43.3.
func cellClaim(column, text string) string {
	text = strings.TrimRight(text, "。")
	unit := ground.HeaderUnit(column)
	if vs := quantity.Values(text + unit); unit != "" && len(vs) == 1 && vs[0].Text == text+unit {
		from, to := strings.LastIndexAny(column, "（("), strings.LastIndexAny(column, "）)")
		year := strings.Trim(column[to:], "）) ") // of a second row of the header
		return strings.TrimSpace(column[:from]) + year + "：" + text + unit
	}
	return column + "：" + text
}

// counted states how many items a cell has, where the question counts them.
func (l *look) counted(row ground.Unit, c int) (ground.Claim, bool) {
	a, ok := askOfKind(l.q, question.Count)
	items := l.t.Items(table.Cell{Row: l.row, Column: c})
	if !ok || len(items) < 2 || l.fit[c] < 0.8 {
		return ground.Claim{}, false
	}
	n := fmt.Sprintf("%d%s", len(items), countWord(a))
	text := oneLine(l.t.Text(table.Cell{Row: l.row, Column: c}))
	return ground.Claim{
		Text:     fmt.Sprintf("%s：共%s，%s。", l.t.Columns[c], n, strings.TrimRight(text, "。")),
		Supports: []ground.Support{cellSupport(row, l.t.Columns[c], text)},
		Computed: []ground.Computed{{Text: n, Operation: ground.CountOf, Inputs: items, Formula: n}},
	}, true
}

// rowClaims states the cells of a row that was chosen like a sentence.
func (x *Extractive) rowClaims(q question.Question, e Evidence, row ground.Unit) []ground.Claim {
	t, r, ok := tableOf(e, row)
	if !ok {
		return []ground.Claim{{Text: sentenceText(row), Supports: []ground.Support{support(row)}}}
	}
	return x.hold(q, t.View).row(r).claims(row)
}

// rowsTried is how many of the best rows are held against the question.
const rowsTried = 8

// bestLook is the row that fits best, by its words and by whether the question
// names one of its cells and one of its columns.
func (x *Extractive) bestLook(q question.Question, e Evidence) (ground.Unit, *look, bool) {
	var row ground.Unit
	var best *look
	bestScore, tried := 0.0, 0
	held := make(map[string]*holding)
	for _, u := range e.Selection.Units {
		if !isRow(&u) || u.Names == ground.Conflict && len(q.Mentions) > 0 && best != nil && !strings.Contains(q.Text, "《") {
			continue
		}
		if tried++; tried > rowsTried {
			break
		}
		t, r, ok := tableOf(e, u)
		if !ok {
			continue
		}
		if held[t.ID] == nil {
			held[t.ID] = x.hold(q, t.View)
		}
		l := held[t.ID].row(r)
		s := u.Score
		if l.exact() {
			s += 0.15
		}
		if l.distinctive() {
			s += 0.1
		}
		if l.titled() {
			s += 0.5 // a title says which row is meant, whatever else the question supposes
		}
		if best == nil || s > bestScore+1e-9 {
			row, best, bestScore = u, l, s
		}
	}
	return row, best, best != nil
}

// titled reports whether the question names the document of the row by its
// title.
func (l *look) titled() bool {
	for c := range l.cell {
		if l.t.ColumnKind(c) == table.Documents && strings.Contains(l.q.Text, "《") {
			return true
		}
	}
	return false
}

func tableOf(e Evidence, u ground.Unit) (Table, int, bool) {
	for _, t := range e.Tables {
		if t.ID == u.Passage.TableID && u.Passage.Row >= 1 && u.Passage.Row <= len(t.Table.Rows) {
			return t, u.Passage.Row - 1, true
		}
	}
	return Table{}, 0, false
}

// cellSupport cites the cell within the rendered row: the words after its
// column's name.
func cellSupport(row ground.Unit, column, text string) ground.Support {
	s := support(row)
	s.Column = column
	p := row.Passage.Text
	for from := 0; ; {
		i := strings.Index(p[from:], column)
		if i < 0 {
			break
		}
		i += from
		if j := strings.Index(p[i:], text); j >= 0 {
			s.Start, s.End = i+j, i+j+len(text)
			return s
		}
		from = i + len(column)
	}
	if j := strings.Index(p, text); j >= 0 {
		s.Start, s.End = j, j+len(text)
	}
	return s
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// reasons reports whether an asked column gives reasons.
func (l *look) reasons() bool {
	for c, f := range l.fit {
		if f >= 0.8 && containsAny(l.t.Columns[c], "原因", "理由", "动因") {
			return true
		}
	}
	return false
}

// bestText is the score of the best unit that is no row.
func bestText(e Evidence) float64 {
	for _, u := range e.Selection.Units {
		if !isRow(&u) {
			return u.Score
		}
	}
	return 0
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
