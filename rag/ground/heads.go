package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yanbao/rag/lexical"
)

// headRunes is how much of the words before a value tells what it is of.
const headRunes = 4

// head is what stands directly before a value, back to the value or mark
// before it: 产地装车 of 和产地装车的21%. It is "" where that is too short to tell.
func (r *reading) head(j int, v value) string {
	c := &r.clauses[j]
	from := c.start
	for _, w := range c.values {
		if w.End <= v.Start {
			from = max(from, w.End)
		}
	}
	for _, p := range c.periods {
		if p.End <= v.Start {
			from = max(from, p.End)
		}
	}
	h := headStart.ReplaceAllString(lexical.Fold(r.text[from:v.Start]), "")
	rs := []rune(h)
	n := 0
	for n < len(rs) && n < headRunes && unicode.Is(unicode.Han, rs[n]) {
		n++
	}
	if n < headRunes-1 {
		return ""
	}
	return string(rs[:n])
}

var headStart = regexp.MustCompile(`^(?:[\s，、；：和与及而但,]|其中|高于|低于|多于|少于|以及|分别|预计|预计将|同比|较|比)+`)

// headClash reports whether the claim names in clause i what another value of
// the passage, of the same unit, is headed by, and not what value s is.
func (e *examination) headClash(i int, c value, r passageReading, j int, s value) bool {
	mine := r.head(j, s)
	if mine == "" || r.row {
		return false
	}
	said, near := e.claim.clauses[i].folded, e.claim.stretchText(i)
	if strings.Contains(near, mine) || e.claimSynonym(near, mine) {
		return false
	}
	for k := range r.clauses {
		for _, w := range r.clauses[k].values {
			if w.Unit != s.Unit || w.SameNumber(c.Value) {
				continue
			}
			if h := r.head(k, w); h != "" && h != mine && strings.Contains(said, h) && !strings.Contains(r.clauses[j].folded, h) {
				return true
			}
		}
	}
	return false
}

// claimSynonym reports whether the claim has other words for a head.
func (e *examination) claimSynonym(claim, head string) bool {
	for _, x := range e.Lexicon.Expand(head) {
		if slices.ContainsFunc(x.Alternatives, func(a string) bool { return strings.Contains(claim, lexical.Fold(a)) }) {
			return true
		}
	}
	return false
}

// turned reports whether clause i says the opposite of something that a passage
// says in the same words directly before: 客户黏性最高 for 客户黏性最低.
func (e *examination) turned(i int) bool {
	folded := e.claim.clauses[i].folded
	latin := hasLatin(folded)
	for _, p := range opposites {
		for _, sides := range [][2]side{{p.one, p.other}, {p.other, p.one}} {
			if sides[0].in(folded, latin) < 0 || sides[1].in(folded, latin) >= 0 {
				continue
			}
			at := sides[0].in(folded, false)
			if at < 0 {
				continue
			}
			before, after := lastHan(folded[:at]), firstHan(sides[0].cut(folded[at:]))
			if e.saysSide(sides[1], before, after) && !e.saysSide(sides[0], before, after) {
				return true
			}
		}
	}
	return false
}

// cut takes the word of a side off the start of s.
func (s side) cut(text string) string {
	for _, w := range s.words {
		if rest, ok := strings.CutPrefix(text, w); ok {
			return rest
		}
	}
	return text
}

// saysSide reports whether a cited clause has a word of the side with the same
// words directly before, or for a comparison directly behind it.
func (e *examination) saysSide(s side, before, after string) bool {
	for _, source := range e.cited {
		for _, r := range source.readings {
			for j := range r.clauses {
				text := r.clauses[j].folded
				for _, w := range s.words {
					if before != "" && strings.Contains(text, before+w) || after != "" && strings.Contains(text, w+after) {
						return true
					}
				}
			}
		}
	}
	return false
}

// lastHan and firstHan are the Han characters at the end and at the start of a
// text, as many as tell; "" for fewer.
func lastHan(s string) string {
	rs := []rune(s)
	n := 0
	for n < len(rs) && n < headRunes && unicode.Is(unicode.Han, rs[len(rs)-1-n]) {
		n++
	}
	if n < headRunes-1 {
		return ""
	}
	return string(rs[len(rs)-n:])
}

func firstHan(s string) string {
	rs := []rune(s)
	n := 0
	for n < len(rs) && n < headRunes && unicode.Is(unicode.Han, rs[n]) {
		n++
	}
	if n < headRunes-1 {
		return ""
	}
	return string(rs[:n])
}

var attribution = regexp.MustCompile(`(?:根据|依据|按照|据)([\p{Han}A-Za-z0-9·&. -]{2,14}?)(?:的)?(?:数据|统计|调查|调研|监测|预测|测算|估算|显示|发布)`)

// unheldSource returns whose figures the claim says they are, where no cited
// passage names them.
func (e *examination) unheldSource() string {
	for _, m := range attribution.FindAllStringSubmatch(e.claim.text, -1) {
		name := strings.TrimSpace(m[1])
		if len([]rune(name)) < 2 || general.MatchString(name) || strings.ContainsAny(name, "该本这此上下") || strings.Contains(name, "报告") || strings.Contains(name, "公开") || strings.Contains(name, "资料") {
			continue
		}
		if folded := lexical.Fold(name); !e.heldAnywhere(folded) && !e.aliasHeld(name) {
			return name
		}
	}
	return ""
}

// aliasHeld reports whether another form of a name is held.
func (e *examination) aliasHeld(name string) bool {
	for _, x := range e.Lexicon.Expand(name) {
		if slices.ContainsFunc(append(x.Alternatives, x.Canonical), func(a string) bool { return e.heldAnywhere(lexical.Fold(a)) }) {
			return true
		}
	}
	return false
}
