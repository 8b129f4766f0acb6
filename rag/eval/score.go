package eval

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag"
)

// Edition says how the evidence of a question file is found in the passages
// that are asked.
type Edition int

// Editions.
const (
	// Literal: the passages hold the report's own words; evidence is a quotation.
	Literal Edition = iota
	// Restated: the passages say the same in other words; evidence is a passage
	// of the page named that holds what is asked for.
	Restated
)

// String names the edition.
func (e Edition) String() string {
	if e == Restated {
		return "restated"
	}
	return "literal"
}

// MarshalText makes the JSON form the name.
func (e Edition) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Score is the judgement of one answer. Counts of statements, citations and
// evidence are those of answerable items; unanswerable ones have none.
type Score struct {
	Right      bool   `json:"right"`
	Why        string `json:"why,omitempty"` // why a wrong answer is wrong
	Abstained  bool   `json:"abstained"`
	Length     int    `json:"length"`     // of the answer in characters, without markers
	Groups     int    `json:"groups"`     // groups of must
	Stated     int    `json:"stated"`     // of them stated
	Statements int    `json:"statements"` // pairs of a sentence and a group that it states
	Supported  int    `json:"supported"`  // of them supported by a passage cited in the sentence
	Cited      int    `json:"cited"`      // citations in sentences that make a statement
	Supporting int    `json:"supporting"` // of them supporting one of the statements
	Covered    bool   `json:"covered"`    // every evidence stands in some cited passage
}

// ScoreAnswer judges an answer to an item by the rules of docs/evaluation.md.
func ScoreAnswer(it *Item, a *rag.Answer, edition Edition) Score {
	last := len(a.Citations)
	text := stripMarkers(a.Answer, last)
	s := Score{Abstained: a.Status != rag.Answered, Length: utf8.RuneCountInString(text)}
	if !it.Answerable {
		s.Right = s.Abstained
		if !s.Right {
			s.Why = "answered a question that the report does not settle"
		}
		return s
	}
	normed := Norm(text)
	var missing []string
	for _, group := range it.Must {
		s.Groups++
		if statesNormed(normed, group) {
			s.Stated++
		} else {
			missing = append(missing, strings.Join(group, "|"))
		}
	}
	s.Why = reason(it, s, normed, missing)
	s.Right = s.Why == ""
	s.scoreCitations(it, a, edition)
	return s
}

// reason says what is wrong with an answer to an answerable item; "" for a
// right one.
func reason(it *Item, s Score, normed string, missing []string) string {
	if s.Abstained {
		return "abstained"
	}
	var why []string
	if len(missing) > 0 {
		why = append(why, "lacks "+strings.Join(missing, ", "))
	}
	for _, forbidden := range it.MustNot {
		if strings.Contains(normed, Norm(forbidden)) {
			why = append(why, "holds "+forbidden)
		}
	}
	if limit := Limit(it.Type); s.Length > limit {
		why = append(why, fmt.Sprintf("too long (%d characters, limit %d)", s.Length, limit))
	}
	return strings.Join(why, "; ")
}

// scoreCitations fills in the counts of statements, citations and evidence.
func (s *Score) scoreCitations(it *Item, a *rag.Answer, edition Edition) {
	passages := map[int]*place{}
	for _, c := range a.Citations {
		passages[c.N] = newPlace(c.Text, c.Section)
	}
	for _, sentence := range sentences(a.Answer, len(a.Citations)) {
		s.scoreSentence(it, sentence, passages, edition)
	}
	s.Covered = len(it.Evidence) > 0
	for _, e := range it.Evidence {
		found := slices.ContainsFunc(a.Citations, func(c rag.Citation) bool { return passages[c.N].proves(it, e, edition) })
		s.Covered = s.Covered && found
	}
}

func (s *Score) scoreSentence(it *Item, sentence sentence, passages map[int]*place, edition Edition) {
	normed := Norm(sentence.text)
	supporting := make([]bool, len(sentence.citations))
	stated := false
	for _, group := range it.Must {
		if !statesNormed(normed, group) {
			continue
		}
		stated = true
		s.Statements++
		supported := false
		for i, n := range sentence.citations {
			if passages[n].supports(it, group, edition) {
				supported, supporting[i] = true, true
			}
		}
		if supported {
			s.Supported++
		}
	}
	if !stated {
		return
	}
	s.Cited += len(supporting)
	for _, ok := range supporting {
		if ok {
			s.Supporting++
		}
	}
}

// place is a passage made ready for matching.
type place struct {
	text    string // after Norm
	quoted  string // after normQuote
	section []string
}

func newPlace(text string, section []string) *place {
	p := &place{text: Norm(text), quoted: normQuote(text)}
	for _, title := range section {
		p.section = append(p.section, Norm(title))
	}
	return p
}

// supports reports whether the passage supports a statement of the group: it
// states the group too or, where the value is computed, is one of the places
// it is computed from. A marker without a passage supports nothing.
func (p *place) supports(it *Item, group []string, edition Edition) bool {
	if p == nil {
		return false
	}
	if it.Type != multiHop {
		return statesNormed(p.text, group)
	}
	return slices.ContainsFunc(it.Evidence, func(e Evidence) bool { return p.proves(it, e, edition) })
}

// multiHop is the type whose values are computed and need not stand in the
// report.
const multiHop = "multi_hop"

// proves reports whether the passage is where the evidence points to.
func (p *place) proves(it *Item, e Evidence, edition Edition) bool {
	if p == nil {
		return false
	}
	if edition == Literal {
		return hasQuoteNormed(p.quoted, e.Quote)
	}
	if !p.onPage(e.Section) {
		return false
	}
	if it.Type == multiHop {
		return p.sharesFigures(e.Quote)
	}
	return slices.ContainsFunc(it.Must, func(group []string) bool { return statesNormed(p.text, group) })
}

// onPage reports whether a title of the section path is that of the page, or
// the passage is a table with that caption.
func (p *place) onPage(title string) bool {
	title = Norm(title)
	return strings.Contains(p.text, title) ||
		slices.ContainsFunc(p.section, func(s string) bool { return s != "" && strings.Contains(s, title) })
}

// figure matches what stays the same when a sentence is retold: a word with a
// digit in it (156.3, 24%, o3).
var figure = regexp.MustCompile(`[a-z]*\d[a-z\d.,]*%?`)

// sharesFigures reports whether at least half of the figures of the quotation
// stand in the passage; true for a quotation without figures.
func (p *place) sharesFigures(quote string) bool {
	figures := figure.FindAllString(Norm(quote), -1)
	shared := 0
	for _, f := range figures {
		if strings.Contains(p.text, strings.TrimRight(f, ".,")) {
			shared++
		}
	}
	return 2*shared >= len(figures)
}
