package slackbot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/bot/record"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

// tally is a Counter.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[what]++
}

func (c *tally) now() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}

func (c *tally) Answered(a *rag.Answer, err error, _ time.Duration) {
	if err != nil {
		c.add("error")
		return
	}
	c.add(string(a.Status))
}

func (c *tally) Lost()               { c.add("lost") }
func (c *tally) Said(verdict string) { c.add(verdict) }

// Questions of every place are counted once, and so is feedback; what only
// finds prompts and what is small talk is not.
func TestCounted(t *testing.T) {
	count := &tally{}
	s := newScene(t, slacktest.Options{Assistant: true}, func(c *Config) { c.Counter = count })
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		switch {
		case strings.Contains(q.Text, "奶茶"):
			return refuse(q), nil
		case strings.Contains(q.Text, "中断") && q.Mode != rag.ModeExtractive:
			return nil, errModel
		case strings.Contains(q.Text, "太长"):
			return nil, rag.ErrQuestion
		}
		return echo(q), nil
	}
	s.slack.OpenAssistant(dm, "U1")
	s.await("prompts", func() bool { return len(s.slack.Suggested()) == 1 })
	s.slack.Slash(channel, "U1", "加盟店有多少家？")
	for _, q := range []string{at + "门店有多少家？", at + "奶茶多少钱？", at + "中断", at + "太长", at + "你好"} {
		s.answerTo(channel, s.slack.Post(channel, "U1", "", q))
	}
	m := s.answerTo(private, s.slack.Post(private, "U1", "", at+"直营店有多少家？"))
	for range 2 {
		if err := s.slack.Click(m, "U1", actionFeedback, "wrong_number"); err != nil {
			t.Fatal(err)
		}
	}
	s.await("thanks", func() bool { return s.slack.Calls("response_url") == 3 })
	want := map[string]int{string(rag.Answered): 4, string(rag.NotFound): 1, "error": 1, "wrong_number": 1}
	if diff := cmp.Diff(want, count.now()); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

// kept reports whether the answer to a question is among those of all.
func (s *scene) kept(asked string) bool {
	s.Helper()
	_, err := s.record.Answer(context.Background(), echo(rag.Question{Text: asked}).ID)
	if err != nil && !errors.Is(err, record.ErrUnknown) {
		s.Fatal(err)
	}
	return err == nil
}

// A channel is what Slack says last: a mention, which does not say it, may come
// first, and public channels are made private.
func TestKindOfChannel(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	answer := make(chan struct{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) { <-answer; return echo(q), nil }
	message := func(text, kind string) map[string]any {
		m := map[string]any{"type": "app_mention", "channel": channel, "user": "U1", "text": text, "ts": s.slack.Write(channel, "U1", "", text)}
		if kind != "" {
			m["type"], m["channel_type"] = "message", kind
		}
		return m
	}
	ask := func(text string) {
		s.slack.Emit(message(at+text, ""))
		s.await("question", func() bool { q := s.asker.questions(); return len(q) > 0 && q[len(q)-1].Text == text })
	}
	ask("门店？")
	s.slack.Emit(message("闲聊", "channel")) // as the message event of the mention would say
	s.await("acknowledgement", func() bool { return s.slack.Pending() == 0 })
	answer <- struct{}{}
	s.settle()
	if !s.kept("门店？") {
		t.Error("an answer of a public channel is not among those of all")
	}
	ask("门店有多少？")
	s.slack.Emit(message("从现在起保密", "group"))
	s.await("acknowledgement", func() bool { return s.slack.Pending() == 0 })
	answer <- struct{}{}
	s.settle()
	if s.kept("门店有多少？") {
		t.Error("an answer of a channel that was made private is among those of all")
	}
}

// What holds text of private places goes when the retention says so, and not
// before.
func TestRetention(t *testing.T) {
	for _, keep := range []time.Duration{0, 7 * 24 * time.Hour} {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			s := newScene(t, slacktest.Options{}, func(c *Config) { c.Keep = keep })
			m := s.answerTo(private, s.slack.Post(private, "U1", "", at+"门店有多少家？"))
			if err := s.slack.Click(m, "U1", actionUp, ""); err != nil {
				t.Fatal(err)
			}
			s.only(private, "U1", "已记下，谢谢。")
			for _, days := range []int{6, 6, 50} {
				<-s.clock.After(time.Duration(days) * 24 * time.Hour)
				s.clock.sweep <- s.clock.Now()
				s.clock.sweep <- s.clock.Now() // taken when the sweep before is done
				want := 1
				if keep > 0 && s.clock.waited() > keep {
					want = 0
				}
				for _, table := range []string{"slack_answers", "slack_feedback"} {
					if got := s.rows(table); got != want {
						t.Errorf("after %s: %d rows in %s, want %d", s.clock.waited(), got, table, want)
					}
				}
			}
			for _, table := range []string{"slack_questions", "slack_events", "slack_threads"} {
				if got := s.rows(table); got != 0 {
					t.Errorf("%d rows in %s after two months", got, table)
				}
			}
		})
	}
}

func (s *scene) rows(table string) (n int) {
	s.Helper()
	if err := s.record.View(context.Background(), func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	}); err != nil {
		s.Fatal(err)
	}
	return n
}

// Feedback that cannot be kept is not thanked for, however often it is given.
func TestFeedbackOnWhatIsGone(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	if _, err := s.record.Prune(context.Background(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		if err := s.slack.Click(m, "U1", actionDown, ""); err != nil {
			t.Fatal(err)
		}
		s.await("reply", func() bool { return s.slack.Calls("response_url") == n+1 })
	}
	for _, m := range s.slack.Messages(channel) {
		if m.Only == "U1" && !strings.Contains(m.Said(), "反馈未能保存") {
			t.Errorf("said: %s", m.Said())
		}
	}
}

// Prompts are made once, without a model, and anew when a document changes.
func TestPromptsAreRenewed(t *testing.T) {
	s := newScene(t, slacktest.Options{Assistant: true})
	asked := 0
	for n, edition := range []string{"1", "1", "2"} {
		s.asker.mu.Lock()
		s.asker.edition = edition
		s.asker.mu.Unlock()
		s.slack.OpenAssistant(dm, "U1")
		s.await("prompts", func() bool { return len(s.slack.Suggested()) == n+1 })
		list := s.asker.questions()
		if renewed := len(list) > asked; renewed != (n != 1) {
			t.Errorf("edition %s, time %d: asked anew is %v", edition, n+1, renewed)
		}
		asked = len(list)
		for _, q := range list {
			if q.Mode != rag.ModeExtractive {
				t.Errorf("%q may be answered by a model", q.Text)
			}
		}
	}
}
