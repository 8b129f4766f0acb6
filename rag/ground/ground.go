// Package ground decides what an answer may rest on: it picks the sentence,
// row or caption of the retrieved passages that answers a question (Select),
// and checks every claim of an answer against the passages that it cites
// (Verify): values with unit and period, names and quotations.
//
// It works by plain code on the text of passages. It does not retrieve, does
// not word answers and never asks a model.
package ground

import (
	"yanbao/ingest"
)

// Support is a place in a passage that a claim rests on.
type Support struct {
	Passage *ingest.Passage
	Start   int // byte offsets of the quotation in Passage.Text
	End     int
	Column  string // for a table cell: the column's name
	Sources []string
}

// Quote returns the exact words.
func (s Support) Quote() string { return s.Passage.Text[s.Start:s.End] }

// Claim is one sentence of an answer with what it rests on.
type Claim struct {
	Text     string
	Supports []Support
	Computed []Computed // values of Text that stand in no passage but follow from some
	Linking  bool       // pure connection without a fact: needs no support
}

// Operation is a way to compute a value.
type Operation string

// Operations of Computed.
const (
	Add      Operation = "+"
	Subtract Operation = "-"
	Multiply Operation = "×"
	Divide   Operation = "÷"
	Share    Operation = "%"      // a ÷ b in percent
	Growth   Operation = "growth" // (a − b) ÷ b in percent
	CountOf  Operation = "count"
	Mean     Operation = "mean"  // the sum by the number of values
	Whole    Operation = "whole" // a ÷ b, where b is the percentage that a makes up
	Rest     Operation = "rest"  // what a percentage leaves of 100 %
	RangeOf  Operation = "range" // how many row numbers from a to b: b − a + 1
)

// Computed is a value that a claim computes, with all that is needed to
// compute it again.
type Computed struct {
	Text      string    // as printed in the claim: "37.5亿元"
	Operation Operation //
	Inputs    []string  // values as printed in the supports, or for CountOf the things counted
	Formula   string    // for the reader: "156.3亿元 × 24%"
}
