package answer

import (
	"context"

	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// Extractive answers from the words of the evidence alone.
type Extractive struct {
	Lexicon *question.Lexicon

	// Verify checks a claim. A way to answer whose claims do not all hold gives
	// way to the next; nil trusts them all.
	Verify func(ground.Claim) ground.Verdict

	// Sufficient is the least raw confidence of an answer; 0 for the constant
	// Sufficient.
	Sufficient float64
}

// Sufficient is the least raw confidence of an answer, chosen on our own
// question sets; docs/answering.md gives the figures for others.
const Sufficient = 0.48

// Limits of an answer from sentences.
const (
	maxSentences = 3
	maxRunes     = 300 // of the sentences of one answer
)

// Answer implements Answerer. The ways to answer are tried from the most to
// the least specific; the first that has an answer gives it.
func (x *Extractive) Answer(ctx context.Context, q question.Question, e Evidence) (Draft, error) {
	if err := ctx.Err(); err != nil {
		return Draft{}, err
	}
	if q.Scope != question.InScope {
		return Draft{Status: OutOfScope, Confidence: 1}, nil
	}
	for _, way := range []func(question.Question, Evidence) (Draft, bool){
		x.aggregate,
		x.compute,
		x.compareRows,
		x.lookUp,
		x.list,
		x.ranked,
		x.sentences,
	} {
		if d, ok := way(q, e); ok && (d.Verified || x.holds(d)) {
			d.Verified = x.Verify != nil
			return withNotices(d, q), nil
		}
	}
	return x.notFound(e), nil
}

// least is the raw confidence below which nothing is answered.
func (x *Extractive) least() float64 {
	if x.Sufficient > 0 {
		return x.Sufficient
	}
	return Sufficient
}

func (x *Extractive) holds(d Draft) bool {
	if x.Verify == nil {
		return true
	}
	for _, c := range d.Claims {
		if x.Verify(c) != ground.Supported {
			return false
		}
	}
	return true
}

// notFound refuses, naming the figure that would show what was asked for.
func (x *Extractive) notFound(e Evidence) Draft {
	d := Draft{Status: NotFound}
	if len(e.Selection.Figures) > 0 {
		best := e.Selection.Figures[0]
		if best.Coverage > 0.55 && best.Subject != ground.Conflict && best.Names != ground.Conflict {
			d.Notices = append(d.Notices, Notice{FigureOnly, best.Passage.FigureID})
		}
	}
	for _, n := range e.Selection.Unknown {
		d.Notices = append(d.Notices, Notice{UnknownName, n})
	}
	return d
}

// withNotices adds what holds for every way to answer: values stated in the
// question that no claim repeats are a premise to correct.
func withNotices(d Draft, q question.Question) Draft {
	for _, v := range q.Values {
		if v.Unit == "" || v.Unit == "个" || v.Unit == "家" || smallCount(v.Number) {
			continue
		}
		if !stated(v, d.Claims) {
			d.Notices = append(d.Notices, Notice{Premise, v.Text})
		}
	}
	for _, c := range d.Claims {
		for _, k := range c.Computed {
			if k.Operation != ground.CountOf {
				d.Notices = append(d.Notices, Notice{ComputedBy, k.Formula})
			}
		}
	}
	return d
}

// smallCount: 三大趋势, 五项能力 name a list rather than state an amount.
func smallCount(n float64) bool { return n == float64(int(n)) && n <= 12 }
