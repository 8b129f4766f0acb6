package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"time"

	"yanbao/bot/slackbot/slacktest"
)

// asked is a question that was put.
type asked struct{ channel, thread, ts string }

// soak puts the door under load and collects the figures.
func soak(ctx context.Context, l load) (f figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.Limit)
	defer cancel()
	began := time.Now()
	trouble := &trouble{load: l, random: rand.New(rand.NewPCG(l.Seed, 1))}
	s := slacktest.New(slacktest.Options{Events: trouble.events, Fault: trouble.fault})
	defer s.Close()
	data, err := os.MkdirTemp("", "slacksoak")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	p := &process{url: s.URL, data: data}
	if err := p.start(); err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	questions, err := put(ctx, s, p, l)
	if err != nil {
		return f, err
	}
	s.Flush()
	if err := settle(ctx, s, len(questions)); err != nil {
		fmt.Fprintln(os.Stderr, "slacksoak:", err) // the figures tell the rest
	}
	f = measure(s, questions)
	f.Load, f.Kills, f.Limited, f.Lost, f.Repeated, f.Late = l, p.kills, trouble.limited, trouble.lost, trouble.repeated, trouble.late
	f.Drops, f.Seconds = len(questions)/l.Drop, time.Since(began).Seconds()
	return f, nil
}

// put asks the questions, thread by thread in turn, and drops connections and
// kills the process on the way. It keeps some distance to the answers.
func put(ctx context.Context, s *slacktest.Server, p *process, l load) ([]asked, error) {
	const ahead = 400 // questions that may wait for their answer
	var all []asked
	began := time.Now()
	roots := make([]string, l.Threads)
	for c := range l.Channels {
		s.AddChannel(channelName(c), "channel")
	}
	for i := range l.Questions {
		thread := i % l.Threads
		channel := channelName(thread % l.Channels)
		ts := s.Post(channel, fmt.Sprintf("U%d", thread), roots[thread], fmt.Sprintf("<@%s> 第%d个问题？", slacktest.BotUser, i))
		if roots[thread] == "" {
			roots[thread] = ts
		}
		all = append(all, asked{channel, roots[thread], ts})
		due := began.Add(time.Duration(float64(i+1) / l.Rate * float64(time.Second)))
		if err := wait(ctx, time.Until(due)); err != nil {
			return nil, err
		}
		if (i+1)%l.Drop == 0 {
			if (i+1)/l.Drop%2 == 0 {
				s.Refresh()
			} else {
				s.Drop()
			}
		}
		if p.kills < l.Kills && i+1 == (p.kills+1)*l.Questions/(l.Kills+1) {
			if err := p.kill(); err != nil {
				return nil, err
			}
		}
		for len(all)-s.Written() > ahead || s.Unacknowledged() > l.Threads {
			if err := wait(ctx, 5*time.Millisecond); err != nil {
				return nil, fmt.Errorf("after %d questions and %d messages: %w", len(all), s.Written(), err)
			}
		}
	}
	return all, nil
}

func channelName(i int) string { return fmt.Sprintf("C%04d", i) }

// settle waits until all are answered and no more comes.
func settle(ctx context.Context, s *slacktest.Server, want int) error {
	quiet := 0
	last := -1
	for quiet < 20 {
		if n := s.Written(); n != last || n < want || s.Pending() > 0 {
			last, quiet = n, 0
		}
		quiet++
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%d questions, %d messages, %d events not acknowledged: %w", want, s.Written(), s.Pending(), err)
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trouble decides what goes wrong.
type trouble struct {
	load
	mu     sync.Mutex
	random *rand.Rand

	limited, lost, repeated, late int // how often it did
}

// events repeats some events and holds some back.
func (t *trouble) events(slacktest.Event) []slacktest.Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := slacktest.Step{}
	if t.random.Float64() < t.Reordered {
		first.After = 1 + t.random.IntN(150)
		t.late++
	}
	steps := []slacktest.Step{first}
	if t.random.Float64() < t.Retried {
		steps = append(steps, slacktest.Step{After: t.random.IntN(100), Again: true})
		t.repeated++
	}
	return steps
}

// fault limits some posts and loses the reply to some.
func (t *trouble) fault(c slacktest.Call) slacktest.Fault {
	if c.Method != "chat.postMessage" {
		return slacktest.Fault{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch x := t.random.Float64(); {
	case x < t.Limited:
		t.limited++
		return slacktest.Fault{RetryAfter: 1}
	case x < t.Limited+t.Lost:
		t.lost++
		return slacktest.Fault{Lost: true}
	}
	return slacktest.Fault{}
}

// process is the door as a process.
type process struct {
	url, data string
	cmd       *exec.Cmd
	kills     int
}

func (p *process) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p.cmd = exec.Command(self, "-door", p.url, "-data", p.data)
	p.cmd.Stderr = os.Stderr
	return p.cmd.Start()
}

// kill ends the process without a word (SIGKILL) and starts another.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = p.cmd.Wait() // it says that it was killed
	p.kills++
	return p.start()
}

// end stops the process as an operator would.
func (p *process) end() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return p.cmd.Wait()
}
