package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/bot/slackbot"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func TestSlackManifest(t *testing.T) {
	yaml := world{}.runFake(t, &fakeEngine{}, "slack", "manifest")
	if yaml.code != 0 || !strings.Contains(yaml.stdout, "- chat:write # post and change its answers") || !strings.Contains(yaml.stderr, "connections:write") {
		t.Errorf("slack manifest: %+v", yaml)
	}
	asJSON := world{}.runFake(t, &fakeEngine{}, "slack", "manifest", "--format", "json", "--url", "https://bot.example.org/slack/events")
	var m map[string]any
	if err := json.Unmarshal([]byte(asJSON.stdout), &m); err != nil || asJSON.code != 0 || !strings.Contains(asJSON.stderr, "chat:write: post and change") {
		t.Errorf("slack manifest --format json: %v %+v", err, asJSON)
	}
	if strings.Contains(asJSON.stderr, "connections:write") || !strings.Contains(asJSON.stderr, "SLACK_SIGNING_SECRET") {
		t.Errorf("what the Events API needs besides: %s", asJSON.stderr)
	}
	if r := (world{}).runFake(t, &fakeEngine{}, "slack", "manifest", "--url", "http://x"); r.code != exitUsage {
		t.Errorf("plain http is taken: %+v", r)
	}
}

func TestSlackCheck(t *testing.T) {
	var scopes []string
	for _, s := range slackbot.Scopes() {
		scopes = append(scopes, s.Name)
	}
	fake := slacktest.New(slacktest.Options{Scopes: scopes})
	defer fake.Close()
	fake.AddChannel("C1", "channel")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(slacktest.BotToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SLACK_BOT_TOKEN_FILE": file, "SLACK_APP_TOKEN": slacktest.AppToken, "YANBAO_SLACK_API": fake.URL + "/api/"}
	if r := (world{env: env}).runFake(t, &fakeEngine{}, "slack", "check", "--channel", "C1"); r.code != 0 || !strings.Contains(r.stdout, "the bot is in it") {
		t.Errorf("slack check: %+v", r)
	}
	r := world{env: env}.runFake(t, &fakeEngine{}, "slack", "check", "--channel", "C9", "-json")
	var findings []finding
	if err := json.Unmarshal([]byte(r.stdout), &findings); err != nil || r.code != exitError || len(findings) != 4 || findings[3].Grade != gradeFail {
		t.Errorf("slack check of a channel that is none: %v %+v", err, r)
	}
	env["SLACK_BOT_TOKEN_FILE"] = filepath.Join(t.TempDir(), "absent")
	if r := (world{env: env}).runFake(t, &fakeEngine{}, "slack", "check"); r.code != exitError || !strings.Contains(r.stderr, "SLACK_BOT_TOKEN_FILE") {
		t.Errorf("a token file that is not there: %+v", r)
	}
}

// startServe runs yanbao serve with Slack and returns its address and what
// ends it.
func startServe(t *testing.T, fake *slacktest.Server, env map[string]string, args ...string) (address string, stop func() (int, string)) {
	t.Helper()
	env["YANBAO_DATA"], env["LANG"], env["YANBAO_SLACK_API"] = t.TempDir(), "C.UTF-8", fake.URL+"/api/"
	stderr := &lockedBuffer{changed: make(chan struct{}, 100)}
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: stderr, getenv: func(n string) string { return env[n] }, open: openSession}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- p.run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)) }()
	stop = sync.OnceValues(func() (int, string) { cancel(); return <-done, stderr.String() })
	t.Cleanup(func() { stop() })
	deadline := time.After(30 * time.Second)
	for {
		if _, rest, ok := strings.Cut(stderr.String(), "listening on http://"); ok {
			return strings.Fields(rest)[0], stop
		}
		select {
		case <-stderr.changed:
		case code := <-done:
			done <- code
			return "", stop
		case <-deadline:
			t.Fatalf("serve does not begin: %s", stderr.String())
		}
	}
}

// lockedBuffer is a buffer that one writes and another reads.
type lockedBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{}
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// slackAnswer waits for the bot's answer in a thread.
func slackAnswer(t *testing.T, fake *slacktest.Server, channel, ts string) slacktest.Message {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		changed := fake.Changed()
		if list := fake.Replies(channel, ts); len(list) == 1 && strings.Contains(string(list[0].Blocks), "yb-final") {
			return list[0]
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no answer in %s: %+v", ts, fake.Messages(channel))
		}
	}
}

// HTTP and Slack run in one process; the shortcut checks by the same engine.
func TestServeSlack(t *testing.T) {
	fake := slacktest.New(slacktest.Options{})
	defer fake.Close()
	fake.AddChannel("C1", "channel")
	address, stop := startServe(t, fake, map[string]string{"SLACK_BOT_TOKEN": slacktest.BotToken, "SLACK_APP_TOKEN": slacktest.AppToken, "SLACK_SIGNING_SECRET": slacktest.Secret},
		"--url", "https://reports.example.org")
	ts := fake.Post("C1", "U1", "", "<@"+slacktest.BotUser+"> 2024年中国大模型市场规模有多大？")
	m := slackAnswer(t, fake, "C1", ts)
	for _, want := range []string{"294.16亿元", "艾媒咨询", "https://reports.example.org/d/36kr-llm-2025#"} {
		if !strings.Contains(m.Said(), want) {
			t.Errorf("the answer lacks %s:\n%s", want, m.Said())
		}
	}
	claim := fake.Post("C1", "U2", "", "根据艾媒咨询的数据，中国大模型市场规模2024年约为300亿元。")
	fake.Shortcut("C1", claim, "U1", "yanbao_check")
	waitFor(t, fake, "a checked claim", func() bool {
		for _, m := range fake.Messages("C1") {
			if m.Only == "U1" && strings.Contains(m.Said(), "与报告核对") && strings.Contains(m.Said(), "300亿元") {
				return true
			}
		}
		return false
	})
	body := []byte(`{"type":"url_verification","challenge":"abc"}`)
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/slack/events", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	slacktest.Sign(r, body, slacktest.Secret, time.Now())
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if got, _ := io.ReadAll(w.Body); w.StatusCode != 200 || !strings.Contains(string(got), "abc") {
		t.Errorf("the door says %d %s", w.StatusCode, got)
	}
	counted, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer counted.Body.Close()
	if got, _ := io.ReadAll(counted.Body); !strings.Contains(string(got), `yanbao_answers_total{door="slack",mode="extractive",status="answered"} 1`) {
		t.Errorf("/metrics does not count the question: %s", got)
	}
	code, log := stop()
	if code != 0 || strings.Contains(log, "市场规模") {
		t.Errorf("exit code %d, log %s", code, log)
	}
	for _, v := range fake.Violations() {
		t.Errorf("against Slack's rules: %s", v)
	}
}

func waitFor(t *testing.T, fake *slacktest.Server, what string, so func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		changed := fake.Changed()
		if so() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no %s", what)
		}
	}
}

func TestServeSlackRefused(t *testing.T) {
	fake := slacktest.New(slacktest.Options{})
	defer fake.Close()
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"half the tokens": {map[string]string{"SLACK_BOT_TOKEN": "xoxb-1"}, nil, "a token is missing"},
		"no record":       {map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, []string{"--record=false"}, "leave out --record=false"},
		"no settings":     {map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, []string{"--slack-settings", "absent.yaml"}, "absent.yaml does not exist"},
	} {
		address, stop := startServe(t, fake, test.env, test.args...)
		if code, log := stop(); address != "" || code != exitError || !strings.Contains(log, test.want) {
			t.Errorf("%s: %q, exit code %d: %s", name, address, code, log)
		}
	}
	env := map[string]string{"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-wrong"}
	address, stop := startServe(t, fake, env)
	waitFor(t, fake, "call", func() bool { return fake.Calls("auth.test") > 0 || address == "" })
	if code, log := stop(); code != 0 || strings.Contains(log, "xoxb-wrong") {
		t.Errorf("tokens that Slack does not know end the server or are logged: %d %s", code, log)
	}
}

// The development questions asked in Slack get the claims and citations that
// the engine gives the command line.
func TestSlackAnswersAsTheCommandLine(t *testing.T) {
	fake := slacktest.New(slacktest.Options{})
	defer fake.Close()
	fake.AddChannel("D1", "im")
	p := &program{stderr: io.Discard, open: openSession, getenv: func(string) string { return "" }}
	p.settings = settings{builtin: true, store: storeChromem, modelSettings: defaultModels()}
	session, err := openSession(t.Context(), p, p.settings)
	if err != nil {
		t.Fatal(err)
	}
	_, stop := startServe(t, fake, map[string]string{"SLACK_BOT_TOKEN": slacktest.BotToken, "SLACK_APP_TOKEN": slacktest.AppToken})
	defer stop()
	for _, item := range devQuestions(t) {
		q := item.Question
		want, err := session.engine.Ask(t.Context(), rag.Question{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		m := slackAnswer(t, fake, "D1", fake.Post("D1", "U1", "", q))
		if diff := cmp.Diff(ofEngine(want), ofSlack(t, m)); diff != "" {
			t.Errorf("%s (-engine +Slack):\n%s", q, diff)
		}
	}
	for _, v := range fake.Violations() {
		t.Errorf("against Slack's rules: %s", v)
	}
}

// shownAnswer is what can be compared of an answer: what it says, and for each
// citation or near passage the value of its button.
type shownAnswer struct {
	Said    string
	Buttons []string
}

func ofEngine(a *rag.Answer) shownAnswer {
	s := shownAnswer{Said: strings.TrimSpace(a.Answer)}
	for _, c := range a.Citations {
		s.Buttons = append(s.Buttons, fmt.Sprintf("%s %s %d %d", a.Language, c.PassageID, c.Span[0], c.Span[1]))
	}
	if a.Status != rag.Answered {
		for _, r := range a.Related {
			s.Buttons = append(s.Buttons, fmt.Sprintf("%s %s 0 0", a.Language, r.PassageID))
		}
	}
	return s
}

// slackBlock is what is read of a block.
type slackBlock struct {
	Elements []struct {
		Elements []struct{ Text string }
	}
	Accessory struct {
		Action string `json:"action_id"`
		Value  string
	}
}

func ofSlack(t *testing.T, m slacktest.Message) shownAnswer {
	t.Helper()
	var loose []json.RawMessage
	if err := json.Unmarshal(m.Blocks, &loose); err != nil {
		t.Fatal(err)
	}
	blocks := make([]slackBlock, len(loose))
	var s shownAnswer
	for i, b := range loose {
		_ = json.Unmarshal(b, &blocks[i]) // blocks of other shapes have neither
		if a := blocks[i].Accessory; a.Action == "passage" {
			s.Buttons = append(s.Buttons, a.Value)
		}
	}
	for _, part := range blocks[0].Elements {
		for _, e := range part.Elements {
			s.Said += e.Text
		}
	}
	return s
}
