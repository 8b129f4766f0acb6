package ground

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// connecting matches, in a folded text, the words that only join sentences or
// announce what follows.
var connecting = regexp.MustCompile(strings.Join([]string{
	`具体(来说|而言|情况|内容|数据)?(包括|有)?|主要(包括|有|体现在)?|详细|(如|以)下(所示|几个?方面|几点|几项|内容|数据|信息|表)?|下列|下面|如上|以上|上述|综上(所述)?|总体(来看|而言|来说)?|总的来说|总之|整体来看`,
	`(根据|按照|依据|据)?(该|本|这份|上述)?报告(中|里)?(的)?(显示|指出|提到|给出|认为|介绍|列出|数据|内容|信息)?|相关|有关|关于|对于|就|这个|该|问题|回答|答案`,
	`首先|其次|再次|最后|此外|另外|同时|而且|并且|因此|所以|其中|一方面|另一方面|需要(说明|注意)的是|值得(注意|一提)的是|换句话说|也就是说|简而言之`,
	`(两|二|三|四|五|六)?(者|个方面|方面|点|类|项|部分|组|个)|分别|的|是|为|有|包括|分为|原因|情况|数据|比较|对比|列举|说明|总结|小结|信息|内容`,
	`\b(in (summary|short|detail|particular|addition|other words)|to (sum up|summarise|summarize)|as follows|the following|follows?|following|below|above|here (is|are)|specifically|overall|details?|namely|moreover|furthermore|first(ly)?|second(ly)?|third(ly)?|finally|also|however|therefore|thus|according to the report|the report (says|states|shows|gives|notes|mentions|lists)|in the report|the report|are|is|was|were|the|a|an|of|these|those|this|that|it|and|in|to|for|as|main|key|points?|reasons?|answer|summary|comparison|data|figures?)\b`,
}, "|"))

// spare is how much of a sentence of pure connection may be more than
// connecting words, in characters; the topic of what follows may be named
// before a colon.
const (
	spare          = 2
	spareAnnounced = 14
	longestLink    = 60
)

// links reports whether a sentence only connects: it states no value, name,
// quotation, title or rank, and nothing of weight besides connecting words.
// 具体如下： does; 市场规模如下： names its topic before a colon and does too.
func (v *Verifier) links(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > longestLink || len(quotations(text)) > 0 || docTitle.MatchString(text) {
		return false
	}
	folded := lexical.Fold(text)
	if len(quantity.Periods(text)) > 0 || rankWords.MatchString(folded) {
		return false
	}
	rest := connecting.ReplaceAllString(folded, " ")
	if len(quantity.Values(rest)) > 0 {
		return false
	}
	for _, m := range v.Lexicon.Mentions(text) {
		if m.Kind != "concept" && m.Kind != "place" {
			return false
		}
	}
	left := 0
	for _, r := range rest {
		if r >= utf8.RuneSelf && !strings.ContainsRune("，。：；、！？（）“”…—", r) || r >= 'a' && r <= 'z' {
			left++
		}
	}
	if announces(folded) {
		return left <= spareAnnounced
	}
	return left <= spare
}

// announces reports whether a sentence ends as one that something follows.
func announces(folded string) bool {
	return strings.HasSuffix(folded, ":") || strings.HasSuffix(folded, "：") || strings.Contains(folded, "如下") || strings.Contains(folded, "as follows")
}
