package index

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"yanbao/ingest"
	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/offline"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"
)

func TestMain(m *testing.M) {
	childMain() // see kill_test.go
	goleak.VerifyTestMain(m)
}

// defaultOptions are those of the program: the offline embedder and chromem.
func defaultOptions() Options {
	return Options{
		Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) },
	}
}

func TestBuild(t *testing.T) {
	docs := []*ingest.Document{testDocument("tea", paragraphs("茶馆", 70)...), testDocument("coffee", paragraphs("咖啡馆", 3)...)}
	var done []int
	o := defaultOptions()
	o.Progress = func(stage string, n, total int) {
		if stage != StageEmbed || total != 75 {
			t.Errorf("progress %s %d of %d, want stage %s of 75", stage, n, total, StageEmbed)
		}
		done = append(done, n)
	}
	x, err := Build(context.Background(), docs, o)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if got, want := documentIDs(x), "coffee/4 tea/71"; got != want {
		t.Errorf("documents %s, want %s", got, want)
	}
	if len(done) != 2 || done[1] != 75 {
		t.Errorf("progress %v, want two steps up to 75", done)
	}
	checkSearchable(t, x)
	if p, ok := x.Passage(docs[0].Passages[0].ID); !ok || p.Kind != ingest.KindHeading {
		t.Errorf("the heading is not to be had by its ID: %v, %v", p, ok)
	}
	for i, p := range x.Passages() {
		if !p.Kind.Retrieved() {
			t.Errorf("passage %d of kind %s is indexed", i, p.Kind)
		}
	}
	if d, ok := x.Document("tea"); !ok || d != docs[0] {
		t.Errorf("Document(tea) = %v, %v", d, ok)
	}
	if _, ok := x.Document("milk"); ok {
		t.Error("there is a document nobody gave")
	}
}

func TestBuildOfNothing(t *testing.T) {
	x, err := Build(context.Background(), nil, defaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if len(x.Documents())+len(x.Passages()) != 0 {
		t.Errorf("an index of nothing has documents %s", documentIDs(x))
	}
	checkSearchable(t, x)
}

func TestBuildErrors(t *testing.T) {
	doc := testDocument("tea", paragraphs("茶馆", 100)...)
	double := testDocument("milk", "奶茶")
	double.Passages[1].ID = doc.Passages[1].ID
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	with := func(e llm.Embedder) Options {
		o := testOptions()
		o.Embedder = e
		return o
	}
	failing := testOptions()
	failing.NewStore = func(string) (store.Store, error) { return nil, errors.ErrUnsupported }
	tests := []struct {
		name string
		ctx  context.Context
		docs []*ingest.Document
		o    Options
		want error  // nil for any
		text string // in the error
	}{
		{"no embedder", nil, nil, Options{NewStore: testOptions().NewStore}, nil, "no embedder"},
		{"no store", nil, nil, Options{Embedder: llmtest.Fake{}}, nil, "no store"},
		{"store fails", nil, nil, failing, errors.ErrUnsupported, "make store"},
		{"same document twice", nil, []*ingest.Document{doc, doc}, testOptions(), nil, "two documents have the ID tea"},
		{"same passage twice", nil, []*ingest.Document{doc, double}, testOptions(), nil, doc.Passages[1].ID},
		{"embedder fails", nil, []*ingest.Document{doc}, with(llmtest.FailAfter(llmtest.Fake{}, 64)), llmtest.ErrBroken, "embed passages"},
		{"half of the vectors", nil, []*ingest.Document{doc}, with(llmtest.Half(llmtest.Fake{})), nil, "32 vectors for 64 texts"},
		{"a shorter vector", nil, []*ingest.Document{doc}, with(llmtest.Uneven(llmtest.Fake{})), store.ErrVector, "passage"},
		{"a vector with NaN", nil, []*ingest.Document{doc}, with(llmtest.NotFinite(llmtest.Fake{})), store.ErrVector, "passage"},
		{"done context", cancelled, []*ingest.Document{doc}, testOptions(), context.Canceled, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx := test.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			_, err := Build(ctx, test.docs, test.o)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v, want %v with %q", err, test.want, test.text)
			}
		})
	}
}

func TestEmbedText(t *testing.T) {
	tests := []struct {
		p    ingest.Passage
		want string
	}{
		{ingest.Passage{Text: "正文。"}, "正文。"},
		{ingest.Passage{Text: "后半。", Lead: "引子。"}, "引子。\n后半。"},
		{ingest.Passage{Text: "引子。前半。", Lead: "引子。"}, "引子。前半。"},
		{ingest.Passage{Text: "正文。", Section: []string{"第一章", "现状"}}, "正文。"},
	}
	for _, test := range tests {
		if got := embedText(&test.p); got != test.want {
			t.Errorf("embedText(%+v) = %q, want %q", test.p, got, test.want)
		}
	}
}
