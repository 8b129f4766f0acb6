package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"yanbao/rag/eval"
)

// run measures and prints.
func run(ctx context.Context, s settings) error {
	bodies, err := loadQuestions(s.questions)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "loadbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "yanbao")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/yanbao")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the server (run this in the checkout): %w", err)
	}
	fmt.Printf("%d different questions, %d connections\n\n", len(bodies), s.connections)
	fmt.Printf("%-28s %10s %12s %8s %8s %8s %8s\n", "", "requests", "answers/s", "p50 ms", "p90 ms", "p99 ms", "max ms")
	if err := fresh(ctx, s, binary, filepath.Join(dir, "fresh"), bodies); err != nil {
		return err
	}
	return remembered(ctx, s, binary, filepath.Join(dir, "remembered"), bodies)
}

// loadQuestions returns the bodies of requests, one for each question.
func loadQuestions(path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	items, err := eval.Load(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var bodies [][]byte
	for _, it := range items {
		body, err := json.Marshal(it.Ask(""))
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	return bodies, nil
}

// fresh measures a server that works every answer out.
func fresh(ctx context.Context, s settings, binary, data string, bodies [][]byte) error {
	server, err := startServer(ctx, binary, data, "--cache", "0")
	if err != nil {
		return err
	}
	defer server.stop()
	l, err := ask(ctx, server.url, bodies, s.fresh, s.connections, 0)
	if err != nil {
		return err
	}
	l.print("each answer worked out")
	return nil
}

// remembered measures a server as it is started by default, how it grows, and
// its idle streams.
func remembered(ctx context.Context, s settings, binary, data string, bodies [][]byte) error {
	server, err := startServer(ctx, binary, data)
	if err != nil {
		return err
	}
	defer server.stop()
	warm := max(2*len(bodies), s.requests/10)
	if _, err := ask(ctx, server.url, bodies, warm, s.connections, 0); err != nil {
		return err
	}
	before, err := server.size(ctx)
	if err != nil {
		return err
	}
	l, err := ask(ctx, server.url, bodies, s.requests, s.connections, 0)
	if err != nil {
		return err
	}
	l.print("answers remembered")
	paced, err := ask(ctx, server.url, bodies, s.requests/5, s.connections, s.rate)
	if err != nil {
		return err
	}
	paced.print(fmt.Sprintf("the same at %.0f a second", s.rate))
	after, err := server.size(ctx)
	if err != nil {
		return err
	}
	held, err := hold(ctx, server.url, s.streams)
	if err != nil {
		return err
	}
	defer held.close()
	during, err := server.size(ctx)
	if err != nil {
		return err
	}
	beside, err := ask(ctx, server.url, bodies, s.requests/10, s.connections, s.rate)
	if err != nil {
		return err
	}
	beside.print(fmt.Sprintf("and %d idle streams", s.streams))
	lost := held.lost()
	held.close()
	end, err := server.size(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d of %d streams were held\n\n", s.streams-lost, s.streams)
	fmt.Printf("%-34s %11s %6s %9s %9s\n", "server", "goroutines", "files", "heap MB", "RSS MB")
	before.print(fmt.Sprintf("after %d requests", warm))
	after.print(fmt.Sprintf("after %d more", s.requests+s.requests/5))
	during.print(fmt.Sprintf("with %d streams", s.streams))
	end.print("after they were closed")
	return nil
}
