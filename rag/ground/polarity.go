package ground

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// direction is what a clause says of a movement or comparison; each pair of
// opposites has a bit of its own for each side.
type direction uint64

// side is one of two opposites: Chinese words, and a pattern for English ones.
type side struct {
	words []string
	latin *regexp.Regexp
}

// in returns where the side is said in a folded text first, -1 for nowhere.
func (s side) in(folded string, latin bool) int {
	at := -1
	for _, w := range s.words {
		if i := strings.Index(folded, w); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if latin && s.latin != nil {
		if m := s.latin.FindStringIndex(folded); m != nil && (at < 0 || m[0] < at) {
			at = m[0]
		}
	}
	return at
}

func words(list, latin string) side {
	s := side{words: strings.Split(list, "|")}
	if latin != "" {
		s.latin = regexp.MustCompile(`\b(?:` + latin + `)\b`)
	}
	return s
}

// Places in opposites.
const (
	movement   = 0
	comparison = 1
)

// opposites are pairs of words that say the contrary. They are matched in
// folded text.
var opposites = []struct{ one, other side }{
	{words("增长|上升|提高|增加|上涨|增至|升至|升到|增到|提升|扩大|攀升|走高|上调|涨至|跃升|上扬|递增|多出|上浮", `rose|grew|grow|grows|growth|increas\w*|climb\w*|rise|rises|rising|expand\w*|gain\w*|up`),
		words("下降|减少|降低|下滑|下跌|降至|降到|缩小|回落|下调|跌至|萎缩|收缩|递减|减至|减半|跌到|压缩|下浮", `fell|fall|falls|falling|declin\w*|decreas\w*|drop\w*|shr[aiu]nk\w*|reduc\w*|down|lower(?:ed|s)?`)},
	{words("高于|大于|多于|优于|强于|快于|早于|领先于|超过", `higher than|more than|above|greater than|better than|exceed\w*|ahead of`),
		words("低于|小于|少于|劣于|弱于|慢于|晚于|落后于|不足|不到", `lower than|less than|below|worse than|fewer than|behind`)},
	{words("加快|加速|提速", ""), words("放缓|减速|变慢|延缓", "")},
	{words("加强|增强|强化|变强", `strengthen\w*`), words("削弱|减弱|弱化|变弱", `weaken\w*`)},
	{words("最高|最大|最多|最强", `highest|largest|most`), words("最低|最小|最少|最弱", `lowest|smallest|least`)},
	{words("盈利", `profit\w*`), words("亏损", `loss(?:es)?`)},
	{words("允许|准许", `(?:allow|permit)\w*`), words("禁止|不准|不得", `ban|bans|banned|forbid\w*|prohibit\w*`)},
	{words("领先", `lead(?:s|ing)?`), words("落后", `lag\w*`)},
	{words("优势", `advantages?`), words("劣势", `disadvantages?`)},
	{words("集中", ""), words("分散", "")},
	{words("利好|有利于", ""), words("利空|不利于", "")},
	{words("高效", `efficien\w*`), words("低效", `inefficien\w*`)},
	{words("闭源", `closed[- ]source`), words("开源", `open[- ]source`)},
	{words("线上", `online`), words("线下", `offline`)},
	{words("普遍|广泛", ""), words("罕见|少见", "")},
	{words("促进|推动", ""), words("阻碍|抑制", "")},
	{words("上游", `upstream`), words("下游", `downstream`)},
}

// changeOf reads the directions of a folded clause.
func changeOf(folded string) direction {
	var d direction
	latin := hasLatin(folded)
	for i, p := range opposites {
		if p.one.in(folded, latin) >= 0 {
			d |= 1 << (2 * i)
		}
		if p.other.in(folded, latin) >= 0 {
			d |= 2 << (2 * i)
		}
	}
	return d
}

// fallen reports whether a clause speaks of a fall.
func (d direction) fallen() bool { return d>>(2*movement)&2 != 0 }

func hasLatin(folded string) bool {
	return strings.ContainsFunc(folded, func(r rune) bool { return r >= 'a' && r <= 'z' })
}

// against reports whether a claim's clause says one side of a pair of which
// the passage's clause says only the other.
func (d direction) against(s direction) bool {
	for i := range opposites {
		c, p := d>>(2*i)&3, s>>(2*i)&3
		if c == 1 && p == 2 || c == 2 && p == 1 {
			return true
		}
	}
	return false
}

// Negations, in folded text. What looks like one and is none (不仅, 未来, 无人机) is
// blanked first.
var (
	noNegation = regexp.MustCompile(`不仅|不断|不同|不少|不只|不但|不管|不论|不过|不足|不到|不超过|不低于|不少于|不高于|不可或缺|不可忽视|不容忽视|不得不|不约而同|不再只|不光|不单|差不多|未来|无人|无线|无论|无缝|无疑|无锡|无数|无穷|无限|无界|无感|无需|非常|非洲|除非|是非|并非易事|莫非|没收|\bnot only\b|\bno\. ?\d|\bno less than\b|\bno more than\b|\bnothing but\b`)
	negation   = regexp.MustCompile(`并不是|并不|并非|不再是|不再|不是|不能够|不能|不会|不可以|不可|不得|不宜|不应|不要|不|尚未|从未|并未|未曾|未能|未|没有|没|无法|难以|禁止|缺乏|缺少|拒绝|无|非|\b(?:not|no|never|neither|nor|cannot|without|unable|lacks?|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|won't|can't|hasn't|haven't)\b`)
)

// denial is what a clause denies.
type denial struct {
	start, end int    // of the word that denies, in the clause
	what       string // the words denied
}

// longestDenied bounds how far a denial reaches, in characters.
const longestDenied = 10

// denials reads the denials of a folded clause.
func denials(folded string) []denial {
	if !strings.ContainsAny(folded, "不未没无非难禁缺拒") && !hasLatin(folded) {
		return nil
	}
	masked := noNegation.ReplaceAllStringFunc(folded, func(w string) string { return strings.Repeat("\x00", len(w)) })
	var out []denial
	for _, m := range negation.FindAllStringIndex(masked, -1) {
		rest := strings.TrimLeft(strings.ReplaceAll(folded[m[1]:], "\x00", ""), " 是有再")
		n := longestDenied
		if rest != "" && rest[0] < utf8.RuneSelf {
			n *= 4
		}
		rs := []rune(rest)
		rs = rs[:min(len(rs), n)]
		for i, r := range rs {
			if unicode.IsPunct(r) && r != '-' && r != '\'' {
				rs = rs[:i]
				break
			}
		}
		out = append(out, denial{m[0], m[1], strings.TrimSpace(string(rs))})
	}
	return out
}

// bigramsOf cuts folded text into pairs of Han characters and words.
func bigramsOf(folded string) []string {
	var out []string
	for _, t := range grams(folded) {
		out = append(out, t.Text)
	}
	return out
}

// share is the part of terms that text holds, 0 without terms.
func share(terms []string, text string) float64 {
	if len(terms) == 0 {
		return 0
	}
	n := 0
	for _, t := range terms {
		if strings.Contains(text, t) {
			n++
		}
	}
	return float64(n) / float64(len(terms))
}

// Shares of a denied phrase that another clause must hold to be about the same
// thing, and of a clause's words to be its counterpart.
const (
	sameThing  = 0.6
	sameClause = 0.5
)

// denies reports whether the folded clause of a claim and its counterpart in a
// passage differ in a denial: one denies what the other says.
func contradicts(claim, passage string, elsewhere func(terms []string, denied bool) bool) bool {
	mine, theirs := denials(claim), denials(passage)
	for _, d := range mine {
		terms := bigramsOf(d.what)
		if len(terms) == 0 || share(terms, passage) < sameThing || deniedIn(theirs, terms) || elsewhere(terms, true) {
			continue
		}
		return true
	}
	for _, d := range theirs {
		terms := bigramsOf(d.what)
		if len(terms) == 0 || share(terms, claim) < sameThing || len(mine) > 0 || elsewhere(terms, false) {
			continue
		}
		return true
	}
	return false
}

// deniedIn reports whether one of the denials is about the terms.
func deniedIn(ds []denial, terms []string) bool {
	for _, d := range ds {
		if share(terms, d.what) >= 0.5 || share(bigramsOf(d.what), strings.Join(terms, " ")) >= 0.5 {
			return true
		}
	}
	return false
}
