package eval

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// Names finds the names in a text. question.Lexicon does.
type Names interface {
	Mentions(text string) []question.Mention
	Aliases(canonical string) []string
}

// Kinds of lies and of true paraphrases, in the order of the table.
var (
	lieKinds = []string{"number", "digit swap", "value of another", "unit", "currency", "year", "year of another", "company", "product", "name of another", "rank", "polarity",
		"moved citation", "invented citation", "altered quotation", "uncited sentence", "foreign sentence"}
	trueKinds = []string{"as said", "spelling", "English value", "English sentence", "full width", "order", "rounding"}
)

// caseMaker makes the cases of claims. The same claim gets the same cases.
type caseMaker struct {
	o      Lies
	pairs  []Pair
	names  map[string][]question.Mention // names of the documents by kind, each once
	folded map[*ingest.Passage]string
	values map[*ingest.Passage][]quantity.Value
}

func newCaseMaker(o Lies, pairs []Pair) *caseMaker {
	m := &caseMaker{o: o, pairs: pairs, names: make(map[string][]question.Mention), folded: make(map[*ingest.Passage]string), values: make(map[*ingest.Passage][]quantity.Value)}
	seen := make(map[string]bool)
	for _, p := range o.Passages {
		m.values[p] = quantity.Values(p.Text)
		m.folded[p] = lexical.Fold(p.Text + "\n" + strings.Join(p.Section, "\n") + "\n" + p.Lead)
		for _, n := range o.Names.Mentions(p.Text) {
			if !seen[n.Canonical] {
				seen[n.Canonical] = true
				n.Start, n.End = 0, 0
				m.names[n.Kind] = append(m.names[n.Kind], n)
			}
		}
	}
	return m
}

// claim is a pair with what the makers of cases need of it.
type claim struct {
	Pair
	values []quantity.Value
	cited  string // folded text of what it cites
	random *rand.Rand
}

// cases makes all cases of a pair.
func (m *caseMaker) cases(p Pair) []Case {
	h := fnv.New64a()
	h.Write([]byte(p.key()))
	c := &claim{Pair: p, values: quantity.Values(p.Claim), random: rand.New(rand.NewPCG(h.Sum64(), 1))}
	for _, passage := range p.Cited {
		c.cited += m.folded[passage] + "\n"
	}
	var out []Case
	add := func(kind string, lie bool, texts ...string) {
		for _, t := range texts {
			if t != p.Claim || kind == "as said" {
				out = append(out, Case{Kind: kind, Lie: lie, Text: t, Cited: p.Cited, From: p.Claim, Pair: p})
			}
		}
	}
	add("number", true, c.otherNumbers()...)
	add("digit swap", true, c.swappedDigits()...)
	numbers, years, currencies := c.englishLies()
	add("number", true, numbers...)
	add("value of another", true, c.valuesOfOthers()...)
	add("unit", true, c.otherUnits()...)
	add("currency", true, append(c.otherCurrencies(), currencies...)...)
	add("year", true, append(c.otherYears(), years...)...)
	add("year of another", true, c.swappedYears()...)
	add("name of another", true, m.swappedNames(c, "company", "research", "product", "model")...)
	add("company", true, m.otherNames(c, "company", "research")...)
	add("product", true, m.otherNames(c, "product", "model")...)
	add("rank", true, c.otherRanks()...)
	add("polarity", true, c.opposites()...)
	add("altered quotation", true, c.alteredQuotations()...)
	out = append(out, m.citations(c)...)
	add("as said", false, p.Claim)
	add("spelling", false, c.otherSpellings()...)
	add("English value", false, c.englishValues()...)
	add("English sentence", false, c.englishSentences()...)
	add("full width", false, c.fullWidth()...)
	add("order", false, c.otherOrder()...)
	add("rounding", false, c.roundings()...)
	return out
}

// replace puts other in place of text[start:end].
func replace(text string, start, end int, other string) string {
	return text[:start] + other + text[end:]
}

// hasFact reports whether a sentence states a value, a year or a name.
func hasFact(s string, names Names) bool {
	return len(quantity.Values(s)) > 0 || len(quantity.Periods(s)) > 0 ||
		slices.ContainsFunc(names.Mentions(s), func(n question.Mention) bool { return n.Kind != "concept" && n.Kind != "place" })
}

// shared is the part of the pairs of characters and words of a that b holds.
func shared(a, b string) float64 { return sharedTerms(claimTerms(a), b) }

func claimTerms(s string) []string {
	var out []string
	for _, t := range lexical.AppendTerms(nil, lexical.Fold(s)) {
		if t.Kind == lexical.Bigram || t.Kind == lexical.Word {
			out = append(out, t.Text)
		}
	}
	return out
}

func sharedTerms(terms []string, b string) float64 {
	if len(terms) == 0 {
		return 0
	}
	in := 0
	for _, t := range terms {
		if strings.Contains(b, t) {
			in++
		}
	}
	return float64(in) / float64(len(terms))
}
