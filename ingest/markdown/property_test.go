package markdown

import (
	"errors"
	"fmt"
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

// drawText draws one line of running text without markup.
func drawText(t *rapid.T, label string) string {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{
		"储能", "市场", "规模为", "12.5亿元", "，", "。", "；", "同比增长", "37%", "企业（", "）", "“新型储能”", "、",
		"《管理办法》", "GWh", "Grid ", "2024年", "1,200", "：", "？", "……", "〔2025〕", "B/G", "~", "→", "é", "🔋", "ｗｉｄｅ",
	}), 1, 30).Draw(t, label)
	text := strings.TrimSpace(strings.Join(words, ""))
	if text == "" || strings.HasPrefix(text, "~") {
		return "文" + text
	}
	return text
}

// drawBlock draws one block of Markdown.
func drawBlock(t *rapid.T) string {
	text := func() string { return drawText(t, "text") }
	switch rapid.IntRange(0, 11).Draw(t, "block") {
	case 0:
		return strings.Repeat("#", rapid.IntRange(1, 6).Draw(t, "level")) + " " + text()
	case 1:
		return fmt.Sprintf("- %s\n- **%s。** %s\n- %s。**%s", text(), text(), text(), text(), text())
	case 2:
		return fmt.Sprintf("| %s | %s |\n|---|---|\n| %s | %s | %s |\n| %s |", text(), text(), text(), text(), text(), text())
	case 3:
		return fmt.Sprintf("%s\t%s\t%s\n%s\t%s\t%s\n\t\t%s", text(), text(), text(), text(), text(), text(), text())
	case 4:
		return fmt.Sprintf("图示：%s\n数据来源：%s，甲院整理", text(), text())
	case 5:
		return fmt.Sprintf("%s  \n%s", text(), text())
	case 6:
		return fmt.Sprintf("%s\\*\n\n\\*注：%s", text(), text())
	case 7:
		return fmt.Sprintf("1. %s\n2. %s\n   - %s", text(), text(), text())
	case 8:
		return fmt.Sprintf("> %s\n> %s", text(), text())
	case 9:
		return fmt.Sprintf("### %s\n\n%s\n\n### %s\n\n%s\n\n图示：%s", text(), text(), text(), text(), text())
	case 10:
		return "# 0" + fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "chapter")) + "\n\n## " + text()
	}
	return text()
}

func TestReadKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blocks := make([]string, rapid.IntRange(1, 25).Draw(t, "blocks"))
		for i := range blocks {
			blocks[i] = drawBlock(t)
		}
		checkRead(t, strings.Join(blocks, rapid.SampledFrom([]string{"\n\n", "\n\n\n\n"}).Draw(t, "gap")))
	})
}

// fataler is what rapid and testing have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkRead reads a source and checks everything that holds for any source.
func checkRead(t fataler, source string) {
	t.Helper()
	doc, err := Read("some.md", []byte(source))
	if err != nil {
		for _, kind := range []error{ingest.ErrEmpty, ingest.ErrBinary, ingest.ErrEncoding, ingest.ErrMalformed} {
			if errors.Is(err, kind) {
				return
			}
		}
		t.Fatalf("Read: %v", err)
	}
	if err := ingesttest.Check(doc); err != nil {
		t.Fatalf("%v\nsource: %q", err, source)
	}
	again, err := Read("some.md", []byte(source))
	if err != nil {
		t.Fatalf("read again: %v", err)
	}
	if diff := cmp.Diff(doc, again); diff != "" {
		t.Fatalf("read twice differs:\n%s", diff)
	}
	if !utf8.ValidString(source) || strings.ContainsAny(source, "<[&`") || strings.Contains(source, "~~~") || strings.HasPrefix(source, "---") {
		return // links, tags, entities, code and front matter hold characters that are markup
	}
	got, want := ingesttest.Visible(doc.Text), ingesttest.Visible(strings.TrimPrefix(source, "\ufeff"))
	if got != want {
		t.Fatalf("text lost or changed:\n got %q\nwant %q\nsource %q", got, want, source)
	}
}

func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob("testdata/repair/*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range samples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, s := range []string{"", "#", "- ", "|", "|\n|-|", "\t", "a\tb\n\tc", "***", "**a", "a**b", "[a](b", "![", "<", "<table><tr><td>a", "&amp;", "1. \n2)", "---\na: b\n---\nc", "```\na", "> > > - - a", "图示：", "\\*注：a", "a\\", "\ufeff# a", "*\t*\n*\t*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) { checkRead(t, source) })
}
