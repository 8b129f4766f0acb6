package rag

import (
	"fmt"
	"strings"

	"yanbao/ingest"
	"yanbao/rag/ground"
	"yanbao/rag/quantity"
)

// maxGlosses is how many values of a quotation are given in English behind it.
const maxGlosses = 3

// inEnglish words the claims of a Chinese report for a reader of English: the
// words of the report stay, as quotations, and their values are given in
// English too. A claim that does not hold any more in its new words, or that
// has no form for them, keeps the old.
func (e *Engine) inEnglish(claims []ground.Claim) []ground.Claim {
	out := make([]ground.Claim, len(claims))
	last := ""
	for i, c := range claims {
		said := saidBy(c)
		text := englishClaim(c, said, said == last)
		last = said
		out[i] = c
		out[i].Text = text
		if text == "" || e.verifier.Verify(out[i]) != ground.Supported {
			out[i].Text, last = c.Text, ""
		}
	}
	return out
}

// englishClaim is the text of a claim in English, "" where there is none. again
// is true where the claim before it has named whose words they are.
func englishClaim(c ground.Claim, said string, again bool) string {
	body := strings.TrimRight(c.Text, "。")
	switch {
	case len(c.Supports) == 0:
		return ""
	case len(c.Computed) > 0:
		return englishComputed(c, body)
	case len(c.Supports) > 1:
		return "The report says: " + body + "."
	case c.Supports[0].Column != "":
		return englishCell(body)
	}
	return englishQuote(c.Supports[0], body, said, again)
}

// theReport is whose words a claim quotes where no primary source is named.
const theReport = "the report"

// saidBy says whose words a claim quotes.
func saidBy(c ground.Claim) string {
	switch {
	case len(c.Supports) == 0:
		return ""
	case c.Supports[0].Passage.Kind == ingest.KindFigure:
		return "a caption of the report"
	case len(c.Supports[0].Sources) == 0:
		return theReport
	}
	return strings.Join(c.Supports[0].Sources, " and ")
}

// englishComputed puts the value worked out in front of the sentence that
// shows how: RMB 3.751 billion, computed: 约37.51亿元（156.3亿元 × 24% ≈ …）….
func englishComputed(c ground.Claim, body string) string {
	for _, v := range quantity.Values(c.Computed[0].Text) {
		if text, ok := v.English(); ok && text != v.Text {
			return fmt.Sprintf("%s, computed: %s.", capital(text), body)
		}
	}
	return "From the cited places: " + body + "."
}

// englishCell is a cell as "column: text", with its value in English.
func englishCell(body string) string {
	body = strings.Replace(body, "：", ": ", 1)
	if g := glosses(body); len(g) == 1 {
		body += " (" + g[0].english + ")"
	}
	return body + "."
}

// englishQuote quotes a sentence: the values that stand in front of it in
// English, or else behind it, and whose words they are.
func englishQuote(s ground.Support, body, said string, again bool) string {
	quote := strings.TrimRight(strings.Join(strings.Fields(s.Quote()), " "), "。；，;, ")
	if !strings.Contains(s.Passage.Text, quote) {
		return "The report says: " + body + "." // broken over lines: not its words byte for byte
	}
	values, sentence := leadingValues(body, quote)
	of := ""
	if lead, _, ok := strings.Cut(sentence, "："); ok && !strings.HasPrefix(quote, lead) {
		of = " (" + lead + ")" // what 其 or 该 in the quotation stands for
	}
	switch {
	case len(values) > 0 && said == theReport:
		return fmt.Sprintf("%s, says the report%s: “%s”.", capital(strings.Join(values, ", ")), of, quote)
	case len(values) > 0:
		return fmt.Sprintf("%s, according to %s%s: “%s”.", capital(strings.Join(values, ", ")), said, of, quote)
	}
	tail := "."
	if g := glosses(quote); len(g) > 0 {
		tail = " (" + join(g) + ")."
	}
	switch {
	case again && of == "":
		return "“" + quote + "”" + tail
	case said == theReport:
		return fmt.Sprintf("The report says%s: “%s”%s", of, quote, tail)
	}
	return fmt.Sprintf("According to %s%s: “%s”%s", said, of, quote, tail)
}

// capital begins a sentence: about and over may stand first.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// leadingValues takes the values that stand in front of a sentence off it and
// gives them in English, the report's own spelling behind: 294.16亿元：… is
// "RMB 29.416 billion (294.16亿元)".
func leadingValues(body, quote string) (values []string, sentence string) {
	front, rest, ok := strings.Cut(body, "：")
	if !ok {
		return nil, body
	}
	stated := make(map[string]quantity.Value)
	for _, v := range quantity.Values(quote) {
		if _, seen := stated[v.Text]; !seen {
			stated[v.Text] = v
		}
	}
	for _, part := range strings.Split(front, "，") {
		v, ok := stated[part]
		if vs := quantity.Values(part); !ok && len(vs) == 1 { // the word that limits it stands before it
			v, ok = stated[vs[0].Text]
			ok = ok && strings.HasSuffix(part, vs[0].Text)
		}
		if !ok {
			return nil, body
		}
		if text, ok := v.English(); ok && !strings.HasSuffix(text, part) {
			part = text + " (" + part + ")"
		} else if ok {
			part = text
		}
		values = append(values, part)
	}
	return values, rest
}

// gloss is a value of a quotation with its English rendering.
type gloss struct{ printed, english string }

// glosses renders the amounts of a text that a reader of English cannot read:
// money, and numbers counted by 万 and 亿. The first few will do.
func glosses(text string) []gloss {
	var out []gloss
	for _, v := range quantity.Values(text) {
		if !v.Money() && !strings.ContainsAny(v.Text, "万亿") {
			continue
		}
		v.Bound = quantity.Exact // 约 and 突破 stand in the text itself
		english, ok := v.English()
		if ok && english != v.Text && len(out) < maxGlosses {
			out = append(out, gloss{v.Text, english})
		}
	}
	return out
}

func join(gs []gloss) string {
	var parts []string
	for _, g := range gs {
		parts = append(parts, g.printed+" = "+g.english)
	}
	return strings.Join(parts, ", ")
}
