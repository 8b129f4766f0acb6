package question

import (
	"regexp"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// askRule recognises one way of asking. A clause may match several rules of
// different kinds (哪家机构在什么时候); of one kind it counts once.
type askRule struct {
	kind    Kind
	pattern *regexp.Regexp
	not     *regexp.Regexp // the rule does not hold where this matches too
}

// hanPlural: 哪一个 asks for one thing, 哪两个 for a list.
const hanPlural = `[二两三四五六七八九十\d]`

// counted are kinds of things that a list or a count names.
const counted = `(?:个|条|种|类|大|项|款|家|方面|点|步|道|份|部|重|层|国|样|位|招|块|级|段|期|阶段)`

// listed are those of which a number makes a list: 二级指标 are not two.
const listed = `(?:个|条|种|类|大|项|款|家|方面|点|步|道|份|部|重|层|国|样|位|招|块|段|期|阶段)`

// askRules in order of precedence for display; all are tried.
var askRules = []askRule{
	{kind: Number, pattern: re(`文号|发文字号|(标准|文件)?编号|标准号|document number|doc(ument)? no`)},
	{kind: Source, pattern: re(`(哪|什么|谁).{0,6}(机构|公司|家|单位)?.{0,3}的?(数字|数据|口径|统计|说法|判断|预测)|出自|来源|依据是|谁统计|谁说|谁预测|来自(哪|谁)|whose (data|figure|number)|source|according to whom`)},
	{kind: Issuer, pattern: re(`谁.{0,3}(发布|出台|印发|制定|牵头|颁布|颁发)|谁(给)?(发|出|印|定|颁|起草)的?$|(哪|什么).{0,4}(部门|单位|机构).{0,6}(发布|出台|印发|制定|牵头|颁布|联合|发的|发文|定的)|发布单位|who (issued|published|released)|issued by`)},
	{kind: Document, pattern: re(`哪(一)?(份|部|个|项|条|些|几份|几部).{0,4}(文件|规定|办法|政策|法规|规划|意见|指南|条例|通知|标准)|(文件|规定|办法|规划|指南|意见).{0,3}(叫什么|名称|名字)|(哪|什么).{0,2}(文件|规定)|which (document|policy|regulation|plan|guideline|law)`)},
	{kind: Date, pattern: re(`什么时候|何时|哪(一)?年|哪(一)?(个)?月|几月|哪一天|什么时间|哪个时间|时间(定|是|为|截)|年份|\bwhen\b|which year|what year|what date|in which (year|month)`)},
	{kind: Rank, pattern: re(`第几|排(名|行)?(第)?(几|多少|在哪)|名次|位列|位居|什么位置|what (rank|place|position)|rank(ed|s)? `), not: re(`第几(梯队|级|阶段)`)},
	{kind: Superlative, pattern: re(`最(高|低|多|少|大|小|早|晚|强|长|短|快|慢|贵|便宜|重|轻)|谁(第一|居首|排第一|领先)|(第一|居首|首位|榜首)(是|的是)?(谁|哪)|哪(一|个|家|项).{0,8}(更|占得)(多|少|高|低|大)|(the )?(most|least|highest|lowest|largest|smallest|biggest|first|top)\b`), not: re(`最(多|少|高|低|快|慢)(只)?(能|可|不|允许|得|须|要)`)},
	{kind: Comparison, pattern: re(`区别|不同|不一样|差多少|差在|相差|差异|差别|相比|对比|比较|比.{0,8}(怎么样|如何)|(各自|分别).{0,6}(图|追求|看重|侧重|优势|定位)|一致吗|矛盾|differ|compare|versus|\bvs\b`)},
	{kind: Definition, pattern: re(`定义|怎么解释|如何解释|什么意思|含义|是指|指的是|指什么|各?指(什么|哪)|何谓|啥意思|(具体)?怎么(计)?算|如何计算|什么样的.{0,12}(算|叫)|(是|叫)(个)?什么(打法|模式|概念|东西)|^什么是|^[^，]{2,14}是什么[吗呢]?$|stand for|what (is|are|does) .* (mean|definition)|define|definition`), not: re(`(公司|平台|产品|模型|文件|文号|名字|名称|指标|版|APP|App)[^，]{0,6}(是|叫)什么$`)},
	{kind: Reason, pattern: re(`为什么|为何|为啥|原因|凭什么|缘由|怎么会|why|reason`)},
	{kind: Compute, pattern: re(`推算|折算|折合|换算|算下来|合计|总和|总共(多少|是)|相当于|平均每|(是|为).{0,12}的?(几|多少)倍|翻了几|增长了?(多少|几)|增幅|多出(多少|来)|相差|差多少|占.{0,10}(多大|多少)?(比例|比重|份额|百分比).{0,3}$|how many times|growth rate between|ratio of|add up|in total|sum of|difference between`)},
	{kind: Count, pattern: re(`(一共|总共|共有?|合计|统共|累计)(是|有)?(几|多少)` + counted + `|有(几|多少)(个|项|条|种|类|份|部|款|家)|几(个|项|条|种|类|份|部|款|家|层|级|大)|多少(个|项|条|种|类|份|部|款|家)|how many`), not: re(`哪几`)},
	{kind: List, pattern: re(`(有|是|包括|指|分|含|举).{0,6}(哪些|哪几)|哪些|哪几|哪` + hanPlural + `+` + counted + `?|哪` + hanPlural + `{1,2}|分别(是|为|叫|指|对应)|有什么|是哪` + hanPlural + `|包括什么|(几|多少)(种|类|条|个|大)(角色|路径|方式|办法|模式|趋势)|四个方面|which (three|four|five|companies|countries|models|factors)|what are|list|name the|what (three|four|five|two)`)},
	{kind: Value, pattern: re(`多少|多大|多高|多久|多长|多重|多快|几(成|分|倍|岁|亿|万|千|百|个百分点|天|年|小时|分钟|个月|款|家|人|名|次|大|部门|个部门)|占(比)?(几|多)|百分之(几|多少)|比例|占比|市占率|增速|增长率|年均增长|(市场)?规模(有|是|为|约)?$|how (much|many|large|big|long|high|often|far)|what (share|proportion|percentage|percent|size|fraction|rate)|expected to (exceed|reach)|what (is|was|are|were) the [^?]{0,60}\b(size|share|rate|revenue|amount|value|number|proportion|percentage|price|growth|cost|spending|investment)\b`), not: re(`哪几(家|个|款|人|名|大|部门)`)},
	{kind: Name, pattern: re(`谁|哪(一)?(家|个|款|位|项|种|类|国|款|所|支|条|里|方|领域|行业|公司|企业|平台|产品|模型)|(叫|是|写的是)什么|什么(公司|企业|平台|产品|模型|名字|行业|阶段|梯队|指标)|归(在|到|为)?(哪|什么)|属于(哪|什么)|第几(梯队|级|阶段)|who\b|which|what is .* called|what company|in which`)},
	{kind: YesNo, pattern: re(`吗|是不是|是否|有没有|能不能|会不会|对不对|^(is|are|does|do|did|was|were|has|have|can|will) `)},
	{kind: Open, pattern: re(`怎么|怎样|如何|怎么样|什么|啥|干(什么|嘛)|哪|how|what`)},
}

func re(p string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + p) }

// askOf returns what a clause asks for; ok is false for a clause that asks
// nothing (按IDC的说法).
func askOf(clause string) (asks []Ask, ok bool) {
	words := ""
	for _, r := range askRules {
		if r.kind == Open && len(asks) > 0 {
			continue
		}
		if !r.pattern.MatchString(clause) || r.not != nil && r.not.MatchString(clause) {
			continue
		}
		if words == "" {
			words = Content(lexical.Fold(clause))
		}
		a := Ask{Kind: r.kind, Text: clause, Words: words}
		switch r.kind {
		case Value, Count, Compute:
			a.Units = unitsAsked(clause)
			a.Exact = exactAsked.MatchString(clause)
			if m := countedNoun.FindStringSubmatch(clause); m != nil {
				a.Noun = m[1]
			}
		case Name:
			if m := whichNoun.FindStringSubmatch(clause); m != nil {
				a.Noun = m[1]
			}
		case List:
			a.Size = sizeAsked(clause)
			if m := listedNoun.FindStringSubmatch(clause); m != nil {
				a.Noun = m[1]
			}
		case Date:
			a.Exact = monthAsked.MatchString(clause)
		case Superlative:
			a.Least = leastWords.MatchString(clause)
		}
		asks = append(asks, a)
	}
	return asks, len(asks) > 0
}

var (
	monthAsked  = re(`几月|哪(一)?(个)?月|几号|哪(一)?天|which month|what date`)
	exactAsked  = re(`具体|准确|精确|确切|exact|precise`)
	countedNoun = re(`(?:几|多少)(?:个|家|款|项|种|条|份|名|位|部|件|类|篇)(\p{Han}{2})`)
	listedNoun  = re(`(?:[二两三四五六七八九十\d]|几)` + listed + `(\p{Han}{2})`)
	whichNoun   = re(`(?:第几|哪一?[个类种项家款])(\p{Han}{2})`)
	leastWords  = re(`最(低|少|小|晚|弱|短|慢|便宜|轻)|更?(少|低)的|least|lowest|smallest|fewest`)
	unitAsked   = re(`(?:多少|几)(亿|万|千|百)?(美元|元人民币|元|人民币|美金|刀|欧元|家|个百分点|个月|个部门|个|款|项|名|位|人次|人|次|篇|台|种|条|份|部门|部|件|类|级|分钟|分|小时|天|年|倍|成|大|国家|语种|吨|公里)`)
	sharesAsked = re(`比例|占比|份额|百分比|百分之|比重|几成|占(了)?(几|多少)|市占率|增速|增长率|年均增长|同比(增长|增|下降)|增幅|多大比例|复合增长|留存率|share|proportion|percent|growth rate|cagr|fraction`)
	timeAsked   = re(`多久|多长时间|隔多|周期|how long|how often`)
	moneyAsked  = re(`市场规模|多大的?(市场|盘子)?$|盘子|体量|规模|收入|营收|投入|资本开支|金额|how large|market size|size of|revenue|spending|investment|how much`)
	dollars     = re(`(多少|几)(亿|万|千|百)*刀`)
	sizeWords   = re(`([一二两三四五六七八九十]|\d+)` + listed)
	englishSize = re(`\b(two|three|four|five|six|seven|eight|nine|ten)\b`)
)

// unitsAsked returns the canonical units that an answer to clause may have;
// none means that any will do.
func unitsAsked(clause string) []string {
	var out []string
	for _, m := range unitAsked.FindAllStringSubmatch(clause, -1) {
		word := m[2]
		switch word {
		case "国家":
			word = "个"
		case "刀":
			word = "美元"
		}
		if u, ok := quantity.Canonical(word); ok && word != "成" {
			out = append(out, u)
		}
	}
	low := strings.ToLower(clause)
	switch {
	case dollars.MatchString(clause) || strings.Contains(low, "美元") || strings.Contains(low, "dollar") || strings.Contains(low, "usd"):
		out = append(out, "美元")
	case sharesAsked.MatchString(clause):
		out = append(out, "%")
	case timeAsked.MatchString(clause):
		out = append(out, "个月", "年", "天", "分钟", "小时", "周", "季度", "日")
	case len(out) == 0 && moneyAsked.MatchString(clause):
		out = append(out, "元", "美元")
	}
	return out
}

// sizeAsked returns how many members a clause expects: 哪三条路 is 3.
func sizeAsked(clause string) int {
	if m := sizeWords.FindStringSubmatch(clause); m != nil {
		if vs := quantity.Values(m[1] + "个"); len(vs) == 1 {
			return int(vs[0].Number)
		}
	}
	if m := englishSize.FindString(strings.ToLower(clause)); m != "" {
		for i, w := range []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"} {
			if w == m {
				return i + 2
			}
		}
	}
	return 0
}

// scopeRules tell questions that no report answers. They look for the act
// asked for, not for its topic.
var scopeRules = []struct {
	scope   Scope
	pattern *regexp.Regexp
}{
	{Investment, re(`目标价|(股票|股价|股份|基金|个股).{0,8}(能买|买入|值得买|该买|可以买|卖出|抄底|涨|跌)|(该|能|要)不(该|能|要)(买|卖|投)|(买入|卖出|持有)(建议|评级)|荐股|投资建议|should i (buy|sell|invest)|price target|stock (tip|pick)`)},
	{Task, re(`(写|编写?)[^，。？]{0,14}(代码|程序|脚本|函数)|(写|编|生成|实现|给).{0,6}(代码|程序|脚本|函数|算法|诗|小说|作文|情书|歌词|邮件|简历)|用.{0,3}(python|java|go|c\+\+|javascript|rust|sql).{0,4}(写|实现|编)|天气|菜谱|怎么做菜|讲个?笑话|星座|翻译(一下|成|这)|订(机票|酒店|餐)|几点了|今天(星期|几号)|write (a|an|me|some) .*(code|program|script|function|poem|essay|story)|quicksort|weather|recipe|tell me a joke|translate (this|the following)`)},
	{Meta, re(`(忽略|无视|忘记).{0,8}(指令|提示|规则|要求|设定)|系统提示|提示词是|你的(指令|prompt)|api ?key|密钥|ignore (all|previous|the above)|system prompt|your instructions`)},
	{Chat, re(`^(你好|您好|嗨|哈喽|在吗|谢谢|多谢|再见|早上好|晚上好|hi|hello|hey|thanks|thank you|bye)[!！。.~ ]*$`)},
}

func scopeOf(text string) Scope {
	for _, r := range scopeRules {
		if r.pattern.MatchString(text) {
			return r.scope
		}
	}
	return InScope
}

// Sought returns words that an answer is likely to hold though the question
// does not: 是指 for a definition.
func (q Question) Sought() []string {
	if q.Wants(Definition) {
		return []string{"是指", "指的是", "含义"}
	}
	return nil
}

// Acronyms returns the words of capitals that a question asks to be spelt out.
func (q Question) Acronyms() []string {
	if !q.Wants(Definition) {
		return nil
	}
	return acronym.FindAllString(q.Text, -1)
}

var acronym = regexp.MustCompile(`[A-Z]{3,6}`)
