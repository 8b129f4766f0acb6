package bot

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

func answered() *rag.Answer {
	doc := rag.DocumentRef{ID: "tea", Title: "《茶饮行业观察》", Publisher: "示例研究所", Date: "2025-03"}
	return &rag.Answer{
		Question: "门店有多少家？", Status: rag.Answered, Language: "zh",
		Answer: "门店共1,200家[1]，其中直营占30%[2]。",
		Claims: []rag.Claim{{Text: "门店共1,200家，其中直营占30%。", Citations: []int{1, 2},
			Values: []rag.Value{{Text: "1,200家", Citation: 1}, {Text: "30%", Citation: 2}}}},
		Citations: []rag.Citation{
			{N: 1, PassageID: "p1", Document: doc, Kind: ingest.KindText, Section: []string{"行业概况", "门店"},
				Text: "样本城市的门店共1,200家。", Quote: "样本城市的门店共1,200家。", PrimarySource: "示例协会"},
			{N: 2, PassageID: "p2", Document: doc, Kind: ingest.KindRow, Section: []string{"行业概况"},
				Text: "门店构成｜类型：直营；占比：30%", Quote: "占比：30%",
				Table: &rag.TableRef{ID: "t1", Caption: "门店构成", Row: 2, Column: "占比"}},
		},
		Notices: []string{"两处口径不同。"},
	}
}

func refused() *rag.Answer {
	return &rag.Answer{
		Question: "How many in 2030?", Status: rag.NotFound, Language: "en",
		Answer: "The report does not give this.",
		Related: []rag.Related{
			{PassageID: "p1", Section: []string{"行业概况", "门店"}, Text: "样本城市的门店共1,200家。"},
			{PassageID: "p2", Section: []string{"行业概况"}, Text: strings.Repeat("长", 80)},
			{PassageID: "p3", Section: nil, Text: "三"},
			{PassageID: "p4", Section: nil, Text: "四"},
		},
	}
}

func TestRender(t *testing.T) {
	figure := answered()
	figure.Citations = []rag.Citation{{N: 1, PassageID: "f1", Kind: ingest.KindFigure, Text: "门店数量（2024年）",
		Document: rag.DocumentRef{ID: "tea"}}}
	figure.Answer = "只有图注[1]。"
	figure.Claims, figure.Notices = nil, nil
	for _, test := range []struct {
		name    string
		answer  *rag.Answer
		options Options
	}{
		{"answered", answered(), Options{Show: "yanbao show"}},
		{"answered-english", answered(), Options{Language: "en"}},
		{"answered-colour", answered(), Options{Color: true}},
		{"figure", figure, Options{}},
		{"refused", refused(), Options{Show: "yanbao show"}},
		{"refused-one", refused(), Options{Related: 1, Language: "zh"}},
		{"bare", &rag.Answer{Status: rag.OutOfScope, Answer: "这不是对报告的提问。"}, Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			golden(t, test.name, Render(test.answer, test.options))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("differs from %s (-update writes it):\n%s", path, diff)
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"占比\t30%\n", "占比\t30%\n"},
		{"\x1b[2J清屏", "[2J清屏"},
		{"a\u202eb\u2066c\u0085d\x7fe", "abcde"},
		{"", ""},
	} {
		if got := Clean(test.in); got != test.want {
			t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"一二三", 3, "一二三"},
		{"一二三四", 3, "一二…"},
		{"一\n 二\t三", 10, "一 二 三"},
		{"一二三四", 0, "一二三四"},
		{"一二", 1, "…"},
		{"", 5, ""},
	} {
		if got := Shorten(test.in, test.limit); got != test.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

func TestReference(t *testing.T) {
	for _, test := range []struct {
		in   rag.DocumentRef
		want string
	}{
		{rag.DocumentRef{ID: "tea", Title: "《茶》", Publisher: "所", Date: "2025"}, "所《茶》, 2025"},
		{rag.DocumentRef{ID: "tea", Title: "茶"}, "茶"},
		{rag.DocumentRef{ID: "tea"}, "tea"},
	} {
		if got := Reference(test.in); got != test.want {
			t.Errorf("Reference(%+v) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestWordingForVariants(t *testing.T) {
	for language, want := range map[string]string{"en": "Sources", "en-GB": "Sources", "zh": "出处", "zh-Hant": "出处", "": "出处", "enm": "出处"} {
		if got := WordingFor(language).Sources; got != want {
			t.Errorf("WordingFor(%q).Sources = %q, want %q", language, got, want)
		}
	}
}

// Whatever a report holds, the rendered text is valid, ends in one newline and
// cannot steer a terminal.
func TestRenderIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		a := &rag.Answer{
			Status: rapid.SampledFrom([]rag.Status{rag.Answered, rag.NotFound, rag.OutOfScope}).Draw(t, "status"),
			Answer: text.Draw(t, "answer"),
			Citations: []rag.Citation{{N: 1, PassageID: text.Draw(t, "id"), Text: text.Draw(t, "text"), Quote: text.Draw(t, "quote"),
				Section: []string{text.Draw(t, "section")}, PrimarySource: text.Draw(t, "source"),
				Document: rag.DocumentRef{Title: text.Draw(t, "title")}}},
			Related: []rag.Related{{Section: []string{text.Draw(t, "related section")}, Text: text.Draw(t, "related")}},
			Notices: []string{text.Draw(t, "notice")},
		}
		got := Render(a, Options{Show: "yanbao show"})
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		if strings.ContainsAny(got, "\x1b\x00\r\u202e") {
			t.Fatalf("control characters left: %q", got)
		}
		if !strings.HasSuffix(got, "\n") || strings.HasSuffix(got, "\n\n\n") {
			t.Fatalf("bad end: %q", got)
		}
	})
}
