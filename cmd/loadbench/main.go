// Loadbench measures yanbao serve under load, server and load on one machine:
//
//	go run ./cmd/loadbench
//
// It builds the server, asks the questions of rag/testdata over and over, and
// prints answers a second and latencies without and with the server's memory of
// answers, as fast as it goes and at a given rate, what the server has grown by
// after many requests, and whether it holds a thousand idle event streams. Without a model answers are the same each
// time, so the memory is what a server in use has; the figures without it are
// what new questions cost.
//
// It asserts nothing; the figures it must reach are in docs/operating.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

// settings are the flags.
type settings struct {
	questions   string
	connections int
	requests    int // with the memory of answers
	fresh       int // requests without it
	streams     int
	rate        float64 // requests a second in the paced measurements
}

func main() {
	var s settings
	flag.StringVar(&s.questions, "questions", filepath.Join("rag", "testdata", "questions", "36kr-llm-2025.jsonl"), "question `FILE`")
	flag.IntVar(&s.connections, "connections", 50, "connections at a time")
	flag.IntVar(&s.requests, "requests", 100_000, "requests to a server that remembers answers")
	flag.IntVar(&s.fresh, "fresh", 5_000, "requests to a server that remembers none")
	flag.IntVar(&s.streams, "streams", 1_000, "idle event streams")
	flag.Float64Var(&s.rate, "rate", 1_500, "requests a second in the paced measurements")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "loadbench:", err)
		os.Exit(1)
	}
}
