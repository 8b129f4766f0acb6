package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func TestExitCodes(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		engine fakeEngine
		code   int
		stderr string
	}{
		{"answered", []string{"ask", "有多少？"}, fakeEngine{answer: teaAnswer()}, 0, ""},
		{"not found", []string{"ask", "有多少？"}, fakeEngine{answer: refusal()}, 3, ""},
		{"not found in JSON", []string{"ask", "-json", "有多少？"}, fakeEngine{answer: refusal()}, 3, ""},
		{"engine fails", []string{"ask", "有多少？"}, fakeEngine{err: errors.New("ask: broken")}, 1, "yanbao: ask: broken\n"},
		{"question refused", []string{"ask", ""}, fakeEngine{err: fmt.Errorf("%w: ask something", rag.ErrQuestion)}, 2, "yanbao: question is empty"},
		{"interrupted", []string{"ask", "x"}, fakeEngine{err: fmt.Errorf("ask: %w", context.Canceled)}, 1, "yanbao: interrupted\n"},
		{"no command", nil, fakeEngine{}, 2, "yanbao: no command given"},
		{"unknown command", []string{"ak"}, fakeEngine{}, 2, "did you mean ask?"},
		{"a question in place of a command", []string{"市场规模"}, fakeEngine{}, 2, `yanbao ask "市场规模"`},
		{"unknown flag", []string{"ask", "--nope", "x"}, fakeEngine{}, 2, "unknown flag: --nope"},
		{"bad choice", []string{"ask", "--lang", "fr", "x"}, fakeEngine{}, 2, "use one of zh, en"},
		{"bad colour", []string{"ask", "--color", "red", "x"}, fakeEngine{}, 2, "use auto, always or never"},
		{"no question in a pipe", []string{"ask"}, fakeEngine{}, 2, "the question is missing"},
		{"unknown document", []string{"ask", "-document", "cofe", "x"}, fakeEngine{}, 1, `no document "cofe" in the library; it holds: shipped, tea`},
		{"nothing found", []string{"search", "x"}, fakeEngine{}, 3, "nothing found"},
		{"no query", []string{"search"}, fakeEngine{}, 2, "the query is missing"},
		{"too many results", []string{"search", "-k", "0", "x"}, fakeEngine{}, 2, "-k 0 is not between"},
		{"unknown passage", []string{"show", "zz"}, fakeEngine{}, 1, `no passage or table "zz"`},
		{"unknown table", []string{"tables", "zz"}, fakeEngine{}, 1, `no table "zz"`},
		{"CSV of all tables", []string{"tables", "--format", "csv"}, fakeEngine{}, 2, "needs the ID of a table"},
		{"too many arguments", []string{"show", "a", "b"}, fakeEngine{}, 2, "too many arguments: b"},
		{"nothing to ingest", []string{"ingest"}, fakeEngine{}, 2, "no file given"},
		{"one ID for two files", []string{"ingest", "--id", "x", "a", "b"}, fakeEngine{}, 2, "one by one"},
		{"update without golden", []string{"eval", "--update", "x"}, fakeEngine{}, 2, "--update needs --golden"},
		{"no question file", []string{"eval", "no-such-file"}, fakeEngine{}, 1, "no-such-file"},
		{"the shipped edition stays", []string{"documents", "remove", "shipped"}, fakeEngine{}, 1, "cannot be removed; leave it out with -builtin=false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := world{}.runFake(t, &test.engine, test.args...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d; stderr %q", got.code, test.code, got.stderr)
			}
			if !strings.Contains(got.stderr, test.stderr) || test.stderr == "" && got.stderr != "" {
				t.Errorf("stderr = %q, want %q", got.stderr, test.stderr)
			}
			for line := range strings.Lines(got.stderr) {
				if !strings.HasPrefix(line, "yanbao: ") {
					t.Errorf("line on stderr without prefix: %q", line)
				}
			}
		})
	}
}

func TestAskPassesFlags(t *testing.T) {
	want := rag.Question{Text: "有 多少？", Document: "tea", Language: "en", Mode: "extractive", K: 7}
	for _, args := range [][]string{
		{"ask", "有", "多少？", "-document", "tea", "-lang", "en", "-mode=extractive", "-k", "7"},
		{"ask", "--document=tea", "--lang=en", "--mode", "extractive", "--k=7", "--", "有", "多少？"},
	} {
		e := &fakeEngine{answer: teaAnswer()}
		if got := (world{}).runFake(t, e, args...); got.code != 0 {
			t.Fatalf("%q: exit code %d: %s", args, got.code, got.stderr)
		}
		if diff := cmp.Diff(want, e.asked[0]); diff != "" {
			t.Errorf("%q:\n%s", args, diff)
		}
	}
}

func TestAskFromStandardInput(t *testing.T) {
	e := &fakeEngine{answer: teaAnswer()}
	if got := (world{stdin: "\n 有多少？ \n"}).runFake(t, e, "ask", "-"); got.code != 0 {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	if e.asked[0].Text != "有多少？" {
		t.Errorf("asked %q, want 有多少？", e.asked[0].Text)
	}
	got := world{stdin: "\xca\xd0\xb3\xa1"}.runFake(t, &fakeEngine{}, "ask", "-") // 市场 in GB18030
	if got.code != 2 || !strings.Contains(got.stderr, "not UTF-8") {
		t.Errorf("GB18030: exit code %d, stderr %q", got.code, got.stderr)
	}
}

// However long the input is, no more than the limit is read, and a character
// cut by the limit is no error of encoding.
func TestAskReadsNoMoreThanTheLimit(t *testing.T) {
	e := &fakeEngine{answer: teaAnswer()}
	got := world{stdin: "a" + strings.Repeat("长", questionLimit)}.runFake(t, e, "ask", "-")
	if got.code != 0 || len(e.asked[0].Text) > questionLimit {
		t.Errorf("exit code %d, %d bytes asked: %s", got.code, len(e.asked[0].Text), got.stderr)
	}
}

func TestColour(t *testing.T) {
	const escape = "\x1b["
	for _, test := range []struct {
		name string
		w    world
		args []string
		want bool
	}{
		{"pipe", world{}, nil, false},
		{"terminal", world{terminal: terminal{out: true}}, nil, true},
		{"NO_COLOR", world{terminal: terminal{out: true}, env: map[string]string{"NO_COLOR": "1"}}, nil, false},
		{"dumb terminal", world{terminal: terminal{out: true}, env: map[string]string{"TERM": "dumb"}}, nil, false},
		{"never", world{terminal: terminal{out: true}}, []string{"--color", "never"}, false},
		{"always", world{env: map[string]string{"NO_COLOR": "1"}}, []string{"-color=always"}, true},
	} {
		got := test.w.runFake(t, &fakeEngine{answer: teaAnswer()}, append([]string{"ask", "有多少？"}, test.args...)...)
		if strings.Contains(got.stdout, escape) != test.want {
			t.Errorf("%s: stdout %q, want colours: %v", test.name, got.stdout, test.want)
		}
	}
}

func TestChat(t *testing.T) {
	e := &fakeEngine{answer: teaAnswer()}
	w := world{terminal: terminal{in: true}, stdin: "有多少？\n\n第二个问题\n/help\n/nope\n/new\n第三个\n/quit\n不会问\n"}
	got := w.runFake(t, e, "ask", "--document", "tea")
	if got.code != 0 {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	first := rag.Turn{Question: "有多少？", Answer: "门店共1,200家[1]。"}
	want := []rag.Question{
		{Text: "有多少？", Document: "tea", Mode: "auto"},
		{Text: "第二个问题", Document: "tea", Mode: "auto", History: []rag.Turn{first}},
		{Text: "第三个", Document: "tea", Mode: "auto"},
	}
	if diff := cmp.Diff(want, e.asked); diff != "" {
		t.Error(diff)
	}
	for _, part := range []string{"《茶饮》", "/quit", "门店共1,200家[1]。", "yanbao show p1"} {
		if !strings.Contains(got.stdout, part) {
			t.Errorf("stdout lacks %q:\n%s", part, got.stdout)
		}
	}
	if !strings.Contains(got.stderr, "no command /nope here") {
		t.Errorf("stderr = %q", got.stderr)
	}
}

func TestChatGoesOnAfterAnError(t *testing.T) {
	e := &fakeEngine{err: fmt.Errorf("%w: too long", rag.ErrQuestion)}
	got := world{terminal: terminal{in: true}, stdin: "一\n二"}.runFake(t, e, "ask")
	if got.code != 0 || len(e.asked) != 2 || len(e.asked[1].History) != 0 {
		t.Errorf("exit code %d, asked %+v", got.code, e.asked)
	}
}

func TestSearchOutput(t *testing.T) {
	e := &fakeEngine{results: []rag.SearchResult{{PassageID: "p1", Document: "tea", Kind: ingest.KindRow, Section: []string{"概况"}, Text: "门店", Score: 0.5, Rank: 1}}}
	got := world{}.runFake(t, e, "search", "门店", "-kind", "row", "-k", "3")
	if want := "  1. p1 row 0.500\n     门店\n     概况\n"; got.stdout != want {
		t.Errorf("stdout = %q, want %q", got.stdout, want)
	}
	if diff := cmp.Diff(rag.SearchRequest{Query: "门店", K: 3, Kind: ingest.KindRow}, e.search); diff != "" {
		t.Error(diff)
	}
	got = world{}.runFake(t, &fakeEngine{}, "search", "x", "--json")
	if want := "{\n  \"results\": []\n}\n"; got.stdout != want || got.code != exitNotFound {
		t.Errorf("stdout = %q (exit code %d), want %q (3)", got.stdout, got.code, want)
	}
}

func TestShowAndTables(t *testing.T) {
	e := &fakeEngine{
		tables: []rag.TableView{teaTable()},
		passage: &rag.PassageView{
			Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"},
			Passage:  ingest.Passage{ID: "p1", Kind: ingest.KindText, Text: "甲\n乙", Line: 7, Start: 10, End: 17, Section: []string{"概况"}, Sources: []string{"示例协会"}},
			Before:   []ingest.Passage{{Text: "前"}}, After: []ingest.Passage{{Text: "后"}},
		},
	}
	table := "门店构成\n概况\n\n| 类型 | 占比\\|% |\n| --- | --- |\n| 直营 | 30 |\n| 加盟<br>联营 | 70 |\n\n一手来源：示例协会\n\n注：2024年\n"
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"show", "p1"}, "p1 text, line 7, bytes 10 to 17\n《茶饮》\n概况\n一手来源：示例协会\n\n  前\n> 甲\n  乙\n  后\n"},
		{[]string{"show", "t1"}, table},
		{[]string{"tables", "t1"}, table},
		{[]string{"tables", "t1", "--format", "csv"}, "类型,占比|%\n直营,30\n\"加盟\n联营\",70\n"},
		{[]string{"tables"}, "t1  2 x 2  门店构成\n"},
		{[]string{"tables", "--document", "shipped"}, ""},
		{[]string{"tables", "--document", "shipped", "--json"}, "[]\n"},
	} {
		got := world{}.runFake(t, e, test.args...)
		if got.stdout != test.want || got.code != 0 {
			t.Errorf("%q: exit code %d, stdout\n%s\nwant\n%s", test.args, got.code, got.stdout, test.want)
		}
	}
	if got := (world{}).runFake(t, e, "show", "p1", "-json"); !strings.Contains(got.stdout, `"line": 7`) {
		t.Errorf("show -json = %s", got.stdout)
	}
}

func TestDocuments(t *testing.T) {
	got := world{}.runFake(t, &fakeEngine{}, "documents")
	want := "shipped  《甲》\n  shipped with yanbao, edition 0123456789ab, 3 passages, 0 tables, 0 figures\n" +
		"tea  示例研究所《茶饮》\n  from tea.md, edition fedcba987654, 0 passages, 0 tables, 0 figures\n  草稿\n"
	if got.stdout != want {
		t.Errorf("stdout =\n%s\nwant\n%s", got.stdout, want)
	}
}

func TestDoubleDashes(t *testing.T) {
	root := (&program{getenv: func(string) string { return "" }}).rootCommand()
	for _, test := range []struct{ in, want []string }{
		{[]string{"ask", "-json", "x"}, []string{"ask", "--json", "x"}},
		{[]string{"-data=d", "ask", "-k", "3", "-k3"}, []string{"--data=d", "ask", "-k", "3", "-k3"}},
		{[]string{"-help"}, []string{"--help"}},
		{[]string{"-h", "-", "--json", "-unknown"}, []string{"-h", "-", "--json", "-unknown"}},
		{[]string{"ask", "--", "-json"}, []string{"ask", "--", "-json"}},
		{nil, []string{}},
	} {
		if got := doubleDashes(root, test.in); !slices.Equal(got, test.want) {
			t.Errorf("doubleDashes(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestSpecs(t *testing.T) {
	for _, test := range []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := parseStore("chromem"); return err }, ""},
		{func() error { _, err := parseStore("weaviat:http://x"); return err }, "-store weaviat:http://x: unknown; this program has: chromem"},
		{func() error { _, err := parseStore("chromem:x"); return err }, `chromem takes no argument ("x")`},
	} {
		err := test.err()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
		if err != nil && exitCode(err) != exitUsage {
			t.Errorf("%v: exit code %d, want 2", err, exitCode(err))
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestResultThatCannotBeWritten(t *testing.T) {
	for _, answer := range []*rag.Answer{teaAnswer(), refusal()} {
		for _, flag := range []string{"--json", "--color=never"} {
			var stderr strings.Builder
			p := &program{
				stdin: strings.NewReader(""), stdout: fullDisk{}, stderr: &stderr,
				getenv: func(string) string { return "" },
				open: func(context.Context, *program, settings) (*session, error) {
					return &session{engine: &fakeEngine{answer: answer}}, nil
				},
			}
			code := p.run(context.Background(), []string{"ask", flag, "x"})
			if code != exitError || !strings.Contains(stderr.String(), "write the result: ") {
				t.Errorf("%s %s: exit code %d, stderr %q", answer.Status, flag, code, stderr.String())
			}
		}
	}
}
