package eval

import (
	"strings"
	"testing"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
)

func numeric() *Item {
	return &Item{
		ID: "q1", Type: "numeric", Question: "门店有多少家？", Answerable: true,
		Must:     [][]string{{"1,200家", "1200家"}, {"示例协会"}},
		MustNot:  []string{"1,300家"},
		Evidence: []Evidence{{"门店", "样本城市的门店共1,200家"}},
	}
}

func answer(text string, citations ...rag.Citation) *rag.Answer {
	for i := range citations {
		citations[i].N = i + 1
	}
	return &rag.Answer{Status: rag.Answered, Answer: text, Citations: citations, Confidence: 0.85, Score: 0.7}
}

func cite(section, text string) rag.Citation {
	return rag.Citation{Section: []string{section}, Text: text}
}

func TestScoreAnswer(t *testing.T) {
	proof := cite("门店", "根据示例协会数据，样本城市的门店共1,200家。")
	other := cite("附录", "示例协会成立于2001年。")
	for _, test := range []struct {
		name   string
		item   *Item
		answer *rag.Answer
		want   Score
	}{
		{
			"right and supported", numeric(), answer("据示例协会，门店共1,200家[1]。", proof),
			// two groups stated in one sentence: two statements, one citation
			Score{Right: true, Length: 16, Groups: 2, Stated: 2, Statements: 2, Supported: 2, Cited: 1, Supporting: 1, Covered: true},
		},
		{
			"a citation that supports nothing", numeric(), answer("门店共1200家[1][2]。来自示例协会。", proof, other),
			// first sentence: one statement, supported by [1] alone; second: one statement without a citation
			Score{Right: true, Length: 16, Groups: 2, Stated: 2, Statements: 2, Supported: 1, Cited: 2, Supporting: 1, Covered: true},
		},
		{
			"a group is missing", numeric(), answer("门店共1,200家[1]。", proof),
			Score{Why: "lacks 示例协会", Length: 10, Groups: 2, Stated: 1, Statements: 1, Supported: 1, Cited: 1, Supporting: 1, Covered: true},
		},
		{
			"a forbidden string", numeric(), answer("示例协会：1,200家或1,300家[1]。", proof),
			Score{Why: "holds 1,300家", Length: 19, Groups: 2, Stated: 2, Statements: 2, Supported: 2, Cited: 1, Supporting: 1, Covered: true},
		},
		{
			"abstained though it says all", numeric(),
			&rag.Answer{Status: rag.NotFound, Answer: "示例协会 1,200家"},
			Score{Why: "abstained", Abstained: true, Length: 11, Groups: 2, Stated: 2, Statements: 2},
		},
		{
			"too long", numeric(), answer("示例协会1,200家"+strings.Repeat("长", 391), proof),
			Score{Why: "too long (401 characters, limit 400)", Length: 401, Groups: 2, Stated: 2, Statements: 2, Covered: true},
		},
		{
			"unanswerable and abstained", &Item{ID: "q2", Type: "absent"}, &rag.Answer{Status: rag.OutOfScope, Answer: "不"},
			Score{Right: true, Abstained: true, Length: 1},
		},
		{
			"unanswerable and answered", &Item{ID: "q2", Type: "absent"}, answer("3[1]", proof),
			Score{Why: "answered a question that the report does not settle", Length: 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ScoreAnswer(test.item, test.answer, Literal)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScoreComputedValue(t *testing.T) {
	item := &Item{ID: "q3", Type: "multi_hop", Answerable: true, Must: [][]string{{"37.5"}},
		Evidence: []Evidence{{"市场", "规模为156.3亿元，其中占比24%"}}}
	literal := cite("市场", "规模为156.3亿元，其中占比24%，较快。")
	restated := cite("概况 市场", "其中占到24%，而规模有156.3亿元。")
	elsewhere := cite("附录", "其中占到24%，而规模有156.3亿元。")
	for _, test := range []struct {
		name     string
		citation rag.Citation
		edition  Edition
		want     int
	}{
		{"the quotation", literal, Literal, 1},
		{"other words are no quotation", restated, Literal, 0},
		{"other words of a restated edition", restated, Restated, 1},
		{"another page of a restated edition", elsewhere, Restated, 0},
	} {
		got := ScoreAnswer(item, answer("约37.5亿元[1]。", test.citation), test.edition)
		if !got.Right || got.Statements != 1 || got.Supported != test.want || got.Supporting != test.want {
			t.Errorf("%s: %+v, want right with %d of 1 supported", test.name, got, test.want)
		}
	}
}

func TestLimit(t *testing.T) {
	for kind, want := range map[string]int{"numeric": 400, "list": 800, "comparison": 800, "multi_hop": 800, "false_premise": 800, "table": 400} {
		if got := Limit(kind); got != want {
			t.Errorf("Limit(%q) = %d, want %d", kind, got, want)
		}
	}
}

func TestProvesRestated(t *testing.T) {
	item := numeric()
	for _, test := range []struct {
		name string
		p    *place
		want bool
	}{
		{"page and value", newPlace("有1,200家。", []string{"概况", "门店"}), true},
		{"page without value", newPlace("有若干家。", []string{"概况", "门店"}), false},
		{"value on another page", newPlace("有1,200家。", []string{"概况", "附录"}), false},
		{"caption of a table instead of a page", newPlace("门店｜数量：1,200家", []string{"附录"}), true},
	} {
		if got := provesAny(test.p, item, Restated); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
