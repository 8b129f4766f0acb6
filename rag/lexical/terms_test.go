package lexical

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTerms(t *testing.T) {
	tests := []struct {
		name, in string
		want     string // texts of the terms in order, separated by blanks
	}{
		{"empty", "", ""},
		{"han", "大模型", "大 模 大模 型 模型"},
		{"no pair over punctuation", "模，型", "模 型"},
		{"no pair over a blank", "模 型", "模 型"},
		{"thousands", "4,000亿", "4000 4000亿 亿"},
		{"not thousands", "1,23", "1 23"},
		{"decimals", "294.16亿元", "294.16 294.16亿 亿 元 亿元"},
		{"percent", "占比24%", "占 比 占比 24 24%"},
		{"percent after a blank, full width", "２４ ％", "24 24%"},
		{"percent in words", "百分之二十四", "24 24% 百 分 百分 之 分之 二 之二 十 二十 四 十四"},
		{"percent in words with decimals", "百分之六十一点二五", "61.25 61.25% 百 分 百分 之 分之 六 之六 十 六十 一 十一 点 一点 二 点二 五 二五"},
		{"numerals stay", "三大", "三 大 三大"},
		{"date in Han", "2025年8月", "2025-08 2025 2025年 年 8 8月 月"},
		{"date with a dot", "2025.08", "2025-08 2025 2025年 8 8月"},
		{"date with a hyphen", "2025-8", "2025-08 2025 2025年 8 8月"},
		{"day", "2025/08/26", "2025-08 2025 2025年 8 8月 2025-08-26 26 26日"},
		{"day in Han", "2025年8月26日", "2025-08 2025-08-26 2025 2025年 年 8 8月 月 26 26日 日"},
		{"an amount, not a date", "2025.08亿", "2025.08 2025.08亿 亿"},
		{"quarter", "第三季度", "q3 第 三 第三 季 三季 度 季度"},
		{"quarter without 第", "三季度", "q3 三 季 三季 度 季度"},
		{"quarter in digits", "3季度", "q3 3 3季 季 度 季度"},
		{"quarter in Latin", "Q3", "q3"},
		{"quarter of a year", "2025年第三季度", "2025q3 2025 2025年 年 q3 第 年第 三 第三 季 三季 度 季度"},
		{"quarter of a year in Latin", "2025Q3", "2025q3 q3 2025 2025年"},
		{"quarter after a blank", "2025年 Q3", "2025q3 2025 2025年 年 q3"},
		{"three quarters are no quarter", "前三季度", "m1-9 前 三 前三 季 三季 度 季度"},
		{"range of months", "1-9月", "m1-9 1 9 9月 月"},
		{"months in words", "前九个月", "m1-9 前 九 前九 个 九个 月 个月"},
		{"ordinal", "第四名", "第4 第 四 第四 名 四名"},
		{"ordinal in digits", "第 12", "第12 第 12"},
		{"rank in a row", "排名：4", "排 名 排名 4 第4"},
		{"half-year", "上半年", "m1-6 h1 上 半 上半 年 半年"},
		{"document number", "国发〔2025〕11号", "国 发 国发 国发〔2025〕11号 〔2025〕11号 2025 2025年 11 11号 号"},
		{"document number, other brackets", "国发（2025）11号", "国 发 国发 国发〔2025〕11号 〔2025〕11号 2025 2025年 11 11号 号"},
		{"a bracketed year", "（2025）", "2025"},
		{"name with a version", "星火X1", "星 火 星火 x1 星火x1"},
		{"version", "V3.5", "v3.5 3.5"},
		{"hyphens", "Seed-OSS-36B", "seed oss seedoss 36b 36 seed-oss-36b"},
		{"short mixed", "o1", "o1"},
		{"digits first", "3D建模", "3d 3d建 建 模 建模"},
		{"size", "1.5B", "1.5b 1.5"},
		{"two words", "Deep Seek", "deep seek deepseek"},
		{"ampersand", "Frost&Sullivan", "frost sullivan frostsullivan frost&sullivan"},
		{"letter and Han", "C端", "c c端 端"},
		{"sentence end in Latin", "the AI. Next", "the ai theai next ainext"},
		{"kana", "カナ", "カ ナ カナ"},
		{"accents", "café", "café"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(Terms(Fold(tt.in)), " "); got != tt.want {
				t.Errorf("Terms(Fold(%q))\n got %s\nwant %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestTermOffsets(t *testing.T) {
	s := Fold("国发（2025）11号，4,000亿 v3.5 百分之八十")
	want := map[string]string{
		"国发〔2025〕11号": "国发(2025)11号", "〔2025〕11号": "(2025)11号", "4000": "4,000", "4000亿": "4,000亿",
		"3.5": "3.5", "v3.5": "v3.5", "80%": "百分之八十", "国发": "国发", "11号": "11号",
	}
	for _, term := range AppendTerms(nil, s) {
		if w, ok := want[term.Text]; ok {
			if got := s[term.Start:term.End]; got != w {
				t.Errorf("%s stands at %q, want %q", term.Text, got, w)
			}
			delete(want, term.Text)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

// TestSpellingsMeet holds that every spelling of a thing shares the term that
// stands for it.
func TestSpellingsMeet(t *testing.T) {
	tests := []struct {
		term      string
		spellings []string
	}{
		{"2025-08", []string{"2025.08", "2025年8月", "2025年08月", "2025-08", "2025/8", "２０２５年８月", "2025年8月26日", "2025.8.26"}},
		{"2025-08-26", []string{"2025年8月26日", "2025-08-26", "2025.8.26", "2025年8月26号"}},
		{"2025q3", []string{"2025年第三季度", "2025Q3", "2025年Q3", "2025 Q3", "2025年三季度", "2025年第3季度"}},
		{"q3", []string{"第三季度", "三季度", "Q3", "2025Q3", "3季度", "第3季"}},
		{"m1-9", []string{"1-9月", "1月-9月", "1至9月", "前九个月", "前9个月", "前三季度", "2025年1—9月"}},
		{"〔2025〕11号", []string{"国发〔2025〕11号", "国发[2025]11号", "（2025）第11号", "【2025】11号", "國發〔2025〕11號"}},
		{"4000", []string{"4,000亿", "4000亿", "４，０００亿"}},
		{"第4", []string{"第四", "第4", "第四名", "排名：4", "名次:4", "序号：4"}},
		{"24%", []string{"24%", "24％", "24 %", "百分之二十四", "百分之24"}},
		{"deepseek", []string{"DeepSeek", "Deep Seek", "deep-seek", "Deep－Seek"}},
		{"星火x1", []string{"星火X1", "讯飞星火x1", "星火Ｘ1"}},
	}
	for _, tt := range tests {
		for _, s := range tt.spellings {
			if got := Terms(Fold(s)); !slices.Contains(got, tt.term) {
				t.Errorf("%s: no %s among %v", s, tt.term, got)
			}
		}
	}
}

func checkTerms(t interface{ Fatalf(string, ...any) }, s string) {
	s = Fold(s)
	for _, term := range AppendTerms(nil, s) {
		if term.Start < 0 || term.End > len(s) || term.Start >= term.End {
			t.Fatalf("%q: term %+v out of bounds", s, term)
		}
		if term.Text == "" || !utf8.ValidString(term.Text) || !utf8.ValidString(s[term.Start:term.End]) {
			t.Fatalf("%q: term %+v is cut inside a character", s, term)
		}
	}
}

func TestTermProperties(t *testing.T) {
	pieces := []string{"2025", "20", ".", "08", "年", "第", "三", "季度", "q3", "百分之", "十", "点", "五", "〔", "〕", "(", ")", "11", "号", "国发", "v", "-", "&", " ", "%", ",000", "前", "个月", "月", "至", "é", "カ", "२"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 2, -1)), 0, 20).Draw(t, "pieces"), "")
		checkTerms(t, s)
	})
}

func FuzzTerms(f *testing.F) {
	f.Add("国发〔2025〕11号 2025.08 1-9月 seed-oss-36b 百分之二十四点五")
	f.Fuzz(func(t *testing.T, s string) { checkTerms(t, s) })
}

func BenchmarkTerms(b *testing.B) {
	s := Fold(strings.Repeat("2023年冷链市场的规模是4,860亿元，两年之后有望超过6,000亿元。", 20))
	b.SetBytes(int64(len(s)))
	var terms []Term
	for b.Loop() {
		terms = AppendTerms(terms[:0], s)
	}
}
