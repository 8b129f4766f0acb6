package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// checkedKind reports whether a name of this kind must stand in what is cited.
// A concept has too many other words.
func checkedKind(kind string) bool { return kind != "concept" && kind != kindLatin }

// unheld returns the first name, title or number of a document of a claim that
// stands in none of the cited passages nor directly around one; "" for none.
func (v *Verifier) unheld(claim *reading, cs []*cited) string {
	holds := func(forms ...string) bool {
		return slices.ContainsFunc(cs, func(c *cited) bool {
			return slices.ContainsFunc(forms, func(f string) bool { return containsWord(c.around, lexical.Fold(f)) })
		})
	}
	for _, title := range docTitle.FindAllString(claim.text, -1) {
		if !holds(title) && !holds(strings.Trim(title, "《》")) {
			return title
		}
	}
	for _, number := range docNumber.FindAllString(claim.text, -1) {
		if !holds(number) && !slices.ContainsFunc(cs, func(c *cited) bool { return holdsNumber(c.around, number) }) {
			return number
		}
	}
	var spans [][2]int
	for i := range claim.clauses {
		for _, m := range claim.clauses[i].names {
			if m.Kind != kindLatin {
				spans = append(spans, [2]int{m.Start, m.End})
			}
			surface := claim.text[m.Start:m.End]
			if checkedKind(m.Kind) && !holds(append(v.Lexicon.Aliases(m.Canonical), m.Canonical, surface)...) && !v.home(m, cs) {
				return surface
			}
		}
	}
	if name := v.unheldLatin(claim, spans, holds); name != "" {
		return name
	}
	return unheldOrganisation(claim.text, holds)
}

// home reports whether a place is where the document is about, so that a
// passage need not say it.
func (v *Verifier) home(m question.Mention, cs []*cited) bool {
	if m.Kind != "place" {
		return false
	}
	for _, c := range cs {
		d, ok := v.Library.Document(c.passage.DocumentID)
		if ok && containsWord(lexical.Fold(d.Title), lexical.Fold(m.Canonical)) {
			return true
		}
	}
	return false
}

// holdsNumber compares document numbers without regard to the brackets.
func holdsNumber(around, number string) bool {
	plain := strings.NewReplacer("〔", "", "〕", "", "[", "", "]", "", "(", "", ")", "", "（", "", "）", "", "【", "", "】", "", " ", "")
	folded := plain.Replace(lexical.Fold(number))
	if i := strings.IndexFunc(folded, unicode.IsDigit); i > 0 {
		// 由民航发〔2025〕18号: how much before the year is its name is not known
		head := []rune(folded[:i])
		for n := min(len(head), 3); n >= 2; n-- {
			if strings.Contains(plain.Replace(around), string(head[len(head)-n:])+folded[i:]) {
				return true
			}
		}
		return false
	}
	return strings.Contains(plain.Replace(around), folded)
}

// containsWord reports whether text holds word, and not as a part of a longer
// Latin word or number: GPT-4 is not in GPT-4o.
func containsWord(text, word string) bool {
	if word == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !(latinOrDigit(first) && latinOrDigit(before)) && !(latinOrDigit(last) && latinOrDigit(after)) {
			return true
		}
		from = i + 1
	}
}

func latinOrDigit(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

var latinName = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*(?:[-.+·][A-Za-z0-9]+)*(?: \d+(?:\.\d+)?)?`)

// plainLatin are words that no name is made of by themselves: currencies,
// scales, parts of the year, courtesy.
var plainLatin = regexp.MustCompile(`(?i)^(rmb|cny|usd|us|eur|hkd|gbp|yuan|q[1-4]|h[12]|yoy|qoq|cagr|bn|mn|million|billion|trillion|i|ii|iii|no|top|vs|app|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|monday|english|chinese)$`)

// unheldLatin returns a name in Latin letters that is not held: in a Chinese
// claim any word with a capital or digit, in an English one a word with a digit
// or an inner capital anywhere and a capitalised one within the sentence.
func (v *Verifier) unheldLatin(claim *reading, names [][2]int, holds func(...string) bool) string {
	english := !chinese(claim.text)
	begins := sentenceStarts(claim.text)
	for _, m := range latinName.FindAllStringIndex(claim.text, -1) {
		word := claim.text[m[0]:m[1]]
		if inSpans(names, m) {
			continue
		}
		head, number, _ := strings.Cut(word, " ")
		strong := strings.ContainsAny(head, "0123456789") || strings.ToUpper(head[1:]) == head[1:] && len(head) > 1 || strings.ToLower(head[1:]) != head[1:] && strings.ContainsAny(head, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		capital := head[0] >= 'A' && head[0] <= 'Z'
		if plainLatin.MatchString(head) || smallWords[strings.ToLower(head)] || len(head) < 2 || !strong && !capital || !strong && begins[m[0]] && (english || latinFollows(claim.text[m[1]:])) {
			continue
		}
		if number != "" && (len(quantity.Periods(number)) > 0 || holds(word, head+number, head+"-"+number)) {
			word = head
		}
		if number != "" && !capital {
			word = head
		}
		if !holds(word) && !(number == "" || !strong && english) && holds(head) && len(quantity.Values(number)) > 0 && english {
			word = head
		}
		if !holds(word) && !v.translated(word, english, holds) && !v.inTerm(claim.text, m, holds) {
			return word
		}
	}
	return ""
}

// translated reports whether other words for a Latin word are held.
func (v *Verifier) translated(word string, english bool, holds func(...string) bool) bool {
	for _, e := range v.Lexicon.Expand(word) {
		if e.Start == 0 && e.End == len(word) && (english || holds(e.Alternatives...)) {
			return true
		}
	}
	return false
}

// inTerm reports whether a word is a part of a known term of the text: the
// Annual of Compound Annual Growth Rate.
func (v *Verifier) inTerm(text string, at []int, holds func(...string) bool) bool {
	for _, e := range v.Lexicon.Expand(text) {
		if e.Start <= at[0] && at[1] <= e.End && e.End-e.Start > at[1]-at[0] && !e.Name() {
			return true
		}
	}
	return false
}

func inSpans(spans [][2]int, m []int) bool {
	return slices.ContainsFunc(spans, func(s [2]int) bool { return s[0] <= m[0] && m[1] <= s[1] })
}

// sentenceStarts are the offsets at which a sentence or a quotation begins.
func sentenceStarts(text string) map[int]bool {
	out := make(map[int]bool)
	fresh := true
	for i, r := range text {
		if fresh && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			out[i] = true
			fresh = false
		}
		if strings.ContainsRune(".!?。！？:：“\"‘", r) {
			fresh = true
		}
	}
	return out
}

var organisation = regexp.MustCompile(`[\p{Han}A-Za-z0-9]{2,8}?(?:有限公司|股份|集团|公司|研究院|研究所|研究中心|咨询|大学|学院|委员会|银行|证券|交易所|协会|实验室|基金会)`)

// general: what begins a stretch that only looks like the name of an
// organisation.
var general = regexp.MustCompile(`^(该|这|那|本|其|各|某|每|多|几|两|三|四|五|六|七|八|九|十|家|些|的|和|与|及|在|为|由|是|对|从|一|上市|头部|大型|中小|龙头|科技|互联网|外国|国有|民营|企业|所有|部分|许多|相关|有关|主要|不同|专业|第三方|据|根据|按照|依据|以|使|让|将|被|还|并|而|也|又|已|有|向|给)`)

// unheldOrganisation returns a stretch of a claim that reads like the name of
// an organisation and is not held.
func unheldOrganisation(text string, holds func(...string) bool) string {
	for _, name := range organisation.FindAllString(text, -1) {
		for general.MatchString(name) {
			loc := general.FindString(name)
			name = name[len(loc):]
		}
		if utf8.RuneCountInString(name) < 4 || endsWithAny(name, "子公司", "分公司", "总公司", "母公司") {
			continue // of whom is told by the name before: 在泰国设立子公司
		}
		rs := []rune(name)
		held := false
		for i := 0; len(rs)-i >= 4 && !held; i++ {
			held = holds(string(rs[i:]))
		}
		if !held {
			return name
		}
	}
	return ""
}

// latinFollows reports whether a text goes on with another word in Latin
// letters: what begins it is no name by its capital.
func latinFollows(s string) bool {
	return len(s) > 1 && s[0] == ' ' && s[1] >= 'a' && s[1] <= 'z'
}
