package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest"
	"yanbao/prompts"
	"yanbao/rag/ground"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/question"
)

// documents are a library of one document or none.
type documents map[string]*ingest.Document

func (d documents) Document(id string) (*ingest.Document, bool) {
	doc, ok := d[id]
	return doc, ok
}

// trusting lets every sentence through that cites something.
func trusting(s ground.Statement) (ground.Claim, ground.Finding) {
	c := ground.Claim{Text: s.Text, Computed: s.Computed, Linking: len(s.Cited) == 0 && strings.HasSuffix(s.Text, "：")}
	for _, p := range s.Cited {
		if p == nil {
			return c, ground.Finding{Verdict: ground.BadCitation, Detail: "没有这一段"}
		}
		c.Supports = append(c.Supports, ground.Support{Passage: p, End: len(p.Text)})
	}
	if len(c.Supports) == 0 && !c.Linking {
		return c, ground.Finding{Verdict: ground.NoCitation, Detail: "没有出处"}
	}
	return c, ground.Finding{Verdict: ground.Supported}
}

func generated(t *testing.T, replies ...string) (*Generated, *llmtest.Scripted) {
	t.Helper()
	set, err := prompts.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var scripts []llmtest.Script
	for _, r := range replies {
		scripts = append(scripts, llmtest.Text(r))
	}
	g := llmtest.Play(scripts...)
	return &Generated{Model: g, Prompts: set, Library: documents{}, Check: trusting}, g
}

func passages(texts ...string) []*ingest.Passage {
	var out []*ingest.Passage
	for i, text := range texts {
		out = append(out, &ingest.Passage{ID: string(rune('a' + i)), DocumentID: "d", Kind: ingest.KindText, Text: text, Block: -1})
	}
	return out
}

func TestGeneratedLetsOut(t *testing.T) {
	long := strings.Repeat("很长的话，", 60)
	for _, tt := range []struct {
		name    string
		replies []string
		want    []string
		refused bool
		dropped string // verdicts
		lost    int
	}{
		{"in order", []string{"甲为一[1]。乙为二[2]。"}, []string{"甲为一。", "乙为二。"}, false, "", 0},
		{"twice the same", []string{"甲为一[1]。甲为一[1]。"}, []string{"甲为一。"}, false, "", 0},
		{"a connection waits for a fact", []string{"如下：\n甲为一[1]。还有：\n"}, []string{"如下：", "甲为一。"}, false, "", 0},
		{"a connection alone is none", []string{"如下：\n"}, []string{}, false, "", 0},
		{"refusal", []string{"NOT_FOUND"}, []string{}, true, "", 0},
		{"refusal of a part", []string{"甲为一[1]。报告没有提到乙。"}, []string{"甲为一。"}, true, "", 0},
		{"put right", []string{"甲为一。", "甲为一[1]。"}, []string{"甲为一。"}, false, "no citation", 0},
		{"not put right", []string{"甲为一。乙为二[2]。", "甲为一。"}, []string{"乙为二。"}, false, "no citation no citation", 1},
		{"dropped for good", []string{"甲为一。", "NOT_FOUND"}, []string{}, false, "no citation", 1},
		{"passage that is not there", []string{"甲为一[3]。", "NOT_FOUND"}, []string{}, false, "citation", 1},
		{"enough", []string{"甲为一[1]。" + long + "乙为二[2]。" + long + "丙为三[1]。" + long + "[1]。"}, []string{"甲为一。", long + "乙为二。"}, false, "", 0},
		{"too long for any answer", []string{strings.Repeat(long, 2) + "[1]。甲为一[1]。", "NOT_FOUND"}, []string{"甲为一。"}, false, "too long", 1},
		{"markup", []string{"<script>甲</script>为一[1]。", "甲为一[1]。"}, []string{"甲为一。"}, false, "markup", 0},
		{"language", []string{"A is one and B is two [1].", "甲为一[1]。"}, []string{"甲为一。"}, false, "language", 0},
		{"a code of its own", []string{"甲V4.1为一[1]。", "甲V4.0为一[1]。"}, []string{"甲V4.0为一。"}, false, "code", 0},
		{"the instructions", []string{"程序会逐句核对你写的内容[1]。甲为一[1]。"}, []string{"甲为一。"}, false, "instructions", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, _ := generated(t, tt.replies...)
			task := Task{Question: question.Parse(nil, "甲为多少？"), Language: "zh", Passages: passages("甲V4.0为一。", "乙为二。")}
			got := []string{}
			result := g.Answer(t.Context(), task, func(c ground.Claim) { got = append(got, c.Text) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("let out (-want +got):\n%s", diff)
			}
			var dropped []string
			for _, d := range result.Dropped {
				dropped = append(dropped, d.Verdict)
			}
			if strings.Join(dropped, " ") != tt.dropped || result.Refused != tt.refused || result.Lost != tt.lost || result.Err != nil {
				t.Errorf("dropped %q, refused %v, lost %d, error %v; want %q, %v, %d", dropped, result.Refused, result.Lost, result.Err, tt.dropped, tt.refused, tt.lost)
			}
			if len(result.Claims) != len(got) {
				t.Errorf("%d claims, %d let out", len(result.Claims), len(got))
			}
		})
	}
}

func TestStrangeCodes(t *testing.T) {
	g, _ := generated(t, "")
	c := ground.Claim{Supports: []ground.Support{{Passage: passages("星火V4.0与Qwen2.5-Max、GPT-4o，2B与12G，TOP20。")[0]}}}
	for text, want := range map[string]string{
		"星火V4.0。": "", "星火V4.6。": "V4.6", "Qwen2.5排名。": "", "GPT-4的表现。": "GPT-4", "gpt-4o。": "", "2B市场。": "", "2G市场。": "2G", "3B市场。": "3B", "2024Q3。": "",
		"Top20。": "", "Top31。": "Top31", "It was worth 29bn in 2024Q3, the 2nd of 35M.": "", "共294.16亿元。": "",
	} {
		language := "zh"
		if strings.HasPrefix(text, "It") {
			language = "en"
		}
		if got := g.strangeCode(text, language, c); got != want {
			t.Errorf("strangeCode(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]int{"": 1, "中国大模型市场": 11, "market": 3, "294.16": 7} {
		if got := Tokens(text); got != want {
			t.Errorf("Tokens(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPassagesAreFittedToTheWindow(t *testing.T) {
	g, model := generated(t, "NOT_FOUND")
	var texts []string
	for range 40 {
		texts = append(texts, strings.Repeat("甲", 100))
	}
	task := Task{Question: question.Parse(nil, "甲为多少？"), Language: "zh", Passages: passages(texts...)}
	last := 0
	for _, window := range []int{1000, 4000, 8000, 40000} {
		g.Window = window
		result := g.Answer(t.Context(), task, func(ground.Claim) {})
		r := model.Requests()[model.Calls()-1]
		if n := Tokens(r.System) + Tokens(r.Messages[0].Text) + r.MaxTokens; n > window && len(result.Shown) > 1 {
			t.Errorf("window %d: %d tokens", window, n)
		}
		if len(result.Shown) < max(1, last) || result.Shown[0] != task.Passages[0] {
			t.Errorf("window %d: %d passages after %d", window, len(result.Shown), last)
		}
		last = len(result.Shown)
	}
	if last != 40 {
		t.Errorf("%d passages in a large window, want all 40", last)
	}
}

func TestBetterPlaces(t *testing.T) {
	g, _ := generated(t, "")
	shown := passages("桥梁检测市场在去年继续扩大，主要靠存量桥梁的定期体检。", "传感器的交付周期缩短，国产化率提高。", "存量桥梁的定期体检带动了需求；传感器交付周期缩短。")
	shown[1].Section = []string{"桥梁检测市场继续扩大"}
	p := g.placesOf(shown)
	for _, tt := range []struct {
		text  string
		cites []int
		want  int
	}{
		{"桥梁检测市场去年继续扩大，靠的是存量桥梁的定期体检。", []int{1}, 0},
		{"桥梁检测市场去年继续扩大，靠的是存量桥梁的定期体检。", []int{2}, 1},
		{"桥梁检测市场去年继续扩大，靠的是存量桥梁的定期体检。", []int{2, 1}, 0},
		{"传感器交付周期已缩短。", []int{3}, 0},
		{"传感器的交付周期缩短。", []int{1}, 2},
		{"完全是另外一回事，与此无关。", []int{1}, 0},
		{"The market grew on inspections.", []int{2}, 0},
		{"增长。", []int{2}, 0},
	} {
		if got := p.better(tt.text, tt.cites); got != tt.want {
			t.Errorf("%s citing %v: better place %d, want %d", tt.text, tt.cites, got, tt.want)
		}
	}
}
