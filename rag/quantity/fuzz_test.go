package quantity

import (
	"math"
	"testing"
	"unicode/utf8"
)

// FuzzRead: whatever a report or a question holds, values and periods slice
// back out of it, come in order, and are numbers that one can compute with.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "市场规模约为294.16亿元，预计突破700亿元", "年均复合增长率 32.7%", "3至4个月", "US$12 billion, RMB 29.4bn",
		"２０２４年增长３２．７％", "三分之一以上", "百分之二十四", "二〇二五年第三季度", "2025年1-9月", "（2017—2025）", "国发〔2025〕11号",
		"1,600亿元，900亿元", "64，2023年", "Seed-OSS-36B V3.5 o1 36Kr", "-6.8，+1.4，−2", "十分之零", "\xff１２\xfe万", "9" + "999999999999999999999999999999999999", "1,2,3,4", "..5%", "1e309元",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, v := range Values(s) {
			if v.Start < end || v.End <= v.Start || v.End > len(s) || s[v.Start:v.End] != v.Text {
				t.Fatalf("value %+v does not slice back out of %q after %d", v, s, end)
			}
			if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) || math.IsNaN(v.High) || math.IsInf(v.High, 0) {
				t.Fatalf("value %+v of %q is no number", v, s)
			}
			if !v.Same(v) {
				t.Fatalf("value %+v of %q is not itself", v, s)
			}
			end = v.End
		}
		end = 0
		for _, p := range Periods(s) {
			if p.Start < end || p.End <= p.Start || p.End > len(s) || s[p.Start:p.End] != p.Text {
				t.Fatalf("period %+v does not slice back out of %q after %d", p, s, end)
			}
			if p.Month < 0 || p.Month > 12 || p.Quarter < 0 || p.Quarter > 4 || p.Half < 0 || p.Half > 2 || p.Day < 0 || p.Day > 31 {
				t.Fatalf("period %+v of %q is not in a year", p, s)
			}
			if !p.Same(p) || !p.Covers(p) {
				t.Fatalf("period %+v of %q is not itself", p, s)
			}
			end = p.End
		}
		if unit, ok := Canonical(s); ok && (unit == "" || !utf8.ValidString(unit)) {
			t.Fatalf("Canonical(%q) = %q", s, unit)
		}
	})
}
