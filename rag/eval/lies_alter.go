package eval

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// altersPerKind is how many places of a claim are altered in one way.
const altersPerKind = 2

// places picks a few values of the claim that can be altered: not in a title or
// a name of a document.
func (c *claim) places() []quantity.Value {
	var out []quantity.Value
	for _, v := range c.values {
		if !inside(c.Claim, v.Start, "《", "》") && v.Number == v.High {
			out = append(out, v)
		}
	}
	c.random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), altersPerKind)]
}

// inside reports whether an offset stands between the marks.
func inside(s string, at int, open, end string) bool {
	return strings.Count(s[:at], open) > strings.Count(s[:at], end)
}

// holdsAmount reports whether what is cited prints an amount, so that an
// alteration to it might be true.
func (c *claim) holdsAmount(text string) bool {
	vs := quantity.Values(text)
	if len(vs) != 1 {
		return true
	}
	return slices.ContainsFunc(quantity.Values(c.cited), vs[0].SameNumber) || slices.ContainsFunc(c.values, vs[0].SameNumber)
}

// otherNumbers changes one digit of a value.
func (c *claim) otherNumbers() []string {
	var out []string
	for _, v := range c.places() {
		other := c.otherNumber(v.Text)
		if other != "" && !c.holdsAmount(other) {
			out = append(out, replace(c.Claim, v.Start, v.End, other))
		}
	}
	return out
}

// otherNumber changes one digit, or the Chinese digit where there is no other.
func (c *claim) otherNumber(text string) string {
	var at []int
	for i, r := range text {
		if r >= '0' && r <= '9' {
			at = append(at, i)
		}
	}
	if len(at) > 0 {
		i := at[c.random.IntN(len(at))]
		d := '1' + rune(c.random.IntN(9))
		if byte(d) == text[i] {
			d = '1' + (d-'1'+1)%9
		}
		return text[:i] + string(d) + text[i+1:]
	}
	const han = "二三四五六七八九"
	for i, r := range text {
		if strings.ContainsRune(han, r) {
			rs := []rune(han)
			k := slices.Index(rs, r)
			return text[:i] + string(rs[(k+1+c.random.IntN(len(rs)-1))%len(rs)]) + text[i+utf8.RuneLen(r):]
		}
	}
	return ""
}

// swappedDigits swaps two neighbouring digits of a value.
func (c *claim) swappedDigits() []string {
	var out []string
	for _, v := range c.places() {
		b := []byte(v.Text)
		var at []int
		for i := 0; i+1 < len(b); i++ {
			if b[i] >= '0' && b[i] <= '9' && b[i+1] >= '0' && b[i+1] <= '9' && b[i] != b[i+1] {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			continue
		}
		i := at[c.random.IntN(len(at))]
		b[i], b[i+1] = b[i+1], b[i]
		if b[0] != '0' && !c.holdsAmount(string(b)) {
			out = append(out, replace(c.Claim, v.Start, v.End, string(b)))
		}
	}
	return out
}

// otherUnit gives each unit one that makes another amount of it.
var otherUnit = []struct{ unit, other string }{
	{"万亿", "亿"}, {"亿", "万"}, {"万", "亿"}, {"个百分点", "倍"}, {"%", "倍"}, {"％", "倍"}, {"倍", "%"}, {"个月", "年"}, {"小时", "天"}, {"分钟", "小时"}, {"天", "个月"},
	{"年", "个月"}, {"公里", "米"}, {"吨", "公斤"}, {"billion", "million"}, {"million", "billion"}, {"percent", "times"}, {"家", "万家"}, {"个", "万个"}, {"款", "万款"}, {"项", "万项"},
	{"座", "万座"}, {"辆", "万辆"}, {"人", "万人"}, {"份", "万份"},
}

func (c *claim) otherUnits() []string {
	var out []string
	for _, v := range c.places() {
		for _, u := range otherUnit {
			i := strings.LastIndex(v.Text, u.unit)
			if i <= 0 {
				continue
			}
			other := v.Text[:i] + u.other + v.Text[i+len(u.unit):]
			vs := quantity.Values(other)
			if len(vs) == 1 && !slices.ContainsFunc(quantity.Values(c.cited), vs[0].Same) && !slices.ContainsFunc(c.values, vs[0].Same) {
				out = append(out, replace(c.Claim, v.Start, v.End, other))
			}
			break
		}
	}
	return out
}

var otherCurrency = []struct{ unit, other string }{
	{"美元", "元"}, {"欧元", "美元"}, {"人民币", "美元"}, {"元", "美元"}, {"USD", "RMB"}, {"RMB", "USD"}, {"$", "¥"},
}

// otherCurrencies gives every amount of money of the claim that is of one
// currency another.
func (c *claim) otherCurrencies() []string {
	var out []string
	for _, v := range c.places() {
		if !v.Money() {
			continue
		}
		from := max(0, v.Start-len("RMB "))
		for !utf8.RuneStart(c.Claim[from]) {
			from++
		}
		whole := c.Claim[from:v.End]
		for _, u := range otherCurrency {
			if i := strings.LastIndex(whole, u.unit); i >= 0 {
				out = append(out, replace(c.Claim, from, v.End, whole[:i]+u.other+whole[i+len(u.unit):]))
				break
			}
		}
	}
	return out
}

var yearForm = regexp.MustCompile(`(19|20)\d\d`)

// otherYears puts another year in place of one: one that stands nowhere in
// what is cited, and one that does, but in no clause with the values and names
// of the claim's.
func (c *claim) otherYears() []string {
	var out []string
	spans := yearSpans(c.Claim)
	if len(spans) == 0 {
		return nil
	}
	at := spans[c.random.IntN(len(spans))]
	year, _ := strconv.Atoi(c.Claim[at[0]:at[1]])
	for _, step := range []int{1, -1, 2, -2, 3} {
		other := strconv.Itoa(year + step)
		if !strings.Contains(c.cited, other) && !strings.Contains(c.Claim, other) {
			out = append(out, replace(c.Claim, at[0], at[1], other))
			break
		}
	}
	for _, s := range yearSpans(c.cited) {
		other := c.cited[s[0]:s[1]]
		if !strings.Contains(c.Claim, other) && c.separate(other) {
			return append(out, replace(c.Claim, at[0], at[1], other))
		}
	}
	return out
}

// yearSpans are the years of a text that date something: in no title, document
// number or longer number.
func yearSpans(s string) [][]int {
	var out [][]int
	for _, m := range yearForm.FindAllStringIndex(s, -1) {
		before, _ := utf8.DecodeLastRuneInString(s[:m[0]])
		after, _ := utf8.DecodeRuneInString(s[m[1]:])
		if strings.ContainsRune("0123456789.,-–—〔[", before) || before >= 'a' && before <= 'z' || before >= 'A' && before <= 'Z' ||
			!strings.ContainsRune("年Qq.-/上下第，。：； ,)）", after) || inside(s, m[0], "《", "》") {
			continue
		}
		if after == '-' || after == '.' || after == ' ' {
			if rest := s[m[1]+1:]; rest != "" && strings.ContainsAny(rest[:1], "12") && yearForm.MatchString(rest[:min(4, len(rest))]) {
				continue // a span of years
			}
		}
		out = append(out, m)
	}
	return out
}

// separate reports whether no sentence of what is cited that holds the year
// also holds a value of the claim, or most of its words.
func (c *claim) separate(year string) bool {
	for _, s := range strings.FieldsFunc(c.cited, func(r rune) bool { return strings.ContainsRune("。；，\n", r) }) {
		if !strings.Contains(s, year) {
			continue
		}
		if shared(c.Claim, s) > 0.3 || slices.ContainsFunc(quantity.Values(s), func(v quantity.Value) bool { return slices.ContainsFunc(c.values, v.Same) }) {
			return false
		}
	}
	return len(c.values) > 0
}

// otherNames swaps a name of the given kinds for others of its kind: one that
// stands in what is cited, in another sentence than the claim's name, if there
// is one, and one that stands elsewhere in the documents.
func (m *caseMaker) otherNames(c *claim, kinds ...string) []string {
	var mentions []question.Mention
	for _, n := range m.o.Names.Mentions(c.Claim) {
		if slices.Contains(kinds, n.Kind) && !inside(c.Claim, n.Start, "《", "》") {
			mentions = append(mentions, n)
		}
	}
	if len(mentions) == 0 {
		return nil
	}
	n := mentions[c.random.IntN(len(mentions))]
	var near, far []string
	for _, other := range m.names[n.Kind] {
		switch {
		case other.Canonical == n.Canonical || other.Owner == n.Canonical || n.Owner == other.Canonical || m.overlaps(other, n) || m.in(lexical.Fold(c.Claim), other):
		case !m.in(c.cited, other):
			far = append(far, other.Canonical)
		case !m.sameSentence(c, n, other):
			near = append(near, other.Canonical)
		}
	}
	surface := c.Claim[n.Start:n.End]
	var out []string
	for _, list := range [][]string{near, far} {
		if len(list) > 0 {
			out = append(out, strings.ReplaceAll(c.Claim, surface, list[c.random.IntN(len(list))]))
		}
	}
	return out
}

// overlaps reports whether a form of one name is a part of one of the other.
func (m *caseMaker) overlaps(a, b question.Mention) bool {
	for _, x := range append(m.o.Names.Aliases(a.Canonical), a.Canonical) {
		for _, y := range append(m.o.Names.Aliases(b.Canonical), b.Canonical) {
			x, y := lexical.Fold(x), lexical.Fold(y)
			if strings.Contains(x, y) || strings.Contains(y, x) {
				return true
			}
		}
	}
	return false
}

// in reports whether folded text holds a name in any form.
func (m *caseMaker) in(folded string, n question.Mention) bool {
	for _, f := range append(m.o.Names.Aliases(n.Canonical), n.Canonical) {
		if strings.Contains(folded, lexical.Fold(f)) {
			return true
		}
	}
	return false
}

// sameSentence reports whether a sentence or row of what is cited holds both
// names, or shares much with the claim and holds the other: what is said of one
// may be said of the other too.
func (m *caseMaker) sameSentence(c *claim, n, other question.Mention) bool {
	for _, s := range strings.FieldsFunc(c.cited, func(r rune) bool { return strings.ContainsRune("。\n", r) }) {
		if m.in(s, other) && (m.in(s, n) || shared(c.Claim, s) > 0.4) {
			return true
		}
	}
	return false
}

var (
	rankWord  = regexp.MustCompile(`(第)([一二三四五六七八九十]|\d+)(名|位|梯队|[，。、；]|$)|(前)([二三四五六七八九十]|\d+)(名|位|[，。、；]|$)|首位|榜首|居首|(TOP|Top|top) ?(\d+)|(第)(\d+)`)
	hanDigits = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
)

// otherRanks gives a rank of the claim another place: a later one, or among
// fewer.
func (c *claim) otherRanks() []string {
	var out []string
	for _, g := range rankWord.FindAllStringSubmatchIndex(c.Claim, altersPerKind) {
		part := func(i int) string {
			if g[2*i] < 0 {
				return ""
			}
			return c.Claim[g[2*i]:g[2*i+1]]
		}
		other := ""
		switch {
		case part(1) != "":
			other = "第" + nextPlace(part(2), 1) + part(3)
		case part(4) != "":
			other = "前" + nextPlace(part(5), -1) + part(6)
		case part(7) != "":
			other = part(7) + nextPlace(part(8), -1)
		case part(9) != "":
			other = "第" + nextPlace(part(10), 1)
		default:
			other = "第三位"
		}
		if !strings.Contains(c.cited, lexical.Fold(other)) && !strings.Contains(other, "?") {
			out = append(out, replace(c.Claim, g[0], g[1], other))
		}
	}
	return out
}

func nextPlace(n string, step int) string {
	if i := slices.Index(hanDigits, n); i >= 0 {
		if i+step < 0 || i+step >= len(hanDigits) {
			return "?"
		}
		return hanDigits[i+step]
	}
	k, err := strconv.Atoi(n)
	if err != nil || k+step < 1 {
		return "?"
	}
	return fmt.Sprint(k + step)
}

// contraries are words and what makes a clause say the opposite.
var contraries = [][2]string{
	{"增长", "下降"}, {"上升", "下降"}, {"提高", "降低"}, {"增加", "减少"}, {"提升", "下降"}, {"扩大", "缩小"}, {"高于", "低于"}, {"多于", "少于"}, {"超过", "不足"},
	{"加快", "放缓"}, {"加速", "放缓"}, {"加强", "削弱"}, {"增强", "减弱"}, {"强化", "弱化"}, {"领先", "落后"}, {"最高", "最低"}, {"最大", "最小"}, {"最多", "最少"}, {"优势", "劣势"}, {"集中", "分散"},
	{"下降", "上升"}, {"降低", "提高"}, {"减少", "增加"}, {"缩小", "扩大"}, {"低于", "高于"}, {"上涨", "下跌"}, {"推动", "阻碍"}, {"促进", "阻碍"},
	{"支持", "不支持"}, {"具备", "不具备"}, {"能够", "不能"}, {"实现了", "未能实现"}, {"可以", "不可以"}, {"已经", "尚未"}, {"正在", "不再"}, {"适用", "不适用"}, {"采用", "未采用"}, {"包括", "不包括"},
	{"拥有", "没有"}, {"覆盖", "未覆盖"}, {"依赖", "不依赖"}, {"属于", "不属于"}, {"推出", "未推出"}, {"发布", "未发布"}, {"成为", "没有成为"},
	{"不再", "仍然"}, {"没有", "有"}, {"尚未", "已经"}, {"不依赖", "依赖"}, {"不能", "能够"}, {"并非", "正"}, {"不是", "是"},
}

// opposites makes the claim say the contrary in up to two places.
func (c *claim) opposites() []string {
	var out []string
	for _, k := range c.random.Perm(len(contraries)) {
		p := contraries[k]
		at := strings.Index(c.Claim, p[0])
		if at < 0 || inside(c.Claim, at, "《", "》") || inside(c.Claim, at, "“", "”") || strings.Contains(c.Claim, "复合"+p[0]) || strings.HasPrefix(c.Claim[at+len(p[0]):], "不") || negated(c.Claim[:at]) {
			continue
		}
		// 294.16亿元：…突破…: where the word stands twice, both turn
		if out = append(out, strings.ReplaceAll(c.Claim, p[0], p[1])); len(out) == altersPerKind {
			break
		}
	}
	return out
}

// negated reports whether a text ends with a word that denies.
func negated(head string) bool {
	for _, w := range []string{"不", "未", "没有", "无", "非", "不能", "不会", "尚未", "未能"} {
		if strings.HasSuffix(head, w) {
			return true
		}
	}
	return false
}
