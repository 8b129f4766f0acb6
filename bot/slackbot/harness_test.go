package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/bot/record"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/ingest"
	"yanbao/rag"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeAsker answers by what tests give it, else echoes the question.
type fakeAsker struct {
	answer func(q rag.Question) (*rag.Answer, error)
	stream func(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error)

	mu      sync.Mutex
	asked   []rag.Question
	edition string
}

func (f *fakeAsker) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	f.mu.Lock()
	f.asked = append(f.asked, q)
	f.mu.Unlock()
	if f.answer != nil {
		return f.answer(q)
	}
	return echo(q), nil
}

func (f *fakeAsker) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	if f.stream != nil {
		f.mu.Lock()
		f.asked = append(f.asked, q)
		f.mu.Unlock()
		return f.stream(ctx, q, emit)
	}
	return f.Ask(ctx, q)
}

// questions lists what was asked, without the asking that finds prompts.
func (f *fakeAsker) questions() []rag.Question {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]rag.Question(nil), f.asked...)
}

func (f *fakeAsker) Search(context.Context, rag.SearchRequest) ([]rag.SearchResult, error) {
	return nil, nil
}

func (f *fakeAsker) Passage(_ context.Context, id string) (*rag.PassageView, error) {
	if id != "p1" {
		return nil, fmt.Errorf("%w: passage %q", rag.ErrUnknown, id)
	}
	return &rag.PassageView{
		Passage:  ingest.Passage{ID: "p1", DocumentID: "tea", Section: []string{"01 概况", "门店"}, Text: "截至2024年，门店共1,200家。"},
		Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "示例研究所", Date: "2025-01"},
		Before:   []ingest.Passage{{Text: "前一段。"}}, After: []ingest.Passage{{Text: "后一段。"}},
	}, nil
}

func (f *fakeAsker) Documents(context.Context) []rag.DocumentView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []rag.DocumentView{{DocumentRef: rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "示例研究所", Edition: f.edition},
		Outline: []ingest.Section{{Title: "01 概况", Level: 1}, {Title: "02 竞争格局", Level: 1}}}}
}

func (f *fakeAsker) Tables(ctx context.Context, _ string) []rag.TableView {
	t, _ := f.Table(ctx, "t1")
	return []rag.TableView{*t}
}

func (f *fakeAsker) Table(_ context.Context, id string) (*rag.TableView, error) {
	if id != "t1" {
		return nil, fmt.Errorf("%w: table %q", rag.ErrUnknown, id)
	}
	return &rag.TableView{Document: "tea", Path: []string{"01 概况"}, Table: ingest.Table{ID: "t1", Caption: "门店构成", Columns: []string{"类型", "占比"},
		Rows: [][]ingest.Cell{{{Text: "直营"}, {Text: "30%"}}, {{Text: "加盟"}, {Text: "70%"}}}}}, nil
}

// echo is an answer that repeats the question.
func echo(q rag.Question) *rag.Answer {
	said := "1,200家：" + q.Text + "[1]。"
	return &rag.Answer{ID: "a" + fmt.Sprint(len(q.Text)), Question: q.Text, Status: rag.Answered, Language: "zh", Answer: said,
		Claims:    []rag.Claim{{Text: said, Citations: []int{1}, Verdict: "supported", Values: []rag.Value{{Text: "1,200家", Citation: 1}}}},
		Citations: []rag.Citation{{N: 1, PassageID: "p1", Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"}, Section: []string{"01 概况"}, Text: "截至2024年，门店共1,200家。", Quote: "门店共1,200家", Span: [2]int{8, 17}, PrimarySource: "示例协会", URL: "/d/tea#p1"}},
		Related:   []rag.Related{}, Notices: []string{}, Mode: "extractive"}
}

func refuse(q rag.Question) *rag.Answer {
	return &rag.Answer{ID: "r1", Question: q.Text, Status: rag.NotFound, Language: "zh", Answer: "报告中没有找到这个问题的答案。", Claims: []rag.Claim{}, Citations: []rag.Citation{},
		Related: []rag.Related{{PassageID: "p1", Section: []string{"01 概况", "门店"}, Text: "截至2024年，门店共1,200家。"}}, Notices: []string{}}
}

// quickClock passes waiting at once and notes how long it was; with hold set,
// waits of that length do not end.
type quickClock struct {
	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
	hold  func(d time.Duration) bool
	sweep chan time.Time // ends the pauses of the sweep
}

func newClock() *quickClock { return &quickClock{at: time.Now(), sweep: make(chan time.Time)} }

func (c *quickClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *quickClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d == sweepEvery {
		return c.sweep
	}
	if c.hold != nil && c.hold(d) {
		return nil
	}
	c.at = c.at.Add(d)
	c.waits = append(c.waits, d)
	ch := make(chan time.Time, 1)
	ch <- c.at
	return ch
}

func (c *quickClock) waited() (sum time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.waits {
		sum += d
	}
	return sum
}

// never holds the bot's patience, so that answers come in one piece.
func never(d time.Duration) bool { return d == defaultPatience }

// scene is a bot in a workspace.
type scene struct {
	*testing.T
	slack  *slacktest.Server
	asker  *fakeAsker
	clock  *quickClock
	bot    *Bot
	record *record.Record
	logs   *locked
	stop   func()
	config Config
	dir    string
}

const channel, private, dm = "C1", "G1", "D1"

// newScene starts a workspace and a bot in it.
func newScene(t *testing.T, o slacktest.Options, change ...func(*Config)) *scene {
	t.Helper()
	s := &scene{T: t, slack: slacktest.New(o), asker: &fakeAsker{}, clock: newClock(), logs: &locked{}, dir: t.TempDir()}
	s.clock.hold = never
	s.slack.AddChannel(channel, "channel")
	s.slack.AddChannel(private, "group")
	s.slack.AddChannel(dm, "im")
	s.config = Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, SigningSecret: slacktest.Secret, Asker: s.asker,
		API: s.slack.URL + "/api/", Clock: s.clock, BaseURL: "https://reports.example.org", Log: slog.New(slog.NewTextHandler(s.logs, nil))}
	for _, f := range change {
		f(&s.config)
	}
	s.start()
	t.Cleanup(func() {
		s.stop()
		s.slack.Close()
		for _, v := range s.slack.Violations() {
			t.Errorf("against Slack's rules: %s", v)
		}
	})
	return s
}

// locked writes one log record at a time.
type locked struct {
	mu sync.Mutex
	w  strings.Builder
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.String()
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// start runs a bot over the record of the scene.
func (s *scene) start() {
	s.Helper()
	r, err := record.Open(context.Background(), s.dir, record.Options{Schemas: []record.Schema{Schema()}})
	if err != nil {
		s.Fatal(err)
	}
	s.record, s.config.Record = r, r
	if s.bot, err = New(s.config); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.bot.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.Errorf("Run: %v", err)
		}
		if err := r.Close(); err != nil {
			s.Errorf("close the record: %v", err)
		}
	})
	if s.config.AppToken != "" {
		s.await("a connection", s.slack.Connected)
	}
}

// await waits until something is so.
func (s *scene) await(what string, so func() bool) {
	s.Helper()
	deadline := time.After(20 * time.Second)
	for {
		changed := s.slack.Changed()
		if so() {
			return
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			s.Fatalf("no %s\nlog:\n%s\nagainst the rules: %v\n%s", what, s.logs, s.slack.Violations(), s.transcript())
		}
	}
}

// settle waits until every event is acknowledged and every question done.
func (s *scene) settle() {
	s.Helper()
	s.await("end of all work", func() bool {
		if s.slack.Pending() > 0 {
			return false
		}
		left, err := s.bot.ledger.unfinished(context.Background())
		return err == nil && len(left) == 0 && s.bot.idle()
	})
}

func (b *Bot) idle() bool {
	b.queue.mu.Lock()
	defer b.queue.mu.Unlock()
	return len(b.queue.waiting) == 0
}

// answerTo waits for the bot's one answer in a thread.
func (s *scene) answerTo(ch, thread string) slacktest.Message {
	s.Helper()
	s.await("answer in "+ch, func() bool { return len(s.slack.Replies(ch, thread)) > 0 })
	s.settle()
	list := s.slack.Replies(ch, thread)
	if len(list) != 1 {
		s.Fatalf("%d replies, want one:\n%s", len(list), s.transcript())
	}
	return list[0]
}

// only waits for what one person of a channel is shown.
func (s *scene) only(ch, user string, want ...string) slacktest.Message {
	s.Helper()
	var found slacktest.Message
	s.await("message for "+user, func() bool {
		for _, m := range s.slack.Messages(ch) {
			if m.Only == user && holds(m.Said(), want...) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func holds(s string, want ...string) bool {
	for _, w := range want {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

func (s *scene) mustHold(m slacktest.Message, want ...string) {
	s.Helper()
	for _, w := range want {
		if !strings.Contains(m.Said(), w) {
			s.Errorf("the message lacks %q:\n%s", w, m.Said())
		}
	}
}

var errModel = errors.New("model: unavailable")

const at = "<@" + slacktest.BotUser + "> "

// transcript is what the channels hold.
func (s *scene) transcript() string {
	out := ""
	for _, ch := range []string{channel, private, dm} {
		for _, m := range s.slack.Messages(ch) {
			out += fmt.Sprintf("%s %s in %q by %s only %q streaming %v: %q\n", ch, m.TS, m.Thread, m.User, m.Only, m.Streaming, m.Said())
		}
	}
	return out
}

// answerTo2 is answerTo that does not wait for all other work.
func (s *scene) answerTo2(ch, thread string) slacktest.Message {
	s.Helper()
	s.await("answer in "+ch, func() bool { return len(s.slack.Replies(ch, thread)) > 0 })
	return s.slack.Replies(ch, thread)[0]
}

func jsonOf(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// reopen opens the record of a scene whose bot is stopped.
func (s *scene) reopen() *record.Record {
	s.Helper()
	r, err := record.Open(context.Background(), s.dir, record.Options{Schemas: []record.Schema{Schema()}})
	if err != nil {
		s.Fatal(err)
	}
	return r
}
