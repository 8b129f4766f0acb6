package ground

import (
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// rank is a place in an order as it stands in a text: 第7, 首位, top 3, 第一梯队.
type rank struct {
	start, end int // byte offsets into the text
	text       string
	n          int    // 1 for the first; -1 for the last
	among      bool   // one of the first n: 前三, top 3
	of         string // what is numbered where that is no place among rivals: 梯队, 阶段
}

var rankForms = regexp.MustCompile(`(?i)(?P<last>倒数第一|末位|垫底|最后一[名位])|(?P<first>首位|榜首|居首|夺冠|冠军|魁首|头名|\b(?:ranks?|ranked|ranking|places?|placed|came|is|was|sits?|stands?) first\b|\bin first place\b|\btops the\b|\bthe number one\b)|(?P<top>前[一二三四五六七八九十\d]+(?:[名位强大家]|$|[，。、；列甲]|(?:的)?企业)|\btop[ -]?(?:\d+|three|five|ten)\b)|(?P<nth>第[一二三四五六七八九十百\d]+)|(?P<no>\bno\. ?\d+|\b(?:ranks?|ranked|ranking|places?|placed) (?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)|#\d+)\b|\bin (?:second|third|fourth|fifth) place\b)`)

// notRanks: what follows an ordinal that is no rank.
var notRanks = []string{"季", "方", "时间", "章", "节", "号", "年", "天", "周", "页", "手", "线"}

var englishRanks = []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}

// ranksOf reads the ranks of a text in order.
func ranksOf(text string) []rank {
	if !strings.ContainsAny(text, "第前首榜冠魁头末垫后") && !hasLatin(strings.ToLower(text)) {
		return nil
	}
	var out []rank
	names := rankForms.SubexpNames()
	for _, m := range rankForms.FindAllStringSubmatchIndex(text, -1) {
		k := rank{start: m[0], end: m[1], text: text[m[0]:m[1]]}
		for g := 1; g < len(names); g++ {
			if m[2*g] < 0 {
				continue
			}
			switch names[g] {
			case "last":
				k.n = -1
			case "first":
				k.n = 1
			case "top":
				k.n, k.among = ordinalNumber(k.text), true
			case "no":
				k.n = ordinalNumber(k.text)
			case "nth":
				k.n = ordinalNumber(k.text)
				k.of = orderedThing(text[m[1]:])
			}
		}
		if k.n != 0 && k.of != "-" {
			out = append(out, k)
		}
	}
	return out
}

// orderedThing is what an ordinal numbers: "" where it is a place among
// rivals, "-" where it is none of anything that is checked.
func orderedThing(after string) string {
	for _, w := range notRanks {
		if strings.HasPrefix(after, w) {
			return "-"
		}
	}
	for _, w := range []string{"梯队", "阶段", "阵营", "代", "级", "批", "层", "类", "条", "款", "步", "次", "个", "轮"} {
		if strings.HasPrefix(after, w) {
			return w
		}
	}
	return ""
}

func ordinalNumber(s string) int {
	s = lexical.Fold(s)
	for i, w := range englishRanks {
		if strings.Contains(s, w) {
			return i + 1
		}
	}
	for w, n := range map[string]int{"three": 3, "five": 5, "ten": 10} {
		if strings.HasSuffix(s, w) {
			return n
		}
	}
	s = strings.TrimLeft(s, "第前")
	if i := strings.IndexAny(s, "0123456789"); i > 0 {
		s = s[i:]
	}
	for _, cut := range []string{"名", "位", "强", "大", "家", "，", "。", "、", "；", "列", "甲", "的", "企", "st", "nd", "rd", "th"} {
		s, _, _ = strings.Cut(s, cut)
	}
	vs := quantity.Values(s + "个")
	if len(vs) != 1 {
		return 0
	}
	return int(vs[0].Number)
}

// holds reports whether a rank of a passage allows the rank k of a claim: the
// same, or a place within the first n.
func (k rank) heldBy(s rank) bool {
	switch {
	case k.of != s.of:
		return false
	case k.among && !s.among:
		return s.n > 0 && s.n <= k.n
	}
	return k.n == s.n && k.among == s.among
}

// ranks checks every rank of the claim.
func (e *examination) ranks() fault {
	for i := range e.claim.clauses {
		for _, k := range e.claim.clauses[i].ranks {
			if f := e.rank(i, k); f.verdict != Supported {
				return f
			}
		}
	}
	return sound
}

func (e *examination) rank(i int, k rank) fault {
	for _, c := range e.cited {
		for _, r := range c.readings {
			for j := range r.clauses {
				for _, s := range r.clauses[j].ranks {
					if k.heldBy(s) && nameClash(e.claim, i, k.start, r, j, s.start) == "" && !e.otherSubject(i, k.start, r, j, s.start) {
						return sound
					}
				}
				if r.row && rankedByCell(&r.clauses[j], k) || e.foremost(i, k, r, j) {
					return sound
				}
			}
		}
		if k.of != "" && strings.Contains(c.around, lexical.Fold(k.text+k.of)) && !e.numbers(k.of) {
			return sound
		}
	}
	if len(k.of) == len("类") && !e.numbers(k.of) {
		return sound // the claim's own numbering
	}
	return fault{verdict: BadRank, what: k.text}
}

// numbers reports whether a cited passage numbers things of a kind: 第二类.
func (e *examination) numbers(of string) bool {
	for _, c := range e.cited {
		for _, r := range c.readings {
			for j := range r.clauses {
				if slices.ContainsFunc(r.clauses[j].ranks, func(k rank) bool { return k.of == of }) {
					return true
				}
			}
		}
	}
	return false
}

// rankedByCell reports whether a cell under 排名 states the rank.
func rankedByCell(c *clause, k rank) bool {
	if !strings.Contains(c.folded, "排名") && !strings.Contains(c.folded, "名次") && !strings.Contains(c.folded, "位次") && !strings.Contains(c.folded, "rank") {
		return false
	}
	return slices.ContainsFunc(c.values, func(v value) bool { return int(v.Number) == k.n || k.among && v.Number <= float64(k.n) })
}

var superlative = regexp.MustCompile(`最(?:快|高|大|多|强|广)|\b(?:fastest|highest|largest|biggest|most)\b`)

// foremost reports whether clause j of a passage says 最快 or 最高 of the value
// that clause i of the claim calls the first.
func (e *examination) foremost(i int, k rank, r passageReading, j int) bool {
	if k.n != 1 || k.among || k.of != "" || !superlative.MatchString(r.clauses[j].folded) {
		return false
	}
	for n := j; n < len(r.clauses) && n <= j+1 && r.clauses[n].segment == r.clauses[j].segment && r.clauses[n].sentence == r.clauses[j].sentence; n++ {
		for _, s := range r.clauses[n].values {
			for _, c := range e.claim.clauses[i].values {
				if matchValue(c, s, e.claim.text) == same && nameClash(e.claim, i, c.Start, r, n, s.Start) == "" {
					return true
				}
			}
		}
		if n == j && len(r.clauses[j].values) > 0 {
			break
		}
	}
	return false
}
