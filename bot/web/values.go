package web

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/quantity"
)

// figureValue is one amount that a sentence states for a period.
type figureValue struct {
	Value, When, Key string // Key orders by number
	Source           source
}

// series is how one thing grows: amounts of one unit for several periods, from
// one sentence.
type series struct {
	Subject, Unit string
	Points        []point
	Source        source
}

type point struct {
	When, Text string
	Forecast   bool
	Height     int // thousandths of the greatest
	value      float64
	key        string
}

// columnHeight is the height of the greatest column in the units of its
// drawing; a line's width is left above and below.
const columnHeight = 117

// Tall is the height of the column.
func (p point) Tall() int { return p.Height * columnHeight / 1000 }

// Top is the distance of the column from the top of its drawing.
func (p point) Top() int { return columnHeight + 1 - p.Tall() }

// shares are the parts of a whole, from one passage.
type shares struct {
	Subject string
	When    string
	Parts   []share
	Source  source
}

type share struct {
	Name, Text string
	Width      int // in thousandths
	X          int
	value      float64
}

// forecast is what stands before a value that is expected, not measured.
var forecast = regexp.MustCompile(`预计|预测|将|有望|计划|目标|预期|(?i)expect|forecast|project|will`)

// sentencesOf reads the amounts of a passage: one series for each sentence that
// gives several for different periods, and every amount of money by itself.
func sentencesOf(p *ingest.Passage, places places) ([]series, []figureValue) {
	var all []series
	var figures []figureValue
	for _, at := range ingest.Sentences(p.Text) {
		sentence := p.Text[at[0]:at[1]]
		points := pointsOf(sentence)
		if len(points) == 0 {
			continue
		}
		src := source{URL: places.span(p, at[0], at[1]), Section: p.Section, Names: sourcesOf(p, sentence), Quote: strings.TrimSpace(sentence)}
		for _, q := range points {
			if q.value.Money() {
				figures = append(figures, figureValue{Value: q.value.Text, When: q.period.Text, Key: sortKey(q.value.Text), Source: src})
			}
		}
		if s, ok := seriesOf(sentence, points); ok {
			s.Source = src
			all = append(all, s)
		}
	}
	return all, figures
}

// sourcesOf are the primary sources of a sentence: those that it names, else
// those that a note or a figure beside it does.
func sourcesOf(p *ingest.Passage, sentence string) []string {
	if named := ingest.NamedSources(sentence); len(named) > 0 {
		return named
	}
	return p.Sources
}

// dated is a value and the period it is said for: the last one before it in
// its clause or, where that has none, in the sentence.
type dated struct {
	value  quantity.Value
	period quantity.Period
	said   string // what stands between period and value
}

func pointsOf(sentence string) []dated {
	periods := slices.DeleteFunc(quantity.Periods(sentence), func(p quantity.Period) bool { return p.Year == 0 || p.Relative })
	var out []dated
	for _, v := range quantity.Values(sentence) {
		if v.Unit == "" || v.High != v.Number || slices.ContainsFunc(periods, func(p quantity.Period) bool { return v.Start < p.End && p.Start < v.End }) {
			continue
		}
		var of *quantity.Period
		for i := range periods {
			if periods[i].End <= v.Start {
				of = &periods[i]
			}
		}
		if of != nil {
			out = append(out, dated{v, *of, sentence[of.End:v.Start]})
		}
	}
	return out
}

// seriesOf joins the amounts of one unit that a sentence gives for two periods
// or more, one for each.
func seriesOf(sentence string, points []dated) (series, bool) {
	byUnit := make(map[string][]dated)
	var units []string
	for _, q := range points {
		if q.value.Unit == "%" || q.value.Unit == "年" {
			continue
		}
		if byUnit[q.value.Unit] == nil {
			units = append(units, q.value.Unit)
		}
		byUnit[q.value.Unit] = append(byUnit[q.value.Unit], q)
	}
	for _, unit := range units {
		all := byUnit[unit]
		seen := make(map[string]bool)
		greatest := 0.0
		for _, q := range all {
			seen[q.period.String()] = true
			greatest = max(greatest, q.value.Number)
		}
		if len(seen) < 2 || len(seen) != len(all) || greatest <= 0 {
			continue
		}
		s := series{Unit: unit, Subject: subjectOf(sentence, all[0])}
		for _, q := range all {
			s.Points = append(s.Points, point{When: q.period.Text, Text: q.value.Text, Forecast: forecast.MatchString(q.said), Height: max(4, int(q.value.Number/greatest*1000)),
				value: q.value.Number, key: q.period.String()})
		}
		slices.SortStableFunc(s.Points, func(a, b point) int { return strings.Compare(a.key, b.key) })
		return s, true
	}
	return series{}, false
}

// attribution is what names the source at the beginning of a sentence.
var attribution = regexp.MustCompile(`^(?:根据|据|按照|依据|来自)?[^，,]*?(?:的?数据显示|的?数据|的?预测|的?统计|的?报告|显示|研究)[，,：:]|^根据[^，,]*[，,]|^(?:其中|同样|目前|与此同时)[，,]?`)

// subjectOf is what a value is said of: the clause before its period, without
// the source that is named.
func subjectOf(sentence string, q dated) string {
	before := strings.TrimSpace(sentence[:q.period.Start])
	for {
		cut := attribution.FindString(before)
		if cut == "" {
			break
		}
		before = before[len(cut):]
	}
	if i := strings.LastIndexAny(before, "。；;"); i >= 0 {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:]
	}
	after, _, _ := strings.Cut(strings.TrimLeft(q.said, "年末底，, "), "，")
	before = strings.TrimRight(strings.TrimSpace(before), "，, 到于在截至自从")
	if before == "" {
		before = strings.TrimSpace(after)
	} else if utf8.RuneCountInString(before) < 10 {
		before += strings.TrimSpace(after)
	}
	return strings.TrimRight(endOfSubject.ReplaceAllString(before, ""), "，, 的")
}

// endOfSubject is the verb that leads from what is measured to its value.
var endOfSubject = regexp.MustCompile(`(?:约为|约|为|达到|达|突破|超过|预计|将|有望|收入约|是)+$`)

// A part of a whole: its name, and how the share is said.
var (
	shareWords = regexp.MustCompile(`(?:的?(?:市场)?(?:占比|份额|比例)|占比|占|合计|各|分别|约|为|达到|达|也|是)+$`)
	shareLead  = regexp.MustCompile(`^(?:其中|另外|此外|同时|而)`)
	shareStart = regexp.MustCompile(`^.*(?:数据显示|数据|其中|其余部分|其余|领域看|来看|方面)$`)
)

const (
	whole        = 1.0 // percent that parts may be short of or above 100
	longestShare = 20  // runes of the name of a part
)

// sharesOf draws the percentages of a passage where they are named parts that
// make up a whole: only then is it known that they belong together.
func sharesOf(p *ingest.Passage, places places) (shares, bool) {
	var parts []share
	var when string
	first, last := -1, 0
	for _, at := range ingest.Sentences(p.Text) {
		sentence := p.Text[at[0]:at[1]]
		n := len(parts)
		parts = append(parts, partsOf(sentence)...)
		if len(parts) == n {
			continue
		}
		if first < 0 {
			first = at[0]
		}
		last = at[1]
		if periods := quantity.Periods(sentence); when == "" && len(periods) > 0 {
			when = periods[0].Text
		}
	}
	sum := 0.0
	for _, q := range parts {
		sum += q.value
	}
	if len(parts) < 2 || math.Abs(sum-100) > whole {
		return shares{}, false
	}
	x := 0
	for i := range parts {
		parts[i].Width, parts[i].X = int(parts[i].value*10+0.5), x
		x += parts[i].Width
	}
	text := p.Text[first:last]
	out := shares{When: when, Parts: parts, Source: source{URL: places.span(p, first, last), Section: p.Section, Names: sourcesOf(p, text), Quote: strings.TrimSpace(text)}}
	if len(p.Section) > 0 {
		out.Subject = p.Section[len(p.Section)-1]
	}
	if drawn := places.drawn(p); drawn != nil { // the text beside a drawing gives its numbers
		out.Subject = drawn.Caption
		if len(out.Source.Names) == 0 {
			out.Source.Names = drawn.Sources
		}
	}
	return out, true
}

// partsOf are the shares that the clauses of a sentence give, in order.
func partsOf(sentence string) []share {
	var out []share
	for _, clause := range strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune("，；。,;", r) }) {
		values := quantity.Values(clause)
		if len(values) != 1 || values[0].Unit != "%" || values[0].High != values[0].Number {
			continue
		}
		before := strings.TrimSpace(clause[:values[0].Start])
		name := shareWords.ReplaceAllString(before, "")
		said := before[len(name):]
		name = shareLead.ReplaceAllString(name, "")
		if said == "" || name == "" || shareStart.MatchString(name) || utf8.RuneCountInString(name) > longestShare {
			continue
		}
		names := []string{name}
		if strings.Contains(said, "各") {
			names = splitNames(name)
		}
		for _, n := range names {
			out = append(out, share{Name: n, Text: values[0].Text, value: values[0].Number})
		}
	}
	return out
}

var and = regexp.MustCompile(`[、和与及]`)

func splitNames(name string) []string { return and.Split(name, -1) }
