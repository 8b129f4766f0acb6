package markdown

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
)

// TestDamagedEqualsClean reads a report of another industry as it was written
// and as a converter left it: pages, tables and figures must come out the same.
func TestDamagedEqualsClean(t *testing.T) {
	var docs [2]*ingest.Document
	for i, name := range []string{"coldchain-2024.md", "coldchain-2024-damaged.md"} {
		data, err := os.ReadFile("../../rag/testdata/documents/" + name)
		if err != nil {
			t.Skip("the second report is not in the repository")
		}
		docs[i] = mustRead(t, name, data)
	}
	clean, damaged := docs[0], docs[1]
	if diff := cmp.Diff(pages(clean), pages(damaged)); diff != "" {
		t.Errorf("pages and their chapters (-clean +damaged):\n%s", diff)
	}
	if diff := cmp.Diff(tableTexts(clean), tableTexts(damaged)); diff != "" {
		t.Errorf("tables (-clean +damaged):\n%s", diff)
	}
	if len(clean.Figures) != len(damaged.Figures) {
		t.Errorf("figures: got %d, want %d", len(damaged.Figures), len(clean.Figures))
	}
	for i, f := range clean.Figures {
		if got := damaged.Figures[i]; got.Caption != f.Caption || strings.Join(got.Sources, "|") != strings.Join(f.Sources, "|") {
			t.Errorf("figure %d: got %q from %q, want %q from %q", i, got.Caption, got.Sources, f.Caption, f.Sources)
		}
	}
}

// pages lists the sections that hold tables, bullets or figures, with the
// chapter they belong to.
func pages(doc *ingest.Document) []string {
	var out []string
	seen := map[int]bool{}
	for _, b := range doc.Blocks {
		if b.Section < 0 || seen[b.Section] || b.Kind != ingest.BlockBullet && b.Kind != ingest.BlockTable && b.Kind != ingest.BlockFigure {
			continue
		}
		seen[b.Section] = true
		path := doc.SectionPath(b.Section)
		if len(path) > 1 && strings.HasPrefix(path[0], "第") {
			out = append(out, strings.ReplaceAll(path[0], "　", " ")+" > "+path[len(path)-1])
		}
	}
	return out
}

// tableTexts renders the tables of a document with their cells.
func tableTexts(doc *ingest.Document) []string {
	var out []string
	for _, t := range doc.Tables {
		out = append(out, t.Caption+": "+strings.Join(t.Columns, "|"), strings.Join(t.Sources, "|"))
		for _, row := range t.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, c.Text)
			}
			out = append(out, strings.Join(cells, "|"))
		}
	}
	return out
}
