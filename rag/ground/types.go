package ground

import (
	"regexp"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

var (
	definitionWords = regexp.MustCompile(`是指|指的是|的含义|定义为|即指|所谓|意指|称为|含义是|means|refers to|defined as`)
	reasonWords     = regexp.MustCompile(`因为|由于|因此|因而|所以|导致|得益于|为此|受.{1,12}影响|原因|使得|从而|because|due to|therefore|owing to`)
	listMark        = regexp.MustCompile(`、.*(和|与|及|以及|、|等)|；.*；|其一|其二|首先|其次|一类.*另一类`)
	docTitle        = regexp.MustCompile(`《[^》]+》`)
	docNumber       = regexp.MustCompile(`[\p{Han}]{2,8}[〔\[(（【]\d{4}[〕\])）】]\d+号`)
	rankWords       = regexp.MustCompile(`第[一二三四五六七八九十\d]+(?:名|位|$|[^季年阶])|首位|居首|榜首|前[一二三四五六七八九十\d]+|位列|位居|top ?\d|领先`)
	issuerWords     = regexp.MustCompile(`部门|委员会|办公室|[部局委办院署]等|发布|印发|出台`)
	contrastWords   = regexp.MustCompile(`而|相比|不同|一类.*另一类|区别|则|以及通过|接近|高于|低于|分别|分为`)
)

// TypeFit tells how well a unit can hold the answer to ask: 1 it can, 0 it
// tells nothing, -1 it cannot.
func TypeFit(ask question.Ask, u *Unit) float64 {
	switch ask.Kind {
	case question.Value, question.Compute:
		return valueFit(ask, u)
	case question.Count:
		return max(valueFit(ask, u), boolFit(u.Passage.Kind == ingest.KindRow)*0.3)
	case question.Date:
		if ask.Exact && len(u.Periods) > 0 && !anyMonth(u.Periods) {
			return 0
		}
		return choose(len(u.Periods) > 0, 1, -0.7)
	case question.Document:
		return choose(u.traits.titles, 1, -0.7)
	case question.Number:
		return choose(u.traits.numbers, 1, -1)
	case question.Issuer:
		return choose(u.traits.issues, 1, -0.3)
	case question.Source:
		return choose(len(u.Sources) > 0, 0.7, 0)
	case question.Rank:
		return choose(u.traits.ranks, 1, -0.5)
	case question.Name:
		return choose(ask.Noun != "" && strings.Contains(u.Text, ask.Noun), 0.5, 0)
	case question.Definition:
		return choose(u.traits.defines, 0.4, 0)
	case question.Reason:
		return choose(u.traits.explains, 0.6, 0)
	case question.List:
		return listFit(ask, u)
	case question.Comparison:
		return choose(u.traits.contrasts, 0.7, 0)
	case question.Superlative:
		return superlativeFit(u)
	}
	return 0
}

func anyMonth(ps []quantity.Period) bool {
	return slices.ContainsFunc(ps, func(p quantity.Period) bool { return p.Month != 0 })
}

func choose(ok bool, yes, no float64) float64 {
	if ok {
		return yes
	}
	return no
}

func boolFit(b bool) float64 { return choose(b, 1, 0) }

// valueFit: a value of an asked unit is best; some value will do where no unit
// is asked for; years are no values.
func valueFit(ask question.Ask, u *Unit) float64 {
	if len(u.Values) == 0 {
		return -1
	}
	if len(ask.Units) == 0 {
		return choose(ask.Exact && !anyExact(u.Values), 0.2, 0.7)
	}
	if fitting := ValuesOf(u.Values, ask.Units); len(fitting) > 0 {
		if ask.Noun != "" && !strings.Contains(u.Text, ask.Noun) {
			return -0.2 // 几个项目 is not answered by 931家企业
		}
		if ask.Exact && !anyExact(fitting) {
			return 0.5
		}
		return 1
	}
	if ask.Exact && anyExact(u.Values) {
		return -0.4
	}
	return -0.7
}

func anyExact(values []quantity.Value) bool {
	for _, v := range values {
		if v.Bound == quantity.Exact {
			return true
		}
	}
	return false
}

// ValuesOf keeps the values of the given units. Money without a currency word
// (1274.95万) fits a question for an amount of anything but money.
func ValuesOf(values []quantity.Value, units []string) []quantity.Value {
	var out []quantity.Value
	for _, v := range values {
		if strings.HasPrefix(v.Text, "一") && v.Number == 1 {
			continue // an article: 一项身份
		}
		for _, u := range units {
			if v.Unit == u || u == "个" && countUnit(v.Unit) || v.Unit == "" && v.Number >= 1e4 && counts(u) {
				out = append(out, v)
				break
			}
		}
	}
	return out
}

// counts reports whether a unit counts people or things: 2.7亿 may answer 多少人.
func counts(u string) bool {
	return countUnit(u) || u == "人" || u == "户" || u == "人次" || u == "台"
}

// countUnit reports whether a unit counts things as 个 does.
func countUnit(u string) bool {
	return strings.Contains("家个款项名位种条份部件类级大", u) && u != ""
}

// typeFit weighs how well a unit can hold what a question asks for. Demands of
// a plain form (a value, a date, a title) are averaged, as a unit that meets
// one of two is half an answer; of the others the best counts half.
func typeFit(q question.Question, u *Unit) float64 {
	sum, n, other := 0.0, 0, 0.0
	for _, a := range q.Asks {
		f := TypeFit(a, u)
		if Demands(a.Kind) {
			sum += f
			n++
		} else {
			other = max(other, f)
		}
	}
	if n == 0 {
		return other
	}
	return sum/float64(n) + 0.5*other
}

// Demands reports whether an answer to a kind of question has a plain form
// that can be checked for.
func Demands(k question.Kind) bool {
	switch k {
	case question.Value, question.Rank, question.Date, question.Number, question.Document:
		return true
	}
	return false
}

// DemandsOnly reports whether every thing that a question asks for has a plain
// form, or is whose figure it is.
func DemandsOnly(q question.Question) bool {
	plain := false
	for _, a := range q.Asks {
		switch {
		case Demands(a.Kind):
			plain = true
		case a.Kind == question.Source || a.Kind == question.Name || a.Kind == question.Compute || a.Kind == question.Count:
		default:
			return false
		}
	}
	return plain
}

// wantsNumber reports whether a question can be answered by a value only.
func wantsNumber(q question.Question) bool {
	return q.Wants(question.Value) || q.Wants(question.Rank) || q.Wants(question.Count)
}

// listFit: best is a sentence that announces or enumerates as many members as
// asked for.
func listFit(ask question.Ask, u *Unit) float64 {
	if ask.Size > 0 {
		for _, v := range u.Values {
			if v.Number == float64(ask.Size) && v.Number == v.High && countUnit(v.Unit) {
				return 1.5
			}
		}
		if n := u.traits.enumerates; n == ask.Size {
			return 1.3
		} else if n > 1 {
			return 0
		}
	}
	return choose(u.traits.lists, 0.5, 0)
}

// Enumerates returns how many members the longest enumeration of a text has:
// A、B与C are 3; 1 without one.
func Enumerates(text string) int {
	longest := 1
	for _, clause := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("，。；：（）", r) }) {
		n := strings.Count(clause, "、")
		if n == 0 {
			continue
		}
		if last := clause[strings.LastIndex(clause, "、"):]; strings.Contains(last, "和") || strings.Contains(last, "与") || strings.Contains(last, "及") {
			n++
		}
		longest = max(longest, n+1)
	}
	return longest
}

// saysWhat: the term, at the head of its sentence, is said to be something.
var saysWhat = regexp.MustCompile(`^[“”"）)的]{0,2}[\p{Han}]{0,2}(是|作为|即|为|指|要|能够)`)

var definitionAsked = regexp.MustCompile(`定义|解释|含义|意思|概念|指的|是指|指|算|打法|模式|计算|mean|definition|define`)

// definesFit: 1 for a sentence that says what the question's term is: the term
// followed at once by 是指 and the like, or the words that the letters of an
// asked acronym stand for.
func definesFit(q question.Question, ts *termSet, folded, raw string) float64 {
	if !q.Wants(question.Definition) {
		return 0
	}
	for _, t := range strings.Fields(definitionAsked.ReplaceAllString(ts.text, " ")) {
		if len(t) < len("词语") {
			continue
		}
		i := strings.Index(folded, t)
		if i < 0 {
			continue
		}
		after := folded[i+len(t):]
		if m := definitionWords.FindStringIndex(after); m != nil && len([]rune(after[:m[0]])) <= 14 {
			return 1
		}
		if i == 0 && saysWhat.MatchString(after) {
			return 0.6
		}
	}
	for _, a := range q.Acronyms() {
		if spells(raw, a) {
			return 2 // though it may not repeat the letters
		}
	}
	return 0
}

var capitalise = regexp.MustCompile(`[A-Z][a-z]+`)

// spells reports whether the capitalised words of text begin with the letters
// of an acronym, in order.
func spells(text, acronym string) bool {
	i := 0
	for _, w := range capitalise.FindAllString(text, -1) {
		if i < len(acronym) && w[0] == acronym[i] {
			i++
		}
	}
	return i == len(acronym)
}

// longestPart bounds in characters what sharedRun looks at.
const longestPart = 64

// sharedRun returns the longest stretch of the question that text holds (中国大模型市场
// says more than its bigrams), and the part of the question that it stands in.
func (ts *termSet) sharedRun(text string) (run, part string) {
	best := 0
	for _, p := range strings.Fields(ts.text) {
		rs := []rune(p)
		rs = rs[:min(len(rs), longestPart)]
		for i := 0; i+best < len(rs); i++ {
			for l := best + 1; i+l <= len(rs) && strings.Contains(text, string(rs[i:i+l])); l++ {
				best, run, part = l, string(rs[i:i+l]), p
			}
		}
	}
	return run, part
}

// foreign reports whether the stretch that question and text share is made
// narrower in the text by a word that the question does not have: 多模态 in
// 多模态大模型市场 where 大模型市场 is asked about.
func (ts *termSet) foreign(text, run, part string) bool {
	if len([]rune(run)) < 3 {
		return false
	}
	if before := modifier(part[:strings.Index(part, run)]); before != "" && !generic.MatchString(before) {
		return false // the question narrows it too
	}
	for from := 0; ; {
		i := strings.Index(text[from:], run)
		if i < 0 {
			return true
		}
		i += from
		before := modifier(text[:i])
		if before == "" || generic.MatchString(before) || shareBigram(before, ts.text) {
			return false
		}
		from = i + len(run)
	}
}

// generic: words before a term that do not narrow it.
var generic = regexp.MustCompile(`(中国|我国|国内|全球|世界|年|的|为|在|了|是|和|与|及|对|将|使|把|让|被|由|从|当前|目前|数据|其中|显示|预测)$`)

// superlativeFit: best is a sentence that states several values of one unit,
// or says itself who is first.
func superlativeFit(u *Unit) float64 {
	count := make(map[string]int)
	most := 0
	for _, v := range u.Values {
		count[v.Unit]++
		most = max(most, count[v.Unit])
	}
	switch {
	case most >= 2:
		return 1
	case u.traits.ranks:
		return 0.8
	}
	return choose(most > 0, 0.3, 0)
}
