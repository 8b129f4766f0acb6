package answer

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/prompts"
	"yanbao/rag/ground"
	"yanbao/rag/llm"
	"yanbao/rag/question"
)

// Generated has a language model word an answer, sentence by sentence, and
// lets only those sentences out that the verifier finds in the passages they
// cite. It is safe for concurrent use.
type Generated struct {
	Model   llm.Generator
	Prompts *prompts.Set
	Library ground.Library
	Check   func(ground.Statement) (ground.Claim, ground.Finding)

	JSON   bool // ask for JSON, where the service holds a reply to a schema
	Window int  // tokens of prompt and reply together; 0 for DefaultWindow
}

// DefaultWindow is taken where the model's window is not known.
const DefaultWindow = 16384

// Most runes of a generated answer with its marks, and of one that lists,
// compares or computes.
const (
	maxGenerated     = 400
	maxGeneratedList = 800
)

// Task is what a model is to answer, and from what.
type Task struct {
	Question question.Question // as understood; its Text stands alone
	Text     string            // as put, "" for Question.Text
	History  []question.Turn   // what came before, oldest first
	Language string            // "zh" or "en"
	Passages []*ingest.Passage // best first
}

func (t Task) text() string {
	if t.Text != "" {
		return t.Text
	}
	return t.Question.Text
}

// Dropped is a sentence that was not let out.
type Dropped struct {
	Text    string // "" where it repeats the instructions
	Verdict string // a ground.Verdict or a Flaw
	Detail  string
	Round   int // 1 for the answer, 2 for the repair
}

// Generation is what came of a Task.
type Generation struct {
	Claims  []ground.Claim // let out, in order
	Refused bool           // the model says that the passages do not answer
	Lost    int            // sentences that failed and were not put right
	Dropped []Dropped
	Calls   []Call
	Shown   []*ingest.Passage // that the model saw, by number from 1
	Err     error             // why the text is not whole; nil where it is
}

// Facts is how many claims state something.
func (g *Generation) Facts() int {
	n := 0
	for _, c := range g.Claims {
		if !c.Linking {
			n++
		}
	}
	return n
}

func (g *Generated) window() int {
	if g.Window > 0 {
		return g.Window
	}
	return DefaultWindow
}

// replyTokens is the part of the window that is left to the reply.
func (g *Generated) replyTokens() int { return g.window() / 4 }

// Limit is how many runes an answer to q may have.
func Limit(q question.Question) int {
	for _, k := range []question.Kind{question.List, question.Comparison, question.Compute, question.Count} {
		if q.Wants(k) {
			return maxGeneratedList
		}
	}
	return maxGenerated
}

// Answer asks the model and calls release for every claim as soon as it is
// whole and verified, in the caller's goroutine. Sentences that fail are sent
// back once, all together. It returns soon after ctx is done, with what was let
// out until then.
func (g *Generated) Answer(ctx context.Context, t Task, release func(ground.Claim)) Generation {
	limit := Limit(t.Question)
	prompt, shown, err := g.fit(t, limit)
	r := &round{generated: g, task: t, limit: limit, instructions: squeeze(prompt.System), release: release, number: 1}
	r.result.Shown, r.places = shown, g.placesOf(shown)
	if err != nil {
		r.result.Err = err
		return r.result
	}
	request := llm.Request{System: prompt.System, Messages: []llm.Message{{Role: llm.User, Text: prompt.User}}, MaxTokens: g.replyTokens()}
	if g.JSON {
		request.Schema = []byte(prompts.AnswerSchema)
	}
	reply := r.run(ctx, "answer", request)
	if reply != nil && !r.full {
		r.repair(ctx, request, reply)
	}
	r.result.Lost = max(0, len(r.result.Dropped)-r.mended)
	if r.number == 2 { // what failed again is the same sentence
		r.result.Lost = max(0, r.failedFirst-r.mended)
	}
	return r.result
}

// round is one answer on its way.
type round struct {
	generated    *Generated
	task         Task
	limit        int
	instructions string // squeezed
	places       places
	release      func(ground.Claim)

	number      int // of the call whose sentences are read
	result      Generation
	failing     []prompts.Failure // to send back
	failedFirst int               // sentences of the first call that failed
	mended      int               // sentences of the second call that held
	linking     *ground.Claim     // held back until something follows
	runes       int
	full        bool
	texts       map[string]bool
}

// run makes one call and judges its sentences as they come. It returns the
// reply, or nil for one that is not whole.
func (r *round) run(ctx context.Context, purpose string, request llm.Request) *llm.Reply {
	read := &sniffing{}
	reply, call := Ask(ctx, r.generated.Model, purpose, request, func(piece string) bool {
		r.judge(read.feed(piece))
		return !r.full
	})
	r.result.Calls = append(r.result.Calls, call)
	if call.Err != nil {
		r.result.Err = call.Err
		return nil
	}
	if r.full {
		return reply
	}
	last, err := read.end()
	r.judge(last)
	if err != nil {
		r.result.Err = &llm.Error{Failure: llm.Unreadable, Err: err}
		return nil
	}
	return reply
}

// repair sends the failing sentences back with the reasons. What was let out
// stays if it fails.
func (r *round) repair(ctx context.Context, request llm.Request, reply *llm.Reply) {
	failing := r.failing
	r.failing, r.failedFirst = nil, len(r.result.Dropped)
	if len(failing) == 0 || ctx.Err() != nil {
		return
	}
	prompt, err := r.generated.Prompts.Repair(prompts.Repair{Language: r.task.Language, Failures: failing, JSON: r.generated.JSON})
	if err != nil {
		r.result.Err = err
		return
	}
	request.Messages = append(request.Messages,
		llm.Message{Role: llm.Assistant, Text: reply.Text},
		llm.Message{Role: llm.User, Text: prompt.User})
	r.number = 2
	refused := r.result.Refused
	r.run(ctx, "repair", request)
	r.result.Refused = refused // NOT_FOUND says here that no sentence can be saved
	if r.result.Facts() > 0 {
		r.result.Err = nil // the answer itself was whole
	}
}

func (r *round) judge(sentences []written) {
	for _, w := range sentences {
		if r.full {
			return
		}
		if refuses(w) {
			r.result.Refused = true
			continue
		}
		if r.texts[w.text] {
			continue
		}
		claim, verdict, detail := r.check(w)
		if verdict != "" {
			r.drop(w, verdict, detail)
			continue
		}
		r.accept(claim)
	}
}

// check returns the claim that a sentence makes, and why it cannot stand; ""
// where it can.
func (r *round) check(w written) (c ground.Claim, verdict, detail string) {
	flaw := w.flaw
	switch {
	case repeatsInstructions(w.text, r.instructions):
		flaw = Instructions
	case flaw == "" && !inLanguage(w.text, r.task.Language):
		flaw = Tongue
	}
	if flaw != "" {
		return c, string(flaw), flawWords(flaw, r.task.Language)
	}
	c, finding := r.generated.Check(ground.Statement{Text: w.text, Cited: cited(w.cites, r.result.Shown), Computed: w.computed})
	if finding.Verdict != ground.Supported {
		return c, string(finding.Verdict), finding.Detail
	}
	if unstated(c, w) {
		return c, string(Unstated), flawWords(Unstated, r.task.Language)
	}
	if n := r.places.better(w.text, w.cites); n > 0 && len(c.Supports) > 0 {
		return c, string(Elsewhere), fmt.Sprintf(flawWords(Elsewhere, r.task.Language), n)
	}
	if w := r.generated.strangeCode(w.text, r.task.Language, c); w != "" {
		return c, string(Strange), w + flawWords(Strange, r.task.Language)
	}
	n := r.runes + length(c)
	if r.linking != nil {
		n += length(*r.linking)
	}
	if n > r.limit {
		r.full = r.result.Facts() > 0
		return c, string(TooMuch), flawWords(TooMuch, r.task.Language)
	}
	return c, "", ""
}

// unstated reports whether the verifier had to guess how a value was computed:
// among the values of several passages some pair gives nearly any number, so a
// model has to say which it means. What is counted stands in the sentence.
func unstated(c ground.Claim, w written) bool {
	return slices.ContainsFunc(c.Computed[min(len(w.computed), len(c.Computed)):], func(k ground.Computed) bool {
		return k.Operation != ground.CountOf && k.Operation != ground.RangeOf
	})
}

func (r *round) drop(w written, verdict, detail string) {
	d := Dropped{Text: w.text, Verdict: verdict, Detail: detail, Round: r.number}
	if verdict == string(Instructions) {
		d.Text = ""
	}
	if verdict == string(TooMuch) && r.full {
		return // there was enough before it
	}
	r.result.Dropped = append(r.result.Dropped, d)
	if r.number == 1 && d.Text != "" {
		r.failing = append(r.failing, prompts.Failure{Text: w.text, Reason: detail})
	}
}

// accept lets a claim out. One that only connects waits for what it connects
// to.
func (r *round) accept(c ground.Claim) {
	if r.texts == nil {
		r.texts = make(map[string]bool)
	}
	r.texts[c.Text] = true
	if c.Linking {
		r.linking = &c
		return
	}
	if r.number == 2 {
		r.mended++
	}
	if r.linking != nil {
		r.let(*r.linking)
		r.linking = nil
	}
	r.let(c)
}

func (r *round) let(c ground.Claim) {
	r.runes += length(c)
	r.result.Claims = append(r.result.Claims, c)
	r.release(c)
}

// length is the runes of a claim with its marks.
func length(c ground.Claim) int { return utf8.RuneCountInString(c.Text) + 4*len(c.Supports) }

// flawWords says what is wrong with a sentence, for the model and the trace.
func flawWords(f Flaw, language string) string {
	words := map[Flaw][2]string{
		Markup:       {"不能有 HTML 标记", "no HTML"},
		Formula:      {"算式无法读取", "the formula cannot be read"},
		Unstated:     {"计算所得的数须写出算式", "write the formula of a computed value"},
		Elsewhere:    {"所引段落没有这样说，请看[%d]", "the cited passages do not say this; see [%d]"},
		Strange:      {"不在所引段落中", " stands in no cited passage"},
		Tongue:       {"请用中文写", "write in English"},
		Instructions: {"这是指令，不是报告的内容", "these are instructions, not the report"},
		TooMuch:      {"超过回答的长度", "longer than an answer may be"},
	}[f]
	if language == "en" {
		return words[1]
	}
	return words[0]
}
