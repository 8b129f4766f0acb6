package ground

import (
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// Unit is the smallest stretch of a passage that an answer quotes: a sentence,
// a row, a caption, a note.
type Unit struct {
	Passage  *ingest.Passage
	Start    int // byte offsets into Passage.Text
	End      int
	Text     string
	Score    float64 // for ordering
	Coverage float64 // of the question by the unit and what stands around it, 0 to 1
	Direct   float64 // of the question by the unit alone
	Period   Fit     // of the periods asked for
	Names    Fit     // of the names asked about
	Ordinal  Fit     // of the place asked for (第二, 第19号)
	Subject  Fit     // of what is measured (大模型市场规模 is not 具身智能市场规模)
	Shared   int     // runes of the longest stretch that question and unit share
	Narrower bool    // the shared words are narrowed by one that the question does not have
	Values   []quantity.Value
	Periods  []quantity.Period
	Sources  []string // primary sources of the unit
	matched  matched  // held against the question
	around   matched  // its paragraph, likewise
	traits   traits
}

// Fit says how a unit meets one demand of a question.
type Fit int

// Fits, worst first.
const (
	Conflict Fit = iota - 1 // it speaks of another one
	Silent                  // not asked for, or the unit does not say
	Context                 // what stands around it does
	Meets                   // the unit itself does
)

// Candidate is a retrieved passage with its relevance.
type Candidate struct {
	Passage *ingest.Passage
	Score   float64 // 0 to 1
	Rank    int     // from 1
}

// Library gives the document of a passage.
type Library interface {
	Document(id string) (*ingest.Document, bool)
}

// Selector finds the units of passages that answer a question.
type Selector struct {
	Lexicon *question.Lexicon
	Rarity  Rarity
	Library Library

	cache cache
}

// Selection is what a Selector found, best first.
type Selection struct {
	Units   []Unit
	Figures []Unit   // captions without data that the question is about, best first
	Unknown []string // names in the question that no passage holds
	terms   termSet
}

// Select scores every unit of the candidates against q.
func (s *Selector) Select(q question.Question, candidates []Candidate) Selection {
	sel := Selection{terms: newTermSet(q, s.Lexicon, s.Rarity)}
	sel.Unknown = s.unknownNames(q)
	names := s.namesAsked(q)
	places, ordinals := s.placesAsked(q), Ordinals(q.Text)
	held := make(map[string]matched) // rows share what stands around them
	around := func(text passageText) matched {
		m, ok := held[text.folded]
		if !ok {
			m = sel.terms.match(text)
			held[text.folded] = m
		}
		return m
	}
	for _, c := range candidates {
		p := s.prepare(c.Passage)
		near, far := around(p.near), around(p.far)
		for i := range p.units {
			u := s.score(p, near, far, &p.units[i], q, &sel.terms, names, places, ordinals, c)
			if c.Passage.Kind == ingest.KindFigure {
				sel.Figures = append(sel.Figures, u)
				if wantsNumber(q) {
					continue
				}
			}
			sel.Units = append(sel.Units, u)
		}
	}
	order(sel.Units)
	order(sel.Figures)
	return sel
}

func order(units []Unit) {
	sort.SliceStable(units, func(i, j int) bool {
		a, b := units[i], units[j]
		if math.Abs(a.Score-b.Score) > 1e-12 {
			return a.Score > b.Score
		}
		if a.Passage.ID != b.Passage.ID {
			return a.Passage.ID < b.Passage.ID
		}
		return a.Start < b.Start
	})
}

// unitSpans cuts running text into sentences; everything else is one unit.
func unitSpans(p *ingest.Passage) [][2]int {
	switch p.Kind {
	case ingest.KindText:
		return withLabel(p, ingest.Sentences(p.Text))
	case ingest.KindTable: // its rows are passages of their own
		return nil
	}
	return [][2]int{{0, len(p.Text)}}
}

// Weights of the parts of a unit's score, chosen on our own question sets
// (docs/evaluation.md).
const (
	nearFactor = 0.7
	farFactor  = 0.4

	weightRelevance = 0.35
	weightDirect    = 0.45
	weightType      = 0.28
	weightPeriod    = 0.20
	weightNames     = 0.20
	weightOrdinal   = 0.25
	weightSubject   = 0.30
	weightLength    = 0.05
	weightRun       = 0.30
	weightDefines   = 0.45
	weightFigure    = -0.12
	weightForeign   = -0.2
	weightAnchor    = -0.2
)

func (s *Selector) score(p *prepared, near, far matched, pu *preparedUnit, q question.Question, ts *termSet, names []nameAsked, places [][]string, ordinals []int, c Candidate) Unit {
	u := Unit{
		Passage: c.Passage, Start: pu.start, End: pu.end, Text: c.Passage.Text[pu.start:pu.end],
		Values: pu.values, Periods: pu.periods, Sources: pu.sources, matched: ts.match(pu.text), around: near, traits: pu.traits,
	}
	u.Direct, u.Coverage = ts.coverage(u.matched, near, far)
	u.Period = periodFit(q.Periods, u.Periods, p.periods)
	u.Names = nameFit(names, pu, p)
	u.Ordinal = ordinalFit(ordinals, u.Text)
	u.Subject = subjectFit(ts, pu.text, p.near, pu.values)
	if placeFit(places, pu) == Conflict {
		u.Subject = Conflict
	}
	run, part := "", ""
	if u.Direct > 0 {
		run, part = ts.sharedRun(pu.text.folded)
	}
	u.Shared = utf8.RuneCountInString(run)
	u.Narrower = ts.foreign(pu.text.folded, run, part)
	u.Score = u.Coverage + weightDirect*u.Direct + weightRelevance*c.Score +
		weightType*typeFit(q, &u) +
		weightPeriod*float64(u.Period)/2 + weightNames*u.Names.namesWorth() +
		weightOrdinal*float64(u.Ordinal)/2 + weightSubject*math.Min(0, float64(u.Subject)) +
		weightLength*pu.brevity +
		weightRun*min(1, float64(u.Shared)/12) +
		weightForeign*choose(u.Narrower, 1, 0) +
		weightAnchor*choose(ts.missesAnchor(u.matched, near), 1, 0) +
		weightDefines*definesFit(q, ts, pu.text.folded, u.Text)
	switch {
	case c.Passage.Kind == ingest.KindFigure:
		u.Score += weightFigure
	case c.Passage.Kind == ingest.KindRow && (q.Wants(question.Definition) || q.Wants(question.Comparison) || q.Wants(question.Reason)):
		u.Score += weightFigure // cells seldom explain
	}
	return u
}

// withLabel joins the label of a drawing, which stands on a line of its own, to
// the sentence that it names.
func withLabel(p *ingest.Passage, spans [][2]int) [][2]int {
	if p.Lead == "" || len(spans) < 2 || strings.TrimSpace(p.Text[spans[0][0]:spans[0][1]]) != strings.TrimSpace(p.Lead) || strings.HasSuffix(p.Lead, "。") {
		return spans
	}
	return append([][2]int{{spans[0][0], spans[1][1]}}, spans[2:]...)
}

// withoutCaption is the text of a unit without the caption that a rendered row
// begins with; offsets of what is read there are not used.
func withoutCaption(u *Unit) string {
	if u.Passage.Kind == ingest.KindRow {
		if i := strings.Index(u.Text, "｜"); i >= 0 {
			return u.Text[i:]
		}
	}
	return u.Text
}

// brevity favours short units slightly, and empty leads not at all.
func brevity(s string) float64 {
	n := float64(utf8.RuneCountInString(s))
	switch {
	case n < 12:
		return -1
	case n < 80:
		return 0.5
	}
	return 0.5 - math.Min(1, (n-80)/200)
}

// sources returns the primary sources of a unit: those its own words name,
// else those a note binds to its passage.
func sources(u *Unit) []string {
	if named := ingest.NamedSources(u.Text); len(named) > 0 {
		return named
	}
	if len(u.Passage.Sources) > 0 {
		return u.Passage.Sources
	}
	// 根据X数据，…。其中，…: the sentence before names it.
	before := u.Passage.Text[:u.Start]
	spans := ingest.Sentences(before)
	if n := len(spans); n > 0 && continues(u.Text) {
		return ingest.NamedSources(before[spans[n-1][0]:spans[n-1][1]])
	}
	return nil
}

// continues reports whether a sentence goes on from the one before.
func continues(s string) bool {
	f := lexical.Fold(s)
	for _, w := range []string{"其中", "同时", "此外", "届时", "另", "其"} {
		if strings.HasPrefix(f, w) {
			return true
		}
	}
	return false
}
