package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// listed is a member of an enumeration and the value that 分别 gives to it.
type listed struct {
	item  string // folded
	value quantity.Value
}

// listedIn pairs the members before 分别 with the values behind it: 北区、南区、西区
// …分别为420个、365个和118个. offset is where the clause begins in its text.
func listedIn(body string, offset int, values []value) []listed {
	at := strings.Index(body, "分别")
	if at < 0 {
		return nil
	}
	var after []quantity.Value
	for _, v := range values {
		if v.Start-offset > at {
			after = append(after, v.Value)
		}
	}
	items := enumerated(body[:at])
	if len(items) != len(after) || len(items) < 2 {
		return nil
	}
	out := make([]listed, len(items))
	for i := range items {
		out[i] = listed{items[i], after[i]}
	}
	return out
}

// enumerated cuts the enumeration that a text ends with, apart from what is
// said of all of its members, into folded members.
func enumerated(text string) []string {
	parts := strings.FieldsFunc(strings.NewReplacer("以及", "、", "和", "、", "与", "、", "及", "、").Replace(text), func(r rune) bool { return r == '、' })
	if len(parts) < 2 {
		return nil
	}
	first := parts[0]
	if i := strings.LastIndexAny(first, "，。：；"); i >= 0 {
		first = first[i+len("，"):]
	}
	n := utf8.RuneCountInString(strings.TrimSpace(parts[1]))
	if rs := []rune(strings.TrimSpace(first)); len(rs) > n && len(parts) > 2 {
		first = string(rs[len(rs)-n:])
	}
	last := strings.TrimSpace(parts[len(parts)-1])
	if rs := []rune(last); len(parts) > 2 && len(rs) > n {
		last = string(rs[:n])
	} else if i := strings.IndexAny(last, "的是为"); i > 0 {
		last = last[:i]
	}
	parts[0], parts[len(parts)-1] = first, last
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = strings.TrimSpace(lexical.Fold(p))
	}
	return out
}

// listBefore pairs the values of a clause with 分别 with the members that stand
// in a clause before it of the same sentence: 叉车工与夜班司机最紧缺，月薪分别为….
func (r *reading) listBefore() {
	for i := range r.clauses {
		c := &r.clauses[i]
		at := strings.Index(r.text[c.start:c.end], "分别")
		if at < 0 || c.listed != nil {
			continue
		}
		var after []quantity.Value
		for _, v := range c.values {
			if v.Start-c.start > at {
				after = append(after, v.Value)
			}
		}
		for j := i - 1; j >= 0 && r.clauses[j].sentence == c.sentence && c.listed == nil; j-- {
			items := enumerated(strings.TrimRight(r.text[r.clauses[j].start:r.clauses[j].end], "，"))
			if len(items) != len(after) || len(items) < 2 {
				continue
			}
			for k := range items {
				c.listed = append(c.listed, listed{items[k], after[k]})
			}
		}
	}
}

var (
	distantMost  = regexp.MustCompile(`(?:不到|不足|不超过|至多|最多)[^，、。；：\d]{1,8}$`)
	distantLeast = regexp.MustCompile(`(?:至少|不少于|不低于|超过)[^，、。；：\d]{1,8}$`)
)

// distantUpTo is a word that a value is not quite reached, a little way before
// it: 接近整体市场的一半.
var distantUpTo = regexp.MustCompile(`(?i)(?:接近|将近|近|nearly|almost|close to)[^，、。；：\d]{0,8}$`)

// distantBound reads a word that limits a value from a little way before it:
// 不到其总收入的两成.
func distantBound(before string) quantity.Bound {
	switch {
	case distantMost.MatchString(before):
		return quantity.AtMost
	case distantLeast.MatchString(before):
		return quantity.AtLeast
	}
	return quantity.Exact
}

// each is an enumeration all members of which have the value that follows.
var each = regexp.MustCompile(`([^，。；：,;:]+?)(?:各占|各为|各有|各|均为|均占|都占|都为|都是)(?:约|近|超|超过)?$`)

var joiners = regexp.MustCompile(`、|以及|与|和|及`)

// eachClash reports whether a claim gives a value to several things (A与B各占25%)
// one of which has another value in the passage.
func (e *examination) eachClash(i int, c value, r passageReading, j int, s value) bool {
	m := each.FindStringSubmatch(lexical.Fold(e.claim.text[e.claim.clauses[i].start:c.Start]))
	if m == nil {
		return false
	}
	here := r.stretchText(j)
	for _, member := range joiners.Split(m[1], -1) {
		member = strings.TrimSpace(member)
		if utf8.RuneCountInString(member) < 2 || strings.Contains(here, member) {
			continue
		}
		for k := range r.clauses {
			other := slices.ContainsFunc(r.clauses[k].values, func(v value) bool { return v.Unit == s.Unit && !v.SameNumber(s.Value) })
			if other && strings.Contains(r.stretchText(k), member) {
				return true
			}
		}
	}
	return false
}
