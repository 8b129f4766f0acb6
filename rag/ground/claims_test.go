package ground_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag/ground"
	"yanbao/rag/question"
)

// claimCase is a line of a file of claims.
type claimCase struct {
	line  int
	kind  string // "true", or what is false; after ~ the verifier is known to judge otherwise
	cited string
	text  string
}

// supported is what is to come of the claim.
func (c claimCase) supported() bool {
	kind, known := strings.CutPrefix(c.kind, "~")
	return (kind == "true") != known
}

func readClaims(t testing.TB, name string) []claimCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []claimCase
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			t.Fatalf("%s line %d: %d fields, want 3", name, n, len(f))
		}
		out = append(out, claimCase{n, f[0], f[1], f[2]})
	}
	return out
}

type library map[string]*ingest.Document

func (l library) Document(id string) (*ingest.Document, bool) {
	d, ok := l[id]
	return d, ok
}

// claimPassages reads testdata/claims.md: its passages by their marks.
func claimPassages(t testing.TB) (library, map[string]*ingest.Passage) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "claims.md"))
	if err != nil {
		t.Fatal(err)
	}
	marks := make(map[string]string) // what follows a mark, to find it again
	plain := make([]string, 0, 64)
	for line := range strings.Lines(string(data)) {
		before, rest, ok := strings.Cut(line, "【")
		if mark, text, closed := strings.Cut(rest, "】"); ok && closed {
			marks[mark] = strings.TrimSpace(text)
			line = before + text
		}
		plain = append(plain, line)
	}
	doc, err := markdown.Read("lowair-2025.md", []byte(strings.Join(plain, "")))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*ingest.Passage)
	for i := range doc.Passages {
		p := &doc.Passages[i]
		for mark, text := range marks {
			if p.Kind == ingest.KindText && strings.HasPrefix(text, p.Text) {
				out[mark] = p
			}
		}
		if p.Kind == ingest.KindRow {
			out["row"+string(rune('0'+p.Row))] = p
		}
	}
	return library{doc.ID: doc}, out
}

func claimVerifier(t testing.TB, l library) *ground.Verifier {
	t.Helper()
	lex, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	var names []question.ProperName
	for _, n := range []string{"云雀智航", "鹭飞科技", "青岑航空"} {
		names = append(names, question.ProperName{Text: n, Kind: "company"})
	}
	return &ground.Verifier{Lexicon: lex.With(names), Library: l}
}

// TestClaims holds the verifier to claims written by hand, true ones and lies
// of every kind.
func TestClaims(t *testing.T) {
	l, passages := claimPassages(t)
	v := claimVerifier(t, l)
	for _, c := range readClaims(t, "claims.tsv") {
		s := ground.Statement{Text: c.text}
		for _, m := range strings.Split(c.cited, ",") {
			if m == "-" {
				continue
			}
			p := passages[m]
			if p == nil {
				t.Fatalf("line %d: no passage %q", c.line, m)
			}
			s.Cited = append(s.Cited, p)
		}
		_, f := v.Check(s)
		if (f.Verdict == ground.Supported) != c.supported() {
			t.Errorf("line %d: %s: %q: %s (%s)", c.line, c.kind, c.text, f.Verdict, f.Detail)
		}
	}
}

// BenchmarkCheck checks one claim at a time; an answer has up to about ten.
func BenchmarkCheck(b *testing.B) {
	l, passages := claimPassages(b)
	v := claimVerifier(b, l)
	var all []ground.Statement
	for _, text := range []string{"2024年中国低空物流市场规模为231.7亿元，同比增长24.3%。", "In 2024 the Chinese market was worth 23.17 billion yuan.", "两项合计占比68.5%。"} {
		all = append(all, ground.Statement{Text: text, Cited: []*ingest.Passage{passages["market"]}})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Check(all[i%len(all)])
	}
}

// BenchmarkCheckLong checks a sentence with many values over two passages.
func BenchmarkCheckLong(b *testing.B) {
	l, passages := claimPassages(b)
	v := claimVerifier(b, l)
	s := ground.Statement{
		Text:  "2024年中国低空物流市场规模为231.7亿元，同比增长24.3%，医疗配送占比41%，生鲜配送占比27.5%，美国约35.6亿美元，2030年预计达149亿美元。",
		Cited: []*ingest.Passage{passages["market"], passages["abroad"]},
	}
	b.ReportAllocs()
	for b.Loop() {
		v.Check(s)
	}
}
