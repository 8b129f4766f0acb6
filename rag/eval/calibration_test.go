package eval_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag"
	"yanbao/rag/answer"
	"yanbao/rag/eval"
	"yanbao/rag/index"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// Files that a run with -update writes: the constants of answer.Calibrated, and
// the figures behind them and behind answer.Sufficient, which docs/answering.md
// quotes between two marks.
const (
	constantsFile = "../answer/calibration_fit.go"
	figuresFile   = "testdata/calibration.txt"
	docsFile      = "../../docs/answering.md"
	docsBegin     = "<!-- figures: begin -->\n"
	docsEnd       = "<!-- figures: end -->\n"
)

// maxDrift is how far the probabilities in use may be from those fitted to the
// answers of today before they must be fitted anew.
const maxDrift = 0.1

// maxError is the greatest calibration error of the confidences in use.
const maxError = 0.07

// ownSets are our question sets with the documents that they are put to. The
// questions delivered with the report take no part: they are for measuring.
var ownSets = []struct{ questions, document string }{
	{"36kr-llm-2025", ""},
	{"coldchain-2024", "coldchain-2024.md"},
	{"coldchain-2024", "coldchain-2024-damaged.md"},
}

// ownSet is one of our question sets, ready to be put to an engine.
type ownSet struct {
	items []eval.Item
	index *index.Index
}

func loadOwnSets(t *testing.T) []ownSet {
	t.Helper()
	var out []ownSet
	for _, s := range ownSets {
		name, data := corpus.Edition()
		if s.document != "" {
			name = s.document
			var err error
			if data, err = os.ReadFile(filepath.Join("..", "testdata", "documents", s.document)); err != nil {
				t.Fatal(err)
			}
		}
		d, err := markdown.Read(name, data)
		if err != nil {
			t.Fatal(err)
		}
		x, err := index.Build(context.Background(), []*ingest.Document{d}, index.Options{
			Embedder: offline.New(),
			NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Close() })
		f, err := os.Open(filepath.Join("..", "testdata", "questions", s.questions+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		items, err := eval.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ownSet{items, x})
	}
	return out
}

// outcome is one item as it was answered.
type outcome struct {
	set                         int
	answerable, answered, right bool
	empty                       bool // states no group of what a right answer must contain
	raw                         float64
}

// put asks all sets with the given least raw confidence.
func put(t *testing.T, sets []ownSet, sufficient float64) []outcome {
	t.Helper()
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	var out []outcome
	for i, s := range sets {
		e, err := rag.New(rag.Config{Index: s.index, Lexicon: lexicon, Sufficient: sufficient})
		if err != nil {
			t.Fatal(err)
		}
		for k := range s.items {
			it := &s.items[k]
			a, err := e.Ask(context.Background(), it.Ask(""))
			if err != nil {
				t.Fatalf("%s: %v", it.ID, err)
			}
			score := eval.ScoreAnswer(it, a, eval.Literal)
			out = append(out, outcome{
				set: i, answerable: it.Answerable, answered: !score.Abstained, right: score.Right,
				empty: score.Stated == 0, raw: a.Score,
			})
		}
	}
	return out
}

// given keeps the answers given.
func given(all []outcome) []outcome {
	var out []outcome
	for _, o := range all {
		if o.answered {
			out = append(out, o)
		}
	}
	return out
}

// logistic is the map 1 / (1 + exp(−(intercept + slope·raw))).
type logistic struct{ intercept, slope float64 }

func (l logistic) at(raw float64) float64 { return 1 / (1 + math.Exp(-l.intercept-l.slope*raw)) }

// fit finds the logistic map of greatest likelihood by Newton's method. Targets
// are drawn in from 0 and 1 by Platt's rule, (n⁺+1)/(n⁺+2) and 1/(n⁻+2), so that
// no probability is certain however well the sample parts.
func fit(answers []outcome) logistic {
	right := 0.0
	for _, o := range answers {
		if o.right {
			right++
		}
	}
	high, low := (right+1)/(right+2), 1/(float64(len(answers))-right+2)
	var l logistic
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for _, o := range answers {
			p, target := l.at(o.raw), low
			if o.right {
				target = high
			}
			w := p * (1 - p)
			g0, g1 = g0+target-p, g1+(target-p)*o.raw
			h00, h01, h11 = h00+w, h01+w*o.raw, h11+w*o.raw*o.raw
		}
		det := h00*h11 - h01*h01
		if det < 1e-12 {
			break
		}
		l.intercept += (g0*h11 - g1*h01) / det
		l.slope += (g1*h00 - g0*h01) / det
	}
	return l
}

// reliabilityOf scores a map of raw confidences on answers.
func reliabilityOf(answers []outcome, probability func(raw float64) float64) eval.Reliability {
	var results []eval.Result
	for _, o := range answers {
		r := eval.Result{Status: rag.Answered, Confidence: probability(o.raw)}
		r.Right = o.right
		results = append(results, r)
	}
	return eval.Reliable(results)
}

var update = flag.Lookup("update")

// TestDocsQuoteFigures holds that the docs show the figures on file.
func TestDocsQuoteFigures(t *testing.T) {
	figures, err := os.ReadFile(figuresFile)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(docs), quoted(string(figures))) {
		t.Errorf("%s does not quote %s", docsFile, figuresFile)
	}
}

// TestCalibration holds that the confidence of an answer is about the
// probability that it is right, on our own questions. With -update it fits the
// map anew and writes the figures for other thresholds of answering.
func TestCalibration(t *testing.T) {
	sets := loadOwnSets(t)
	all := put(t, sets, 0)
	answers := given(all)
	l := fit(answers)
	if update != nil && update.Value.String() == "true" {
		writeFile(t, constantsFile, constants(l, len(answers)))
		figures := figuresOf(t, sets, all, l)
		writeFile(t, figuresFile, figures)
		quote(t, figures)
		return
	}
	for raw := answer.Sufficient; raw <= 1; raw += 0.01 {
		if d := math.Abs(answer.Calibrated(raw) - l.at(raw)); d > maxDrift {
			t.Fatalf("a raw confidence of %.2f counts as %.3f, of such answers %.3f are right; fit it anew: go test ./rag/eval -run Calibration -update",
				raw, answer.Calibrated(raw), l.at(raw))
		}
	}
	if r := reliabilityOf(answers, answer.Calibrated); r.CalibrationError > maxError {
		t.Errorf("calibration error %.3f, want at most %v", r.CalibrationError, maxError)
	}
}

// constants is the source file with the fitted map.
func constants(l logistic, answers int) string {
	return fmt.Sprintf(`// Code generated by go test ./rag/eval -run Calibration -update; DO NOT EDIT.

package answer

// The map of Calibrated, fitted to %d answers to our own questions.
const (
	calibrationIntercept = %.2f
	calibrationSlope     = %.2f
)
`, answers, l.intercept, l.slope)
}

// figuresOf prints what stands behind the constants: reliability before and
// after, on a document that took no part in the fit, and the figures of other
// thresholds.
func figuresOf(t *testing.T, sets []ownSet, all []outcome, l logistic) string {
	t.Helper()
	var b strings.Builder
	answers := given(all)
	fmt.Fprintf(&b, "%-44s %8s %7s\n", "confidence", "error", "Brier")
	line := func(name string, r eval.Reliability) {
		fmt.Fprintf(&b, "%-44s %8.3f %7.3f\n", name, r.CalibrationError, r.Brier)
	}
	line("raw", reliabilityOf(answers, func(raw float64) float64 { return raw }))
	line("calibrated", reliabilityOf(answers, l.at))
	var first, others []outcome
	for _, o := range answers {
		if o.set == 0 {
			first = append(first, o)
		} else {
			others = append(others, o)
		}
	}
	line("fitted to the edition, on the other report", reliabilityOf(others, fit(first).at))
	line("fitted to the other report, on the edition", reliabilityOf(first, fit(others).at))
	b.WriteString("\n")
	b.WriteString(reliabilityOf(answers, l.at).String())
	b.WriteString("\n")
	b.WriteString(sweep(t, sets))
	return b.String()
}

// thresholds for answering that are compared.
var thresholds = []float64{0.30, 0.35, 0.40, 0.43, answer.Sufficient, 0.50, 0.55, 0.60}

// sweep prints what other values of answer.Sufficient would do.
func sweep(t *testing.T, sets []ownSet) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %9s %11s %15s\n", "threshold", "accuracy", "abstention", "false refusals")
	for _, s := range thresholds {
		var right, abstained, refused, answerable, all int
		for _, o := range put(t, sets, s) {
			all++
			right += count(o.right)
			abstained += count(!o.answerable && o.right)
			answerable += count(o.answerable)
			refused += count(o.answerable && !o.answered && o.empty)
		}
		fmt.Fprintf(&b, "%-10.2f %8.1f%% %10.1f%% %14.1f%%\n", s, percent(right, all), percent(abstained, all-answerable), percent(refused, answerable))
	}
	return b.String()
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func percent(part, of int) float64 { return 100 * float64(part) / float64(of) }

// quoted are the figures as they stand in the docs.
func quoted(figures string) string { return docsBegin + "```\n" + figures + "```\n" + docsEnd }

// quote puts the figures into the docs.
func quote(t *testing.T, figures string) {
	t.Helper()
	data, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), docsBegin)
	_, after, ok2 := strings.Cut(rest, docsEnd)
	if !ok || !ok2 {
		t.Fatalf("%s: the marks %q and %q are missing", docsFile, docsBegin, docsEnd)
	}
	writeFile(t, docsFile, before+quoted(figures)+after)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
