package offline

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"yanbao/rag/llm"
)

func embed(t testing.TB, texts ...string) []llm.Vector {
	t.Helper()
	v, err := New().Embed(context.Background(), llm.TaskDocument, texts)
	if err != nil {
		t.Fatalf("Embed(%d texts): %v", len(texts), err)
	}
	return v
}

func cosine(a, b llm.Vector) float64 {
	var dot float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot
}

// features returns the weight of every feature that scan counts.
func features(text string) int {
	c := newCounter()
	scan(text, c)
	return len(c.used)
}

func TestScanCountsFeatures(t *testing.T) {
	tests := []struct {
		text string
		want int
		why  string
	}{
		{"", 0, "nothing"},
		{"，。 \n\t", 0, "punctuation only"},
		{"市", 1, "one character"},
		{"市场", 3, "two characters, one pair"},
		{"市，场", 2, "no pair across a comma"},
		{"市 场", 2, "no pair across a blank"},
		{"市场市场", 4, "市 场 市场 场市"},
		{"AI", 1, "a word too short for triples"},
		{"Qwen", 3, "word and two triples"},
		{"294.16", 1, "a decimal number is one feature, without triples"},
		{"4,000", 1, "a thousands separator does not cut"},
		{"1,2", 1, "read as 12: the price of the rule above"},
		{"2025.", 1, "a full stop after a number ends it"},
		{"GPT-4", 3, "word, triple, number"},
		{"大AI", 2, "no pair of character and word"},
		{"хай", 2, "other alphabets are words"},
	}
	for _, test := range tests {
		if got := features(test.text); got != test.want {
			t.Errorf("scan(%q) counts %d features, want %d (%s)", test.text, got, test.want, test.why)
		}
	}
}

func TestSpellingsShareAVector(t *testing.T) {
	pairs := [][2]string{
		{"DeepSeek V3", "deepseek v3"},
		{"ＡＩ２０２５", "AI2025"},
		{"4,000亿元", "4000亿元"},
		{"市场　规模", "市场 规模"},
	}
	for _, p := range pairs {
		v := embed(t, p[0], p[1])
		if got := cosine(v[0], v[1]); got < 1-1e-6 {
			t.Errorf("similarity of %q and %q is %v, want 1", p[0], p[1], got)
		}
	}
}

func TestNearTextsAreNear(t *testing.T) {
	question := "咖啡馆去年开了多少家新店"
	near := "去年全国咖啡馆新店约为三千家。"
	far := "钢材出口关税自六月起下调。"
	v := embed(t, question, near, far)
	if got, other := cosine(v[0], v[1]), cosine(v[0], v[2]); got <= other {
		t.Errorf("similarity to %q is %.3f, to %q %.3f; want the first higher", near, got, far, other)
	}
	v = embed(t, "Kubernetes", "Kubernets", "PostgreSQL")
	if got, other := cosine(v[0], v[1]), cosine(v[0], v[2]); got < other+0.1 {
		t.Errorf("a typing error leaves similarity %.3f, another word has %.3f", got, other)
	}
}

func TestEmptyTextGetsUnitVector(t *testing.T) {
	for _, text := range []string{"", " \n", "……", "\xff\xfe"} {
		v := embed(t, text)[0]
		if len(v) != Dim || v[0] != 1 {
			t.Errorf("Embed(%q) = %v..., want the first unit vector", text, v[:2])
		}
		for _, x := range v[1:] {
			if x != 0 {
				t.Errorf("Embed(%q) has another component %v", text, x)
			}
		}
	}
}

// TestModelVersion pins vectors of version 1. When it fails the vectors of
// every stored index have changed their meaning: give Model a new version and
// then change the sums here.
func TestModelVersion(t *testing.T) {
	tests := []struct {
		text string
		want string
	}{
		{"咖啡馆的新店数量", "12 0.3290 90.090"},
		{"Revenue grew 24.3% in Q3", "50 -0.4352 -8.878"},
		{"第2季度ＡＰＰ月活4,000万", "25 0.3174 -180.598"},
	}
	for _, test := range tests {
		v := embed(t, test.text)[0]
		var at int // component of the largest size
		var weighted float64
		for i, x := range v {
			weighted += float64(i+1) * float64(x)
			if math.Abs(float64(x)) > math.Abs(float64(v[at])) {
				at = i
			}
		}
		got := fmt.Sprintf("%d %.4f %.3f", at, v[at], weighted)
		if got != test.want {
			t.Errorf("%s: vector of %q has sum %s, want %s", Model, test.text, got, test.want)
		}
	}
}

func TestLongTextGrowsTable(t *testing.T) {
	var b strings.Builder
	for r := rune(0x4e00); r < 0x9f00; r++ {
		b.WriteRune(r)
	}
	if got, want := features(b.String()), 2*(0x9f00-0x4e00)-1; got != want {
		t.Errorf("counted %d features of %d distinct characters, want %d", got, 0x9f00-0x4e00, want)
	}
	e := New()
	ctx := context.Background()
	first, err := e.Embed(ctx, llm.TaskDocument, []string{"短文", b.String(), "短文"})
	if err != nil {
		t.Fatal(err)
	}
	if got := cosine(first[0], first[2]); got < 1-1e-6 {
		t.Errorf("the same text before and after a long one has similarity %v, want 1", got)
	}
}

func TestEmbedStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	v, err := New().Embed(ctx, llm.TaskQuery, []string{"问"})
	if err != context.Canceled || v != nil {
		t.Errorf("Embed with a done context = %v, %v; want nil, %v", v, err, context.Canceled)
	}
}

func FuzzEmbed(f *testing.F) {
	for _, s := range []string{"", "市场规模", "A1 b,2.3", "\xff", "가나다 ไทย", "１２，３４"} {
		f.Add(s)
	}
	e := New()
	f.Fuzz(func(t *testing.T, text string) {
		vs, err := e.Embed(context.Background(), llm.TaskDocument, []string{text, text})
		if err != nil {
			t.Fatal(err)
		}
		var norm float64
		for i, x := range vs[0] {
			norm += float64(x) * float64(x)
			if x != vs[1][i] {
				t.Fatalf("two vectors of %q differ", text)
			}
		}
		if math.Abs(norm-1) > 1e-5 {
			t.Fatalf("vector of %q has squared length %v", text, norm)
		}
	})
}

func BenchmarkEmbed(b *testing.B) {
	text := strings.Repeat("去年全国咖啡馆新店约为3,120家，同比增长24.3%，其中县城占41%。DrinkLab认为，", 6)
	texts := make([]string, 64)
	for i := range texts {
		texts[i] = text[:len(text)-3*(i%7)]
	}
	e := New()
	b.SetBytes(int64(len(text) * len(texts)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Embed(context.Background(), llm.TaskDocument, texts); err != nil {
			b.Fatal(err)
		}
	}
}
