package quantity

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestValues(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string // text=number unit, separated by |
	}{
		{"市场规模约为294.16亿元，预计突破700亿元", "294.16亿元=2.9416e+10 元|700亿元=7e+10 元"},
		{"收入约35.6亿美元，年均复合增长率 32.7%", "35.6亿美元=3.56e+09 美元|32.7%=32.7 %"},
		{"接近三家总和（约1,000亿元）", "三家=3 家|1,000亿元=1e+11 元"},
		{"迭代周期维持在3至4个月", "3至4个月=3..4 个月"},
		{"RMB 29.4 billion in 2024", "29.4 billion=2.94e+10 元"},
		{"占比百分之二十四，即两成四", "百分之二十四=24 %|两成=20 %"},
		{"三分之一以上组织", "三分之一=0.333333333333333 "},
		{"汇聚150万+大模型开发者，支持130+语种", "150万+=1.5e+06 |130+语种=130 语种"},
		{"MAU超1200万，月活1274.95万", "1200万=1.2e+07 |1274.95万=1.27495e+07 "},
		{"有931家央国企、551个项目", "931家=931 家|551个=551 个"},
		{"国家网信办等七部门", "七部门=7 部门"},
		{"Seed-OSS-36B、V3.5、o1、R1、CHIME-8、5G、36Kr", ""},
		{"统一、一体、第一梯队", ""},
		{"２０２４年增长３２．７％", "３２．７％=32.7 %"},
		{"2000家企业", "2000家=2000 家"},
		{"60 percent of workloads, US$12 billion", "60 percent=60 %|12 billion=1.2e+10 美元"},
		{"赋能超过500家", "500家=500 家"},
		{"变化：-1.2，+0.4个百分点（-60以下）", "-1.2=-1.2 |+0.4个百分点=0.4 百分点|-60=-60 "},
		{"-25至-18℃，2-3年，A-1", "-25至-18℃=-25..-18 ℃|2-3年=2..3 年"},
		{"2035年有望突破万亿元，3万亿元，万亿级", "万亿元=1e+12 元|3万亿元=3e+12 元"},
		{"二百九十四点一六亿元、三点五倍，两点建议，100日元", "二百九十四点一六亿元=2.9416e+10 元|三点五倍=3.5 倍|100日元=100 日元"},
		{"几亿、十五亿、五百万人", "十五亿=1.5e+09 |五百万人=5e+06 人"},
		{"一千六百亿元，一千二百万，二百亿", "一千六百亿元=1.6e+11 元|一千二百万=1.2e+07 |二百亿=2e+10 "},
	} {
		var got []string
		for _, v := range Values(tt.text) {
			n := fmt.Sprint(v.Number)
			if v.High != v.Number {
				n = fmt.Sprintf("%v..%v", v.Number, v.High)
			}
			got = append(got, fmt.Sprintf("%s=%s %s", v.Text, n, v.Unit))
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("Values(%q)\n got %s\nwant %s", tt.text, g, tt.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"2025年8月", "2025-08"},
		{"2025.08", "2025-08"},
		{"2025-08-03 与 2025/8", "2025-08-03|2025-08"},
		{"2025年第三季度、2025Q3、2025年Q3、2025 Q3", "2025-Q3|2025-Q3|2025-Q3|2025-Q3"},
		{"3,320，2023年：4,860", "2023"},
		{"2025年1-9月，前九个月", "2025-01/09|0000-01/09"},
		{"2024年全年，2026年将突破", "2024|2026"},
		{"（2017—2025）", "2017/2025"},
		{"2024-2025年", "2024/2025"},
		{"2000亿元，2000家，2024.5亿", ""},
		{"国发〔2025〕11号", ""},
		{"by 2030, in 2024", "2030|2024"},
		{"2024年上半年", "2024-H1"},
		{"二〇二五年", "2025"},
	} {
		var got []string
		for _, p := range Periods(tt.text) {
			got = append(got, p.String())
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("Periods(%q) = %s, want %s", tt.text, g, tt.want)
		}
	}
}

func TestSameAmountInAnySpelling(t *testing.T) {
	one := func(s string) Value {
		vs := Values(s)
		if len(vs) != 1 {
			t.Fatalf("Values(%q) = %v, want one", s, vs)
		}
		return vs[0]
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"4,000亿元", "4000亿元", true},
		{"294.16亿元", "RMB 29.416 billion", true},
		{"294.16亿元", "294.16亿美元", false},
		{"24%", "百分之二十四", true},
		{"24%", "24个", false},
		{"1.5亿", "15000万", true},
		{"700亿元", "70亿元", false},
	} {
		if got := one(tt.a).Same(one(tt.b)); got != tt.want {
			t.Errorf("%q same as %q = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestOffsetsSliceBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("0123456789,.%亿万元美个月年第三季度十百千至-约超QV 　＋１２家（）"))).Draw(t, "text")
		end := 0
		for _, v := range Values(s) {
			if v.Start < end || s[v.Start:v.End] != v.Text || v.Text == "" {
				t.Fatalf("value %+v does not slice back out of %q", v, s)
			}
			end = v.End
		}
		for _, p := range Periods(s) {
			if s[p.Start:p.End] != p.Text {
				t.Fatalf("period %+v does not slice back out of %q", p, s)
			}
		}
	})
}

func TestEnglishPeriods(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"issued on August 26, 2025 and in force from Oct. 1, 2025", "2025-08-26|2025-10-01"},
		{"on 26 August 2025", "2025-08-26"},
		{"in August 2025, Sept 2024", "2025-08|2024-09"},
		{"Q3 2025, Q3 of 2025, the third quarter of 2025", "2025-Q3|2025-Q3|2025-Q3"},
		{"H1 2025 and the first half of 2025", "2025-H1|2025-H1"},
		{"it may be so in 2025", "2025"},
		{"12 may 2025", "2025-05-12"},
		{"marched 2024 miles", "2024"},
		{"in the second place, 2025", "2025"},
	} {
		var got []string
		for _, p := range Periods(tt.text) {
			got = append(got, p.String())
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("Periods(%q) = %s, want %s", tt.text, g, tt.want)
		}
	}
}

func TestBounds(t *testing.T) {
	for text, want := range map[string]Bound{
		"700亿元": Exact, "约700亿元": About, "突破700亿元": AtLeast, "不超过700亿元": AtMost, "不低于700亿元": AtLeast, "不到700亿元": AtMost,
		"700亿元以上": AtLeast, "700亿元左右": About, "约人民币700亿元": About, "逾700亿元": AtLeast,
		"more than RMB 70 billion": AtLeast, "less than $5": AtMost, "about 5%": About, "nearly 5%": About, "handover 5%": Exact, "over 5%": AtLeast, "up to 5%": AtMost,
		"~5%": About,
	} {
		vs := Values(text)
		if len(vs) != 1 || vs[0].Bound != want {
			t.Errorf("Values(%q) = %+v, want bound %d", text, vs, want)
		}
	}
}
