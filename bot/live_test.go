package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/rag"
)

// sentences tells an answer of two claims.
func sentences(texts ...string) []rag.Event {
	out := []rag.Event{{Kind: rag.Retrieved, Retrieved: 3}}
	for _, t := range texts {
		out = append(out, rag.Event{Kind: rag.Delta, Delta: t}, rag.Event{Kind: rag.ClaimReady, Claim: &rag.Claim{Text: t}})
	}
	return out
}

func liveAnswer() *rag.Answer {
	return &rag.Answer{
		Status: rag.Answered, Language: "zh", Answer: "门店共1,200家[1]。其中直营30%[1]。", Notices: []string{"注意"},
		Citations: []rag.Citation{{N: 1, PassageID: "p1", Quote: "门店共1,200家。", Text: "门店共1,200家。", Section: []string{"概况"}}},
	}
}

func TestLiveReadsAsRender(t *testing.T) {
	refusal := &rag.Answer{Status: rag.NotFound, Language: "zh", Answer: "没有找到。", Related: []rag.Related{{PassageID: "p1", Text: "门店"}}}
	for _, tt := range []struct {
		name   string
		answer *rag.Answer
		events []rag.Event
	}{
		{"two sentences", liveAnswer(), sentences("门店共1,200家[1]。", "其中直营30%[1]。")},
		{"refusal", refusal, sentences()},
		{"controls", &rag.Answer{Status: rag.Answered, Language: "zh", Answer: "门店\x1b[2J[1]。"}, sentences("门店\x1b[2J[1]。")},
	} {
		for _, o := range []Options{{}, {Show: "yanbao show", Language: "en"}} {
			var out strings.Builder
			l := NewLive(&out, o)
			for _, e := range tt.events {
				l.Event(e)
			}
			if err := l.Finish(tt.answer); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Render(tt.answer, o), out.String()); diff != "" {
				t.Errorf("%s (-Render +Live):\n%s", tt.name, diff)
			}
		}
	}
}

func TestLiveBeginsAnew(t *testing.T) {
	for language, want := range map[string]string{"": "作废", "en": "void"} {
		var out strings.Builder
		l := NewLive(&out, Options{Language: language})
		for _, e := range sentences("门店很多[1]。") {
			l.Event(e)
		}
		l.Event(rag.Event{Kind: rag.Delta, Restart: true})
		for _, e := range sentences("门店共1,200家[1]。", "其中直营30%[1]。") {
			l.Event(e)
		}
		if err := l.Finish(liveAnswer()); err != nil {
			t.Fatal(err)
		}
		before, after, found := strings.Cut(out.String(), "\n")
		void, rest, _ := strings.Cut(after, "\n")
		if !found || before != "门店很多[1]。" || !strings.Contains(void, want) || rest != Render(liveAnswer(), Options{Language: language}) {
			t.Errorf("language %q: %q", language, out.String())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestLiveReportsErrorsOfWriting(t *testing.T) {
	l := NewLive(fullDisk{}, Options{})
	for _, e := range sentences("门店共1,200家[1]。") {
		l.Event(e)
	}
	l.Break()
	if err := l.Finish(liveAnswer()); err == nil {
		t.Error("no error")
	}
}
