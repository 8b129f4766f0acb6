package eval

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNorm(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"（5%）", "(5%)"},
		{"，", ","},
		{"ＡＰＩ", "api"},
		{"国发〔2025〕11号", "国发〔2025〕11号"},
		{"1,000 亿\t元\u3000\n", "1,000亿元"},
		{"RMB 29.4 Billion", "rmb29.4billion"},
		{"“四位一体”", "“四位一体”"},
		{"臺灣", "臺灣"},
		{"a\u00a0b\u001cc", "abc"},
		{"", ""},
	} {
		if got := Norm(test.in); got != test.want {
			t.Errorf("Norm(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestStates(t *testing.T) {
	for _, test := range []struct {
		text  string
		group []string
		want  bool
	}{
		{"约 294.16 亿元", []string{"294.16亿"}, true},
		{"约RMB 29.4 billion", []string{"294.16亿", "29.4 billion"}, true},
		{"1,000亿元", []string{"1000亿"}, false},
		{"三项", []string{"3项", "三项"}, true},
		{"", []string{"一"}, false},
		{"一", nil, false},
	} {
		if got := States(test.text, test.group); got != test.want {
			t.Errorf("States(%q, %q) = %v, want %v", test.text, test.group, got, test.want)
		}
	}
}

func TestHasQuote(t *testing.T) {
	for _, test := range []struct {
		passage, quote string
		want           bool
	}{
		{"门店共**1,200家**。", "门店共1,200家", true},
		{"表｜年份：2024；机构：甲", "2024\t甲", true},
		{"表｜年份：2024；机构：甲", "2024\t乙", false},
		{"表｜年份：2024", "\t2024\t", true},
		{"行业领先优势", `优势\*`, true},
		{"门店共1,200家", "门店共 1,200 家", true},
	} {
		if got := HasQuote(test.passage, test.quote); got != test.want {
			t.Errorf("HasQuote(%q, %q) = %v, want %v", test.passage, test.quote, got, test.want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, test := range []struct {
		name, in string
		last     int
		want     []sentence
	}{
		{"marker inside", "甲[1]。乙[2]。", 2, []sentence{{"甲。", []int{1}}, {"乙。", []int{2}}}},
		{"marker behind", "甲。[1]乙。[2][1]", 2, []sentence{{"甲。", []int{1}}, {"乙。", []int{2, 1}}}},
		{"closing mark before the marker", "“甲。”[1]乙", 1, []sentence{{"“甲。”", []int{1}}, {"乙", nil}}},
		{"decimal point", "占61.25%。", 0, []sentence{{"占61.25%。", nil}}},
		{"full stop and blank", "It is 3.5. Then 4[1].", 1, []sentence{{"It is 3.5.", nil}, {"Then 4.", []int{1}}}},
		{"full stop, marker, blank", "It is 3.5.[1] Then 4.", 1, []sentence{{"It is 3.5.", []int{1}}, {"Then 4.", nil}}},
		{"lines", "甲[1]\n- 乙[2]\n", 2, []sentence{{"甲", []int{1}}, {"- 乙", []int{2}}}},
		{"semicolons", "甲；乙;丙", 0, []sentence{{"甲；", nil}, {"乙;", nil}, {"丙", nil}}},
		{"brackets that are no markers", "见[3]和[2024]和[0]。", 2, []sentence{{"见[3]和[2024]和[0]。", nil}}},
		{"empty", "", 3, nil},
	} {
		got := sentences(test.in, test.last)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(sentence{})); diff != "" {
			t.Errorf("%s: sentences(%q):\n%s", test.name, test.in, diff)
		}
	}
}

func TestStripMarkers(t *testing.T) {
	for _, test := range []struct {
		in   string
		last int
		want string
	}{
		{"甲[1]乙[2]。", 2, "甲乙。"},
		{"甲[1]乙[2]。", 1, "甲乙[2]。"},
		{"[2025]11号[1]", 1, "[2025]11号"},
		{"[", 1, "["},
		{"[]", 1, "[]"},
	} {
		if got := stripMarkers(test.in, test.last); got != test.want {
			t.Errorf("stripMarkers(%q, %d) = %q, want %q", test.in, test.last, got, test.want)
		}
	}
}

// Cutting loses nothing: the sentences together are the answer without markers
// and white space, and every marker is kept once.
func TestSentencesLoseNothing(t *testing.T) {
	part := rapid.SampledFrom([]string{"甲", "乙。", "[1]", "[2]", "[9]", ". ", ".", "3.5", "；", "”", "\n", "!", "（丙）", "[", "]"})
	rapid.Check(t, func(t *rapid.T) {
		answer := strings.Join(rapid.SliceOf(part).Draw(t, "parts"), "")
		const last = 2
		var text string
		var markers int
		for _, s := range sentences(answer, last) {
			text += s.text
			markers += len(s.citations)
		}
		if got, want := dropSpace(text), dropSpace(stripMarkers(answer, last)); got != want {
			t.Fatalf("sentences of %q hold %q, want %q", answer, got, want)
		}
		if want := (utf8.RuneCountInString(answer) - utf8.RuneCountInString(stripMarkers(answer, last))) / 3; markers != want {
			t.Fatalf("sentences of %q hold %d markers, want %d", answer, markers, want)
		}
	})
}

func dropSpace(s string) string { return strings.Join(strings.Fields(s), "") }

func FuzzSentences(f *testing.F) {
	f.Add("甲[1]。乙.[2] 丙", 2)
	f.Add("\xff[1].\xe4", 1)
	f.Fuzz(func(t *testing.T, answer string, last int) {
		last %= 100
		var text string
		for _, s := range sentences(answer, last) {
			text += s.text
		}
		if got, want := dropSpace(text), dropSpace(stripMarkers(answer, last)); got != want {
			t.Errorf("sentences hold %q, want %q", got, want)
		}
	})
}
