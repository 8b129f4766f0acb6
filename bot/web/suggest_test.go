package web

import (
	"strings"
	"testing"
)

func TestInEnglish(t *testing.T) {
	words := map[string]string{"市场规模": "market size", "公司 / 平台": "company / platform", "种植": "growing", "排名": "rank", "企业": "vendor"}
	translate := func(s string) (string, bool) { w, ok := words[s]; return w, ok }
	for _, tt := range []struct {
		candidate candidate
		want      string // "" for none
	}{
		{candidate{askValue, []string{"when", "2024年", "subject", "市场规模"}, ""}, "What was the market size in 2024?"},
		{candidate{askExpected, []string{"when", "2030", "subject", "市场规模"}, ""}, "What is the market size expected to be in 2030?"},
		{candidate{askNames, []string{"kind", "种植", "column", "公司 / 平台"}, ""}, "What are the companies / platforms of growing?"},
		{candidate{askMost, []string{"column", "排名", "title", "企业"}, ""}, "Which vendor has the highest rank?"},
		{candidate{askDate, []string{"kind", "《植物工厂》", "column", "排名"}, ""}, "What is the rank of 《植物工厂》?"},
		{candidate{askValue, []string{"when", "2025年上半年", "subject", "市场规模"}, ""}, ""},
		{candidate{askValue, []string{"when", "2024年", "subject", "草莓"}, ""}, ""},
	} {
		got, ok := tt.candidate.inEnglish(translate)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%v: %q, %v, want %q", tt.candidate.parts, got, ok, tt.want)
		}
	}
	if got, want := (candidate{askValue, []string{"when", "2024年", "subject", "草莓"}, ""}).in("zh"), "2024年草莓是多少？"; got != want {
		t.Errorf("in Chinese %q, want %q", got, want)
	}
}

func TestLangOf(t *testing.T) {
	for text, want := range map[string]string{"Tea watch": "en", "36氪研究院": "zh-CN", "45%": "en", "": "en"} {
		if got := langOf(text); got != want {
			t.Errorf("langOf(%q) = %q, want %q", text, got, want)
		}
	}
	if got := plurals("city / key"); !strings.HasPrefix(got, "cities / keys") {
		t.Errorf("plurals: %q", got)
	}
}
