package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/rag/quantity"
)

// shown reads what a claim itself shows of how its values come about: the
// formulas in brackets, and the things counted that stand behind a colon.
func (e *examination) shown() []Computed {
	var out []Computed
	for _, w := range workings.FindAllString(e.claim.text, -1) {
		if k, ok := shownFormula(w); ok {
			out = append(out, k)
		}
	}
	if k, ok := e.shownCount(); ok {
		out = append(out, k)
	}
	return out
}

var equals = regexp.MustCompile(`≈|=|＝`)

// shownFormula reads （156.3亿元 × 24% ≈ 37.51亿元）.
func shownFormula(text string) (Computed, bool) {
	_, size := utf8.DecodeRuneInString(text)
	_, end := utf8.DecodeLastRuneInString(text)
	text = text[size : len(text)-end]
	at := equals.FindStringIndex(text)
	if at == nil {
		return Computed{}, false
	}
	left, right := strings.TrimSpace(text[:at[0]]), strings.TrimSpace(text[at[1]:])
	if vs := quantity.Values(right); len(vs) != 1 {
		return Computed{}, false
	}
	k := Computed{Text: right, Formula: text}
	if inner, base, ok := strings.Cut(left, ") ÷ "); ok && strings.HasPrefix(inner, "(") {
		k.Operation, k.Inputs = Growth, operands(inner[1:], "−", "-")
		return k, len(k.Inputs) == 2 && k.Inputs[1] == strings.TrimSpace(base)
	}
	for _, op := range []struct {
		as    Operation
		signs []string
	}{{Multiply, []string{"×", "*"}}, {Divide, []string{"÷", "/"}}, {Add, []string{"+", "＋"}}, {Subtract, []string{"−", "－", " - "}}} {
		if k.Operation, k.Inputs = op.as, operands(left, op.signs...); len(k.Inputs) > 1 {
			if k.Operation == Divide && strings.HasSuffix(right, "%") {
				k.Operation = Share
			}
			return k, true
		}
	}
	return Computed{}, false
}

// operands cuts one side of a formula at the first sign that stands in it.
func operands(s string, signs ...string) []string {
	for _, sign := range signs {
		if parts := strings.Split(s, sign); len(parts) > 1 {
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
			}
			return parts
		}
	}
	return nil
}

var countedBefore = regexp.MustCompile(`^(?:一?共|总共|合计|共计)?(?:有|为|是|包括)?([0-9一二两三四五六七八九十]+\p{Han}{1,2})：`)

// shownCount reads 共3份：A、B、C where as many members follow.
func (e *examination) shownCount() (Computed, bool) {
	m := countedBefore.FindStringSubmatchIndex(e.claim.text)
	if m == nil {
		return Computed{}, false
	}
	count := e.claim.text[m[2]:m[3]]
	vs := quantity.Values(count)
	members := topLevel(strings.TrimRight(e.claim.text[m[1]:], "。"))
	if len(vs) != 1 {
		return Computed{}, false
	}
	if n := int(vs[0].Number); n != len(members) {
		if members = e.onePerCitation(members); n != len(members) {
			return Computed{}, false
		}
	}
	for _, member := range members {
		held := false
		for _, c := range e.cited {
			held = held || strings.Contains(c.passage.Text, member)
		}
		if !held {
			return Computed{}, false
		}
	}
	return Computed{Text: vs[0].Text, Operation: CountOf, Inputs: members, Formula: vs[0].Text}, true
}

// onePerCitation picks for each cited passage the first of the members that it
// holds: a member may itself have a mark of enumeration.
func (e *examination) onePerCitation(members []string) []string {
	var out []string
	for _, c := range e.cited {
		for _, m := range members {
			if strings.Contains(c.passage.Text, m) && !slices.Contains(out, m) {
				out = append(out, m)
				break
			}
		}
	}
	return out
}

// topLevel cuts an enumeration at the 、 that stand in no brackets, titles or
// quotations.
func topLevel(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch r {
		case '（', '(', '《', '“', '「':
			depth++
		case '）', ')', '》', '”', '」':
			depth--
		case '、':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + len("、")
			}
		}
	}
	return append(out, s[start:])
}
