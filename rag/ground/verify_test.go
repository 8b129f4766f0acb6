package ground

import (
	"strings"
	"testing"
	"testing/fstest"

	"yanbao/ingest"
	"yanbao/rag/question"
)

// testLexicon knows three companies of our own making.
func testLexicon(t *testing.T) *question.Lexicon {
	t.Helper()
	lex, err := question.LoadLexicon(fstest.MapFS{
		"names.tsv":     {Data: []byte("青禾科技\tcompany\t青禾|Qinghe\t\n白鹭智能\tcompany\t白鹭\t\n墨石咨询\tresearch\t\t\n")},
		"synonyms.tsv":  {Data: []byte("0.8\t盘子|市场规模\n")},
		"terms.tsv":     {Data: []byte("market size\t市场规模\n")},
		"stopwords.tsv": {Data: []byte("question\t多少|什么\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

type documents map[string]*ingest.Document

func (d documents) Document(id string) (*ingest.Document, bool) {
	doc, ok := d[id]
	return doc, ok
}

func testPassage() *ingest.Passage {
	return &ingest.Passage{
		ID: "p1", DocumentID: "d", Kind: ingest.KindText, Block: -1, Section: []string{"储能市场"},
		Text: "根据墨石咨询数据，2023年青禾科技营收约为12.5亿元，同比增长32%，预计2026年达20亿美元。其“光储一体”方案覆盖3至5个省。",
	}
}

func whole(p *ingest.Passage) []Support { return []Support{{Passage: p, Start: 0, End: len(p.Text)}} }

func TestVerify(t *testing.T) {
	p := testPassage()
	v := &Verifier{Lexicon: testLexicon(t), Library: documents{}}
	for _, tt := range []struct {
		name  string
		claim Claim
		want  Verdict
	}{
		{"as printed", Claim{Text: "2023年营收12.5亿元。", Supports: whole(p)}, Supported},
		{"other spelling", Claim{Text: "Revenue was RMB 1.25 billion in 2023.", Supports: whole(p)}, Supported},
		{"percent in words", Claim{Text: "增长百分之三十二。", Supports: whole(p)}, Supported},
		{"range", Claim{Text: "覆盖3至5个省。", Supports: whole(p)}, Supported},
		{"alias of the name", Claim{Text: "Qinghe grew by 32%.", Supports: whole(p)}, Supported},
		{"wrong number", Claim{Text: "2023年营收12.6亿元。", Supports: whole(p)}, BadNumber},
		{"swapped digits", Claim{Text: "2023年营收15.2亿元。", Supports: whole(p)}, BadNumber},
		{"wrong scale", Claim{Text: "2023年营收12.5万元。", Supports: whole(p)}, BadNumber},
		{"wrong currency", Claim{Text: "2023年营收12.5亿美元。", Supports: whole(p)}, BadUnit},
		{"wrong unit", Claim{Text: "增长32倍。", Supports: whole(p)}, BadUnit},
		{"wrong year", Claim{Text: "2024年营收12.5亿元。", Supports: whole(p)}, BadYear},
		{"wrong company", Claim{Text: "白鹭智能2023年营收12.5亿元。", Supports: whole(p)}, BadName},
		{"altered quotation", Claim{Text: "其“光储合一”方案覆盖3至5个省。", Supports: whole(p)}, BadQuote},
		{"quotation", Claim{Text: "其“光储一体”方案。", Supports: whole(p)}, Supported},
		{"no citation", Claim{Text: "营收12.5亿元。"}, NoCitation},
		{"connection", Claim{Text: "两者如下。", Linking: true}, Supported},
		{"connection with a fact", Claim{Text: "共有500家。", Linking: true}, NoCitation},
		{"span outside", Claim{Text: "营收。", Supports: []Support{{Passage: p, Start: 0, End: len(p.Text) + 1}}}, BadQuote},
		{"span inside a character", Claim{Text: "营收。", Supports: []Support{{Passage: p, Start: 1, End: 4}}}, BadQuote},
	} {
		if got := v.Verify(tt.claim); got != tt.want {
			t.Errorf("%s: Verify(%q) = %q, want %q", tt.name, tt.claim.Text, got, tt.want)
		}
	}
}

func TestVerifyComputed(t *testing.T) {
	p := testPassage()
	p.Text = "甲地产量为156.3亿吨，其中北区占比24%，南区研发占比16.2%，总投入1,600亿元，采购900亿元。甲、乙、丙三家参与。"
	v := &Verifier{Lexicon: testLexicon(t), Library: documents{}}
	for _, tt := range []struct {
		name string
		k    Computed
		want Verdict
	}{
		{"part of an amount", Computed{Text: "37.51亿吨", Operation: Multiply, Inputs: []string{"156.3亿吨", "24%"}}, Supported},
		{"rounded to one digit", Computed{Text: "37.5亿吨", Operation: Multiply, Inputs: []string{"156.3亿吨", "24%"}}, Supported},
		{"share", Computed{Text: "56.25%", Operation: Share, Inputs: []string{"900亿元", "1,600亿元"}}, Supported},
		{"part of a part", Computed{Text: "3.89%", Operation: Multiply, Inputs: []string{"24%", "16.2%"}}, Supported},
		{"wrong result", Computed{Text: "38.5亿吨", Operation: Multiply, Inputs: []string{"156.3亿吨", "24%"}}, BadNumber},
		{"input not stated", Computed{Text: "37.5亿吨", Operation: Multiply, Inputs: []string{"156.3亿吨", "25%"}}, BadNumber},
		{"row numbers", Computed{Text: "25项", Operation: RangeOf, Inputs: []string{"900亿元", "1,600亿元"}}, BadNumber},
		{"count", Computed{Text: "3家", Operation: CountOf, Inputs: []string{"甲", "乙", "丙"}}, Supported},
		{"wrong count", Computed{Text: "4家", Operation: CountOf, Inputs: []string{"甲", "乙", "丙"}}, BadNumber},
		{"counted twice", Computed{Text: "3家", Operation: CountOf, Inputs: []string{"甲", "乙", "乙"}}, BadNumber},
		{"counted but absent", Computed{Text: "3家", Operation: CountOf, Inputs: []string{"甲", "乙", "丁"}}, BadNumber},
	} {
		c := Claim{Text: "约" + tt.k.Text + "。", Supports: whole(p), Computed: []Computed{tt.k}}
		if got := v.Verify(c); got != tt.want {
			t.Errorf("%s: %s = %q, want %q", tt.name, tt.k.Text, got, tt.want)
		}
	}
}

func TestVerifyUsesWhatStandsAround(t *testing.T) {
	p := testPassage()
	p.Text = "营收约为12.5亿元。"
	p.Lead = "2023年业绩。"
	v := &Verifier{Lexicon: testLexicon(t), Library: documents{}}
	if got := v.Verify(Claim{Text: "2023年营收约为12.5亿元。", Supports: whole(p)}); got != Supported {
		t.Errorf("year in the lead: %q, want supported", got)
	}
	p = testPassage()
	p.Text, p.Section = "营收约为12.5亿元。", []string{"青禾科技：2023年回顾"}
	if got := v.Verify(Claim{Text: "青禾科技2023年营收约为12.5亿元。", Supports: whole(p)}); got != Supported {
		t.Errorf("year and name in the section: %q, want supported", got)
	}
}

func TestQuotationsNest(t *testing.T) {
	got := strings.Join(quotations("他说“甲“乙”丙”，又说“丁”。"), "|")
	if want := "甲“乙”丙|丁"; got != want {
		t.Errorf("quotations = %q, want %q", got, want)
	}
}
