package bot_test

import (
	"strings"
	"testing"
	"time"

	"yanbao/bot"
	"yanbao/rag"
)

// quoted is an answer whose every text tries to be markup.
func quoted() *rag.Answer {
	return &rag.Answer{
		Question: "份额 *多少*？", Language: "zh", Status: rag.Answered,
		Answer:  "约24%：[点这里](http://evil.test) <b>粗</b>[1]。",
		Claims:  []rag.Claim{{Text: "约24%", Citations: []int{1}, Verdict: "supported", Values: []rag.Value{{Text: "24%", Citation: 1}}}},
		Notices: []string{"# 不是标题"},
		Citations: []rag.Citation{{
			N: 1, PassageID: "abc", Kind: "text", Quote: "占比24%_x_", Section: []string{"一", "二"}, PrimarySource: "甲咨询", URL: "/d/tea#abc",
			Document: rag.DocumentRef{ID: "tea", Title: "《茶饮 & 咖啡报告》", Publisher: "示例研究所", Date: "2025-03"},
		}, {
			N: 2, PassageID: "def", Kind: "text", Quote: "另一句", URL: "/d/tea#def",
			Document: rag.DocumentRef{ID: "tea", Title: "《茶饮 & 咖啡报告》", Publisher: "示例研究所", Date: "2025-03"},
		}, {
			N: 3, PassageID: "ghi", Kind: "text", Quote: "又一句", URL: "/d/b 1#ghi",
			Document: rag.DocumentRef{ID: "b 1"},
		}},
	}
}

var accessed = bot.CiteOptions{Base: "https://h.test", Accessed: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}

func TestGBT7714(t *testing.T) {
	for _, test := range []struct {
		name    string
		options bot.CiteOptions
		want    string
	}{
		{"on line", accessed, "[1] 示例研究所. 茶饮 & 咖啡报告[R/OL]. (2025-03)[2026-01-02]. https://h.test/d/tea#abc.\n[2] b 1[R/OL]. [2026-01-02]. https://h.test/d/b 1#ghi.\n"},
		{"in print", bot.CiteOptions{}, "[1] 示例研究所. 茶饮 & 咖啡报告[R]. (2025-03).\n[2] b 1[R].\n"},
	} {
		if got := bot.GBT7714(quoted(), test.options); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
	if got := bot.GBT7714(&rag.Answer{}, accessed); got != "" {
		t.Errorf("an answer without citations gives %q, want nothing", got)
	}
}

func TestBibTeX(t *testing.T) {
	want := `@techreport{tea,
  author = {{示例研究所}},
  title = {{茶饮 \& 咖啡报告}},
  institution = {{示例研究所}},
  year = {2025},
  month = {3},
  url = {https://h.test/d/tea#abc},
  urldate = {2026-01-02},
}

@techreport{b-1,
  title = {{b 1}},
  url = {https://h.test/d/b 1#ghi},
  urldate = {2026-01-02},
}
`
	if got := bot.BibTeX(quoted(), accessed); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMarkdown(t *testing.T) {
	got := bot.Markdown(quoted(), accessed)
	for _, want := range []string{
		`**份额 \*多少\*？**`,
		`约24%：\[点这里\](http\://evil.test) \<b\>粗\</b\>\[1\]。`,
		`1. “占比24%\_x\_”`,
		`示例研究所《茶饮 \& 咖啡报告》, 2025-03 · 一 › 二 · 一手来源：甲咨询 · <https://h.test/d/tea#abc>`,
		`- \# 不是标题`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("Markdown lacks %s in\n%s", want, got)
		}
	}
}
