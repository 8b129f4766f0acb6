package rag

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/prompts"
	"yanbao/rag/answer"
	"yanbao/rag/llm"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
)

// Limits of what a model is asked before it answers.
const (
	planShare    = 4               // part of the budget: one quarter
	planLongest  = 6 * time.Second // and no more than that
	mostQueries  = 4
	longestQuery = 200 // runes
	planReply    = 4   // part of the reply tokens
)

// plan is what an answer is written from: the question as the model
// understands it, and what was found in more ways than one.
type plan struct {
	asked      question.Question
	passages   []retrieve.Result
	evidence   answer.Evidence
	condensed  string   // "" where the question stood alone
	queries    []string // besides the question
	outOfScope bool
	calls      []answer.Call
}

// down is why no further call of the model can be expected to succeed; "" where
// one may.
func (p *plan) down() reason {
	for _, c := range p.calls {
		switch f := failureOf(c.Err); f {
		case llm.Unavailable, llm.NoQuota, llm.Refused, llm.NoModel:
			return reason(f)
		}
	}
	return ""
}

// plan has the model complete a follow-up, look in other words and tell
// whether the question is one to a report, where the words of the question
// alone have not found a sure answer. What fails or takes too long is left
// out.
func (e *Engine) plan(ctx context.Context, l *looked) *plan {
	p := &plan{asked: l.asked, passages: l.passages, evidence: l.evidence}
	if l.draft.Status == answer.Answered && l.draft.Confidence >= strong {
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, min(e.budget/planShare, planLongest))
	defer cancel()
	lists := [][]retrieve.Result{l.passages}
	if len(l.q.History) > 0 {
		if text := e.condense(ctx, l, p); text != "" {
			p.condensed = text
			p.asked = question.Parse(e.lexicon, text)
			if found, err := e.retrieve(ctx, p.asked, l.q); err == nil && len(found) > 0 {
				lists = [][]retrieve.Result{found, l.passages}
			}
		}
	}
	e.widen(ctx, l, p)
	lists = append(lists, e.retrieveAll(ctx, p.queries, l.q)...)
	if len(lists) > 1 {
		p.passages = fuse(lists, cmp.Or(max(l.q.K, 0), lookedAt))
		p.evidence = e.evidence(p.asked, p.passages)
	}
	return p
}

// askModel makes one small call; "" for one that failed.
func (e *Engine) askModel(ctx context.Context, purpose string, p prompts.Prompt) (string, answer.Call) {
	request := llm.Request{
		System: p.System, Messages: []llm.Message{{Role: llm.User, Text: p.User}},
		MaxTokens: cmp.Or(e.generated.Window, answer.DefaultWindow) / 4 / planReply,
	}
	read := 0
	reply, call := answer.Ask(ctx, e.generated.Model, purpose, request, func(piece string) bool {
		read += len(piece)
		return read < 8*longestQuery*mostQueries
	})
	if reply == nil {
		return "", call
	}
	return reply.Text, call
}

// condense returns the question with what it leaves out, "" where the model
// gave none.
func (e *Engine) condense(ctx context.Context, l *looked, p *plan) string {
	var history []prompts.Turn
	for _, t := range recent(l.q.History) {
		history = append(history, prompts.Turn(t))
	}
	prompt, err := e.generated.Prompts.Condense(prompts.Condense{Language: languageOf(l.q, l.asked), Question: l.q.Text, History: history})
	if err != nil {
		return ""
	}
	text, call := e.askModel(ctx, "condense", prompt)
	p.calls = append(p.calls, call)
	if qs := queriesOf(text, "", 1); len(qs) == 1 {
		return qs[0]
	}
	return ""
}

// widen asks at the same time for other ways to look and, where nothing was
// found, whether there is anything to look for.
func (e *Engine) widen(ctx context.Context, l *looked, p *plan) {
	var titles []string
	for _, d := range e.index.Documents() {
		if l.q.Document == "" || d.ID == l.q.Document {
			titles = append(titles, d.Title)
		}
	}
	titles = titles[:min(len(titles), 20)]
	language := languageOf(l.q, l.asked)
	var rewritten, scope string
	var calls [2]answer.Call
	var both sync.WaitGroup
	if prompt, err := e.generated.Prompts.Rewrite(prompts.Rewrite{Language: language, Question: p.asked.Text, Documents: titles, Most: mostQueries}); err == nil {
		both.Go(func() { rewritten, calls[0] = e.askModel(ctx, "rewrite", prompt) })
	}
	if l.draft.Status != answer.Answered {
		if prompt, err := e.generated.Prompts.Scope(prompts.Scope{Language: language, Question: p.asked.Text, Documents: titles}); err == nil {
			both.Go(func() { scope, calls[1] = e.askModel(ctx, "scope", prompt) })
		}
	}
	both.Wait()
	for _, c := range calls {
		if c.Purpose != "" {
			p.calls = append(p.calls, c)
		}
	}
	p.queries = queriesOf(rewritten, p.asked.Text, mostQueries)
	verdict := strings.Trim(strings.TrimSpace(scope), ".。`*\"")
	p.outOfScope = verdict == prompts.OutOfScope
}

// queriesOf reads one query a line, without the question itself.
func queriesOf(text, asked string, most int) []string {
	var out []string
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if number := strings.TrimLeft(l, "0123456789"); number != l {
			for _, dot := range []string{". ", "、", ") ", "）"} {
				if rest, ok := strings.CutPrefix(number, dot); ok {
					l = rest
					break
				}
			}
		}
		l = strings.TrimSpace(strings.Trim(strings.TrimLeft(l, "-*• "), "\"“”`"))
		if !strings.ContainsFunc(l, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) ||
			utf8.RuneCountInString(l) > longestQuery || l == asked || strings.Contains(l, prompts.NotFound) || slices.Contains(out, l) {
			continue
		}
		if out = append(out, l); len(out) == most {
			break
		}
	}
	return out
}

// retrieveAll looks for every query at the same time; one that fails finds
// nothing.
func (e *Engine) retrieveAll(ctx context.Context, queries []string, q Question) [][]retrieve.Result {
	lists := make([][]retrieve.Result, len(queries))
	var all sync.WaitGroup
	for i, text := range queries {
		all.Go(func() {
			if found, err := e.retrieve(ctx, question.Parse(e.lexicon, text), q); err == nil {
				lists[i] = found
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(lists, func(l []retrieve.Result) bool { return len(l) == 0 })
}

// fusionOffset is the constant of reciprocal rank fusion (Cormack et al. 2009).
const fusionOffset = 60

// fuse joins ranked lists by reciprocal rank. Scores become shares of the best
// score of the first list.
func fuse(lists [][]retrieve.Result, k int) []retrieve.Result {
	score := make(map[*ingest.Passage]float64)
	var out []retrieve.Result
	best := 0.0
	for _, list := range lists {
		for i, r := range list {
			if _, known := score[r.Passage]; !known {
				out = append(out, r)
			}
			score[r.Passage] += 1 / float64(fusionOffset+i+1)
			best = max(best, score[r.Passage])
		}
	}
	top := 1.0
	if len(lists[0]) > 0 {
		top = lists[0][0].Score
	}
	slices.SortStableFunc(out, func(a, b retrieve.Result) int {
		return cmp.Or(cmp.Compare(score[b.Passage], score[a.Passage]), strings.Compare(a.Passage.ID, b.Passage.ID))
	})
	out = out[:min(k, len(out))]
	for i := range out {
		out[i].Rank = i + 1
		out[i].Score = top * score[out[i].Passage] / best
	}
	return out
}

func passagesOf(found []retrieve.Result) []*ingest.Passage {
	out := make([]*ingest.Passage, len(found))
	for i, r := range found {
		out[i] = r.Passage
	}
	return out
}
