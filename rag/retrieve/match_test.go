package retrieve

import (
	"math"
	"slices"
	"testing"

	"yanbao/rag/lexical"
)

// asked makes a query whose needs are the terms of text, each of weight 1,
// over an index that holds exactly those.
func asked(text string) (*query, *Retriever) {
	x := lexical.New([]lexical.Document{{Fields: []lexical.Field{{Text: text, Weight: 1}}}})
	q := &query{folded: text, byTerm: make(map[uint32]int), stated: make(map[string]bool)}
	q.addNeeds(x, text)
	for i := range q.needs {
		q.needs[i].weight = 1
	}
	return q, &Retriever{words: x}
}

// eventsIn finds what fills the needs of q in text.
func eventsIn(q *query, r *Retriever, text string) []event {
	var tokens []token
	for _, t := range lexical.AppendTerms(nil, text) {
		if id, ok := r.words.Lookup(t.Text); ok {
			tokens = append(tokens, token{id, int32(t.Start), int32(t.End)})
		}
	}
	m := r.newMatcher(q)
	defer r.release(m)
	return m.events(nil, text, tokens)
}

func TestMeasure(t *testing.T) {
	q, r := asked("市场规模") // 4 characters, 3 pairs
	tests := []struct {
		text    string
		uni, bi float64
	}{
		{"", 0, 0},
		{"市场规模", 1, 1},
		{"规模和市场", 1, 2. / 3}, // 场规 is missing
		{"场面", 0.25, 0},
		{"市市市", 0.25, 0}, // once is enough
	}
	for _, tt := range tests {
		c := make(cover, len(q.needs))
		c.add(eventsIn(q, r, tt.text))
		if uni, bi := q.measure(c); math.Abs(uni-tt.uni) > 1e-9 || math.Abs(bi-tt.bi) > 1e-9 {
			t.Errorf("%s: %.3f %.3f, want %.3f %.3f", tt.text, uni, bi, tt.uni, tt.bi)
		}
	}
}

func TestOtherWords(t *testing.T) {
	q, r := asked("市场规模")
	id, _ := r.words.Lookup("市场")
	q.others = []other{{text: "市场盘子", key: id, credit: 0.5, needs: []int{0, 1}}}
	c := make(cover, len(q.needs))
	c.add(eventsIn(q, r, "这个市场盘子"))
	if c[0] != 1 || c[1] != 1 { // 市 and 场 stand there themselves
		t.Errorf("own words count less than other ones: %v", c)
	}
	q.others[0].needs = []int{3}
	c.clear()
	c.add(eventsIn(q, r, "这个市场盘子"))
	if c[3] != 0.5 {
		t.Errorf("another word gives %v, want its credit 0.5", c[3])
	}
	c.clear()
	c.add(eventsIn(q, r, "盘子"))
	if c[3] != 0 {
		t.Errorf("a part of another word gives %v, want 0", c[3])
	}
}

func TestDensest(t *testing.T) {
	q, r := asked("市场规模")
	near := eventsIn(q, r, "市场规模")
	far := eventsIn(q, r, "市场的情况要从头说起，规模")
	all := float64(len(q.needs))
	if got := q.densest(near, 12, all); got != 1 {
		t.Errorf("all together: %v, want 1", got)
	}
	// 市, 场 and 市场 fit in 12 bytes; 规, 模 and 规模 are too far off.
	if got := q.densest(far, 12, all); got != 3/all {
		t.Errorf("apart: %v, want %v", got, 3/all)
	}
}

func TestLongestRun(t *testing.T) {
	q, r := asked("中国市场规模")
	for text, want := range map[string]int{
		"中国市场规模": 18, "市场规模在中国": 12, "规市场": 6, "": 0,
	} {
		if got := q.longestRun(eventsIn(q, r, text)); got != want {
			t.Errorf("%s: %d bytes, want %d", text, got, want)
		}
	}
}

func TestSentenceEnds(t *testing.T) {
	text := "一句。两句!三"
	var got []string
	start := 0
	for _, end := range sentenceEnds(text) {
		got = append(got, text[start:end])
		start = end
	}
	if want := []string{"一句。", "两句!", "三"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := sentenceEnds(""); !slices.Equal(got, []int{0}) {
		t.Errorf("of an empty text: %v, want [0]", got)
	}
}

func TestCutBySection(t *testing.T) {
	hits := []lexical.Hit{{Doc: 7, Score: 5}, {Doc: 3, Score: 4}, {Doc: 9, Score: 3}, {Doc: 1, Score: 2}}
	kept, out, sections := cutBySection(hits, []float64{0, 0, 9, 1}, 2)
	// Totals with half of the section: 5, 4, 7.5, 2.5.
	if want := []lexical.Hit{{Doc: 7, Score: 5}, {Doc: 9, Score: 3}}; !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
	if want := []lexical.Hit{{Doc: 3, Score: 4}, {Doc: 1, Score: 2}}; !slices.Equal(out, want) {
		t.Errorf("left %v, want %v", out, want)
	}
	if want := []float64{0, 9}; !slices.Equal(sections, want) {
		t.Errorf("sections %v, want %v", sections, want)
	}
}

func TestFocus(t *testing.T) {
	x := lexical.New([]lexical.Document{{Fields: []lexical.Field{{Text: "游戏的模式", Weight: 1}}}})
	r := &Retriever{words: x, passages: nil}
	q := r.understand("游戏的模式有哪些？", nil, nil)
	var got []string
	for _, n := range q.needs {
		if n.focus {
			got = append(got, n.term)
		}
	}
	if want := []string{"模式"}; !slices.Equal(got, want) {
		t.Errorf("focus %v, want %v", got, want)
	}
}

func TestFeatureNames(t *testing.T) {
	names := FeatureNames()
	if len(names) != features {
		t.Fatalf("%d names for %d features", len(names), features)
	}
	seen := make(map[string]bool)
	for i, n := range names {
		if n == "" || seen[n] {
			t.Errorf("feature %d has the name %q, empty or used before", i, n)
		}
		seen[n] = true
	}
}

func TestHasUnit(t *testing.T) {
	tests := []struct {
		number, rest string
		units        []string
		want         bool
	}{
		{"294.16", "亿元,预计", []string{"元"}, true},
		{"35.6", "亿美元", []string{"元"}, false},
		{"24%", ",其中", []string{"%"}, true},
		{"3", "个月", []string{"天", "个月"}, true},
		{"500", "余家企业", []string{"家"}, true},
		{"5", "", []string{"家"}, false},
	}
	for _, tt := range tests {
		if got := hasUnit(tt.rest, tt.number, tt.units); got != tt.want {
			t.Errorf("%s%s %v: %v, want %v", tt.number, tt.rest, tt.units, got, tt.want)
		}
	}
}
