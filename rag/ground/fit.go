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
		return Conflict // what stands around speaks of other years
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
	surface   string // as the question has it
	canonical string
	kind      string
	owner     string
	forms     []string
}

func (s *Selector) namesAsked(q question.Question) []nameAsked {
	var out []nameAsked
	for _, m := range q.Mentions {
		if !entityKind(m.Kind) {
			continue
		}
		n := nameAsked{surface: q.Text[m.Start:m.End], canonical: m.Canonical, kind: m.Kind, owner: m.Owner}
		n.forms = append(n.forms, lexical.Fold(m.Canonical), lexical.Fold(q.Text[m.Start:m.End]))
		for _, a := range s.Lexicon.Aliases(m.Canonical) {
			n.forms = append(n.forms, lexical.Fold(a))
		}
		out = append(out, n)
	}
	return out
}

// placesAsked returns the forms of every place that q names.
func (s *Selector) placesAsked(q question.Question) [][]string {
	var out [][]string
	for _, m := range q.Mentions {
		if m.Kind != "place" {
			continue
		}
		forms := []string{lexical.Fold(m.Canonical), lexical.Fold(q.Text[m.Start:m.End])}
		for _, a := range s.Lexicon.Aliases(m.Canonical) {
			forms = append(forms, lexical.Fold(a))
		}
		out = append(out, forms)
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
			out = append(out, n.surface)
		}
	}
	return out
}

// placeFit is Conflict where the question is about a place and the unit speaks
// of other places only: 美国市场 is not answered by a figure for 中国.
func placeFit(asked [][]string, pu *preparedUnit) Fit {
	if len(asked) == 0 || !pu.places {
		return Silent
	}
	for _, forms := range asked {
		if holdsAny(pu.text.folded, forms) {
			return Meets
		}
	}
	return Conflict
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
	if near && (len(pu.entities) == 0 || anyRelated(names, pu.entities)) {
		return Context
	}
	return Conflict
}

// anyRelated reports whether a unit speaks of a maker or part of what is asked
// about: 字节跳动 for 豆包, 讯飞星火 for 讯飞星火X1.
func anyRelated(names []nameAsked, entities []entity) bool {
	for _, n := range names {
		for _, e := range entities {
			if e.canonical == n.owner || e.owner == n.canonical || strings.HasPrefix(n.canonical, e.canonical) || strings.HasPrefix(e.canonical, n.canonical) {
				return true
			}
		}
	}
	return false
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
		if notPlace.MatchString(text[m[1]:]) || m[0] == 0 && strings.HasPrefix(text[m[1]:], ",") {
			continue
		}
		if vs := quantity.Values(number + "个"); len(vs) == 1 {
			out = append(out, int(vs[0].Number))
		}
	}
	return out
}

// notPlace follows numbers of periods and kinds; 第二， at the head of a sentence
// counts arguments.
var notPlace = regexp.MustCompile(`^(季|天|日|次|年|月|周|梯队|阶段|类|种|层|步|轮|章|部分|代|批|产业|方)`)

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

// measures are words for what a number measures, longer ones before those that
// they contain.
var measures = []string{
	"市场规模", "市场收入", "用户规模", "用户增长率", "净利润", "毛利率", "利润率", "利润", "营收", "收入", "销售额", "销量", "产量", "产值", "产能",
	"月活", "日活", "下载量", "装机量", "出货量", "保有量", "渗透率", "空置率", "损耗率", "增长率", "增速", "市占率", "占比", "份额", "权重", "留存率",
	"投资额", "融资", "估值", "市值", "股价", "投入", "资本开支", "研发费用", "价格", "单价", "租金", "工资", "成本", "能耗", "会员", "员工", "专利", "参数", "门店", "订单",
}

// anyShare reports whether some value is a percentage or a fraction.
func anyShare(values []quantity.Value) bool {
	for _, v := range values {
		if v.Unit == "%" || v.Unit == "" && v.Number > 0 && v.Number < 1 {
			return true
		}
	}
	return false
}

// shares are measures that a sentence states with the bare verb 占.
var shares = map[string]bool{"占比": true, "比例": true, "份额": true, "市占率": true, "权重": true}

// measureAsked returns the measure that a question names, and what stands
// before it.
func measureAsked(asked string) (measure, before string) {
	at := -1
	for _, m := range measures {
		if i := strings.LastIndex(asked, m); i > at {
			at, measure, before = i, m, modifier(asked[:i])
		}
	}
	return measure, before
}

// subjectFit compares what question and unit measure. It is Conflict where
// neither the unit nor what stands near it speaks of the measure asked for in
// any form, and where the words before the measure differ on both sides:
// 大模型市场规模 and 具身智能市场规模 are different measures.
func subjectFit(ts *termSet, unit, near passageText, values []quantity.Value) Fit {
	m, before := ts.measure, ts.narrowed
	if m == "" {
		return Silent
	}
	if !strings.Contains(unit.folded, m) {
		if shares[m] && before != "" && !ts.english && !shareBigram(before, unit.folded) && !shareBigram(before, near.folded) {
			return Conflict // a share of something else
		}
		if ts.says(m, unit) || strings.Contains(near.folded, m) || shares[m] && (strings.Contains(unit.folded, "占") || ts.english && anyShare(values)) {
			return Silent
		}
		return Conflict
	}
	fit := Silent
	for from := 0; ; {
		j := strings.Index(unit.folded[from:], m)
		if j < 0 {
			return fit
		}
		j += from
		from = j + len(m)
		theirs := modifier(unit.folded[:j])
		if before == "" || theirs == "" || sharesHead(before, unit.folded) || sharesHead(theirs, ts.text) || ts.says(lastBigram(before), unit) {
			return Silent
		}
		fit = Conflict
	}
}

// says reports whether text holds a word of the question in any form.
func (ts *termSet) says(word string, text passageText) bool {
	if strings.Contains(text.folded, word) {
		return true
	}
	for i := range ts.terms {
		t := &ts.terms[i]
		if strings.Contains(word, t.text) || strings.Contains(t.text, word) {
			for _, f := range t.forms {
				if strings.Contains(text.folded, ts.forms[f].text) {
					return true
				}
			}
		}
	}
	return false
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

// sharesHead reports whether long holds the head of short, its last two
// characters: 宠物食品 is no 宠物医疗.
func sharesHead(short, long string) bool { return strings.Contains(long, lastBigram(short)) }

func lastBigram(s string) string {
	rs := []rune(s)
	return string(rs[max(0, len(rs)-2):])
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
