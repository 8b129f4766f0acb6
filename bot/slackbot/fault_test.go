package slackbot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"
)

// fail makes the first n calls of a method fail.
func fail(method string, n int, f slacktest.Fault) func(slacktest.Call) slacktest.Fault {
	return func(c slacktest.Call) slacktest.Fault {
		if c.Method == method && c.N <= n {
			return f
		}
		return slacktest.Fault{}
	}
}

// Whatever happens to the call that posts an answer, there is one answer.
func TestPostingFails(t *testing.T) {
	for name, test := range map[string]struct {
		fault slacktest.Fault
		n     int
		least time.Duration // what is waited at least
	}{
		"rate limit":             {slacktest.Fault{RetryAfter: 7}, 3, 21 * time.Second},
		"server error":           {slacktest.Fault{Status: 503}, 2, 3 * time.Second},
		"internal error":         {slacktest.Fault{Error: "internal_error"}, 1, time.Second},
		"lost after it was done": {slacktest.Fault{Lost: true}, 1, time.Second},
		"refused blocks":         {slacktest.Fault{Error: "invalid_blocks"}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{Fault: fail("chat.postMessage", test.n, test.fault)})
			m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
			if !strings.Contains(m.Text, "1,200家") {
				t.Errorf("the text lacks the value: %q", m.Text)
			}
			if got := s.clock.waited(); got < test.least {
				t.Errorf("waited %v, want at least %v", got, test.least)
			}
		})
	}
}

// A channel that takes no answers ends the question with a word in the log,
// and holds up nothing else.
func TestChannelRefuses(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: func(c slacktest.Call) slacktest.Fault {
		if c.Channel == private {
			return slacktest.Fault{Error: "is_archived"}
		}
		return slacktest.Fault{}
	}})
	s.slack.Post(private, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	if !strings.Contains(s.logs.String(), "is_archived") {
		t.Errorf("the log does not say why: %s", s.logs)
	}
}

func TestErrorsAreNamed(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"question": {fmt.Errorf("%w: 5000 characters", rag.ErrQuestion), "问题太长，最多 4000 个字"},
		"document": {fmt.Errorf("%w: document \"x\"", rag.ErrUnknown), "本频道指定的报告已不在库中"},
		"inside":   {errors.New("disk on fire"), "内部错误（编号"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{})
			s.asker.answer = func(rag.Question) (*rag.Answer, error) { return nil, test.err }
			m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
			s.mustHold(m, test.want)
			if strings.Contains(m.Said(), "fire") {
				t.Errorf("internals are shown: %s", m.Said())
			}
		})
	}
}

func TestPanicIsNamed(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.asker.answer = func(rag.Question) (*rag.Answer, error) { panic("门店") }
	s.mustHold(s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"有多少家？")), "内部错误（编号")
}

// A model that is out gives way to the report's own sentences.
func TestModelOutage(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		if q.Mode != "extractive" {
			return nil, errModel
		}
		return echo(q), nil
	}
	s.mustHold(s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？")), "1,200家", "语言模型暂时不可用")
}

// slowly answers in pieces, each when the test says so.
func slowly(pieces chan string, change func(a *rag.Answer)) func(context.Context, rag.Question, func(rag.Event)) (*rag.Answer, error) {
	return func(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
		a := echo(q)
		a.Answer = ""
		for p := range pieces {
			if p == "restart" {
				a.Answer = ""
				emit(rag.Event{Kind: rag.Delta, Restart: true})
				continue
			}
			a.Answer += p
			emit(rag.Event{Kind: rag.Delta, Delta: p})
		}
		if change != nil {
			change(a)
		}
		return a, ctx.Err()
	}
}

// stepped is a clock whose patience ends at once and whose pauses between
// changes end when the test says so.
func stepped(c *quickClock) { c.hold = nil }

func TestStreaming(t *testing.T) {
	for name, test := range map[string]struct {
		streaming bool
		restart   bool
		want      string // in the text of the message
	}{
		"with streams":             {true, false, `1,200家，其中直营30%`},
		"with streams, begun anew": {true, true, `共1,200家`},
		"without streams":          {false, false, `1,200家，其中直营30%`},
		"without, begun anew":      {false, true, `共1,200家`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{Streaming: test.streaming, Assistant: true}, func(c *Config) { stepped(c.Clock.(*quickClock)) })
			pieces := make(chan string)
			s.asker.stream = slowly(pieces, nil)
			ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
			pieces <- "1,200家"
			s.await("first piece", func() bool {
				list := s.slack.Replies(channel, ts)
				return len(list) == 1 && strings.Contains(unescape(list[0].Text), "1,200家")
			})
			if s.slack.Replies(channel, ts)[0].Streaming != test.streaming {
				t.Errorf("streaming is %v", !test.streaming)
			}
			if test.restart {
				pieces <- "restart"
				s.await("end of what is void", func() bool {
					list := s.slack.Replies(channel, ts)
					return len(list) == 1 && !list[0].Streaming && !strings.Contains(unescape(list[0].Text), "1,200家")
				})
				pieces <- "共1,200家"
			} else {
				pieces <- "，其中直营30%"
			}
			close(pieces)
			m := s.answerTo(channel, ts)
			if m.Streaming || !strings.Contains(m.Text, test.want) && !strings.Contains(m.Said(), test.want) {
				t.Errorf("final message: streaming %v, text %q, blocks %q", m.Streaming, m.Text, m.Said())
			}
			s.mustHold(m, "[1] “门店共1,200家”")
			if status := s.slack.Statuses(); len(status) == 0 || status[0].Status != "正在查阅报告…" {
				t.Errorf("statuses: %+v", status)
			}
		})
	}
}

// Faults of a stream under way never cost the final answer.
func TestStreamFails(t *testing.T) {
	for name, fault := range map[string]func(slacktest.Call) slacktest.Fault{
		"start refused":  fail("chat.startStream", 9, slacktest.Fault{Error: "channel_type_not_supported"}),
		"start lost":     fail("chat.startStream", 1, slacktest.Fault{Lost: true}),
		"append refused": fail("chat.appendStream", 9, slacktest.Fault{Error: "message_not_in_streaming_state"}),
		"append lost":    fail("chat.appendStream", 1, slacktest.Fault{Lost: true}),
		"stop lost":      fail("chat.stopStream", 1, slacktest.Fault{Lost: true}),
		"limited": func(c slacktest.Call) slacktest.Fault {
			if strings.HasPrefix(c.Method, "chat.") && c.N%2 == 1 {
				return slacktest.Fault{RetryAfter: 3}
			}
			return slacktest.Fault{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{Streaming: true, Fault: fault}, func(c *Config) { stepped(c.Clock.(*quickClock)) })
			pieces := make(chan string)
			s.asker.stream = slowly(pieces, nil)
			ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
			for _, p := range []string{"1,200家", "，其中", "直营30%", "，加盟70%"} {
				pieces <- p
			}
			close(pieces)
			m := s.answerTo(channel, ts)
			s.mustHold(m, "[1] “门店共1,200家”")
			if !strings.Contains(m.Text+m.Said(), "加盟70%") || m.Streaming {
				t.Errorf("not the final answer: streaming %v, %q, %q", m.Streaming, m.Text, m.Said())
			}
		})
	}
}

// A bot that is stopped or killed at any point of an answer finishes it after
// the restart, once.
func TestRestart(t *testing.T) {
	for name, leave := range map[string]struct {
		state state
		post  string // what is in the thread when the bot starts: "", "final", "open", "stream"
		known bool   // whether the ledger knows it
		old   bool
		want  string
	}{
		"before anything":          {waiting, "", false, false, "1,200家"},
		"before the post":          {posting, "", false, false, "1,200家"},
		"after the post":           {posting, "final", false, false, "完整的答案"},
		"open, not known":          {posting, "open", false, false, "1,200家"},
		"open, known":              {open, "open", true, false, "1,200家"},
		"stream, not known":        {posting, "stream", false, false, "1,200家"},
		"stream, known":            {streaming, "stream", true, false, "1,200家"},
		"too long ago":             {waiting, "", false, true, "程序重启耽误了这个问题"},
		"too long ago, begun":      {open, "open", true, true, "程序重启耽误了这个问题"},
		"the message is not there": {open, "", true, false, "1,200家"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{Streaming: true})
			s.slack.Emit(map[string]any{"type": "noop"})
			s.settle()
			s.stop()
			ts := s.slack.Write(channel, "U1", "", at+"门店有多少家？")
			q := &inquiry{team: slacktest.Team, channel: channel, ts: ts, thread: ts, user: "U1", kind: mentioned, text: at + "门店有多少家？"}
			reply := s.leave(q, leave.post)
			s.crash(q, leave.state, reply, leave.known, leave.old)
			s.start()
			m := s.answerTo(channel, ts)
			s.mustHold(m, leave.want)
			if m.Streaming {
				t.Error("the stream goes on")
			}
			s.stop()
			s.start()
			s.answerTo(channel, ts)
		})
	}
}

// leave puts into the thread of q what an earlier run left there.
func (s *scene) leave(q *inquiry, what string) (ts string) {
	switch what {
	case "final":
		m := say(mark(q), "完整的答案")
		return s.slack.Reply(channel, q.ts, m.text, jsonOf(s, m.blocks), false)
	case "open":
		m := say(openMark(q), "正在查阅报告…")
		return s.slack.Reply(channel, q.ts, m.text, jsonOf(s, m.blocks), false)
	case "stream":
		return s.slack.Reply(channel, q.ts, "1,200", nil, true)
	}
	return "1.000001"
}

// crash puts q into the ledger as a killed run would have left it.
func (s *scene) crash(q *inquiry, st state, reply string, known, old bool) {
	s.Helper()
	r := s.reopen()
	defer r.Close()
	l := &ledger{record: r, now: s.clock.Now}
	if fresh, err := l.accept(context.Background(), "", q); err != nil || !fresh {
		s.Fatal(fresh, err)
	}
	if !known {
		reply = ""
	}
	at := s.clock.Now()
	if old {
		at = at.Add(-2 * staleAfter)
	}
	if err := r.Update(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE slack_questions SET state = ?, reply = ?, at = ?`, st, reply, at.UnixMilli())
		return err
	}); err != nil {
		s.Fatal(err)
	}
}

// Two questions of a thread are answered in the order they were asked, however
// long the first takes; other threads do not wait.
func TestOrder(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	reached, release := make(chan struct{}), make(chan struct{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		if q.Text == "第一问？" {
			close(reached)
			<-release
		}
		return echo(q), nil
	}
	root := s.slack.Post(channel, "U1", "", at+"第一问？")
	<-reached
	var want []string
	for i := range 5 {
		said := fmt.Sprintf("第%d个追问？", i)
		s.slack.Post(channel, "U1", root, said)
		want = append(want, said)
	}
	s.answerTo2(channel, s.slack.Post(channel, "U2", "", at+"另一串？"))
	if n := len(s.slack.Replies(channel, root)); n != 0 {
		t.Errorf("%d answers before the first", n)
	}
	close(release)
	s.await("all answers", func() bool { return len(s.slack.Replies(channel, root)) == 6 })
	s.settle()
	var got []string
	for _, m := range s.slack.Replies(channel, root)[1:] {
		for _, w := range want {
			if strings.Contains(m.Text, w) {
				got = append(got, w)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("answered in the order %q", got)
	}
}

// Reconnections of every kind lose and double nothing.
func TestReconnect(t *testing.T) {
	for name, cut := range map[string]func(*slacktest.Server){
		"dropped":   (*slacktest.Server).Drop,
		"refreshed": (*slacktest.Server).Refresh,
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{})
			var all []string
			for i := range 6 {
				all = append(all, s.slack.Post(channel, "U1", "", fmt.Sprintf("%s第%d问？", at, i)))
				cut(s.slack)
			}
			for _, ts := range all {
				s.answerTo(channel, ts)
			}
		})
	}
}

// An event that cannot be persisted is acknowledged, and the asker told once.
func TestStorageFails(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	if err := s.record.Update(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TRIGGER broken BEFORE INSERT ON slack_questions BEGIN SELECT RAISE(ABORT, 'broken'); END`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.await("apology", func() bool { return len(s.slack.Replies(channel, ts)) > 0 })
	s.mustHold(s.answerTo(channel, ts), "无法记下这个问题")
}

// An answer that Slack does not take for minutes is delivered once it does.
func TestOutage(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: fail("chat.postMessage", 10, slacktest.Fault{Status: 503})})
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.await("end of the first trial", func() bool { return strings.Contains(s.logs.String(), "trying again later") && s.bot.idle() })
	if n := len(s.slack.Replies(channel, ts)); n != 0 {
		t.Fatalf("%d answers in an outage", n)
	}
	s.clock.sweep <- s.clock.Now()
	s.answerTo(channel, ts)
}
