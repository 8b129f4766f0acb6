package answer

import (
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
		case issuerColumn(l.t.Columns[c]) && (l.otherAgency(text) || issuedBy.MatchString(l.q.Text) && !strings.Contains(l.q.Text, text)):
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

// issuedBy names, in a question, who is supposed to have issued a document.
var issuedBy = regexp.MustCompile(`由.{2,20}(发|出台|印|制定|颁)`)

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
	named := ""
	for _, it := range items {
		if l.names(it) {
			if named != "" {
				return oneLine(l.t.Text(at))
			}
			named = it
		}
	}
	if named != "" {
		return oneLine(named)
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
