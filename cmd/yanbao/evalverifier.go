package main

import (
	"context"
	"errors"
	"fmt"

	"yanbao/rag/eval"
)

// evalVerifier runs the lie test over the right answers to the questions of
// the files and the sentences of the library.
func (p *program) evalVerifier(ctx context.Context, paths []string, f evalFlags) error {
	if f.golden != "" || f.update || f.retrieval {
		return usagef("eval: --verifier goes with -json, --failures and --document only")
	}
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	if err := s.hasDocument(ctx, f.document); err != nil {
		return err
	}
	if s.verifier == nil {
		return errors.New("eval: this library has no check to measure")
	}
	progress := p.newProgress("eval")
	o := eval.Lies{Checker: s.verifier, Names: s.verifier.Lexicon, Passages: s.passages, Document: f.document, Progress: progress.show}
	pairs := eval.SentencePairs(s.passages, o.Names, f.document)
	for _, path := range paths {
		items, err := p.loadQuestions(path)
		if err != nil {
			return err
		}
		right, err := eval.RightPairs(ctx, s.engine, items, o)
		if err != nil {
			return err
		}
		pairs = append(pairs, right...)
	}
	report, err := eval.RunLies(ctx, pairs, o)
	progress.finish()
	if err != nil {
		return err
	}
	return p.printLies(report, f)
}

func (p *program) printLies(r *eval.LieReport, f evalFlags) error {
	if f.json {
		return p.printJSON(r)
	}
	if f.failures {
		if err := r.Failures(p.stdout); err != nil {
			return fmt.Errorf("eval: write: %w", err)
		}
		p.print("\n")
	}
	if err := r.Table(p.stdout); err != nil {
		return fmt.Errorf("eval: write: %w", err)
	}
	return nil
}
