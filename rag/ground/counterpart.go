package ground

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// fillerRunes join words and say nothing of the matter: a pair of characters
// with one of them is no term.
const fillerRunes = "的了在是和与及为对将其该等由从于被把使让也还又并且或而但就都更最则以所这那有约近超达到至起个年月日同另此即"

// everywhere are pairs that say nothing of what a value measures.
var everywhere = map[string]bool{
	"预计": true, "突破": true, "同比": true, "环比": true, "增长": true, "下降": true, "上升": true, "分别": true, "数据": true, "显示": true,
	"根据": true, "统计": true, "占比": true, "规模": true, "数量": true, "报告": true, "比重": true, "相比": true, "增加": true, "减少": true, "提高": true, "其中": true,
}

// smallWords are English words that say nothing of the matter.
var smallWords = wordSet(`a an the of in on at to for by from with as is are was were be been being do does did has have had will would can could should may might must
	it its this that these those they their them there and or but if than then so such into about over under between among during per also while which who whose
	according report says said states shows more most other each all both some any year years total`)

func wordSet(list string) map[string]bool {
	out := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// matter returns the terms of clause i that say what it is about: pairs of Han
// characters and words, without values, periods and ranks, and without names
// unless asked for. An English clause is said in the Chinese words of the
// lexicon too.
func (e *examination) matter(r *reading, i int, names bool) []string {
	c := &r.clauses[i]
	kept := &c.matter
	if names {
		kept = &c.matterNamed
	}
	if r != e.claim { // shared with others: read before
		return *kept
	}
	if *kept == nil {
		*kept = append([]string{}, e.matterOf(r, i, names, !e.latin)...)
	}
	return *kept
}

// matterOf is matter, with an English clause in Chinese words if told so.
func (v *Verifier) matterOf(r *reading, i int, names, inHan bool) []string {
	c := &r.clauses[i]
	body := []byte(r.text[c.start:c.end])
	blank := func(start, end int) {
		for k := max(start-c.start, 0); k < min(end-c.start, len(body)); k++ {
			body[k] = ' '
		}
	}
	for _, val := range c.values {
		blank(val.Start, val.End)
	}
	for _, p := range c.periods {
		blank(p.Start, p.End)
	}
	for _, k := range c.ranks {
		blank(k.start, k.end)
	}
	if !names {
		for _, m := range c.names {
			if m.Kind != "concept" {
				blank(m.Start, m.End)
			}
		}
	}
	folded := lexical.Fold(string(body))
	terms := contentTerms(folded)
	if inHan && hanShare(folded) < 0.3 {
		terms = contentTerms(inChinese(v.Lexicon, folded))
	}
	return terms
}

func contentTerms(folded string) []string {
	var out []string
	for _, t := range grams(folded) {
		switch {
		case t.Kind == lexical.Unigram, t.Kind == lexical.Number:
			continue
		case t.Kind == lexical.Bigram && strings.ContainsAny(t.Text, fillerRunes):
			continue
		case len(t.Text) < 2 || smallWords[t.Text]:
			continue
		}
		if !slices.Contains(out, t.Text) {
			out = append(out, t.Text)
		}
	}
	return out
}

func hanShare(s string) float64 {
	han := 0
	for _, r := range s {
		if r >= 0x3400 && r <= 0x9FFF {
			han++
		}
	}
	n := utf8.RuneCountInString(strings.ReplaceAll(s, " ", ""))
	if n == 0 {
		return 1
	}
	return float64(han) / float64(n)
}

// otherThing reports whether value s of clause j is said of something else
// than the claim says c of: the claim speaks of what another clause of the
// passage is about, and of nothing that clause j is about.
func (e *examination) otherThing(i int, c value, r passageReading, j int, _ value) bool {
	return e.misplaced(i, r, j, false, func(k *clause) bool {
		cell := k.start
		if r.row { // 二级指标：甲 has no value in its cell
			header, _, _ := strings.Cut(r.text[k.start:k.end], "：")
			cell += len(header)
		}
		return slices.ContainsFunc(k.values, func(v value) bool { return v.Start >= cell && !v.SameNumber(c.Value) })
	})
}

// otherSubject is otherThing for a rank.
func (e *examination) otherSubject(i, _ int, r passageReading, j, there int) bool {
	return e.misplaced(i, r, j, true, func(k *clause) bool {
		return slices.ContainsFunc(k.ranks, func(k rank) bool { return k.start != there })
	})
}

func (e *examination) misplaced(i int, r passageReading, j int, names bool, rival func(*clause) bool) bool {
	said := e.stretchMatter(e.claim, i, names)
	here := r.stretchText(j)
	own := e.stretchMatter(r.reading, j, true)
	if len(said) < 2 || hanShare(here) < 0.3 {
		return false
	}
	mineHere := share(said, here)
	for k := range r.clauses {
		other := &r.clauses[k]
		if k == j || other.caption || !rival(other) {
			continue
		}
		text := r.stretchText(k)
		theirs, mine := 0, 0
		for _, t := range said {
			in, out := strings.Contains(text, t), strings.Contains(here, t)
			switch {
			case in && !out:
				theirs++
			case out && !in && !everywhere[t]:
				mine++
			}
		}
		if theirs >= 2 && mine == 0 && e.ownHead(own, text, i) {
			return true
		}
		inherits := k < j && other.sentence == r.clauses[j].sentence
		if !inherits && mine == 0 && len(said) >= clauseTerms && share(said, text) >= plainlyHere && mineHere <= share(said, text)-betterBy && e.leftOut(other, r.clauses[j].values) {
			return true
		}
	}
	return false
}

// plainlyHere is the share of a claim's words that the stretch of another value
// must hold for that value to be the one that the claim should state.
const plainlyHere = 0.75

// leftOut reports whether a clause has a value of a unit of those given that
// the claim does not state.
func (e *examination) leftOut(p *clause, like []value) bool {
	for _, v := range p.values {
		if !slices.ContainsFunc(like, func(w value) bool { return w.Unit == v.Unit }) {
			continue
		}
		said := false
		for i := range e.claim.clauses {
			said = said || slices.ContainsFunc(e.claim.clauses[i].values, v.sameAmount)
		}
		if !said {
			return true
		}
	}
	return false
}

// ownHead reports whether a clause of a passage has words of its own for what
// it is about, which neither its rival nor the claim's clause has.
func (e *examination) ownHead(own []string, rival string, i int) bool {
	sentence := e.claim.stretchText(i)
	n := 0
	for _, t := range own {
		if everywhere[t] || strings.Contains(rival, t) {
			continue
		}
		if strings.Contains(sentence, t) {
			return false
		}
		n++
	}
	return n > 0
}

// run is a clause that names or dates what follows, up to the next that does.
type run struct {
	folded string
	holds  bool // the name or period of the claim
}

// runs cuts the cited passages at the clauses of which mark is true.
func (e *examination) runs(mark func(*clause) bool, holds func(*clause) bool) []run {
	var out []run
	for _, c := range e.cited {
		for _, r := range c.readings {
			if r.row {
				one := run{folded: r.folded}
				any := false
				for k := range r.clauses {
					if !r.clauses[k].caption && mark(&r.clauses[k]) {
						any = true
						one.holds = one.holds || holds(&r.clauses[k])
					}
				}
				if any {
					out = append(out, one)
				}
				continue
			}
			last := -1
			for k := range r.clauses {
				cl := &r.clauses[k]
				switch {
				case mark(cl):
					out = append(out, run{cl.folded, holds(cl)})
					last = cl.sentence
				case last == cl.sentence:
					out[len(out)-1].folded += cl.folded
				}
			}
		}
	}
	return out
}

// Shares of a claim's words that the run of another name or period must hold,
// and by how much more than the right one, for the claim to be about that run.
const (
	rivalShare  = 0.55
	rivalMargin = 0.35
)

// rivals reports whether a run that does not hold what the claim names speaks
// of the claim's matter more than those that do.
func rivals(terms []string, runs []run) bool {
	if len(terms) < 3 {
		return false
	}
	right, wrong := 0.0, 0.0
	for _, r := range runs {
		s := share(terms, r.folded)
		if r.holds {
			right = max(right, s)
		} else {
			wrong = max(wrong, s)
		}
	}
	return wrong >= rivalShare && wrong-right >= rivalMargin
}

// periodElsewhere reports whether clause i, which states no value, dates
// something with the period of something else.
func (e *examination) periodElsewhere(i int, p quantity.Period) bool {
	c := &e.claim.clauses[i]
	if len(c.values) > 0 {
		return false
	}
	runs := e.runs(func(k *clause) bool { return len(k.uncompared()) > 0 }, func(k *clause) bool {
		return slices.ContainsFunc(k.uncompared(), func(s quantity.Period) bool { return allows(s, p) })
	})
	return rivals(e.matter(e.claim, i, true), runs) || e.otherEvent(i, p)
}

// otherEvent reports whether what clause i says after a period (印发, 施行) stands
// after another period of a passage and not after that one.
func (e *examination) otherEvent(i int, p quantity.Period) bool {
	event := eventTerms(e.claim.text[p.End:e.claim.clauses[i].end])
	if len(event) == 0 {
		return false
	}
	right, wrong := 0.0, 0.0
	for _, c := range e.cited {
		for _, r := range c.readings {
			for j := range r.clauses {
				k := &r.clauses[j]
				for _, s := range k.periods {
					at := share(event, lexical.Fold(r.text[s.End:k.end]))
					if allows(s.Period, p) {
						right = max(right, at)
					} else {
						wrong = max(wrong, at)
					}
				}
			}
		}
	}
	return right == 0 && wrong == 1
}

// eventTerms are the first words after a period that say what happened.
func eventTerms(after string) []string {
	terms := contentTerms(lexical.Fold(after))
	return terms[:min(len(terms), 2)]
}

// namesBound checks that what the claim says of a name is not what the
// passages say of another of its kind.
func (e *examination) namesBound() fault {
	for i := range e.claim.clauses {
		if len(e.claim.clauses[i].anchors()) > 0 {
			continue // bound to their names already
		}
		terms := e.matter(e.claim, i, false)
		for _, m := range e.claim.clauses[i].names {
			if !slices.Contains(boundKinds, m.Kind) {
				continue
			}
			runs := e.runs(func(k *clause) bool { return len(ofKind(k.names, m.Kind)) > 0 }, func(k *clause) bool {
				for _, n := range k.names {
					if sameName(m, n) {
						return true
					}
				}
				return false
			})
			if rivals(terms, runs) {
				return fault{verdict: BadName, what: e.claim.text[m.Start:m.End]}
			}
		}
	}
	return sound
}
