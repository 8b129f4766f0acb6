package bot

import (
	"testing"

	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func shops() *rag.TableView {
	return &rag.TableView{
		Document: "tea", Path: []string{"概况", "门店"},
		Table: ingest.Table{
			ID: "t1", Caption: "门店\n构成", Columns: []string{"类型", "占比|%"}, Sources: []string{"甲协会", "乙所"}, Notes: []string{"注：2024年"},
			Rows: [][]ingest.Cell{{{Text: " 直营\x1b "}, {Text: "30"}}, {{Text: "加盟\n联营"}, {Text: `\70,"5"`}}},
		},
	}
}

func TestRenderTable(t *testing.T) {
	for _, test := range []struct {
		name    string
		table   *rag.TableView
		options Options
		want    string
	}{
		{"Chinese", shops(), Options{}, "门店 构成\n概况 › 门店\n\n| 类型 | 占比\\|% |\n| --- | --- |\n| 直营 | 30 |\n| 加盟<br>联营 | \\\\70,\"5\" |\n\n一手来源：甲协会、乙所\n\n注：2024年\n"},
		{"English words, no rows", &rag.TableView{Table: ingest.Table{Caption: "c", Columns: []string{"a"}, Sources: []string{"s"}}}, Options{Language: English},
			"c\n\n| a |\n| --- |\n\nprimary source: s\n"},
		{"colours", &rag.TableView{Table: ingest.Table{Caption: "c", Columns: []string{"a"}}, Path: []string{"p"}}, Options{Color: true},
			"\x1b[1mc\x1b[0m\n\x1b[2mp\x1b[0m\n\n| a |\n| --- |\n"},
	} {
		if diff := cmp.Diff(test.want, RenderTable(test.table, test.options)); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

func TestTableCSV(t *testing.T) {
	want := "类型,占比|%\n\" 直营 \",30\n\"加盟\n联营\",\"\\70,\"\"5\"\"\"\n"
	if diff := cmp.Diff(want, TableCSV(shops())); diff != "" {
		t.Error(diff)
	}
}
