package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yanbao/ingest"
	"yanbao/rag/answer"
	"yanbao/rag/ground"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// confirmed begins the answer to a question that asks whether something is so
// with yes or no, where the verifier finds what it says in the cited passages,
// or finds that they say otherwise.
func (e *Engine) confirmed(asked question.Question, d answer.Draft) answer.Draft {
	if asked.English || d.Status != answer.Answered || strings.HasPrefix(d.Claims[0].Text, "是：") || strings.HasPrefix(d.Claims[0].Text, "否：") {
		return d
	}
	statement, ok := question.Assertion(asked.Text)
	if !ok {
		return d
	}
	var cited []*ingest.Passage
	for _, s := range d.Claims[0].Supports {
		if !slices.Contains(cited, s.Passage) {
			cited = append(cited, s.Passage)
		}
	}
	_, finding := e.verifier.Check(ground.Statement{Text: statement, Cited: cited})
	word := ""
	held := e.held(statement, d.Claims[0])
	switch finding.Verdict {
	case ground.Supported:
		if held >= sureYes {
			word = "是："
		}
	case ground.BadNumber, ground.BadUnit, ground.BadYear, ground.BadName, ground.BadRank, ground.BadPolarity:
		if held >= sureNo {
			word = "否："
		}
	}
	d.Claims[0].Text = word + d.Claims[0].Text
	return d
}

// Least shares of the words of a statement that the sentence or row cited must
// hold for a yes, which says all of it, and for a no, which says that it speaks
// of the same thing.
const (
	sureYes = 0.85
	sureNo  = 0.6
)

// held is the share of the pairs of characters of a statement that what a claim
// cites holds, in its own words or others of the lexicon; periods, values and
// ranks, which the verifier compares, do not count.
func (e *Engine) held(statement string, c ground.Claim) float64 {
	var cited strings.Builder
	for _, s := range c.Supports {
		if s.Passage.Kind == ingest.KindRow {
			cited.WriteString(lexical.Fold(s.Passage.Text))
		}
		cited.WriteString(lexical.Fold(s.Quote()))
	}
	for _, x := range e.lexicon.Expand(cited.String()) {
		for _, a := range x.Alternatives {
			cited.WriteString(" " + lexical.Fold(a))
		}
	}
	rest := lexical.Fold(compared.ReplaceAllStringFunc(statement, func(s string) string { return strings.Repeat(" ", len(s)) }))
	for _, v := range quantity.Values(rest) {
		rest = rest[:v.Start] + strings.Repeat(" ", v.End-v.Start) + rest[v.End:]
	}
	n, found := 0, 0
	rs := []rune(question.Content(rest))
	for i := 0; i+1 < len(rs); i++ {
		if unicode.IsLetter(rs[i]) && unicode.IsLetter(rs[i+1]) {
			n++
			if strings.Contains(cited.String(), string(rs[i:i+2])) {
				found++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return float64(found) / float64(n)
}

// compared is what the verifier compares by itself.
var compared = regexp.MustCompile(`(19|20)\d{2}年|第[一二三四五六七八九十\d]+名?|首位|榜首|居首|是|在|为|属于|位于|都|也|已经|已|了|，|。`)

// sourced names the primary source of the first claim to a question that asks
// for it, where no claim does.
func sourced(asked question.Question, d answer.Draft) answer.Draft {
	if d.Status != answer.Answered || !asked.Wants(question.Source) || len(d.Claims) == 0 || len(d.Claims[0].Supports) == 0 {
		return d
	}
	first := d.Claims[0].Supports[0]
	if len(first.Sources) == 0 || strings.Contains(textOf(d.Claims), first.Sources[0]) {
		return d
	}
	d.Claims = slices.Insert(slices.Clone(d.Claims), 1, ground.Claim{
		Text: "数据来源：" + strings.Join(first.Sources, "、") + "。", Supports: []ground.Support{first},
	})
	return d
}
