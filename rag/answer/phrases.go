package answer

import (
	"regexp"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// calculation is what a question wants worked out of stated values, and the
// phrases that name the values, in order.
type calculation struct {
	operation ground.Operation
	phrases   []string
	periods   []quantity.Period // of each phrase; the zero Period for none
	whole     bool              // the rest of 100 %: 以外的占多少
}

var (
	apart2  = regexp.MustCompile(`^(.*?[^同占环对相之])(?:比|较|高于|低于|多于|少于)([^例重较率].*?)(?:要|会|至少|大约|约|还|能|预计|可能)*(?:高|多|低|少|大|小|贵|便宜|增加|增长|提高|下降|减少|上升|涨)(?:出|了|赚|花|列|有)*(?:了)?(?:多少|几|多大)(.*)$`)
	apart3  = regexp.MustCompile(`^(.*?)(?:和|与|跟|同|、)(.+?)(?:之间)?(?:相差|差(?:了)?(?:多少|几|多大)|的差距|之差)(.*)$`)
	times   = regexp.MustCompile(`^(.*?)(?:是|为|相当于|达到|等于)(.+?)的?(?:多少|几|几十|几百)倍(.*)$`)
	portion = regexp.MustCompile(`^(.*?)(?:占到?|占了|占整个|相当于)(.+?)(?:的)?(?:多少|几成|百分之几|百分之多少|多大比例|多大比重|比例|比重|份额)(.*)$`)
	adding  = regexp.MustCompile(`^(.*?)(?:加起来|合起来|加在一起|合计|相加|加总|总共|一共|之和|总和|共)(.*)$`)
	times2  = regexp.MustCompile(`乘(以|上)?|折成|折合|折算|推算|估算|估一下|算下来|算算|值多少|相当于多少`)
	inverse = regexp.MustCompile(`反推|倒推|倒算|反算|要是.{0,30}真?占|如果.{0,30}占`)
	theRest = regexp.MustCompile(`(以外|之外|其余|剩下|剩余|没(有)?(投|用|花|占)|除了|除去|扣除|不算)`)
	joins2  = regexp.MustCompile(`、|和|与|跟|加上?|以及|还有`)
)

// calculationOf reads what is to be worked out; ok is false for a question that
// wants nothing worked out, or in a way that is not known.
func calculationOf(q question.Question) (calculation, bool) {
	text := strings.TrimRight(quoteless.Replace(q.Text), "？?。 ")
	switch {
	case inverse.MatchString(text):
		return calculation{operation: ground.Divide, phrases: []string{text, text}}, true
	case averageAsked.MatchString(text):
		return calculation{operation: ground.Mean, phrases: []string{text, text}}, true
	}
	if m := times.FindStringSubmatch(text); m != nil {
		return calculation{operation: ground.Divide, phrases: m[1:3]}, true
	}
	if m := apart2.FindStringSubmatch(text); m != nil {
		return pairOf(m[1], m[2], growthIn(text)), true
	}
	if m := apart3.FindStringSubmatch(text); m != nil {
		return pairOf(m[1], m[2], ground.Subtract), true
	}
	if y1, y2, ok := twoYears(q.Periods); ok && changeWords.MatchString(text) {
		c := calculation{operation: growthIn(text), phrases: []string{text, text}, periods: []quantity.Period{{Year: y2}, {Year: y1}}}
		if strings.Contains(text, "倍") {
			c.operation = ground.Divide
		}
		return c, true
	}
	if theRest.MatchString(text) && shareWords.MatchString(text) {
		return calculation{operation: ground.Subtract, phrases: []string{text}, whole: true}, true
	}
	if times2.MatchString(text) {
		return calculation{operation: ground.Multiply, phrases: []string{text, text}}, true
	}
	if m := adding.FindStringSubmatch(text); m != nil {
		if parts := listed(m[1]); len(parts) > 1 && len(parts) < 7 {
			return calculation{operation: ground.Add, phrases: parts}, true
		}
	}
	if m := portion.FindStringSubmatch(text); m != nil {
		return calculation{operation: ground.Share, phrases: m[1:3]}, true
	}
	return calculation{}, false
}

// growthIn is the growth in percent where that is asked for, else the
// difference.
func growthIn(text string) ground.Operation {
	if growthWords.MatchString(text) || strings.Contains(text, "同比") {
		return ground.Growth
	}
	return ground.Subtract
}

// pairOf is two phrases of which the second leaves out what the first says:
// 2026年的市场规模比2024年.
func pairOf(a, b string, op ground.Operation) calculation {
	c := calculation{operation: op, phrases: []string{a, b}}
	pa, pb := quantity.Periods(a), quantity.Periods(b)
	if len(pa) > 0 && len(pb) > 0 && strings.TrimSpace(withoutPeriods(b)) == "" {
		c.phrases[1] = b + withoutPeriods(a)
	}
	return c
}

// listed are the members of an enumeration at the end of a phrase.
func listed(s string) []string {
	var out []string
	for _, p := range joins2.Split(s, -1) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
