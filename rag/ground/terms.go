package ground

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

// Rarity tells how much a term says: 0 for one in every passage, growing the
// rarer it is; ok is false for a term that no passage holds.
type Rarity func(term string) (idf float64, ok bool)

// termSet is the content of a question, cut into Han bigrams and Latin or
// number words, each with its weight and with other ways to say it.
type termSet struct {
	terms []term
	total float64
	text  string // folded question without its asking words
	forms []form // other words for stretches of the question

	english bool

	measure, narrowed string  // see measureAsked
	highest           float64 // rarity of the rarest term
}

type term struct {
	text    string
	weight  float64
	forms   []int // of the stretch that the term lies in, indices into termSet.forms
	name    bool  // part of a name
	anchor  bool  // hardly any passage holds it
	crosses bool  // it begins inside a word of the lexicon and ends outside of it
	period  bool  // a number or date
	unknown bool  // no passage holds it, nor any of its forms
	byForm  bool  // passages hold it in another form only
}

type form struct {
	text        string // folded
	weight      float64
	first, last int // of its first and last two characters in pairs; -1 for a form of one
}

// newForm reads a form.
func newForm(text string, weight float64) form {
	f := form{text: text, weight: weight, first: -1, last: -1}
	if rs := []rune(text); len(rs) > 1 {
		f.first, f.last = pairOf(rs[0], rs[1]), pairOf(rs[len(rs)-2], rs[len(rs)-1])
	}
	return f
}

// runePairs is a set of pairs of neighbouring characters, by a hash of pairBits bits:
// what it lacks a text does not hold, which is most forms of most texts.
type runePairs [1 << pairBits / 64]uint64

const pairBits = 11

func pairOf(a, b rune) int {
	return int((uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA77) >> (32 - pairBits))
}

func pairsOf(text string) (p runePairs) {
	before := rune(-1)
	for _, r := range text {
		if before >= 0 {
			n := pairOf(before, r)
			p[n/64] |= 1 << (n % 64)
		}
		before = r
	}
	return p
}

func (p *runePairs) has(n int) bool { return n < 0 || p[n/64]&(1<<(n%64)) != 0 }

// unknownWeight is the part of the highest rarity that a word counts which no
// passage holds: much for a name, little for a colloquial word.
const (
	unknownWord = 0.2
	unknownName = 1.2

	// An English word without a Chinese one in the lexicon cannot match.
	unknownEnglish = 0.08

	nameBoost = 1.4
)

// crossing is what is left of the weight of a bigram over the edge of a word.
const (
	crossing    = 0.25
	knownByForm = 0.6 // of the highest rarity, for a term that passages hold in another form only
)

// anchorShare of the highest rarity makes a term an anchor.
const anchorShare = 0.95

// functionWords are characters that join words: a bigram with one of them that
// no passage holds is none.
const functionWords = "的在了是里把被跟和与给从就都也还又占有用这那到对为以之于其"

// A term's weight is partly the same for all: the subject of a report is in
// every passage of it, yet a sentence about something else misses the point.
const evenShare = 0.35

// newTermSet cuts q's text. The stretches that ask (多少, 是哪家) are left
// out.
func newTermSet(q question.Question, lex *question.Lexicon, rarity Rarity) termSet {
	folded := lexical.Fold(q.Matter())
	ts := termSet{text: q.Words, english: q.English}
	if q.English {
		ts.text = inChinese(lex, folded)
	}
	ts.measure, ts.narrowed = measureAsked(ts.text)
	spans := ts.expansions(lex, folded)
	maxIDF := 0.0
	for _, w := range grams(q.Words) {
		t := ts.place(w, spans)
		if idf, ok := rarity(w.Text); ok {
			t.weight = idf
		} else {
			t.unknown = !slices.ContainsFunc(t.forms, func(f int) bool { return known(ts.forms[f].text, rarity) })
			t.byForm = !t.unknown
		}
		maxIDF = math.Max(maxIDF, t.weight)
		ts.terms = append(ts.terms, t)
	}
	if maxIDF == 0 {
		maxIDF = 1
	}
	ts.highest = maxIDF
	for i := range ts.terms {
		ts.terms[i].weigh(maxIDF, q.English)
		ts.total += ts.terms[i].weight
	}
	return ts
}

// place makes a term of w with the forms of the stretches that it lies in.
func (ts *termSet) place(w lexical.Term, spans []span) term {
	t := term{text: w.Text, period: w.Kind == lexical.Number || w.Kind == lexical.Date}
	for _, e := range spans {
		switch {
		case w.Start >= e.start && w.End <= e.end || w.Start <= e.start && w.End >= e.end:
			t.forms = append(t.forms, e.forms...)
			t.name = t.name || e.name
		case w.Start < e.end && e.start < w.End:
			t.crosses = true
		}
	}
	return t
}

// weigh turns the rarity of a term into its weight, against the highest rarity
// of the question.
func (t *term) weigh(highest float64, english bool) {
	function := strings.ContainsAny(t.text, functionWords)
	switch {
	case t.crosses:
		t.weight *= crossing
	case t.unknown && t.name:
		t.weight = unknownName * highest
	case t.unknown && (english || function): // no word, or two that happen to stand together
		t.weight = unknownEnglish * highest
	case t.unknown:
		t.weight = unknownWord * highest
	case t.byForm:
		t.weight = knownByForm * highest
	default:
		t.anchor = t.weight >= anchorShare*highest && !function
		t.weight = evenShare*highest + (1-evenShare)*t.weight
		if t.name {
			t.weight *= nameBoost
		}
	}
}

func known(text string, rarity Rarity) bool {
	all := true
	for _, g := range grams(text) {
		if _, ok := rarity(g.Text); !ok {
			all = false
		}
	}
	return all
}

type span struct {
	start, end int
	forms      []int
	name       bool
}

// inChinese says an English question in the Chinese words of the lexicon, in
// its order, words that follow each other joined: the stretches to look for.
func inChinese(lex *question.Lexicon, folded string) string {
	var b strings.Builder
	end := -1
	for _, e := range lex.Expand(folded) {
		if e.Start < end {
			continue
		}
		for _, a := range e.Alternatives {
			if !hasHan(a) {
				continue
			}
			if end >= 0 && strings.Trim(folded[end:e.Start], " -'s") != "" {
				b.WriteByte(' ')
			}
			b.WriteString(lexical.Fold(a))
			end = e.End
			break
		}
	}
	return b.String()
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// expansions adds the other words for stretches of the question to ts.
func (ts *termSet) expansions(lex *question.Lexicon, folded string) []span {
	var out []span
	for _, e := range lex.Expand(folded) {
		s := span{start: e.Start, end: e.End, name: e.Name()}
		for _, a := range e.Alternatives {
			s.forms = append(s.forms, len(ts.forms))
			ts.forms = append(ts.forms, newForm(lexical.Fold(a), e.Weight))
		}
		out = append(out, s)
	}
	return out
}

// grams returns the terms of folded text that count: bigrams, words, numbers,
// dates and document numbers, and a lone Han character that stands between
// blanks.
func grams(folded string) []lexical.Term {
	all := lexical.AppendTerms(nil, folded)
	var out []lexical.Term
	for i, t := range all {
		switch t.Kind {
		case lexical.Bigram, lexical.Word, lexical.Number, lexical.Date, lexical.DocNumber:
			out = append(out, t)
		case lexical.Unigram:
			before := i > 0 && all[i-1].End == t.Start
			after := i+1 < len(all) && all[i+1].Start <= t.End && all[i+1].End > t.End
			if !before && !after {
				out = append(out, t)
			}
		}
	}
	return out
}

// passageText is folded text with its set of terms.
type passageText struct {
	folded string
	terms  map[string]bool
	pairs  *runePairs
}

func newPassageText(s string) passageText {
	p := passageText{folded: lexical.Fold(s)}
	set := pairsOf(p.folded)
	p.pairs = &set
	all := lexical.AppendTerms(nil, p.folded)
	p.terms = make(map[string]bool, len(all))
	for _, t := range all {
		p.terms[t.Text] = true
	}
	return p
}

// matched is a text held against a question once: which of the other words it
// holds.
type matched struct {
	text  passageText
	holds []bool // by form
}

func (ts *termSet) match(text passageText) matched {
	m := matched{text: text, holds: make([]bool, len(ts.forms))}
	for i := range ts.forms {
		f := &ts.forms[i]
		m.holds[i] = text.pairs.has(f.first) && text.pairs.has(f.last) && strings.Contains(text.folded, f.text)
	}
	return m
}

// degree returns how far t stands in a text: 1 for the term itself, the form's
// weight for another way to say it, else 0.
func (ts *termSet) degree(t *term, m matched) float64 {
	if m.text.terms[t.text] {
		return 1
	}
	best := 0.0
	for _, f := range t.forms {
		if m.holds[f] {
			best = max(best, ts.forms[f].weight)
		}
	}
	return best
}

// coverage weighs how much of the question a unit holds by itself, and
// together with what stands around it, where each term counts for less.
func (ts *termSet) coverage(own, near, far matched) (direct, all float64) {
	if ts.total == 0 {
		return 0, 0
	}
	for i := range ts.terms {
		t := &ts.terms[i]
		m := ts.degree(t, own)
		direct += m * t.weight
		if m < nearFactor {
			m = max(m, nearFactor*ts.degree(t, near))
		}
		if m < farFactor {
			m = max(m, farFactor*ts.degree(t, far))
		}
		all += m * t.weight
	}
	return direct / ts.total, all / ts.total
}

// missesAnchor reports whether the question has terms that hardly any passage
// holds and neither the unit nor its paragraph has one of them: the passage
// that is meant is another one.
func (ts *termSet) missesAnchor(own, near matched) bool {
	anchors := false
	for i := range ts.terms {
		t := &ts.terms[i]
		if !t.anchor {
			continue
		}
		anchors = true
		if ts.degree(t, own) > 0 || ts.degree(t, near) > 0 {
			return false
		}
	}
	return anchors
}
