package answer

import (
	"regexp"
	"unicode/utf8"

	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// chooseUnits picks the sentences of an answer, best first.
func chooseUnits(q question.Question, sel ground.Selection) []ground.Unit {
	var chosen []ground.Unit
	var runes int
	open := append([]question.Ask(nil), q.Asks...)
	covered := sel.NewCover()
	two := twoPlaces.MatchString(q.Text)
	for len(chosen) < maxSentences {
		best, bestGain := -1, 0.0
		for i := range sel.Units {
			u := &sel.Units[i]
			if i > 60 {
				break
			}
			if isRow(u) && !tabular(q) {
				continue
			}
			gain := u.Score
			if len(chosen) == 0 && !meetsDemand(q, []ground.Unit{*u}) {
				gain *= 0.8
			}
			if len(chosen) > 0 && two {
				gain = u.Score
				if samePlace(u, chosen) || u.Score < 0.6*chosen[0].Score || u.Direct < 0.75*chosen[0].Direct || u.Narrower && !chosen[0].Narrower {
					gain = 0
				}
			} else if len(chosen) > 0 {
				gain = addition(q, u, chosen, open, covered, sel)
			}
			if gain > bestGain+1e-9 && !repeats(u, chosen) {
				best, bestGain = i, gain
			}
		}
		if best < 0 {
			break
		}
		u := sel.Units[best]
		n := utf8.RuneCountInString(u.Text)
		if len(chosen) > 0 && runes+n > maxRunes {
			break
		}
		runes += n
		chosen = append(chosen, u)
		covered.Add(&u)
		open = stillOpen(open, &u, sel)
	}
	return chosen
}

// samePlace reports whether u stands in a passage that is cited already.
func samePlace(u *ground.Unit, chosen []ground.Unit) bool {
	for _, c := range chosen {
		if c.Passage.ID == u.Passage.ID {
			return true
		}
	}
	return false
}

// tabular reports whether a row may stand as a sentence of the answer: not
// where a value is asked for, as a row holds values of other columns too.
func tabular(q question.Question) bool {
	for _, a := range q.Asks {
		if ground.Demands(a.Kind) && a.Kind != question.Document && a.Kind != question.Rank || a.Kind == question.List && a.Size > 1 || a.Kind == question.Superlative {
			return false
		}
	}
	return true
}

// addition is what a further sentence adds to an answer; 0 for one that is not
// worth its length.
func addition(q question.Question, u *ground.Unit, chosen []ground.Unit, open []question.Ask, covered ground.Cover, sel ground.Selection) float64 {
	if isRow(u) && !isRow(&chosen[0]) {
		return 0
	}
	if u.Score < 0.55*chosen[0].Score || u.Names == ground.Conflict || u.Period == ground.Conflict || u.Subject == ground.Conflict {
		return 0
	}
	if len(open) == 0 && ground.DemandsOnly(q) {
		return 0 // nothing is left to answer
	}
	gain := covered.Gain(u)
	if q.Wants(question.Comparison) && len(chosen) == 1 && u.Score > 0.75*chosen[0].Score {
		return gain + 0.1*u.Score + 0.01 // the other side
	}
	answers := 0.0
	for _, a := range open {
		if answersAsk(a, u, sel) {
			answers += 0.15
		}
	}
	if gain < 0.13 && (answers == 0 || gain < 0.04) {
		return 0
	}
	return gain + answers + 0.1*u.Score
}

// stillOpen drops the asks that u can answer.
func stillOpen(open []question.Ask, u *ground.Unit, sel ground.Selection) []question.Ask {
	var left []question.Ask
	for _, a := range open {
		if !answersAsk(a, u, sel) {
			left = append(left, a)
		}
	}
	return left
}

// answersAsk reports whether u has what a clause asks for and speaks of what
// the clause is about.
func answersAsk(a question.Ask, u *ground.Unit, sel ground.Selection) bool {
	return ground.TypeFit(a, u) >= 0.7 && sel.ClauseShare(a.Words, u) >= 0.5
}

func repeats(u *ground.Unit, chosen []ground.Unit) bool {
	for _, c := range chosen {
		if c.Passage.ID == u.Passage.ID && c.Start == u.Start || c.Text == u.Text {
			return true
		}
		if u.Passage.DuplicateOf == c.Passage.ID || c.Passage.DuplicateOf == u.Passage.ID {
			return true
		}
	}
	return false
}

// twoPlaces tells questions about what the report says in more than one place.
var twoPlaces = regexp.MustCompile(`两处|两个地方|不同地方|前后|一致|矛盾|口径|一样吗|数字一样`)
