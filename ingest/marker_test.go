package ingest

import "testing"

func TestParseMarker(t *testing.T) {
	for _, tt := range []struct {
		line string
		kind markerKind
		sign string
		body string
	}{
		{"图示：储能规模", markCaption, "", "储能规模"},
		{"图表3：储能规模", markCaption, "", "储能规模"},
		{"图 2-1 储能规模", markCaption, "", "储能规模"},
		{"表4. 储能规模", markCaption, "", "储能规模"},
		{"表一：储能规模", markCaption, "", "储能规模"},
		{"图：储能规模", markCaption, "", "储能规模"},
		{"Figure 3: Storage", markCaption, "", "Storage"},
		{"Table 2. Storage", markCaption, "", "Storage"},
		{"Exhibit 7 Storage", markCaption, "", "Storage"},
		{"图书馆数量增加", markNone, "", ""},
		{"图3显示储能在增长。", markNone, "", ""},
		{"图3 显示储能在增长，价格下降。", markNone, "", ""},
		{"表现突出：三家企业", markNone, "", ""},
		{"图示：", markNone, "", ""},
		{"数据来源：某院", markSource, "", "某院"},
		{"资料来源:某院", markSource, "", "某院"},
		{"Source: IEA", markSource, "", "IEA"},
		{"Sources: IEA, OECD", markSource, "", "IEA, OECD"},
		{"来源于生活", markNone, "", ""},
		{"注：口径不同", markNote, "", "口径不同"},
		{"注2：口径不同", markNote, "", "口径不同"},
		{"注意：安全", markNone, "", ""},
		{"*数据来源：某院", markSource, "*", "某院"},
		{"**注：口径", markNote, "**", "口径"},
		{"*口径按内销计算", markNote, "*", "口径按内销计算"},
		{"[^2]: 口径", markNote, "[^2]", "口径"},
		{"† 口径", markNote, "†", "口径"},
		{"时间：2024年", markPeriod, "", "2024年"},
		{"单位：万元", markPeriod, "", "万元"},
		{"说明：图中数据不在文本中。", markExplain, "", "图中数据不在文本中。"},
		{"说明书：略", markNone, "", ""},
		{"*", markNone, "", ""},
		{"", markNone, "", ""},
	} {
		got := parseMarker(tt.line)
		body := ""
		if got.kind != markNone {
			body = tt.line[got.body:]
		}
		if got.kind != tt.kind || got.sign != tt.sign || body != tt.body {
			t.Errorf("parseMarker(%q) = kind %d sign %q body %q, want %d %q %q", tt.line, got.kind, got.sign, body, tt.kind, tt.sign, tt.body)
		}
	}
}

func TestJoinLines(t *testing.T) {
	for _, tt := range []struct {
		text string
		lead int
		want string
		at   int // lead in the result
	}{
		{"需求洞察报  \n告", 0, "需求洞察报告", 0},
		{"hard\nwrap", 0, "hard wrap", 0},
		{"中文\nLatin", 0, "中文 Latin", 0},
		{"甲，\n乙", 0, "甲，乙", 0},
		{"甲\v乙", 0, "甲\n乙", 0},
		{"　　缩进\n　　续行", 0, "缩进续行", 0},
		{"要\n点。正文", len("要\n点。"), "要点。正文", len("要点。")},
		{" 要点。正文", len(" 要点。"), "要点。正文", len("要点。")},
		{"\n\n空行\n", 0, "空行", 0},
		{"全部\n加粗", len("全部\n加粗"), "全部加粗", len("全部加粗")},
	} {
		got, at := joinLines(tt.text, tt.lead)
		if got != tt.want || at != tt.at {
			t.Errorf("joinLines(%q, %d) = %q, %d, want %q, %d", tt.text, tt.lead, got, at, tt.want, tt.at)
		}
	}
}
