package rag_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag"
	"yanbao/rag/eval"
	"yanbao/rag/index"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

func readFile(tb testing.TB, name string) *ingest.Document {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return read(tb, filepath.Base(name), data)
}

func read(tb testing.TB, name string, data []byte) *ingest.Document {
	tb.Helper()
	d, err := markdown.Read(name, data)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// edition is the shipped edition.
func edition(tb testing.TB) *ingest.Document {
	tb.Helper()
	name, data := corpus.Edition()
	return read(tb, name, data)
}

// invented is the report of another industry, which only tests have.
func invented(tb testing.TB) *ingest.Document {
	tb.Helper()
	return readFile(tb, filepath.Join("testdata", "documents", "coldchain-2024.md"))
}

func newIndex(tb testing.TB, docs ...*ingest.Document) *index.Index {
	tb.Helper()
	x, err := index.Build(context.Background(), docs, index.Options{
		Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { x.Close() })
	return x
}

func newEngine(tb testing.TB, docs ...*ingest.Document) *rag.Engine {
	tb.Helper()
	lex, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		tb.Fatal(err)
	}
	e, err := rag.New(rag.Config{Index: newIndex(tb, docs...), Lexicon: lex})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// questions are those of one of our own sets.
func questions(tb testing.TB, set string) []eval.Item {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", "questions", set+".jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	items, err := eval.Load(f)
	if err != nil {
		tb.Fatal(err)
	}
	return items
}

func ask(tb testing.TB, e *rag.Engine, q rag.Question) *rag.Answer {
	tb.Helper()
	a, err := e.Ask(context.Background(), q)
	if err != nil {
		tb.Fatalf("Ask(%q): %v", q.Text, err)
	}
	return a
}

// same reports how two answers differ; the time taken does not count.
func same(a, b *rag.Answer) string {
	return cmp.Diff(a, b, cmpopts.IgnoreFields(rag.Answer{}, "TookMS"))
}

func TestNewNeedsIndexAndLexicon(t *testing.T) {
	if _, err := rag.New(rag.Config{}); err == nil {
		t.Error("New without an index: no error")
	}
	if _, err := rag.New(rag.Config{Index: newIndex(t, invented(t))}); err == nil {
		t.Error("New without a lexicon: no error")
	}
}

func TestAskRefusesQuestionsThatCannotBeUsed(t *testing.T) {
	e := newEngine(t, invented(t))
	for _, tt := range []struct {
		name     string
		question rag.Question
		want     error
	}{
		{"empty", rag.Question{}, rag.ErrQuestion},
		{"blank", rag.Question{Text: " \t\n　"}, rag.ErrQuestion},
		{"a megabyte", rag.Question{Text: strings.Repeat("冷链市场规模", 60_000)}, rag.ErrQuestion},
		{"one rune too long", rag.Question{Text: strings.Repeat("冷", rag.MaxQuestion+1)}, rag.ErrQuestion},
		{"not UTF-8", rag.Question{Text: "冷链\xff\xfe规模"}, rag.ErrQuestion},
		{"cut inside a character", rag.Question{Text: "冷链"[:4]}, rag.ErrQuestion},
		{"unknown document", rag.Question{Text: "市场规模是多少？", Document: "no-such-report"}, rag.ErrUnknown},
	} {
		a, err := e.Ask(context.Background(), tt.question)
		if !errors.Is(err, tt.want) || a != nil {
			t.Errorf("%s: Ask = %v, %v; want the error %v", tt.name, a, err, tt.want)
		}
		if err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: the error has several lines: %q", tt.name, err)
		}
	}
	_, err := e.Search(context.Background(), rag.SearchRequest{Query: ""})
	if !errors.Is(err, rag.ErrQuestion) {
		t.Errorf("Search without a query = %v, want %v", err, rag.ErrQuestion)
	}
	_, err = e.Search(context.Background(), rag.SearchRequest{Query: "规模", Document: "no-such-report"})
	if !errors.Is(err, rag.ErrUnknown) {
		t.Errorf("Search in an unknown document = %v, want %v", err, rag.ErrUnknown)
	}
}

// TestAskTakesAnyScript: what is no question to the report is refused, never an
// error.
func TestAskTakesAnyScript(t *testing.T) {
	e := newEngine(t, invented(t))
	for _, text := range []string{
		"сколько стоит хранение на складе в Москве?",
		"كم حجم السوق؟",
		"시장 규모는 얼마입니까?",
		"\x00\x01 規模 \u202e",
		strings.Repeat("？《（“", 50) + "规模",
		"1e309 元 9999999999999999999999 亿",
	} {
		a := ask(t, e, rag.Question{Text: text})
		if problem := shape(e, rag.Question{Text: text}, a); problem != "" {
			t.Errorf("Ask(%.40q): %s", text, problem)
		}
	}
}

func TestAskStopsWithItsContext(t *testing.T) {
	e := newEngine(t, invented(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if a, err := e.Ask(ctx, rag.Question{Text: "2023年冷链市场规模是多少？"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask with a cancelled context = %v, %v; want %v", a, err, context.Canceled)
	}
	longest := strings.Repeat("冷", rag.MaxQuestion) // of this length it is a question still
	if _, err := e.Ask(ctx, rag.Question{Text: longest}); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask of the longest question with a cancelled context = %v; want %v", err, context.Canceled)
	}
	if r, err := e.Search(ctx, rag.SearchRequest{Query: "冷链市场规模"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search with a cancelled context = %v, %v; want %v", r, err, context.Canceled)
	}
}

func TestAskIsDeterministic(t *testing.T) {
	items := questions(t, "coldchain-2024")[:4]
	first := make([]*rag.Answer, len(items))
	for engine := range 4 { // an index each: order of maps, of goroutines
		e := newEngine(t, invented(t))
		for run := range 5 {
			for i := range items {
				a := ask(t, e, items[i].Ask(""))
				if first[i] == nil {
					first[i] = a
				} else if diff := same(first[i], a); diff != "" {
					t.Fatalf("run %d of engine %d: %q differs:\n%s", run+1, engine+1, items[i].Question, diff)
				}
			}
		}
	}
}

func TestAskIsSafeForConcurrentUse(t *testing.T) {
	items := questions(t, "coldchain-2024")[8:14]
	alone := newEngine(t, invented(t))
	want := make([]*rag.Answer, len(items))
	for i := range items {
		want[i] = ask(t, alone, items[i].Ask(""))
	}
	e := newEngine(t, invented(t)) // fresh: the goroutines fill its caches
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range items {
				i = (i + g) % len(items)
				a, err := e.Ask(context.Background(), items[i].Ask(""))
				if err != nil {
					t.Errorf("Ask(%q): %v", items[i].Question, err)
				} else if diff := same(want[i], a); diff != "" {
					t.Errorf("Ask(%q) differs beside other questions:\n%s", items[i].Question, diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestAskUsesTheHistory(t *testing.T) {
	e := newEngine(t, invented(t))
	history := []rag.Turn{{Question: "白榆医冷2023年营收多少？", Answer: "2023年营收：27.4亿元。"}}
	a := ask(t, e, rag.Question{Text: "那霜桥冷运呢？", History: history})
	if a.Status != rag.Answered || !strings.Contains(a.Answer, "118.6") {
		t.Errorf("the same about another company = %s %q, want 118.6", a.Status, a.Answer)
	}
	if a.Question != "那霜桥冷运呢？" {
		t.Errorf("the answer repeats the question as %q", a.Question)
	}
	if b := ask(t, e, rag.Question{Text: "那霜桥冷运呢？"}); b.ID == a.ID {
		t.Errorf("the same ID %s with and without the history", a.ID)
	}
}

func TestAskOneDocument(t *testing.T) {
	e := newEngine(t, edition(t), invented(t))
	const text = "2023年中国冷链物流市场规模是多少？"
	for _, id := range []string{"", "coldchain-2024"} {
		a := ask(t, e, rag.Question{Text: text, Document: id})
		if a.Status != rag.Answered || !strings.Contains(a.Answer, "亿元") {
			t.Errorf("asked of %q: %s %q, want an answer", id, a.Status, a.Answer)
		}
		for _, c := range a.Citations {
			if c.Document.ID != "coldchain-2024" {
				t.Errorf("asked of %q: cites %s", id, c.Document.ID)
			}
		}
	}
	a := ask(t, e, rag.Question{Text: text, Document: "36kr-llm-2025"})
	if a.Status != rag.NotFound {
		t.Errorf("asked of another document: %s %q, want not found", a.Status, a.Answer)
	}
	for _, r := range a.Related {
		if v, err := e.Passage(context.Background(), r.PassageID); err != nil || v.Document.ID != "36kr-llm-2025" {
			t.Errorf("offers passage %s of another document (%v)", r.PassageID, err)
		}
	}
}

func TestWordingFollowsTheLanguage(t *testing.T) {
	e := newEngine(t, invented(t))
	for _, tt := range []struct {
		name, question, language string
		want                     string // language of the answer
		status                   rag.Status
		words                    string // of a refusal
	}{
		{"Chinese", "红楼梦的作者是谁？", "", "zh", rag.NotFound, "报告中没有找到"},
		{"English", "How many people live on Mars?", "", "en", rag.NotFound, "The report does not"},
		{"English wanted", "红楼梦的作者是谁？", "en", "en", rag.NotFound, "The report does not"},
		{"Chinese wanted", "How many people live on Mars?", "zh", "zh", rag.NotFound, "报告中没有找到"},
		{"out of scope", "Write a poem about snow", "", "en", rag.OutOfScope, "outside the report"},
	} {
		a := ask(t, e, rag.Question{Text: tt.question, Language: tt.language})
		if a.Status != tt.status || a.Language != tt.want || !strings.Contains(a.Answer, tt.words) {
			t.Errorf("%s: %s in %q: %q; want %s in %q with %q", tt.name, a.Status, a.Language, a.Answer, tt.status, tt.want, tt.words)
		}
	}
	a := ask(t, e, rag.Question{Text: "What was the market size of cold chain logistics in China in 2023?"})
	if a.Status != rag.Answered || a.Language != "en" || len(a.Citations) == 0 {
		t.Errorf("English question: %s in %q with %d citations, want an answer with some", a.Status, a.Language, len(a.Citations))
	}
}

func TestViews(t *testing.T) {
	ctx := context.Background()
	e := newEngine(t, edition(t), invented(t))
	documents := e.Documents(ctx)
	if len(documents) != 2 {
		t.Fatalf("Documents lists %d, want 2", len(documents))
	}
	for _, d := range documents {
		tables := e.Tables(ctx, d.ID)
		if len(tables) != d.Tables || d.Tables == 0 || d.Passages == 0 || d.Figures == 0 || len(d.Outline) == 0 {
			t.Errorf("%s: %d of %d tables, %d passages, %d figures, %d sections", d.ID, len(tables), d.Tables, d.Passages, d.Figures, len(d.Outline))
		}
		for _, table := range tables {
			v, err := e.Table(ctx, table.ID)
			if err != nil || v.Caption != table.Caption || v.Document != d.ID {
				t.Errorf("Table(%s) = %v, %v; want %q of %s", table.ID, v, err, table.Caption, d.ID)
			}
		}
	}
	d, err := e.Document(ctx, "coldchain-2024")
	if err != nil || d.ID != "coldchain-2024" || d.Text == "" || len(d.Passages) == 0 {
		t.Errorf("Document = %v, %v; want the document whole", d, err)
	}
	if _, err := e.Document(ctx, "none"); !errors.Is(err, rag.ErrUnknown) {
		t.Errorf("Document of an unknown ID = %v, want %v", err, rag.ErrUnknown)
	}
	if _, err := e.Table(ctx, "t-none"); !errors.Is(err, rag.ErrUnknown) {
		t.Errorf("Table of an unknown ID = %v, want %v", err, rag.ErrUnknown)
	}
	if _, err := e.Passage(ctx, "none"); !errors.Is(err, rag.ErrUnknown) {
		t.Errorf("Passage of an unknown ID = %v, want %v", err, rag.ErrUnknown)
	}
	found, err := e.Search(ctx, rag.SearchRequest{Query: "冷库空置率", K: 3, Document: "coldchain-2024", Kind: ingest.KindText})
	if err != nil || len(found) != 3 {
		t.Fatalf("Search = %d results, %v; want 3", len(found), err)
	}
	for i, r := range found {
		v, err := e.Passage(ctx, r.PassageID)
		if err != nil || v.Passage.Text != r.Text || r.Rank != i+1 || r.Kind != ingest.KindText || r.Document != "coldchain-2024" {
			t.Errorf("result %d is %+v (%v)", i+1, r, err)
		}
		if i > 0 && r.Score > found[i-1].Score {
			t.Errorf("result %d scores %v after %v", i+1, r.Score, found[i-1].Score)
		}
	}
	if top := found[0].Text; !strings.Contains(top, "空置率") {
		t.Errorf("Search finds %q first", top)
	}
}

// A year in the name of a document is no answer to when it was issued, where
// the table has a column of dates.
func TestYearInATitleIsNoDate(t *testing.T) {
	e := newEngine(t, edition(t))
	a := ask(t, e, rag.Question{Text: "《国家人工智能产业综合标准化体系建设指南》是什么时候由谁发布的？"})
	for _, want := range []string{"2024.07", "工信部等四部门"} {
		if !strings.Contains(a.Answer, want) {
			t.Errorf("answer %q, want %q in it", a.Answer, want)
		}
	}
}
