package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// build makes a document of elements.
func build(t *testing.T, elements ...Element) *Document {
	t.Helper()
	b := NewBuilder("test", "some file.md", []byte("data"), Meta{Language: "zh"})
	for i, e := range elements {
		e.Line = i + 1
		b.Add(e)
	}
	doc, err := b.Document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func heading(level int, text string) Element {
	return Element{Kind: ElementHeading, Level: level, Text: text}
}

func paragraph(text string) Element { return Element{Text: text} }

// ids maps the texts of the passages to their IDs.
func ids(doc *Document) map[string]string {
	out := map[string]string{}
	for _, p := range doc.Passages {
		out[string(p.Kind)+" "+p.Text] = p.ID
	}
	return out
}

func TestIDsSurviveChangesElsewhere(t *testing.T) {
	page := []Element{
		heading(2, "价格"), paragraph("碳酸锂价格回落。"),
		{Kind: ElementTable, Rows: [][]string{{"月", "价"}, {"一月", "9"}, {"二月", "8"}}}, paragraph("表1：月度价格"),
		paragraph("图示：价格走势"),
	}
	before := ids(build(t, append([]Element{heading(1, "题"), heading(2, "前文"), paragraph("旧的一段。")}, page...)...))
	after := ids(build(t, append([]Element{heading(1, "题"), heading(2, "前文"), paragraph("新的一段。"), paragraph("又一段。"), paragraph("图示：新图")}, page...)...))
	for text, id := range before {
		if strings.Contains(text, "旧的") {
			continue
		}
		if after[text] != id {
			t.Errorf("%q: ID %s became %s", text, id, after[text])
		}
	}
}

func TestEqualPassagesHaveDifferentIDs(t *testing.T) {
	doc := build(t, heading(1, "题"), paragraph("同一句话。"), paragraph("同一句话。"), paragraph("图示：同名"), paragraph("图示：同名"))
	seen := map[string]bool{}
	for _, p := range doc.Passages {
		if seen[p.ID] {
			t.Errorf("two passages have the ID %s", p.ID)
		}
		seen[p.ID] = true
	}
	if doc.Figures[0].ID == doc.Figures[1].ID {
		t.Errorf("two figures have the ID %s", doc.Figures[0].ID)
	}
}

func TestLargeTableGetsAnOverview(t *testing.T) {
	rows := [][]string{{"组", "项"}}
	for i := range 13 {
		group := ""
		if i%5 == 0 {
			group = fmt.Sprintf("第%d组", i/5+1)
		}
		rows = append(rows, []string{group, fmt.Sprintf("项目%d", i)})
	}
	small := build(t, Element{Kind: ElementTable, Rows: rows[:13]})
	if got := small.Passages[0]; got.Kind != KindTable || !strings.Contains(got.Text, "项目11") || len(small.Passages) != 13 {
		t.Errorf("twelve rows: %d passages, the first %q", len(small.Passages), got.Text)
	}
	large := build(t, Element{Kind: ElementTable, Rows: rows})
	first := large.Passages[0]
	if want := "共13行｜列：组、项｜组：第1组、第2组、第3组"; first.Text != want || first.End >= large.Passages[1].Start {
		t.Errorf("thirteen rows: got %q, want %q", first.Text, want)
	}
	if got, want := large.Passages[2].Text, "组（同上）：第1组；项：项目1"; got != want {
		t.Errorf("row: got %q, want %q", got, want)
	}
}

func TestDocumentSurvivesJSON(t *testing.T) {
	doc := build(t, heading(1, "题"), paragraph("一句话*。"), paragraph("*注：口径"), Element{Kind: ElementTable, Rows: [][]string{{"a", "b"}, {"", "甲、乙"}}})
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var again Document
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc, &again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(doc.Passages, Passages(&again)); diff != "" {
		t.Errorf("Passages of the same document differ:\n%s", diff)
	}
}

func TestDescribe(t *testing.T) {
	elements := []Element{
		heading(1, "题"), paragraph("一句话。"), paragraph("图示：图"),
		{Kind: ElementTable, Rows: [][]string{{"a\vx", "b"}, {"1", "2"}}}, paragraph("注：口径"),
	}
	doc := build(t, elements...)
	if got := doc.Describe(Meta{Title: "新题"}); got.Title != "新题" || got.Passages[0].ID != doc.Passages[0].ID {
		t.Errorf("another title: got %+v", got.Meta)
	}
	got := doc.Describe(Meta{ID: "other", Publisher: "某院"})
	b := NewBuilder("test", "some file.md", []byte("data"), Meta{ID: "other", Publisher: "某院", Language: "zh"})
	for i, e := range elements {
		e.Line = i + 1
		b.Add(e)
	}
	want, err := b.Document()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("described later differs from described first (-want +got):\n%s", diff)
	}
	if doc.ID == "other" || doc.Tables[0].ID == got.Tables[0].ID {
		t.Error("the first document changed, or the table kept its ID")
	}
}

func TestDetect(t *testing.T) {
	formats := []Format{
		{Name: "a", Sniff: func(name string, _ []byte) bool { return HasExtension(name, ".a") }},
		{Name: "b", Sniff: func(name string, _ []byte) bool { return HasExtension(name, ".b") }},
	}
	if f, err := Detect(formats, "x.B", nil); err != nil || f.Name != "b" {
		t.Errorf("got %s, %v", f.Name, err)
	}
	if _, err := Detect(formats, "x.c", nil); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("an unknown file: got %v", err)
	}
}
