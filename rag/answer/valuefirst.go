package answer

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// valueFirst returns the values that the question asks for, to stand in front
// of the answer; "" where they are not plain to see.
func (x *Extractive) valueFirst(q question.Question, chosen []ground.Unit) string {
	if workedOut.MatchString(q.Text) || q.Wants(question.Superlative) {
		return "" // a stated value is an operand at most, or one of several
	}
	var out []string
	for _, a := range q.Asks {
		if a.Kind != question.Value || len(a.Units) == 0 {
			continue
		}
		vs := ground.ValuesOf(chosen[0].Values, a.Units)
		if v, ok := x.nearest(vs, chosen[0], q); ok && !contains(out, v) {
			out = append(out, v)
		}
	}
	return strings.Join(out, "，")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// nearest picks the one value whose own clause speaks of what is asked, of no
// other year and of no other company; ok is false when none does or two are as
// near.
func (x *Extractive) nearest(vs []quantity.Value, u ground.Unit, q question.Question) (string, bool) {
	best, second, pick := 0.0, 0.0, ""
	asked := q.Words
	for _, v := range vs {
		clause := clauseOf(u.Text, v.Start, v.End)
		s := overlap(asked, lexical.Fold(clause))
		if have := quantity.Periods(clause); len(have) > 0 && len(q.Periods) > 0 {
			if !anyCovers(q.Periods, have) {
				continue // the value of another year
			}
			s += 3
		}
		if x.ofAnother(clause, q) || sumWords.MatchString(clause) && !sumWords.MatchString(q.Text) {
			continue
		}
		if s > best {
			best, second, pick = s, best, boundWord(u.Text[:v.Start])+v.Text
		} else if s > second {
			second = s
		}
	}
	return pick, pick != "" && best > second
}

// boundWord is the word directly before a value that limits it: 突破700亿元 is not
// 700亿元.
func boundWord(before string) string {
	for _, w := range []string{"有望突破", "将突破", "突破", "刚过", "超过", "超", "逾", "大约", "约", "接近", "将近", "近", "不足"} {
		if strings.HasSuffix(before, w) || strings.HasSuffix(before, w+"为") {
			return w
		}
	}
	return ""
}

// workedOut tells questions for a value that two or more stated ones make.
var workedOut = regexp.MustCompile(`比.{1,24}(多|高|少|低|大|小|增长|下降)了?(多少|几)|合计|之和|总和|加起来|相加|相差|差多少|多多少|少多少|平均每|增长了?多少`)

// ofAnother reports whether a clause names companies, products or models and
// none of those that the question names.
func (x *Extractive) ofAnother(clause string, q question.Question) bool {
	asked := q.Compared()
	if len(asked) == 0 {
		return false
	}
	others := false
	for _, m := range x.Lexicon.Mentions(clause) {
		switch m.Kind {
		case "company", "product", "model":
			for _, a := range q.Mentions {
				if a.Canonical == m.Canonical || a.Owner == m.Canonical || m.Owner == a.Canonical {
					return false
				}
			}
			others = true
		}
	}
	return others
}

func anyCovers(asked, have []quantity.Period) bool {
	for _, a := range asked {
		for _, h := range have {
			if a.Covers(h) {
				return true
			}
		}
	}
	return false
}

// clauseOf returns the clause around [start,end).
func clauseOf(s string, start, end int) string {
	from := strings.LastIndexAny(s[:start], "，。；：！？,;")
	if from >= 0 {
		_, n := utf8.DecodeRuneInString(s[from:])
		from += n
	} else {
		from = 0
	}
	to := strings.IndexAny(s[end:], "，。；！？,;")
	if to < 0 {
		return s[from:]
	}
	return s[from : end+to]
}

// overlap counts the bigrams of asked that text holds.
func overlap(asked, text string) float64 {
	n := 0.0
	rs := []rune(asked)
	for i := 0; i+1 < len(rs); i++ {
		if rs[i] == ' ' || rs[i+1] == ' ' {
			continue
		}
		if strings.Contains(text, string(rs[i:i+2])) {
			n++
		}
	}
	return n
}

// stated reports whether some claim holds the value.
func stated(v quantity.Value, claims []ground.Claim) bool {
	for _, c := range claims {
		for _, w := range quantity.Values(c.Text) {
			if w.Same(v) {
				return true
			}
		}
		for _, s := range c.Supports {
			for _, w := range quantity.Values(s.Passage.Text) {
				if w.Same(v) {
					return true
				}
			}
		}
	}
	return false
}
