package ground

import "unicode"

// finding words a verdict for the writer of the claim.
func (v *Verifier) finding(c Claim, verdict Verdict) Finding {
	if verdict == Supported {
		return Finding{Verdict: Supported}
	}
	words := verdictWords[verdict]
	if chinese(c.Text) {
		return Finding{Verdict: verdict, Detail: words.zh}
	}
	return Finding{Verdict: verdict, Detail: words.en}
}

var verdictWords = map[Verdict]struct{ zh, en string }{
	BadNumber:   {"有数字在所引段落中找不到", "a number stands in no cited passage"},
	BadUnit:     {"有数字的单位与所引段落不符", "a number has another unit in the cited passages"},
	BadYear:     {"有时间在所引段落中找不到", "a period stands in no cited passage"},
	BadName:     {"有名称在所引段落中找不到", "a name stands in no cited passage"},
	BadRank:     {"有名次与所引段落不符", "a rank is not that of the cited passages"},
	BadPolarity: {"方向或肯定否定与所引段落相反", "the cited passages say the opposite"},
	BadQuote:    {"引文与所引段落的原文不一致", "a quotation is not in the cited passages word for word"},
	NoCitation:  {"陈述事实的句子必须注明出处", "a sentence that states a fact must cite a passage"},
	BadCitation: {"有出处不支持这句话", "a cited passage does not support the sentence"},
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
