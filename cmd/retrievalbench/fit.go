package main

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yanbao/ingest/markdown"
	"yanbao/rag/eval"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
)

// Settings of the fit. The loss is that of a softmax over the candidates of a
// question (the right ones together against the others), as in ListNet; Adam
// goes over all questions in an order that does not change.
const (
	fitEpochs     = 10
	fitRate       = 0.02 // falls to 0 over the epochs
	fitDecay      = 1e-4 // L2
	fitCandidates = 60   // of a question
	fitRepeats    = 5    // of our own question sets, which are smaller than the public one
)

// group is a question with its candidates.
type group struct {
	features [][]float64
	right    []bool
}

// reports are our own documents with their questions, relative to -data.
var reports = []struct{ document, questions string }{
	{"../../corpus/36kr-llm-2025.md", "questions/36kr-llm-2025.jsonl"},
	{"documents/coldchain-2024.md", "questions/coldchain-2024.jsonl"},
	{"documents/coldchain-2024-damaged.md", "questions/coldchain-2024.jsonl"},
}

// fit collects candidates, fits weights and writes them as Go code.
func fit(ctx context.Context, s settings, b *bench, out io.Writer) error {
	groups, err := benchGroups(ctx, s, b)
	if err != nil {
		return err
	}
	public := len(groups)
	for _, r := range reports {
		more, err := reportGroups(ctx, s, filepath.Join(s.data, r.document), filepath.Join(s.data, r.questions))
		if err != nil {
			return err
		}
		for range fitRepeats {
			groups = append(groups, more...)
		}
	}
	names := retrieve.FeatureNames()
	weights := descend(groups, len(names))
	scale, shift := calibrate(groups, weights)
	fmt.Fprintf(out, "fitted on %d questions of %s and %d of our own: right passage first in %.3f\n", public, s.set, (len(groups)-public)/fitRepeats, first(groups, weights))
	return writeWeights(s.fit, s.set, names, weights, scale, shift)
}

func benchGroups(ctx context.Context, s settings, b *bench) ([]group, error) {
	r, err := newRetriever(ctx, s, b)
	if err != nil {
		return nil, err
	}
	var out []group
	for _, q := range b.questions {
		cs, err := r.Candidates(ctx, retrieve.Query{Text: q.Question})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.ID, err)
		}
		out = appendGroup(out, cs, func(c retrieve.Candidate) bool { return slices.Contains(q.Chunks, c.Passage.SourceID) })
	}
	return out, nil
}

// reportGroups takes a passage for right when it holds the words of an
// evidence of the question.
func reportGroups(ctx context.Context, s settings, document, questions string) ([]group, error) {
	data, err := os.ReadFile(document)
	if err != nil {
		return nil, err
	}
	doc, err := markdown.Read(document, data)
	if err != nil {
		return nil, err
	}
	lex, err := question.LoadLexicon(os.DirFS(s.lexicon))
	if err != nil {
		return nil, err
	}
	r, err := over(ctx, lex, doc)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(questions)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	items, err := eval.Load(f)
	if err != nil {
		return nil, err
	}
	var out []group
	for _, it := range items {
		if !it.Answerable {
			continue
		}
		text := it.Question
		if n := len(it.History); n > 0 {
			text = it.History[n-1].Question + " " + text
		}
		cs, err := r.Candidates(ctx, retrieve.Query{Text: text})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.ID, err)
		}
		out = appendGroup(out, cs, func(c retrieve.Candidate) bool {
			return slices.ContainsFunc(it.Evidence, func(e eval.Evidence) bool { return eval.HasQuote(c.Passage.Text, e.Quote) })
		})
	}
	return out, nil
}

// appendGroup adds a question unless none of its candidates is right.
func appendGroup(groups []group, cs []retrieve.Candidate, right func(retrieve.Candidate) bool) []group {
	var g group
	for _, c := range cs[:min(len(cs), fitCandidates)] {
		g.features = append(g.features, c.Features)
		g.right = append(g.right, right(c))
	}
	if !slices.Contains(g.right, true) {
		return groups
	}
	return append(groups, g)
}

func dot(w, f []float64) float64 {
	sum := 0.0
	for i := range w {
		sum += w[i] * f[i]
	}
	return sum
}

// descend fits n weights.
func descend(groups []group, n int) []float64 {
	w, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
	order := rand.New(rand.NewPCG(1, 1))
	step := 0.0
	for epoch := range fitEpochs {
		rate := fitRate * (1 - float64(epoch)/fitEpochs)
		for _, i := range order.Perm(len(groups)) {
			gradient := groups[i].gradient(w)
			step++
			for j, g := range gradient {
				g += fitDecay * w[j]
				m[j] = 0.9*m[j] + 0.1*g
				v[j] = 0.999*v[j] + 0.001*g*g
				w[j] -= rate * m[j] / (1 - math.Pow(0.9, step)) / (math.Sqrt(v[j]/(1-math.Pow(0.999, step))) + 1e-8)
			}
		}
	}
	return w
}

// gradient is that of -log(sum of the softmax over right candidates).
func (g *group) gradient(w []float64) []float64 {
	scores := make([]float64, len(g.features))
	top := math.Inf(-1)
	for i, f := range g.features {
		scores[i] = dot(w, f)
		top = max(top, scores[i])
	}
	all, right := 0.0, 0.0
	for i := range scores {
		scores[i] = math.Exp(scores[i] - top)
		all += scores[i]
		if g.right[i] {
			right += scores[i]
		}
	}
	out := make([]float64, len(w))
	for i, f := range g.features {
		p := scores[i] / all
		if g.right[i] {
			p -= scores[i] / right
		}
		for j, x := range f {
			out[j] += p * x
		}
	}
	return out
}

// calibrate fits 1/(1+exp(-(scale*s+shift))) to how often the best candidate
// with the sum s is right (Platt 1999), by Newton's method.
func calibrate(groups []group, w []float64) (scale, shift float64) {
	var sums, right []float64
	for _, g := range groups {
		best := g.best(w)
		sums = append(sums, dot(w, g.features[best]))
		right = append(right, map[bool]float64{true: 1}[g.right[best]])
	}
	mean := 0.0
	for _, s := range sums {
		mean += s / float64(len(sums))
	}
	a, b := 0.1, 0.0
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for i, s := range sums {
			x := s - mean
			p := 1 / (1 + math.Exp(-(a*x + b)))
			d, h := p-right[i], p*(1-p)
			ga, gb = ga+d*x, gb+d
			haa, hab, hbb = haa+h*x*x, hab+h*x, hbb+h
		}
		det := haa*hbb - hab*hab + 1e-9
		a, b = a-(hbb*ga-hab*gb)/det, b-(haa*gb-hab*ga)/det
	}
	return a, b - a*mean
}

func (g *group) best(w []float64) int {
	best, top := 0, math.Inf(-1)
	for i, f := range g.features {
		if s := dot(w, f); s > top {
			best, top = i, s
		}
	}
	return best
}

// first returns the part of the questions whose best candidate is right.
func first(groups []group, w []float64) float64 {
	n := 0.0
	for _, g := range groups {
		if g.right[g.best(w)] {
			n++
		}
	}
	return n / float64(len(groups))
}

// writeWeights writes Go code. The constants that name the features are their
// names in one word: fWordsRank for "words rank".
func writeWeights(path, set string, names []string, weights []float64, scale, shift float64) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated by cmd/retrievalbench -set %s -fit; DO NOT EDIT.\n\npackage retrieve\n\n", set)
	fmt.Fprintf(&b, "// weights of the features, fitted on the public set %s and on the questions of\n// rag/testdata.\nvar weights = [features]float64{\n", set)
	for i, name := range names {
		constant := "f"
		for _, word := range strings.Fields(name) {
			constant += strings.ToUpper(word[:1]) + word[1:]
		}
		fmt.Fprintf(&b, "\t%s: %.3f,\n", constant, weights[i])
	}
	fmt.Fprintf(&b, "}\n\n// scale and shift turn the weighted sum into how likely the best passage is\n// right.\nconst (\n\tscale = %.4f\n\tshift = %.4f\n)\n", scale, shift)
	code, err := format.Source(b.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(path, code, 0o644)
}
