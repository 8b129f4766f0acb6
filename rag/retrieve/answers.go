package retrieve

import (
	"math"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/question"
)

// answerFeatures fills in whether the passage holds what kind of thing is
// asked for; folded[from:to] is its best sentence.
func (q *query) answerFeatures(a *analysis, from, to int, f *[features]float64) {
	for _, ask := range q.parsed.Asks {
		switch ask.Kind {
		case question.Value, question.Count, question.Compute:
			q.numberFeatures(a, from, to, ask.Units, f)
		case question.Date:
			f[fDate] = truth(q.newYear(a))
		case question.List:
			f[fListing] = truth(strings.Count(a.folded, "、") >= 2 || strings.Contains(a.folded, "包括"))
		case question.Definition:
			f[fDefining] = q.defines(a, f)
		case question.Reason:
			f[fReasoning] = truth(containsAny(a.folded, "因为", "由于", "因此", "原因", "所以", "导致", "为了", "使得", "因"))
		case question.Source, question.Issuer:
			f[fSourcing] = truth(containsAny(a.folded, "根据", "据", "数据显示", "来源", "发布", "印发", "预测", "统计"))
		}
	}
}

// defines tells how far a passage reads as a definition: the words of one,
// and more so near its start where the term asked about stands there too.
func (q *query) defines(a *analysis, f *[features]float64) float64 {
	start := a.folded
	if len(start) > 3*40 {
		start = start[:3*40]
	}
	marks := []string{"是指", "指的是", "是一种", "是一类", "是一套", "即", "定义为", "称为"}
	switch {
	case containsAny(start, marks...):
		return 0.5 + f[fStart]/2
	case containsAny(a.folded, marks...):
		return 0.5
	}
	return 0
}

func (q *query) numberFeatures(a *analysis, from, to int, units []string, f *[features]float64) {
	for _, n := range a.numbers {
		if q.states(n) {
			continue
		}
		inside := int(n.start) >= from && int(n.end) <= to
		f[fNumber] = 1
		if inside {
			f[fNumberNear] = 1
		}
		if len(units) > 0 && hasUnit(a.folded[n.end:], a.folded[n.start:n.end], units) {
			f[fUnit] = 1
			if inside {
				f[fUnitNear] = 1
			}
		}
	}
}

// hasUnit reports whether a number, followed by rest, has one of the units.
func hasUnit(rest, number string, units []string) bool {
	rest = strings.TrimLeft(rest, " 万亿千百十多余+")
	for _, u := range units {
		if strings.HasPrefix(rest, u) || u == "%" && strings.HasSuffix(number, "%") {
			return true
		}
		if u == "元" && strings.HasPrefix(rest, "人民币") {
			return true
		}
	}
	return false
}

// newYear reports whether the passage holds a year, or a date, that the
// question does not state.
func (q *query) newYear(a *analysis) bool {
	for _, y := range a.years {
		if !q.stated[y] {
			return true
		}
	}
	return len(q.years) > 0 && strings.Contains(a.folded, "月")
}

// states reports whether the question states the number that a token is.
func (q *query) states(n token) bool {
	need, ok := q.byTerm[n.id]
	return ok && q.stated[q.needs[need].term]
}

// contextFeatures fills in years, numbers and what the passage is.
func (q *query) contextFeatures(c *candidate) {
	a, f := c.analysis, &c.features
	if len(q.years) > 0 {
		held := 0
		for _, y := range q.years {
			if slices.Contains(a.years, y) || strings.Contains(a.head.folded, y) {
				held++
			}
		}
		f[fYear] = float64(held) / float64(len(q.years))
		f[fOtherYear] = truth(held == 0 && len(a.years) > 0)
	}
	if asked := len(q.stated) - len(q.years); asked > 0 {
		held := 0
		for _, n := range a.numbers {
			held += int(truth(q.states(n)))
		}
		f[fStated] = min(float64(held)/float64(asked), 1)
	}
	q.kindFeatures(c)
}

// kindFeatures fills in what kind of passage it is, and how that fits the kind
// of question. It comes last: it multiplies other features.
func (q *query) kindFeatures(c *candidate) {
	a, f := c.analysis, &c.features
	switch c.passage.Kind {
	case ingest.KindRow:
		f[fRow] = 1
	case ingest.KindTable:
		f[fTable] = 1
	case ingest.KindFigure:
		f[fFigure] = 1
	case ingest.KindNote:
		f[fNote] = 1
	}
	f[fLength] = min(math.Log1p(float64(a.runes))/6, 1.5)
	f[fRepeat] = truth(c.passage.DuplicateOf != "")
	f[fOpening] = truth(strings.HasSuffix(strings.TrimSpace(a.folded), ":"))
	f[fOpeningList] = f[fOpening] * truth(q.parsed.Wants(question.List))
	f[fAnswerNear] = max(f[fNumberNear], f[fUnitNear]) * f[fSentenceUni]
	if q.open {
		f[fStartOpen], f[fFirstOpen] = f[fStart], f[fFirst]
	}
	if q.where {
		f[fPlace] = truth(containsAny(a.folded, "位于", "境内", "坐落", "地处", "位在", "总部", "省", "市"))
	}
	if q.who {
		f[fPerson] = truth(containsAny(a.folded, "·", "由", "者", "人", "先生", "教授"))
	}
	if !c.ready() {
		f[fWordsTitled], f[fFullTitled], f[fSectionTitled] = f[fWords], f[fWordsFull], f[fSection]
		f[fLengthTitled], f[fLocalTitled] = f[fLength], f[fLocalUni]
	}
}
