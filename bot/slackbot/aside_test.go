package slackbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yanbao/bot/record"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"
)

// What the slash command answers is seen by the asker alone, until shared.
func TestSlash(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	if ack := s.slack.Slash(channel, "U1", "门店有多少家？"); strings.Contains(string(ack), "text") {
		t.Errorf("acknowledged with %s: it may come after the answer", ack)
	}
	m := s.only(channel, "U1", "1,200家", "分享到频道")
	s.settle()
	if n := len(s.slack.Messages(channel)); n != 1 {
		t.Errorf("%d messages, want one:\n%s", n, s.transcript())
	}
	for range 2 { // pressed twice
		if err := s.slack.Click(m, "U1", actionShare, ""); err != nil {
			t.Fatal(err)
		}
	}
	s.await("shared answer", func() bool {
		list := s.slack.Messages(channel)
		return len(list) == 1 && list[0].Only == ""
	})
	s.settle()
	list := s.slack.Messages(channel)
	if len(list) != 1 || list[0].Only != "" {
		t.Fatalf("want one message for all:\n%s", s.transcript())
	}
	s.mustHold(list[0], "1,200家", "由 zhang.san 分享")
}

// An answer that takes its time takes the place of what says so.
func TestSlashSlowly(t *testing.T) {
	s := newScene(t, slacktest.Options{}, func(c *Config) { stepped(c.Clock.(*quickClock)) })
	release := make(chan struct{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) { <-release; return echo(q), nil }
	s.slack.Slash(channel, "U1", "门店有多少家？")
	s.only(channel, "U1", "正在查阅报告…")
	close(release)
	s.only(channel, "U1", "1,200家")
	s.settle()
	if n := len(s.slack.Messages(channel)); n != 1 {
		t.Errorf("%d messages, want one:\n%s", n, s.transcript())
	}
}

func TestSlashWords(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	for text, want := range map[string]string{"": "/yanbao settings", "help": "/yanbao settings", "帮助": "逐句给出处"} {
		if ack := s.slack.Slash(channel, "U1", text); !strings.Contains(string(ack), want) {
			t.Errorf("/yanbao %s: %s, want %q", text, ack, want)
		}
	}
	s.settle()
	if n := len(s.asker.questions()); n != 0 {
		t.Errorf("%d questions", n)
	}
}

// A response URL that fails gives way to a message of its own.
func TestSlashResponseFails(t *testing.T) {
	s := newScene(t, slacktest.Options{Fault: fail("response_url", 99, slacktest.Fault{Status: 404})})
	s.slack.Slash(channel, "U1", "门店有多少家？")
	s.only(channel, "U1", "1,200家")
}

// checker is an asker that checks texts as well.
type checker struct {
	*fakeAsker
	check func(text string) []rag.CheckedClaim
}

func (c checker) Check(_ context.Context, text, _ string) ([]rag.CheckedClaim, error) {
	return c.check(text), nil
}

func TestCheckShortcut(t *testing.T) {
	cite := echo(rag.Question{}).Citations[0]
	s := newScene(t, slacktest.Options{}, func(c *Config) {
		c.Asker = checker{&fakeAsker{}, func(text string) []rag.CheckedClaim {
			if text == "好的" {
				return []rag.CheckedClaim{{Text: text, Outcome: rag.NoClaim}}
			}
			return []rag.CheckedClaim{{Text: text, Outcome: rag.Contradicted, Detail: "报告说的是1,200家", Citations: []rag.Citation{cite}},
				{Text: "另一句", Outcome: rag.Upheld, Citations: []rag.Citation{cite}}, {Text: "第三句", Outcome: rag.NotInReport}}
		}}
	})
	ts := s.slack.Post(channel, "U2", "", "听说门店有<http://x.example|1,300>家。")
	s.slack.Shortcut(channel, ts, "U1", callbackCheck)
	m := s.only(channel, "U1", "与报告不符：听说门店有1,300家。", "报告说的是1,200家", "报告的说法：“门店共1,200家”", "报告支持：另一句", "报告中没有依据：第三句")
	if err := s.slack.Click(m, "U1", actionPassage, "p1"); err != nil {
		t.Fatal(err)
	}
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
	empty := s.slack.Post(channel, "U2", "", "好的")
	s.slack.Shortcut(channel, empty, "U3", callbackCheck)
	s.only(channel, "U3", "没有可以核对的说法")
}

func TestPassageModal(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	if err := s.slack.Click(m, "U2", actionPassage, "p1"); err != nil {
		t.Fatal(err)
	}
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
	v := s.slack.Views()[0]
	for _, want := range []string{"前一段。", "后一段。", "01 概况 › 门店", "示例研究所《茶饮》", `"text":"门店共1,200家","style":{"bold":true}`, `"text":"截至2024年，"`} {
		if !strings.Contains(string(v.Request), want) {
			t.Errorf("the modal lacks %s:\n%s", want, v.Request)
		}
	}
}

func TestTableModalAndCSV(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		a := echo(q)
		for i := range 2 {
			c := a.Citations[0]
			c.N, c.Table = i+1, &rag.TableRef{ID: "t1", Caption: "门店构成", Row: i + 1}
			a.Citations = append(a.Citations[:i], c)
		}
		return a, nil
	}
	ts := s.slack.Post(channel, "U1", "", at+"门店构成？")
	m := s.answerTo(channel, ts)
	s.mustHold(m, "类型  占比\n直营  30%\n加盟  70%")
	if err := s.slack.Click(m, "U1", actionTable, ""); err != nil {
		t.Fatal(err)
	}
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
	if err := s.slack.ClickView(s.slack.Views()[0], "U1", actionCSV); err != nil {
		t.Fatal(err)
	}
	s.await("file", func() bool { return len(s.slack.Replies(channel, ts)) == 2 })
	f := s.slack.Replies(channel, ts)[1]
	if f.FileName != "t1.csv" || f.File != "\ufeff类型,占比\n直营,30%\n加盟,70%\n" {
		t.Errorf("file %q: %q", f.FileName, f.File)
	}
}

func TestFeedback(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	m := s.answerTo(channel, s.slack.Post(channel, "U1", "", at+"门店有多少家？"))
	for _, press := range [][2]string{{actionUp, ""}, {actionFeedback, "wrong_number"}, {actionFeedback, "wrong_number"}} {
		if err := s.slack.Click(m, "U1", press[0], press[1]); err != nil {
			t.Fatal(err)
		}
	}
	s.await("thanks", func() bool { return s.slack.Calls("response_url") == 3 })
	s.await("feedback", func() bool {
		d, err := s.record.Disputes(context.Background(), time.Time{})
		return err == nil && len(d) == 1 && d[0].Verdict == record.WrongNumber && d[0].Door == "slack"
	})
	s.only(channel, "U1", "已记下，谢谢。")
}

// Answers of private places are kept apart, and so is feedback on them.
func TestPrivate(t *testing.T) {
	for _, place := range []string{private, dm} {
		s := newScene(t, slacktest.Options{})
		m := s.answerTo(place, s.slack.Post(place, "U1", "", at+"门店有多少家？"))
		if err := s.slack.Click(m, "U1", actionFeedback, "wrong_number"); err != nil {
			t.Fatal(err)
		}
		s.only(place, "U1", "已记下，谢谢。")
		if _, err := s.record.Answer(context.Background(), echo(s.asker.questions()[0]).ID); !errors.Is(err, record.ErrUnknown) {
			t.Errorf("%s: the answer is among those of all: %v", place, err)
		}
		if d, err := s.record.Disputes(context.Background(), time.Time{}); err != nil || len(d) != 0 {
			t.Errorf("%s: disputes %v, %v", place, d, err)
		}
		if strings.Contains(s.logs.String(), "门店") {
			t.Errorf("%s: the log holds the question: %s", place, s.logs)
		}
	}
}

func TestSettingsModal(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	s.slack.Slash(channel, "U1", "settings")
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
	choose := func(document, language, rule string, users ...string) map[string]map[string]any {
		option := func(v string) map[string]any {
			return map[string]any{"type": "static_select", "selected_option": map[string]any{"value": v}}
		}
		return map[string]map[string]any{inputDocument: {inputDocument: option(document)}, inputLanguage: {inputLanguage: option(language)},
			inputFollowUp: {inputFollowUp: option(rule)}, inputAskers: {inputAskers: map[string]any{"type": "multi_users_select", "selected_users": users}}}
	}
	v := s.slack.Views()[0]
	if ack := s.slack.Submit(v, "U1", choose("gone", all, "auto")); !strings.Contains(string(ack), `"errors"`) {
		t.Errorf("a document that is not there is taken: %s", ack)
	}
	if ack := s.slack.Submit(v, "U1", choose("tea", "en", "mention", "U1")); len(ack) > 0 && string(ack) != "null" {
		t.Errorf("settings are refused: %s", ack)
	}
	s.only(channel, "U1", "The settings of this channel are saved")
	s.slack.Post(channel, "U2", "", at+"门店有多少家？")
	s.only(channel, "U2", "do not let you ask here")
	ts := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.answerTo(channel, ts)
	if q := s.asker.questions()[0]; q.Document != "tea" || q.Language != "en" {
		t.Errorf("asked %+v", q)
	}
	s.stop()
	s.start() // settings are still there
	if p := s.bot.place(context.Background(), slacktest.Team, channel); p.FollowUp != FollowMention || len(p.Askers) != 1 {
		t.Errorf("settings after a restart: %+v", p)
	}
}

func TestSettingsAreLocked(t *testing.T) {
	for name, test := range map[string]struct {
		settings Settings
		want     string
	}{
		"by file":    {Settings{Places: map[string]Place{channel: {Locked: true}}}, "由管理员的文件规定"},
		"for admins": {Settings{Admins: []string{"U9"}}, "只有管理员"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings = test.settings })
			s.slack.Slash(channel, "U1", "settings")
			s.only(channel, "U1", test.want)
		})
	}
}

func TestAllowLists(t *testing.T) {
	s := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings.Channels = []string{private} })
	s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	s.only(channel, "U1", "本频道没有开放研报问答")
	if ack := s.slack.Slash(channel, "U1", "门店？"); !strings.Contains(string(ack), "没有开放") {
		t.Errorf("acknowledged with %s", ack)
	}
	s.answerTo(private, s.slack.Post(private, "U1", "", at+"门店有多少家？"))
	s.answerTo(dm, s.slack.Post(dm, "U1", "", "门店有多少家？"))

	other := newScene(t, slacktest.Options{}, func(c *Config) { c.Settings.Teams = []string{"T9"} })
	other.slack.Post(channel, "U1", "", at+"门店有多少家？")
	other.slack.Slash(channel, "U1", "门店？")
	other.settle()
	if n := len(other.asker.questions()); n != 0 {
		t.Errorf("%d questions of another workspace answered", n)
	}
}

func TestReadSettings(t *testing.T) {
	good := "workspaces: [T1]\nchannels: [C1]\nadmins: [U1]\ndefault: {language: zh}\nsettings:\n  C1: {document: tea, follow_up: never, askers: [U1], locked: true}\n"
	s, err := ReadSettings([]byte(good))
	if err != nil || s.Places["C1"].Document != "tea" || !s.Places["C1"].Locked || s.Default.Language != "zh" {
		t.Errorf("ReadSettings = %+v, %v", s, err)
	}
	if _, err := ReadSettings(nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	for bad, want := range map[string]string{
		"chanels: [C1]":                      "chanels",
		"default: {language: fr}":            `"fr"`,
		"settings: {C1: {follow_up: maybe}}": "channel C1",
		"[":                                  "slack settings",
	} {
		if _, err := ReadSettings([]byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadSettings(%q) = %v, want it to name %s", bad, err, want)
		}
	}
}

func TestAssistantPane(t *testing.T) {
	s := newScene(t, slacktest.Options{Assistant: true})
	s.asker.answer = func(q rag.Question) (*rag.Answer, error) {
		if strings.Contains(q.Text, "竞争格局") {
			return refuse(q), nil // what the report does not answer is not suggested
		}
		return echo(q), nil
	}
	thread := s.slack.OpenAssistant(dm, "U1")
	s.await("prompts", func() bool { return len(s.slack.Suggested()) == 1 })
	p := s.slack.Suggested()[0]
	if p.Thread != thread || p.Title != "可以这样开始" || len(p.Prompts) != 1 || p.Prompts[0].Title != "概况" || p.Prompts[0].Message != "“门店构成”中，直营的占比是什么？" {
		t.Errorf("suggested %+v", p)
	}
	s.slack.Post(dm, "U1", thread, "门店有多少家？")
	s.await("answer", func() bool { return len(s.slack.Replies(dm, thread)) == 1 })
	s.slack.Post(dm, "U1", thread, "那2023年呢？")
	s.await("answer", func() bool { return len(s.slack.Replies(dm, thread)) == 2 })
	s.settle()
	var statuses, titles []string
	for _, st := range s.slack.Statuses() {
		if st.Title != "" {
			titles = append(titles, st.Title)
		} else {
			statuses = append(statuses, st.Status)
		}
	}
	if len(statuses) != 2 || len(titles) != 1 || titles[0] != "门店有多少家？" {
		t.Errorf("statuses %q, titles %q", statuses, titles)
	}
}

// The HTTP door takes the same as the socket, by the same means.
func TestDoor(t *testing.T) {
	var handler http.Handler
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer door.Close()
	s := newScene(t, slacktest.Options{Door: door.URL}, func(c *Config) { c.AppToken = "" })
	handler = s.bot.Handler()
	root := s.slack.Post(channel, "U1", "", at+"门店有多少家？")
	m := s.answerTo(channel, root)
	s.slack.Post(channel, "U1", root, "那2023年呢？")
	s.await("follow-up", func() bool { return len(s.slack.Replies(channel, root)) == 2 })
	s.slack.Slash(channel, "U1", "门店有多少家？")
	s.only(channel, "U1", "1,200家", "分享到频道")
	if err := s.slack.Click(m, "U1", actionPassage, ""); err != nil {
		t.Fatal(err)
	}
	s.await("modal", func() bool { return len(s.slack.Views()) == 1 })
	s.settle()
	http.DefaultClient.CloseIdleConnections()
}

func TestDoorRefuses(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	h := s.bot.Handler()
	now := time.Now()
	event := `{"type":"event_callback","team_id":"T0TEST","event_id":"Ev1","event":{"type":"message","channel":"D1","channel_type":"im","user":"U1","text":"门店？","ts":"1.1"}}`
	sign := func(secret string, at time.Time) func(*http.Request, []byte) {
		return func(r *http.Request, body []byte) { slacktest.Sign(r, body, secret, at) }
	}
	for name, test := range map[string]struct {
		method, body string
		sign         func(*http.Request, []byte)
		want         int
	}{
		"valid":                     {"POST", `{"type":"url_verification","challenge":"abc"}`, sign(slacktest.Secret, now), 200},
		"four minutes old":          {"POST", `{"type":"url_verification","challenge":"abc"}`, sign(slacktest.Secret, now.Add(-4*time.Minute)), 200},
		"six minutes old":           {"POST", event, sign(slacktest.Secret, now.Add(-6*time.Minute)), 401},
		"six minutes ahead":         {"POST", event, sign(slacktest.Secret, now.Add(6*time.Minute)), 401},
		"another secret":            {"POST", event, sign("guessed", now), 401},
		"no signature":              {"POST", event, func(*http.Request, []byte) {}, 401},
		"a signature of other text": {"POST", event, func(r *http.Request, _ []byte) { slacktest.Sign(r, []byte("x"), slacktest.Secret, now) }, 401},
		"no hexadecimal": {"POST", event, func(r *http.Request, b []byte) {
			slacktest.Sign(r, b, slacktest.Secret, now)
			r.Header.Set("X-Slack-Signature", "v0=zz")
		}, 401},
		"GET":      {"GET", "", sign(slacktest.Secret, now), 405},
		"not JSON": {"POST", "{", sign(slacktest.Secret, now), 400},
		"too long": {"POST", strings.Repeat("x", mostBody+1), sign(slacktest.Secret, now), 413},
	} {
		r := httptest.NewRequest(test.method, "/slack/events", strings.NewReader(test.body))
		test.sign(r, []byte(test.body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", name, w.Code, test.want)
		}
		if test.want == 200 && !strings.Contains(w.Body.String(), "abc") {
			t.Errorf("%s: the challenge is not answered: %s", name, w.Body)
		}
	}
	bad := url.Values{"x": {"y"}}.Encode()
	r := httptest.NewRequest("POST", "/", bytes.NewReader([]byte(bad)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	slacktest.Sign(r, []byte(bad), slacktest.Secret, now)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 400 {
		body, _ := io.ReadAll(w.Body)
		t.Errorf("a form that is no command: %d %s", w.Code, body)
	}
	s.settle()
	if n := len(s.asker.questions()); n != 0 {
		t.Errorf("%d questions of refused requests answered", n)
	}
	closed, err := New(Config{BotToken: "x", AppToken: "y", Asker: s.asker, Record: s.record})
	if err != nil {
		t.Fatal(err)
	}
	defer closed.stop()
	w = httptest.NewRecorder()
	r = httptest.NewRequest("POST", "/", strings.NewReader(event))
	slacktest.Sign(r, []byte(event), "", now)
	closed.Handler().ServeHTTP(w, r)
	if w.Code != 401 {
		t.Errorf("without a secret: %d, want 401", w.Code)
	}
}

// A request that is replayed within the window is one question.
func TestDoorReplay(t *testing.T) {
	s := newScene(t, slacktest.Options{})
	ts := s.slack.Write(channel, "U1", "", at+"门店有多少家？")
	event, err := json.Marshal(map[string]any{"type": "event_callback", "team_id": slacktest.Team, "event_id": "Ev1", "event": map[string]any{
		"type": "app_mention", "channel": channel, "user": "U1", "text": at + "门店有多少家？", "ts": ts}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(event))
		slacktest.Sign(r, event, slacktest.Secret, time.Now())
		r.Header.Set("X-Slack-Retry-Num", fmt.Sprint(i))
		w := httptest.NewRecorder()
		s.bot.Handler().ServeHTTP(w, r)
		if w.Code != 200 {
			t.Errorf("replay %d: %d", i, w.Code)
		}
	}
	s.answerTo(channel, ts)
}
