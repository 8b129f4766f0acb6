package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrimarySources(t *testing.T) {
	for _, tt := range []struct {
		text, publisher string
		want            []string
	}{
		{"清研咨询，某研究院整理", "", []string{"清研咨询"}},
		{"清研咨询, 某研究院整理", "", []string{"清研咨询"}},
		{"国家能源局、清研咨询，某研究院整理", "", []string{"国家能源局", "清研咨询"}},
		{"国家能源局与清研咨询，由某研究院整理", "", []string{"国家能源局", "清研咨询"}},
		{"某研究院根据公开资料整理", "", nil},
		{"某研究院通过公开资料整理", "", nil},
		{"公开资料", "", nil},
		{"公司公告，网络公开信息", "", []string{"公司公告"}},
		{"某研究院根据海关总署公开数据整理", "", []string{"海关总署"}},
		{"Wind，某证券研究部", "某证券研究部", []string{"Wind"}},
		{"某证券研究部", "某证券研究部", []string{"某证券研究部"}},
		{"工业和信息化部", "", []string{"工业和信息化部"}},
		{"Frost & Sullivan; IDC.", "", []string{"Frost & Sullivan", "IDC"}},
		{"《能源白皮书（2024年，第二版）》", "", []string{"《能源白皮书（2024年，第二版）》"}},
		{"", "", nil},
	} {
		if diff := cmp.Diff(tt.want, PrimarySources(tt.text, tt.publisher)); diff != "" {
			t.Errorf("PrimarySources(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestNamedSources(t *testing.T) {
	for _, tt := range []struct {
		sentence string
		want     []string
	}{
		{"根据清研咨询数据，2024年规模为12亿元。", []string{"清研咨询"}},
		{"根据清研咨询的数据，规模为12亿元。", []string{"清研咨询"}},
		{"据清研咨询统计数据，规模为12亿元。", []string{"清研咨询"}},
		{"例如，据远望证券数据，资本开支达80亿元。", []string{"远望证券"}},
		{"同样据年报数据，费用占营收的12%。", []string{"年报"}},
		{"根据Blue Ridge Research数据，收入约3亿美元。", []string{"Blue Ridge Research"}},
		{"据Frost&Sullivan预测，占比将超过80%。", []string{"Frost&Sullivan"}},
		{"根据能源研究中心《发展报告2025》，规模将达4,000亿元。", []string{"能源研究中心"}},
		{"IEA数据显示，装机增长三成。", []string{"IEA"}},
		{"Sensor Tower数据显示，下载量进入前20名。", []string{"Sensor Tower"}},
		{"清研咨询的同一组2024年数据显示，占比为24%。", []string{"清研咨询"}},
		{"《储能招标监测报告(2025年Q3)》显示，中标数量居首。", []string{"《储能招标监测报告(2025年Q3)》"}},
		{"规模为12亿元（数据来源：清研咨询）。", []string{"清研咨询"}},
		{"*数据来源：清研咨询，某研究院整理", []string{"清研咨询"}},
		{"IDC预测，到2026年占比将过半。", []string{"IDC"}},
		{"清研咨询预计，明年增速回落。", []string{"清研咨询"}},
		{"According to Benchmark Minerals, demand will triple.", []string{"Benchmark Minerals"}},
		{"IDC forecasts that demand will triple.", []string{"IDC"}},
		{"根据公开资料，企业超过百家。", nil},
		{"根据用户要求，创作文案。", nil},
		{"据不完全统计，企业超过百家。", nil},
		{"市场数据显示，价格下降。", nil},
		{"相关数据显示，价格下降。", nil},
		{"我们预测，价格会下降。", nil},
		{"根据描述生成数据报表。", nil},
		{"数据来源：某研究院根据公开资料整理", nil},
		{"数据是核心资源。", nil},
		{"", nil},
	} {
		if diff := cmp.Diff(tt.want, NamedSources(tt.sentence)); diff != "" {
			t.Errorf("NamedSources(%q) (-want +got):\n%s", tt.sentence, diff)
		}
	}
}
