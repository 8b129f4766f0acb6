package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/rag/ground"
)

// readAll reads a text in pieces of n runes, and says after how many runes each
// sentence was given.
func readAll(t *testing.T, r reader, text string, n int) (got []written, at []int) {
	t.Helper()
	runes := []rune(text)
	for i := 0; i < len(runes); i += n {
		end := min(i+n, len(runes))
		for _, w := range r.feed(string(runes[i:end])) {
			got, at = append(got, w), append(at, end)
		}
	}
	last, err := r.end()
	if err != nil {
		t.Errorf("end of %q: %v", text, err)
	}
	for _, w := range last {
		got, at = append(got, w), append(at, len(runes))
	}
	return got, at
}

func texts(ws []written) []string {
	out := []string{}
	for _, w := range ws {
		out = append(out, w.text)
	}
	return out
}

func cites(ws []written) [][]int {
	out := [][]int{}
	for _, w := range ws {
		out = append(out, w.cites)
	}
	return out
}

func TestSentencesWithMarks(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []string
		cites    [][]int
	}{
		{"marks before the stop", "规模为12亿元[3]。增长8%[3][5]。", []string{"规模为12亿元。", "增长8%。"}, [][]int{{3}, {3, 5}}},
		{"marks behind the stop", "规模为12亿元。[3]增长8%。[3][5]\n", []string{"规模为12亿元。", "增长8%。"}, [][]int{{3}, {3, 5}}},
		{"other brackets", "规模为12亿元【3】。增长8%[^5]。共[passage 2]3家[1, 4-6]。", []string{"规模为12亿元。", "增长8%。", "共3家。"}, [][]int{{3}, {5}, {2, 1, 4, 5, 6}}},
		{"clauses with marks of their own", "甲为1亿元[1]；乙为2亿元[2]。", []string{"甲为1亿元；", "乙为2亿元。"}, [][]int{{1}, {2}}},
		{"clauses with one mark", "甲为1亿元；乙为2亿元[2]。", []string{"甲为1亿元；乙为2亿元。"}, [][]int{{2}}},
		{"quotation", "报告说“增长很快。前景好。”[2]。", []string{"报告说“增长很快。前景好。”。"}, [][]int{{2}}},
		{"list", "如下：\n- 甲[1]\n2. **乙**[2]\n", []string{"如下：", "甲。", "乙。"}, [][]int{nil, {1}, {2}}},
		{"no stop at the end", "规模为12亿元[3]", []string{"规模为12亿元。"}, [][]int{{3}}},
		{"decimals", "It was RMB 29.4 billion [1]. It grew 8.5% vs. 2023 [2].", []string{"It was RMB 29.4 billion.", "It grew 8.5% vs. 2023."}, [][]int{{1}, {2}}},
		{"abbreviations", "The U.S. market led. [4] OpenAI Inc. followed [5].", []string{"The U.S. market led.", "OpenAI Inc. followed."}, [][]int{{4}, {5}}},
		{"mark twice", "规模[1]为12亿元[1]。", []string{"规模为12亿元。"}, [][]int{{1}}},
		{"question mark of an address", "见[这里](http://x.cn/a?b=1。2)[3]。", []string{"见这里。"}, [][]int{{3}}},
		{"full-width mark is text", "规模为12亿元［9］。", []string{"规模为12亿元［9］。"}, [][]int{nil}},
		{"document number", "国发〔2017〕35号[1]。", []string{"国发〔2017〕35号。"}, [][]int{{1}}},
		{"empty", " \n\n", []string{}, [][]int{}},
		{"only marks", "[1][2]。", []string{}, [][]int{}},
	} {
		for _, n := range []int{1, 2, 7, 1000} {
			got, _ := readAll(t, &sniffing{}, tt.in, n)
			if diff := cmp.Diff(tt.want, texts(got)); diff != "" {
				t.Errorf("%s in pieces of %d (-want +got):\n%s", tt.name, n, diff)
			}
			if diff := cmp.Diff(tt.cites, cites(got)); diff != "" {
				t.Errorf("%s in pieces of %d: citations (-want +got):\n%s", tt.name, n, diff)
			}
		}
	}
}

// TestSentenceIsGivenAtOnce: no further piece is waited for where the sentence
// cannot go on.
func TestSentenceIsGivenAtOnce(t *testing.T) {
	for _, in := range []string{"规模为12亿元[3]。", "规模为12亿元【3】。", "The market was RMB 1.2 billion [3].", "具体如下：\n", "甲为1亿元[1]；"} {
		r := &sentenceReader{}
		if got := r.feed(in); len(got) != 1 {
			t.Errorf("feed(%q) gives %d sentences, want 1", in, len(got))
		}
	}
	for _, in := range []string{"规模为12亿元。", "规模为12亿元。[3", "It was 29.", "It was RMB 29", "规模“12亿元。"} {
		r := &sentenceReader{}
		if got := r.feed(in); len(got) != 0 {
			t.Errorf("feed(%q) gives %q, want nothing yet", in, texts(got))
		}
	}
}

func TestJSONClaims(t *testing.T) {
	in := "```json\n" + `{"status": "answered", "claims": [
	 {"text": "规模为{ 12亿元 } \"约\"[9]。", "citations": [3], "computed": []},
	 {"text": "增至1.5倍。", "citations": [3, 3, 5], "computed": ["12亿元 / 8亿元 = 1.5 倍"]},
	 {"text": "", "citations": [1]}, {"text": 4}]}` + "\n```"
	for _, n := range []int{1, 5, 1000} {
		got, at := readAll(t, &sniffing{}, in, n)
		if len(got) != 2 || got[0].cites[0] != 3 || got[0].flaw != Formula || got[1].text != "增至1.5倍。" || len(got[1].cites) != 2 {
			t.Fatalf("pieces of %d: %+v", n, got)
		}
		want := []ground.Computed{{Text: "1.5倍", Operation: ground.Divide, Inputs: []string{"12亿元", "8亿元"}, Formula: "12亿元 ÷ 8亿元 ≈ 1.5 倍"}}
		if diff := cmp.Diff(want, got[1].computed); diff != "" {
			t.Errorf("computed (-want +got):\n%s", diff)
		}
		if n == 1 && at[0] > strings.Index(in, "增至") {
			t.Errorf("the first claim is given after %d runes, not when it is whole", at[0])
		}
	}
	got, _ := readAll(t, &sniffing{}, `{"status":"not_found","claims":[]}`, 3)
	if len(got) != 1 || !refuses(got[0]) {
		t.Errorf("not_found: %+v", got)
	}
	for _, in := range []string{`{"status":"answered","claims":[{"text":"甲`, `{"status":"answered"`, `{"claims":[]}`, `{"a":1}`, `{"status": answered}`} {
		r := &sniffing{}
		r.feed(in)
		if _, err := r.end(); err == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

func TestFormulas(t *testing.T) {
	for _, tt := range []struct {
		in, text  string
		operation ground.Operation
		inputs    []string
		formula   string
	}{
		{"增至{12亿元 / 8亿元 = 1.5倍}。", "增至1.5倍。", ground.Divide, []string{"12亿元", "8亿元"}, "12亿元 ÷ 8亿元 ≈ 1.5倍"},
		{"占{{3亿元÷12亿元≈25%}}", "占25%", ground.Share, []string{"3亿元", "12亿元"}, "3亿元 ÷ 12亿元 ≈ 25%"},
		{"增长{(12亿元 - 8亿元) / 8亿元 = 50%}", "增长50%", ground.Growth, []string{"12亿元", "8亿元"}, "(12亿元 − 8亿元) ÷ 8亿元 ≈ 50%"},
		{"增长{12亿元 / 8亿元 - 1 = 50%}", "增长50%", ground.Growth, []string{"12亿元", "8亿元"}, "(12亿元 − 8亿元) ÷ 8亿元 ≈ 50%"},
		{"合计{1亿元 + 2亿元 + 3亿元 = 6亿元}", "合计6亿元", ground.Add, []string{"1亿元", "2亿元", "3亿元"}, "1亿元 + 2亿元 + 3亿元 = 6亿元"},
		{"差{24%-13%=11个百分点}", "差11个百分点", ground.Subtract, []string{"24%", "13%"}, "24% − 13% = 11个百分点"},
		{"值{156.3亿元 × 24% ≈ 约37.51亿元}", "值37.51亿元", ground.Multiply, []string{"156.3亿元", "24%"}, "156.3亿元 × 24% ≈ 37.51亿元"},
		{"共{count(甲、乙、丙) = 3家}", "共3家", ground.CountOf, []string{"甲", "乙", "丙"}, "甲、乙、丙"},
	} {
		text, computed, legible := takeFormulas(tt.in)
		want := []ground.Computed{{Text: computed[0].Text, Operation: tt.operation, Inputs: tt.inputs, Formula: tt.formula}}
		if diff := cmp.Diff(want, computed); diff != "" || text != tt.text || !legible {
			t.Errorf("%s: %q, legible %v (-want +got):\n%s", tt.in, text, legible, diff)
		}
	}
	for _, in := range []string{"{}", "{甲}", "{1亿元 = }", "{ = 3}", "{甲 / 乙 = 3}", "{1亿元 + 2亿元", "3}"} {
		if _, _, legible := takeFormulas(in); legible {
			t.Errorf("takeFormulas(%q) is legible", in)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		flaw     Flaw
	}{
		{"规模为**12亿元**[3]。", "规模为12亿元[3]。", ""},
		{"见[报告](https://x.cn/?k=KEY)[3]。", "见报告[3]。", ""},
		{"规模[3](https://x.cn)。", "规模[3]。", ""},
		{"![x](https://x.cn/a.png?d=密)规模。", "规模。", ""},
		{"见 https://x.cn/a，又见 www.x.cn/b。", "见 ，又见 。", ""},
		{"见 x.cn/collect?d=1 处", "见  处", ""},
		{"javascript:alert(1)甲", "甲", ""},
		{"<b>甲</b><br/>", "甲", ""},
		{"<script>alert(1)</script>甲", "<script>alert(1)</script>甲", Markup},
		{"<img src=x onerror=y>", "<img src=x onerror=y>", Markup},
		{"不足<5%的企业", "不足<5%的企业", ""},
		{"## 标题", "标题", ""},
		{"忽\u200b略\u202e", "忽略", ""},
	} {
		if got, flaw := plain(tt.in); got != tt.want || flaw != tt.flaw {
			t.Errorf("plain(%q) = %q, %q, want %q, %q", tt.in, got, flaw, tt.want, tt.flaw)
		}
	}
}

func TestInLanguage(t *testing.T) {
	for _, tt := range []struct {
		text   string
		zh, en bool
	}{
		{"桥梁检测市场规模约为73.2亿元。", true, false},
		{"OpenAI、DeepSeek与Kimi排名前三。", true, false},
		{"DeepSeek-R1。", true, true},
		{"The market was worth RMB 29.4 billion.", false, true},
		{"According to iFLYTEK (科大讯飞) it was “独创通专结合模式”.", false, true},
		{"The report says: ““造点”在同月推出了免费体验”.", false, true},
		{"市場規模は294億元です。とても大きい。", false, false},
		{"시장 규모는 294억 위안이다.", false, false},
		{"Объём рынка составил 294 млрд.", false, false},
		{"294.16亿元。", true, false},
	} {
		if zh, en := inLanguage(tt.text, "zh"), inLanguage(tt.text, "en"); zh != tt.zh || en != tt.en {
			t.Errorf("%q: zh %v, en %v, want %v, %v", tt.text, zh, en, tt.zh, tt.en)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"NOT_FOUND", true},
		{"`NOT_FOUND`.", true},
		{"报告没有给出这一数据。", true},
		{"抱歉，所给段落中未提及该公司的利润。", true},
		{"The passages do not mention the retention rate.", true},
		{"I cannot answer this from the report.", true},
		{"报告没有给出这一数据[3]。", false},
		{"2023年桥梁检测市场规模约为73.2亿元。", false},
		{"The market was worth RMB 29.4 billion.", false},
	} {
		w, ok := readSentence(tt.text)
		if got := ok && refuses(w); got != tt.want {
			t.Errorf("refuses(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestRepeatsInstructions(t *testing.T) {
	system := "你根据研究报告的段落回答问题。程序会逐句核对你写的内容：数字、单位、年份。Every sentence names the passages that it rests on; the numbers stand before its full stop."
	for text, want := range map[string]bool{
		"我的提示词是：你根据研究报告的 段落回答问题，程序会逐句核对。":                                                 true,
		"My rules: every sentence names the passages that it rests on, the numbers stand": true,
		"研究报告显示市场规模为12亿元。":                                                                false,
		"The report says that the market grew.":                                           false,
		"":                                                                                false,
	} {
		if got := repeatsInstructions(text, squeeze(system)); got != want {
			t.Errorf("repeatsInstructions(%q) = %v, want %v", text, got, want)
		}
	}
}

// FuzzReaders: pieces do not matter, nothing panics, and no sentence keeps a
// mark or a brace.
func FuzzReaders(f *testing.F) {
	for _, s := range []string{"规模为12亿元[3]。增长8%。[3][5]", "It was 29.4 [1]. U.S. [2", `{"status":"answered","claims":[{"text":"甲[1]。","citations":[1]}]}`, "甲{1+1=2}乙。", "“《（"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 1 || len(text) > 2000 {
			return
		}
		read := func(n int) []string {
			r := &sniffing{}
			var got []written
			runes := []rune(text)
			for i := 0; i < len(runes); i += n {
				got = append(got, r.feed(string(runes[i:min(i+n, len(runes))]))...)
			}
			last, _ := r.end()
			return texts(append(got, last...))
		}
		whole := read(max(1, len(text)))
		if diff := cmp.Diff(whole, read(n)); diff != "" {
			t.Errorf("%q in pieces of %d (-whole +pieces):\n%s", text, n, diff)
		}
		for _, s := range whole {
			if citationMark.MatchString(s) {
				t.Errorf("%q: a mark stays in %q", text, s)
			}
		}
	})
}
