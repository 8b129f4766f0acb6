package lexical

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"大模型", "大模型"},
		{"ＡＰＩ　接口（５％）", "api 接口(5%)"},
		{"科大訊飛的市場規模", "科大讯飞的市场规模"},
		{"GPT-4o \t\n Mini", "gpt-4o mini"},
		{"零\u200b宽", "零宽"},
		{"國發〔2025〕11號", "国发〔2025〕11号"},
		{"①②", "12"},
		{"café", "café"},
		{"cafe\u0301", "café"},
		{"“引号”—《书名》…", "“引号”—《书名》..."},
		{"İ", "i"},
		{"İ\u0301", "í"},
		{"a\xffb", "a\uFFFDb"},
		{" 前后 ", " 前后 "},
	}
	for _, tt := range tests {
		if got := Fold(tt.in); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestFoldMap(t *testing.T) {
	in := "科大訊飛  ＭＡＵ為…①"
	folded, offsets := FoldMap(in)
	if want := "科大讯飞 mau为...1"; folded != want {
		t.Fatalf("FoldMap folded = %q, want %q", folded, want)
	}
	for _, tt := range []struct{ part, want string }{
		{"讯飞", "訊飛"}, {"mau", "ＭＡＵ"}, {"为", "為"}, {"1", "①"}, {"飞 m", "飛  Ｍ"},
	} {
		i := strings.Index(folded, tt.part)
		if got := in[offsets[i]:offsets[i+len(tt.part)]]; got != tt.want {
			t.Errorf("%q maps back to %q, want %q", tt.part, got, tt.want)
		}
	}
}

// foldable draws texts that mix scripts, widths, marks and broken bytes.
func foldable() *rapid.Generator[string] {
	pieces := []string{"大", "模型", "訊飛", "Ａ", "ａｂ", "B", "c", "１", "9", " ", "　", "\t", "，", "。", "e\u0301", "\u0301", "\u200b", "…", "①", "が", "か\u3099",
		"\xff", "ﬁ", "㎏", "《", "〔", "한", "İ", "ß", "\u00ad", "—", "\u2017", "〇"}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for _, p := range rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 3, -1)), 0, 20).Draw(t, "pieces") {
			b.WriteString(p)
		}
		return b.String()
	})
}

func checkFold(t interface{ Fatalf(string, ...any) }, s string) {
	folded, offsets := FoldMap(s)
	if got := Fold(s); got != folded {
		t.Fatalf("Fold(%q) = %q, FoldMap gives %q", s, got, folded)
	}
	if !utf8.ValidString(folded) {
		t.Fatalf("Fold(%q) = %q is not valid UTF-8", s, folded)
	}
	if got := Fold(folded); got != folded && !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
		t.Fatalf("Fold is not idempotent on %q: %q then %q", s, folded, got)
	}
	if len(offsets) != len(folded)+1 || offsets[len(folded)] != len(s) {
		t.Fatalf("FoldMap(%q): %d offsets for %d bytes", s, len(offsets), len(folded))
	}
	for i := range folded {
		if offsets[i] > offsets[i+1] {
			t.Fatalf("FoldMap(%q): offsets fall at %d: %v", s, i, offsets)
		}
		if o := offsets[i]; o < len(s) && utf8.ValidString(s) && !utf8.RuneStart(s[o]) {
			t.Fatalf("FoldMap(%q): offset %d is inside a character", s, o)
		}
	}
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkFold(t, foldable().Draw(t, "s")) })
}

func FuzzFold(f *testing.F) {
	f.Add("科大訊飛 ＭＡＵ…e\u0301")
	f.Add("\xff\u0301か\u3099")
	f.Fuzz(func(t *testing.T, s string) { checkFold(t, s) })
}

// TestTraditionalTable checks the form of the table: one pair of characters a
// line in ascending order, its origin and licence in its head. That what a
// character becomes stays as it is, is checked by TestFoldProperties.
func TestTraditionalTable(t *testing.T) {
	if head, _, _ := strings.Cut(traditionalTable, "\n㑏"); !strings.Contains(head, "OpenCC") || !strings.Contains(head, "Apache License 2.0") {
		t.Error("the head of traditional.txt does not name its origin and licence")
	}
	to := make(map[rune]rune)
	last := rune(0)
	for line := range strings.Lines(traditionalTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		pair := []rune(strings.TrimSuffix(line, "\n"))
		if len(pair) != 2 || pair[0] == pair[1] || !unicode.Is(unicode.Han, pair[0]) || !unicode.Is(unicode.Han, pair[1]) {
			t.Fatalf("line %q is no pair of Han characters", line)
		}
		if pair[0] <= last {
			t.Errorf("%c stands after %c", pair[0], last)
		}
		last = pair[0]
		to[pair[0]] = pair[1]
	}
	if len(to) < 2900 || to['訊'] != '讯' || to['機'] != '机' || to['國'] != '国' {
		t.Errorf("%d pairs, 訊 becomes %c: the table is not whole", len(to), to['訊'])
	}
}

func TestPlainAgreesWithNFKC(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if utf8.RuneLen(r) == 3 && alone(r) && norm.NFKC.String(string(r)) != string(r) {
			t.Errorf("alone(%U), but NFKC gives %q", r, norm.NFKC.String(string(r)))
		}
	}
}

func BenchmarkFold(b *testing.B) {
	s := strings.Repeat("2023年冷链市场的规模是4,860亿元，两年之后有望超过6,000亿元。", 20)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Fold(s)
	}
}
