package corpus_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const editionFile = "36kr-llm-2025.md"

// fold is the comparison of the project's question files: NFKC, white space
// dropped. Case is kept, since names are copied and not typed.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// delivered returns the text of the original report, which is not part of the
// checkout; without it the test is skipped.
func delivered(t *testing.T) string {
	t.Helper()
	name := filepath.Join("..", "..", "shared", "report", "original.md")
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the delivered report is not beside this checkout (%s): nothing to compare with", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEditionHoldsEveryFact(t *testing.T) {
	edition := fold(readFile(t, editionFile))
	facts, missing := 0, 0
	lines := bufio.NewScanner(strings.NewReader(readFile(t, filepath.Join("testdata", "facts.tsv"))))
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if strings.HasPrefix(text, "#") {
			continue
		}
		line, fact, ok := strings.Cut(text, "\t")
		if _, err := strconv.Atoi(line); !ok || err != nil || fact == "" {
			t.Fatalf("facts.tsv:%d: got %q, want LINE<TAB>FACT", n, text)
		}
		facts++
		if !strings.Contains(edition, fold(fact)) {
			missing++
			t.Errorf("facts.tsv:%d: line %s of the report: %q is not in the edition", n, line, fact)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if facts < 1500 {
		t.Errorf("facts: got %d, want at least 1500", facts)
	}
	t.Logf("%d facts, %d missing", facts, missing)
}

// quantity is a number with what follows it directly and makes it a value: a
// percent sign, a unit, a date part or a classifier. A bare number is a part of
// a name or an ordinal and is covered by the facts.
var quantity = regexp.MustCompile(`\d[\d,.]*(?:至\d+)?\+?(?:%|万亿元?|[亿万](?:元|美元|家|人)?|分钟|个月|个|家|项|款|倍|月|号|篇|年|条|名|种|大|位)`)

func TestEditionHoldsEveryQuantityOfTheReport(t *testing.T) {
	// A TAB ends a cell: the number of an indicator is not the number of years
	// its neighbour begins with.
	original := fold(strings.ReplaceAll(delivered(t), "\t", "|"))
	edition := fold(readFile(t, editionFile))
	found := quantity.FindAllString(original, -1)
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) < 60 {
		t.Fatalf("quantities in the report: got %d, want at least 60: the expression has stopped matching", len(found))
	}
	for _, q := range found {
		if !strings.Contains(edition, q) {
			t.Errorf("%q stands in the report and not in the edition", q)
		}
	}
	t.Logf("%d different quantities", len(found))
}

// Names in Latin letters are copied as they are; words of the picture
// description on the cover and of the table of contents are not content.
func TestEditionHoldsEveryLatinNameOfTheReport(t *testing.T) {
	original, edition := delivered(t), fold(readFile(t, editionFile))
	word := regexp.MustCompile(`[A-Za-z][A-Za-z0-9&.\-]*[A-Za-z0-9]`)
	for n, line := range strings.Split(original, "\n") {
		if strings.HasPrefix(line, "A central graphic") || strings.HasPrefix(line, "# 目录") {
			continue
		}
		for _, w := range word.FindAllString(line, -1) {
			if !strings.Contains(edition, fold(w)) && !strings.HasPrefix(w, "36Kr-") && !strings.HasPrefix(w, "Kr-") {
				t.Errorf("line %d of the report: %q is not in the edition", n+1, w)
			}
		}
	}
}

func TestEditionKeepsCaptionsAndTitlesOfDocuments(t *testing.T) {
	original, edition := delivered(t), fold(readFile(t, editionFile))
	for _, pattern := range []string{`(?m)^图示：.+$`, `《[^》\n]{2,80}》`, `“[^”\n]{2,40}”`} {
		for _, s := range regexp.MustCompile(pattern).FindAllString(original, -1) {
			if !strings.Contains(edition, fold(s)) {
				t.Errorf("%q stands in the report and not in the edition", s)
			}
		}
	}
}

func TestEditionStructure(t *testing.T) {
	text := readFile(t, editionFile)
	if got, want := len(regexp.MustCompile(`(?m)^图示：.+$`).FindAllString(text, -1)), 33; got != want {
		// 32 captions of the report and the title of the scoring table.
		t.Errorf("captions: got %d, want %d", got, want)
	}
	tables := pipeTables(t, text)
	rows := 0
	for _, table := range tables {
		rows += len(table) - 1 // the header
	}
	if len(tables) != 8 || rows != 57 {
		t.Errorf("tables, rows: got %d, %d, want 8, 57", len(tables), rows)
	}
	if got, want := regexp.MustCompile(`(?m)^# .+$`).FindAllString(text, -1), []string{
		"# 前言", "# 01 大模型行业发展概况", "# 02 大模型生态新范式与企业竞争力",
		"# 03 大模型企业典型案例分析", "# 04 大模型行业未来发展趋势", "# 附录",
	}; !slices.Equal(got, want) {
		t.Errorf("chapters: got %q, want %q", got, want)
	}
	if got, want := strings.Count(text, "\n### "), 23; got != want {
		t.Errorf("pages: got %d, want %d", got, want)
	}
	if strings.Contains(text, `\*`) || strings.Contains(text, "\t") {
		t.Error("the edition holds an escaped footnote mark or a TAB of the delivered file")
	}
	for n, line := range strings.Split(text, "\n") {
		if strings.Count(line, "**")%2 != 0 {
			t.Errorf("line %d: unpaired **", n+1)
		}
	}
}

// The 25 indicators of the scoring table are numbered without a gap and their
// points add up to the weights in the first column, 100 in all.
func TestScoringTableAddsUp(t *testing.T) {
	for _, table := range pipeTables(t, readFile(t, editionFile)) {
		if !slices.Equal(table[0], []string{"一级指标", "二级指标", "序号", "三级指标", "赋分"}) {
			continue
		}
		weight := regexp.MustCompile(`\((\d+)%\)$`)
		points, total := map[string]int{}, 0
		for i, row := range table[1:] {
			if got, want := row[2], strconv.Itoa(i+1); got != want {
				t.Errorf("row %d: number: got %s, want %s", i+1, got, want)
			}
			p, err := strconv.Atoi(strings.TrimSuffix(row[4], "分"))
			if err != nil {
				t.Fatalf("row %d: points %q: %v", i+1, row[4], err)
			}
			points[row[0]] += p
			total += p
		}
		if len(table)-1 != 25 || total != 100 || len(points) != 5 {
			t.Errorf("indicators, points, groups: got %d, %d, %d, want 25, 100, 5", len(table)-1, total, len(points))
		}
		for group, got := range points {
			m := weight.FindStringSubmatch(group)
			if m == nil || m[1] != strconv.Itoa(got) {
				t.Errorf("%s: points add up to %d", group, got)
			}
		}
		return
	}
	t.Error("the scoring table is missing")
}

func TestEditionFrontMatter(t *testing.T) {
	text := readFile(t, editionFile)
	head, _, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(text, "---\n") {
		t.Fatal("the edition has no front matter")
	}
	for _, want := range []string{
		"id: " + strings.TrimSuffix(editionFile, ".md"),
		`title: "《2025年中国大模型行业发展研究报告》"`,
		"publisher: 36氪研究院", "date: 2025-11", "language: zh", "edition: restatement", "yanbao ingest",
	} {
		if !strings.Contains(head, want) {
			t.Errorf("front matter: %q is missing", want)
		}
	}
}

// pipeTables returns the tables of a Markdown text as rows of trimmed cells,
// header first and without the line of dashes. Every row has as many cells as
// its header; else the test fails.
func pipeTables(t *testing.T, text string) [][][]string {
	t.Helper()
	var tables [][][]string
	inside := false
	for n, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if !inside {
			tables = append(tables, nil)
		}
		inside = true
		last := &tables[len(tables)-1]
		if len(*last) == 1 && strings.Trim(strings.Join(cells, ""), "-:") == "" && len(cells) == len((*last)[0]) {
			continue
		}
		if len(*last) > 0 && len(cells) != len((*last)[0]) {
			t.Errorf("line %d: got %d cells, want %d", n+1, len(cells), len((*last)[0]))
		}
		*last = append(*last, cells)
	}
	return tables
}
