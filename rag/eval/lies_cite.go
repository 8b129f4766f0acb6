package eval

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// Shares of a claim's words: a passage that holds more may support it, one that
// holds less surely says something else.
const (
	mayBeTrue = 0.45
	foreign   = 0.25
)

// citations makes the cases that cite wrongly.
func (m *caseMaker) citations(c *claim) []Case {
	var out []Case
	add := func(kind, text string, cited []*ingest.Passage) {
		out = append(out, Case{Kind: kind, Lie: true, Text: text, Cited: cited, From: c.Claim, Pair: c.Pair})
	}
	near, far := m.others(c)
	if near != nil {
		add("moved citation", c.Claim, []*ingest.Passage{near})
	}
	if far != nil {
		add("moved citation", c.Claim, []*ingest.Passage{far})
		add("invented citation", c.Claim, append(slices.Clone(c.Cited), far))
	}
	add("invented citation", c.Claim, append(slices.Clone(c.Cited), nil))
	add("uncited sentence", c.Claim, nil)
	if other := m.foreignSentence(c); other != "" {
		add("uncited sentence", other, nil)
		add("foreign sentence", c.Claim+" "+other, c.Cited)
	}
	return out
}

// others picks two passages of the same document that do not support the
// claim: one that shares as many of its words as such a passage may, and one
// at random that shares few.
func (m *caseMaker) others(c *claim) (near, far *ingest.Passage) {
	best := 0.0
	var few []*ingest.Passage
	terms := claimTerms(c.Claim)
	for _, p := range m.o.Passages {
		if p.DocumentID != c.Cited[0].DocumentID || !p.Kind.Retrieved() || p.Kind == ingest.KindTable || slices.Contains(c.Cited, p) || m.maySupport(c, p) {
			continue
		}
		s := sharedTerms(terms, m.folded[p])
		if s > best && s < mayBeTrue {
			best, near = s, p
		}
		if s < foreign {
			few = append(few, p)
		}
	}
	if len(few) > 0 {
		far = few[c.random.IntN(len(few))]
	}
	return near, far
}

// maySupport reports whether a passage states all values of a claim, or is a
// duplicate or another part of what it cites.
func (m *caseMaker) maySupport(c *claim, p *ingest.Passage) bool {
	for _, cited := range c.Cited {
		if p.DuplicateOf == cited.ID || cited.DuplicateOf == p.ID || p.Block == cited.Block {
			return true
		}
	}
	stated := m.values[p]
	held := 0
	for _, v := range c.values {
		if slices.ContainsFunc(stated, v.Same) {
			held++
		}
	}
	return len(c.values) > 0 && held > 0
}

// foreignSentence is a sentence of another place, which the cited passages do
// not hold.
func (m *caseMaker) foreignSentence(c *claim) string {
	for range 20 {
		p := m.pairs[c.random.IntN(len(m.pairs))]
		if p.Answer || len([]rune(p.Claim)) < 14 || strings.ContainsAny(p.Claim, "；：") {
			continue
		}
		if shared(p.Claim, c.cited) < foreign && !slices.ContainsFunc(c.Cited, func(x *ingest.Passage) bool { return x.DocumentID != p.Cited[0].DocumentID }) {
			return strings.TrimRight(p.Claim, "。") + "。"
		}
	}
	return ""
}

var quotation = regexp.MustCompile(`“([^“”]{4,})”`)

// alteredQuotations changes a character of a quotation of the claim, and of a
// quotation made of its own words.
func (c *claim) alteredQuotations() []string {
	var out []string
	for _, m := range quotation.FindAllStringSubmatchIndex(c.Claim, altersPerKind) {
		if other := c.alteredWords(c.Claim[m[2]:m[3]]); other != "" {
			out = append(out, replace(c.Claim, m[2], m[3], other))
		}
	}
	body := strings.TrimRight(c.Claim, "。.")
	if len(out) == 0 && !strings.ContainsAny(c.Claim, "“”") && strings.Contains(c.Cited[0].Text, body) {
		if other := c.alteredWords(body); other != "" {
			out = append(out, "报告指出：“"+other+"。”")
		}
	}
	return out
}

// alteredWords swaps two neighbouring Han characters, or leaves one out.
func (c *claim) alteredWords(quote string) string {
	rs := []rune(quote)
	var at []int
	for i := 0; i+1 < len(rs); i++ {
		if unicode.Is(unicode.Han, rs[i]) && unicode.Is(unicode.Han, rs[i+1]) && rs[i] != rs[i+1] {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := at[c.random.IntN(len(at))]
	if c.random.IntN(2) == 0 {
		rs[i], rs[i+1] = rs[i+1], rs[i]
	} else {
		rs = slices.Delete(rs, i, i+1)
	}
	if strings.Contains(c.cited, lexical.Fold(string(rs))) {
		return ""
	}
	return string(rs)
}
