package plaintext

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yanbao/ingest"
	"yanbao/ingest/ingesttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestRead(t *testing.T) {
	names, err := filepath.Glob("testdata/read/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			checkRead(t, string(data))
			doc, err := Read(name, data)
			if err != nil {
				t.Fatal(err)
			}
			got := ingesttest.Describe(doc)
			golden := strings.TrimSuffix(name, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for source, kind := range map[string]error{"": ingest.ErrEmpty, " \n": ingest.ErrEmpty, "%PDF-1.4": ingest.ErrBinary} {
		if _, err := Read("x.txt", []byte(source)); !errors.Is(err, kind) || !strings.Contains(err.Error(), "x.txt") {
			t.Errorf("Read(%q): got %v, want %v", source, err, kind)
		}
	}
}

// fataler is what rapid and testing have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkRead reads a source and checks everything that holds for any source.
func checkRead(t fataler, source string) {
	t.Helper()
	doc, err := Read("some.txt", []byte(source))
	if err != nil {
		return
	}
	if err := ingesttest.Check(doc); err != nil {
		t.Fatalf("%v\nsource: %q", err, source)
	}
	if !utf8.ValidString(source) || strings.ContainsAny(source, "•·●■◆▪➢") {
		return // list marks are markup
	}
	got, want := ingesttest.Visible(doc.Text), ingesttest.Visible(strings.TrimPrefix(source, "\ufeff"))
	if got != want {
		t.Fatalf("text lost or changed:\n got %q\nwant %q\nsource %q", got, want, source)
	}
}

func TestReadKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{
			"", "", "第一章 概况", "一、需求", "（二）价格", "1.1 成本", "1. 列表", "2. 列表", "甲\t乙", "\t丙", "- 项目", "　　缩进的一行文字，",
			"很长的一行文字没有结束符号所以看起来像是被折断的一行那样继续下去直到", "一句话。", "图示：图", "数据来源：某院", "*注：口径", "Latin words",
		}), 1, 40).Draw(t, "lines")
		checkRead(t, strings.Join(lines, "\n"))
	})
}

func FuzzRead(f *testing.F) {
	f.Add("题\n\n第一章\n\n正文")
	f.Add("a\tb\n\tc\n\n图示：x")
	f.Fuzz(func(t *testing.T, source string) { checkRead(t, source) })
}

func BenchmarkRead(b *testing.B) {
	data := []byte(strings.Repeat("第三章 运营\n\n全年客运量达到294.7亿人次，比上年增长28.3%，早高峰仍是运力最紧张的时段，晚高峰次之。\n\n一、收入\n\n票务收入只够覆盖约六成成本。\n\n", 5000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Read("bench.txt", data); err != nil {
			b.Fatal(err)
		}
	}
}
