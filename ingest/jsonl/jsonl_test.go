package jsonl

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yanbao/ingest"
	"yanbao/ingest/ingesttest"
)

func TestRead(t *testing.T) {
	source := `{"id": "a#0", "title": "水库", "section": "概况", "text": "第一句。第二句。\n第三句。"}

{"id": 7, "section": ["章", "节"], "text": " 两端有空格 ", "extra": {"x": 1}}
{"id": "c", "parent": "章", "text": "图示：不是图"}
{"id": "d", "title": "单独", "text": "没有节"}
{"id": "e", "section": null, "text": "什么都没有"}
`
	doc, err := Read("水库 set.jsonl", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if err := ingesttest.Check(doc); err != nil {
		t.Fatal(err)
	}
	type row struct {
		SourceID, Text string
		Section        []string
		Line           int
	}
	var got []row
	for _, p := range doc.Passages {
		if p.Kind != ingest.KindText {
			t.Errorf("passage %s has kind %s", p.SourceID, p.Kind)
		}
		got = append(got, row{p.SourceID, p.Text, p.Section, p.Line})
	}
	want := []row{
		{"a#0", "第一句。第二句。\n第三句。", []string{"水库", "概况"}, 1},
		{"7", "两端有空格", []string{"章", "节"}, 3},
		{"c", "图示：不是图", []string{"章"}, 4},
		{"d", "没有节", []string{"单独"}, 5},
		{"e", "什么都没有", []string{}, 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("passages (-want +got):\n%s", diff)
	}
	if doc.Format != "jsonl" || doc.Title != "水库 set" || doc.Language != "zh" {
		t.Errorf("got format %q, title %q, language %q", doc.Format, doc.Title, doc.Language)
	}
}

func TestLongTextIsCutOnlyAboveTheLimit(t *testing.T) {
	for _, tt := range []struct{ runes, want int }{{1999, 1}, {2000, 1}, {2010, 2}, {4000, 3}} {
		text := strings.Repeat("九个字凑成的一句话。", tt.runes/10) + strings.Repeat("尾", tt.runes%10)
		doc, err := Read("x.jsonl", fmt.Appendf(nil, `{"id":"a","text":%q}`, text))
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Passages) != tt.want {
			t.Errorf("%d runes: got %d passages, want %d", tt.runes, len(doc.Passages), tt.want)
		}
		for _, p := range doc.Passages {
			if p.SourceID != "a" {
				t.Errorf("%d runes: a part has the source id %q", tt.runes, p.SourceID)
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		kind         error
		says         []string
	}{
		{"no JSON", "{\"id\":\"a\",\"text\":\"b\"}\nplain\n", ingest.ErrMalformed, []string{"x.jsonl", "line 2", "JSON"}},
		{"cut off", `{"id":"a","text":"b`, ingest.ErrMalformed, []string{"line 1"}},
		{"array", `["a"]`, ingest.ErrMalformed, []string{"line 1"}},
		{"no id", "\n\n{\"text\":\"b\"}", ingest.ErrMalformed, []string{"line 3", `"id"`}},
		{"no text", `{"id":"a"}`, ingest.ErrMalformed, []string{"line 1", `"text"`, `"a"`}},
		{"blank text", `{"id":"a","text":" "}`, ingest.ErrMalformed, []string{`"text"`}},
		{"text is a number", `{"id":"a","text":5}`, ingest.ErrMalformed, []string{"line 1", "text"}},
		{"section is an object", `{"id":"a","text":"b","section":{}}`, ingest.ErrMalformed, []string{"line 1"}},
		{"id twice", "{\"id\":\"a\",\"text\":\"b\"}\n{\"id\":\"a\",\"text\":\"c\"}", ingest.ErrMalformed, []string{"line 2", `"a"`, "line 1"}},
		{"empty", "\n", ingest.ErrEmpty, nil},
		{"binary", "{\x00", ingest.ErrBinary, nil},
	} {
		_, err := Read("x.jsonl", []byte(tt.source))
		if !errors.Is(err, tt.kind) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.kind)
			continue
		}
		for _, s := range tt.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", tt.name, err, s)
			}
		}
	}
}

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       bool
	}{
		{"a.jsonl", "", true}, {"a.NDJSON", "", true}, {"stdin", `{"id":"a","text":"b"}` + "\n", true},
		{"stdin", `{"id":"a"}`, false}, {"stdin", "# 题", false}, {"a.md", "# 题", false},
	} {
		if got := Sniff(tt.name, []byte(tt.data)); got != tt.want {
			t.Errorf("Sniff(%q, %q) = %v", tt.name, tt.data, got)
		}
	}
}

func TestReadKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var source strings.Builder
		var want []string
		for i := range rapid.IntRange(1, 20).Draw(t, "lines") {
			text := rapid.StringMatching(`[一-十a-z0-9。，；\n "\\*#|]{1,60}x`).Draw(t, "text")
			section := rapid.SampledFrom([]string{"", "甲", "乙"}).Draw(t, "section")
			fmt.Fprintf(&source, "{\"id\":%q,\"section\":%q,\"text\":%q}\n", fmt.Sprint(i), section, text)
			want = append(want, strings.TrimSpace(text))
		}
		doc, err := Read("x.jsonl", []byte(source.String()))
		if err != nil {
			t.Fatal(err)
		}
		if err := ingesttest.Check(doc); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(want, "\n"); got != doc.Text {
			t.Fatalf("text: got %q, want %q", doc.Text, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":"b","section":["c"],"text":"d"}`))
	f.Add([]byte("{\"id\":1,\"parent\":null,\"text\":\"d。\"}\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Read("x.jsonl", data)
		if err != nil {
			return
		}
		if err := ingesttest.Check(doc); err != nil {
			t.Fatalf("%v\nsource: %q", err, data)
		}
	})
}
