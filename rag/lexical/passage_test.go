package lexical

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
)

func TestFromPassages(t *testing.T) {
	passages := []*ingest.Passage{
		{ID: "a", DocumentID: "d", Section: []string{"章", "页"}, Block: 4, Lead: "导语。", Text: "导语。正文的前一半。"},
		{ID: "b", DocumentID: "d", Section: []string{"章", "页"}, Block: 4, Lead: "导语。", Text: "正文的后一半。"},
		{ID: "c", DocumentID: "d", SourceID: "x#1", Block: 5, Text: "现成的段落。"},
	}
	want := []Document{
		{Fields: []Field{{"导语。正文的前一半。", 1}, {"章\n页", sectionWeight}}, Parents: []string{"d\x00章\x00页\x004", "d\x00章\x00页"}},
		{Fields: []Field{{"正文的后一半。", 1}, {"导语。", leadWeight}, {"章\n页", sectionWeight}}, Parents: []string{"d\x00章\x00页\x004", "d\x00章\x00页"}},
		{Fields: []Field{{"现成的段落。", 1}}, Parents: []string{"c", "d\x00"}},
	}
	if diff := cmp.Diff(want, FromPassages(passages)); diff != "" {
		t.Errorf("FromPassages (-want +got):\n%s", diff)
	}
}

// A file without headings is one section of many passages: neighbours are its
// units.
func TestLongSectionsAreCut(t *testing.T) {
	var passages []*ingest.Passage
	for i := range longSection + 1 {
		passages = append(passages, &ingest.Passage{ID: fmt.Sprint(i), DocumentID: "d", Block: i, Text: "文"})
	}
	units := make(map[string]int)
	for _, d := range FromPassages(passages) {
		units[d.Parents[LevelSection]]++
	}
	if len(units) != 3 || units["d\x00\x000"] != stretch {
		t.Errorf("units %v, want three of up to %d passages", units, stretch)
	}
}

func TestParentCounts(t *testing.T) {
	x := New([]Document{text("大", "p"), text("小", "q"), text("大", "p"), text("模", "p")})
	big, _ := x.Lookup("大")
	small, _ := x.Lookup("小")
	got := x.ParentCounts(0, []uint32{big, small}, []int{3, 1, 0})
	if diff := cmp.Diff([][]int{{2, 0, 2}, {0, 1, 0}}, got); diff != "" {
		t.Errorf("ParentCounts (-want +got):\n%s", diff)
	}
	if got := x.ParentSize(0, 2); got != 3 {
		t.Errorf("ParentSize = %d, want 3", got)
	}
	if got := x.ParentCounts(5, []uint32{big}, []int{0}); got[0][0] != 0 {
		t.Errorf("ParentCounts of a level that is not there = %v", got)
	}
}
