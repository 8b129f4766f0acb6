package question

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// files makes a lexicon's file system; a file that is not given is empty.
func files(names, synonyms, terms, stopwords string) fstest.MapFS {
	return fstest.MapFS{
		namesFile: {Data: []byte(names)}, synonymsFile: {Data: []byte(synonyms)},
		termsFile: {Data: []byte(terms)}, stopwordsFile: {Data: []byte(stopwords)},
	}
}

func smallLexicon(t *testing.T) *Lexicon {
	t.Helper()
	l, err := LoadLexicon(files(
		"# comment\n\n甲公司\tcompany\t甲|Alpha|甲科技\n甲星\tmodel\tAlpha Star\t甲公司\n星火X1\tmodel\tX1\n",
		"0.5\t市场规模|盘子\n0.6\t亿刀\t美元\n",
		"market size|size of the market\t市场规模|体量\n",
		"ask\t多少|是谁\n"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestExpand(t *testing.T) {
	l := smallLexicon(t)
	in := "甲科技的ＭＡＲＫＥＴ  Sizes有多大盘子，100亿刀，甲公司呢"
	want := []Expansion{
		{Surface: "甲科技", Canonical: "甲公司", Kind: "company", Alternatives: []string{"甲公司", "甲", "Alpha"}, Weight: 0.9},
		{Surface: "ＭＡＲＫＥＴ  Sizes", Canonical: "市场规模", Kind: KindTerm, Alternatives: []string{"市场规模", "体量"}, Weight: 0.9},
		{Surface: "盘子", Canonical: "市场规模", Kind: KindSynonym, Alternatives: []string{"市场规模"}, Weight: 0.5},
		{Surface: "亿刀", Canonical: "亿刀", Kind: KindSynonym, Alternatives: []string{"美元"}, Weight: 0.6},
		{Surface: "甲公司", Canonical: "甲公司", Kind: "company", Alternatives: []string{"甲", "Alpha", "甲科技"}, Weight: 0.9},
	}
	got := l.Expand(in)
	for i := range got {
		if s := in[got[i].Start:got[i].End]; s != got[i].Surface {
			t.Errorf("offsets of %q give %q", got[i].Surface, s)
		}
		got[i].Start, got[i].End = 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Expand (-want +got):\n%s", diff)
	}
	if !got[0].Name() || got[1].Name() || got[2].Name() {
		t.Error("Name does not tell names from words")
	}
}

func TestExpandFindsPlurals(t *testing.T) {
	l, err := LoadLexicon(files("", "", "city\t城市\ntax\t税\nday\t天\nprice\t价格\nlaw firm\t律所\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"city": "城市", "Cities": "城市", "TAXES": "税", "days": "天", "daies": "", "prices": "价格", "law firms": "律所", "taxesx": "",
	} {
		got := ""
		if e := l.Expand(in); len(e) > 0 {
			got = e[0].Alternatives[0]
		}
		if got != want {
			t.Errorf("Expand(%q) gives %q, want %q", in, got, want)
		}
	}
}

func TestMentions(t *testing.T) {
	l := smallLexicon(t)
	tests := []struct {
		in   string
		want []string // canonical names in order
	}{
		{"", nil},
		{"甲公司发布甲星", []string{"甲公司", "甲星"}},
		{"ALPHA STAR 与 alpha", []string{"甲星", "甲公司"}},
		{"alphabet", nil},                // inside a word
		{"alphas", []string{"甲公司"}},      // a plural
		{"星火X1.5", nil},                  // another version
		{"星火X1。", []string{"星火X1"}},      // its end
		{"盘子", nil},                      // a synonym is no name
		{"ＡＬＰＨＡ", []string{"甲公司"}},       // full width
		{"甲甲公司", []string{"甲公司", "甲公司"}}, // the longest at each place
	}
	for _, tt := range tests {
		var got []string
		for _, m := range l.Mentions(tt.in) {
			got = append(got, m.Canonical)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Mentions(%q) = %v, want %v", tt.in, got, tt.want)
		}
	}
	if m := l.Mentions("甲星"); m[0].Owner != "甲公司" || m[0].Kind != "model" {
		t.Errorf("Mentions = %+v, want a model of 甲公司", m)
	}
	if got := l.Aliases("甲公司"); !slices.Equal(got, []string{"甲", "Alpha", "甲科技"}) {
		t.Errorf("Aliases = %v", got)
	}
	if got := l.Stopwords("ask"); !slices.Equal(got, []string{"多少", "是谁"}) {
		t.Errorf("Stopwords = %v", got)
	}
}

func TestLoadLexiconErrors(t *testing.T) {
	tests := []struct {
		name string
		fs   fstest.MapFS
		want string
	}{
		{"missing file", fstest.MapFS{}, "names.tsv"},
		{"kind", files("甲\tplanet", "", "", ""), "names.tsv line 1: name \"甲\" of kind \"planet\""},
		{"twice", files("甲\tcompany\n甲\tcompany", "", "", ""), "names.tsv line 2: name \"甲\" is there twice"},
		{"two meanings", files("甲\tcompany\tX\n\n乙\tcompany\tx", "", "", ""), "names.tsv line 3: form \"x\" names \"甲\" already"},
		{"fields", files("甲", "", "", ""), "names.tsv line 1: 1 fields"},
		{"empty alias", files("甲\tcompany\tX|", "", "", ""), "names.tsv line 1: form \"\""},
		{"weight", files("", "2\t甲|乙", "", ""), "synonyms.tsv line 1: weight \"2\""},
		{"alone", files("", "# c\n0.5\t甲", "", ""), "synonyms.tsv line 2: \"甲\" stands alone"},
		{"blank", files("", "0.5\t甲| 乙", "", ""), "synonyms.tsv line 1: form \" 乙\""},
		{"one field", files("", "", "size", ""), "terms.tsv line 1: 1 fields"},
		{"class only", files("", "", "", "ask"), "stopwords.tsv line 1: 1 fields"},
	}
	for _, tt := range tests {
		_, err := LoadLexicon(tt.fs)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

// TestShippedLexicon holds that the shipped tables load and are general: big
// enough, and found where everyday forms stand.
func TestShippedLexicon(t *testing.T) {
	l, err := LoadLexicon(os.DirFS("../../corpus/lexicon"))
	if err != nil {
		t.Fatal(err)
	}
	if len(l.names) < 500 || len(l.groups) < 1300 {
		t.Errorf("%d names in %d groups", len(l.names), len(l.groups))
	}
	for in, want := range map[string]string{
		"訊飛怎么样": "科大讯飞", "iFLYTEK's models": "科大讯飞", "鹅厂": "腾讯", "网信办": "中央网信办", "GVR": "大视野研究", "Frost & Sullivan": "弗若斯特沙利文", "工信部": "工业和信息化部", "Quark": "夸克", "Tell us": "",
	} {
		got := ""
		if m := l.Mentions(in); len(m) > 0 {
			got = m[0].Canonical
		}
		if got != want {
			t.Errorf("Mentions(%q) begins with %q, want %q", in, got, want)
		}
	}
}

func TestExpandProperties(t *testing.T) {
	l := smallLexicon(t)
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"甲", "公司", "Ａlpha", " ", "star", "s", "市场", "规模", "盘子", "X1", ".5", "，", "\u0301", "訊"}), 0, 12).Draw(t, "pieces"), "")
		end := 0
		for _, e := range l.Expand(in) {
			if e.Start < 0 || e.End > len(in) || e.Start >= e.End || in[e.Start:e.End] != e.Surface {
				t.Fatalf("%q: %+v", in, e)
			}
			if e.Start < end && e.End != end {
				t.Fatalf("%q: %+v overlaps what ends at %d", in, e, end)
			}
			end = e.End
		}
	})
}

func FuzzExpand(f *testing.F) {
	l, err := LoadLexicon(os.DirFS("../../corpus/lexicon"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("讯飞的market sizes是多少")
	f.Fuzz(func(t *testing.T, in string) {
		for _, e := range l.Expand(in) {
			if in[e.Start:e.End] != e.Surface {
				t.Errorf("%q: %+v", in, e)
			}
		}
		l.Mentions(in)
	})
}

func BenchmarkLoadLexicon(b *testing.B) {
	for b.Loop() {
		if _, err := LoadLexicon(os.DirFS("../../corpus/lexicon")); err != nil {
			b.Fatal(err)
		}
	}
}
