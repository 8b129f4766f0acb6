package eval

import (
	"math"
	"testing"

	"yanbao/rag"

	"pgregory.net/rapid"
)

// result is an answer given with some confidence.
func result(confidence float64, right bool) Result {
	return Result{Status: rag.Answered, Confidence: confidence, Score: Score{Right: right}}
}

func TestReliability(t *testing.T) {
	r := Reliable([]Result{
		result(0.55, true), result(0.55, false),
		result(0.9, true), result(0.98, true), result(1, true), result(0.92, false),
		{Status: rag.NotFound, Score: Score{Right: true, Abstained: true}}, // a refusal
		{Error: "failed"},
	})
	want := "confidence     answers   right     share    mean\n" +
		"0.5 to 0.6           2       1     50.0%    0.55\n" +
		"0.9 to 1.0           4       3     75.0%    0.95\n" +
		"calibration error    0.150 expected, Brier score 0.227\n"
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReliabilityOfNothing(t *testing.T) {
	r := Reliable([]Result{{Status: rag.NotFound, Score: Score{Abstained: true}}})
	if r.Answers != 0 || r.CalibrationError != 0 || r.String() != "" {
		t.Errorf("reliability = %+v, printed %q; want nothing", r, r.String())
	}
}

func TestBinOf(t *testing.T) {
	for confidence, want := range map[float64]int{0: 0, 0.099: 0, 0.1: 1, 0.3: 3, 0.6: 6, 0.7: 7, 0.999: 9, 1: 9} {
		if got := binOf(confidence); got != want {
			t.Errorf("binOf(%v) = %d, want %d", confidence, got, want)
		}
	}
}

// Every answer is in one bin, whose range holds its confidence, and both
// figures stay between 0 and 1.
func TestReliabilityHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var results []Result
		for i := range rapid.IntRange(0, 30).Draw(t, "answers") {
			confidence := float64(rapid.IntRange(0, 1000).Draw(t, "thousandths")) / 1000
			results = append(results, result(confidence, i%3 > 0))
		}
		r := Reliable(results)
		answers := 0
		for _, b := range r.Bins {
			answers += b.Right.Of
			if b.Mean < b.From-1e-9 || b.Mean > b.To+1e-9 {
				t.Fatalf("mean %v outside %v to %v", b.Mean, b.From, b.To)
			}
		}
		if answers != len(results) || r.Answers != len(results) {
			t.Fatalf("%d answers in bins, %d counted, want %d", answers, r.Answers, len(results))
		}
		for _, f := range []float64{r.CalibrationError, r.Brier} {
			if math.IsNaN(f) || f < 0 || f > 1 {
				t.Fatalf("figure %v of %+v", f, r)
			}
		}
	})
}
