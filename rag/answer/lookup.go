package answer

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// whichNoun finds what kind of thing is asked for: 第几梯队, 哪个行业.
var whichNoun = regexp.MustCompile(`(?:第几|哪(?:一|些|几|两|三|四|五)?[个类种项家款]?|什么|[几多][个少]|最后一?[个项]?)(\p{Han}{2})`)

// rowMargin is how far the best row may stay behind the best sentence and
// still be preferred when the question names one of its cells and its columns.
const rowMargin = 0.15

// lookUp answers from the cells of one row: those of the columns asked for.
func (x *Extractive) lookUp(q question.Question, e Evidence) (Draft, bool) {
	if q.Wants(question.Definition) || q.Wants(question.Comparison) || q.Wants(question.Reason) {
		return Draft{}, false
	}
	row, look, ok := x.bestLook(q, e)
	if !ok {
		return Draft{}, false
	}
	best := e.Selection.Units[0].Score
	margin := rowMargin
	if look.distinctive() {
		margin = 2 * rowMargin
	}
	if row.Score < best-1e-9 && !(look.exact() && row.Score >= best-margin) {
		return Draft{}, false
	}
	if !look.meetsDemands() || !look.exact() && row.Score < best+rowMargin && !isFirst(e, row) {
		return Draft{}, false
	}
	if a, ok := askOfKind(q, question.List); ok && a.Size > 1 && !look.lists(a.Size) {
		return Draft{}, false // a list of that many is more than one row
	}
	confidence := Confidence(q, []ground.Unit{row}, e.Selection)
	if look.exact() {
		confidence = min(1, confidence+0.15)
		if look.distinctive() && meetsDemand(q, []ground.Unit{row}) && len(e.Selection.Unknown) == 0 && row.Subject != ground.Conflict {
			confidence = max(confidence, sufficient+0.04)
		}
	}
	if confidence < sufficient {
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
		return strings.TrimSpace(column[:strings.LastIndexAny(column, "（(")]) + "：" + text + unit
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
		if !isRow(&u) || u.Names == ground.Conflict && len(q.Mentions) > 0 && best != nil {
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
		if best == nil || s > bestScore+1e-9 {
			row, best, bestScore = u, l, s
		}
	}
	return row, best, best != nil
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
		h.content = append(h.content, question.Content(lexical.Fold(a.Text)))
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
	} else if ok && n.Runes*2 >= utf8.RuneCountInString(text) {
		s -= 1.5 // the question already names it
	}
	switch {
	case a.Kind == question.Date && l.t.ColumnKind(c) == table.Dates:
		s += 2
	case a.Kind == question.Document && l.t.ColumnKind(c) == table.Documents:
		s += 2
	case a.Kind == question.Number && strings.Contains(lexical.Fold(text), "号") && strings.ContainsAny(text, "〔[（("):
		s += 2.5
	case a.Kind == question.Issuer && issuerColumn(l.t.Columns[c]):
		s += 2
	case a.Kind == question.Value || a.Kind == question.Count:
		if l.t.ColumnKind(c) == table.Ordinals || len(quantity.Values(text+ground.HeaderUnit(l.t.Columns[c]))) == 0 && !l.hasItems(a, c) {
			return 0 // no value, no count
		}
		s += 0.3 * overlapOutside(l.without(l.content[i]), lexical.Fold(text))
		if len(ground.ValuesOf(quantity.Values(text+ground.HeaderUnit(l.t.Columns[c])), a.Units)) > 0 {
			s += 1.2
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

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
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

func isFirst(e Evidence, u ground.Unit) bool {
	return e.Selection.Units[0].Passage.ID == u.Passage.ID
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

// columns returns the columns of the answer in table order: those asked for
// and, for orientation, the one that the question names; the whole row where
// no column is asked for.
func (l *look) columns() []int {
	var asked []int
	for c, f := range l.fit {
		if f >= 0.8 {
			asked = append(asked, c)
		}
	}
	show := make(map[int]bool)
	if len(asked) == 0 {
		asked = l.listColumns()
	}
	asked = append(asked, l.contradicted()...)
	for _, c := range asked {
		show[c] = true
	}
	if len(asked) == 0 {
		for c := range l.t.Columns {
			show[c] = true
		}
	}
	for c := range l.cell {
		show[c] = true
	}
	if key := l.keyColumn(); key >= 0 {
		show[key] = true
	}
	return l.fitting(show, asked)
}

// listColumns are the columns with several members, where a list is asked for
// and no column is named.
func (l *look) listColumns() []int {
	var out []int
	if !l.q.Wants(question.List) {
		return nil
	}
	for c := range l.t.Columns {
		at := table.Cell{Row: l.row, Column: c}
		if _, named := l.cell[c]; !named && (len(l.t.Items(at)) > 1 || ground.Enumerates(l.t.Text(at)) > 2) {
			out = append(out, c)
		}
	}
	return out
}

// contradicted are the columns that say otherwise than the question takes for
// given: another date, another issuer, another 第几梯队.
func (l *look) contradicted() []int {
	var out []int
	for c := range l.t.Columns {
		text := l.t.Text(table.Cell{Row: l.row, Column: c})
		if l.fit[c] >= 0.8 || text == "" {
			continue
		}
		switch {
		case l.t.ColumnKind(c) == table.Dates && len(l.cell) > 0 && len(l.q.Periods) > 0 && !covered(l.q.Periods, text):
			out = append(out, c)
		case issuerColumn(l.t.Columns[c]) && l.otherAgency(text):
			out = append(out, c)
		case otherPlace(l.q.Text, text):
			out = append(out, c)
		}
	}
	return out
}

func covered(asked []quantity.Period, text string) bool {
	for _, a := range asked {
		for _, p := range quantity.Periods(text) {
			if a.Covers(p) {
				return true
			}
		}
	}
	return false
}

func issuerColumn(name string) bool {
	return containsAny(name, "发布单位", "发布机构", "发文", "制定", "部门", "机构", "单位")
}

// otherAgency reports whether the question names an agency that the cell does
// not.
func (l *look) otherAgency(cell string) bool {
	for _, m := range l.q.Mentions {
		if m.Kind == "agency" && !strings.Contains(lexical.Fold(cell), lexical.Fold(l.q.Text[m.Start:m.End])) && !strings.Contains(cell, m.Canonical) {
			return true
		}
	}
	return false
}

var placed = regexp.MustCompile(`第([一二三四五六七八九十\d]+)(梯队|级|阶段|类|名|位)`)

// otherPlace: the question says 第一梯队, the cell 第二梯队.
func otherPlace(asked, cell string) bool {
	a, c := placed.FindStringSubmatch(asked), placed.FindStringSubmatch(cell)
	return a != nil && c != nil && a[2] == c[2] && a[1] != c[1]
}

// keyColumn is the first column of words: what the row is about.
func (l *look) keyColumn() int {
	for c := range l.t.Columns {
		if k := l.t.ColumnKind(c); k == table.Words || k == table.Documents {
			if l.t.Text(table.Cell{Row: l.row, Column: c}) != "" {
				return c
			}
		}
	}
	return -1
}

// fitting keeps the shown columns, dropping those not asked for from the
// longest on while the answer is too long.
func (l *look) fitting(show map[int]bool, asked []int) []int {
	var out []int
	for c := range l.t.Columns {
		if show[c] && l.t.Text(table.Cell{Row: l.row, Column: c}) != "" {
			out = append(out, c)
		}
	}
	isAsked := func(c int) bool {
		for _, a := range asked {
			if a == c {
				return true
			}
		}
		return false
	}
	for l.runes(out) > maxRunes {
		byLength := append([]int(nil), out...)
		sort.SliceStable(byLength, func(i, j int) bool { return l.runes(byLength[i:i+1]) > l.runes(byLength[j:j+1]) })
		drop := -1
		for _, c := range byLength {
			if !isAsked(c) {
				drop = c
				break
			}
		}
		if drop < 0 {
			break
		}
		kept := out[:0]
		for _, c := range out {
			if c != drop {
				kept = append(kept, c)
			}
		}
		out = kept
	}
	return out
}

func (l *look) runes(columns []int) int {
	n := 0
	for _, c := range columns {
		n += utf8.RuneCountInString(l.t.Columns[c]) + utf8.RuneCountInString(l.cellText(c)) + 2
	}
	return n
}

// cellText is the cell, or the one item of it that the question names.
func (l *look) cellText(c int) string {
	at := table.Cell{Row: l.row, Column: c}
	items := l.t.Items(at)
	if len(items) < 2 || l.fit[c] >= 0.8 && !l.itemNamed(items) {
		return oneLine(l.t.Text(at))
	}
	if l.wantsAll() {
		return oneLine(l.t.Text(at))
	}
	for _, it := range items {
		if l.names(it) {
			return oneLine(it)
		}
	}
	return oneLine(l.t.Text(at))
}

func (l *look) wantsAll() bool {
	for _, a := range l.q.Asks {
		if a.Kind == question.List || a.Kind == question.Count {
			return true
		}
	}
	return strings.Contains(l.asked, "还有")
}

func (l *look) itemNamed(items []string) bool {
	for _, it := range items {
		if l.names(it) {
			return true
		}
	}
	return false
}

// names reports whether the question names the head of an item.
func (l *look) names(item string) bool {
	head := lexical.Fold(item)
	if i := strings.IndexAny(head, "(:"); i > 0 {
		head = head[:i]
	}
	return utf8.RuneCountInString(head) >= 2 && strings.Contains(l.asked, head)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
