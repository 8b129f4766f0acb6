package answer

import (
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// Confidence estimates how surely the chosen units answer the question, from
// how much of it they cover and whether they meet its demands.
func Confidence(q question.Question, chosen []ground.Unit, sel ground.Selection) float64 {
	first := chosen[0]
	cover := sel.NewCover()
	for i := range chosen {
		cover.Add(&chosen[i])
	}
	c := 0.3*cover.Share() + 0.7*first.Coverage
	c += 0.08 * fitOf(q, chosen)
	if first.Period == ground.Conflict {
		c -= choose(ground.DemandsOnly(q), choose(len(q.Values) == 0, 0.8, 0.6), 0.35)
	}
	if first.Period == ground.Silent && len(q.Periods) > 0 && ground.DemandsOnly(q) {
		c -= choose(q.Periods[0].Month != 0 || q.Periods[0].Quarter != 0, 0.35, 0.15)
	}
	if first.Names == ground.Conflict {
		c -= 0.6
	}
	if !meetsDemand(q, chosen) {
		c -= 0.5
	}
	if whichIsMore.MatchString(q.Text) && !namesAll(q, chosen) {
		c -= 0.5 // a comparison of which one side is missing
	}
	if first.Ordinal == ground.Conflict {
		c -= 0.45
	}
	if first.Subject == ground.Conflict {
		c -= choose(ground.DemandsOnly(q), 0.6, 0.3)
	}
	if len(sel.Unknown) > 0 {
		c -= choose(q.Wants(question.Value), 0.25, 0.1)
	}
	if cover.Topic() < leastTopic {
		c -= 0.45
	}
	if standsOut(first, sel) {
		c += 0.08
	}
	if figureIsNearer(q, first, sel) {
		c -= 0.3
	}
	return min(1, max(0, c))
}

// whichIsMore asks which of the named is the greater.
var whichIsMore = regexp.MustCompile(`(哪(个|家|款|边|方)?|谁|比)(的|会)?(更|比较)?(高|低|大|小|多|少|强|弱|快|慢|贵|便宜)`)

// namesAll reports whether the chosen units name every company, product or
// model that the question compares.
func namesAll(q question.Question, chosen []ground.Unit) bool {
	var text strings.Builder
	for _, u := range chosen {
		text.WriteString(u.Passage.Text)
	}
	for _, m := range q.Mentions {
		switch m.Kind {
		case "company", "product", "model":
			if !strings.Contains(text.String(), q.Text[m.Start:m.End]) && !strings.Contains(text.String(), m.Canonical) {
				return false
			}
		}
	}
	return true
}

func choose(ok bool, yes, no float64) float64 {
	if ok {
		return yes
	}
	return no
}

// fitOf averages over the asks the best fit of the chosen units.
func fitOf(q question.Question, chosen []ground.Unit) float64 {
	sum := 0.0
	for _, a := range q.Asks {
		best := -1.0
		for i := range chosen {
			best = max(best, ground.TypeFit(a, &chosen[i]))
		}
		sum += best
	}
	return sum / float64(len(q.Asks))
}

// figureIsNearer reports whether a caption without data covers a question for
// values clearly better than the best sentence does.
func figureIsNearer(q question.Question, first ground.Unit, sel ground.Selection) bool {
	if !q.Wants(question.Value) && !q.Wants(question.Rank) && !q.Wants(question.Count) {
		return false
	}
	for _, f := range sel.Figures {
		if f.Direct > first.Direct+0.12 && f.Period != ground.Conflict && f.Coverage > 0.5 {
			return true
		}
	}
	return false
}

// meetsDemand reports whether some chosen unit can hold what the question asks
// for first, where that is a thing of a plain form: a value, a date, a place in
// a ranking, the number of a document.
func meetsDemand(q question.Question, chosen []ground.Unit) bool {
	for _, a := range q.Asks {
		switch a.Kind {
		case question.Value, question.Rank, question.Date, question.Number:
			for i := range chosen {
				if ground.TypeFit(a, &chosen[i]) > 0 {
					return true
				}
			}
			return false
		case question.Count:
			if !slices.ContainsFunc(chosen, func(u ground.Unit) bool {
				return isRow(&u) || len(a.Units) == 0 || len(ground.ValuesOf(u.Values, a.Units)) > 0 || ground.Enumerates(u.Text) > 1
			}) {
				return false
			}
		}
	}
	return true
}

// leastTopic is the share of the words of a question, its periods left out, that
// an answer must hold: a year alone does not make a topic.
const leastTopic = 0.34

// standsOut reports whether no other passage comes near to the first unit.
func standsOut(first ground.Unit, sel ground.Selection) bool {
	for _, u := range sel.Units {
		if u.Passage.ID != first.Passage.ID {
			return first.Score-u.Score > 0.35
		}
	}
	return true
}
