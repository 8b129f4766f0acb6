package ground

import (
	"slices"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

func TestOrdinals(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []int
	}{
		{"排名第三的企业", []int{3}},
		{"第19号文件", []int{19}},
		{"第十二位", []int{12}},
		{"排第四，位列第二名", []int{4, 2}},
		{"2025年第三季度", nil},
		{"第一梯队、第二阶段", nil},
		{"三家企业", nil},
		{"", nil},
	} {
		if got := Ordinals(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("Ordinals(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestEnumerates(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"营收增长。", 1},
		{"甲、乙、丙三家。", 3},
		{"包括甲、乙与丙。", 3},
		{"甲、乙，另有丙、丁、戊及己。", 4},
		{"", 1},
	} {
		if got := Enumerates(tt.text); got != tt.want {
			t.Errorf("Enumerates(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestValuesOf(t *testing.T) {
	for _, tt := range []struct {
		text  string
		units []string
		want  []string
	}{
		{"营收12亿元，增长8%，员工340人", []string{"元"}, []string{"12亿元"}},
		{"营收12亿元，增长8%，员工340人", []string{"%"}, []string{"8%"}},
		{"营收12亿元，增长8%，员工340人", []string{"元", "人"}, []string{"12亿元", "340人"}},
		{"共有25家", []string{"个"}, []string{"25家"}},
		{"营收12亿元", []string{"美元"}, nil},
		{"月活1274.95万", []string{"人"}, []string{"1274.95万"}},
		{"月活1274.95万", []string{"元"}, nil},
		{"没有数字", []string{"元"}, nil},
	} {
		var got []string
		for _, v := range ValuesOf(quantity.Values(tt.text), tt.units) {
			got = append(got, v.Text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("ValuesOf(%q, %q) = %q, want %q", tt.text, tt.units, got, tt.want)
		}
	}
}

// TestTypeFit holds which of two texts can better hold what is asked for.
func TestTypeFit(t *testing.T) {
	for _, tt := range []struct{ question, better, worse string }{
		{"营收是多少元？", "营收为12亿元。", "营收增长很快。"},
		{"营收是多少美元？", "营收为12亿美元。", "营收为12亿元。"},
		{"占比是多少？", "占比为12%。", "金额为12亿元。"},
		{"什么时候发布？", "2023年6月发布。", "由协会发布。"},
		{"文号是什么？", "文号为国发〔2017〕35号。", "由国务院发布。"},
		{"依据哪份文件？", "依据《储能发展意见》。", "依据有关要求。"},
		{"谁发布的？", "由国家能源局等部门印发。", "增长很快。"},
		{"排第几？", "位列第二名。", "增长很快。"},
		{"什么是储能？", "储能是指把电存起来。", "储能发展很快。"},
		{"为什么下降？", "由于需求减弱，价格下降。", "价格下降。"},
		{"有哪三类？", "分为甲、乙、丙三类。", "分为甲、乙两类。"},
		{"哪个最高？", "甲为12%，乙为9%，丙为3%。", "甲和乙都在增长。"},
		{"二者有什么不同？", "甲重资产，而乙轻资产。", "甲在增长。"},
	} {
		asks := question.Parse(nil, tt.question).Asks
		if better, worse := fitOfText(t, asks, tt.better), fitOfText(t, asks, tt.worse); better <= worse {
			t.Errorf("%q: %q fits %v, %q fits %v; want more", tt.question, tt.better, better, tt.worse, worse)
		}
	}
}

// fitOfText is the best fit of a text for some ask.
func fitOfText(t *testing.T, asks []question.Ask, text string) float64 {
	t.Helper()
	sel := selection(t, "储能", &ingest.Passage{ID: "a", DocumentID: "d", Kind: ingest.KindText, Block: -1, Text: text})
	if len(sel.Units) != 1 {
		t.Fatalf("%q has %d units, want 1", text, len(sel.Units))
	}
	best := -2.0
	for _, a := range asks {
		best = max(best, TypeFit(a, &sel.Units[0]))
	}
	return best
}

func TestDemands(t *testing.T) {
	for _, tt := range []struct {
		question string
		want     bool
	}{
		{"市场规模是多少？", true},
		{"什么时候发布？文号是什么？", true},
		{"市场规模是多少？是哪家机构的数据？", true},
		{"什么是储能？", false},
		{"市场规模是多少？为什么下降？", false},
	} {
		if got := DemandsOnly(question.Parse(nil, tt.question)); got != tt.want {
			t.Errorf("DemandsOnly(%q) = %v, want %v", tt.question, got, tt.want)
		}
	}
}
