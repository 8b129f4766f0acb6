package eval

import (
	"fmt"
	"math"
	"strings"
)

// confidenceBins is how many bins of confidence a reliability table has: each
// is a tenth wide.
const confidenceBins = 10

// Reliability compares the confidence of the answers given with how often they
// are right. Refusals state no confidence and are left out; an answer to a
// question that the report does not settle is wrong.
type Reliability struct {
	Bins             []Bin   `json:"bins"`              // those that hold answers, least confidence first
	Answers          int     `json:"answers"`           // in all bins
	CalibrationError float64 `json:"calibration_error"` // mean over answers of |share right − mean confidence| of their bin
	Brier            float64 `json:"brier"`             // mean of (confidence − outcome)², outcome 1 for right, 0 for wrong
}

// Bin holds the answers of one range of confidence: From included, To only in
// the last bin.
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Right Ratio   `json:"right"` // right answers of the bin
	Mean  float64 `json:"mean"`  // of their confidences
}

// Reliable sorts the answers given into bins.
func Reliable(results []Result) Reliability {
	var bins [confidenceBins]Bin
	var r Reliability
	for i := range results {
		res := &results[i]
		if res.Status == "" || res.Abstained {
			continue
		}
		outcome := 0.0
		if res.Right {
			outcome = 1
		}
		b := &bins[binOf(res.Confidence)]
		b.Right.add(res.Right)
		b.Mean += res.Confidence
		r.Brier += (res.Confidence - outcome) * (res.Confidence - outcome)
		r.Answers++
	}
	for i, b := range bins {
		if b.Right.Of == 0 {
			continue
		}
		b.From, b.To = float64(i)/confidenceBins, float64(i+1)/confidenceBins
		b.Mean /= float64(b.Right.Of)
		r.CalibrationError += math.Abs(b.Right.Value()-b.Mean) * float64(b.Right.Of) / float64(r.Answers)
		r.Bins = append(r.Bins, b)
	}
	if r.Answers > 0 {
		r.Brier /= float64(r.Answers)
	}
	return r
}

// binOf is the bin of a confidence between 0 and 1.
func binOf(confidence float64) int {
	// decimal thousandths, as confidences are printed: 0.3 is not 0.299…
	return min(max(0, int(math.Round(confidence*1000))*confidenceBins/1000), confidenceBins-1)
}

// String is the table: a line for each bin, then the two figures; "" without
// answers.
func (r Reliability) String() string {
	if r.Answers == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %7s %7s %9s %7s\n", "confidence", "answers", "right", "share", "mean")
	for _, bin := range r.Bins {
		fmt.Fprintf(&b, "%-14s %7d %7d %8.1f%% %7.2f\n", fmt.Sprintf("%.1f to %.1f", bin.From, bin.To),
			bin.Right.Of, bin.Right.Part, 100*bin.Right.Value(), bin.Mean)
	}
	fmt.Fprintf(&b, "%-20s %.3f expected, Brier score %.3f\n", "calibration error", r.CalibrationError, r.Brier)
	return b.String()
}
