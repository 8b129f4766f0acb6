package web

import (
	"strings"
	"testing"

	"yanbao/ingest"
	"yanbao/ingest/markdown"

	"github.com/google/go-cmp/cmp"
)

// farm is a report on something else than the shipped one: what is drawn must
// come from shapes, not from words.
const farm = `---
id: farm
title: "《植物工厂》"
publisher: 示例研究所
date: 2025-03
language: zh
---

# 市场

## 规模

- 根据示例咨询的数据，植物工厂市场规模2023年为12.5亿元，2025年预计将达到30亿元。同期从业企业有320家。
- 其中叶菜占比50%，草莓占30%，菌菇与花卉各占10%。门店占比3%。

图示：植物工厂的品类分布
数据来源：示例咨询，示例研究所整理

## 政策与企业

| 实施日期 | 规定 | 机关 |
|---|---|---|
| 2024年3月 | 丙规定 | 乙局 |
| 2021.07 | 甲规定 | 甲部 |
| 2023-11 | 乙规定 | 甲部 |

图示：规定一览

| 路线 | 代表 | 说明 |
|---|---|---|
| 垂直农场 | 甲公司、乙公司（上海、北京）、丙公司 | 多层架，占地小，单位产量高，前期投入也高 |
| 集装箱 | 丁公司、戊公司 | 可以搬动，适合缺地的城市和海岛，运行成本高 |

图示：路线与代表

| 维度 | 项目 | 指标 | 序号 | 权重 |
|---|---|---|---|---|
| 生产 | 产量 | 亩产 | 1 | 30分 |
| | 能耗 | 电费占比 | 2 | 20分 |
| 经营 | 渠道 | 门店数 | 3 | 35分 |
| | | 复购率 | 4 | 15分 |

图示：指标与权重
`

func parsed(t *testing.T, source string) *ingest.Document {
	t.Helper()
	d, err := markdown.Read("farm.md", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTimeline(t *testing.T) {
	x := newExploring(parsed(t, farm))
	if len(x.Timelines) != 1 {
		t.Fatalf("%d timelines, want 1", len(x.Timelines))
	}
	var got []string
	for _, e := range x.Timelines[0].Events {
		got = append(got, e.When+" "+e.Title)
	}
	if diff := cmp.Diff([]string{"2021.07 甲规定", "2023-11 乙规定", "2024年3月 丙规定"}, got); diff != "" {
		t.Errorf("events in order of time (-want +got):\n%s", diff)
	}
	if first, last := x.Timelines[0].Events[0].X, x.Timelines[0].Events[2].X; first != 125 || last != 791 {
		t.Errorf("on an axis of 48 months July 2021 is at %d and March 2024 at %d, want 6/48 and 38/48", first, last)
	}
}

func TestMeasure(t *testing.T) {
	x := newExploring(parsed(t, farm))
	if len(x.Measures) != 1 {
		t.Fatalf("%d measures, want 1", len(x.Measures))
	}
	m := x.Measures[0]
	if m.Total != "100分" || m.Column != "权重" || len(m.Groups) != 2 {
		t.Fatalf("total %s of %s in %d groups, want 100分 of 权重 in 2", m.Total, m.Column, len(m.Groups))
	}
	g := m.Groups[1]
	if g.Name != "经营" || g.Total != "50分" || g.Share != 500 || len(g.Items) != 2 || g.Items[1].Name != "复购率" || g.Items[1].X != 700 || g.Items[1].Width != 300 {
		t.Errorf("the second group is %+v", g)
	}
	if len(g.Within) != 1 || g.Within[0].Name != "渠道" || g.Within[0].Total != "50" {
		t.Errorf("within it are %+v", g.Within)
	}
}

func TestSeries(t *testing.T) {
	x := newExploring(parsed(t, farm))
	if len(x.Series) != 1 {
		t.Fatalf("%d series, want 1: %+v", len(x.Series), x.Series)
	}
	s := x.Series[0]
	if s.Subject != "植物工厂市场规模" || s.Unit != "元" || strings.Join(s.Source.Names, " ") != "示例咨询" {
		t.Errorf("the series is of %q in %s by %v", s.Subject, s.Unit, s.Source.Names)
	}
	if len(s.Points) != 2 || s.Points[0].Forecast || !s.Points[1].Forecast || s.Points[1].Text != "30亿元" || s.Points[0].Height != 416 {
		t.Errorf("its points are %+v", s.Points)
	}
}

func TestShares(t *testing.T) {
	x := newExploring(parsed(t, farm))
	if len(x.Shares) != 0 {
		t.Errorf("parts that make 103%% are drawn: %+v", x.Shares)
	}
	x = newExploring(parsed(t, strings.Replace(farm, "门店占比3%。", "", 1)))
	if len(x.Shares) != 1 {
		t.Fatalf("%d shares, want 1", len(x.Shares))
	}
	var got []string
	for _, p := range x.Shares[0].Parts {
		got = append(got, p.Name+" "+p.Text)
	}
	if diff := cmp.Diff([]string{"叶菜 50%", "草莓 30%", "菌菇 10%", "花卉 10%"}, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if got := x.Shares[0].Subject; got != "植物工厂的品类分布" {
		t.Errorf("they are parts of %q, want the drawing beside them", got)
	}
}

func TestPlayers(t *testing.T) {
	x := newExploring(parsed(t, farm))
	if len(x.Groups) != 1 {
		t.Fatalf("%d groupings, want 1", len(x.Groups))
	}
	got := x.Groups[0].Groups
	if x.Groups[0].Column != "代表" || len(got) != 2 || strings.Join(got[0].Names, "|") != "甲公司|乙公司（上海、北京）|丙公司" {
		t.Errorf("players are %+v", x.Groups[0])
	}
}

// TestPlaces: every link of the page leads to something in the reading view.
func TestPlaces(t *testing.T) {
	d := parsed(t, farm)
	x := newExploring(d)
	ids := make(map[string]bool)
	for _, p := range d.Passages {
		ids[p.ID] = true
	}
	for _, table := range d.Tables {
		ids[table.ID] = true
	}
	var links []string
	for _, e := range x.Timelines[0].Events {
		links = append(links, e.URL)
	}
	for _, f := range x.Figures {
		links = append(links, f.Source.URL)
	}
	for _, s := range x.Tables {
		links = append(links, s.Source.URL)
		for _, row := range s.Rows {
			links = append(links, row[0].URL)
		}
	}
	for _, s := range x.Drawings {
		links = append(links, s.URL)
	}
	if len(links) < 10 {
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		path, id, _ := strings.Cut(l, "#")
		if !strings.HasPrefix(path, "/d/farm") || !ids[id] {
			t.Errorf("%s leads nowhere", l)
		}
	}
}

func TestSubjects(t *testing.T) {
	for sentence, want := range map[string]string{
		"根据甲咨询的数据，乙市场规模2024年约为3亿元，2026年预计达5亿元。":  "乙市场规模",
		"丙研究院预测，到2030年，丁市场规模将达到8亿元，2035年突破20亿元。": "丁市场规模",
		"戊公司2023年研发投入为6亿元，2024年为7亿元。":            "戊公司研发投入",
	} {
		points := pointsOf(sentence)
		s, ok := seriesOf(sentence, points)
		if !ok || s.Subject != want {
			t.Errorf("%s is a series of %q (%v), want %q", sentence, s.Subject, ok, want)
		}
	}
}

// FuzzExplore: whatever a report holds, its charts are made without a panic and
// no bar is wider than its drawing.
func FuzzExplore(f *testing.F) {
	f.Add(farm)
	f.Add("| a | b |\n|---|---|\n| 1% | 2% |\n| | 0% |\n| x | 99999999999999999999% |\n")
	f.Add("# x\n\n2024年为1亿元，2025年为-3亿元，占比100%，占0%。")
	f.Fuzz(func(t *testing.T, source string) {
		d, err := markdown.Read("f.md", []byte(source))
		if err != nil {
			t.Skip()
		}
		newReading(d)
		x := newExploring(d)
		for _, s := range subjects() {
			for _, c := range candidates(d, s) {
				if c.in(d.Language) == "" {
					t.Errorf("%+v is no question", c)
				}
				c.inEnglish(func(words string) (string, bool) { return words, words != "" })
			}
		}
		for _, m := range x.Measures {
			for _, g := range m.Groups {
				for _, item := range g.Items {
					if item.X < 0 || item.Width < 0 || item.X+item.Width > 1001 {
						t.Errorf("%+v does not fit into 1000", item)
					}
				}
			}
		}
		for _, s := range x.Series {
			for _, p := range s.Points {
				if p.Height < 0 || p.Height > 1000 {
					t.Errorf("%+v does not fit into 1000", p)
				}
			}
		}
	})
}
