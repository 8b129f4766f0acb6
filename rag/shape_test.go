package rag_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"yanbao/rag"
)

// shape says what of an answer breaks the contract of rag.Answer; "" for
// nothing.
func shape(e *rag.Engine, q rag.Question, a *rag.Answer) string {
	for _, check := range []func() string{
		func() string { return frame(q, a) },
		func() string { return numbering(a) },
		func() string { return markers(a) },
		func() string { return quotes(e, a) },
		func() string { return related(a) },
	} {
		if problem := check(); problem != "" {
			return problem
		}
	}
	return ""
}

func frame(q rag.Question, a *rag.Answer) string {
	switch {
	case a.ID == "" || a.Question != q.Text || a.Answer == "" || a.Mode != "extractive" || a.Model != "":
		return fmt.Sprintf("id %q, question %q, answer %q, mode %q, model %q", a.ID, a.Question, a.Answer, a.Mode, a.Model)
	case a.Language != "zh" && a.Language != "en":
		return fmt.Sprintf("language %q", a.Language)
	case !(a.Confidence >= 0 && a.Confidence <= 1):
		return fmt.Sprintf("confidence %v", a.Confidence)
	case a.TookMS < 0:
		return fmt.Sprintf("took %v ms", a.TookMS)
	case a.Claims == nil || a.Citations == nil || a.Related == nil || a.Notices == nil:
		return "a list is null in JSON"
	case (a.Status == rag.Answered) != (len(a.Claims) > 0):
		return fmt.Sprintf("status %s with %d claims", a.Status, len(a.Claims))
	case !utf8.ValidString(a.Answer):
		return fmt.Sprintf("the answer is no UTF-8: %q", a.Answer)
	}
	for _, n := range a.Notices {
		if n == "" || strings.Contains(n, "%!") {
			return fmt.Sprintf("notice %q", n)
		}
	}
	return ""
}

// numbering: citations are numbered from 1 in order of first use, and each is
// used.
func numbering(a *rag.Answer) string {
	used := 0
	for _, c := range a.Claims {
		if c.Text == "" || c.Verdict != "supported" || len(c.Citations) == 0 {
			return fmt.Sprintf("claim %q is %q with %d citations", c.Text, c.Verdict, len(c.Citations))
		}
		for _, n := range c.Citations {
			if n < 1 || n > used+1 {
				return fmt.Sprintf("claim %q cites %d after %d", c.Text, n, used)
			}
			used = max(used, n)
		}
		for _, v := range c.Values {
			if !strings.Contains(c.Text, v.Text) {
				return fmt.Sprintf("value %q is not in claim %q", v.Text, c.Text)
			}
			if v.Citation != 0 && !slices.Contains(c.Citations, v.Citation) {
				return fmt.Sprintf("value %q names citation %d, the claim has %v", v.Text, v.Citation, c.Citations)
			}
		}
	}
	if used != len(a.Citations) {
		return fmt.Sprintf("%d citations, %d used", len(a.Citations), used)
	}
	for i, c := range a.Citations {
		if c.N != i+1 {
			return fmt.Sprintf("citation %d is numbered %d", i+1, c.N)
		}
	}
	return ""
}

var marker = regexp.MustCompile(`\[(\d+)\]`)

// markers: the text is the claims in order, each with the markers of its
// citations and no others. A [9] that the report itself prints is shown as ［9］.
func markers(a *rag.Answer) string {
	if a.Status != rag.Answered {
		return ""
	}
	rest := a.Answer
	for _, c := range a.Claims {
		var marks strings.Builder
		for _, n := range c.Citations {
			fmt.Fprintf(&marks, "[%d]", n)
		}
		i := strings.LastIndex(rest, marks.String())
		if i < 0 {
			return fmt.Sprintf("claim %q has no marker %s in %q", c.Text, marks.String(), a.Answer)
		}
	}
	var claims strings.Builder
	for i, c := range a.Claims {
		if i > 0 && strings.HasSuffix(a.Claims[i-1].Text, ".") {
			claims.WriteString(" ") // English sentences stand apart
		}
		claims.WriteString(c.Text)
	}
	if got, want := marker.ReplaceAllString(a.Answer, ""), marker.ReplaceAllString(claims.String(), ""); got != want {
		return fmt.Sprintf("the answer says %q, its claims %q", got, want)
	}
	return ""
}

// quotes: each citation is a passage of the index, and its span, in runes,
// slices the quotation out of it.
func quotes(e *rag.Engine, a *rag.Answer) string {
	for _, c := range a.Citations {
		v, err := e.Passage(context.Background(), c.PassageID)
		if err != nil || v.Passage.Text != c.Text || v.Passage.Kind != c.Kind || v.Document != c.Document {
			return fmt.Sprintf("citation %d is not passage %s (%v)", c.N, c.PassageID, err)
		}
		runes := []rune(c.Text)
		if c.Span[0] < 0 || c.Span[1] > len(runes) || c.Span[0] >= c.Span[1] || string(runes[c.Span[0]:c.Span[1]]) != c.Quote {
			return fmt.Sprintf("citation %d: span %v of %d characters is not %q", c.N, c.Span, len(runes), c.Quote)
		}
		if !slices.Equal(c.Section, v.Passage.Section) || c.URL != "/d/"+c.Document.ID+"#"+c.PassageID || c.Document.Edition == "" {
			return fmt.Sprintf("citation %d: section %q, address %q, edition %q", c.N, c.Section, c.URL, c.Document.Edition)
		}
		if (c.Table != nil) != (v.Passage.TableID != "") {
			return fmt.Sprintf("citation %d: table %v of passage with table %q", c.N, c.Table, v.Passage.TableID)
		}
		if c.Table != nil && (c.Table.ID != v.Passage.TableID || c.Table.Row != v.Passage.Row) {
			return fmt.Sprintf("citation %d: %+v is not row %d of %s", c.N, *c.Table, v.Passage.Row, v.Passage.TableID)
		}
	}
	return ""
}

func related(a *rag.Answer) string {
	if len(a.Related) > 3 || a.Status == rag.OutOfScope && len(a.Related) > 0 {
		return fmt.Sprintf("%s with %d related passages", a.Status, len(a.Related))
	}
	for _, r := range a.Related {
		if r.PassageID == "" || r.Text == "" {
			return fmt.Sprintf("related %+v", r)
		}
		for _, c := range a.Citations {
			if c.PassageID == r.PassageID {
				return "passage " + r.PassageID + " is cited and related"
			}
		}
	}
	return ""
}

// TestShapeIsChecked: the checks of this file find what they look for.
func TestShapeIsChecked(t *testing.T) {
	e := newEngine(t, invented(t))
	q := rag.Question{Text: "2023年中国冷链物流市场规模是多少？"}
	if problem := shape(e, q, ask(t, e, q)); problem != "" {
		t.Fatal(problem)
	}
	for name, spoil := range map[string]func(a *rag.Answer){
		"overconfident":     func(a *rag.Answer) { a.Confidence = 1.04 },
		"no claims":         func(a *rag.Answer) { a.Claims = nil },
		"refusal":           func(a *rag.Answer) { a.Status = rag.NotFound },
		"unused citation":   func(a *rag.Answer) { a.Citations = append(a.Citations, a.Citations[0]) },
		"wrong number":      func(a *rag.Answer) { a.Citations[0].N = 7 },
		"dangling number":   func(a *rag.Answer) { a.Claims[0].Citations = []int{5} },
		"span of bytes":     func(a *rag.Answer) { a.Citations[0].Span[1] *= 3 },
		"altered quotation": func(a *rag.Answer) { a.Citations[0].Quote += "。" },
		"altered passage":   func(a *rag.Answer) { a.Citations[0].Text += "。" },
		"other answer":      func(a *rag.Answer) { a.Answer = strings.Replace(a.Answer, "2023", "2024", 1) },
		"no marker":         func(a *rag.Answer) { a.Answer = marker.ReplaceAllString(a.Answer, "") },
		"invented value":    func(a *rag.Answer) { a.Claims[0].Values = []rag.Value{{Text: "1" + strconv.Itoa(1<<20)}} },
		"cited and related": func(a *rag.Answer) {
			a.Related = []rag.Related{{PassageID: a.Citations[0].PassageID, Text: a.Citations[0].Text}}
		},
	} {
		a := ask(t, e, q)
		spoil(a)
		if shape(e, q, a) == "" {
			t.Errorf("%s: nothing found", name)
		}
	}
}
