package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is the outcome of a run.
type Report struct {
	Edition     Edition  `json:"edition"`
	Quotes      int      `json:"quotes"`       // evidence quotations of answerable items
	QuotesFound int      `json:"quotes_found"` // of them found word for word in a passage
	Summary     Summary  `json:"summary"`
	Results     []Result `json:"results"`
}

// Summary holds the figures over all items; averages are taken over statements
// and citations, not over items.
type Summary struct {
	Accuracy          Ratio         `json:"accuracy"`           // right items
	AnsweredAccuracy  Ratio         `json:"answered_accuracy"`  // right answerable items
	AbstentionRecall  Ratio         `json:"abstention_recall"`  // right unanswerable items
	FalseRefusals     Ratio         `json:"false_refusals"`     // answerable items that abstained and state no group
	GroupRecall       Ratio         `json:"group_recall"`       // stated groups
	CitationRecall    Ratio         `json:"citation_recall"`    // supported statements
	CitationPrecision Ratio         `json:"citation_precision"` // supporting citations
	EvidenceCoverage  Ratio         `json:"evidence_coverage"`  // answerable items whose evidence is all cited
	Recall1           Ratio         `json:"recall_at_1"`        // answerable items with a right passage first
	Recall5           Ratio         `json:"recall_at_5"`        // ... among the first five
	Recall10          Ratio         `json:"recall_at_10"`       // ... among the first ten
	MRR               float64       `json:"mrr"`                // mean reciprocal rank over answerable items, ten deep
	MedianLength      int           `json:"median_length"`      // characters, of answers given
	LongestAnswer     int           `json:"longest_answer"`     // characters
	TimeP50           time.Duration `json:"time_p50_ns"`        // of one question
	TimeP99           time.Duration `json:"time_p99_ns"`
	Reliability       Reliability   `json:"reliability"`
	ByType            []TypeSummary `json:"by_type"` // in order of first appearance
}

// TypeSummary holds the figures of one type of question.
type TypeSummary struct {
	Type     string `json:"type"`
	Accuracy Ratio  `json:"accuracy"`
	Recall5  Ratio  `json:"recall_at_5"` // of answerable items
}

// Ratio is a part of a whole; of nothing it has no value.
type Ratio struct{ Part, Of int }

// Value is the ratio between 0 and 1; 0 of nothing.
func (r Ratio) Value() float64 {
	if r.Of == 0 {
		return 0
	}
	return float64(r.Part) / float64(r.Of)
}

// MarshalJSON gives part, whole and value.
func (r Ratio) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Part  int     `json:"part"`
		Of    int     `json:"of"`
		Value float64 `json:"value"`
	}{r.Part, r.Of, r.Value()})
}

// String is "61/80  76.3%".
func (r Ratio) String() string {
	if r.Of == 0 {
		return "      -"
	}
	return fmt.Sprintf("%7s %6.1f%%", fmt.Sprintf("%d/%d", r.Part, r.Of), 100*r.Value())
}

func (r *Ratio) add(part bool) {
	r.Of++
	if part {
		r.Part++
	}
}

func (r *Ratio) addCounts(part, of int) {
	r.Part += part
	r.Of += of
}

func summarise(results []Result) Summary {
	var s Summary
	var lengths []int
	var times []time.Duration
	var reciprocal float64
	for i := range results {
		r := &results[i]
		times = append(times, r.Took)
		s.Accuracy.add(r.Right)
		t := s.typeOf(r.Type)
		t.Accuracy.add(r.Right)
		if r.Status != "" && !r.Abstained {
			lengths = append(lengths, r.Length)
		}
		if !r.answerable {
			s.AbstentionRecall.add(r.Right)
			continue
		}
		s.addAnswerable(r)
		t.Recall5.add(r.Rank >= 1 && r.Rank <= 5)
		if r.Rank > 0 {
			reciprocal += 1 / float64(r.Rank)
		}
	}
	if s.Recall10.Of > 0 {
		s.MRR = reciprocal / float64(s.Recall10.Of)
	}
	slices.Sort(lengths)
	slices.Sort(times)
	s.MedianLength, s.LongestAnswer = quantile(lengths, 50), quantile(lengths, 100)
	s.TimeP50, s.TimeP99 = quantile(times, 50), quantile(times, 99)
	s.Reliability = Reliable(results)
	return s
}

func (s *Summary) addAnswerable(r *Result) {
	s.AnsweredAccuracy.add(r.Right)
	s.FalseRefusals.add(r.Abstained && r.Stated == 0)
	s.GroupRecall.addCounts(r.Stated, r.Groups)
	s.CitationRecall.addCounts(r.Supported, r.Statements)
	s.CitationPrecision.addCounts(r.Supporting, r.Cited)
	s.EvidenceCoverage.add(r.Covered)
	s.Recall1.add(r.Rank == 1)
	s.Recall5.add(r.Rank >= 1 && r.Rank <= 5)
	s.Recall10.add(r.Rank >= 1)
}

func (s *Summary) typeOf(name string) *TypeSummary {
	i := slices.IndexFunc(s.ByType, func(t TypeSummary) bool { return t.Type == name })
	if i < 0 {
		i = len(s.ByType)
		s.ByType = append(s.ByType, TypeSummary{Type: name})
	}
	return &s.ByType[i]
}

// quantile is the nearest-rank quantile of a sorted list, the zero value of an
// empty one.
func quantile[T any](sorted []T, percent int) T {
	var zero T
	if len(sorted) == 0 {
		return zero
	}
	rank := (percent*len(sorted) + 99) / 100
	return sorted[max(rank, 1)-1]
}

// Table writes the figures as text. The times are left out where stable output
// is wanted.
func (r *Report) Table(w io.Writer, retrieval, times bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %7s %7s %9s\n", "type", "items", "right", "accuracy")
	for _, t := range r.Summary.ByType {
		fmt.Fprintf(&b, "%-14s %7d %7d %8.1f%%\n", t.Type, t.Accuracy.Of, t.Accuracy.Part, 100*t.Accuracy.Value())
	}
	a := r.Summary.Accuracy
	fmt.Fprintf(&b, "%-14s %7d %7d %8.1f%%\n\n", "all", a.Of, a.Part, 100*a.Value())
	if table := r.Summary.Reliability.String(); table != "" {
		b.WriteString(table + "\n")
	}
	r.figures(&b)
	if retrieval {
		r.retrieval(&b)
	}
	if times {
		fmt.Fprintf(&b, "%-20s p50 %.2f ms, p99 %.2f ms\n", "time per question",
			milliseconds(r.Summary.TimeP50), milliseconds(r.Summary.TimeP99))
	}
	fmt.Fprintf(&b, "%-20s %s: %d of %d evidence quotations stand word for word in a passage\n", "edition",
		r.Edition, r.QuotesFound, r.Quotes)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) figures(b *strings.Builder) {
	s := r.Summary
	for _, f := range []struct {
		name  string
		ratio Ratio
	}{
		{"answered accuracy", s.AnsweredAccuracy},
		{"abstention recall", s.AbstentionRecall},
		{"false refusals", s.FalseRefusals},
		{"group recall", s.GroupRecall},
		{"citation recall", s.CitationRecall},
		{"citation precision", s.CitationPrecision},
		{"evidence coverage", s.EvidenceCoverage},
	} {
		fmt.Fprintf(b, "%-20s %s\n", f.name, f.ratio)
	}
	fmt.Fprintf(b, "%-20s median %d characters, longest %d\n", "answer length", s.MedianLength, s.LongestAnswer)
}

func (r *Report) retrieval(b *strings.Builder) {
	s := r.Summary
	for _, f := range []struct {
		name  string
		ratio Ratio
	}{{"recall@1", s.Recall1}, {"recall@5", s.Recall5}, {"recall@10", s.Recall10}} {
		fmt.Fprintf(b, "%-20s %s\n", f.name, f.ratio)
	}
	fmt.Fprintf(b, "%-20s %.3f\n", "MRR", s.MRR)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Failures writes every wrong item with the question, the reason and the answer
// given.
func (r *Report) Failures(w io.Writer) error {
	var b strings.Builder
	for _, res := range r.Results {
		if res.Right {
			continue
		}
		fmt.Fprintf(&b, "%s %s: %s\n  question: %s\n", res.ID, res.Type, res.Why, oneLine(res.question))
		if res.Answer != "" {
			fmt.Fprintf(&b, "  answer:   %s\n", oneLine(res.Answer))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
