package retrieve

import (
	"cmp"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
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

// describer fills in features; its covers are used for one candidate after
// the other.
type describer struct {
	r                               *Retriever
	q                               *query
	m                               *matcher
	held                            [][]int // see siblings
	total                           float64 // weight of all needs
	text, near, head, path, stretch cover
	events                          []event
}

// describe fills in the features of all candidates.
func (r *Retriever) describe(q *query, cs []candidate) {
	r.relate(q, cs)
	d := &describer{r: r, q: q, m: r.newMatcher(q), held: r.siblings(q, cs)}
	defer r.release(d.m)
	for _, c := range []*cover{&d.text, &d.near, &d.head, &d.path, &d.stretch} {
		*c = make(cover, len(q.needs))
	}
	for _, n := range q.needs {
		d.total += n.weight
	}
	for i := range cs {
		d.coverage(i, &cs[i])
		from, to := d.bestSentence(&cs[i])
		q.answerFeatures(cs[i].analysis, from, to, &cs[i].features)
		q.contextFeatures(&cs[i])
	}
	extra(cs)
}

// coverage fills in how far candidate i holds the needs.
func (d *describer) coverage(i int, c *candidate) {
	a, f, q := c.analysis, &c.features, d.q
	for _, cov := range []cover{d.text, d.near, d.head, d.path, d.stretch} {
		cov.clear()
	}
	d.head.add(d.m.events(d.events[:0], a.head.folded, a.head.tokens))
	d.path.add(d.m.events(d.events[:0], a.path.folded, a.path.tokens))
	d.events = d.m.events(d.events[:0], a.folded, a.tokens)
	slices.SortStableFunc(d.events, func(a, b event) int { return cmp.Compare(a.start, b.start) })
	d.text.add(d.events)
	d.stretch.add(d.events[:opening(d.events)])
	for n := range d.near {
		d.near[n] = max(d.text[n], 0.5*d.head[n], 0.5*d.path[n])
		if d.held[n] != nil && d.held[n][i] > 0 {
			d.near[n] = max(d.near[n], 0.5)
		}
	}
	f[fUni], f[fBi] = q.measure(d.text)
	f[fNearUni], f[fNearBi] = q.measure(d.near)
	f[fLocalUni], f[fLocalBi] = q.local(d.text, d.held, i, d.r.words.ParentSize(lexical.LevelSection, c.doc))
	f[fHeadUni], f[fHeadBi] = q.measure(d.head)
	f[fPathUni], _ = q.measure(d.path)
	for _, n := range q.names {
		f[fNames] += truth(n.heldBy(d.text)) / float64(len(q.names))
		f[fNamesNear] += truth(n.heldBy(d.head) || n.heldBy(d.path)) / float64(len(q.names))
	}
	uni, bi := q.measure(d.stretch)
	f[fStart] = (uni + bi) / 2
	f[fFocus] = q.focused(d.text)
	f[fNarrow] = q.densest(d.events, narrow, d.total)
	f[fWide] = q.densest(d.events, wide, d.total)
	f[fRun] = min(float64(q.longestRun(d.events))/(3*12), 1)
	d.r.words.Siblings(lexical.LevelSection, c.doc, func(first int) bool {
		f[fFirst] = truth(first == c.doc)
		return false
	})
}

// ready reports whether a file gave the passage ready, with an ID of its own.
func (c *candidate) ready() bool { return c.passage.SourceID != "" }

// extra fills in the further features of ready passages.
func extra(cs []candidate) {
	var best [len(extraRelative)]float64
	for i := range cs[:min(scored, len(cs))] {
		for j, n := range extraRelative {
			best[j] = max(best[j], cs[i].features[n])
		}
	}
	for i := range cs {
		if !cs[i].ready() {
			continue
		}
		f := &cs[i].features
		for j, p := range extraProducts {
			f[products+j] = f[p[0]] * f[p[1]]
		}
		for j, n := range extraRelative {
			f[relatives+2*j] = ratio(f[n], best[j])
			f[relatives+2*j+1] = truth(best[j] > 0 && f[n] == best[j])
		}
	}
}

// opening returns how many of events, sorted by start, lie in the first
// characters of the text.
func opening(events []event) int {
	n, _ := slices.BinarySearchFunc(events, int32(3*20), func(e event, limit int32) int { return cmp.Compare(e.start, limit) })
	return n
}

// bestSentence measures every sentence of a candidate whose events were found
// and returns the bounds of the best.
func (d *describer) bestSentence(c *candidate) (from, to int) {
	f := &c.features
	start, at, best := 0, 0, -1.0
	for _, end := range c.analysis.sentences {
		first := at
		for at < len(d.events) && int(d.events[at].start) < end {
			at++
		}
		d.stretch.clear()
		d.stretch.add(d.events[first:at])
		if uni, bi := d.q.measure(d.stretch); uni+bi > best {
			best = uni + bi
			f[fSentenceUni], f[fSentenceBi] = uni, bi
			f[fFocusNear] = d.q.focused(d.stretch)
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
