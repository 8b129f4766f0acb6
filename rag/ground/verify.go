package ground

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// Verdict is the outcome of checking one claim.
type Verdict string

// Verdicts.
const (
	Supported   Verdict = "supported"
	BadNumber   Verdict = "number"
	BadUnit     Verdict = "unit"
	BadYear     Verdict = "year"
	BadName     Verdict = "name"
	BadRank     Verdict = "rank"
	BadPolarity Verdict = "polarity" // says the opposite: rose for fell, is for is not
	BadQuote    Verdict = "quote"
	NoCitation  Verdict = "no citation"
	BadCitation Verdict = "citation" // a cited passage supports nothing of the claim
)

// Verifier checks claims against the passages that they cite.
type Verifier struct {
	Lexicon *question.Lexicon
	Library Library
}

// Verify checks that every value of the claim, with its unit, stands in a
// cited passage or follows from cited values by the stated operation; that
// every period and every name stands in a cited passage or directly around it
// (lead, section path, caption, notes, the same paragraph); and that every
// quotation is cited byte for byte. The first failure is the verdict.
func (v *Verifier) Verify(c Claim) Verdict {
	if len(c.Supports) == 0 {
		if c.Linking && len(quantity.Values(c.Text)) == 0 {
			return Supported
		}
		return NoCitation
	}
	if !quotesHold(c) {
		return BadQuote
	}
	if verdict := v.values(c); verdict != Supported {
		return verdict
	}
	around := v.contexts(c.Supports)
	for _, p := range quantity.Periods(c.Text) {
		if !periodStands(p, quantity.Periods(around)) {
			return BadYear
		}
	}
	folded := lexical.Fold(around)
	for _, m := range v.Lexicon.Mentions(c.Text) {
		if entityKind(m.Kind) && !v.named(folded, m, c.Text) {
			return BadName
		}
	}
	return Supported
}

// quotesHold checks the spans of the supports and what the claim itself puts
// between quotation marks.
func quotesHold(c Claim) bool {
	for _, s := range c.Supports {
		t := s.Passage.Text
		if s.Start < 0 || s.End > len(t) || s.Start >= s.End || !utf8.ValidString(t[s.Start:s.End]) {
			return false
		}
	}
	for _, quote := range quotations(c.Text) {
		held := false
		for _, s := range c.Supports {
			held = held || strings.Contains(s.Passage.Text, quote)
		}
		if !held {
			return false
		}
	}
	return true
}

// quotations returns the outermost stretches between “ and ”.
func quotations(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch r {
		case '“':
			if depth == 0 {
				start = i + len("“")
			}
			depth++
		case '”':
			if depth == 1 {
				out = append(out, s[start:i])
			}
			depth = max(0, depth-1)
		}
	}
	return out
}

// values checks the numbers of a claim.
func (v *Verifier) values(c Claim) Verdict {
	var stated []quantity.Value
	for _, s := range c.Supports {
		stated = append(stated, quantity.Values(s.Passage.Text)...)
		stated = append(stated, quantity.Values(s.Passage.Lead)...)
		stated = append(stated, quantity.Values(strings.Join(s.Passage.Section, "。"))...)
		stated = append(stated, v.rowValues(s.Passage)...)
	}
	computed := make(map[string]bool)
	for _, k := range c.Computed {
		if !k.holds(stated, c.Supports) {
			return BadNumber
		}
		computed[k.Text] = true
	}
	for _, val := range quantity.Values(c.Text) {
		if computed[val.Text] || partOfComputed(val, c.Computed) {
			continue
		}
		if verdict := stands(val, stated); verdict != Supported {
			return verdict
		}
	}
	return Supported
}

// rowValues are the values of a row whose unit stands in the header: 43.3 under
// 占比（%） is 43.3%.
func (v *Verifier) rowValues(p *ingest.Passage) []quantity.Value {
	d, ok := v.Library.Document(p.DocumentID)
	if !ok || p.Kind != ingest.KindRow {
		return nil
	}
	var out []quantity.Value
	for _, t := range d.Tables {
		if t.ID != p.TableID || p.Row < 1 || p.Row > len(t.Rows) {
			continue
		}
		for c, cell := range t.Rows[p.Row-1] {
			if unit := HeaderUnit(t.Columns[c]); unit != "" {
				out = append(out, quantity.Values(cell.Text+unit)...)
			}
		}
	}
	return out
}

// HeaderUnit returns the unit that a column's name gives in brackets at its
// end, "" for none.
func HeaderUnit(column string) string {
	m := headerUnit.FindStringSubmatch(column)
	if m == nil {
		return ""
	}
	unit := strings.TrimPrefix(m[1], "单位：")
	if len(quantity.Values("1"+unit)) == 1 && quantity.Values("1" + unit)[0].Text == "1"+unit {
		return unit
	}
	return ""
}

var headerUnit = regexp.MustCompile(`[（(]([^（）()]+)[）)]\s*$`)

// partOfComputed reports whether a value is printed in a computed one or is the
// same amount in another spelling.
func partOfComputed(v quantity.Value, ks []Computed) bool {
	for _, k := range ks {
		if strings.Contains(k.Text, v.Text) || slices.ContainsFunc(quantity.Values(k.Text), v.Same) {
			return true
		}
	}
	return false
}

// stands reports whether val is among the stated values: the same amount of
// the same unit. About the same number with another unit the verdict is
// BadUnit.
func stands(val quantity.Value, stated []quantity.Value) Verdict {
	number := false
	for _, s := range stated {
		if s.Same(val) || endOfRange(s, val) {
			return Supported
		}
		number = number || s.SameNumber(val)
	}
	if number {
		return BadUnit
	}
	return BadNumber
}

// endOfRange: 3个月 may be said of 3至4个月 only as one of its ends.
func endOfRange(s, val quantity.Value) bool {
	return s.Number != s.High && s.Unit == val.Unit && val.Number == val.High && (val.Number == s.Number || val.Number == s.High)
}

func periodStands(p quantity.Period, stated []quantity.Period) bool {
	for _, s := range stated {
		if s.Same(p) || p.Covers(s) || s.Year == p.Year && p.Month == 0 && p.Quarter == 0 && p.Half == 0 || s.YearTo != 0 && s.Covers(p) {
			return true
		}
	}
	return false
}

// contexts joins the cited passages with what stands directly around them.
func (v *Verifier) contexts(supports []Support) string {
	var b strings.Builder
	for _, s := range supports {
		p := s.Passage
		b.WriteString(p.Text + "\n" + p.Lead + "\n" + strings.Join(p.Section, "\n") + "\n")
		d, ok := v.Library.Document(p.DocumentID)
		if !ok {
			continue
		}
		b.WriteString(d.Title + "\n")
		if p.Block >= 0 && p.Block < len(d.Blocks) && p.Kind == ingest.KindText {
			b.WriteString(d.Text[d.Blocks[p.Block].Start:d.Blocks[p.Block].End] + "\n")
		}
		for _, t := range d.Tables {
			if t.ID == p.TableID {
				b.WriteString(t.Caption + "\n" + strings.Join(t.Notes, "\n") + "\n")
			}
		}
		for _, f := range d.Figures {
			if f.ID == p.FigureID {
				b.WriteString(f.Caption + "\n" + strings.Join(f.Notes, "\n") + "\n")
			}
		}
	}
	return b.String()
}

func (v *Verifier) named(folded string, m question.Mention, text string) bool {
	if strings.Contains(folded, lexical.Fold(m.Canonical)) || strings.Contains(folded, lexical.Fold(text[m.Start:m.End])) {
		return true
	}
	for _, a := range v.Lexicon.Aliases(m.Canonical) {
		if strings.Contains(folded, lexical.Fold(a)) {
			return true
		}
	}
	return false
}

// holds computes the value again from inputs that must stand in the supports.
func (k Computed) holds(stated []quantity.Value, supports []Support) bool {
	if k.Operation == CountOf {
		return k.countHolds(supports)
	}
	var in []quantity.Value
	for _, text := range k.Inputs {
		vs := quantity.Values(text)
		if len(vs) != 1 || stands(vs[0], stated) != Supported {
			return false
		}
		in = append(in, vs[0])
	}
	want, ok := k.compute(in)
	got := quantity.Values(k.Text)
	if !ok || len(got) != 1 {
		return false
	}
	return math.Abs(got[0].Number-want) <= roundingOf(got[0])
}

// compute applies the operation. Percentages stand for their hundredth where
// they multiply.
func (k Computed) compute(in []quantity.Value) (float64, bool) {
	if len(in) < 2 {
		return 0, false
	}
	amount := func(v quantity.Value) float64 {
		if v.Unit == "%" && k.Operation == Multiply {
			return v.Number / 100
		}
		return v.Number
	}
	acc := amount(in[0])
	for _, v := range in[1:] {
		switch k.Operation {
		case Add:
			acc += amount(v)
		case Subtract:
			acc -= amount(v)
		case RangeOf:
			acc = amount(v) - acc + 1
		case Multiply:
			acc *= amount(v)
		case Divide, Share:
			if v.Number == 0 {
				return 0, false
			}
			acc /= amount(v)
		case Growth:
			if v.Number == 0 {
				return 0, false
			}
			acc = (acc - v.Number) / v.Number
		}
	}
	if k.Operation == Share || k.Operation == Growth || k.Operation == Multiply && allPercent(in) {
		acc *= 100
	}
	return acc, true
}

func allPercent(in []quantity.Value) bool {
	for _, v := range in {
		if v.Unit != "%" {
			return false
		}
	}
	return true
}

// roundingOf is half a unit of the last printed digit, in base units.
func roundingOf(v quantity.Value) float64 {
	digits := v.Text
	decimals := 0
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		for _, r := range digits[i+1:] {
			if r < '0' || r > '9' {
				break
			}
			decimals++
		}
	}
	printed := strings.TrimFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	n := quantity.Values(printed + "个")
	scale := 1.0
	if len(n) == 1 && n[0].Number != 0 {
		scale = math.Abs(v.Number / n[0].Number)
	}
	return 0.5001 * math.Pow(10, -float64(decimals)) * scale
}

func (k Computed) countHolds(supports []Support) bool {
	seen := make(map[string]bool)
	for _, in := range k.Inputs {
		held := false
		for _, s := range supports {
			held = held || strings.Contains(s.Passage.Text, in)
		}
		if !held {
			return false
		}
		seen[in] = true
	}
	got := quantity.Values(k.Text)
	return len(got) == 1 && int(got[0].Number) == len(seen)
}
