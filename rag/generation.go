package rag

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yanbao/prompts"
	"yanbao/rag/answer"
	"yanbao/rag/ground"
	"yanbao/rag/llm"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// Modes of a question. In ModeAuto and ModeGenerated a model words the answer
// where there is one; without one ModeGenerated gets an answer from the
// report's own words and a notice that says so.
const (
	ModeAuto       = "auto"
	ModeExtractive = "extractive"
	ModeGenerated  = "generated"
)

// Generation says how a model is used. The zero value is good.
type Generation struct {
	Budget  time.Duration // for a whole answer, after which the report's own words stand in; 0 for DefaultBudget
	Window  int           // tokens of the model's window; 0 for answer.DefaultWindow
	JSON    bool          // the service holds a reply to a JSON Schema
	Prompts *prompts.Set  // nil for the shipped ones
}

// DefaultBudget is the time for a whole answer.
const DefaultBudget = 30 * time.Second

// strong is the raw confidence of an answer from the report's own words from
// which its passages are taken to be the right ones: no other ways to look for
// them are asked of the model. confident is that from which such an answer
// stands against a model that finds none.
const (
	strong    = 0.78 // right in about 85 of 100, see answer.Calibrated
	confident = 0.70 // in about 75
)

// unsure is the confidence of a verified answer that rests on other passages
// than the answer from the report's own words.
const unsure = 0.5

// useModel sets the engine up with the model of c, if there is one.
func (e *Engine) useModel(c Config) error {
	if c.Generator == nil {
		return nil
	}
	o := c.Generation
	if o.Prompts == nil {
		shipped, err := prompts.Shipped()
		if err != nil {
			return fmt.Errorf("new engine: %w", err)
		}
		o.Prompts = shipped
	}
	if o.Budget <= 0 {
		o.Budget = DefaultBudget
	}
	e.budget = o.Budget
	e.generated = &answer.Generated{
		Model: c.Generator, Prompts: o.Prompts, Library: e.index,
		Check: e.verifier.Check, JSON: o.JSON, Window: o.Window,
	}
	return nil
}

// modelDeadline is when the model has to have ended, so that the answer that
// stands in is given within the budget.
func (e *Engine) modelDeadline(start time.Time) time.Time {
	return start.Add(e.budget - min(e.budget/10, 500*time.Millisecond))
}

// generate answers with the model. Whatever befalls the model, there is an
// answer; the error is that of ctx alone.
func (e *Engine) generate(ctx context.Context, l *looked, emit func(Event)) (*Answer, error) {
	within, cancel := context.WithDeadlineCause(ctx, e.modelDeadline(l.start), context.DeadlineExceeded)
	defer cancel()
	p := e.plan(within, l)
	w := &writing{engine: e, looked: l, plan: p, emit: emit}
	switch down := p.down(); {
	case down != "": // the service has just been tried: it is not worth the wait
		w.standIn(down)
	case p.outOfScope:
		w.answer = e.compose(l.q, l.asked, answer.Draft{Status: answer.OutOfScope}, nil)
		w.named()
	default:
		w.write(within)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.q.Trace {
		w.answer.Trace = w.trace()
	}
	return w.answer, nil
}

// writing is one generated answer on its way.
type writing struct {
	engine *Engine
	looked *looked
	plan   *plan
	emit   func(Event)
	answer *Answer
	result answer.Generation
	reason reason // why the report's own words stand in; "" where they do not
}

// write lets the model write and settles what becomes of the answer.
func (w *writing) write(ctx context.Context) {
	l, e := w.looked, w.engine
	w.answer = e.blank(l.q, l.asked)
	numbers := e.numbering(w.answer)
	task := answer.Task{
		Question: w.plan.asked, History: recent(l.q.History), Language: w.answer.Language,
		Passages: answer.Passages(passagesOf(w.plan.passages), w.plan.evidence, answer.Limit(w.plan.asked) > answer.Limit(question.Question{})),
	}
	w.result = e.generated.Answer(ctx, task, func(c ground.Claim) {
		text, cited := numbers.add(c)
		claim := w.answer.Claims[len(w.answer.Claims)-1]
		w.emit(Event{Kind: Delta, Delta: text})
		w.emit(Event{Kind: ClaimReady, Claim: &claim, Citations: cited})
	})
	w.settle()
}

// settle decides between what the model wrote and the report's own words.
func (w *writing) settle() {
	own := w.looked.draft.Status == answer.Answered
	facts := w.result.Facts()
	switch {
	case facts == 0 && w.result.Refused && w.result.Err == nil:
		if own && w.looked.draft.Confidence >= confident {
			w.standIn(refused)
			return
		}
		w.refuse()
	case facts == 0:
		w.standIn(w.why())
	case own && (w.result.Err != nil || w.result.Lost > 0) && !meets(w.plan.asked, w.answer):
		w.standIn(w.why())
	case own && w.result.Lost > facts && w.plan.asked.Wants(question.List) && w.looked.draft.Confidence >= confident:
		w.standIn(w.why()) // most of the list is missing
	default:
		w.keep()
	}
}

// why says what kept the model's answer from standing.
func (w *writing) why() reason {
	if w.result.Err != nil {
		return reasonOf(w.result.Err)
	}
	if len(w.result.Dropped) == 0 {
		return unreadable
	}
	for _, d := range w.result.Dropped {
		if d.Verdict != string(answer.Tongue) {
			return unverified
		}
	}
	return otherLanguage
}

// standIn gives the answer from the report's own words. What was shown until
// then is void.
func (w *writing) standIn(r reason) {
	w.reason = r
	l := w.looked
	begun := w.answer != nil && len(w.answer.Claims) > 0
	a := w.engine.compose(l.q, l.asked, l.draft, l.passages)
	a.Notices = append(a.Notices, standsIn(r, a.Language))
	if begun {
		w.emit(Event{Kind: Delta, Restart: true})
	}
	w.answer = a
	emitClaims(a, w.emit)
}

// refuse says that the report does not hold the answer, as the model found.
func (w *writing) refuse() {
	draft := answer.Draft{Status: answer.NotFound}
	if w.looked.draft.Status == answer.NotFound {
		draft = w.looked.draft
	}
	w.answer = w.engine.compose(w.looked.q, w.looked.asked, draft, w.plan.passages)
	w.named()
}

// keep completes the answer that the model wrote.
func (w *writing) keep() {
	a, l := w.answer, w.looked
	a.Status = Answered
	words := wordingFor(a.Language)
	for _, c := range w.result.Claims {
		for _, k := range c.Computed {
			a.Notices = append(a.Notices, words.notice(answer.Notice{Kind: answer.ComputedBy, Text: k.Formula}))
		}
	}
	a.Score, a.Confidence = unsure, unsure
	if l.draft.Status == answer.Answered && agree(l.draft, w.result.Claims) {
		a.Score, a.Confidence = l.draft.Confidence, round3(answer.Calibrated(l.draft.Confidence))
		for _, n := range l.draft.Notices {
			if n.Kind == answer.TwoPlaces {
				a.Notices = append(a.Notices, words.notice(n))
			}
		}
	}
	if w.result.Err != nil {
		a.Notices = append(a.Notices, brokeOff(reasonOf(w.result.Err), a.Language))
	}
	if w.result.Lost > 0 {
		a.Notices = append(a.Notices, leftOut(w.result.Lost, a.Language))
	}
	w.engine.addRelated(a, w.plan.passages)
	w.named()
}

// named marks the answer as the model's. Other words are another answer: they
// have another ID.
func (w *writing) named() {
	g := w.engine.generated
	w.answer.Mode, w.answer.Model = ModeGenerated, g.Model.Model()
	w.answer.ID = digest(w.answer.ID, w.answer.Model, g.Prompts.Version(), w.answer.Answer)
}

// agree reports whether claims rest on a passage that the draft rests on.
func agree(d answer.Draft, claims []ground.Claim) bool {
	rests := make(map[string]bool)
	for _, c := range d.Claims {
		for _, s := range c.Supports {
			rests[s.Passage.ID] = true
		}
	}
	for _, c := range claims {
		for _, s := range c.Supports {
			if rests[s.Passage.ID] {
				return true
			}
		}
	}
	return false
}

// meets reports whether an answer that was cut short has what is asked for:
// a value of the unit, a period, or else any fact.
func meets(asked question.Question, a *Answer) bool {
	demanded := false
	for _, ask := range asked.Asks {
		switch ask.Kind {
		case question.Value, question.Count, question.Compute:
			demanded = true
			for _, c := range a.Claims {
				if len(ground.ValuesOf(quantity.Values(c.Text), ask.Units)) > 0 {
					return true
				}
			}
		case question.Date:
			demanded = true
			for _, c := range a.Claims {
				if len(quantity.Periods(c.Text)) > 0 {
					return true
				}
			}
		}
	}
	return !demanded && len(a.Claims) > 0
}

// recentTurns is how much of a conversation the model is shown, and longTurn
// how many runes of each answer.
const (
	recentTurns = 4
	longTurn    = 300
)

func recent(history []Turn) []question.Turn {
	out := turns(history[max(0, len(history)-recentTurns):])
	for i := range out {
		out[i].Answer = cut(out[i].Answer, longTurn)
		out[i].Question = cut(out[i].Question, longTurn)
	}
	return out
}

// cut shortens s to n runes.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n])) + "…"
	}
	return s
}

// isDone reports whether err says that a time limit or the asker ended a call.
func isDone(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// failureOf is the failure of a call; "" for an error of another kind.
func failureOf(err error) llm.Failure {
	var failed *llm.Error
	if errors.As(err, &failed) {
		return failed.Failure
	}
	return ""
}
