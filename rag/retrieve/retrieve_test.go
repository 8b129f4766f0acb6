package retrieve_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag/lexical"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/offline"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
	"yanbao/rag/store"
	"yanbao/rag/store/storetest"
)

func lexicon(t testing.TB) *question.Lexicon {
	t.Helper()
	l, err := question.LoadLexicon(os.DirFS("../../corpus/lexicon"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func read(t testing.TB, path string) *ingest.Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := markdown.Read(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shipped(t testing.TB) *ingest.Document { return read(t, "../../corpus/36kr-llm-2025.md") }

// source is an index by hand.
type source struct {
	passages []*ingest.Passage
	words    *lexical.Index
	store    store.Store
	embedder llm.Embedder
}

func (s *source) Passages() []*ingest.Passage { return s.passages }
func (s *source) Lexical() *lexical.Index     { return s.words }
func (s *source) Store() store.Store          { return s.store }
func (s *source) Embedder() llm.Embedder      { return s.embedder }

// passages of a made-up report; IDs are a, b, c ...
func newSource(t testing.TB, e llm.Embedder, passages ...ingest.Passage) *source {
	t.Helper()
	s := &source{embedder: e, store: storetest.NewReference(e.Model())}
	var entries []store.Entry
	for i := range passages {
		p := &passages[i]
		if p.ID == "" {
			p.ID = string(rune('a' + i))
		}
		if p.DocumentID == "" {
			p.DocumentID = "report"
		}
		if p.Kind == "" {
			p.Kind = ingest.KindText
		}
		p.Block, p.Ordinal = i, i
		s.passages = append(s.passages, p)
		v, err := e.Embed(context.Background(), llm.TaskDocument, []string{p.Text})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, store.Entry{Passage: *p, Vector: v[0]})
	}
	if err := s.store.Put(context.Background(), entries); err != nil {
		t.Fatal(err)
	}
	s.words = lexical.New(lexical.FromPassages(s.passages))
	return s
}

// market is a small report of our own with a bit of everything.
func market() []ingest.Passage {
	page := []string{"01 行业概况", "充电设施的市场仍在扩大"}
	rules := []string{"02 政策", "规则逐年收紧"}
	players := []string{"03 企业", "三家企业各走各的路"}
	return []ingest.Passage{
		{ID: "size", Section: page, Text: "据北纬数据统计，2023年充电设施市场规模为4,000亿元，预计2026年达到6,100亿元。"},
		{ID: "share", Section: page, Text: "从下游看，公交领域占比24%，物流占比31%，其余为私家车。"},
		{ID: "chart", Section: page, Kind: ingest.KindFigure, Text: "图示：2015—2028年充电设施保有量｜数据不在文本中"},
		{ID: "rule", Section: rules, Kind: ingest.KindRow, Text: "充电政策一览｜发布时间：2025.08；文件：《关于加快充电网络建设的意见》（国发〔2025〕31号）；发布单位：国务院"},
		{ID: "older", Section: rules, Kind: ingest.KindRow, Text: "充电政策一览｜发布时间：2021.03；文件：《充电安全管理办法》（工信〔2021〕7号）；发布单位：工业和信息化部"},
		{ID: "first", Section: players, Kind: ingest.KindRow, Text: "企业营收｜排名：1；企业：甲能；营收（亿元）：118.6"},
		{ID: "fourth", Section: players, Kind: ingest.KindRow, Text: "企业营收｜排名：4；企业：丁电；营收（亿元）：61.7"},
		{ID: "tech", Section: players, Text: "科大讯飞为充电桩提供语音识别，用户次日留存率为52.2%。"},
		{ID: "define", Section: page, Text: "有序充电，是指按电网负荷安排充电时间的技术。"},
		{ID: "mention", Section: page, Text: "有序充电在公交领域已经普及，运营商普遍看好有序充电。"},
	}
}

func TestRetrieveFinds(t *testing.T) {
	r := retrieve.New(newSource(t, offline.New(), market()...), lexicon(t), retrieve.Options{})
	tests := []struct{ name, question, want string }{
		{"plain", "2023年充电设施的市场规模是多少？", "size"},
		{"number in another spelling", "4000亿元是什么的规模", "size"},
		{"full width and traditional", "２０２３年充電設施的市場規模有多大", "size"},
		{"synonym", "充电设施的盘子有多大？", "size"},
		{"English", "What was the market size of charging facilities in 2023, and what is expected in 2026?", "size"},
		{"percent in words", "哪个领域占了百分之二十四？", "share"},
		{"document number in other brackets", "国发[2025]31号是什么文件", "rule"},
		{"date in another spelling", "2025年8月发布了什么文件？", "rule"},
		{"alias", "工信部发布过什么办法？", "older"},
		{"rank in words", "营收排第四的企业是哪家？", "fourth"},
		{"figure", "2028年充电设施的保有量有多少", "chart"},
		{"alias of a company", "iFlytek做了什么？", "tech"},
		{"definition", "什么是有序充电？", "define"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := r.Retrieve(context.Background(), retrieve.Query{Text: tt.question, K: 3})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) == 0 || got[0].Passage.ID != tt.want {
				t.Errorf("%s: first is not %s\n%s", tt.question, tt.want, list(got))
			}
		})
	}
}

func list(results []retrieve.Result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "%d %.3f %s %s\n", r.Rank, r.Score, r.Passage.ID, r.Passage.Text)
	}
	return b.String()
}

func TestRetrieveContract(t *testing.T) {
	r := retrieve.New(newSource(t, offline.New(), market()...), lexicon(t), retrieve.Options{})
	ctx := context.Background()
	t.Run("results", func(t *testing.T) {
		got, err := r.Retrieve(ctx, retrieve.Query{Text: "充电设施", K: 100})
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range got {
			if x.Rank != i+1 || x.Score < 0 || x.Score > 1 || x.Lexical <= 0 || i > 0 && x.Score > got[i-1].Score {
				t.Errorf("result %d: %+v", i, x)
			}
		}
	})
	t.Run("k", func(t *testing.T) {
		all, err := r.Retrieve(ctx, retrieve.Query{Text: "充电市场的文件", K: 10})
		if err != nil {
			t.Fatal(err)
		}
		few, err := r.Retrieve(ctx, retrieve.Query{Text: "充电市场的文件", K: 2})
		if err != nil {
			t.Fatal(err)
		}
		if list(few) != list(all[:2]) {
			t.Errorf("the first two of ten\n%sdiffer from two\n%s", list(all[:2]), list(few))
		}
	})
	t.Run("filter", func(t *testing.T) {
		got, err := r.Retrieve(ctx, retrieve.Query{Text: "充电", K: 10, Filter: store.Filter{Kind: ingest.KindFigure}})
		if err != nil || len(got) != 1 || got[0].Passage.ID != "chart" {
			t.Errorf("figures only: %v, %s", err, list(got))
		}
		got, err = r.Retrieve(ctx, retrieve.Query{Text: "充电", Filter: store.Filter{Document: "other"}})
		if err != nil || len(got) != 0 {
			t.Errorf("another document: %v, %s", err, list(got))
		}
	})
	t.Run("empty", func(t *testing.T) {
		for _, q := range []string{"", "  \n", "？！…", "\u200b"} {
			if _, err := r.Retrieve(ctx, retrieve.Query{Text: q}); !errors.Is(err, retrieve.ErrEmpty) {
				t.Errorf("%q: error %v, want ErrEmpty", q, err)
			}
		}
	})
	t.Run("huge", func(t *testing.T) {
		got, err := r.Retrieve(ctx, retrieve.Query{Text: "充电设施市场规模" + strings.Repeat("多少钱abc四十二 ", 60_000), K: 1})
		if err != nil || len(got) != 1 || got[0].Passage.ID != "size" {
			t.Errorf("a megabyte of question: %v, %s", err, list(got))
		}
	})
	t.Run("another script", func(t *testing.T) {
		for _, q := range []string{"Сколько стоит?", "いくらですか", "\xff\xfe1"} {
			if _, err := r.Retrieve(ctx, retrieve.Query{Text: q}); err != nil {
				t.Errorf("%q: %v", q, err)
			}
		}
	})
	t.Run("canceled", func(t *testing.T) {
		done, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := r.Retrieve(done, retrieve.Query{Text: "充电"}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	})
	t.Run("no lexicon", func(t *testing.T) {
		r := retrieve.New(newSource(t, offline.New(), market()...), nil, retrieve.Options{})
		if got, err := r.Retrieve(ctx, retrieve.Query{Text: "市场规模", K: 1}); err != nil || len(got) != 1 {
			t.Errorf("without a lexicon: %v, %s", err, list(got))
		}
	})
	t.Run("extra", func(t *testing.T) {
		got, err := r.Retrieve(ctx, retrieve.Query{Text: "那2026年呢？", Extra: []string{"充电设施的市场规模"}, K: 1})
		if err != nil || len(got) != 1 || got[0].Passage.ID != "size" {
			t.Errorf("with an earlier turn: %v, %s", err, list(got))
		}
	})
}

func TestTiesAndDuplicates(t *testing.T) {
	same := "充电桩的数量翻了一番。"
	r := retrieve.New(newSource(t, offline.New(),
		ingest.Passage{ID: "z", Text: same, Section: []string{"一"}},
		ingest.Passage{ID: "m", Text: same, Section: []string{"一"}},
		ingest.Passage{ID: "summary", Text: "充电桩的数量翻了一番", Section: []string{"摘要"}, DuplicateOf: "m"},
		ingest.Passage{ID: "x", Text: "别的内容。", Section: []string{"二"}},
	), lexicon(t), retrieve.Options{})
	var first string
	for range 20 {
		got, err := r.Retrieve(context.Background(), retrieve.Query{Text: "充电桩的数量"})
		if err != nil {
			t.Fatal(err)
		}
		ids := make([]string, len(got))
		for i, x := range got {
			ids[i] = x.Passage.ID
		}
		if slices.Contains(ids, "summary") && slices.Contains(ids, "m") {
			t.Errorf("both of two duplicates are there: %v", ids)
		}
		if first == "" {
			first = list(got)
		}
		if list(got) != first {
			t.Fatalf("order changes:\n%s\n%s", first, list(got))
		}
	}
}

func TestConcurrentRetrieve(t *testing.T) {
	r := retrieve.New(newSource(t, offline.New(), market()...), lexicon(t), retrieve.Options{})
	questions := []string{"充电设施的市场规模", "国发〔2025〕31号", "有序充电是什么", "排第四的企业"}
	want := make([]string, len(questions))
	for i, q := range questions {
		got, err := r.Retrieve(context.Background(), retrieve.Query{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		want[i] = list(got)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range questions {
				i = (i + n) % len(questions)
				got, err := r.Retrieve(context.Background(), retrieve.Query{Text: questions[i]})
				if err != nil || list(got) != want[i] {
					t.Errorf("%s: %v\n%s\nwant\n%s", questions[i], err, list(got), want[i])
				}
			}
		})
	}
	wg.Wait()
}

// meaning embeds texts by what they are about, as a semantic model would.
type meaning struct{ llmtest.Fake }

func (m meaning) Embed(ctx context.Context, task llm.Task, texts []string) ([]llm.Vector, error) {
	topics := make([]string, len(texts))
	for i, t := range texts {
		topics[i] = t
		if strings.Contains(t, "汽车") || strings.Contains(t, "轿子") {
			topics[i] = "车"
		}
	}
	return m.Fake.Embed(ctx, task, topics)
}

func TestSemanticEmbedder(t *testing.T) {
	passages := []ingest.Passage{
		{ID: "car", Text: "汽车销量创下新高。"},
		{ID: "tea", Text: "茶叶出口平稳。"},
		{ID: "ship", Text: "船舶订单排到三年以后。"},
	}
	r := retrieve.New(newSource(t, meaning{llmtest.Fake{Dim: 64}}, passages...), lexicon(t), retrieve.Options{})
	got, err := r.Retrieve(context.Background(), retrieve.Query{Text: "轿子怎么样", K: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 || got[0].Passage.ID != "car" || got[0].Vector < 0.99 {
		t.Errorf("a passage without a word of the question is not found by its vector:\n%s", list(got))
	}
}

// plainStore hides that a store can score given passages.
type plainStore struct{ store.Store }

func TestStoreWithoutScorer(t *testing.T) {
	s := newSource(t, offline.New(), market()...)
	s.store = plainStore{s.store}
	got, err := retrieve.New(s, lexicon(t), retrieve.Options{}).Retrieve(context.Background(), retrieve.Query{Text: "有序充电是什么？", K: 1})
	if err != nil || len(got) != 1 || got[0].Passage.ID != "define" || got[0].Vector <= 0 {
		t.Errorf("%v\n%s", err, list(got))
	}
}

func TestBrokenEmbedder(t *testing.T) {
	s := newSource(t, offline.New(), market()...)
	s.embedder = llmtest.FailAfter(offline.New(), 0)
	if _, err := retrieve.New(s, lexicon(t), retrieve.Options{}).Retrieve(context.Background(), retrieve.Query{Text: "充电"}); !errors.Is(err, llmtest.ErrBroken) {
		t.Errorf("error %v, want that of the embedder", err)
	}
}

// down is an embedder whose service cannot be reached.
type down struct{ llm.Embedder }

func (down) Embed(context.Context, llm.Task, []string) ([]llm.Vector, error) {
	return nil, &llm.Error{Failure: llm.Unavailable, Err: errors.New("connection refused")}
}

func TestServiceOfVectorsIsDown(t *testing.T) {
	s := newSource(t, offline.New(), market()...)
	s.embedder = down{llmtest.Fake{}}
	got, err := retrieve.New(s, lexicon(t), retrieve.Options{}).Retrieve(context.Background(), retrieve.Query{Text: "有序充电是什么？", K: 1})
	if err != nil || len(got) != 1 || got[0].Passage.ID != "define" {
		t.Errorf("the words alone do not find it: %v\n%s", err, list(got))
	}
}

func FuzzRetrieve(f *testing.F) {
	r := retrieve.New(newSource(f, offline.New(), market()...), lexicon(f), retrieve.Options{})
	f.Add("2023年市场规模是多少？")
	f.Add("\xff 国发〔2025〕31号 ｜；")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := r.Retrieve(context.Background(), retrieve.Query{Text: text, K: 3})
		if err != nil && !errors.Is(err, retrieve.ErrEmpty) {
			t.Fatal(err)
		}
		if len(got) > 3 {
			t.Errorf("%d results for K = 3", len(got))
		}
	})
}
