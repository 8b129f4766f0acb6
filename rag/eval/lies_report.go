package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"yanbao/rag/ground"
)

// LieReport is the outcome of the lie test.
type LieReport struct {
	Answers     int       `json:"answers"`     // claims of right answers that cases were made from
	Sentences   int       `json:"sentences"`   // sentences of documents
	Lies        []LieKind `json:"lies"`        // by kind, in the order of the table
	Paraphrases []LieKind `json:"paraphrases"` // Failed counts those dropped
	Misses      []LieCase `json:"misses"`      // lies that passed and paraphrases that were dropped
	byKind      [2][]*tally
}

// LieKind is one line of the report.
type LieKind struct {
	Kind    string `json:"kind"`
	Cases   int    `json:"cases"`
	Good    Ratio  `json:"good"`    // lies caught, or paraphrases kept
	Answers Ratio  `json:"answers"` // of them from answers
}

// LieCase is a case that the checker judged wrongly.
type LieCase struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	From    string   `json:"from"`
	Cited   []string `json:"cited"` // passage IDs
	Verdict string   `json:"verdict"`
	Detail  string   `json:"detail,omitempty"`
}

type tally struct {
	kind         string
	all, answers Ratio
}

// add counts a case. A lie is caught by any verdict but supported.
func (r *LieReport) add(c Case, f ground.Finding) {
	group := 0
	good := f.Verdict != ground.Supported
	if !c.Lie {
		group, good = 1, !good
	}
	i := slices.IndexFunc(r.byKind[group], func(t *tally) bool { return t.kind == c.Kind })
	if i < 0 {
		i = len(r.byKind[group])
		r.byKind[group] = append(r.byKind[group], &tally{kind: c.Kind})
	}
	t := r.byKind[group][i]
	t.all.add(good)
	if c.Pair.Answer {
		t.answers.add(good)
	}
	if good {
		return
	}
	miss := LieCase{Kind: c.Kind, Text: c.Text, From: c.From, Verdict: string(f.Verdict), Detail: f.Detail, Cited: []string{}}
	for _, p := range c.Cited {
		if p != nil {
			miss.Cited = append(miss.Cited, p.ID)
		}
	}
	r.Misses = append(r.Misses, miss)
}

// finish puts the lines in the order of the kinds.
func (r *LieReport) finish() {
	for group, order := range [2][]string{lieKinds, trueKinds} {
		var lines []LieKind
		for _, kind := range order {
			for _, t := range r.byKind[group] {
				if t.kind == kind {
					lines = append(lines, LieKind{kind, t.all.Of, t.all, t.answers})
				}
			}
		}
		if group == 0 {
			r.Lies = lines
		} else {
			r.Paraphrases = lines
		}
	}
}

// Cases is how many cases there are.
func (r *LieReport) Cases() int {
	n := 0
	for _, k := range slices.Concat(r.Lies, r.Paraphrases) {
		n += k.Cases
	}
	return n
}

// Table writes the figures as text.
func (r *LieReport) Table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d cases from %d claims of right answers and %d sentences of the documents\n\n", r.Cases(), r.Answers, r.Sentences)
	fmt.Fprintf(&b, "%-20s %7s %7s %9s   %s\n", "altered", "cases", "caught", "share", "from answers")
	lines(&b, r.Lies)
	fmt.Fprintf(&b, "\n%-20s %7s %7s %9s   %s\n", "true paraphrase", "cases", "kept", "share", "from answers")
	lines(&b, r.Paraphrases)
	_, err := io.WriteString(w, b.String())
	return err
}

func lines(b *strings.Builder, kinds []LieKind) {
	var all, answers Ratio
	for _, k := range kinds {
		fmt.Fprintf(b, "%-20s %7d %7d %8.2f%%   %d/%d\n", k.Kind, k.Good.Of, k.Good.Part, 100*k.Good.Value(), k.Answers.Part, k.Answers.Of)
		all.addCounts(k.Good.Part, k.Good.Of)
		answers.addCounts(k.Answers.Part, k.Answers.Of)
	}
	fmt.Fprintf(b, "%-20s %7d %7d %8.2f%%   %d/%d\n", "all", all.Of, all.Part, 100*all.Value(), answers.Part, answers.Of)
}

// Failures writes the cases that were judged wrongly.
func (r *LieReport) Failures(w io.Writer) error {
	var b strings.Builder
	for _, m := range r.Misses {
		fmt.Fprintf(&b, "%s: %s %s\n  from %s\n  cites %s\n", m.Kind, oneLine(m.Text), m.Verdict+" "+m.Detail, oneLine(m.From), strings.Join(m.Cited, " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
