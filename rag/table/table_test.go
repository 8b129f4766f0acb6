package table

import (
	"fmt"
	"strings"
	"testing"

	"yanbao/ingest"
)

// plants is a table with a merged first column, dates, amounts and cells of
// several items.
func plants() *View {
	t := &ingest.Table{
		ID: "t", Caption: "电站一览",
		Columns: []string{"地区", "序号", "电站名称", "投运时间", "装机规模", "代表企业 / 平台"},
	}
	for i, row := range [][]string{
		{"北区 (60%)", "1", "青山站", "2021.03", "12万千瓦", "青禾科技：光盾 白鹭智能：云鹭"},
		{"北区 (60%)", "2", "绿水站", "2022.07", "30万千瓦", "青禾科技：光石"},
		{"南区 (40%)", "3", "海角站", "2023.11", "30万千瓦", "白鹭智能：白塔"},
	} {
		var cells []ingest.Cell
		for c, text := range row {
			cell := ingest.Cell{Text: text, Inherited: c == 0 && i == 1}
			if strings.Contains(text, " 白") {
				cell.Items = strings.Split(text, " ")
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, cells)
	}
	return NewView(t)
}

func TestColumnKinds(t *testing.T) {
	v := plants()
	want := []Kind{Words, Ordinals, Words, Dates, Numbers, Words}
	for c, k := range want {
		if got := v.ColumnKind(c); got != k {
			t.Errorf("kind of %s = %v, want %v", v.Columns[c], got, k)
		}
	}
}

func TestNamedCells(t *testing.T) {
	v := plants()
	for _, tt := range []struct{ question, want string }{
		{"绿水站是什么时候投运的", "[绿水站]"},
		{"第2号电站是哪个", "[2]"},
		{"第12号电站是哪个", "[]"},
		{"白鹭智能有哪些平台", "[青禾科技：光盾 白鹭智能：云鹭 白鹭智能：白塔]"},
		{"北区有几个电站", "[北区 (60%) 北区 (60%)]"},
	} {
		var got []string
		for _, m := range v.NamedCells(tt.question) {
			got = append(got, v.Text(m.Cell))
		}
		if g := fmt.Sprint(got); g != tt.want {
			t.Errorf("NamedCells(%q) = %s, want %s", tt.question, g, tt.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	v := plants()
	for _, tt := range []struct{ question, want string }{
		{"绿水站的装机规模有多大", "[0 0 0 0 4 0]"},
		{"哪个地区的电站最多", "[2 0 2 0 0 0]"},
		{"代表平台是什么", "[0 0 0 0 0 2]"},
	} {
		if got := fmt.Sprint(v.Headers(tt.question)); got != tt.want {
			t.Errorf("Headers(%q) = %s, want %s", tt.question, got, tt.want)
		}
	}
}

func TestExtremeGivesAllTies(t *testing.T) {
	v := plants()
	cells, value := v.Extreme(v.AllRows(), 4, false)
	if fmt.Sprint(cells) != "[{1 4} {2 4}]" || value.Number != 300000 {
		t.Errorf("Extreme = %v %v, want both stations of 30万千瓦", cells, value)
	}
	cells, _ = v.Extreme(v.AllRows(), 4, true)
	if fmt.Sprint(cells) != "[{0 4}]" {
		t.Errorf("least = %v, want the first", cells)
	}
	cells, _ = v.Extreme(v.AllRows(), 0, true)
	if fmt.Sprint(cells) != "[{2 0}]" {
		t.Errorf("least share in brackets = %v, want the third row", cells)
	}
}

func TestFilterSumGroup(t *testing.T) {
	v := plants()
	rows := v.Filter(v.AllRows(), 0, "北区 (60%)")
	if fmt.Sprint(rows) != "[0 1]" {
		t.Fatalf("Filter = %v, want [0 1]", rows)
	}
	sum, cells, ok := v.Sum(rows, 4)
	if !ok || sum.Number != 420000 || sum.Unit != "千瓦" || len(cells) != 2 {
		t.Errorf("Sum = %v %v %v, want 42万千瓦 of two cells", sum, cells, ok)
	}
	if _, _, ok := v.Sum(rows, 2); ok {
		t.Error("Sum of names is ok, want not")
	}
	groups := v.GroupBy(v.AllRows(), 0, 2)
	if len(groups) != 2 || len(groups[0].Members) != 2 || len(groups[1].Members) != 1 {
		t.Fatalf("GroupBy = %+v, want 2 and 1 members", groups)
	}
	if most := Most(groups, false); len(most) != 1 || v.Text(most[0].Key) != "北区 (60%)" {
		t.Errorf("Most = %+v, want 北区", most)
	}
	if fewest := Most(groups, true); len(fewest) != 1 || v.Text(fewest[0].Key) != "南区 (40%)" {
		t.Errorf("fewest = %+v, want 南区", fewest)
	}
}

func TestItems(t *testing.T) {
	v := plants()
	if got := v.Items(Cell{0, 5}); len(got) != 2 {
		t.Errorf("Items = %q, want two", got)
	}
	if got := v.Items(Cell{1, 5}); len(got) != 1 {
		t.Errorf("Items = %q, want one", got)
	}
}
