package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cellTexts renders a table as rows of texts, inherited cells with a ^.
func cellTexts(t Table) [][]string {
	out := [][]string{t.Columns}
	for _, row := range t.Rows {
		var texts []string
		for _, c := range row {
			text := c.Text
			if c.Inherited {
				text = "^" + text
			}
			texts = append(texts, text)
		}
		out = append(out, texts)
	}
	return out
}

func TestNewTable(t *testing.T) {
	for _, tt := range []struct {
		name       string
		rows, want [][]string
	}{
		{"plain", [][]string{{"a", "b"}, {"1", "2"}}, [][]string{{"a", "b"}, {"1", "2"}}},
		{"missing cells", [][]string{{"a", "b", "c"}, {"1"}}, [][]string{{"a", "b", "c"}, {"1", "", ""}}},
		{"extra cells join the last", [][]string{{"a", "b"}, {"1", "2"}, {"3", "4", "5", "6"}}, [][]string{{"a", "b"}, {"1", "2"}, {"3", "4 5 6"}}},
		{"short header grows", [][]string{{"a"}, {"1", "2"}, {"3", "4"}}, [][]string{{"a", ""}, {"1", "2"}, {"3", "4"}}},
		{"merged downwards", [][]string{{"a", "b", "c"}, {"x", "y", "1"}, {"", "", "2"}, {"", "z", "3"}, {"", "", "4"}},
			[][]string{{"a", "b", "c"}, {"x", "y", "1"}, {"^x", "^y", "2"}, {"^x", "z", "3"}, {"^x", "^z", "4"}}},
		{"a gap inside a row stays", [][]string{{"a", "b", "c"}, {"x", "y", "1"}, {"z", "", "2"}}, [][]string{{"a", "b", "c"}, {"x", "y", "1"}, {"z", "", "2"}}},
		{"totals inherit nothing", [][]string{{"a", "b"}, {"x", "1"}, {"", "合计"}}, [][]string{{"a", "b"}, {"x", "1"}, {"", "合计"}}},
		{"nothing above", [][]string{{"a", "b"}, {"", "1"}}, [][]string{{"a", "b"}, {"", "1"}}},
		{"breaks", [][]string{{"a"}, {"x\vy\nz\tw"}}, [][]string{{"a"}, {"x y z w"}}},
	} {
		var b strings.Builder
		b.WriteString("before ")
		table := newTable(tt.rows, &b)
		if diff := cmp.Diff(tt.want, cellTexts(table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		for _, row := range table.Rows {
			for _, c := range row {
				if got := b.String()[c.Start:c.End]; got != c.Text {
					t.Errorf("%s: offsets of %q give %q", tt.name, c.Text, got)
				}
			}
		}
	}
}

func TestCellItems(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"通用电池 专用电池", []string{"通用电池", "专用电池"}},
		{"动力电池（车、船等） 储能电池（电站）", []string{"动力电池（车、船等）", "储能电池（电站）"}},
		{"阶段1：试点、评估 阶段2：推广 阶段3：全国（含县域）", []string{"阶段1：试点、评估", "阶段2：推广", "阶段3：全国（含县域）"}},
		{"甲公司：Grid平台 乙公司：云端系统", []string{"甲公司：Grid平台", "乙公司：云端系统"}},
		{"前者注重规模； 后者注重安全", []string{"前者注重规模；", "后者注重安全"}},
		{"感知 → 决策 → 执行", []string{"感知", "决策", "执行"}},
		{"钢铁、水泥、电解铝", []string{"钢铁", "水泥", "电解铝"}},
		{"甲公司（电力、热力）、乙公司（燃气）", []string{"甲公司（电力、热力）", "乙公司（燃气）"}},
		{"AI 1.0转型者", nil},
		{"注册用户数量 (万人)", nil},
		{"上下文窗口 (K Tokens)", nil},
		{"合作伙伴 (ISV/SI) 数量 (家)", nil},
		{"“星桥” AI创作平台", nil},
		{"代表企业 / 平台", nil},
		{"明确责任、安全与管理要求，建立机制", nil},
		{"推动通用设备向行业化、场景化转化", nil},
		{"制定安全、能效等七项标准", nil},
		{"设备与材料、服务", nil},
		{"单项", nil},
		{"", nil},
		{"、", nil},
		{" 、 ", nil},
	} {
		if diff := cmp.Diff(tt.want, cellItems(tt.text)); diff != "" {
			t.Errorf("cellItems(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestTabTable(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  int
	}{
		{"two rows", []string{"a\tb", "1\t2", "text"}, 2},
		{"merged cells", []string{"a\tb\tc", "x\ty\t1", "\t\t2"}, 3},
		{"one row is none", []string{"a\tb", "text"}, 0},
		{"indented text", []string{"\tcode", "\tmore"}, 0},
		{"list with tabs", []string{"-\titem", "-\titem"}, 0},
		{"numbers with tabs", []string{"1.\titem", "2.\titem"}, 0},
		{"rows like a list", []string{"项\t值\t比", "-\t1\t2"}, 2},
		{"empty first header", []string{"\t2023\t2024", "收入\t1\t2"}, 2},
		{"trailing tab", []string{"a\t", "b\t"}, 0},
	} {
		if got := TabTable(tt.lines); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestRender(t *testing.T) {
	var b strings.Builder
	table := newTable([][]string{{"大类", "", "分值"}, {"甲", "一", "5分"}, {"", "二", ""}}, &b)
	table.Caption, table.Origin = "评分", "来源：某院"
	if got, want := RenderRow(&table, 1), "评分｜大类（同上）：甲；二"; got != want {
		t.Errorf("RenderRow: got %q, want %q", got, want)
	}
	if got, want := RenderTable(&table), "评分\n大类｜｜分值\n甲｜一｜5分\n甲（同上）｜二｜\n来源：某院"; got != want {
		t.Errorf("RenderTable: got %q, want %q", got, want)
	}
	if got, want := RenderOverview(&table), "评分｜共2行｜列：大类、、分值｜大类：甲｜分值：5分｜来源：某院"; got != want {
		t.Errorf("RenderOverview: got %q, want %q", got, want)
	}
}
