package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag"
)

// fakeEngine answers from what it is given and notes what it was asked.
type fakeEngine struct {
	answer  *rag.Answer
	err     error
	results []rag.SearchResult
	passage *rag.PassageView
	tables  []rag.TableView
	asked   []rag.Question
	search  rag.SearchRequest
}

func (f *fakeEngine) Ask(_ context.Context, q rag.Question) (*rag.Answer, error) {
	f.asked = append(f.asked, q)
	return f.answer, f.err
}

func (f *fakeEngine) Stream(ctx context.Context, q rag.Question, _ func(rag.Event)) (*rag.Answer, error) {
	return f.Ask(ctx, q)
}

func (f *fakeEngine) Search(_ context.Context, r rag.SearchRequest) ([]rag.SearchResult, error) {
	f.search = r
	return f.results, f.err
}

func (f *fakeEngine) Passage(_ context.Context, id string) (*rag.PassageView, error) {
	if f.passage != nil && f.passage.Passage.ID == id {
		return f.passage, nil
	}
	return nil, fmt.Errorf("%w: passage %q", rag.ErrUnknown, id)
}

func (f *fakeEngine) Documents(context.Context) []rag.DocumentView {
	return []rag.DocumentView{
		{DocumentRef: rag.DocumentRef{ID: "shipped", Title: "《甲》", Edition: "0123456789abcdef"}, Builtin: true, Passages: 3},
		{DocumentRef: rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "示例研究所", Edition: "fedcba9876543210"}, Source: "tea.md", Notice: "草稿"},
	}
}

func (f *fakeEngine) Document(_ context.Context, id string) (*ingest.Document, error) {
	return nil, fmt.Errorf("%w: document %q", rag.ErrUnknown, id)
}

func (f *fakeEngine) Tables(_ context.Context, document string) []rag.TableView {
	var found []rag.TableView
	for _, t := range f.tables {
		if document == "" || document == t.Document {
			found = append(found, t)
		}
	}
	return found
}

func (f *fakeEngine) Table(_ context.Context, id string) (*rag.TableView, error) {
	for _, t := range f.tables {
		if t.ID == id {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("%w: table %q", rag.ErrUnknown, id)
}

// result is what a command line came to.
type result struct {
	code           int
	stdout, stderr string
}

// world is what a program runs in; the zero value is a pipe with an empty
// environment and input.
type world struct {
	stdin    string
	env      map[string]string
	terminal terminal
}

// runFake runs a command line against an engine.
func (w world) runFake(t *testing.T, e *fakeEngine, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(w.stdin), stdout: &stdout, stderr: &stderr,
		getenv:   func(name string) string { return w.env[name] },
		terminal: w.terminal,
		open: func(context.Context, *program, settings) (*session, error) {
			return &session{engine: e, passages: []*ingest.Passage{{Text: "门店共1,200家。"}}}, nil
		},
	}
	code := p.run(context.Background(), args)
	return result{code, stdout.String(), stderr.String()}
}

func teaAnswer() *rag.Answer {
	return &rag.Answer{
		Status: rag.Answered, Language: "zh", Answer: "门店共1,200家[1]。",
		Citations: []rag.Citation{{N: 1, PassageID: "p1", Quote: "门店共1,200家。", Text: "门店共1,200家。", Section: []string{"概况"},
			Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"}}},
	}
}

func refusal() *rag.Answer {
	return &rag.Answer{Status: rag.NotFound, Language: "zh", Answer: "报告没有给出。"}
}

func teaTable() rag.TableView {
	return rag.TableView{
		Document: "tea", Path: []string{"概况"},
		Table: ingest.Table{
			ID: "t1", Caption: "门店构成", Columns: []string{"类型", "占比|%"}, Sources: []string{"示例协会"}, Notes: []string{"注：2024年"},
			Rows: [][]ingest.Cell{{{Text: "直营"}, {Text: "30"}}, {{Text: "加盟\n联营"}, {Text: "70"}}},
		},
	}
}
