package quantity

import (
	"testing"

	"pgregory.net/rapid"
)

func TestEnglish(t *testing.T) {
	for _, tt := range []struct{ text, want string }{ // "" where there is no safe rendering
		{"约为294.16亿元", "about RMB 29.416 billion"},
		{"35.6亿美元", "USD 3.56 billion"},
		{"市场规模4,000亿元", "RMB 400 billion"},
		{"1.6万亿元", "RMB 1.6 trillion"},
		{"60%以上", "over 60%"},
		{"占24%", "24%"},
		{"不足8%", "at most 8%"},
		{"突破2.7亿", "over 270 million"},
		{"月活1274.95万", "12.7495 million"},
		{"150万+", "over 1.5 million"},
		{"3至4个月", "3–4 months"},
		{"提高0.4个百分点", "0.4 percentage points"},
		{"两倍", "2 times"},
		{"每平方米88元", "RMB 88"},
		{"8,500元", "RMB 8,500"},
		{"每5分钟", "5 minutes"},
		{"20%-30%", "20–30%"},
		{"931家", ""},
		{"5分", ""},
		{"-25至-18℃", ""},
	} {
		vs := Values(tt.text)
		if len(vs) != 1 {
			t.Errorf("Values(%q) = %v, want one", tt.text, vs)
			continue
		}
		if got, ok := vs[0].English(); got != tt.want || ok != (tt.want != "") {
			t.Errorf("English of %q = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever is rendered reads back as the same value, with the same bound.
func TestEnglishReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Value{
			Number: round(rapid.Float64Range(0.001, 1e6).Draw(t, "number") * rapid.SampledFrom([]float64{1, 1e4, 1e8}).Draw(t, "scale")),
			Unit:   rapid.SampledFrom([]string{"", "元", "美元", "欧元", "%", "百分点", "倍", "年", "个月", "周", "天", "小时", "分钟", "家", "款"}).Draw(t, "unit"),
			Bound:  Bound(rapid.IntRange(0, 3).Draw(t, "bound")),
		}
		v.High = v.Number
		text, ok := v.English()
		if !ok {
			return
		}
		back := Values(text)
		if len(back) != 1 || !back[0].Same(v) {
			t.Fatalf("English of %+v is %q, which reads back as %+v", v, text, back)
		}
	})
}
