package ingest_test

import (
	"testing"

	"yanbao/ingest"
	"yanbao/ingest/markdown"

	"github.com/google/go-cmp/cmp"
)

const described = `# 《样本简报》

某研究院 2025.03

## 门店

样本城市的门店共40家。

| 类型 | 数量 |
| --- | --- |
| 直营 | 10 |
| 加盟 | 30 |

图示：门店构成（2024年）

图示：门店分布

数据来源：示例协会
`

func TestDescribe(t *testing.T) {
	d, err := markdown.Read("sample.md", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Tables) == 0 || len(d.Figures) == 0 {
		t.Fatalf("the sample has %d tables and %d figures, want some of both", len(d.Tables), len(d.Figures))
	}
	before, err := markdown.Read("sample.md", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Describe(ingest.Meta{ID: "other", Date: "2024"})
	if diff := cmp.Diff(before, d); diff != "" {
		t.Errorf("the document itself was changed:\n%s", diff)
	}
	if got.ID != "other" || got.Date != "2024" || got.Title != d.Title {
		t.Errorf("meta = %+v", got.Meta)
	}
	old := map[string]bool{}
	for _, p := range d.Passages {
		old[p.ID] = true
	}
	tables := map[string]bool{}
	for _, table := range got.Tables {
		tables[table.ID] = true
		if table.ID == d.Tables[0].ID {
			t.Errorf("table %s kept its ID", table.ID)
		}
	}
	for _, p := range got.Passages {
		if p.DocumentID != "other" || old[p.ID] {
			t.Errorf("passage %s is of document %s; is it an old one: %v", p.ID, p.DocumentID, old[p.ID])
		}
		if p.TableID != "" && !tables[p.TableID] {
			t.Errorf("passage %s names the unknown table %s", p.ID, p.TableID)
		}
	}
	if len(got.Passages) != len(d.Passages) {
		t.Errorf("%d passages, want %d", len(got.Passages), len(d.Passages))
	}
}

func TestDescribeWithoutID(t *testing.T) {
	d, err := markdown.Read("sample.md", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Describe(ingest.Meta{Title: "《别名》", ID: d.ID})
	want := *d
	want.Title = "《别名》"
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
}
