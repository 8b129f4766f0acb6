package rag

import (
	"slices"

	"yanbao/ingest"
	"yanbao/rag/answer"
	"yanbao/rag/retrieve"
)

// Trace says how an answer was made. It holds no prompt and no key. Dropped
// sentences are in it as the model wrote them: they are not true.
type Trace struct {
	Understood string         `json:"understood"`         // the question with what it leaves out
	Queries    []string       `json:"queries,omitempty"`  // other words that were looked for
	Extractive Status         `json:"extractive"`         // what the report's own words came to
	Confidence float64        `json:"confidence"`         // of that, raw
	Fallback   string         `json:"fallback,omitempty"` // why the report's own words stand in for the model's
	Prompts    string         `json:"prompts,omitempty"`  // version of the prompts
	Retrieved  []TracePassage `json:"retrieved"`          // best first
	Dropped    []TraceClaim   `json:"dropped,omitempty"`  // sentences of the model that were not shown
	Calls      []TraceCall    `json:"calls,omitempty"`    // in the order of their beginning
	LeftOut    int            `json:"left_out,omitempty"` // dropped sentences that were not put right
}

// TracePassage is a passage that was found.
type TracePassage struct {
	PassageID string  `json:"passage_id"`
	Score     float64 `json:"score"`
	Number    int     `json:"number,omitempty"` // by which the model could cite it; 0 where it was not shown
}

// TraceClaim is a sentence that was dropped.
type TraceClaim struct {
	Text    string `json:"text"` // "" where it repeats instructions
	Verdict string `json:"verdict"`
	Detail  string `json:"detail,omitempty"`
	Round   int    `json:"round"` // 1 for the answer, 2 for the repair
}

// TraceCall is one call of a model.
type TraceCall struct {
	Purpose          string  `json:"purpose"` // "answer", "repair", "condense", "rewrite" or "scope"
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	FirstMS          float64 `json:"first_ms,omitempty"` // until the first piece of text
	TookMS           float64 `json:"took_ms"`
	Failure          string  `json:"failure,omitempty"`
}

// longestDropped is how much of a dropped sentence a trace holds, in runes.
const longestDropped = 300

// traceOf is the trace of an answer without a model.
func (e *Engine) traceOf(l *looked) *Trace {
	return &Trace{
		Understood: l.asked.Text, Extractive: Status(l.draft.Status), Confidence: l.draft.Confidence,
		Retrieved: tracePassages(l.passages, nil),
	}
}

// trace is the trace of what the model did.
func (w *writing) trace() *Trace {
	t := w.engine.traceOf(w.looked)
	t.Understood, t.Queries = w.plan.asked.Text, w.plan.queries
	t.Fallback = string(w.reason)
	t.Prompts = w.engine.generated.Prompts.Version()
	t.Retrieved = tracePassages(w.plan.passages, w.result.Shown)
	t.LeftOut = w.result.Lost
	for _, d := range w.result.Dropped {
		t.Dropped = append(t.Dropped, TraceClaim{Text: cut(d.Text, longestDropped), Verdict: d.Verdict, Detail: d.Detail, Round: d.Round})
	}
	for _, c := range slices.Concat(w.plan.calls, w.result.Calls) {
		t.Calls = append(t.Calls, traceCall(c))
	}
	return t
}

func traceCall(c answer.Call) TraceCall {
	t := TraceCall{
		Purpose: c.Purpose, PromptTokens: c.Usage.PromptTokens, CompletionTokens: c.Usage.CompletionTokens,
		FirstMS: milliseconds(c.First), TookMS: milliseconds(c.Took),
	}
	if c.Err != nil {
		t.Failure = string(reasonOf(c.Err)) // the error itself may quote the service
	}
	return t
}

func tracePassages(found []retrieve.Result, shown []*ingest.Passage) []TracePassage {
	out := []TracePassage{}
	known := make(map[*ingest.Passage]bool)
	for _, r := range found {
		known[r.Passage] = true
		out = append(out, TracePassage{PassageID: r.Passage.ID, Score: round3(r.Score), Number: slices.Index(shown, r.Passage) + 1})
	}
	for i, p := range shown {
		if !known[p] {
			out = append(out, TracePassage{PassageID: p.ID, Number: i + 1})
		}
	}
	return out
}
