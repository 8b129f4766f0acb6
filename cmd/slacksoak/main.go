// Command slacksoak puts the Slack door under load against a fake Slack and
// prints what came of it: questions in many threads at once, events repeated
// and out of order, connections dropped, rate limits, lost replies, and the
// process killed on the way. It fails unless every question has exactly one
// final answer, in the order of its thread.
//
// The door runs in a process of its own, so that it can be killed:
//
//	go run ./cmd/slacksoak
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "slacksoak:", err)
		os.Exit(1)
	}
}

// load is what the door is put under.
type load struct {
	Questions int           `json:"questions"`
	Threads   int           `json:"threads"`
	Rate      float64       `json:"rate"` // questions a second; slower where answers fall behind
	Channels  int           `json:"channels"`
	Retried   float64       `json:"retried"`   // share of events that come again
	Reordered float64       `json:"reordered"` // share of events that come late
	Limited   float64       `json:"limited"`   // share of posts answered with 429
	Lost      float64       `json:"lost"`      // share of posts done without a reply
	Drop      int           `json:"drop"`      // connections are dropped every so many questions
	Kills     int           `json:"kills"`
	Seed      uint64        `json:"seed"`
	Limit     time.Duration `json:"-"` // time for all of it
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var l load
	var child, data string
	var asJSON bool
	f := flag.NewFlagSet("slacksoak", flag.ContinueOnError)
	f.IntVar(&l.Questions, "questions", 10000, "questions asked")
	f.IntVar(&l.Threads, "threads", 50, "threads at once")
	f.Float64Var(&l.Rate, "rate", 80, "questions a second")
	f.IntVar(&l.Channels, "channels", 10, "channels that hold the threads")
	f.Float64Var(&l.Retried, "retried", 0.30, "share of events that come again")
	f.Float64Var(&l.Reordered, "reordered", 0.05, "share of events that come late")
	f.Float64Var(&l.Limited, "limited", 0.01, "share of posts answered with 429")
	f.Float64Var(&l.Lost, "lost", 0.002, "share of posts that are done and whose reply is lost")
	f.IntVar(&l.Drop, "drop", 200, "questions between two dropped connections")
	f.IntVar(&l.Kills, "kills", 1, "times that the process is killed")
	f.Uint64Var(&l.Seed, "seed", 1, "seed of what goes wrong")
	f.DurationVar(&l.Limit, "limit", 20*time.Minute, "time for all of it")
	f.BoolVar(&asJSON, "json", false, "print as JSON")
	f.StringVar(&child, "door", "", "be the door for the Slack at this `URL` (used by slacksoak itself)")
	f.StringVar(&data, "data", "", "`DIR` of the door")
	if err := f.Parse(args); err != nil {
		return err
	}
	if child != "" {
		return door(ctx, child, data)
	}
	if l.Questions < l.Threads || l.Threads < 1 || l.Channels < 1 || l.Drop < 1 || l.Rate <= 0 {
		return errors.New("at least one question a thread, one thread, one channel, one question between drops, some rate")
	}
	figures, err := soak(ctx, l)
	if err != nil {
		return err
	}
	if asJSON {
		if err := json.NewEncoder(stdout).Encode(figures); err != nil {
			return err
		}
	} else {
		figures.print(stdout)
	}
	return figures.verdict()
}
