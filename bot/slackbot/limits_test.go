package slackbot

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/ingest"
	"yanbao/rag"

	"pgregory.net/rapid"
)

// nasty is text of any length, with what Slack would read something into.
func nasty(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		piece := rapid.SampledFrom([]string{"市场规模", "<@U1>", "<!channel>", "@here", "*粗*", "_斜_", "`码`", "~删~", "&amp;", "<https://x|y>", ":smile:", "\n", " ", "\x1b[31m", "\u202e", "１", "a", "[1]", "🙂", "|"})
		n := rapid.SampledFrom([]int{0, 1, 3, 40, most}).Draw(t, "pieces")
		var out strings.Builder
		for range n {
			out.WriteString(piece.Draw(t, "piece"))
		}
		return out.String()
	})
}

func anyCitation(t *rapid.T, n int) rag.Citation {
	c := rag.Citation{N: n, PassageID: "p1", Document: rag.DocumentRef{ID: "d", Title: nasty(60).Draw(t, "title")},
		Section: []string{nasty(60).Draw(t, "chapter"), nasty(60).Draw(t, "section")}, Text: nasty(900).Draw(t, "text"), PrimarySource: nasty(60).Draw(t, "source"), URL: "/d/d#p1"}
	c.Quote = cut(c.Text, 700)
	if rapid.Bool().Draw(t, "in a table") {
		c.Table = &rag.TableRef{ID: "t1", Caption: nasty(60).Draw(t, "caption"), Row: n}
	}
	return c
}

func anyAnswer(t *rapid.T) *rag.Answer {
	a := &rag.Answer{ID: "a1", Status: rapid.SampledFrom([]rag.Status{rag.Answered, rag.NotFound, rag.OutOfScope}).Draw(t, "status"),
		Language: rapid.SampledFrom([]string{"zh", "en"}).Draw(t, "language"), Answer: nasty(1500).Draw(t, "answer")}
	for i := range rapid.IntRange(0, 40).Draw(t, "citations") {
		a.Citations = append(a.Citations, anyCitation(t, i+1))
	}
	for range rapid.IntRange(0, 5).Draw(t, "related") {
		a.Related = append(a.Related, rag.Related{PassageID: "p1", Section: []string{nasty(60).Draw(t, "near section")}, Text: nasty(900).Draw(t, "near")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "notices") {
		a.Notices = append(a.Notices, nasty(600).Draw(t, "notice"))
	}
	if a.Answer != "" {
		a.Claims = []rag.Claim{{Text: a.Answer, Values: []rag.Value{{Text: cut(a.Answer, 5)}}}}
	}
	return a
}

func anyTable(t *rapid.T) *rag.TableView {
	wide := rapid.IntRange(1, 25).Draw(t, "columns")
	v := &rag.TableView{Document: "d", Path: []string{nasty(60).Draw(t, "path")}, Table: ingest.Table{ID: "t1", Caption: nasty(60).Draw(t, "caption")}}
	for range wide {
		v.Columns = append(v.Columns, nasty(40).Draw(t, "column"))
	}
	for range rapid.IntRange(0, 130).Draw(t, "rows") {
		row := make([]ingest.Cell, wide)
		row[0].Text = rapid.SampledFrom([]string{"甲", strings.Repeat("长", 500), "<@U1>"}).Draw(t, "cell")
		v.Rows = append(v.Rows, row)
	}
	return v
}

// Whatever a report says, messages and modals keep Slack's limits and mention
// nobody.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, table := anyAnswer(t), anyTable(t)
		p := presented{answer: a, mark: "yb-final 1 0", tables: []*rag.TableView{table}, shared: rapid.Bool().Draw(t, "shared"), rest: rapid.Bool().Draw(t, "rest"), signed: nasty(3).Draw(t, "signed")}
		r := func() *renderer { return newRenderer(a.Language, "https://reports.example.org/x y<z>") }
		var found []rag.CheckedClaim
		for _, c := range a.Citations {
			found = append(found, rag.CheckedClaim{Text: c.Text, Outcome: rag.Contradicted, Detail: c.Quote, Citations: []rag.Citation{c}})
		}
		for name, m := range map[string]message{"answer": r().answerMessage(p), "findings": r().findings("yb-final 1 0", found), "say": say("yb-final 1 0", a.Answer+"。")} {
			if err := slacktest.CheckBlocks(marshal(t, m.blocks)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if n := utf8.RuneCountInString(m.text); n > mostText {
				t.Fatalf("%s: text of %d characters", name, n)
			}
			if strings.Contains(m.text, "<") {
				t.Fatalf("%s: the text would be read: %q", name, m.text)
			}
		}
		passage := &rag.PassageView{Passage: ingest.Passage{ID: "p1", TableID: "t1", Kind: ingest.KindRow, Text: nasty(4000).Draw(t, "passage")}, After: []ingest.Passage{{Text: nasty(4000).Draw(t, "after")}}}
		span := [2]int{rapid.IntRange(-1, 50).Draw(t, "from"), rapid.IntRange(-1, 9000).Draw(t, "to")}
		for name, v := range map[string]any{"passage": r().passageModal(passage, span), "sources": r().sourcesModal(a), "table": r().tableModal(table, "C1 1.1")} {
			if name == "sources" && len(a.Citations) == 0 {
				continue
			}
			if err := slacktest.CheckView(marshal(t, v)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestEscape(t *testing.T) {
	for said, want := range map[string]string{
		"<@U1> & <!here>":  "&lt;@\u2060U1&gt; &amp; &lt;!here&gt;",
		"*a*":              "\u2060*\u2060a\u2060*\u2060",
		"a\x1b[31m\u202eb": "a[31mb",
		"门店":               "门店",
	} {
		if got := escape(said); got != want {
			t.Errorf("escape(%q) = %q, want %q", said, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		said := nasty(40).Draw(t, "said")
		if got, want := unescape(escape(said)), bot.Clean(strings.ReplaceAll(said, string(joiner), "")); got != want && !strings.Contains(said, "&") {
			t.Fatalf("unescape(escape(%q)) = %q", said, got)
		}
		if m := escapeMarkdown(said); strings.Contains(m, "<") {
			t.Fatalf("escapeMarkdown(%q) = %q", said, m)
		}
	})
}

func TestQuestion(t *testing.T) {
	for said, want := range map[string]string{
		"<@U1> 门店有多少家？":                   "门店有多少家？",
		"<https://x.example|门店> &lt;3":    "门店 <3",
		"<https://x.example> 里 <#C1|甲> 的": "https://x.example 里 #甲 的",
		"<!here> <!subteam^S1|@组> 在吗":     "在吗",
	} {
		if got := strings.Join(strings.Fields(question(said)), " "); got != want {
			t.Errorf("question(%q) = %q, want %q", said, got, want)
		}
	}
}

// A mark survives being read back, and nothing else is taken for one.
func TestMark(t *testing.T) {
	q := &inquiry{ts: "1760000000.000001", revision: 3}
	if ts, revision, final, ok := readMark(mark(q)); !ok || !final || ts != q.ts || revision != 3 {
		t.Errorf("readMark(%q) = %q %d %v %v", mark(q), ts, revision, final, ok)
	}
	if _, _, final, ok := readMark(openMark(q)); !ok || final {
		t.Error("an open mark is taken for a final one")
	}
	for _, other := range []string{"", "abc", "yb-final", "x 1 2", "yb-final 1"} {
		if _, _, _, ok := readMark(other); ok {
			t.Errorf("readMark(%q) is taken", other)
		}
	}
}

func marshal(t *rapid.T, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
