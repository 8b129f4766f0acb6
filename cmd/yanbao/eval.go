package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"yanbao/rag/eval"

	"github.com/spf13/cobra"
)

const evalLong = `Ask every question of a file (one JSON object a line) and score the answers, the
citations and the retrieval by the rules of docs/evaluation.md.

With --golden the answers are compared with those of an earlier run, question by
question; a difference is printed and is an error. --update accepts it.

With --verifier it is not the answers that are measured but their check: claims of
right answers and sentences of the documents are altered by code, and the check must
catch each lie and drop no true rewording (docs/verification.md).

用问题集评测回答、出处与检索。`

const evalExample = `  yanbao eval questions.jsonl --retrieval
  yanbao eval questions.jsonl --failures
  yanbao eval questions.jsonl --golden answers.golden --update
  yanbao eval questions.jsonl --document my-report -json
  yanbao eval --verifier questions.jsonl more.jsonl`

// evalFlags are the flags of eval.
type evalFlags struct {
	json, failures, retrieval, update, verifier bool
	golden, document                            string
}

func (p *program) evalCommand() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:     "eval FILE…",
		Short:   "score answers over a file of questions (评测)",
		Long:    evalLong,
		Example: evalExample,
		Args:    arguments(1, -1, "the file of questions"),
		RunE: func(c *cobra.Command, args []string) error {
			if f.verifier {
				return p.evalVerifier(c.Context(), args, f)
			}
			if len(args) > 1 {
				return usagef("eval: one file of questions at a time, unless --verifier is given")
			}
			return p.eval(c.Context(), args[0], f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print everything as JSON")
	c.Flags().BoolVar(&f.failures, "failures", false, "list the wrong answers")
	c.Flags().BoolVar(&f.retrieval, "retrieval", false, "print recall at 1, 5 and 10 and the mean reciprocal rank")
	c.Flags().BoolVar(&f.verifier, "verifier", false, "measure how many lies the check of answers catches")
	c.Flags().StringVar(&f.golden, "golden", "", "compare with the answers in `FILE`")
	c.Flags().BoolVar(&f.update, "update", false, "write the golden file instead of comparing")
	c.Flags().StringVar(&f.document, "document", "", "ask the document with this `ID` only")
	p.completeDocuments(c, "document")
	return c
}

func (p *program) eval(ctx context.Context, path string, f evalFlags) error {
	if f.update && f.golden == "" {
		return usagef("eval: --update needs --golden FILE")
	}
	items, err := p.loadQuestions(path)
	if err != nil {
		return err
	}
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	if err := s.hasDocument(ctx, f.document); err != nil {
		return err
	}
	progress := p.newProgress("eval")
	report, err := eval.Run(ctx, s.engine, items, eval.Options{Document: f.document, Passages: s.passages, Progress: progress.show})
	progress.finish()
	if err != nil {
		return err
	}
	if err := p.printReport(report, f); err != nil {
		return err
	}
	if f.golden == "" {
		return nil
	}
	return p.compareGolden(report.Golden(), f)
}

// loadQuestions reads a file of questions, "-" from standard input.
func (p *program) loadQuestions(path string) ([]eval.Item, error) {
	input := p.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("eval: %w; give the path of a question file (JSON lines, see docs/evaluation.md) or - for standard input", err)
		}
		defer file.Close()
		input = file
	}
	items, err := eval.Load(io.Reader(input))
	if err != nil {
		return nil, fmt.Errorf("eval: %s: %w", path, err)
	}
	return items, nil
}

func (p *program) printReport(r *eval.Report, f evalFlags) error {
	if f.json {
		return p.printJSON(r)
	}
	if f.failures {
		if err := r.Failures(p.stdout); err != nil {
			return fmt.Errorf("eval: write: %w", err)
		}
		p.print("\n")
	}
	if err := r.Table(p.stdout, f.retrieval, true); err != nil {
		return fmt.Errorf("eval: write: %w", err)
	}
	return nil
}

// compareGolden compares a run with the golden file, or writes it.
func (p *program) compareGolden(current string, f evalFlags) error {
	if f.update {
		if err := os.WriteFile(f.golden, []byte(current), 0o644); err != nil {
			return fmt.Errorf("eval: %w", err)
		}
		p.note("wrote %s", f.golden)
		return nil
	}
	old, err := os.ReadFile(f.golden)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("eval: %s does not exist; write it with --update", f.golden)
	}
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	diff, changed := eval.Diff(string(old), current)
	if changed == 0 {
		p.note("no difference to %s", f.golden)
		return nil
	}
	// the figures are on stdout already; a difference is for the person who looks
	fmt.Fprint(p.stderr, diff)
	return fmt.Errorf("eval: %d blocks differ from %s; accept them with --update", changed, f.golden)
}
