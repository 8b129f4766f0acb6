package ground

import (
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/lexical"
)

// family are words of which a value is of one at most: what a percentage is a
// percentage of, what an amount of money is, who is counted, how often.
type family struct {
	of    func(unit string) bool // the units whose values such words tell of
	words *regexp.Regexp
	keys  []sense
	alike [][2]string // keys that a rewording may exchange
	after bool        // the word may directly follow its value: 931家央国企
}

// sense is what some words of a family say alike.
type sense struct {
	key   string
	words *regexp.Regexp
}

// moneyFamily is the place of the words for money in measureFamilies.
const moneyFamily = 1

// measureFamilies are the families whose words a model mixes up.
var measureFamilies = []family{
	newFamily(func(unit string) bool { return unit == "%" }, [][2]string{
		{"growth", `增长率|增速|增幅|涨幅|降幅|跌幅|同比|环比|\bcagr\b|\bgrowth\b|\bgrew\b|\brose\b|\bfell\b` +
			`|(?:增长|增加|上涨|上升|提升|提高|下降|下滑|减少|下跌|\bup|\bdown|by)(?:了|约|近|超|超过|逾|达|幅度为|[ :：])*$`},
		{"share", `市占率|占有率|份额|占比|比重|比例|占|\bshares?\b|\baccount(?:s|ed|ing)? for\b|\bproportion\b`},
		{"留存率", `留存率?|\bretention\b`},
		{"渗透率", `渗透率|\bpenetration\b`},
		{"毛利率", `毛利率?|\bgross (?:profit )?margins?\b`},
		{"净利率", `净利率|净利润率|\bnet (?:profit )?margins?\b`},
		{"续费率", `续费率?|续约率|\brenewal\b`},
		{"", `\p{Han}{2}率`}, // a rate of its own name
	}, nil),
	newFamily(money, [][2]string{
		{"revenue", `营业收入|营收|收入|销售额|营业额|\brevenues?\b|\bsales\b`},
		{"profit", `利润|净利|盈利|\bprofits?\b|\bearnings\b|\bnet income\b`},
		{"loss", `亏损|\bloss(?:es)?\b`},
		{"market", `市场规模|产业规模|行业规模|\bmarket size\b`},
		{"spend", `开支|支出|投入|投资|费用|成本|采购|\bexpenditures?\b|\bcapex\b|\bspending\b|\bspent\b|\binvest(?:s|ed|ments?)\b|\bcosts?\b`},
		{"worth", `估值|市值|\bvaluation\b|\bmarket cap\b`},
		{"funding", `融资|募资|\bfunding\b`},
		{"price", `租金|月薪|薪资|价格|单价|\brents?\b|\bsalar(?:y|ies)\b|\bprices?\b`},
	}, [][2]string{{"spend", "price"}, {"spend", "funding"}}),
	newFamily(counted, [][2]string{
		{"monthly active", `月活|\bmau\b|\bmonthly active\b`},
		{"daily active", `日活|\bdau\b|\bdaily active\b`},
		{"registered", `注册|\bregistered\b`},
		{"paying", `付费|\bpaying\b`},
		{"downloads", `下载|\bdownload(?:s|ed)?\b`},
		{"shipped", `出货|销量|售出|\bshipped\b|\bshipments?\b|\bsold\b`},
		{"in use", `保有量|\bin use\b`},
		{"made", `产量|生产量|\boutput\b`},
	}, nil).following(),
	newFamily(func(unit string) bool { return unit != "%" && unit != "百分点" && unit != "倍" }, [][2]string{
		{"day", `日均|单日|每日|每天|日人均|\bdaily\b|\b(?:per|a|each) day\b`},
		{"week", `周均|每周|\bweekly\b|\b(?:per|a|each) week\b`},
		{"month", `月均|单月|每月|每个月|月人均|\bmonthly\b|\b(?:per|a|each) month\b`},
		{"year", `年均|每年|年人均|\bannually\b|\byearly\b|\b(?:per|a|each) year\b`},
	}, nil),
	newFamily(func(unit string) bool { return unit == "%" }, [][2]string{ // 数量占比 and 金额占比
		{"by number", `数量|个数|家数|\bby (?:number|count|volume)\b`},
		{"by amount", `金额|\bby (?:value|amount)\b`},
	}, nil),
	newFamily(func(string) bool { return true }, [][2]string{
		{"state", `央国企|国企|央企|国有企业|\bstate-owned\b`},
		{"private", `民营|私营|民企|私企|\bprivate\b`},
		{"foreign", `外资|外企|\bforeign-owned\b`},
	}, nil).following(),
}

func newFamily(of func(string) bool, keys [][2]string, alike [][2]string) family {
	f := family{of: of, alike: alike}
	all := make([]string, len(keys))
	for i, k := range keys {
		f.keys = append(f.keys, sense{k[0], regexp.MustCompile(`^(?:` + k[1] + `)$`)})
		all[i] = k[1]
	}
	f.words = regexp.MustCompile(strings.Join(all, "|"))
	return f
}

func (f family) following() family { f.after = true; return f }

func money(unit string) bool {
	return strings.HasSuffix(unit, "元") || strings.HasSuffix(unit, "镑")
}

func counted(unit string) bool { return unit == "" || counter(unit) }

// measure is the word that tells what a value is, as its family knows it.
type measure struct{ key, word string }

// last is the last word of the family in a text.
func (f *family) last(text string) (measure, bool) {
	found := f.words.FindAllString(text, -1)
	if len(found) == 0 {
		return measure{}, false
	}
	return f.sense(found[len(found)-1]), true
}

func (f *family) sense(word string) measure {
	for _, k := range f.keys {
		if k.words.MatchString(word) {
			if k.key == "" {
				return measure{word, word}
			}
			return measure{k.key, word}
		}
	}
	return measure{word, word}
}

// measureOf is the word of a family that stands nearest to value v of clause
// i: before it, as far back as the value before, else directly behind it
// (以9.8%的增速), else anywhere before it in the clause.
func (f *family) measureOf(r *reading, i int, v value) (measure, bool) {
	c := &r.clauses[i]
	from, to := c.start, c.end
	for _, w := range c.values {
		if w.End <= v.Start {
			from = max(from, w.End)
		}
		if w.Start >= v.End {
			to = min(to, w.Start)
		}
	}
	if m, ok := f.last(lexical.Fold(r.text[from:v.Start])); ok {
		return m, true
	}
	if after := lexical.Fold(r.text[v.End:to]); f.after || strings.HasPrefix(after, "的") || strings.HasPrefix(after, " ") {
		if m := f.words.FindString(after); m != "" {
			return f.sense(m), true
		}
	}
	return f.last(lexical.Fold(r.text[c.start:from]))
}

// measureClash reports whether a claim says value c to be one thing (份额) where
// the passage says the same value s to be another of the kind (增长率). Where one
// of them does not say, there is none.
func (e *examination) measureClash(i int, c value, r passageReading, j int, s value) bool {
	for k := range measureFamilies {
		f := &measureFamilies[k]
		if !f.of(c.Unit) || !f.of(s.Unit) {
			continue
		}
		mine, said := f.measureOf(e.claim, i, c)
		theirs, stated := f.measureOf(r.reading, j, s)
		if said && stated && !e.alike(f, mine, theirs, r.clauses[j].folded) {
			return true
		}
	}
	mine, theirs := shareBase(e.claim.text[:c.Start]), shareBase(r.text[:s.Start])
	return c.Unit == "%" && mine != "" && theirs != "" && mine != theirs
}

// alike reports whether two words of a family may stand for each other.
func (e *examination) alike(f *family, mine, theirs measure, where string) bool {
	a, b := mine.key, theirs.key
	switch {
	case a == b || slices.Contains(f.alike, [2]string{a, b}) || slices.Contains(f.alike, [2]string{b, a}):
		return true
	case a == "market" && b == "revenue" || a == "revenue" && b == "market":
		return strings.Contains(where, "市场") || strings.Contains(where, "market") // what a market takes in is its size
	case a == "share" || b == "share":
		other := a
		if a == "share" {
			other = b
		}
		return other != "growth" && !levels[other] // 电动化率 is a share
	case strings.ContainsAny(a, "增涨降") && b == "growth" || strings.ContainsAny(b, "增涨降") && a == "growth":
		return true
	}
	return e.claimSynonym(mine.word, theirs.word)
}

// levels are rates that are no share of a whole.
var levels = map[string]bool{"留存率": true, "毛利率": true, "净利率": true, "续费率": true, "利润率": true, "收益率": true, "回报率": true, "失业率": true}

// basePattern is what stands between the whole and its percentage: 营收的16.2%,
// 占营收比重为19.62%.
var basePattern = regexp.MustCompile(`占(?:其|到|了|公司)?(\p{Han}{2,6}?)(?:的)?(?:比重|比例|比)?(?:为|达|约|近|超|超过|逾)*$|(\p{Han}+)的(?:约|近|超|超过|逾)?$`)

// shareBase is what a percentage is said to be a part of, where money is:
// revenue in 营收的16.2%. It is "" where the text before the value tells none.
func shareBase(before string) string {
	m := basePattern.FindStringSubmatch(lexical.Fold(before))
	if m == nil {
		return ""
	}
	whole := m[1] + m[2]
	f := &measureFamilies[moneyFamily]
	at := f.words.FindAllStringIndex(whole, -1)
	if len(at) == 0 || at[len(at)-1][1] != len(whole) {
		return ""
	}
	return f.sense(whole[at[len(at)-1][0]:]).key
}
