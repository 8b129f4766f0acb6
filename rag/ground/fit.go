package ground

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// periodFit compares the periods a question asks for with those a unit names
// and, where it names none, with those around it.
func periodFit(asked, own, around []quantity.Period) Fit {
	if len(asked) == 0 {
		return Silent
	}
	for _, a := range asked {
		for _, p := range own {
			if a.Covers(p) || a.YearTo == 0 && p.YearTo != 0 && p.Covers(a) && p.Month == 0 {
				return Meets
			}
		}
	}
	if len(own) > 0 {
		return Conflict
	}
	for _, a := range asked {
		for _, p := range around {
			if a.Covers(p) || p.YearTo != 0 && p.Covers(a) {
				return Context
			}
		}
	}
	if len(around) > 0 {
		return Silent
	}
	return Silent
}

// namesWorth weighs the fit of names for a unit's score: a sentence about
// another company is worse than one that names none.
func (f Fit) namesWorth() float64 {
	switch f {
	case Conflict:
		return -1.5
	case Context:
		return 0.6
	case Meets:
		return 1
	}
	return 0
}

// nameAsked is a name of the question with every folded form of it.
type nameAsked struct {
	canonical string
	kind      string
	forms     []string
}

func (s *Selector) namesAsked(q question.Question) []nameAsked {
	var out []nameAsked
	for _, m := range q.Mentions {
		if !entityKind(m.Kind) {
			continue
		}
		n := nameAsked{canonical: m.Canonical, kind: m.Kind}
		n.forms = append(n.forms, lexical.Fold(m.Canonical), lexical.Fold(q.Text[m.Start:m.End]))
		for _, a := range s.Lexicon.Aliases(m.Canonical) {
			n.forms = append(n.forms, lexical.Fold(a))
		}
		out = append(out, n)
	}
	return out
}

// entityKind reports whether a kind of name is something that numbers are
// about. A research house is whose numbers they are; a place or a concept is
// everywhere.
func entityKind(kind string) bool {
	switch kind {
	case "company", "product", "model":
		return true
	}
	return false
}

// unknownNames returns the names of q that no passage holds in any form.
func (s *Selector) unknownNames(q question.Question) []string {
	var out []string
	for _, n := range s.namesAsked(q) {
		found := false
		for _, f := range n.forms {
			found = found || known(f, s.Rarity)
		}
		if !found {
			out = append(out, n.canonical)
		}
	}
	return out
}

// nameFit: Meets when the unit holds a name asked about, Context when what
// stands near does, Conflict when the unit speaks of other names only.
func nameFit(names []nameAsked, pu *preparedUnit, p *prepared) Fit {
	if len(names) == 0 {
		return Silent
	}
	near := false
	for _, n := range names {
		if holdsAny(pu.text.folded, n.forms) {
			return Meets
		}
		near = near || holdsAny(p.near.folded, n.forms) || holdsAny(p.far.folded, n.forms)
	}
	if near && !pu.names {
		return Context
	}
	return Conflict
}

func holdsAny(text string, forms []string) bool {
	for _, f := range forms {
		if f != "" && strings.Contains(text, f) {
			return true
		}
	}
	return false
}

var ordinal = regexp.MustCompile(`(?:第|排)([一二三四五六七八九十\d]+)(?:名|位|号|个|项|条|家|款)?`)

// Ordinals returns the places that a text names (第二, 第19号, 排第四); a period
// (第三季度) and a kind (第一梯队) are not places.
func Ordinals(s string) []int {
	var out []int
	for _, m := range ordinal.FindAllStringSubmatchIndex(lexical.Fold(s), -1) {
		text := lexical.Fold(s)
		number := text[m[2]:m[3]]
		if rest := text[m[1]:]; strings.HasPrefix(rest, "季") || strings.HasPrefix(rest, "梯队") || strings.HasPrefix(rest, "阶段") {
			continue
		}
		if vs := quantity.Values(number + "个"); len(vs) == 1 {
			out = append(out, int(vs[0].Number))
		}
	}
	return out
}

// rowNumber is the place that a rendered row gives itself.
var rowNumber = regexp.MustCompile(`(?:序号|排名|名次|位次|排序|编号|rank|no\.?)[^:;]{0,4}:(\d+)`)

func ordinalFit(asked []int, unit string) Fit {
	if len(asked) == 0 {
		return Silent
	}
	stated := Ordinals(unit)
	for _, m := range rowNumber.FindAllStringSubmatch(lexical.Fold(unit), -1) {
		if vs := quantity.Values(m[1] + "个"); len(vs) == 1 {
			stated = append(stated, int(vs[0].Number))
		}
	}
	beyondFirst := false
	for _, a := range asked {
		beyondFirst = beyondFirst || a > 1
		for _, s := range stated {
			if a == s {
				return Meets
			}
		}
	}
	if !beyondFirst {
		return Silent // 第一 is said in many ways: 居首, 最高
	}
	return Conflict
}

// measures are words for what a number measures. Where question and unit share
// such a word, the words before it must not differ on both sides: 大模型市场规模
// and 具身智能市场规模 are different measures.
var measures = []string{"市场规模", "市场收入", "收入", "营收", "销售额", "产量", "用户规模", "月活", "下载量", "装机量", "出货量", "增长率", "增速", "占比", "份额", "投入", "资本开支", "权重", "留存率", "价格", "成本"}

// subjectFit compares what stands before a shared measure word.
func subjectFit(asked, unit string) Fit {
	fit := Silent
	for _, m := range measures {
		i := strings.Index(asked, m)
		if i < 0 {
			continue
		}
		before := modifier(asked[:i])
		for from := 0; ; {
			j := strings.Index(unit[from:], m)
			if j < 0 {
				break
			}
			j += from
			from = j + len(m)
			theirs := modifier(unit[:j])
			if before == "" || theirs == "" || shareBigram(before, unit) || shareBigram(theirs, asked) {
				return Silent
			}
			fit = Conflict
		}
	}
	return fit
}

// modifier returns up to four Han characters directly before the end of s.
func modifier(s string) string {
	end := len(s)
	for n := 0; n < 4 && end > 0; n++ {
		r, size := utf8.DecodeLastRuneInString(s[:end])
		if !unicode.Is(unicode.Han, r) {
			break
		}
		end -= size
	}
	if utf8.RuneCountInString(s[end:]) < 2 {
		return ""
	}
	return s[end:]
}

func shareBigram(short, long string) bool {
	rs := []rune(short)
	for i := 0; i+1 < len(rs); i++ {
		if strings.Contains(long, string(rs[i:i+2])) {
			return true
		}
	}
	return false
}
