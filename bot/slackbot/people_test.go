package slackbot

import (
	"context"
	"strings"
	"testing"
	"time"

	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"
)

// Words among people in a thread are no follow-ups; thanks and questions are.
func TestRemarks(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, ts)
	for _, said := range []string{"好的", "OK!", "👍", ":+1:", ":tada::skin-tone-2: 收到～", "嗯嗯", "……", "lol"} {
		s.slack.Post(channel, "U2", ts, said)
	}
	s.settle()
	if n := len(s.slack.Replies(channel, ts)); n != 1 {
		t.Fatalf("%d replies, want one:\n%s", n, s.transcript())
	}
	for n, said := range []string{"谢谢！", "那2023年呢？", at + "好的"} {
		s.slack.Post(channel, "U2", ts, said)
		s.await("reply", func() bool { return len(s.slack.Replies(channel, ts)) == n+2 })
	}
}

// Who may not ask is told so once, though two events say that they did.
func TestRefusedOnce(t *testing.T) {
	s := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings.Places = map[string]Place{channel: {Askers: []string{"U9"}}} })
	s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.only(channel, "U1", "你不能在这里提问")
	s.settle()
	s.answerTo(channel, s.slack.Post(channel, "U9", "", at+"门店有多少家？")) // so that what was begun before has ended
	if n := s.slack.Calls("chat.postEphemeral"); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// In a channel shared with another company the allow-list is that of people.
func TestSharedChannel(t *testing.T) {
	s := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings.Teams = []string{slacktest.Team} })
	for _, kind := range []string{"message", "app_mention"} {
		for team, want := range map[string]int{"T9": 0, slacktest.Team: 1} {
			ts := s.slack.Write(channel, "U1", "", at+"门店有多少家？")
			s.slack.Emit(map[string]any{"type": kind, "channel": channel, "channel_type": "channel", "user": "U1", "user_team": team, "text": at + "门店有多少家？", "ts": ts})
			s.settle()
			if n := len(s.slack.Replies(channel, ts)); n != want {
				t.Errorf("%s of %s: %d answers, want %d", kind, team, n, want)
			}
		}
	}
}

// An admin who set who may ask, and is not among them, gets at the settings.
func TestAdminIsNotLockedOut(t *testing.T) {
	s := newScene(t, slacktest.Options{}, func(c *Config) {
		c.Settings.Admins = []string{"U1"}
		c.Settings.Places = map[string]Place{channel: {Askers: []string{"U9"}}}
	})
	s.slack.Slash(channel, "U1", "settings")
	s.await("settings", func() bool { return len(s.slack.Views()) == 1 })
	for user, text := range map[string]string{"U1": "门店？", "U2": "设置"} {
		if ack := s.slack.Slash(channel, user, text); !strings.Contains(string(ack), "不能在这里提问") {
			t.Errorf("%s, %s: acknowledged with %s", user, text, ack)
		}
	}
}

// A button that comes to nothing says so, with a number that the log has; no
// address by which anybody may post gets into the log.
func TestButtonFails(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: fail("views.open", 9, slacktest.Fault{Error: "internal_error"})})
	m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	if err := s.slack.Click(m, "U1", actionPassage, ""); err != nil {
		t.Fatal(err)
	}
	said := s.only(channel, "U1", "没有成功（编号 ").Said()
	_, number, _ := strings.Cut(said, "编号 ")
	number = number[:6]
	s.await("number in the log", func() bool { return strings.Contains(s.logs.String(), number) })
}

func TestResponseAddressIsSecret(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: fail("response_url", 99, slacktest.Fault{Status: 500})})
	s.slack.Slash(channel, "U1", "门店有多少家？")
	s.only(channel, "U1", "1,200家")
	s.settle()
	s.bot.spawn("test", func(ctx context.Context) error {
		return s.bot.respond(ctx, channel, "http://127.0.0.1:1/response/secret", aside(say("", "x"), false))
	})
	s.await("failure", func() bool { return strings.Contains(s.logs.String(), "test failed") })
	if strings.Contains(s.logs.String(), "/response/") {
		t.Errorf("the log holds a response URL:\n%s", s.logs)
	}
}

// A Slack that is out of order when the bot starts is waited for; a token that
// it does not know is not.
func TestSlackIsOutAtStart(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: fail("auth.test", 2, slacktest.Fault{Error: "internal_error"})})
	s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	if s.clock.waited() < 3*time.Second {
		t.Errorf("waited %s", s.clock.waited())
	}
}

// A long answer is what a follow-up is about, too.
func TestLongAnswerIsRemembered(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		a := echo(q)
		a.Answer = strings.Repeat("门店很多，", 1000)
		return a, nil
	}
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, ts)
	s.slack.Post(channel, "U1", ts, "那2023年呢？")
	s.await("answer", func() bool { return len(s.slack.Replies(channel, ts)) == 2 })
	list := s.asker.questions()
	if h := list[len(list)-1].History; len(h) != 1 || h[0].Question != "门店有多少家？" || !strings.HasPrefix(h[0].Answer, "门店很多") {
		t.Errorf("%d turns are remembered: %.80v", len(h), h)
	}
}
