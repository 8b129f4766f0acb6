package rag

import (
	"context"
	"slices"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/answer"
	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// surePart is the least raw confidence of the answer to a part that the answer
// to the whole question does not give.
const surePart = answer.Sufficient + 0.05

// extract drafts the extractive answer to a question, and to the parts of it
// that the first draft leaves open.
func (e *Engine) extract(ctx context.Context, q Question, asked question.Question, evidence answer.Evidence) (answer.Draft, error) {
	draft, err := e.answerer.Answer(ctx, asked, evidence)
	if err != nil || draft.Status == answer.OutOfScope {
		return draft, err
	}
	parts := question.Parts(asked.Text)
	if len(parts) < 2 {
		return draft, nil
	}
	answered := ""
	for i, text := range parts {
		if i > 0 {
			own := text
			if text = question.WithTopic(e.lexicon, parts[0], answered, text); text != own && draft.Status != answer.Answered {
				break // it is about what is not found
			}
		}
		d, err := e.part(ctx, q, text)
		if err != nil {
			return draft, err
		}
		if i == 0 && d.Status == answer.Answered {
			answered = textOf(d.Claims)
		}
		draft = joined(draft, d, i == 0)
	}
	return draft, nil
}

// part answers one part by itself.
func (e *Engine) part(ctx context.Context, q Question, text string) (answer.Draft, error) {
	asked := question.Parse(e.lexicon, text)
	if q.K <= 0 {
		q.K = lookedAt / 2 // its place is near: the whole question has been looked up
	}
	passages, err := e.retrieve(ctx, asked, q)
	if err != nil {
		return answer.Draft{}, err
	}
	return e.answerer.Answer(ctx, asked, e.evidence(asked, passages))
}

// joined adds what d says and draft does not.
func joined(draft, d answer.Draft, first bool) answer.Draft {
	if d.Status != answer.Answered || d.Confidence < surePart {
		return draft
	}
	var added []ground.Claim
	for _, c := range d.Claims {
		if len(draft.Claims) > 0 && aside(c) {
			continue
		}
		if !slices.ContainsFunc(draft.Claims, func(have ground.Claim) bool { return says(have, c) }) {
			added = append(added, c)
		}
	}
	switch {
	case draft.Status != answer.Answered:
		return d
	case len(added) == 0:
		return draft
	case first:
		draft.Claims = append(added, draft.Claims...)
	default:
		draft.Claims = append(draft.Claims, added...)
	}
	draft.Notices = append(draft.Notices, d.Notices...)
	draft.Verified = draft.Verified && d.Verified
	return draft
}

// aside reports whether a claim only repeats a note or caption.
func aside(c ground.Claim) bool {
	return slices.ContainsFunc(c.Supports, func(s ground.Support) bool {
		return s.Passage.Kind == ingest.KindNote || s.Passage.Kind == ingest.KindFigure
	})
}

// says reports whether one claim says what another does: the same text, or a
// longer one that quotes the same words.
func says(have, c ground.Claim) bool {
	if have.Text == c.Text || strings.Contains(have.Text, strings.TrimRight(c.Text, "。.")) {
		return true
	}
	if len(c.Computed) > 0 {
		return false
	}
	for _, s := range c.Supports {
		if !slices.ContainsFunc(have.Supports, func(h ground.Support) bool {
			return h.Passage.ID == s.Passage.ID && h.Start <= s.Start && h.End >= s.End
		}) {
			return false
		}
	}
	return true
}

func textOf(claims []ground.Claim) string {
	var b strings.Builder
	for _, c := range claims {
		b.WriteString(c.Text)
	}
	return b.String()
}
