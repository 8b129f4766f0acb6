package retrieve

import (
	"slices"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

// Weights of the words of a search.
const (
	expansionWeight = 0.35 // of another word for a stretch, times its weight in the lexicon
	extraWeight     = 0.35 // of what earlier turns spoke of
	nameHeld        = 0.5  // of a need: what another form of a name gives at least
	maxTerms        = 400  // of one search; those of a question of ordinary length are far fewer
)

// Weights of needs that no passage states in the same words, as parts of the
// highest rarity in the question.
const (
	unknownWeight  = 0.25 // no passage has the word
	replacedWeight = 0.7  // no passage has the word, but some may have another one for it
)

// query is a question taken apart.
type query struct {
	folded string
	parsed question.Question
	needs  []need
	others []other
	names  []name
	byTerm map[uint32]int // number of a term in the index to the need that it fills
	words  []lexical.Weighted
	years  []string
	stated map[string]bool // numbers that the question itself states

	open       bool // asks for no number, date or list
	where, who bool // asks for a place, for a person
}

// need is a term of the question that a good passage holds.
type need struct {
	term       string
	id         uint32
	known      bool
	weight     float64
	uni, bi    bool // counts among single characters and words, among pairs and words
	focus      bool // stands next to the words that ask
	start, end int  // in the folded question
}

// other is another way to say a stretch of the question.
type other struct {
	text   string // folded
	key    uint32 // number of its rarest term in the index
	credit float64
	needs  []int // what it fills
}

// name is a name in the question, as the needs that any of its forms fills.
type name []int

// heldBy reports whether some form of the name was found.
func (n name) heldBy(c cover) bool {
	for _, need := range n {
		if c[need] < nameHeld {
			return false
		}
	}
	return len(n) > 0
}

// understand takes a question apart.
func (r *Retriever) understand(text string, parsed *question.Question, extra []string) *query {
	if parsed == nil {
		p := question.Parse(r.lexicon, text)
		parsed = &p
	}
	folded := lexical.Fold(text)
	q := &query{folded: folded, parsed: *parsed, byTerm: make(map[uint32]int), stated: make(map[string]bool)}
	q.open = !slices.ContainsFunc([]question.Kind{question.Value, question.Date, question.List, question.Count}, q.parsed.Wants)
	q.where = containsAny(folded, "哪里", "哪儿", "在哪", "何处", "什么地方", "where", "位于")
	q.who = containsAny(folded, "谁", "who", "哪位", "何人")
	content := parsed.Words
	if len(content) != len(folded) { // understood from a text of another length
		content = question.Content(folded)
	}
	top := q.addNeeds(r.words, content)
	q.addFocus(content)
	q.addOthers(r, top)
	for _, n := range q.needs {
		q.words = append(q.words, lexical.Weighted{Term: n.term, Weight: 1})
	}
	q.addOtherWords(r.words)
	for _, e := range extra {
		for _, t := range lexical.Terms(lexical.Fold(cut(e))) {
			q.words = append(q.words, lexical.Weighted{Term: t, Weight: extraWeight})
		}
	}
	q.words = q.words[:min(len(q.words), maxTerms)]
	return q
}

// addNeeds adds a need for every different term of the content of the
// question and returns the highest rarity among them.
func (q *query) addNeeds(x *lexical.Index, content string) (top float64) {
	seen := make(map[string]bool)
	for _, t := range lexical.AppendTerms(nil, content) {
		if seen[t.Text] || len(q.needs) >= maxTerms {
			continue
		}
		seen[t.Text] = true
		n := need{term: t.Text, start: t.Start, end: t.End}
		switch t.Kind {
		case lexical.Unigram:
			n.uni = true
		case lexical.Bigram, lexical.Joined:
			n.bi = true
		case lexical.Word, lexical.Number, lexical.Date, lexical.DocNumber:
			n.uni, n.bi = true, true
		}
		if t.Kind == lexical.Number {
			q.stated[t.Text] = true
			if isYear(t.Text) {
				q.years = append(q.years, t.Text)
			}
		}
		n.weight, n.known = x.IDF(t.Text)
		if n.known {
			n.id, _ = x.Lookup(t.Text)
			q.byTerm[n.id] = len(q.needs)
			top = max(top, n.weight)
		}
		q.needs = append(q.needs, n)
	}
	return top
}

// addFocus marks the needs that stand right before or behind what Content
// blanked out: in 游戏的模式有哪些 the 模式.
func (q *query) addFocus(content string) {
	asks := func(from, to int) bool { // blanked characters that are none in the question itself
		return from >= 0 && to <= len(content) && strings.TrimSpace(content[from:to]) == "" && strings.Trim(q.folded[from:to], " 的,?。、") != ""
	}
	for i := range q.needs {
		n := &q.needs[i]
		if n.bi {
			n.focus = asks(n.start-6, n.start) || asks(n.end, n.end+6)
		}
	}
}

// addOthers adds the other ways to say stretches of the question, and weighs
// the needs that no passage states.
func (q *query) addOthers(r *Retriever, top float64) {
	replaced := make(map[int]bool)
	if r.lexicon != nil {
		for _, e := range r.lexicon.Expand(q.folded) {
			if r.silent[e.Surface] {
				continue
			}
			q.addOther(r.words, e, top, replaced)
		}
	}
	for i := range q.needs {
		n := &q.needs[i]
		switch {
		case n.known:
		case replaced[i]:
			n.weight = replacedWeight * top
		default:
			n.weight = unknownWeight * top
		}
	}
}

// addOther adds the alternatives of one stretch that the index may hold. A
// stretch whose own words only ask (隔多久) becomes a need of its own.
func (q *query) addOther(x *lexical.Index, e question.Expansion, top float64, replaced map[int]bool) {
	var covered []int
	for i, n := range q.needs {
		if n.start >= e.Start && n.end <= e.End {
			covered = append(covered, i)
		}
	}
	var found []other
	best := 0.0
	for _, a := range e.Alternatives {
		folded := lexical.Fold(a)
		if key, idf, ok := rarity(x, folded); ok {
			found = append(found, other{text: folded, key: key, credit: e.Weight})
			best = max(best, idf)
		}
	}
	if len(found) == 0 {
		if e.Name() {
			q.names = append(q.names, covered)
		}
		return
	}
	if len(covered) == 0 {
		covered = []int{len(q.needs)}
		q.needs = append(q.needs, need{known: true, weight: 0.5 * best, uni: true, bi: true, start: e.Start, end: e.End})
	}
	for _, i := range covered {
		replaced[i] = true
	}
	if e.Name() {
		q.names = append(q.names, covered)
	}
	for _, o := range found {
		o.needs = covered
		q.others = append(q.others, o)
	}
}

// rarity returns the rarest term of folded text and the mean rarity of its
// pairs and words; ok is false if no passage can hold it.
func rarity(x *lexical.Index, folded string) (key uint32, idf float64, ok bool) {
	terms := lexical.AppendTerms(nil, folded)
	n, rarest := 0, -1.0
	for _, t := range terms {
		if t.Kind == lexical.Unigram && len(terms) > 1 {
			continue
		}
		v, known := x.IDF(t.Text)
		if !known {
			return 0, 0, false
		}
		if v > rarest {
			rarest = v
			key, _ = x.Lookup(t.Text)
		}
		idf += v
		n++
	}
	if n == 0 {
		return 0, 0, false
	}
	return key, idf / float64(n), true
}

// addOtherWords adds the words of the alternatives to the search, each once
// and with its best weight.
func (q *query) addOtherWords(x *lexical.Index) {
	weights := make(map[string]float64)
	var order []string
	for _, o := range q.others {
		for _, t := range lexical.Terms(o.text) {
			if id, ok := x.Lookup(t); ok {
				if _, own := q.byTerm[id]; own {
					continue
				}
			}
			if weights[t] == 0 {
				order = append(order, t)
			}
			weights[t] = max(weights[t], expansionWeight*o.credit)
		}
	}
	for _, t := range order {
		q.words = append(q.words, lexical.Weighted{Term: t, Weight: weights[t]})
	}
}

func isYear(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}
