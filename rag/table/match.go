package table

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
)

// Match says how a cell or header is named in a question.
type Match struct {
	Cell  Cell
	Runes int    // length of what is common
	Whole bool   // the whole cell, or a whole item of it, is named
	Name  string // folded, as the cell has it
}

// NamedCells returns the cells that the question names: the cell's text, one of
// its items or the name before a bracket occurs in the question. question is
// folded; alternatives of the question's words may be appended to it.
func (v *View) NamedCells(question string) []Match {
	var out []Match
	for r, row := range v.Rows {
		for c := range row {
			if m, ok := v.named(Cell{r, c}, question); ok {
				out = append(out, m)
			}
		}
	}
	return out
}

func (v *View) named(at Cell, question string) (Match, bool) {
	best := Match{Cell: at}
	for _, name := range v.names[at.Row][at.Column] {
		n := utf8.RuneCountInString(name)
		if n < 2 && v.kinds[at.Column] != Ordinals || n == 0 {
			continue
		}
		if v.kinds[at.Column] == Ordinals {
			if namesOrdinal(question, name) && n > best.Runes {
				best.Runes, best.Whole, best.Name = n+1, true, name
			}
			continue
		}
		if containsWord(question, name) && n > best.Runes {
			best.Runes, best.Whole, best.Name = n, true, name
		}
	}
	return best, best.Runes > 0
}

// companySuffix is what everyday speech leaves off a company's name.
var companySuffix = regexp.MustCompile(`(科技|智能|集团|公司|股份|有限公司|控股|咨询|供应链|物流|食品|能源)$`)

// ShortName is a company's name without what everyday speech leaves off it; ""
// where nothing, or too little, is left.
func ShortName(name string) string {
	short := companySuffix.ReplaceAllString(name, "")
	if short == name || utf8.RuneCountInString(short) < 2 {
		return ""
	}
	return short
}

// namesIn returns the folded names that a cell may be called by.
func (v *View) namesIn(at Cell) []string {
	full := v.folded[at.Row][at.Column]
	names := []string{full}
	cell := v.Rows[at.Row][at.Column]
	for _, item := range cell.Items {
		names = append(names, lexical.Fold(item))
	}
	for _, n := range names[:len(names):len(names)] {
		if i := strings.IndexAny(n, "(（:："); i > 0 {
			names = append(names, strings.TrimSpace(n[:i]))
		}
		for _, part := range strings.FieldsFunc(n, func(r rune) bool { return strings.ContainsRune("、,，;；()（）:：/", r) }) {
			if part = strings.TrimSpace(part); utf8.RuneCountInString(part) >= 2 && part != n {
				names = append(names, part)
			}
		}
		if i := strings.Index(n, "等"); i > 0 { // 某部等六部门
			names = append(names, n[:i])
		}
		if t := title(n); t != "" {
			names = append(names, t)
		}
	}
	for _, n := range names[:len(names):len(names)] {
		if short := ShortName(n); short != "" {
			names = append(names, short)
		}
	}
	return names
}

// title returns what stands in 《》.
func title(s string) string {
	i := strings.Index(s, "《")
	j := strings.LastIndex(s, "》")
	if i < 0 || j < i {
		return ""
	}
	return s[i+len("《") : j]
}

// containsWord reports whether s holds word; a Latin or number word must not
// be part of a longer one.
func containsWord(s, word string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		i += from
		j := i + len(word)
		if !(i > 0 && joins(s[i-1], word[0])) && !(j < len(s) && joins(word[len(word)-1], s[j])) {
			return true
		}
		from = i + 1
	}
}

func joins(a, b byte) bool {
	return isAlnum(a) && isAlnum(b)
}

func isAlnum(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }

// namesOrdinal reports whether the question speaks of row number n: 第19号,
// 第19个, 序号19, no. 19.
func namesOrdinal(question, n string) bool {
	for _, form := range []string{"第" + n + "号", "第" + n + "个", "第" + n + "项", "第" + n + "条", "序号" + n, n + "号", "no. " + n, "number " + n, "#" + n} {
		if i := strings.Index(question, form); i >= 0 && !(i > 0 && isAlnum(question[i-1])) {
			return true
		}
	}
	return false
}

// Headers returns for each column how many runes of its name the question
// shares with it: the longest common run, if it makes up the better part of
// the header's core or is its end, where Chinese has the head noun (作用 of
// 对行业发展的作用); 1 for a lesser share.
func (v *View) Headers(question string) []int {
	out := make([]int, len(v.headers))
	for c, h := range v.headers {
		for _, part := range strings.FieldsFunc(h, func(r rune) bool { return strings.ContainsRune("()（）/、与和 ", r) }) {
			n := commonRun(part, question)
			switch total := utf8.RuneCountInString(part); {
			case n >= 2 && n*2 >= total:
				out[c] = max(out[c], n)
			case n >= 2:
				out[c] = max(out[c], 1) // a word of a long header
			}
			if head := lastRunes(part, 2); head != "" && strings.Contains(question, head) {
				out[c] = max(out[c], 2)
			}
		}
	}
	return out
}

// commonRun returns the length in runes of the longest common substring.
func commonRun(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	best := 0
	prev := make([]int, len(rb)+1)
	for i := range ra {
		row := make([]int, len(rb)+1)
		for j := range rb {
			if ra[i] == rb[j] {
				row[j+1] = prev[j] + 1
				best = max(best, row[j+1])
			}
		}
		prev = row
	}
	return best
}

// lastRunes returns the last n characters of s, "" if it has fewer.
func lastRunes(s string, n int) string {
	for i := len(s); i > 0; {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		if n--; n == 0 {
			return s[i:]
		}
	}
	return ""
}
