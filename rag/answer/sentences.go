package answer

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/ground"
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
	if confidence < x.least() || onlyDrawn(q, chosen[0]) {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: confidence}
	chosen = withAnnounced(chosen, e.Selection)
	if u, ok := otherPlaceFor(q, chosen, e.Selection); ok {
		chosen = append(chosen, u)
	}
	if n, ok := differing(q, chosen); ok {
		d.Notices = append(d.Notices, n)
	}
	for i, u := range chosen {
		if isRow(&u) {
			d.Claims = append(d.Claims, x.rowClaims(q, e, u)...)
			continue
		}
		text := sentenceText(u)
		if i == 0 {
			if v := x.valueFirst(q, chosen); v != "" {
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

// isRow reports whether a unit is a table row.
func isRow(u *ground.Unit) bool { return u.Passage.Kind == ingest.KindRow }
