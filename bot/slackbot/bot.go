// Package slackbot is the Slack door: it answers mentions, direct messages,
// replies in threads, the slash command, the message shortcut and the
// assistant pane, through a bot.Asker.
//
// Each question is answered exactly once. Its event is persisted before it is
// acknowledged, so that neither Slack's repetitions nor a restart lose or
// double it; an answer is a message that is found again in the thread by the
// ID of its first block, and changed rather than posted twice. A question ends
// in an answer, a refusal or a named error, never in silence.
//
// The thread is the memory: what was said before is read back from Slack. Text
// of questions is kept only until they are answered and is never logged;
// answers given in private channels and direct messages are kept apart from
// all others. Report text is sent as plain or rich text, which Slack shows as
// it is; it mentions nobody and formats nothing.
//
// The bot decides nothing about answers and keeps no tokens.
package slackbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"yanbao/bot"
	"yanbao/bot/record"
	"yanbao/rag"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// Config is what a Bot works with. Asker, Record and BotToken are required,
// and one of AppToken (Socket Mode) and SigningSecret (Events API).
type Config struct {
	BotToken      string // xoxb-…
	AppToken      string // xapp-…, with connections:write
	SigningSecret string

	Asker  bot.Asker // a bot.Checker as well, for the message shortcut
	Record *record.Record

	Settings Settings
	BaseURL  string       // address before the paths of reading views; "" shows no links
	Log      *slog.Logger // nil logs nothing; questions are never logged

	API   string // address of the Web API with a slash at its end; "" for Slack's
	Clock Clock  // nil for the real one

	Counter Counter       // nil counts nothing
	Keep    time.Duration // how long answers of private places and feedback are kept; 0 for ever

	// Patience is how long a question may go unanswered before a first sign of
	// the answer is posted; 0 for 700 ms.
	Patience time.Duration
}

// Counter counts questions, private ones too; what it is given is counted and
// not kept. It is safe for concurrent use. meter.Counter is one.
type Counter interface {
	Answered(a *rag.Answer, err error, took time.Duration)
	Lost()               // an answer could not be recorded
	Said(verdict string) // feedback
}

type noCounter struct{}

func (noCounter) Answered(*rag.Answer, error, time.Duration) {}
func (noCounter) Lost()                                      {}
func (noCounter) Said(string)                                {}

const (
	defaultPatience = 700 * time.Millisecond
	editEvery       = 1200 * time.Millisecond // between two changes of a message
	answerIn        = 2 * time.Minute         // limit for working out an answer
	staleAfter      = time.Hour               // a question found unanswered after a restart gets an apology
	sweepEvery      = time.Minute             // for questions whose answer could not be delivered
	keepFor         = 30 * 24 * time.Hour     // what is needed to know repetitions and threads; holds no text
	atATime         = 64                      // questions worked on
)

// Bot is the Slack door. Run serves it; Handler serves its HTTP side.
type Bot struct {
	Config
	api      *slack.Client
	http     *http.Client
	log      *slog.Logger
	clock    Clock
	settings Settings
	ledger   *ledger
	queue    *queue
	gates    *gates
	ready    chan struct{} // closed when the bot knows itself

	base context.Context // ends when the bot is told to stop now
	stop context.CancelFunc
	wg   sync.WaitGroup // work beside the questions

	mu       sync.Mutex
	self     slack.AuthTestResponse
	kinds    map[string]bool // channels known to be public
	edition  string          // of the library that the prompts are made from
	noStatus bool            // the workspace has no assistant threads
	noStream map[string]bool // channels without streaming
	unsaved  map[string]bool // messages that could not be persisted and were told so
	last     time.Time       // when the last event came
	prompts  map[string][]prompt
	places   map[string]Place // settings read so far
	accepted recent           // messages that are persisted
}

// New makes a bot. It calls nothing yet.
func New(c Config) (*Bot, error) {
	switch {
	case c.Asker == nil || c.Record == nil:
		return nil, errors.New("slack: an asker and a record are required")
	case c.BotToken == "":
		return nil, errors.New("slack: the bot token is missing")
	case c.AppToken == "" && c.SigningSecret == "":
		return nil, errors.New("slack: give an app token (Socket Mode) or a signing secret (Events API)")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = wallClock{}
	}
	if c.Counter == nil {
		c.Counter = noCounter{}
	}
	if c.Patience == 0 {
		c.Patience = defaultPatience
	}
	b := &Bot{
		Config: c, log: c.Log, clock: c.Clock, settings: c.Settings,
		http:   &http.Client{Timeout: 30 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()},
		ledger: &ledger{record: c.Record, now: c.Clock.Now}, gates: &gates{clock: c.Clock, open: make(map[string]*gate)},
		ready: make(chan struct{}), kinds: make(map[string]bool), noStream: make(map[string]bool), unsaved: make(map[string]bool), prompts: make(map[string][]prompt), places: make(map[string]Place),
	}
	options := []slack.Option{slack.OptionHTTPClient(b.http), slack.OptionAppLevelToken(c.AppToken)}
	if c.API != "" {
		options = append(options, slack.OptionAPIURL(c.API))
	}
	b.api = slack.New(c.BotToken, options...)
	b.base, b.stop = context.WithCancel(context.Background())
	b.queue = newQueue(atATime, b.handle)
	return b, nil
}

// Run serves until ctx is done: it finishes what an earlier run left, then
// takes events from the socket where there is an app token. When ctx is done
// it takes no more, gives answers under way a moment, and returns nil. It fails
// at once where Slack does not know the tokens.
func (b *Bot) Run(ctx context.Context) error {
	defer b.shutDown()
	if err := b.introduce(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	if err := b.resume(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	b.wg.Go(func() { b.sweep(ctx) })
	if b.AppToken == "" {
		<-ctx.Done()
		return nil
	}
	return b.listen(ctx)
}

// introduce learns who the bot is, waiting for Slack as long as it takes.
func (b *Bot) introduce(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		self, err := b.api.AuthTestContext(ctx)
		if err == nil {
			b.mu.Lock()
			b.self = *self
			b.mu.Unlock()
			close(b.ready)
			b.log.Info("slack: connected", "workspace", self.TeamID, "bot", self.UserID)
			return nil
		}
		if ctx.Err() != nil {
			return nil
		}
		if code := refusedBySlack(err); code != "" {
			return fmt.Errorf("slack: the bot token is refused (%s); see: yanbao slack check", code)
		}
		b.log.Warn("slack: cannot be reached, trying again", "error", withoutAddress(err))
		select {
		case <-b.clock.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// resume takes up what an earlier run left unanswered.
func (b *Bot) resume(ctx context.Context) error {
	left, err := b.ledger.unfinished(ctx)
	if err != nil {
		return fmt.Errorf("slack: take up open questions: %w", err)
	}
	for _, q := range left {
		b.enqueue(q)
	}
	if len(left) > 0 {
		b.log.Info("slack: taking up questions that a restart interrupted", "questions", len(left))
	}
	return nil
}

// sweep takes up questions whose answer could not be delivered, and forgets
// what is old.
func (b *Bot) sweep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.clock.After(sweepEvery):
		}
		left, err := b.ledger.unfinished(ctx)
		if err != nil {
			b.log.Error("slack: open questions cannot be read", "error", err)
		}
		for _, q := range left {
			if !b.queue.has(q.seq) {
				b.enqueue(q)
			}
		}
		if err := b.prune(ctx); err != nil && ctx.Err() == nil {
			b.log.Error("slack: old records cannot be removed", "error", err)
		}
	}
}

// prune forgets what is old: what holds text after Keep, the rest after keepFor.
func (b *Bot) prune(ctx context.Context) error {
	now := b.clock.Now()
	if b.Keep > 0 {
		if err := b.ledger.forget(ctx, now.Add(-b.Keep)); err != nil {
			return err
		}
	}
	return b.ledger.prune(ctx, now.Add(-keepFor))
}

func (b *Bot) enqueue(q *inquiry) { b.queue.push(q.lane(), ticket{q.seq, q.ts}) }

// lane is the thread of a question, or the question where it has none.
func (q *inquiry) lane() string {
	if q.thread == "" {
		return q.team + " " + q.channel + " " + q.ts
	}
	return q.team + " " + q.channel + " " + q.thread
}

// shutDown lets what is under way finish for a moment, then ends it; the
// ledger has what is left.
func (b *Bot) shutDown() {
	grace := time.AfterFunc(10*time.Second, b.stop)
	b.queue.close()
	b.wg.Wait()
	grace.Stop()
	b.stop()
	b.http.CloseIdleConnections()
}

// spawn does work beside the questions, such as opening a modal; a panic in it
// is logged.
func (b *Bot) spawn(what string, f func(ctx context.Context) error) {
	b.wg.Go(func() {
		ctx, cancel := context.WithTimeout(b.base, answerIn)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				b.log.Error("slack: "+what+" panicked", "panic", fmt.Sprint(p))
			}
		}()
		if err := f(ctx); err != nil {
			b.log.Error("slack: "+what+" failed", "error", withoutAddress(err))
		}
	})
}

// user is the bot's own user ID.
func (b *Bot) user() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.self.UserID
}

// recent remembers the last some thousand keys.
type recent struct{ now, before map[string]bool }

func (r *recent) has(key string) bool { return r.now[key] || r.before[key] }

func (r *recent) add(key string) {
	const generation = 5000
	if r.now == nil || len(r.now) >= generation {
		r.now, r.before = make(map[string]bool), r.now
	}
	r.now[key] = true
}

// sawKind notes whether a channel is public, which can change. Only what Slack
// says is public counts as that.
func (b *Bot) sawKind(channel, kind string) {
	if kind == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[channel] = kind == slackevents.ChannelTypeChannel
}

func (b *Bot) isPublic(channel string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kinds[channel]
}

// LastEvent is when the last event came; zero for never.
func (b *Bot) LastEvent() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// chat is the wording for a place and, where it sets no language, for a text.
func (b *Bot) chat(p Place, said string) bot.Chat { return bot.ChatFor(languageOf(p, said)) }

// languageOf is the language of a place, else that of a text: Chinese unless
// it holds letters and no Han character.
func languageOf(p Place, said string) string {
	if p.Language != "" {
		return p.Language
	}
	letters := false
	for _, r := range said {
		if r >= 0x3400 && r <= 0x9fff {
			return bot.Chinese
		}
		letters = letters || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if letters {
		return bot.English
	}
	return bot.Chinese
}

// addressee is how people address the bot.
func (b *Bot) addressee() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "@" + strings.TrimPrefix(b.self.User, "@")
}
