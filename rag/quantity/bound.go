package quantity

import "strings"

// boundWords are the words before a number that limit it. Of words that end
// alike the longer stands first: 不超过 is no 超过.
var boundWords = []struct {
	bound Bound
	words []string
}{
	{AtMost, []string{"不超过", "不高于", "不大于", "未超过", "没有超过"}},
	{AtLeast, []string{"不低于", "不少于", "不小于", "不下"}},
	{AtLeast, []string{"超", "超过", "突破", "大于", "高于", "逾", "至少"}},
	{AtMost, []string{"不足", "不到", "低于", "少于", "小于", "至多", "最多"}},
	{About, []string{"约", "约为", "约合", "近", "大约", "接近", "将近", "大概"}},
	{AtMost, []string{"less than", "fewer than", "lower than", "under", "below", "at most", "up to", "no more than", "not exceeding"}},
	{AtLeast, []string{"more than", "over", "above", "at least", "exceed", "exceeds", "exceeded", "exceeding", "surpass", "surpassed", "surpassing", "higher than", "greater than", "no less than"}},
	{About, []string{"about", "around", "approximately", "roughly", "nearly", "almost", "close to", "some"}},
}

// longestBound is the longest of boundWords with a currency behind it, in
// characters.
const longestBound = 24

// bound looks at the words directly before and after a number.
func (t text) bound(i, j int) Bound {
	after := string(t.rs[j:min(len(t.rs), j+8)])
	switch {
	case strings.HasPrefix(after, "以上") || strings.HasPrefix(after, "+") || strings.HasPrefix(after, " or more"):
		return AtLeast
	case strings.HasPrefix(after, "以下"), strings.HasPrefix(after, "以内"), strings.HasPrefix(after, " or less"):
		return AtMost
	case strings.HasPrefix(after, "左右"), strings.HasPrefix(after, "上下"):
		return About
	}
	before := strings.TrimRight(string(t.rs[max(0, i-longestBound):i]), " ")
	if word := currencyWord(before); word != "" {
		before = strings.TrimRight(strings.TrimSuffix(before, word), " ")
	}
	if strings.HasSuffix(before, "~") && !isDigit(t.at(i-2)) {
		return About
	}
	for _, b := range boundWords {
		for _, w := range b.words {
			if head, ok := strings.CutSuffix(before, w); ok && !(isLatin(rune(w[0])) && head != "" && isLatin(rune(head[len(head)-1]))) {
				return b.bound
			}
		}
	}
	return Exact
}

// currencySigns are written in front of a number; longer ones first.
var currencySigns = []struct{ sign, unit string }{
	{"hk$", "港元"}, {"hkd", "港元"}, {"$", "美元"}, {"usd", "美元"}, {"人民币", "元"}, {"¥", "元"}, {"￥", "元"}, {"rmb", "元"}, {"cny", "元"},
	{"€", "欧元"}, {"eur", "欧元"}, {"£", "英镑"}, {"gbp", "英镑"}, {"jpy", "日元"},
}

// currencyWord is the sign of a currency that before ends with.
func currencyWord(before string) string {
	for _, c := range currencySigns {
		if strings.HasSuffix(before, c.sign) {
			return c.sign
		}
	}
	return ""
}

// currencyBefore finds a currency written in front of the number at rune i:
// $, US$, ￥, RMB 29.4 billion.
func (t text) currencyBefore(i int) string {
	before := strings.TrimRight(string(t.rs[max(0, i-8):i]), " ")
	for _, c := range currencySigns {
		if strings.HasSuffix(before, c.sign) {
			return c.unit
		}
	}
	return ""
}
