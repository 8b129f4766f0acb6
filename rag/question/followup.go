package question

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"yanbao/rag/quantity"
)

// Turn is one earlier question and its answer.
type Turn struct{ Question, Answer string }

var (
	relativeYears = re(`(那|这|该|其|再)?([一二两三四五六七八九十\d]+)年(之)?(后|以后|前|以前|之前)|次年|第二年|下一年|前一年|上一年|翌年`)
	pronouns      = re(`它们|他们|她们|它|他|她|这家公司|那家公司|这家|那家|该公司|该文件|该产品|该平台|这款|那款|这个文件|那个文件|这份文件|那份文件|这份|那份|\b(it|its|they|their|them|that one)\b`)
	lastMember    = re(`最后(那|一|的)*(一)?(款|个|家|项|种|条|位|类|份|名)`)
	nthMember     = re(`第([一二两三四五六七八九十\d]+)(款|个|家|项|种|条|位|类|份|名)`)
	bareStart     = re(`^(那么?|那|还有|以及|呢|and|what about|how about|then)\b?|呢[？?]?$|^谁(统计|说|预测|发布)|^(哪|什么)(年|时候|机构)|^(占|排|增长)`)
	titles        = regexp.MustCompile(`《[^《》]+》`)
)

// Resolve fills in what a follow-up leaves out from the turns before it: what
// a pronoun or 第一款 stands for, the year that 两年之后 means, and, where the
// question names nothing itself, what the last question was about. A question
// that stands alone comes back as it is.
func Resolve(lex *Lexicon, history []Turn, text string) string {
	if len(history) == 0 {
		return text
	}
	last := history[len(history)-1]
	resolved := resolveYears(last, text)
	resolved, pointed := resolvePointers(lex, last, resolved)
	if !pointed && needsTopic(lex, text) {
		return topicOf(lex, last.Question, resolved) + " " + resolved
	}
	return resolved
}

// resolveYears replaces 两年之后 by the year that it means, counted from the
// last year spoken of.
func resolveYears(last Turn, text string) string {
	base := 0
	for _, p := range append(quantity.Periods(last.Answer), quantity.Periods(last.Question)...) {
		if p.Year != 0 {
			base = p.Year
		}
	}
	if base == 0 {
		return text
	}
	return relativeYears.ReplaceAllStringFunc(text, func(w string) string {
		m := relativeYears.FindStringSubmatch(w)
		n := 1
		if m[2] != "" {
			vs := quantity.Values(m[2] + "个")
			if len(vs) != 1 {
				return w
			}
			n = int(vs[0].Number)
		}
		if strings.Contains(w, "前") || strings.HasPrefix(w, "上") {
			n = -n
		}
		return strconv.Itoa(base+n) + "年"
	})
}

// resolvePointers puts names in the place of pronouns and of 第一款.
func resolvePointers(lex *Lexicon, last Turn, text string) (resolved string, pointed bool) {
	if m := nthMember.FindStringSubmatch(text); m != nil {
		if members := enumeration(last.Answer); len(members) > 1 {
			if vs := quantity.Values(m[1] + "个"); len(vs) == 1 && int(vs[0].Number) >= 1 && int(vs[0].Number) <= len(members) {
				return strings.Replace(text, m[0], members[int(vs[0].Number)-1], 1), true
			}
		}
	}
	if w := lastMember.FindString(text); w != "" {
		if members := enumeration(last.Answer); len(members) > 1 {
			return strings.Replace(text, w, members[len(members)-1], 1), true
		}
	}
	w := pronouns.FindString(text)
	if w == "" {
		return text, false
	}
	name := antecedent(lex, last, w)
	if name == "" {
		return text, false
	}
	return strings.Replace(text, w, name, 1), true
}

// antecedent is what a pronoun stands for: the last title answered with, else
// the first name asked about, else the first name answered with.
func antecedent(lex *Lexicon, last Turn, pronoun string) string {
	if t := titles.FindAllString(last.Answer, -1); len(t) > 0 && !strings.HasPrefix(pronoun, "他") {
		return t[len(t)-1]
	}
	for _, s := range []string{last.Question, last.Answer} {
		for _, m := range lex.Mentions(s) {
			return s[m.Start:m.End]
		}
	}
	return ""
}

// enumeration returns the members of the first list of a sentence: A、B和C.
func enumeration(s string) []string {
	s = regexp.MustCompile(`\[\d+\]`).ReplaceAllString(s, "")
	for _, clause := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("，。；;！？\n", r) }) {
		if !strings.Contains(clause, "、") {
			continue
		}
		parts := strings.Split(clause, "、")
		if n := len(parts); n > 0 {
			for _, and := range []string{"以及", "和", "与", "及"} {
				if i := strings.Index(parts[n-1], and); i > 0 {
					parts = append(parts[:n-1], parts[n-1][:i], parts[n-1][i+len(and):])
					break
				}
			}
		}
		for _, intro := range []string{"分别是", "分别为", "包括", "有", "是", "为", "："} {
			if i := strings.LastIndex(parts[0], intro); i >= 0 {
				parts[0] = parts[0][i+len(intro):]
				break
			}
		}
		return parts
	}
	return nil
}

// needsTopic reports whether a question names nothing that it could be about.
func needsTopic(lex *Lexicon, text string) bool {
	if len(lex.Mentions(text)) > 0 || titles.MatchString(text) {
		return bareStart.MatchString(strings.TrimSpace(text)) && utf8.RuneCountInString(text) < 20
	}
	content := strings.Join(strings.Fields(Content(strings.ToLower(text))), "")
	return bareStart.MatchString(strings.TrimSpace(text)) || utf8.RuneCountInString(content) <= 6 || pronouns.MatchString(text) || nthMember.MatchString(text) && utf8.RuneCountInString(content) <= 8
}

// topicOf is the content of the last question without the parts that the new
// question replaces: its periods if the new one has some, its names if the new
// one has some.
func topicOf(lex *Lexicon, question, next string) string {
	topic := question
	if len(quantity.Periods(next)) > 0 {
		for _, p := range reversePeriods(quantity.Periods(topic)) {
			topic = topic[:p.Start] + " " + topic[p.End:]
		}
	}
	if len(lex.Mentions(next)) > 0 {
		ms := lex.Mentions(topic)
		for i := len(ms) - 1; i >= 0; i-- {
			topic = topic[:ms[i].Start] + " " + topic[ms[i].End:]
		}
	}
	return strings.Join(strings.Fields(Content(topic)), " ")
}

func reversePeriods(ps []quantity.Period) []quantity.Period {
	out := make([]quantity.Period, 0, len(ps))
	for i := len(ps) - 1; i >= 0; i-- {
		out = append(out, ps[i])
	}
	return out
}
