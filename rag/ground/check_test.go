package ground

import (
	"strings"
	"testing"

	"yanbao/ingest"
)

func TestCheck(t *testing.T) {
	p := testPassage()
	v := &Verifier{Lexicon: testLexicon(t), Library: documents{}}
	for _, tt := range []struct {
		name string
		s    Statement
		want Verdict
		span string // of the first support
	}{
		{"supported", Statement{Text: "青禾科技2023年营收约为12.5亿元。", Cited: []*ingest.Passage{p}}, Supported, "根据墨石咨询数据，2023年青禾科技营收约为12.5亿元，同比增长32%，预计2026年达20亿美元。"},
		{"second sentence", Statement{Text: "“光储一体”方案覆盖3至5个省。", Cited: []*ingest.Passage{p}}, Supported, "其“光储一体”方案覆盖3至5个省。"},
		{"wrong number", Statement{Text: "青禾科技2023年营收约为12.6亿元。", Cited: []*ingest.Passage{p}}, BadNumber, ""},
		{"nothing cited", Statement{Text: "青禾科技营收居前。"}, NoCitation, ""},
		{"cited nowhere", Statement{Text: "青禾科技2023年营收约为12.5亿元。", Cited: []*ingest.Passage{nil}}, BadCitation, ""},
		{"connection", Statement{Text: "具体如下："}, Supported, ""},
	} {
		c, f := v.Check(tt.s)
		if f.Verdict != tt.want || (f.Detail == "") != (tt.want == Supported) {
			t.Errorf("%s: %+v, want %s", tt.name, f, tt.want)
		}
		if tt.span != "" && c.Supports[0].Quote() != tt.span {
			t.Errorf("%s: supported by %q, want %q", tt.name, c.Supports[0].Quote(), tt.span)
		}
		if strings.Contains(tt.name, "connection") != c.Linking {
			t.Errorf("%s: linking = %v", tt.name, c.Linking)
		}
	}
}

func TestLinks(t *testing.T) {
	v := &Verifier{Lexicon: testLexicon(t), Library: documents{}}
	for text, want := range map[string]bool{
		"具体如下：":                        true,
		"报告给出的数据如下：":                   true,
		"综上所述：":                        true,
		"主要原因包括以下几点：":                  true,
		"关于市场规模，报告提到：":                 true,
		"以下三点：":                        true,
		"The details are as follows:":  true,
		"In summary:":                  true,
		"青禾科技表现如下：":                    false,
		"市场正在快速增长。":                    false,
		"共有500家。":                      false,
		"2024年的情况如下：":                  false,
		"行业竞争转向体系化。":                   false,
		"《发展规划》内容如下：":                  false,
		"Competition is intensifying.": false,
		"该公司位列第一。":                     false,
		"":                             false,
	} {
		if got := v.links(text); got != want {
			t.Errorf("links(%q) = %v, want %v", text, got, want)
		}
	}
}
