package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/bot/record"
	"yanbao/bot/slackbot"
	"yanbao/bot/slackbot/slacktest"
)

// impatient is a clock whose waits end at once, so that answers are shown
// while they are written; the sweep never comes.
type impatient struct{}

func (impatient) Now() time.Time { return time.Now() }

func (impatient) After(d time.Duration) <-chan time.Time {
	if d >= time.Minute {
		return nil
	}
	c := make(chan time.Time, 1)
	c <- time.Now()
	return c
}

// inSlack returns what asks in Slack, and returns all that was shown of the
// answer on the way, streamed or in changes of a message.
func (o *overheard) inSlack(t *testing.T, streaming bool) func(t *testing.T, q string) string {
	t.Helper()
	var mu sync.Mutex
	var shown strings.Builder
	fake := slacktest.New(slacktest.Options{Streaming: streaming, Fault: func(c slacktest.Call) slacktest.Fault {
		mu.Lock()
		defer mu.Unlock()
		shown.WriteString(c.Text + "\n")
		return slacktest.Fault{}
	}})
	fake.AddChannel("D1", "im")
	r, err := record.Open(t.Context(), t.TempDir(), record.Options{Schemas: []record.Schema{slackbot.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := slackbot.New(slackbot.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, Asker: o, Record: r,
		API: fake.URL + "/api/", Clock: impatient{}, Patience: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Slack: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		fake.Close()
		for _, v := range fake.Violations() {
			t.Errorf("against Slack's rules: %s", v)
		}
	})
	return func(t *testing.T, q string) string {
		mu.Lock()
		shown.Reset()
		mu.Unlock()
		m := slackAnswer(t, fake, "D1", fake.Post("D1", "U1", "", q))
		mu.Lock()
		defer mu.Unlock()
		return plainly(shown.String()) + "\n" + plainly(m.Text) + "\n" + m.Said()
	}
}

// plainly is what Slack shows of mrkdwn and Markdown that were escaped.
func plainly(s string) string {
	return strings.NewReplacer("\u2060", "", `\`, "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
