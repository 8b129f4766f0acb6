package slackbot

import (
	"strings"
	"sync"
	"testing"

	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func TestMention(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	m := s.answerTo(channel, ts)
	s.mustHold(m, "1,200家", "门店有多少家？", "[1] “门店共1,200家”", "01 概况", "示例协会", "<https://reports.example.org/d/tea#p1|阅读页>")
	if len(s.asker.questions()) != 1 {
		t.Errorf("asked %d times, want once: message and app_mention are one question", len(s.asker.questions()))
	}
	if got := s.asker.questions()[0].Text; got != "门店有多少家？" {
		t.Errorf("asked %q", got)
	}
}

func TestRefusalOffersTheNearest(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) { return refuse(q), nil }
	m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"2030年有多少家？"))
	s.mustHold(m, "没有找到", "报告中最接近的内容", "01 概况 › 门店", "上下文")
	if err := s.slack.Click(m, "U1", actionPassage, "p1"); err != nil {
		t.Fatal(err)
	}
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
}

func TestDirectMessage(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Post(dm, "U1", "", "门店有多少家？")
	s.mustHold(s.answerTo(dm, ts), "1,200家")
	if strings.Contains(s.logs.String(), "门店") {
		t.Errorf("the log holds the question: %s", s.logs)
	}
}

// Each event twice, app_mention before and after message, also with another
// event ID: one answer.
func TestRepeatedEvents(t *testing.T) {
	for name, steps := range map[string][]slacktest.Step{
		"retried at once": {{}, {Again: true}, {Again: true}},
		"reordered":       {{After: 1}, {After: 1, Again: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{Events: func(slacktest.Event) []slacktest.Step { return steps }})
			ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
			s.slack.Flush()
			s.answerTo(channel, ts)
			s.slack.Emit(map[string]any{"type": "app_mention", "channel": channel, "user": "U1", "text": at + "门店有多少家？", "ts": ts, "event_ts": ts})
			s.slack.Flush()
			s.answerTo(channel, ts)
			if n := s.slack.Calls("chat.postMessage"); n != 1 {
				t.Errorf("%d messages posted, want one", n)
			}
		})
	}
}

func TestFollowUps(t *testing.T) {
	type step struct {
		user, text string
		answered   bool
	}
	first := step{"U1", at + "门店有多少家？", true}
	for name, test := range map[string]struct {
		place Place
		steps []step
	}{
		"without a mention":            {Place{}, []step{first, {"U1", "那2023年呢？", true}}},
		"by somebody else":             {Place{}, []step{first, {"U2", "那2023年呢？", true}}},
		"addressed to somebody else":   {Place{}, []step{first, {"U1", "<@U2> 你怎么看？", false}, {"U2", "我看还行。", false}}},
		"mentioned again after that":   {Place{}, []step{first, {"U1", "<@U2> 你怎么看？", false}, {"U2", at + "2023年呢？", true}, {"U1", "2022年呢？", true}}},
		"in a thread of others":        {Place{}, []step{{"U1", "大家好，我们聊聊门店", false}, {"U2", "有多少家？", false}}},
		"mentioned in such a thread":   {Place{}, []step{{"U1", "大家好，我们聊聊门店", false}, {"U2", at + "有多少家？", true}, {"U1", "2023年呢？", true}}},
		"always":                       {Place{FollowUp: FollowAlways}, []step{first, {"U1", "<@U2> 你怎么看？", true}, {"U2", "2023年呢？", true}}},
		"when mentioned":               {Place{FollowUp: FollowMention}, []step{first, {"U1", "那2023年呢？", false}, {"U1", at + "那2023年呢？", true}}},
		"never":                        {Place{FollowUp: FollowNever}, []step{first, {"U1", "那2023年呢？", false}, {"U1", at + "那2023年呢？", true}}},
		"everybody addressed":          {Place{}, []step{first, {"U1", "<!here> 看看", false}}},
		"a message beside the threads": {Place{}, []step{{"U1", "今天天气不错", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings.Default = test.place })
			root, want := "", 0
			for _, step := range test.steps {
				ts := s.slack.Post(channel, step.user, root, step.text)
				if root == "" {
					root = ts
				}
				s.settle()
				if step.answered {
					want++
				}
				if got := len(s.slack.Replies(channel, root)); got != want {
					t.Fatalf("after %q: %d answers, want %d\n%s", step.text, got, want, s.transcript())
				}
			}
		})
	}
}

// The thread is read back as history, also by a bot that has just begun.
func TestThreadIsTheMemory(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	root := s.slack.Post(channel, "U1", "", at+"门店有&lt;多少&gt;家？")
	s.answerTo(channel, root)
	s.stop()
	s.start()
	s.slack.Post(channel, "U1", root, "那2023年呢？")
	s.await("second answer", func() bool { return len(s.slack.Replies(channel, root)) == 2 })
	s.settle()
	asked := s.asker.questions()
	got := asked[len(asked)-1]
	want := []rag.Turn{{Question: "门店有<多少>家？", Answer: "1,200家：门店有<多少>家？[1]。"}}
	if diff := cmp.Diff(want, got.History); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	for i := range 9 {
		s.slack.Post(channel, "U1", root, "第"+strings.Repeat("又", i+1)+"问？")
		s.settle()
	}
	asked = s.asker.questions()
	last := asked[len(asked)-1].History
	if len(last) != mostTurns || last[mostTurns-1].Question != "第"+strings.Repeat("又", 8)+"问？" {
		t.Errorf("the newest %d turns are wanted, oldest first: %+v", mostTurns, last)
	}
}

func TestUnreadableThreadIsSaid(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: func(c slacktest.Call) slacktest.Fault {
		if c.Method == "conversations.replies" {
			return slacktest.Fault{Error: "missing_scope"}
		}
		return slacktest.Fault{}
	}})
	root := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, root)
	s.slack.Post(channel, "U1", root, "那2023年呢？")
	s.await("second answer", func() bool { return len(s.slack.Replies(channel, root)) == 2 })
	s.mustHold(s.slack.Replies(channel, root)[1], "未能读回本讨论串")
}

func TestSmallTalk(t *testing.T) {
	for said, want := range map[string]string{
		"你好":           "你好，我回答关于研究报告的问题",
		"Hello!":       "Hello. I answer questions",
		"谢谢！":          "不客气",
		"thanks a lot": "You are welcome",
		"help":         "every sentence with its source",
		"怎么用？":         "/yanbao settings",
		"":             "想问什么",
		"？？":           "逐句给出处",
	} {
		t.Run(said, func(t *testing.T) {
			s := newScene(t, slacktest.Options{})
			m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+said))
			s.mustHold(m, want)
		})
	}
}

func TestBotsAreIgnored(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.slack.Emit(map[string]any{"type": "message", "channel": dm, "channel_type": "im", "bot_id": "B9", "user": "U9", "text": "门店有多少家？", "ts": "1.1", "event_ts": "1.1"})
	s.slack.Emit(map[string]any{"type": "message", "channel": dm, "channel_type": "im", "user": slacktest.BotUser, "text": "门店有多少家？", "ts": "1.2", "event_ts": "1.2"})
	s.slack.Emit(map[string]any{"type": "app_mention", "channel": channel, "bot_id": "B9", "user": "U9", "text": at + "门店？", "ts": "1.3", "event_ts": "1.3"})
	s.slack.Emit(map[string]any{"type": "message", "subtype": "channel_join", "channel": channel, "channel_type": "channel", "user": "U1", "text": at, "ts": "1.4", "event_ts": "1.4"})
	s.slack.Emit(map[string]any{"type": "message", "subtype": "bot_message", "channel": channel, "channel_type": "channel", "bot_id": "B9", "text": at + "门店？", "ts": "1.5", "event_ts": "1.5"})
	s.settle()
	if n := len(s.asker.questions()); n != 0 {
		t.Errorf("%d questions of bots answered", n)
	}
}

// Frames and events that nobody knows are acknowledged where they can be, and
// end nothing.
func TestUnknownEvents(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.slack.Emit(map[string]any{"type": "sky_has_fallen", "channel": channel})
	s.slack.SendRaw(`{"type":"never_heard_of","envelope_id":"x"}`)
	s.slack.SendRaw(`{`)
	s.settle()
	s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
}

func TestEdit(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, ts)
	s.slack.Edit(channel, ts, at+"加盟店有多少家？")
	s.await("changed answer", func() bool { return holds(s.slack.Replies(channel, ts)[0].Said(), "加盟店") })
	m := s.answerTo(channel, ts)
	if m.Revisions != 1 {
		t.Errorf("the answer was changed %d times, want once", m.Revisions)
	}
	s.slack.Edit(channel, ts, at+"加盟店有多少家？") // links were unfolded: nothing changed
	s.settle()
	if n := len(s.asker.questions()); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
	late := s.slack.Post(channel, "U1", "", "门店有多少家？")
	s.slack.Edit(channel, late, at+"门店有多少家？")
	s.answerTo(channel, late)
}

// An edit while the answer is on its way: the answer ends as that to the
// edited question.
func TestEditUnderWay(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	reached, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		once.Do(func() { close(reached); <-release })
		return echo(q), nil
	}
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	<-reached
	s.slack.Edit(channel, ts, at+"加盟店有多少家？")
	s.await("acknowledgement", func() bool { return s.slack.Pending() == 0 })
	close(release)
	s.settle()
	s.mustHold(s.answerTo(channel, ts), "加盟店")
}

func TestDelete(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, ts)
	s.slack.Delete(channel, ts)
	s.settle()
	if got := s.slack.Replies(channel, ts); len(got) != 0 {
		t.Errorf("the answer to a deleted question stays: %+v", got)
	}
}

func TestDeleteUnderWay(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	reached, release := make(chan struct{}), make(chan struct{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		close(reached)
		<-release
		return echo(q), nil
	}
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	<-reached
	s.slack.Delete(channel, ts)
	s.await("acknowledgement", func() bool { return s.slack.Pending() == 0 })
	close(release)
	s.settle()
	if got := s.slack.Replies(channel, ts); len(got) != 0 {
		t.Errorf("a deleted question is answered: %+v", got)
	}
}
