package markdown

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
	"yanbao/ingest/ingesttest"
)

// original reads the report that is delivered beside the repository.
func original(t *testing.T) *ingest.Document {
	t.Helper()
	data, err := os.ReadFile("../../../shared/report/original.md")
	if err != nil {
		t.Skip("the original report is not beside the repository")
	}
	return mustRead(t, "original.md", data)
}

// edition reads the shipped edition.
func edition(t *testing.T) *ingest.Document {
	t.Helper()
	data, err := os.ReadFile("../../corpus/36kr-llm-2025.md")
	if err != nil {
		t.Skip("the shipped edition is not in the repository")
	}
	return mustRead(t, "36kr-llm-2025.md", data)
}

func mustRead(t *testing.T, name string, data []byte) *ingest.Document {
	t.Helper()
	doc, err := Read(name, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := ingesttest.Check(doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// outline renders the sections with two blanks per level, long titles cut.
func outline(doc *ingest.Document) string {
	var b strings.Builder
	for _, s := range doc.Sections {
		title := []rune(s.Title)
		b.WriteString(strings.Repeat("  ", s.Level-1) + string(title[:min(len(title), 16)]) + "\n")
	}
	return b.String()
}

func TestOriginalOutline(t *testing.T) {
	want := `报告摘要
案例分析公司
相关研究报告
01 大模型行业发展概况
  大模型是新一代人工智能发展的战略
  全球大模型行业正从技术竞速转向生
  大模型是中国人工智能发展的战略引
  大模型已成为中国科技创新与产业安
  大模型由规模驱动转向结构创新，多
  大模型商业化进入体系化阶段，企业
  大模型应用正从试点验证迈向规模化
  大模型厂商多向探索，具身智能成为
  1.3 发展现状
02 大模型生态新范式与企业竞争
  CBDG四维生态模型成为新范式
    CBDG四维生态模型：解析中国大
  中国大模型企业竞争力
    基于CBDG四维生态模型，构建中
    生态构建：行业竞争已经进入到高活
    技术研发：基于基准测试排名，侧重
    行业赋能：从技术工具的单点应用向
    商业变现：从商业模式探索期进入初
    创新拓展：关乎在下一代产业变革中
    科大讯飞凭借在生态、技术与政企市
03 大模型企业典型案例分析
  科大讯飞：G/B端深耕与抢滩AI
    科大讯飞：深耕G/B端，巩固政企
  字节跳动：数据飞轮与C端流量驱动
    字节跳动：全栈AI布局，场景赛道
  阿里：夸克的用户粘性策略与差异化
    阿里：将夸克作为竞争尖兵，向集成
04 大模型行业未来发展趋势
  技术趋势
    大模型推动人工智能范式从多模态认
  产业趋势
    大模型行业竞争由技术突破转向生态
  治理趋势
    大模型生态竞合加速，中国将贡献以
01 传播资源
02 核心数据
03 团队优势
04 研究领域
05 品牌影响
分析师声明
免责声明
36Kr
`
	doc := original(t)
	if diff := cmp.Diff(want, outline(doc)); diff != "" {
		t.Errorf("outline (-want +got):\n%s", diff)
	}
	meta := ingest.Meta{ID: "original", Title: "《2025年中国大模型行业发展研究报告》", Publisher: "36氪研究院", Date: "2025-11", Language: "zh"}
	if diff := cmp.Diff(meta, doc.Meta); diff != "" {
		t.Errorf("meta (-want +got):\n%s", diff)
	}
}

// wantTables are the tables of the report: caption, rows, columns.
var wantTables = []struct {
	caption       string
	rows, columns int
}{
	{"大模型分类体系", 5, 4},
	{"中美欧大模型发展优势比较", 3, 5},
	{"中国人工智能与大模型发展相关核心政策梳理（2017—2025）", 8, 6},
	{"大模型产业探索多元商业模式", 4, 5},
	{"中国具身智能平台类型与代表案例对比", 3, 5},
	{"中国大模型企业竞争力指标评价体系", 25, 5},
	{"中国大模型市场竞争梯队", 5, 3},
	{"夸克AI产品矩阵的演变历程", 4, 4},
}

func TestReportTables(t *testing.T) {
	for name, read := range map[string]func(*testing.T) *ingest.Document{"original": original, "edition": edition} {
		t.Run(name, func(t *testing.T) {
			doc := read(t)
			if len(doc.Tables) != len(wantTables) {
				t.Fatalf("got %d tables, want %d", len(doc.Tables), len(wantTables))
			}
			rows := 0
			for i, w := range wantTables {
				got := doc.Tables[i]
				if got.Caption != w.caption || len(got.Rows) != w.rows || len(got.Columns) != w.columns {
					t.Errorf("table %d: got %q %d×%d, want %q %d×%d", i+1, got.Caption, len(got.Rows), len(got.Columns), w.caption, w.rows, w.columns)
				}
				rows += len(got.Rows)
			}
			if rows != 57 {
				t.Errorf("got %d rows, want 57", rows)
			}
			checkIndicators(t, &doc.Tables[5])
		})
	}
}

// checkIndicators checks the table with merged cells: 25 rows numbered without
// a gap, every cell filled, points that sum up to the weights.
func checkIndicators(t *testing.T, table *ingest.Table) {
	t.Helper()
	sums, seconds := map[string]int{}, map[string]bool{}
	for r, row := range table.Rows {
		for c, cell := range row {
			if cell.Text == "" {
				t.Errorf("row %d column %d is empty", r+1, c+1)
			}
		}
		if got := row[2].Text; got != itoa(r+1) {
			t.Errorf("row %d has the number %s", r+1, got)
		}
		points := 0
		for _, d := range strings.TrimSuffix(row[4].Text, "分") {
			points = points*10 + int(d-'0')
		}
		sums[row[0].Text] += points
		seconds[row[0].Text+row[1].Text] = true
	}
	want := map[string]int{"生态构建能力 (25%)": 25, "技术研发能力 (25%)": 25, "行业赋能能力 (20%)": 20, "商业变现能力 (20%)": 20, "创新拓展能力 (10%)": 10}
	if diff := cmp.Diff(want, sums); diff != "" {
		t.Errorf("points by level (-want +got):\n%s", diff)
	}
	if len(seconds) != 15 {
		t.Errorf("got %d second-level indicators, want 15", len(seconds))
	}
	if len(table.Notes) != 1 {
		t.Errorf("notes: got %q, want one", table.Notes)
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestOriginalMergedCells(t *testing.T) {
	rows := original(t).Tables[5].Rows
	for _, tt := range []struct {
		row   int
		first [2]bool // whether the first two cells are inherited
	}{{1, [2]bool{false, false}}, {2, [2]bool{true, true}}, {3, [2]bool{true, false}}, {7, [2]bool{false, false}}, {15, [2]bool{true, false}}} {
		r := rows[tt.row-1]
		if got := [2]bool{r[0].Inherited, r[1].Inherited}; got != tt.first || r[2].Inherited {
			t.Errorf("row %d: inherited %v, want %v", tt.row, got, tt.first)
		}
	}
}

func TestReportFigures(t *testing.T) {
	data := map[string]bool{ // captions whose labels are in the text
		"CBDG四维生态模型": true, "客户生态构建的两种路线": true, "生态构建能力的主要方面": true,
		"讯飞星火深度推理X1大模型，综合性能显著提升，整体对标OpenAI o3": true, "技术研发能力的主要方面": true,
		"行业赋能能力的主要方面": true, "字节的核心战略": true, "中国大模型产业重构三大趋势": true,
	}
	sources := map[string]string{
		"中国多模态大模型市场规模及应用场景分布":                "智研咨询",
		"中国AI原生App用户规模及增长率（2024.03–2025.03）": "QuestMobile",
		"中国具身智能市场规模预测及应用市场分布":                "国务院发展研究中心|智研咨询",
		"全年市场公开披露的大模型中标项目数量（个）":              "智能超参数",
		"全年市场公开披露的大模型中标项目金额（亿元）":             "智能超参数",
		"Top6通用大模型厂商中标数量（个）排行榜（2025年第三季度）":   "智能超参数",
		"Top6通用大模型厂商中标金额（亿元）排行榜（2025年第三季度）":  "智能超参数",
		"字节跳动布局的AI应用产品、所属赛道和MAU（万）":          "Xsignal",
		"AI应用的次日留存率（月度活跃用户）":                 "Xsignal",
	}
	for name, read := range map[string]func(*testing.T) *ingest.Document{"original": original, "edition": edition} {
		t.Run(name, func(t *testing.T) {
			doc := read(t)
			captions := map[string]bool{}
			for _, table := range doc.Tables {
				captions[table.Caption] = true
			}
			for _, f := range doc.Figures {
				captions[f.Caption] = true
				if got := strings.Join(f.Sources, "|"); got != sources[f.Caption] {
					t.Errorf("%s: sources %q, want %q", f.Caption, got, sources[f.Caption])
				}
				want := data[f.Caption] || name == "original" && f.Caption == "讯飞开放平台主要产品能力与场景创新"
				if f.HasData != want {
					t.Errorf("%s: has data %v, want %v", f.Caption, f.HasData, want)
				}
			}
			// 32 captions, and in the original the title of a table as well
			if len(captions) != 33 {
				t.Errorf("got %d captions, want 33", len(captions))
			}
		})
	}
}

func TestOriginalFootnotes(t *testing.T) {
	doc := original(t)
	byID := map[string]*ingest.Passage{}
	for i := range doc.Passages {
		byID[doc.Passages[i].ID] = &doc.Passages[i]
	}
	for call, note := range map[int]int{340: 371, 464: 478} { // lines of the file
		found := false
		for _, p := range doc.Passages {
			if p.Line != call || len(p.Notes) == 0 {
				continue
			}
			found = true
			if got := byID[p.Notes[0]]; got.Line != note || len(p.Sources) != 1 || p.Sources[0] != "智能超参数" || !strings.Contains(p.Text, "*") {
				t.Errorf("call in line %d: note of line %d, sources %q", call, got.Line, p.Sources)
			}
		}
		if !found {
			t.Errorf("no passage of line %d has a note", call)
		}
	}
	for _, f := range doc.Figures {
		if f.Caption == "生态构建能力的主要方面" && len(f.Sources) > 0 {
			t.Errorf("the footnote of the text became the source %q of the figure", f.Sources)
		}
	}
}

func TestOriginalRoles(t *testing.T) {
	doc := original(t)
	kinds := map[int]ingest.BlockKind{} // by line
	leads := map[int]string{}
	sections := map[int]string{}
	for _, b := range doc.Blocks {
		kinds[b.Line] = b.Kind
		if b.LeadEnd > 0 {
			leads[b.Line] = doc.Text[b.Start:b.LeadEnd]
		}
		if b.Section >= 0 {
			sections[b.Line] = doc.Sections[b.Section].Title
		}
	}
	for kind, lines := range map[ingest.BlockKind][]int{
		ingest.BlockAside: {7, 13, 15, 61, 63, 65, 69, 84, 90, 92, 234, 235, 512, 514, 606, 608},
		ingest.BlockLabel: {30, 35, 40, 241, 253, 318, 343, 349, 357, 378, 402, 412, 430, 445, 454, 543, 548, 632, 646},
		ingest.BlockNote:  {107, 280, 309, 371, 478, 504, 570, 598, 600},
	} {
		for _, line := range lines {
			if kinds[line] != kind {
				t.Errorf("line %d is %q, want %q", line, kinds[line], kind)
			}
		}
	}
	// bullets whose bold lead lost its opening mark
	for _, line := range []int{114, 115, 158, 159, 169, 170, 171, 187, 188, 189, 261, 262, 519, 529, 530, 555, 556, 576, 613, 614, 615} {
		if lead := leads[line]; lead == "" || !strings.HasSuffix(lead, "。") || strings.Count(lead, "。") != 1 {
			t.Errorf("line %d has the lead %q", line, lead)
		}
	}
	// what follows a drawing stays on its page
	for line, page := range map[int]string{261: "CBDG四维", 340: "生态构建", 408: "技术研发", 555: "字节跳动", 282: "基于CBDG"} {
		if !strings.HasPrefix(sections[line], page) {
			t.Errorf("line %d stands under %q, want %s…", line, sections[line], page)
		}
	}
	if sections[668] != "" {
		t.Errorf("the publisher's introduction stands under %q", sections[668])
	}
}

func TestOriginalDuplicates(t *testing.T) {
	doc := original(t)
	lines := map[string]int{}
	for _, p := range doc.Passages {
		lines[p.ID] = p.Line
	}
	for _, p := range doc.Passages {
		if p.Kind != ingest.KindText || p.DuplicateOf == "" {
			continue
		}
		if p.Line != 21 || lines[p.DuplicateOf] != 138 {
			t.Errorf("line %d duplicates line %d, want only 21 → 138", p.Line, lines[p.DuplicateOf])
		}
		return
	}
	t.Error("the summary's first bullet duplicates nothing")
}

func TestEditionKeepsItsStructure(t *testing.T) {
	doc := edition(t)
	levels := map[int]int{}
	for _, s := range doc.Sections {
		levels[s.Level]++
	}
	if levels[1] < 6 || levels[2] < 20 || levels[3] < 20 || levels[4] > 0 {
		t.Errorf("sections by level: %v", levels)
	}
	asides, labels := 0, 0
	for _, b := range doc.Blocks {
		switch b.Kind {
		case ingest.BlockAside:
			asides++
		case ingest.BlockLabel:
			labels++
		}
	}
	if asides != 0 || labels < 20 {
		t.Errorf("got %d asides and %d labels", asides, labels)
	}
	for _, table := range doc.Tables {
		if strings.HasPrefix(table.Caption, "中国具身智能平台") && len(table.Rows[0][2].Items) != 2 {
			t.Errorf("items of %q: %q", table.Rows[0][2].Text, table.Rows[0][2].Items)
		}
	}
}
