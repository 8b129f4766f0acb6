// Command retrievalbench measures how well passages are found.
//
//	go run ./cmd/retrievalbench -bench ../shared/bench -set cmrc_trial
//
// prints recall and speed of yanbao's retriever over a public question set,
// beside plain chromem-go with the same vectors and bleve with its CJK
// analyzer and BM25. The set is three files of the folder:
// SET_chunks.jsonl, SET_passages.jsonl and SET_questions.jsonl. A passage found
// is right when the question lists it; a question that lists none (no passage
// holds its answer) is left out and counted.
//
//	go run ./cmd/retrievalbench -bench ../shared/bench -set cmrc_train -fit rag/retrieve/weights.go
//
// fits the weights of the re-scoring on a training set and on the question
// sets in rag/testdata and writes them as Go code. Never fit on a set that is
// reported.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "retrievalbench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	bench, set    string
	limit         int
	fit           string
	lexicon, data string
	failures      int
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("retrievalbench", flag.ContinueOnError)
	flags.StringVar(&s.bench, "bench", "../shared/bench", "folder of the question sets")
	flags.StringVar(&s.set, "set", "cmrc_trial", "question set")
	flags.IntVar(&s.limit, "limit", 0, "take the first N paragraphs of the set only (0: all)")
	flags.StringVar(&s.fit, "fit", "", "fit weights on the set and write them to this file")
	flags.StringVar(&s.data, "data", "rag/testdata", "folder of our documents and questions, for -fit")
	flags.StringVar(&s.lexicon, "lexicon", "corpus/lexicon", "folder of the lexicon")
	flags.IntVar(&s.failures, "failures", 0, "show the first N questions without a right passage in front")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := loadBench(s.bench, s.set, s.limit)
	if err != nil {
		return err
	}
	if s.fit != "" {
		return fit(ctx, s, b, out)
	}
	return compare(ctx, s, b, out)
}

// compare measures all systems and prints the table.
func compare(ctx context.Context, s settings, b *bench, out io.Writer) error {
	fmt.Fprintf(out, "%s: %d passages, %d questions (%d left out: no passage holds the answer)\n\n", s.set, len(b.chunks), len(b.questions), b.leftOut)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "system\tR@1\tR@5\tR@10\tMRR@10\tbuild s\tp50 ms\tp95 ms\t")
	systems := []struct {
		name  string
		build func(context.Context, settings, *bench) (system, error)
	}{{"yanbao", buildYanbao}, {"chromem-go", buildChromem}, {"bleve cjk bm25", buildBleve}}
	for _, sys := range systems {
		m, err := measure(ctx, sys.build, s, b)
		if err != nil {
			return fmt.Errorf("%s: %w", sys.name, err)
		}
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t%.2f\t%.2f\t\n", sys.name, m.recall1, m.recall5, m.recall10, m.mrr, m.build.Seconds(), milliseconds(m.p50), milliseconds(m.p95))
		if sys.name == "yanbao" {
			showFailures(out, b, m, s.failures)
		}
	}
	return w.Flush()
}

func showFailures(out io.Writer, b *bench, m measured, n int) {
	for _, i := range m.failed[:min(n, len(m.failed))] {
		q := b.questions[i]
		fmt.Fprintf(out, "%s: %s\n  want %v\n  got  %v\n", q.ID, q.Question, q.Chunks, m.found[i])
	}
}
