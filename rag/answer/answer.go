// Package answer turns evidence into claims with citations. Extractive, the
// default, needs no model: it quotes sentences, looks cells up, counts and
// computes. What any Answerer returns is verified by the caller.
//
// The package does not retrieve and does not decide what is true: it only says
// what cited passages say.
package answer

import (
	"context"

	"yanbao/rag/ground"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// Status says whether a draft answers.
type Status string

// Statuses.
const (
	Answered   Status = "answered"
	NotFound   Status = "not_found"    // the report does not hold it
	OutOfScope Status = "out_of_scope" // not a question to a report
)

// Evidence is what an answerer may use.
type Evidence struct {
	Selection ground.Selection
	Tables    []Table
}

// Table is a candidate table with the passages of its rows, by row number
// from 0; a row without a passage of its own has nil.
type Table struct {
	*table.View
	Rows  []*ground.Unit // the row passages as units
	Score float64        // of its best row against the best unit, 0 to 1
}

// Draft is an answer before verification.
type Draft struct {
	Status     Status
	Claims     []ground.Claim
	Notices    []Notice
	Confidence float64 // raw, 0 to 1: orders answers; Calibrated makes a probability of it
	Verified   bool    // the answerer has checked every claim with the caller's own verifier
}

// Notice is something that a careful colleague would add.
type Notice struct {
	Kind NoticeKind
	Text string // a caption, a formula, a value: what the wording puts in
}

// NoticeKind says what a notice is about; bot words it.
type NoticeKind string

// Kinds of notices.
const (
	FigureOnly  NoticeKind = "figure_only"  // the report shows this only as a figure; Text is the caption
	ComputedBy  NoticeKind = "computed"     // a value was computed; Text is the formula
	Premise     NoticeKind = "premise"      // the question states a value that the cited place does not
	TwoPlaces   NoticeKind = "two_places"   // two places of the report differ
	UnknownName NoticeKind = "unknown_name" // the report never names it
	Restated    NoticeKind = "restated"     // the edition restates the report
)

// Answerer drafts an answer from evidence.
//
// It cites only units of the evidence. No answer in the evidence is a Draft
// with status NotFound, not an error; an error means that the answerer itself
// failed. It returns soon after ctx is done.
type Answerer interface {
	Answer(ctx context.Context, q question.Question, e Evidence) (Draft, error)
}
