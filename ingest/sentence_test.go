package ingest

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sentences(text string) []string {
	var out []string
	for _, s := range Sentences(text) {
		out = append(out, text[s[0]:s[1]])
	}
	return out
}

func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" \n ", nil},
		{"一句话", []string{"一句话"}},
		{"价格上涨。需求下降！为什么？", []string{"价格上涨。", "需求下降！", "为什么？"}},
		{"增长3.5%。到2.7亿。", []string{"增长3.5%。", "到2.7亿。"}},
		{"他说“会涨。一定会。”于是买入。", []string{"他说“会涨。一定会。”于是买入。"}},
		{"见《怎么办？》一书。后文（略。）不录。", []string{"见《怎么办？》一书。", "后文（略。）不录。"}},
		{"未闭合的“引号。后面仍然要分。", []string{"未闭合的“引号。", "后面仍然要分。"}},
		{"结束了。”然后", []string{"结束了。”", "然后"}},
		{"太好了！！！走吧", []string{"太好了！！！", "走吧"}},
		{"第一行\n第二行。第三句", []string{"第一行", "第二行。", "第三句"}},
		{"占49.8%*。其余不计。", []string{"占49.8%*。", "其余不计。"}},
		{"甲；乙；丙。", []string{"甲；乙；丙。"}},
		{"Prices rose by 4.5 per cent. Demand fell! Why? Nobody knows.", []string{"Prices rose by 4.5 per cent.", "Demand fell!", "Why?", "Nobody knows."}},
		{"Dr. Wu of Acme Inc. agreed. See Fig. 2 for U.S. data.", []string{"Dr. Wu of Acme Inc. agreed.", "See Fig. 2 for U.S. data."}},
		{"version 2.0 of yanbao.example is out", []string{"version 2.0 of yanbao.example is out"}},
		{"It was (see p. 4. Really) fine. Next.", []string{"It was (see p. 4. Really) fine.", "Next."}},
	} {
		if diff := cmp.Diff(tt.want, sentences(tt.text)); diff != "" {
			t.Errorf("Sentences(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

// checkSpans checks that spans are ordered, trimmed, and hold every character
// but white space.
func checkSpans(t *rapid.T, text string, spans [][2]int) {
	end := 0
	for _, s := range spans {
		if s[0] < end || s[1] <= s[0] || strings.TrimSpace(text[end:s[0]]) != "" {
			t.Fatalf("span %v after %d in %q", s, end, text)
		}
		if part := text[s[0]:s[1]]; strings.TrimFunc(part, unicode.IsSpace) != part {
			t.Fatalf("span %q has white space around it", part)
		}
		end = s[1]
	}
	if strings.TrimSpace(text[end:]) != "" {
		t.Fatalf("%q is in no span of %q", text[end:], text)
	}
}

func drawProse(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"储能", "市场", "。", "！", "？", "；", "，", "“", "”", "《", "》", "（", "）", "(", ")", "\n", " ", "3.5", ". ", "Inc", "A", "end", "*", "…", "e.g", "　", "🔋",
	}), 0, 200).Draw(t, "prose"), "")
}

func TestSentencesCoverText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawProse(t)
		checkSpans(t, text, Sentences(text))
	})
}

func TestSplitCoversText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawProse(t)
		limit := rapid.IntRange(5, 60).Draw(t, "limit")
		checkSpans(t, text, splitText(text, limit, limit*4/5))
	})
}

func TestSplitText(t *testing.T) {
	sentence := strings.Repeat("字", 49) + "。"
	for _, tt := range []struct {
		name  string
		text  string
		parts []int // runes of each part
	}{
		{"short", sentence, []int{50}},
		{"at the limit", strings.Repeat(sentence, 4) + strings.Repeat("字", 19) + "。", []int{220}},
		{"above the limit", strings.Repeat(sentence, 5), []int{150, 100}},
		{"twice the limit", strings.Repeat(sentence, 9), []int{150, 150, 150}},
		{"one long sentence", strings.Repeat("字", 300) + "。", []int{301}},
		{"semicolons of a very long sentence", strings.Repeat(strings.Repeat("字", 99)+"；", 4), []int{200, 200}},
		{"latin counts a third", strings.Repeat("word word word word word. ", 25), []int{649}},
	} {
		var got []int
		for _, s := range splitText(tt.text, maxText, targetText) {
			got = append(got, runeLen(tt.text[s[0]:s[1]]))
		}
		if diff := cmp.Diff(tt.parts, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
