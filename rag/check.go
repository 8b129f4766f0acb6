package rag

import (
	"context"
	"fmt"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/ground"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
)

// Outcome is what the reports say to a sentence of somebody else's text.
type Outcome string

// Outcomes.
const (
	Upheld       Outcome = "supported"     // a cited passage holds it
	Contradicted Outcome = "contradicted"  // a cited passage says otherwise
	NotInReport  Outcome = "not_in_report" // no passage says this or its contrary
	NoClaim      Outcome = "no_claim"      // a question, a heading, words that only connect
)

// CheckedClaim is one sentence of a text that was checked.
type CheckedClaim struct {
	Text      string     `json:"text"`
	Outcome   Outcome    `json:"outcome"`
	Verdict   string     `json:"verdict"`   // see ground.Verdict; "" where nothing was held against it
	Detail    string     `json:"detail"`    // of Contradicted: what is wrong and what the report says, in the language of the sentence
	Citations []Citation `json:"citations"` // of Upheld and Contradicted, numbered from 1 over the whole text
}

// Limits of Check.
const (
	checkedAt    = 10 // passages that a sentence is held against
	checkedPairs = 4  // of them taken two at a time, for a sentence that joins two places
)

// Verifier is what the engine checks claims with; its lexicon knows the names
// that the tables of the reports teach.
func (e *Engine) Verifier() *ground.Verifier { return e.verifier }

// Check tells of each sentence of a text that somebody else wrote whether the
// reports support it, contradict it or do not speak of it. document limits it
// to one report, "" asks all. It works by plain code, as answers are verified.
// An error is ErrQuestion (empty or longer than MaxQuestion), ErrUnknown
// (document), or that of ctx or a failed store.
func (e *Engine) Check(ctx context.Context, text, document string) ([]CheckedClaim, error) {
	if err := e.check(Question{Text: text, Document: document}); err != nil {
		return nil, err
	}
	var out []CheckedClaim
	n := 0
	for _, s := range ingest.Sentences(text) {
		c, err := e.checkSentence(ctx, strings.TrimSpace(text[s[0]:s[1]]), document)
		if err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		for i := range c.Citations {
			n++
			c.Citations[i].N = n
		}
		out = append(out, c)
	}
	return out, nil
}

func (e *Engine) checkSentence(ctx context.Context, sentence, document string) (CheckedClaim, error) {
	c := CheckedClaim{Text: sentence, Outcome: NoClaim, Citations: []Citation{}}
	if asks(sentence) {
		return c, nil
	}
	if claim, _ := e.verifier.Check(ground.Statement{Text: sentence}); claim.Linking {
		return c, nil
	}
	passages, err := e.retrieve(ctx, question.Parse(e.lexicon, sentence), Question{Text: sentence, Document: document, K: checkedAt})
	if err != nil {
		return c, err
	}
	if claim, ok := e.upheld(sentence, passages); ok {
		c.Outcome, c.Verdict = Upheld, string(ground.Supported)
		for _, s := range claim.Supports {
			c.Citations = append(c.Citations, e.citation(0, s))
		}
		return c, nil
	}
	c.Outcome = NotInReport
	for _, r := range passages {
		if s, f, ok := e.verifier.Against(sentence, r.Passage); ok {
			c.Outcome, c.Verdict, c.Detail = Contradicted, string(f.Verdict), f.Detail
			c.Citations = append(c.Citations, e.citation(0, s))
			return c, nil
		}
	}
	return c, nil
}

// upheld finds the passage that supports a sentence, or two that do together.
func (e *Engine) upheld(sentence string, passages []retrieve.Result) (ground.Claim, bool) {
	for _, r := range passages {
		if c, f := e.verifier.Check(ground.Statement{Text: sentence, Cited: []*ingest.Passage{r.Passage}}); f.Verdict == ground.Supported {
			return c, true
		}
	}
	few := passages[:min(len(passages), checkedPairs)]
	for i := range few {
		for j := i + 1; j < len(few); j++ {
			s := ground.Statement{Text: sentence, Cited: []*ingest.Passage{few[i].Passage, few[j].Passage}}
			if c, f := e.verifier.Check(s); f.Verdict == ground.Supported {
				return c, true
			}
		}
	}
	return ground.Claim{}, false
}

// asks reports whether a sentence is a question.
func asks(sentence string) bool {
	return strings.HasSuffix(sentence, "？") || strings.HasSuffix(sentence, "?") || strings.HasSuffix(sentence, "吗") || strings.HasSuffix(sentence, "呢")
}
