package ground

import (
	"strings"
	"unicode"
)

// finding words a fault for the writer of the claim.
func (v *Verifier) finding(text string, f fault) Finding {
	if f.verdict == Supported {
		return Finding{Verdict: Supported}
	}
	words := verdictWords[f.verdict]
	say, instead, open, end := words.en, "; the passage says ", "“", "”"
	if chinese(text) {
		say, instead = words.zh, "；段落写的是"
	}
	d := say
	if f.what != "" && f.what != text {
		d = open + f.what + end + words.sep(text) + say
	}
	if f.instead != "" {
		d += instead + open + strings.TrimSpace(f.instead) + end
	}
	return Finding{Verdict: f.verdict, Detail: d}
}

// verdictWord says a verdict in both languages.
type verdictWord struct{ zh, en string }

func (verdictWord) sep(text string) string {
	if chinese(text) {
		return "："
	}
	return ": "
}

var verdictWords = map[Verdict]verdictWord{
	BadNumber:   {"这个数在所引段落中找不到，或说的不是同一件事", "this number stands in no cited passage, or is said there of something else"},
	BadUnit:     {"单位与所引段落不符", "the cited passages have another unit"},
	BadYear:     {"时间与所引段落不符", "the cited passages do not say this of that period"},
	BadName:     {"所引段落没有提到这个名称，或说的不是它", "the cited passages do not name this, or say it of another"},
	BadRank:     {"名次与所引段落不符", "the cited passages give another rank"},
	BadPolarity: {"与所引段落说的相反", "the cited passages say the opposite"},
	BadQuote:    {"引号中的文字与所引段落的原文不一致", "these quoted words are not in the cited passages"},
	NoCitation:  {"陈述事实的句子必须注明出处", "a sentence that states a fact must cite a passage"},
	BadCitation: {"所引段落不支持这句话", "a cited passage does not support this"},
}

// chinese reports whether a text is more Chinese than Latin.
func chinese(s string) bool {
	han, latin := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	return han*3 >= latin
}
