package ground

import (
	"regexp"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
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
	issuerWords     = regexp.MustCompile(`部门|国务院|委员会|办公室|[部局委办院署]等|发布|印发|出台`)
	contrastWords   = regexp.MustCompile(`而|相比|不同|一类.*另一类|区别|则|以及通过|接近|高于|低于|分别|分为`)
)

// TypeFit tells how well a unit can hold the answer to ask: 1 it can, 0 it
// tells nothing, -1 it cannot.
func TypeFit(ask question.Ask, u *Unit) float64 {
	text := lexical.Fold(u.Text)
	switch ask.Kind {
	case question.Value, question.Compute:
		return valueFit(ask, u)
	case question.Count:
		return max(valueFit(ask, u), boolFit(u.Passage.Kind == ingest.KindRow)*0.3)
	case question.Date:
		return choose(len(u.Periods) > 0, 1, -0.7)
	case question.Document:
		return choose(docTitle.MatchString(u.Text), 1, -0.7)
	case question.Number:
		return choose(docNumber.MatchString(u.Text), 1, -1)
	case question.Issuer:
		return choose(issuerWords.MatchString(u.Text), 1, -0.3)
	case question.Source:
		return choose(len(u.Sources) > 0, 0.7, 0)
	case question.Rank:
		return choose(rankWords.MatchString(text), 1, -0.5)
	case question.Definition:
		return choose(definitionWords.MatchString(text), 1, 0)
	case question.Reason:
		return choose(reasonWords.MatchString(text), 0.6, 0)
	case question.List:
		return choose(listMark.MatchString(u.Text), 0.5, 0)
	case question.Comparison:
		return choose(contrastWords.MatchString(text), 0.4, 0)
	case question.Superlative:
		return choose(len(u.Values) > 0 || rankWords.MatchString(text), 0.4, 0)
	}
	return 0
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
		return 0.7
	}
	if len(ValuesOf(u.Values, ask.Units)) > 0 {
		return 1
	}
	return -0.7
}

// ValuesOf keeps the values of the given units. Money without a currency word
// (1274.95万) fits a question for an amount of anything but money.
func ValuesOf(values []quantity.Value, units []string) []quantity.Value {
	var out []quantity.Value
	for _, v := range values {
		for _, u := range units {
			if v.Unit == u || u == "个" && countUnit(v.Unit) || u == "部门" && v.Unit == "部门" {
				out = append(out, v)
				break
			}
		}
	}
	return out
}

// countUnit reports whether a unit counts things as 个 does.
func countUnit(u string) bool {
	return strings.Contains("家个款项名位种条份部件类级大", u) && u != ""
}

// bestTypeFit is the fit of the ask that the unit answers best: several
// clauses may be answered by several units.
func bestTypeFit(q question.Question, u *Unit) float64 {
	best := -1.0
	for _, a := range q.Asks {
		best = max(best, TypeFit(a, u))
	}
	return best
}
