package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	os.Exit(run())
}

// run is main with a result, so that tests can start the program in their own
// process.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		getenv: os.Getenv,
		terminal: terminal{
			in:  term.IsTerminal(int(os.Stdin.Fd())),
			out: term.IsTerminal(int(os.Stdout.Fd())),
			err: term.IsTerminal(int(os.Stderr.Fd())),
		},
		open: openSession,
	}
	return p.run(ctx, os.Args[1:])
}
