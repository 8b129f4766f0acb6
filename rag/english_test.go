package rag

import (
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/ground"
)

// claimOf is a claim that cites quote out of passage, as drafts have them.
func claimOf(text, passage, quote string, sources ...string) ground.Claim {
	i := strings.Index(passage, quote)
	p := &ingest.Passage{Kind: ingest.KindText, Text: passage}
	return ground.Claim{Text: text, Supports: []ground.Support{{Passage: p, Start: i, End: i + len(quote), Sources: sources}}}
}

func cell(text, passage, quote, column string) ground.Claim {
	c := claimOf(text, passage, quote)
	c.Supports[0].Passage.Kind, c.Supports[0].Column = ingest.KindRow, column
	return c
}

func TestEnglishClaim(t *testing.T) {
	const tea = "据示例协会统计，茶饮市场规模约为294.16亿元，增长8%。"
	product := claimOf("约3亿元（12亿元 × 25% ≈ 3亿元）：市场规模12亿元。", "市场规模12亿元，直营占25%。", "市场规模12亿元，直营占25%。")
	product.Computed = []ground.Computed{{Text: "3亿元", Operation: ground.Multiply, Inputs: []string{"12亿元", "25%"}}}
	count := claimOf("共2份：甲、乙。", "甲、乙", "甲、乙")
	count.Computed = []ground.Computed{{Text: "2份", Operation: ground.CountOf, Inputs: []string{"甲", "乙"}}}
	caption := claimOf("图示：门店。", "图示：门店", "图示：门店")
	caption.Supports[0].Passage.Kind = ingest.KindFigure
	for _, tt := range []struct {
		name  string
		claim ground.Claim
		want  string
	}{
		{"value first", claimOf("294.16亿元："+tea, tea, tea, "示例协会"),
			"About RMB 29.416 billion (294.16亿元), according to 示例协会: “据示例协会统计，茶饮市场规模约为294.16亿元，增长8%”."},
		{"two values first", claimOf("294.16亿元，8%："+tea, tea, tea),
			"About RMB 29.416 billion (294.16亿元), 8%, says the report: “据示例协会统计，茶饮市场规模约为294.16亿元，增长8%”."},
		{"values behind", claimOf(tea, tea, tea, "示例协会"),
			"According to 示例协会: “据示例协会统计，茶饮市场规模约为294.16亿元，增长8%” (294.16亿元 = RMB 29.416 billion)."},
		{"no source", claimOf("门店多为直营。", "门店多为直营。", "门店多为直营。"), "The report says: “门店多为直营”."},
		{"what 其 stands for", claimOf("青禾：其门店多为直营。", "其门店多为直营。", "其门店多为直营。"), "The report says (青禾): “其门店多为直营”."},
		{"counters have no English", claimOf("1,200家：门店共1,200家。", "门店共1,200家。", "门店共1,200家。"), "1,200家, says the report: “门店共1,200家”."},
		{"Chinese numerals", claimOf("三家：门店共三家。", "门店共三家。", "门店共三家。"), "三家, says the report: “门店共三家”."},
		{"broken over lines", claimOf("门店 多为直营。", "门店\n多为直营。", "门店\n多为直营。"), "The report says: 门店 多为直营."},
		{"cell", cell("占比：30%。", "构成｜占比：30%", "30%", "占比"), "占比: 30%."},
		{"cell with an amount", cell("营收：61.7亿元。", "营收（亿元）：61.7", "61.7", "营收（亿元）"), "营收: 61.7亿元 (RMB 6.17 billion)."},
		{"computed", product, "RMB 300 million, computed: 约3亿元（12亿元 × 25% ≈ 3亿元）：市场规模12亿元."},
		{"counted", count, "From the cited places: 共2份：甲、乙."},
		{"caption", caption, "According to a caption of the report: “图示：门店”."},
		{"no support", ground.Claim{Text: "甲。"}, ""},
	} {
		if got := englishClaim(tt.claim, saidBy(tt.claim), false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if got, want := englishClaim(claimOf("甲。", "甲。", "甲。"), theReport, true), "“甲”."; got != want {
		t.Errorf("again: got %q, want %q", got, want)
	}
}
