package answer

import (
	"regexp"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

// operating are words that say what to do with rows, not which.
var operating = regexp.MustCompile(`(从|由)[高低大小多少早晚先](到|至|往|而)[低高小大少多晚早后]|排序|排列|排个?序|排一?下|怎么排|依次|合计|总和|总共|一共|加起来|相加|总计|平均|最[高低多少大小早晚新近]|超过|高于|低于|大于|小于|少于|多于|不足|不到|以上|以下|比例|相差|差距|多少|几[个家份项种类]|哪些|哪[个家份项种类]|分别|表(格)?(里|中)?|前` + numeral + `[名家位强大个]?|第` + numeral + `|[\d,.]+(亿|万)?[元%家个份项分]?`)

// sought are the words of a question, those that operate left out.
func sought(q question.Question) string {
	return strings.TrimSpace(operating.ReplaceAllStringFunc(withoutPeriods(q.Words), func(s string) string { return strings.Repeat(" ", len([]rune(s))) }))
}

// explained is the share of the words sought that the caption, the column names and the cells named in it hold: 0 to 1.
func (a *aggregation) explained(asked string) float64 {
	var b strings.Builder
	b.WriteString(lexical.Fold(a.t.Caption))
	for _, c := range a.t.Columns {
		b.WriteString(" " + lexical.Fold(c))
	}
	for _, m := range a.t.NamedCells(a.asked) {
		b.WriteString(" " + m.Name)
	}
	held := b.String()
	n, found := 0, 0
	rs := []rune(asked)
	for i := 0; i+1 < len(rs); i++ {
		if rs[i] == ' ' || rs[i+1] == ' ' {
			continue
		}
		n++
		if strings.Contains(held, string(rs[i:i+2])) {
			found++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(found) / float64(n)
}
