package ground

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/question"
)

// selection puts a question to passages of our own making.
func selection(t *testing.T, asked string, passages ...*ingest.Passage) Selection {
	t.Helper()
	index := lexical.New(lexical.FromPassages(passages))
	lex := testLexicon(t)
	s := &Selector{Lexicon: lex, Rarity: index.IDF, Library: documents{}}
	var candidates []Candidate
	for i, p := range passages {
		candidates = append(candidates, Candidate{Passage: p, Score: 1 / float64(i+1), Rank: i + 1})
	}
	return s.Select(question.Parse(lex, asked), candidates)
}

func passage(id, text string) *ingest.Passage {
	return &ingest.Passage{ID: id, DocumentID: "d", Kind: ingest.KindText, Block: -1, Text: text}
}

// best is the text of the best unit, "" for none.
func best(sel Selection) string {
	if len(sel.Units) == 0 {
		return ""
	}
	return sel.Units[0].Text
}

func TestSelectFindsTheSentence(t *testing.T) {
	market := passage("a", "储能行业增长很快。2023年储能市场规模为120亿元，同比增长18%。企业共有340家。")
	houses := passage("b", "根据墨石咨询数据，青禾科技2023年营收为12.5亿元。白鹭智能2023年营收为7.3亿元。白鹭智能2022年营收为6.1亿元。")
	terms := passage("c", "光储一体是指光伏与储能共用一套逆变设备。光储一体的项目共有56个。")
	steps := passage("d", "扩张分为三个阶段：试点、复制与出海。其中复制阶段最长。")
	for _, tt := range []struct{ question, want string }{
		{"2023年储能市场规模是多少？", "市场规模为120亿元"},
		{"企业一共有多少家？", "340家"},
		{"白鹭智能2022年营收是多少？", "6.1亿元"},
		{"青禾科技2023年营收是多少？", "12.5亿元"},
		{"Qinghe 2023年营收是多少？", "12.5亿元"},
		{"什么是光储一体？", "是指光伏与储能"},
		{"扩张分为哪三个阶段？", "试点、复制与出海"},
	} {
		if got := best(selection(t, tt.question, market, houses, terms, steps)); !strings.Contains(got, tt.want) {
			t.Errorf("Select(%q) puts %q first, want %q", tt.question, got, tt.want)
		}
	}
}

func TestSelectHoldsUnitsAgainstTheQuestion(t *testing.T) {
	for _, tt := range []struct {
		name, question, text string
		fit                  func(u Unit) Fit
		want                 Fit
	}{
		{"the period", "2023年营收是多少？", "2023年营收为5亿元。", func(u Unit) Fit { return u.Period }, Meets},
		{"another period", "2023年营收是多少？", "2021年营收为5亿元。", func(u Unit) Fit { return u.Period }, Conflict},
		{"a month of the year", "2023年营收是多少？", "2023年6月营收为5亿元。", func(u Unit) Fit { return u.Period }, Meets},
		{"no period", "2023年营收是多少？", "营收为5亿元。", func(u Unit) Fit { return u.Period }, Silent},
		{"no period asked", "营收是多少？", "2021年营收为5亿元。", func(u Unit) Fit { return u.Period }, Silent},
		{"the name", "青禾科技营收是多少？", "青禾科技营收为5亿元。", func(u Unit) Fit { return u.Names }, Meets},
		{"an alias", "青禾科技营收是多少？", "青禾营收为5亿元。", func(u Unit) Fit { return u.Names }, Meets},
		{"another name", "青禾科技营收是多少？", "白鹭智能营收为5亿元。", func(u Unit) Fit { return u.Names }, Conflict},
		{"the place", "排名第三的是谁？", "第三名是青禾科技。", func(u Unit) Fit { return u.Ordinal }, Meets},
		{"another place", "排名第三的是谁？", "第二名是青禾科技。", func(u Unit) Fit { return u.Ordinal }, Conflict},
		{"no place asked", "谁在名单上？", "第二名是青禾科技。", func(u Unit) Fit { return u.Ordinal }, Silent},
		{"another measure", "青禾科技净利润是多少？", "青禾科技2023年营收为5亿元。", func(u Unit) Fit { return u.Subject }, Conflict},
		{"the measure of something else", "储能市场规模是多少？", "光伏市场规模为5亿元。", func(u Unit) Fit { return u.Subject }, Conflict},
		{"the measure", "储能市场规模是多少？", "储能市场规模为5亿元。", func(u Unit) Fit { return u.Subject }, Silent},
	} {
		sel := selection(t, tt.question, passage("a", tt.text))
		if len(sel.Units) != 1 {
			t.Fatalf("%s: %d units, want 1", tt.name, len(sel.Units))
		}
		if got := tt.fit(sel.Units[0]); got != tt.want {
			t.Errorf("%s: %q for %q = %d, want %d", tt.name, tt.text, tt.question, got, tt.want)
		}
	}
}

func TestSelectUsesWhatStandsAround(t *testing.T) {
	p := passage("a", "营收为5亿元。")
	p.Lead = "青禾科技2023年业绩。"
	sel := selection(t, "青禾科技2023年营收是多少？", p)
	if u := sel.Units[0]; u.Period != Context || u.Names != Context || u.Coverage <= u.Direct {
		t.Errorf("with the lead: period %d, names %d, coverage %.2f, by itself %.2f; want context and more coverage", u.Period, u.Names, u.Coverage, u.Direct)
	}
	section := passage("b", "营收为5亿元。")
	section.Section = []string{"青禾科技：2023年回顾"}
	if u := selection(t, "青禾科技2023年营收是多少？", section).Units[0]; u.Period != Context || u.Names != Context {
		t.Errorf("with the title: period %d, names %d; want context", u.Period, u.Names)
	}
}

func TestSelectNamesWhatNoPassageHolds(t *testing.T) {
	p := passage("a", "青禾科技营收为5亿元。")
	if got := selection(t, "白鹭智能营收是多少？", p).Unknown; !slices.Equal(got, []string{"白鹭智能"}) {
		t.Errorf("unknown names = %q, want 白鹭智能", got)
	}
	if got := selection(t, "青禾营收是多少？", p).Unknown; len(got) > 0 {
		t.Errorf("unknown names = %q, want none: the passage has another form", got)
	}
}

func TestSelectKeepsFiguresApart(t *testing.T) {
	figure := passage("f", "图1：2023年储能电站区域分布｜说明：图中数据不在文本中。")
	figure.Kind, figure.FigureID = ingest.KindFigure, "f1"
	text := passage("t", "储能电站多在西部。")
	sel := selection(t, "2023年储能电站区域分布各是多少？", figure, text)
	if len(sel.Figures) != 1 || sel.Figures[0].Passage.ID != "f" {
		t.Fatalf("figures = %v, want f", sel.Figures)
	}
	for _, u := range sel.Units {
		if u.Passage.Kind == ingest.KindFigure {
			t.Errorf("a caption without data stands among the units for a question for values")
		}
	}
}

func TestSelectIsOrdered(t *testing.T) {
	var passages []*ingest.Passage
	for i := range 40 {
		passages = append(passages, passage(fmt.Sprintf("p%02d", i%7*6+i/7), fmt.Sprintf("储能电站第%d批。储能电站很多。", i%3)))
	}
	first := selection(t, "储能电站有哪些？", passages...)
	for i := 1; i < len(first.Units); i++ {
		a, b := first.Units[i-1], first.Units[i]
		if b.Score > a.Score+1e-9 {
			t.Fatalf("unit %d scores %v after %v", i, b.Score, a.Score)
		}
		if a.Score == b.Score && (a.Passage.ID > b.Passage.ID || a.Passage.ID == b.Passage.ID && a.Start >= b.Start) {
			t.Fatalf("units of one score are out of order: %s %d, %s %d", a.Passage.ID, a.Start, b.Passage.ID, b.Start)
		}
	}
	for _, u := range first.Units {
		if u.Text != u.Passage.Text[u.Start:u.End] {
			t.Errorf("unit %q does not slice back out of its passage", u.Text)
		}
		if u.Direct < 0 || u.Direct > u.Coverage+1e-9 || u.Coverage > 1+1e-9 {
			t.Errorf("unit %q covers %v, by itself %v", u.Text, u.Coverage, u.Direct)
		}
	}
}

func TestSelectWithoutCandidates(t *testing.T) {
	sel := selection(t, "储能市场规模是多少？")
	if len(sel.Units)+len(sel.Figures) != 0 {
		t.Errorf("%d units and %d figures of nothing", len(sel.Units), len(sel.Figures))
	}
}

func TestCoverGrows(t *testing.T) {
	sel := selection(t, "青禾科技和白鹭智能的营收分别是多少？",
		passage("a", "青禾科技的营收为5亿元。"), passage("b", "白鹭智能的营收为3亿元。"))
	c := sel.NewCover()
	if c.Share() != 0 {
		t.Errorf("an empty cover covers %v", c.Share())
	}
	before := 0.0
	for i := range sel.Units {
		u := &sel.Units[i]
		gain := c.Gain(u)
		c.Add(u)
		if got := c.Share(); gain <= 0 || got < before || got > 1+1e-9 || abs(got-before-gain) > 1e-9 {
			t.Errorf("unit %d gains %v from %v to %v", i, gain, before, got)
		}
		if again := c.Gain(u); again != 0 {
			t.Errorf("unit %d gains %v a second time", i, again)
		}
		before = c.Share()
	}
}

func abs(x float64) float64 { return max(x, -x) }
