package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// reading is a text read for checking: its clauses with the values, periods,
// names and ranks of each. Claims and cited passages are read alike.
type reading struct {
	text    string
	folded  string
	clauses []clause
}

// clause is a stretch between commas. What it states belongs together.
type clause struct {
	start, end  int    // byte offsets into the text
	sentence    int    // which sentence it stands in
	segment     int    // which part between semicolons
	folded      string //
	values      []value
	periods     []period
	names       []question.Mention
	ranks       []rank
	listed      []listed // members that 分别 gives values to
	change      direction
	denied      []denial
	marked      bool     // a cell that marks yes or no
	matter      []string // what it is about without names, see matterOf; read when needed
	matterNamed []string // the same with names
	caption     bool     // title of a table: context, not a statement
}

// value is a number with the clause-local words that tell how it is meant.
type value struct {
	quantity.Value
	base     bool   // the value that something fell or rose from: of another period
	spread   bool   // over several periods: a compound rate
	fraction bool   // 三分之二, half: may be said in percent
	delta    bool   // by how much something changed: 增加13.6万辆
	sum      bool   // said to be a sum: 合计300.8亿元
	worked   bool   // in a formula in brackets
	header   string // for a bare number in a cell: the unit that its header gives
}

// period is a period that what is said is of, or only compared with.
type period struct {
	quantity.Period
	compared bool // 较2023年, than in 2023
}

// read reads a text. rowLike texts are cut at the marks of a rendered row.
func (v *Verifier) read(text string, rowLike bool) *reading {
	r := &reading{text: text, folded: lexical.Fold(text)}
	periods := quantity.Periods(text)
	values := stated(text)
	mentions := v.mentions(text)
	ranks := ranksOf(text)
	titles := spansOf(docTitle, text)
	worked := spansOf(workings, text)
	for _, c := range clausesOf(text, rowLike, periods) {
		body := text[c.start:c.end]
		c.folded = lexical.Fold(body)
		for _, p := range periods {
			if p.Start >= c.start && p.Start < c.end {
				c.periods = append(c.periods, period{p, comparedPeriod(text, p) || inSpans(titles, []int{p.Start, p.End})})
			}
		}
		for _, val := range values {
			if val.Start >= c.start && val.Start < c.end {
				d := described(text[c.start:c.end], c.start, val)
				d.worked = inSpans(worked, []int{val.Start, val.End})
				c.values = append(c.values, d)
			}
		}
		for _, m := range mentions {
			if m.Start >= c.start && m.Start < c.end {
				c.names = append(c.names, m)
			}
		}
		for _, k := range ranks {
			if k.start >= c.start && k.start < c.end {
				c.ranks = append(c.ranks, k)
			}
		}
		c.listed = listedIn(body, c.start, c.values)
		c.change, c.denied = changeOf(c.folded), denials(c.folded)
		r.clauses = append(r.clauses, c)
	}
	r.listBefore()
	r.complete()
	return r
}

// workings are formulas in brackets: （156.3亿元 × 24% ≈ 37.51亿元）.
var workings = regexp.MustCompile(`[（(][^（）]*(?:\([^()]*\)[^（）]*)?(?:≈|=|＝)[^（）]*[）)]`)

func spansOf(re *regexp.Regexp, text string) [][2]int {
	var out [][2]int
	for _, m := range re.FindAllStringIndex(text, -1) {
		out = append(out, [2]int{m[0], m[1]})
	}
	return out
}

// complete gives periods without a year (第三季度) the year before them.
func (r *reading) complete() {
	year := 0
	for i := range r.clauses {
		for j := range r.clauses[i].periods {
			p := &r.clauses[i].periods[j]
			if p.Year == 0 {
				p.Year = year
			} else if p.YearTo == 0 {
				year = p.Year
			}
		}
	}
}

// clausesOf cuts a text into clauses. A clause of nothing but a period, or of
// words that only lead over, belongs to the next.
func clausesOf(text string, rowLike bool, periods []quantity.Period) []clause {
	var out []clause
	caption := -1
	if rowLike {
		caption = strings.Index(text, "｜")
	}
	for n, s := range ingest.Sentences(text) {
		segment, start := 0, s[0]
		add := func(end int) {
			if strings.TrimSpace(text[start:end]) != "" {
				out = append(out, clause{start: start, end: end, sentence: n, segment: segment, caption: start < caption})
			}
			start = end
		}
		for i, r := range text[s[0]:s[1]] {
			at := s[0] + i
			end := at + utf8.RuneLen(r)
			switch r {
			case '；', ';', '｜', '\n':
				add(end)
				segment++
			case '，', ',':
				if !inNumber(text, at, end) && !insidePeriod(periods, at) && !onlyPeriod(text[start:at], start, periods) {
					add(end)
				}
			case '、':
				if !rowLike && partsList(text, start, at) {
					add(end)
				}
			case '：':
				if !rowLike && onlyValues(text[start:at]) {
					add(end) // 约294.16亿元：…
				}
			}
		}
		add(s[1])
	}
	return out
}

// onlyValues reports whether a text is hardly more than values.
func onlyValues(s string) bool {
	values := quantity.Values(s)
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	for _, v := range values {
		for _, r := range v.Text {
			if unicode.Is(unicode.Han, r) {
				n--
			}
		}
	}
	return len(values) > 0 && n <= 3
}

// inNumber reports whether a comma parts the thousands of a number.
func inNumber(text string, at, end int) bool {
	return at > 0 && asciiOrWideDigit(lastRune(text[:at])) && asciiOrWideDigit(firstRune(text[end:]))
}

func asciiOrWideDigit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func lastRune(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

func insidePeriod(periods []quantity.Period, at int) bool {
	for _, p := range periods {
		if p.Start <= at && at < p.End {
			return true
		}
	}
	return false
}

// onlyPeriod reports whether a clause is hardly more than a period: 2024年，or
// 截至2025年6月末，or In 2024,.
func onlyPeriod(s string, offset int, periods []quantity.Period) bool {
	for _, p := range periods {
		if p.Start < offset || p.End > offset+len(s) {
			continue
		}
		rest := s[:p.Start-offset] + s[p.End-offset:]
		if strings.ContainsFunc(rest, unicode.IsDigit) || endsWithAny(strings.TrimSpace(rest), "元", "%", "％") {
			return false
		}
		n := 0
		for _, r := range rest {
			if unicode.Is(unicode.Han, r) {
				n++
			} else if unicode.IsLetter(r) {
				n++
			}
		}
		if n <= 5 || n <= 14 && !strings.ContainsFunc(rest, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return true
		}
	}
	return false
}

// comparedPeriod reports whether a text only compares with a period.
func comparedPeriod(text string, p quantity.Period) bool {
	before := strings.TrimRight(lexical.Fold(text[max(0, runeStart(text, p.Start-24)):p.Start]), " ")
	for _, w := range []string{"较", "比", "相比", "相较于", "对比", "与", "than in", "than", "from", "since", "compared with", "compared to", "versus", "vs", "vs."} {
		if strings.HasSuffix(before, w) {
			return w != "与" || strings.HasPrefix(text[p.End:], "相比") || strings.HasPrefix(text[p.End:], "同期相比")
		}
	}
	return false
}

// runeStart moves i back to the start of a character.
func runeStart(s string, i int) int {
	if i <= 0 {
		return 0
	}
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// described reads what the words of a clause say of one of its values.
func described(body string, offset int, v quantity.Value) value {
	out := value{Value: v}
	before := lexical.Fold(body[:v.Start-offset])
	after := lexical.Fold(body[v.End-offset:])
	out.base = endsWithAny(before, "由", "从", "自", "from ", "由约", "从约", "from about ", "from rmb ", "from usd ", "from $") ||
		startsWithAny(after, "上升至", "增至", "增长至", "增长到", "升至", "升到", "提高到", "提高至", "提升到", "提升至", "下降至", "下降到", "降至", "降到", "减少到", "减至", "上涨至", "上涨到", " to ", "到")
	if out.Bound == quantity.Exact {
		out.Bound = distantBound(before)
	}
	near := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(before, "为"), "约"), "了约近超 ")
	out.delta = v.Unit != "%" && v.Unit != "倍" && endsWithAny(near, "增加", "减少", "增长", "下降", "提高", "降低", "上升", "多", "少", "increased by", "fell by", "rose by", "decreased by")
	out.sum = endsWithAny(near, "合计", "共计", "总计", "总和")
	folded := lexical.Fold(body)
	out.spread = strings.Contains(folded, "复合") || strings.Contains(folded, "年均") || strings.Contains(folded, "compound") || strings.Contains(folded, "cagr") || strings.Contains(folded, "annual growth")
	out.fraction = v.Unit == "" && v.Number < 1 && v.Number > 0
	return out
}

func endsWithAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

func startsWithAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

var latinTitle = regexp.MustCompile(`[A-Z][A-Za-z]*[a-z][A-Za-z]*(?: [A-Z][A-Za-z0-9-]*)+|[A-Z][A-Za-z]*-?\d[A-Za-z0-9.]*`)

// articles are words that may begin a sentence before a name.
var articles = map[string]bool{"The": true, "A": true, "An": true, "In": true, "On": true, "At": true, "By": true, "Its": true, "This": true, "That": true, "For": true, "With": true, "From": true, "And": true, "As": true}

// kindLatin is the kind of names in Latin letters that the lexicon does not
// know.
const kindLatin = "latin"

// mentions are the names of the lexicon in a text, and in English text what
// its capitals show to be names.
func (v *Verifier) mentions(text string) []question.Mention {
	out := v.Lexicon.Mentions(text)
	if chinese(text) {
		return out
	}
	known := len(out)
	for _, m := range latinTitle.FindAllStringIndex(text, -1) {
		if slices.ContainsFunc(out[:known], func(k question.Mention) bool { return k.Start < m[1] && m[0] < k.End }) {
			continue
		}
		if first, _, ok := strings.Cut(text[m[0]:m[1]], " "); ok && articles[first] {
			m[0] += len(first) + 1
		}
		out = append(out, question.Mention{Canonical: lexical.Fold(text[m[0]:m[1]]), Kind: kindLatin, Start: m[0], End: m[1]})
	}
	slices.SortStableFunc(out, func(a, b question.Mention) int { return a.Start - b.Start })
	return out
}
