package ingest

import "testing"

func TestSlug(t *testing.T) {
	for _, tt := range []struct{ name, title, want string }{
		{"Storage Report 2024.md", "", "storage-report-2024"},
		{"dir/a_b--c.tar.md", "", "a-b-c-tar"},
		{`C:\docs\Report.MD`, "", "report"},
		{"original.md", "《储能》", "original"},
		{".md", "", "md"},
		{"储能报告2024.md", "", "2024-" + shortHash("储能报告2024", 6)},
		{"储能报告.md", "", "doc-" + shortHash("储能报告", 8)},
		{"", "储能", "doc-" + shortHash("储能", 8)},
		{"-", "Grid", "grid"},
	} {
		if got := Slug(tt.name, tt.title); got != tt.want {
			t.Errorf("Slug(%q, %q) = %q, want %q", tt.name, tt.title, got, tt.want)
		}
	}
	if a, b := Slug("储能.md", ""), Slug("光伏.md", ""); a == b {
		t.Errorf("two Chinese names share the ID %s", a)
	}
}

func TestHeadingNumber(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
		ok   bool
	}{
		{"01", 1, true}, {"12", 12, true}, {"第三章", 3, true}, {"第 4 部分", 4, true}, {"PART 2", 2, true}, {"Chapter 5", 5, true},
		{"十", 10, true}, {"十一", 11, true}, {"二十三", 23, true}, {"三、", 3, true},
		{"2024", 0, false}, {"01 概况", 0, false}, {"概况", 0, false}, {"", 0, false},
	} {
		if got, ok := headingNumber(tt.text); got != tt.want || ok != tt.ok {
			t.Errorf("headingNumber(%q) = %d, %v, want %d, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestBareTitle(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"01 大盘概况", "大盘概况"}, {"1.3 发展现状", "发展现状"}, {"1.3发展现状", "发展现状"}, {"第二章 供给", "供给"},
		{"一、需求", "需求"}, {"（二）价格", "价格"}, {"3D打印", "3d打印"}, {"2024年展望", "2024年展望"}, {"Part 3: Costs", "costs"}, {"概况（上）", "概况上"},
	} {
		if got := bareTitle(tt.text); got != tt.want {
			t.Errorf("bareTitle(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
