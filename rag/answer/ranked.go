package answer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

var placeAsked = regexp.MustCompile(`(?:排(?:名|在|行)?|占比|占|位列)?第(` + numeral + `)(?:名|位|大|高|多|的|是|，)`)

// leastRanked is how many values of a sentence make an order.
const leastRanked = 3

// ranked puts what one sentence gives shares or amounts of in order, or picks
// the place asked for: 原因按占比从大到小, 排第二的原因.
func (x *Extractive) ranked(q question.Question, e Evidence) (Draft, bool) {
	m := placeAsked.FindStringSubmatch(q.Text)
	if m == nil && !orderWords.MatchString(q.Text) {
		return Draft{}, false
	}
	values := labelledValues(e.Selection)
	for i, u := range e.Selection.Units {
		if i >= operandUnits || isRow(&u) || u.Subject == ground.Conflict || u.Names == ground.Conflict || u.Period == ground.Conflict || u.Coverage < leastCoverage {
			continue
		}
		members := membersOf(u, values)
		if len(members) < leastRanked {
			continue
		}
		slices.SortStableFunc(members, func(a, b labelled) int { return cmp.Compare(b.value.Number, a.value.Number) })
		if ascending.MatchString(q.Text) {
			slices.Reverse(members)
		}
		return rankedDraft(u, members, m)
	}
	return Draft{}, false
}

// leastCoverage is the share of a question that a sentence must hold to be put
// in order.
const leastCoverage = 0.5

// membersOf are the values of a unit that are of one unit and each in a clause
// of its own: of the unit that most of them have.
func membersOf(u ground.Unit, values []labelled) []labelled {
	by := make(map[string][]labelled)
	best := ""
	for _, v := range values {
		if v.unit.Passage.ID != u.Passage.ID || v.unit.Start != u.Start || v.value.Unit == "" {
			continue
		}
		k := v.value.Unit
		by[k] = append(by[k], v)
		if len(by[k]) > len(by[best]) {
			best = k
		}
	}
	seen := make(map[string]bool)
	for _, v := range by[best] {
		if seen[v.label] {
			return nil // two values in one clause: no order can be read
		}
		seen[v.label] = true
	}
	return by[best]
}

func rankedDraft(u ground.Unit, members []labelled, place []string) (Draft, bool) {
	d := Draft{Status: Answered, Confidence: 0.6}
	if place != nil {
		n := count(place[1])
		if n < 1 || n > len(members) {
			return Draft{}, false
		}
		members = members[n-1 : n]
	}
	for _, v := range members {
		text := strings.TrimSpace(subjectClause(u.Text, v.value.Start, v.value.End))
		if lexical.Fold(text) == "" {
			return Draft{}, false
		}
		d.Claims = append(d.Claims, ground.Claim{Text: fmt.Sprintf("%s。", text), Supports: []ground.Support{support(u)}})
	}
	return d, true
}

// subjectClause is the clause of a value, with the one before where it has no
// subject of its own: 甲是首要原因，占46.3%.
func subjectClause(text string, start, end int) string {
	clause := clauseOf(text, start, end)
	from := strings.LastIndex(text[:start], clause[:strings.Index(clause, text[start:end])])
	if from <= 0 || !bareClause.MatchString(clause) {
		return clause
	}
	_, size := utf8.DecodeLastRuneInString(text[:from])
	return clauseOf(text, from-size, from-size) + text[from-size:from] + clause
}

var bareClause = regexp.MustCompile(`^\s*(占比?|为|约|达|仅|共)`)
