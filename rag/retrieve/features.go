package retrieve

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

// Features of a candidate, in the order of featureNames. All are about 0 to 1;
// those of ranks and relations compare with the other candidates of the same
// question.
const (
	fWords         = iota // BM25 score, relative to the best candidate
	fWordsRank            // 1 / rank by it
	fWordsFull            // BM25 score, relative to the most that the question could give
	fParagraph            // BM25 score of the paragraph, relative to the best
	fSection              // BM25 score of the section, relative to the best
	fSectionRank          // 1 / rank by it among the sections
	fSectionFull          // BM25 score of the section, relative to the most that the question could give
	fVector               // cosine similarity, relative to the best
	fUni                  // needs filled in the text: characters and words
	fBi                   // pairs and words
	fNearUni              // needs filled in the text, by half in what it stands under or in the rest of the section
	fNearBi               //
	fLocalUni             // needs filled in the text, by how few other passages of the section fill them
	fLocalBi              //
	fFocus                // needs next to the asking words filled in the text
	fFocusNear            // in the best sentence
	fStart                // needs filled in the first 20 characters
	fStartOpen            // the same where no number, date or list is asked for
	fHeadUni              // needs filled in the title of the section and the lead
	fHeadBi               //
	fPathUni              // needs filled in the titles above
	fSentenceUni          // needs filled in the best sentence
	fSentenceBi           //
	fNarrow               // needs filled within 25 characters
	fWide                 // within 60 characters
	fRun                  // longest stretch of the question that stands in the text, of 12 characters
	fAhead                // BM25 score above that of the best other passage of the section, relative to the best
	fLength               // length of the text
	fFirst                // first passage of its section
	fFirstOpen            // the same where no number, date or list is asked for
	fNumber               // asked for a number: has one that the question does not state
	fNumberNear           // the best sentence has
	fUnit                 // has one with the unit asked for
	fUnitNear             // the best sentence has
	fStated               // of the numbers that the question states, years aside, part that the text holds
	fDate                 // asked when: has a year or a date that the question does not state
	fListing              // asked for a list: has one
	fDefining             // asked for a definition: has the words of one
	fReasoning            // asked why: has the words of a reason
	fSourcing             // asked whose figure: names a source
	fPlace                // asked where: has words of places
	fPerson               // asked who: has words of people
	fYear                 // of the years asked about, part that the text, its titles or its section holds
	fOtherYear            // speaks of other years only
	fNames                // of the names asked about, part that the text holds
	fNamesNear            // part that its titles hold
	fRow                  // kinds of passages
	fTable                //
	fFigure               //
	fNote                 //
	fOpening              // ends with a colon: what it speaks of follows elsewhere
	fOpeningList          // the same where a list is asked for
	fAnswerNear           // the kind of thing asked for in the best sentence, by how good that is
	fWordsTitled          // fWords, where the passage stands under titles of a report and not among ready passages
	fFullTitled           // fWordsFull, the same
	fSectionTitled        // fSection, the same
	fLengthTitled         // fLength, the same
	fLocalTitled          // fLocalUni, the same
	fRepeat               // says what another passage says in the body or at greater length
	baseFeatures          // how many there are for passages of documents
)

// Further features of passages that a file gave ready. There is much training
// data of that kind, enough to fit how features work together: extraProducts
// in their order, then each of extraRelative as part of the best among the
// candidates, and whether it is the best.
const (
	products  = baseFeatures
	relatives = products + 10
	features  = relatives + 2*10
)

var extraProducts = [relatives - products][2]int{
	{fFirst, fLocalUni}, {fFirst, fLocalBi}, {fFirst, fUni}, {fFirst, fWordsFull}, {fFirst, fSentenceUni}, {fFirst, fRun},
	{fAhead, fLocalUni}, {fAhead, fLocalBi}, {fAhead, fUni}, {fAhead, fSentenceUni},
}

var extraRelative = [(features - relatives) / 2]int{
	fUni, fBi, fLocalUni, fLocalBi, fSentenceUni, fSentenceBi, fWide, fNarrow, fNearUni, fNearBi,
}

// Widths of the windows, in bytes of text (three for a Han character).
const (
	narrow = 3 * 25
	wide   = 3 * 60
)

// candidate is a passage that may answer, with what is known of it.
type candidate struct {
	doc       int
	passage   *ingest.Passage
	analysis  *analysis
	lexical   float64
	paragraph float64
	section   float64
	vector    float64
	features  [features]float64
}

// describe fills in the features of all candidates.
func (r *Retriever) describe(q *query, cs []candidate) {
	r.relate(q, cs)
	held := r.siblings(q, cs)
	m := r.newMatcher(q)
	defer r.release(m)
	text, near := make(cover, len(q.needs)), make(cover, len(q.needs))
	head, path, sentence := make(cover, len(q.needs)), make(cover, len(q.needs)), make(cover, len(q.needs))
	total := 0.0
	for _, n := range q.needs {
		total += n.weight
	}
	var events []event
	for i := range cs {
		c := &cs[i]
		a := c.analysis
		f := &c.features
		for _, cov := range []cover{text, near, head, path} {
			cov.clear()
		}
		head.add(m.events(events[:0], a.head.folded, a.head.tokens), 1)
		path.add(m.events(events[:0], a.path.folded, a.path.tokens), 1)
		events = m.events(events[:0], a.folded, a.tokens)
		slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.start, b.start) })
		text.add(events, 1)
		for n := range near {
			near[n] = max(text[n], 0.5*head[n], 0.5*path[n])
			if held[n] != nil && held[n][i] > 0 {
				near[n] = max(near[n], 0.5)
			}
		}
		f[fUni], f[fBi] = q.measure(text)
		f[fNearUni], f[fNearBi] = q.measure(near)
		f[fLocalUni], f[fLocalBi] = q.local(text, held, i, r.words.ParentSize(lexical.LevelSection, c.doc))
		f[fFocus] = q.focused(text)
		f[fHeadUni], f[fHeadBi] = q.measure(head)
		f[fPathUni], _ = q.measure(path)
		f[fNarrow] = q.densest(events, narrow, total)
		f[fWide] = q.densest(events, wide, total)
		f[fRun] = min(float64(q.longestRun(events))/(3*12), 1)
		sentence.clear()
		sentence.add(events[:opening(events)], 1)
		uni, bi := q.measure(sentence)
		f[fStart] = (uni + bi) / 2
		from, to := q.bestSentence(a, events, sentence, f)
		q.answerFeatures(a, from, to, f)
		r.words.Siblings(lexical.LevelSection, c.doc, func(first int) bool {
			f[fFirst] = truth(first == c.doc)
			return false
		})
		q.contextFeatures(c, f)
	}
	for i := range cs {
		cs[i].extra(cs)
	}
}

// ready reports whether a file gave the passage ready, with an ID of its own.
func (c *candidate) ready() bool { return c.passage.SourceID != "" }

// extra fills in the further features of a ready passage.
func (c *candidate) extra(cs []candidate) {
	if !c.ready() {
		return
	}
	f := &c.features
	for i, p := range extraProducts {
		f[products+i] = f[p[0]] * f[p[1]]
	}
	for i, n := range extraRelative {
		best := 0.0
		for j := range cs[:min(scored, len(cs))] {
			best = max(best, cs[j].features[n])
		}
		f[relatives+2*i] = ratio(f[n], best)
		f[relatives+2*i+1] = truth(best > 0 && f[n] == best)
	}
}

// opening returns how many of events, sorted by start, lie in the first
// characters of the text.
func opening(events []event) int {
	n, _ := slices.BinarySearchFunc(events, int32(3*20), func(e event, limit int32) int { return cmp.Compare(e.start, limit) })
	return n
}

// bestSentence measures every sentence and returns the bounds of the best.
func (q *query) bestSentence(a *analysis, events []event, c cover, f *[features]float64) (from, to int) {
	start, at, best := 0, 0, -1.0
	for _, end := range a.sentences {
		first := at
		for at < len(events) && int(events[at].start) < end {
			at++
		}
		c.clear()
		c.add(events[first:at], 1)
		if uni, bi := q.measure(c); uni+bi > best {
			best = uni + bi
			f[fSentenceUni], f[fSentenceBi] = uni, bi
			f[fFocusNear] = q.focused(c)
			from, to = start, end
		}
		start = end
	}
	return from, to
}

// relate fills in the features that compare candidates.
func (r *Retriever) relate(q *query, cs []candidate) {
	most := 0.0
	for _, w := range q.words {
		if idf, ok := r.words.IDF(w.Term); ok && w.Weight >= 1 {
			most += 1.5 * idf
		}
	}
	var words, paragraph, section, vector float64
	sections := make(map[int]float64) // best lexical score by section
	second := make(map[int]float64)
	var scores []float64
	for i := range cs {
		c := &cs[i]
		words, paragraph, section = max(words, c.lexical), max(paragraph, c.paragraph), max(section, c.section)
		vector = max(vector, c.vector)
		s := r.words.Parent(lexical.LevelSection, c.doc)
		if best, ok := sections[s]; !ok {
			sections[s] = c.lexical
			scores = append(scores, c.section)
		} else if c.lexical > best {
			sections[s], second[s] = c.lexical, best
		} else {
			second[s] = max(second[s], c.lexical)
		}
	}
	slices.SortFunc(scores, func(a, b float64) int { return cmp.Compare(b, a) })
	for i := range cs {
		c := &cs[i]
		f := &c.features
		f[fWords], f[fParagraph], f[fSection] = ratio(c.lexical, words), ratio(c.paragraph, paragraph), ratio(c.section, section)
		f[fVector] = ratio(max(c.vector, 0), vector)
		f[fWordsFull] = min(ratio(c.lexical, most), 1)
		f[fSectionFull] = min(ratio(c.section, most), 1)
		rank, _ := slices.BinarySearchFunc(scores, c.section, func(a, b float64) int { return cmp.Compare(b, a) })
		f[fSectionRank] = 1 / float64(rank+1)
		f[fWordsRank] = 1 / float64(i+1)
		s := r.words.Parent(lexical.LevelSection, c.doc)
		rival := sections[s]
		if c.lexical == rival {
			rival = second[s]
		}
		f[fAhead] = ratio(c.lexical-rival, words)
	}
}

// siblings tells for each need and candidate how many passages of the section
// of the candidate hold the need; nil for a need that no passage states.
func (r *Retriever) siblings(q *query, cs []candidate) [][]int {
	docs := make([]int, len(cs))
	for i := range cs {
		docs[i] = cs[i].doc
	}
	var ids []uint32
	var which []int
	for i, n := range q.needs {
		if n.known && n.term != "" {
			ids = append(ids, n.id)
			which = append(which, i)
		}
	}
	out := make([][]int, len(q.needs))
	for i, counts := range r.words.ParentCounts(lexical.LevelSection, ids, docs) {
		out[which[i]] = counts
	}
	return out
}

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
		if q.stated[a.folded[n.start:n.end]] {
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

// contextFeatures fills in years, names and kind.
func (q *query) contextFeatures(c *candidate, f *[features]float64) {
	a := c.analysis
	f[fLength] = min(math.Log1p(float64(a.runes))/6, 1.5)
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
	if len(q.stated) > 0 {
		held := 0
		for _, n := range a.numbers {
			held += int(truth(q.stated[a.folded[n.start:n.end]]))
		}
		f[fStated] = min(float64(held)/float64(len(q.stated)), 1)
	}
	if len(q.names) > 0 {
		text, near := 0, 0
		for _, n := range q.names {
			text += int(truth(containsAny(a.folded, n.forms...)))
			near += int(truth(containsAny(a.head.folded, n.forms...) || containsAny(a.path.folded, n.forms...)))
		}
		f[fNames] = float64(text) / float64(len(q.names))
		f[fNamesNear] = float64(near) / float64(len(q.names))
	}
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
	if open := !q.parsed.Wants(question.Value) && !q.parsed.Wants(question.Date) && !q.parsed.Wants(question.List) && !q.parsed.Wants(question.Count); open {
		f[fStartOpen], f[fFirstOpen] = f[fStart], f[fFirst]
	}
	if containsAny(q.folded, "哪里", "哪儿", "在哪", "何处", "什么地方", "where", "位于") {
		f[fPlace] = truth(containsAny(a.folded, "位于", "境内", "坐落", "地处", "位在", "总部", "省", "市"))
	}
	if containsAny(q.folded, "谁", "who", "哪位", "何人") {
		f[fPerson] = truth(containsAny(a.folded, "·", "由", "者", "人", "先生", "教授"))
	}
	f[fOpening] = truth(strings.HasSuffix(strings.TrimSpace(a.folded), ":"))
	f[fOpeningList] = f[fOpening] * truth(q.parsed.Wants(question.List))
	f[fAnswerNear] = max(f[fNumberNear], f[fUnitNear]) * f[fSentenceUni]
	if !c.ready() {
		f[fWordsTitled], f[fFullTitled], f[fSectionTitled] = f[fWords], f[fWordsFull], f[fSection]
		f[fLengthTitled], f[fLocalTitled] = f[fLength], f[fLocalUni]
	}
	f[fRepeat] = truth(c.passage.DuplicateOf != "")
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
