package question

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestAskKinds holds, for every kind, ways of asking for it, and clauses that
// look like it and are not.
func TestAskKinds(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		yes  []string
		no   []string
	}{
		{Value, []string{"营收有多少", "占比是多少", "市场有多大", "耗时多久", "增速是多少", "占了几成", "how much is the revenue", "what share of the market"}, []string{"谁发布的", "有哪些公司"}},
		{Date, []string{"哪年发布", "什么时候发布", "发布时间是几月", "何时出台", "which year was it issued", "when was it published"}, []string{"营收有多少"}},
		{Document, []string{"是哪份文件", "依据哪部规定", "这份规划叫什么", "which policy asks for it"}, []string{"营收有多少"}},
		{Issuer, []string{"谁发布的", "由哪个部门印发", "哪些机构联合发文", "who issued it"}, []string{"什么时候"}},
		{Number, []string{"文号是什么", "发文字号是多少"}, []string{"电话号码"}},
		{Source, []string{"是哪家机构的数据", "数据来源是什么", "这个数字出自哪里", "according to whom"}, []string{"市场有多大"}},
		{Rank, []string{"排第几", "排名多少", "名次如何", "what rank does it have"}, []string{"属于第几梯队"}},
		{Superlative, []string{"占比最高的是谁", "哪家最少", "谁排第一", "which one is the largest"}, []string{"有哪些公司"}},
		{List, []string{"有哪些公司", "分为哪三类", "分别是什么", "包括哪几项", "which three companies"}, []string{"哪一家公司"}},
		{Count, []string{"一共几份", "有几个阶段", "共有多少家", "how many companies"}, []string{"为什么"}},
		{Definition, []string{"什么是储能", "储能是什么意思", "报告怎么定义储能", "what does it mean"}, []string{"营收有多少"}},
		{Reason, []string{"为什么下降", "原因是什么", "凭什么领先", "why did it fall"}, []string{"什么时候"}},
		{Comparison, []string{"二者有什么区别", "甲与乙相比如何", "有何不同", "how do they differ"}, []string{"有哪些公司"}},
		{Compute, []string{"合计多少", "折算成美元是多少", "增长了多少", "相差多少"}, []string{"有哪些公司"}},
		{YesNo, []string{"是否盈利", "盈利了吗", "是不是第一", "is it profitable"}, []string{"营收有多少"}},
	} {
		for _, text := range tt.yes {
			if q := Parse(nil, text+"？"); !q.Wants(tt.kind) {
				t.Errorf("%q asks for %s, want %s among it", text, kinds(q), tt.kind)
			}
		}
		for _, text := range tt.no {
			if q := Parse(nil, text+"？"); q.Wants(tt.kind) {
				t.Errorf("%q asks for %s, want no %s", text, kinds(q), tt.kind)
			}
		}
	}
}

func kinds(q Question) string {
	var out []string
	for _, a := range q.Asks {
		out = append(out, string(a.Kind))
	}
	return strings.Join(out, " ")
}

func TestAskUnits(t *testing.T) {
	for _, tt := range []struct {
		question string
		want     []string // each among the units of some ask
		not      []string
	}{
		{"营收是多少亿元？", []string{"元"}, []string{"%"}},
		{"收入是多少美元？", []string{"美元"}, []string{"元"}},
		{"员工有多少人？", []string{"人"}, []string{"元"}},
		{"每天用多少分钟？", []string{"分钟"}, nil},
		{"占比是多少？", []string{"%"}, []string{"元"}},
		{"增长率是多少？", []string{"%"}, nil},
		{"市场规模是多少？", []string{"元", "美元"}, []string{"%"}},
		{"涉及几个部门？", []string{"部门"}, nil},
		{"多久更新一次？", []string{"个月", "年", "天"}, []string{"元"}},
	} {
		var got []string
		for _, a := range Parse(nil, tt.question).Asks {
			got = append(got, a.Units...)
		}
		for _, w := range tt.want {
			if !slices.Contains(got, w) {
				t.Errorf("%q asks in %q, want %q among it", tt.question, got, w)
			}
		}
		for _, n := range tt.not {
			if slices.Contains(got, n) {
				t.Errorf("%q asks in %q, want no %q", tt.question, got, n)
			}
		}
	}
}

func TestAskDetails(t *testing.T) {
	one := func(text string, k Kind) Ask {
		t.Helper()
		for _, a := range Parse(nil, text).Asks {
			if a.Kind == k {
				return a
			}
		}
		t.Fatalf("%q asks for no %s", text, k)
		return Ask{}
	}
	for text, want := range map[string]int{"有哪三条路线？": 3, "分为哪五类？": 5, "有哪些路线？": 0, "which four companies?": 4} {
		if got := one(text, List).Size; got != want {
			t.Errorf("%q expects %d members, want %d", text, got, want)
		}
	}
	for text, want := range map[string]bool{"哪一项最低？": true, "谁最少？": true, "哪一项最高？": false} {
		if got := one(text, Superlative).Least; got != want {
			t.Errorf("%q asks for the least: %v, want %v", text, got, want)
		}
	}
	if !one("具体是多少元？", Value).Exact || one("大约多少元？", Value).Exact {
		t.Error("only 具体 asks for an exact value")
	}
	if got := one("有几个项目？", Count).Noun; got != "项目" {
		t.Errorf("几个项目 counts %q", got)
	}
}

func TestClausesAskEachForItself(t *testing.T) {
	q := Parse(nil, "2023年规模是多少，谁统计的？《甲，乙》哪年发布？")
	for _, a := range q.Asks {
		if strings.ContainsAny(a.Text, "？") || a.Text == "" {
			t.Errorf("clause %q of kind %s", a.Text, a.Kind)
		}
		if a.Kind == Date && a.Text != "《甲，乙》哪年发布" {
			t.Errorf("the date is asked for by %q: brackets are not cut", a.Text)
		}
	}
	for _, k := range []Kind{Value, Date} {
		if !q.Wants(k) {
			t.Errorf("asks for %s, want %s among it", kinds(q), k)
		}
	}
}

// TestParseTakesAnything: some ask comes out of every text, within the text.
func TestParseTakesAnything(t *testing.T) {
	lex := testLexicon(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("青禾科技哪年三个最高多少第几是什么吗？，。；《》“”（）〔〕 ABwhich2023%亿元\x00"))).Draw(t, "text")
		q := Parse(lex, text)
		if len(q.Asks) == 0 || q.Text != text {
			t.Fatalf("Parse(%q) = %d asks of %q", text, len(q.Asks), q.Text)
		}
		for _, a := range q.Asks {
			if !strings.Contains(text, a.Text) || a.Size < 0 {
				t.Fatalf("Parse(%q) has the ask %+v", text, a)
			}
		}
		for _, m := range q.Mentions {
			if m.Start < 0 || m.End > len(text) || !utf8.ValidString(text[m.Start:m.End]) {
				t.Fatalf("Parse(%q) has the mention %+v", text, m)
			}
		}
		if got := Parse(lex, text); kinds(got) != kinds(q) {
			t.Fatalf("Parse(%q) asks for %s, then for %s", text, kinds(q), kinds(got))
		}
	})
}
