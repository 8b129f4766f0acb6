package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"yanbao/bot"
	"yanbao/bot/httpapi"
	"yanbao/bot/mcpserver"
	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag"
	"yanbao/rag/index"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

// liar writes sentences of the passages it is shown, most of them altered: a
// number, a citation, a quotation, an addition, or no citation at all. It notes
// what is no sentence of the report.
type liar struct {
	random *rand.Rand
	lies   []string
}

var shownPassage = regexp.MustCompile(`(?s)<passage id="(\d+)">.*?正文：\n(.*?)\n</passage>`)

// Reply is a whole text for one prompt.
func (l *liar) reply(r llm.Request) string {
	type source struct{ n, text string }
	var sources []source
	for _, m := range shownPassage.FindAllStringSubmatch(r.Messages[0].Text, -1) {
		for _, span := range ingest.Sentences(m[2]) {
			if s := strings.TrimSpace(m[2][span[0]:span[1]]); strings.HasSuffix(s, "。") && !strings.ContainsAny(s, "“《（\n") {
				sources = append(sources, source{m[1], strings.TrimSuffix(s, "。")})
			}
		}
	}
	if len(sources) == 0 {
		return "NOT_FOUND"
	}
	var out strings.Builder
	for range 2 + l.random.IntN(5) {
		s := sources[l.random.IntN(len(sources))]
		text, mark := l.alter(r, s.text, "["+s.n+"]", "["+l.elsewhere(r, s.text)+"]")
		out.WriteString(text + mark + "。")
	}
	return out.String()
}

// elsewhere is the number of a passage that does not say what a sentence says:
// most of the sentence's pairs of characters are not in it. A report says some
// things twice in other words; citing the other place is no lie.
func (l *liar) elsewhere(r llm.Request, text string) string {
	var others []string
	for _, m := range shownPassage.FindAllStringSubmatch(r.Messages[0].Text, -1) {
		runes, shared := []rune(text), 0
		for i := range len(runes) - 1 {
			if strings.Contains(m[0], string(runes[i:i+2])) {
				shared++
			}
		}
		if 2*shared < len(runes) {
			others = append(others, m[1])
		}
	}
	if len(others) == 0 {
		return "99"
	}
	return others[l.random.IntN(len(others))]
}

// invented is a share that no passage states of anything. That a value is said
// of another thing than in the report is a lie of another kind, which
// yanbao eval --verifier measures.
func (l *liar) invented(r llm.Request) string {
	for {
		if v := fmt.Sprintf("%d.7%%", 31+l.random.IntN(60)); !strings.Contains(r.Messages[0].Text, v) {
			return v
		}
	}
}

// alter returns a sentence and its mark, most often with a lie in one of them;
// other is the mark of another passage.
func (l *liar) alter(r llm.Request, text, mark, other string) (string, string) {
	lie := text
	switch l.random.IntN(10) {
	case 0:
		return text, mark // the truth
	case 1:
		mark = ""
	case 2:
		mark = fmt.Sprintf("[%d]", 90+l.random.IntN(9))
	case 3:
		lie = "其中份额为" + l.invented(r) + "，" + text
	case 4:
		lie = "“" + text + "，而且远不止于此”"
	case 5:
		lie = text + "，2039年将达" + fmt.Sprint(20+l.random.IntN(70)) + "万亿元"
	case 6:
		mark = other
	case 7:
		lie = strings.NewReplacer("亿元", "万元", "%", "个百分点", "亿美元", "亿元").Replace(text)
	default:
		if lie = llmtest.AlterNumbers(text); lie == text {
			mark = ""
		}
	}
	if lie != text {
		l.lies = append(l.lies, lie)
	}
	return lie, mark
}

// overheard is a library that notes what is told to a door.
type overheard struct {
	bot.Library
	told   strings.Builder
	answer *rag.Answer
}

func (o *overheard) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	a, err := o.Library.Stream(ctx, q, func(e rag.Event) {
		o.told.WriteString(e.Delta)
		emit(e)
	})
	o.answer = a
	return a, err
}

func (o *overheard) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return o.Stream(ctx, q, func(rag.Event) {})
}

// lyingEngine answers from the shipped edition with a model.
func lyingEngine(t *testing.T, g llm.Generator) *rag.Engine {
	t.Helper()
	name, data := corpus.Edition()
	d, err := markdown.Read(name, data)
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Build(t.Context(), []*ingest.Document{d}, index.Options{Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	e, err := rag.New(rag.Config{Index: x, Lexicon: lexicon, Generator: g})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// lyingAnswers is how many answers TestNoLieIsShown looks at; docs/generating.md
// gives the figure for 1,000.
var lyingAnswers = flag.Int("lies", 50, "answers of a lying model to look at, at each door")

// TestNoLieIsShown: of the streamed answers of a lying model no sentence
// reaches a reader that its cited passages do not hold word for word, at any
// door.
func TestNoLieIsShown(t *testing.T) {
	l := &liar{random: rand.New(rand.NewPCG(4, 2))}
	o := &overheard{Library: lyingEngine(t, llmtest.PlayFor(func(_ int, r llm.Request) llmtest.Script {
		return llmtest.Text(l.reply(r))
	}))}
	asked := ourQuestions(t)
	for _, door := range []struct {
		name string
		ask  func(t *testing.T, q string) (shown string)
	}{
		{"terminal", o.onTerminal},
		{"rendering", func(t *testing.T, q string) string { return bot.Render(o.ask(t, q), bot.Options{}) }},
		{"API", o.overHTTP(t, "/v1/ask", `{"question": %q}`)},
		{"OpenAI", o.overHTTP(t, "/v1/chat/completions", `{"model": "yanbao", "stream": true, "messages": [{"role": "user", "content": %q}]}`)},
		{"MCP", o.overMCP(t)},
		{"Slack, streamed", o.inSlack(t, true)},
		{"Slack, edited", o.inSlack(t, false)},
	} {
		t.Run(door.name, func(t *testing.T) {
			sum := tally{}
			for i := range *lyingAnswers {
				l.lies = nil
				o.told.Reset()
				shown := door.ask(t, asked[i%len(asked)])
				sum.add(t, o.answer, l.lies, o.told.String()+"\n"+shown)
			}
			t.Logf("%d answers, %d worded by the model with %d sentences shown, %d of them unverified", *lyingAnswers, sum.generated, sum.claims, sum.unverified)
			if sum.generated < *lyingAnswers/5 {
				t.Errorf("only %d of %d answers are the model's", sum.generated, *lyingAnswers)
			}
		})
	}
}

// tally counts what was shown.
type tally struct{ generated, claims, unverified int }

func (s *tally) add(t *testing.T, a *rag.Answer, lies []string, shown string) {
	t.Helper()
	if a.Mode == rag.ModeGenerated {
		s.generated++
		s.claims += len(a.Claims)
		for _, c := range a.Claims {
			if !verbatim(a, c) {
				s.unverified++
				t.Errorf("%q is not in what it cites, %v", c.Text, c.Citations)
			}
		}
	}
	for _, lie := range lies {
		if strings.Contains(shown, lie) {
			s.unverified++
			t.Errorf("shown: %q", lie)
		}
	}
	if !strings.Contains(strings.ReplaceAll(shown, `\"`, `"`), strings.TrimSpace(a.Answer)) {
		t.Errorf("the answer %q is not shown", a.Answer)
	}
}

// onTerminal asks on a terminal and returns what stands there.
func (o *overheard) onTerminal(t *testing.T, q string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, terminal: terminal{in: true, out: true, err: true},
		getenv: func(string) string { return "" },
		open: func(context.Context, *program, settings) (*session, error) {
			return &session{engine: o}, nil
		},
	}
	if code := p.run(context.Background(), []string{"ask", q, "--color", "never"}); code != exitAnswered && code != exitNotFound {
		t.Fatalf("ask %s: exit code %d: %s", q, code, stderr.String())
	}
	return stdout.String()
}

func (o *overheard) ask(t *testing.T, q string) *rag.Answer {
	t.Helper()
	a, err := o.Ask(t.Context(), rag.Question{Text: q})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// overHTTP returns what asks a server and returns its stream.
func (o *overheard) overHTTP(t *testing.T, path, body string) func(t *testing.T, q string) string {
	t.Helper()
	h, err := httpapi.New(httpapi.Config{Asker: o})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return func(t *testing.T, q string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(fmt.Sprintf(body, q)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "text/event-stream")
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s: %s, %v", path, response.Status, data, err)
		}
		return string(data)
	}
}

// overMCP returns what calls the tool of an MCP server.
func (o *overheard) overMCP(t *testing.T) func(t *testing.T, q string) string {
	t.Helper()
	s, err := mcpserver.New(o, mcpserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); server.Close() })
	transport := &mcp.StreamableClientTransport{Endpoint: server.URL, HTTPClient: server.Client(), MaxRetries: -1}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return func(t *testing.T, q string) string {
		r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"question": q}})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, c := range r.Content {
			if text, ok := c.(*mcp.TextContent); ok {
				b.WriteString(text.Text + "\n")
			}
		}
		return b.String()
	}
}

// ourQuestions are those of our own set.
func ourQuestions(t *testing.T) []string {
	t.Helper()
	p := &program{}
	items, err := p.loadQuestions(root + "/rag/testdata/questions/36kr-llm-2025.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, it := range items {
		if q := it.Ask(""); len(q.History) == 0 {
			out = append(out, q.Text)
		}
	}
	return out
}

// verbatim reports whether a claim is a sentence of a passage that it cites.
func verbatim(a *rag.Answer, c rag.Claim) bool {
	text := strings.TrimRight(c.Text, "。")
	for _, n := range c.Citations {
		if strings.Contains(a.Citations[n-1].Text, text) {
			return true
		}
	}
	return false
}
