package eval

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/ground"
)

// Checker is what the lie test measures. ground.Verifier is one.
type Checker interface {
	Check(s ground.Statement) (ground.Claim, ground.Finding)
}

// Pair is a true claim with the passages that it cites.
type Pair struct {
	Claim  string
	Cited  []*ingest.Passage
	Answer bool // from a right answer, otherwise a sentence of a document
}

// Case is one altered or reworded claim.
type Case struct {
	Kind  string
	Lie   bool // false for a true paraphrase
	Text  string
	Cited []*ingest.Passage
	From  string // the true claim
	Pair  Pair
}

// Lies is what the lie test takes besides the questions.
type Lies struct {
	Checker  Checker
	Names    Names             // of the documents and the lexicon, to swap
	Passages []*ingest.Passage // all that can be cited
	Document string            // take this document only; "" for all
	Progress func(done, total int)
}

// RightPairs asks every item for an extractive answer and returns the claims
// of the right ones with the passages that they cite, each pair once.
func RightPairs(ctx context.Context, e Engine, items []Item, o Lies) ([]Pair, error) {
	byID := make(map[string]*ingest.Passage, len(o.Passages))
	for _, p := range o.Passages {
		byID[p.ID] = p
	}
	var out []Pair
	seen := make(map[string]bool)
	for i := range items {
		q := items[i].Ask(o.Document)
		q.Mode = "extractive"
		a, err := e.Ask(ctx, q)
		if err != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("eval: %w", ctx.Err())
			}
			continue // a question that fails has no right answer
		}
		if o.Progress != nil {
			o.Progress(i+1, len(items))
		}
		if a.Status != rag.Answered || !ScoreAnswer(&items[i], a, Restated).Right {
			continue
		}
		for _, c := range a.Claims {
			p := Pair{Claim: c.Text, Answer: true}
			for _, n := range c.Citations {
				p.Cited = append(p.Cited, byID[a.Citations[n-1].PassageID])
			}
			if key := p.key(); !seen[key] && len(p.Cited) > 0 && !slices.Contains(p.Cited, nil) {
				seen[key] = true
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func (p Pair) key() string {
	var b strings.Builder
	b.WriteString(p.Claim)
	for _, c := range p.Cited {
		b.WriteString("\x00" + c.ID)
	}
	return b.String()
}

// shortest and longest are the lengths in characters of the sentences of a
// document that are taken for claims.
const (
	shortest = 10
	longest  = 160
)

// SentencePairs returns the sentences of running text and notes, and the rows
// of tables cell by cell, that state a value or a name, each with its passage.
func SentencePairs(passages []*ingest.Passage, names Names, document string) []Pair {
	var out []Pair
	seen := make(map[string]bool)
	for _, p := range passages {
		if p.DuplicateOf != "" || document != "" && p.DocumentID != document {
			continue
		}
		for _, s := range claimsOf(p) {
			n := len([]rune(s))
			if n < shortest || n > longest || seen[s] || !hasFact(s, names) {
				continue
			}
			seen[s] = true
			out = append(out, Pair{Claim: s, Cited: []*ingest.Passage{p}})
		}
	}
	return out
}

func claimsOf(p *ingest.Passage) []string {
	var out []string
	switch p.Kind {
	case ingest.KindText, ingest.KindNote:
		for _, s := range ingest.Sentences(p.Text) {
			out = append(out, p.Text[s[0]:s[1]])
		}
	case ingest.KindRow:
		_, row, ok := strings.Cut(p.Text, "｜")
		if !ok {
			row = p.Text
		}
		if !strings.Contains(row, "\n") {
			out = append(out, row+"。")
		}
	}
	return out
}

// RunLies makes the cases of all pairs and checks each.
func RunLies(ctx context.Context, pairs []Pair, o Lies) (*LieReport, error) {
	r := &LieReport{}
	maker := newCaseMaker(o, pairs)
	for i, p := range pairs {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("eval: stopped after %d of %d claims: %w", i, len(pairs), err)
		}
		if p.Answer {
			r.Answers++
		} else {
			r.Sentences++
		}
		for _, c := range maker.cases(p) {
			_, f := o.Checker.Check(ground.Statement{Text: c.Text, Cited: c.Cited})
			r.add(c, f)
		}
		if o.Progress != nil {
			o.Progress(i+1, len(pairs))
		}
	}
	r.finish()
	return r, nil
}
