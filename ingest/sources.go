package ingest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	compiledFrom = regexp.MustCompile(`^(?:由)?[^，,、；;]*?根据(.+?)(?:公开)?(?:数据|资料|信息|报告|官网)?等?(?:整理|绘制|汇总|编制|制作)$`)
	compiler     = regexp.MustCompile(`整理|绘制|汇总|编制|制图|制表|制作|公开资料|公开信息|公开数据|网络资料|互联网资料|不完全统计`)
	compilerOnly = regexp.MustCompile(`^(?:公开|网络|互联网|相关|市场|行业|各公司|企业|官方|多方|以上|上述|综合)*(?:公开|网络|资料|数据|信息|渠道|报道|新闻|官网|文件|材料|年报数据)*$`)
	orgEnd       = regexp.MustCompile(`(?:院|所|局|部|会|署|委|办|中心|咨询|公司|集团|证券|银行|基金|大学|学院|研究|智库|平台|网|社|[A-Za-z0-9])$`)
)

// PrimarySources returns the primary sources that the text of a source line
// names, in order: "智研咨询，36氪研究院整理" gives 智研咨询. Whoever compiled the
// figures (整理, 绘制, the publisher beside others) is not a source, nor is
// "公开资料".
func PrimarySources(text, publisher string) []string {
	var out []string
	text = strings.TrimRight(strings.TrimSpace(text), "。.；;，, ")
	for _, part := range cut(text, isListSeparator) {
		for _, name := range organisations(strings.TrimSpace(part)) {
			if name = sourceName(name); name != "" {
				out = appendNew(out, []string{name})
			}
		}
	}
	if len(out) > 1 && publisher != "" {
		kept := out[:0]
		for _, name := range out {
			if name != publisher {
				kept = append(kept, name)
			}
		}
		out = kept
	}
	return out
}

func isListSeparator(r rune) bool {
	switch r {
	case '，', ',', '、', '；', ';', '|', '\n':
		return true
	}
	return false
}

// organisations splits "甲中心与乙咨询" where both sides look like organisations.
func organisations(part string) []string {
	for _, and := range []string{"以及", " and ", "与", "和", "及"} {
		at := strings.Index(part, and)
		if at <= 0 {
			continue
		}
		left, right := strings.TrimSpace(part[:at]), strings.TrimSpace(part[at+len(and):])
		if runeLen(left) >= 2 && runeLen(right) >= 2 && orgEnd.MatchString(left) && orgEnd.MatchString(strings.TrimRight(right, "整理绘制汇总")) {
			return append([]string{left}, organisations(right)...)
		}
	}
	return []string{part}
}

// sourceName returns the source in one part of a source line, "" for a
// compiler.
func sourceName(part string) string {
	if m := compiledFrom.FindStringSubmatch(part); m != nil {
		if name := strings.TrimSpace(m[1]); !compilerOnly.MatchString(name) && !compiler.MatchString(name) {
			return name
		}
		return ""
	}
	if compiler.MatchString(part) || compilerOnly.MatchString(part) || runeLen(part) > 40 {
		return ""
	}
	return part
}

const (
	latinName = `[A-Za-z][A-Za-z0-9&.'’\-]*(?: [A-Z][A-Za-z0-9&.'’\-]*){0,4}`
	anyName   = `[^，。；：:（）()、！？\s《》“”]{1,30}?(?: [A-Z][A-Za-z0-9&.'’\-]*){0,4}?`
	evidence  = `(?:公开|最新|年度|统计|监测|调研|调查|测算|估算|预测|预计|研究|数据|报告|口径|年报|财报|披露)`
)

var namedPatterns = []*regexp.Regexp{
	regexp.MustCompile(`(?:数据|资料|信息)?来源[：:]\s*([^）)。；]+)`),
	regexp.MustCompile(`(?:根据|依据|按照|依照|据|按)\s*(` + anyName + `)\s*(?:的|发布的|公布的|披露的)?(?:[0-9]{4}年(?:度)?)?\s*` + evidence + `{1,4}(?:的?数据)?(?:[，,：:]|显示|表明|指出|称|，|来看|估计|$)`),
	regexp.MustCompile(`(?:根据|依据|按照|据)\s*([^，。；：（）()、！？《》“”]{1,30}?)(?:发布|公布|编制|印发)?的?\s*《`),
	regexp.MustCompile(`(?:^|[，。；：（(“、\s])\s*(` + anyName + `)\s*(?:的|发布的|公布的)?(?:最新|公开)?(?:统计|监测|调研|研究)?(?:数据|报告|统计|调查)(?:显示|表明|指出|称|说明)`),
	regexp.MustCompile(`(?:^|[，。；：（(“]|而|但)\s*(` + latinName + `|[^，。；：（）()、！？\s《》“”]{1,16}(?:咨询|证券|研究院|研究所|研究中心|协会|智库|银行|数据中心))\s*(?:预测|预计|估计|估算|测算|统计)`),
	regexp.MustCompile(`(?:^|[，。；：（(])(《[^》]{2,60}》)\s*(?:中)?(?:的)?(?:数据)?(?:显示|表明|指出|披露|预测|预计)`),
	regexp.MustCompile(`(?:数据|数字|资料)(?:出自|来自|源自|取自)\s*(` + anyName + `)(?:的|[，。；）)]|$)`),
	regexp.MustCompile(`(?i:according to|data from|figures from|estimates by|survey by|source:)\s+(?:the )?(` + latinName + `)`),
	regexp.MustCompile(`(` + latinName + `)(?:'s|’s)? (?:estimates|forecasts|expects|predicts|projects|reports|data (?:show|shows|indicate))`),
}

// generic matches what stands where a source could stand but names none.
var generic = regexp.MustCompile(`^(?:以上|上述|此|该|其|这|我们|本报告|报告|公开|相关|有关|最新|市场|行业|业内|官方|不完全|统计|研究|调研|数据|预测|初步|内部|多项|有|各|一些|部分|公司|企业|业界|机构|悉|了解|介绍|估计|预计|测算).{0,6}$|不完全统计|公开资料|公开渠道|公开信息|公开数据`)

// remark matches what may stand between a source and the word 数据.
var remark = regexp.MustCompile(`的(?:同一|同|最新|一项|一份|这|该|上述|另一).*$|(?:的)?[0-9]{4}年(?:度|[0-9]{1,2}月)?$`)

// NamedSources returns the primary sources that one sentence names, in the
// order of their places: 根据甲数据, 据乙预测, 丙数据显示, 根据丁《…》,
// （数据来源：戊）, "according to X". It goes by pattern; compilers and phrases such
// as 公开资料 are left out, and a sentence without a source gives nil.
func NamedSources(sentence string) []string {
	if !strings.ContainsAny(sentence, "据源按预测统显表指估 ") {
		return nil
	}
	type found struct {
		at   int
		name string
	}
	var all []found
	for i, re := range namedPatterns {
		for _, m := range re.FindAllStringSubmatchIndex(sentence, -1) {
			name := sentence[m[2]:m[3]]
			if i == 0 {
				for _, s := range PrimarySources(name, "") {
					all = append(all, found{m[2], s})
				}
				continue
			}
			if name = trimSource(name); name != "" {
				all = append(all, found{m[2], name})
			}
		}
	}
	var out []string
	for len(all) > 0 {
		first := 0
		for k := range all {
			if all[k].at < all[first].at {
				first = k
			}
		}
		out = appendNew(out, []string{all[first].name})
		all = append(all[:first], all[first+1:]...)
	}
	return withoutParts(out)
}

// trimSource returns the name in what a pattern took for one, or "".
func trimSource(name string) string {
	name = strings.TrimSpace(name)
	for _, p := range []string{"根据", "依据", "按照", "据", "按", "由", "来自", "另据", "而", "但"} {
		name = strings.TrimPrefix(name, p)
	}
	for _, s := range []string{"发布的", "公布的", "的", "最新", "公开", "统计", "监测", "调研", "研究数据", "数据", "年度"} {
		name = strings.TrimSuffix(name, s)
	}
	name = strings.TrimSpace(remark.ReplaceAllString(strings.TrimSpace(name), ""))
	r, _ := utf8.DecodeRuneInString(name)
	if runeLen(name) < 2 || unicode.IsDigit(r) || generic.MatchString(name) || compiler.MatchString(name) {
		return ""
	}
	return name
}

// withoutParts drops names that are part of another name of the list.
func withoutParts(names []string) []string {
	var out []string
	for i, n := range names {
		part := false
		for k, other := range names {
			part = part || k != i && len(other) > len(n) && strings.Contains(other, n) && !strings.HasPrefix(other, "《")
		}
		if !part {
			out = append(out, n)
		}
	}
	return out
}
