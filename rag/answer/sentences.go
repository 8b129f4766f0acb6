package answer

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// sentences answers with the sentences that cover the question best: the best
// one, then those that answer a clause it leaves open or cover much that it
// does not.
func (x *Extractive) sentences(q question.Question, e Evidence) (Draft, bool) {
	chosen := chooseUnits(q, e.Selection)
	if len(chosen) == 0 {
		return Draft{}, false
	}
	confidence := Confidence(q, chosen, e.Selection)
	if confidence < sufficient || onlyDrawn(q, chosen[0]) {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: confidence}
	chosen = withAnnounced(chosen, e.Selection)
	for i, u := range chosen {
		if isRow(&u) {
			d.Claims = append(d.Claims, x.rowClaims(q, e, u)...)
			continue
		}
		text := sentenceText(u)
		if i == 0 {
			if v := valueFirst(q, chosen); v != "" {
				text = v + "：" + text
			}
		}
		d.Claims = append(d.Claims, ground.Claim{Text: text, Supports: []ground.Support{support(u)}})
	}
	return d, true
}

// onlyDrawn reports whether the nearest unit is the caption of a figure and the
// question asks for what the figure shows.
func onlyDrawn(q question.Question, first ground.Unit) bool {
	if first.Passage.Kind != ingest.KindFigure {
		return false
	}
	for _, a := range q.Asks {
		switch a.Kind {
		case question.Superlative, question.Name, question.List, question.Rank, question.Value, question.Count:
			return !twoPlaces.MatchString(q.Text)
		}
	}
	return false
}

// announces matches a sentence that promises members and does not give them:
// 面临两大挑战, 分为五类, 如下.
var announces = regexp.MustCompile(`([一二两三四五六七八九十]|\d)(大|个|条|种|类|项|点|方面|重|层|步)[^，、；]{0,10}$|以下[^，；]{0,16}$|如下[^，；]{0,4}$|[：:]$|分为[^，；]{2,16}$`)

// withAnnounced adds to a sentence that only announces members the sentences
// of the same paragraph that give them.
func withAnnounced(chosen []ground.Unit, sel ground.Selection) []ground.Unit {
	first := chosen[0]
	if first.Passage.Kind != ingest.KindText || !announces.MatchString(strings.TrimRight(first.Text, "。 \n")) {
		return chosen
	}
	out := []ground.Unit{first}
	runes := utf8.RuneCountInString(first.Text)
	for _, u := range following(first, sel) {
		n := utf8.RuneCountInString(u.Text)
		if runes+n > maxRunes || len(out) > maxSentences {
			break
		}
		runes += n
		out = append(out, u)
	}
	if len(out) == 1 {
		return chosen
	}
	return out
}

// following returns the units of the same paragraph after u, in order.
func following(u ground.Unit, sel ground.Selection) []ground.Unit {
	var out []ground.Unit
	for _, v := range sel.Units {
		p := v.Passage
		if p.DocumentID == u.Passage.DocumentID && p.Block == u.Passage.Block && p.Kind == u.Passage.Kind &&
			(p.Start+v.Start > u.Passage.Start+u.Start) {
			out = append(out, v)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		return out[i].Passage.Start+out[i].Start < out[j].Passage.Start+out[j].Start
	})
	return out
}

// support cites a whole unit.
func support(u ground.Unit) ground.Support {
	return ground.Support{Passage: u.Passage, Start: u.Start, End: u.End, Sources: u.Sources}
}

// sentenceText is a unit as a sentence of an answer: one line, closed.
func sentenceText(u ground.Unit) string {
	s := strings.Join(strings.Fields(strings.ReplaceAll(u.Text, "\n", " ")), " ")
	s = strings.TrimRight(s, "。；，;, ")
	if u.Passage.Lead != "" && u.Start > 0 && needsSubject(s) {
		s = strings.TrimRight(u.Passage.Lead, "：:。") + "：" + s
	}
	return s + "。"
}

// needsSubject reports whether a sentence begins with a word that points back.
func needsSubject(s string) bool {
	for _, w := range []string{"是", "通过", "其", "该", "它", "此", "这"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// chooseUnits picks the sentences of an answer, best first.
func chooseUnits(q question.Question, sel ground.Selection) []ground.Unit {
	var chosen []ground.Unit
	var runes int
	open := append([]question.Ask(nil), q.Asks...)
	covered := sel.NewCover()
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
			if len(chosen) > 0 && twoPlaces.MatchString(q.Text) {
				gain = u.Score
				if samePlace(u, chosen) || u.Score < 0.6*chosen[0].Score {
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

// twoPlaces tells questions about what the report says in more than one place.
var twoPlaces = regexp.MustCompile(`两处|两个地方|不同地方|前后|一致|矛盾|口径|一样吗|数字一样`)

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
		if ground.Demands(a.Kind) && a.Kind != question.Document && a.Kind != question.Rank || a.Kind == question.List && a.Size > 1 {
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
	return ground.TypeFit(a, u) >= 0.7 && sel.ClauseShare(lexical.Fold(question.Content(lexical.Fold(a.Text))), u) >= 0.3
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
		c -= choose(ground.DemandsOnly(q), 0.6, 0.35)
	}
	if first.Period == ground.Silent && len(q.Periods) > 0 && ground.DemandsOnly(q) {
		c -= choose(q.Periods[0].Month != 0 || q.Periods[0].Quarter != 0, 0.35, 0.15)
	}
	if first.Names == ground.Conflict {
		c -= 0.6
	}
	if !meetsDemand(q, chosen) {
		c -= 0.35
	}
	if first.Ordinal == ground.Conflict {
		c -= 0.25
	}
	if first.Subject == ground.Conflict {
		c -= choose(ground.DemandsOnly(q), 0.6, 0.3)
	}
	if len(sel.Unknown) > 0 {
		c -= choose(q.Wants(question.Value), 0.25, 0.1)
	}
	if figureIsNearer(q, first, sel) {
		c -= 0.3
	}
	return min(1, max(0, c))
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

// valueFirst returns the values that the question asks for, to stand in front
// of the answer; "" where they are not plain to see.
func valueFirst(q question.Question, chosen []ground.Unit) string {
	var out []string
	for _, a := range q.Asks {
		if a.Kind != question.Value || len(a.Units) == 0 {
			continue
		}
		vs := ground.ValuesOf(chosen[0].Values, a.Units)
		if v, ok := nearest(vs, chosen[0], q, a); ok && !contains(out, v) {
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

// nearest picks the one value whose own clause speaks of what is asked; ok is
// false when two are as near.
func nearest(vs []quantity.Value, u ground.Unit, q question.Question, a question.Ask) (string, bool) {
	best, second, pick := -1.0, -1.0, ""
	asked := lexical.Fold(question.Content(lexical.Fold(q.Text)))
	for _, v := range vs {
		clause := clauseOf(u.Text, v.Start, v.End)
		s := overlap(asked, lexical.Fold(clause))
		for _, p := range q.Periods {
			for _, have := range quantity.Periods(clause) {
				if p.Covers(have) {
					s += 3
				} else {
					s -= 3
				}
			}
		}
		if s > best {
			best, second, pick = s, best, v.Text
		} else if s > second {
			second = s
		}
	}
	return pick, pick != "" && best > second
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

// isRow reports whether a unit is a table row.
func isRow(u *ground.Unit) bool { return u.Passage.Kind == ingest.KindRow }

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
		}
	}
	return true
}
