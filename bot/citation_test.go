package bot

import (
	"testing"

	"yanbao/rag"
)

func TestSource(t *testing.T) {
	claim := func(text string, cited []int, values ...rag.Value) rag.Claim {
		return rag.Claim{Text: text, Citations: cited, Values: values}
	}
	zh, en := WordingFor(Chinese), WordingFor(English)
	for _, tt := range []struct {
		name     string
		claim    rag.Claim
		citation rag.Citation
		words    Wording
		want     string
	}{
		{"named", claim("共1,200家。", []int{1}, rag.Value{Text: "1,200家", Citation: 1}), rag.Citation{N: 1, PrimarySource: "示例协会"}, zh, "一手来源：示例协会"},
		{"named, no number", claim("甲。", []int{1}), rag.Citation{N: 1, PrimarySource: "示例协会"}, en, "primary source: 示例协会"},
		{"none", claim("共1,200家。", []int{1}, rag.Value{Text: "1,200家", Citation: 1}), rag.Citation{N: 1}, zh, "一手来源：报告未注明"},
		{"none, in English", claim("RMB 3 billion.", []int{1}, rag.Value{Text: "3 billion", Citation: 1}), rag.Citation{N: 1, Quote: "30亿元"}, en, "primary source: the report names none"},
		{"no number", claim("甲。", []int{1}), rag.Citation{N: 1}, zh, ""},
		{"number of another citation", claim("占30%。", []int{1, 2}, rag.Value{Text: "30%", Citation: 1}), rag.Citation{N: 2, Quote: "占130%"}, zh, ""},
		{"number that both hold", claim("占30%。", []int{1, 2}, rag.Value{Text: "30%", Citation: 1}), rag.Citation{N: 2, Quote: "仅占30%"}, zh, "一手来源：报告未注明"},
		{"counted", claim("共3份。", []int{1}, rag.Value{Text: "3份", Formula: "3份"}), rag.Citation{N: 1, Quote: "甲"}, zh, ""},
		{"number of a document", claim("文号：国发〔2025〕11号。", []int{1}, rag.Value{Text: "11", Citation: 1}), rag.Citation{N: 1, Quote: "国发〔2025〕11号"}, zh, ""},
		{"claim that cites another", claim("占30%。", []int{1}, rag.Value{Text: "30%", Citation: 1}), rag.Citation{N: 2, Quote: "占30%"}, zh, ""},
	} {
		a := &rag.Answer{Claims: []rag.Claim{tt.claim}}
		if got := Source(a, tt.citation, tt.words); got != tt.want {
			t.Errorf("%s: Source = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReferenceNames(t *testing.T) {
	for _, tt := range []struct {
		document rag.DocumentRef
		want     string
	}{
		{rag.DocumentRef{Publisher: "示例研究院", Title: "《茶饮》", Date: "2025-03"}, "示例研究院《茶饮》, 2025-03"},
		{rag.DocumentRef{Publisher: "Tea Institute", Title: "Tea watch"}, "Tea Institute Tea watch"},
		{rag.DocumentRef{Publisher: "Tea Institute", Title: "《茶饮》"}, "Tea Institute《茶饮》"},
		{rag.DocumentRef{ID: "tea"}, "tea"},
	} {
		if got := Reference(tt.document); got != tt.want {
			t.Errorf("Reference(%+v) = %q, want %q", tt.document, got, tt.want)
		}
	}
}
