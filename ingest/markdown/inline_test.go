package markdown

import (
	"strings"
	"testing"
)

func TestParseInline(t *testing.T) {
	for _, tt := range []struct{ raw, text, lead string }{
		{"正文", "正文", ""},
		{"**要点。**正文", "要点。正文", "要点。"},
		{"**要点。** 正文", "要点。正文", "要点。"},
		{"要点。**正文", "要点。正文", "要点。"},
		{"要点。** 正文", "要点。正文", "要点。"},
		{"**要点。正文继续。", "要点。正文继续。", "要点。"},
		{"**要点。 正文继续。", "要点。正文继续。", "要点。"},
		{"干线型**靠线路密度取胜", "干线型靠线路密度取胜", "干线型"},
		{"干线型** 靠线路密度取胜", "干线型靠线路密度取胜", "干线型"},
		{"**干线型 靠线路密度取胜", "干线型靠线路密度取胜", "干线型"},
		{"**没有句号也没有空格", "没有句号也没有空格", ""},
		{"**整段加粗**", "整段加粗", "整段加粗"},
		{"**名称 (Name)：** 内容", "名称 (Name)：内容", "名称 (Name)："},
		{"**lead.** body", "lead. body", "lead."},
		{"__要点。__正文", "要点。正文", "要点。"},
		{"前文**加粗**后文", "前文加粗后文", ""},
		{"要点。**正文**加粗**继续", "要点。正文加粗继续", "要点。"},
		{"甲**乙", "甲**乙", ""},
		{"第一句。第二句。**第三句", "第一句。第二句。**第三句", ""},
		{"2**10", "2**10", ""},
		{"**", "**", ""},
		{"****", "****", ""},
		{"*强调*文字", "强调文字", ""},
		{"5*3*2", "5*3*2", ""},
		{"snake_case_name", "snake_case_name", ""},
		{"_强调_", "强调", ""},
		{"***两者***都有", "两者都有", "两者"},
		{"~~删去~~保留", "删去保留", ""},
		{"10~20度", "10~20度", ""},
		{`优势\*。`, "优势*。", ""},
		{`\*注：口径`, "*注：口径", ""},
		{`C:\dir`, `C:\dir`, ""},
		{"`a**b`与``c`d``", "a**b与c`d", ""},
		{"未闭合`代码", "未闭合`代码", ""},
		{"[文字](https://example.org/a_(b) \"题\")后", "文字后", ""},
		{"![图注](a.png)", "图注", ""},
		{"[1]与[^2]不是链接", "[1]与[^2]不是链接", ""},
		{"<https://example.org>和<a@example.org>", "https://example.org和a@example.org", ""},
		{"甲<br>乙<br/>丙", "甲\v乙\v丙", ""},
		{"H<sub>2</sub>O<!-- 隐藏 -->", "H2O", ""},
		{"3 < 5 且 6 > 4", "3 < 5 且 6 > 4", ""},
		{"a<b>c", "ac", ""},
		{"A&amp;B&nbsp;C&unknown;", "A&B C&unknown;", ""},
		{"R&D", "R&D", ""},
		{"行末\\\n续行", "行末\v续行", ""},
	} {
		got := parseInline(tt.raw)
		if got.text != tt.text || got.text[:got.lead] != tt.lead {
			t.Errorf("parseInline(%q) = %q with lead %q, want %q with lead %q", tt.raw, got.text, got.text[:got.lead], tt.text, tt.lead)
		}
	}
}

// TestHostileMarkup reads what makes careless parsers slow or overflow their
// stack; go test's own time limit is the judge.
func TestHostileMarkup(t *testing.T) {
	const n = 50_000
	for name, source := range map[string]string{
		"quotations":   strings.Repeat("> ", n) + "a",
		"lists":        strings.Repeat("- ", n) + "a",
		"numbers":      strings.Repeat("1. ", n) + "a",
		"brackets":     strings.Repeat("[", n),
		"links":        strings.Repeat("[a](", n),
		"images":       strings.Repeat("![", n),
		"stars":        strings.Repeat("*a ", n),
		"bold":         strings.Repeat("**a", n),
		"backticks":    strings.Repeat("`a``b", n),
		"tags":         strings.Repeat("<a ", n),
		"tables":       strings.Repeat("<table><tr><td rowspan=99999 colspan=99999>", n/40),
		"pipes":        strings.Repeat("|", n) + "\n" + strings.Repeat("|", n),
		"tabs":         strings.Repeat("a\t", n) + "\n" + strings.Repeat("\t", n) + "b",
		"parentheses":  strings.Repeat("（", n) + strings.Repeat("）", n),
		"quotes":       strings.Repeat("“《", n) + "。",
		"headings":     strings.Repeat("# 目录\n\n", n/10),
		"numbers only": strings.Repeat("# 01\n\n## 题\n\n", n/10),
		"labels":       "## 页\n\n" + strings.Repeat("### 名\n\n", n/10) + "图示：图",
		"captions":     strings.Repeat("图示：图\n\n", n/10),
		"footnotes":    strings.Repeat("甲\\*\n\n\\*注：乙\n\n", n/10),
		"equal lines":  strings.Repeat("同一段话重复很多很多次，长度超过三十个字，看去重是否仍然是线性的时间。\n\n", n/20),
		"one line":     strings.Repeat("没有标点的长行", n/10),
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Read("hostile.md", []byte(source))
			if err != nil {
				t.Skip(err)
			}
			if doc.Text == "" {
				t.Error("no text")
			}
		})
	}
}
