package rag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/answer"
	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
)

// maxRelated is how many passages a refusal or answer offers besides those it
// cites.
const maxRelated = 3

// compose gives a verified draft the form of the API.
func (e *Engine) compose(q Question, asked question.Question, d answer.Draft, passages []retrieve.Result) *Answer {
	a := e.blank(q, asked)
	a.Status = Status(d.Status)
	words := wordingFor(a.Language)
	if d.Status == answer.Answered {
		if a.Language == "en" {
			d.Claims = e.inEnglish(d.Claims)
		}
		a.Score, a.Confidence = d.Confidence, round3(answer.Calibrated(d.Confidence))
		e.addClaims(a, d.Claims)
	} else {
		a.Answer = words.refusal(d, e.figureOf(d))
	}
	for _, n := range d.Notices {
		if n.Kind != answer.FigureOnly { // the refusal says it
			a.Notices = append(a.Notices, words.notice(n))
		}
	}
	e.addRelated(a, passages)
	return a
}

// blank is an answer to q that says nothing yet.
func (e *Engine) blank(q Question, asked question.Question) *Answer {
	return &Answer{
		ID:        e.answerID(q),
		Question:  q.Text,
		Language:  languageOf(q, asked),
		Claims:    []Claim{},
		Citations: []Citation{},
		Related:   []Related{},
		Mode:      "extractive",
		Notices:   []string{},
	}
}

// languageOf is the language of the answer to q.
func languageOf(q Question, asked question.Question) string {
	switch {
	case q.Language != "":
		return q.Language
	case asked.English:
		return "en"
	}
	return "zh"
}

// addClaims appends claims to an answer.
func (e *Engine) addClaims(a *Answer, claims []ground.Claim) {
	n := e.numbering(a)
	for _, c := range claims {
		n.add(c)
	}
}

// numbering appends claims to an answer and numbers their citations in order
// of first use.
type numbering struct {
	engine *Engine
	answer *Answer
	number map[string]int // of a cited span
}

func (e *Engine) numbering(a *Answer) *numbering {
	return &numbering{engine: e, answer: a, number: make(map[string]int)}
}

// add appends one claim; its marks stand before its full stop. It returns the
// text that the answer grows by and the citations that are new.
func (n *numbering) add(c ground.Claim) (text string, cited []Citation) {
	a := n.answer
	c.Text = printedMarker.ReplaceAllString(c.Text, "［$1］") // a marker in the report's text is none of ours
	claim := Claim{Text: c.Text, Citations: []int{}, Verdict: string(ground.Supported), Values: []Value{}}
	before := len(a.Citations)
	for _, s := range c.Supports {
		key := fmt.Sprintf("%s %d %d", s.Passage.ID, s.Start, s.End)
		k, ok := n.number[key]
		if !ok {
			k = len(a.Citations) + 1
			n.number[key] = k
			a.Citations = append(a.Citations, n.engine.citation(k, s))
		}
		claim.Citations = append(claim.Citations, k)
	}
	claim.Values = valuesOf(c, claim.Citations)
	a.Claims = append(a.Claims, claim)
	text = a.sentence(len(a.Claims) - 1)
	a.Answer += text
	return text, a.Citations[before:]
}

// sentence is claim i as it stands in the text of the answer.
func (a *Answer) sentence(i int) string {
	s := marked(a.Claims[i].Text, a.Claims[i].Citations)
	if i == 0 {
		return s
	}
	if last, _ := utf8.DecodeLastRuneInString(a.Claims[i-1].Text); strings.ContainsRune(".!?:;", last) {
		return " " + s
	}
	return s
}

var printedMarker = regexp.MustCompile(`\[(\d+)\]`)

func marked(text string, citations []int) string {
	var marks strings.Builder
	for _, n := range citations {
		fmt.Fprintf(&marks, "[%d]", n)
	}
	text = printedMarker.ReplaceAllString(text, "［$1］") // a marker in the report's text is none of ours
	body := strings.TrimRight(text, "。.！？!?；;")
	end := text[len(body):]
	for _, stop := range []string{"；", "？", "！"} { // a citation belongs to the sentence it stands in
		body = strings.ReplaceAll(body, stop, marks.String()+stop)
	}
	return body + marks.String() + end
}

// valuesOf lists the numbers of a claim with the citation that holds each, in
// the claim's spelling or another.
func valuesOf(c ground.Claim, citations []int) []Value {
	out := []Value{}
	for _, v := range quantity.Values(c.Text) {
		val := Value{Text: v.Text}
		for i, s := range c.Supports {
			if states(s.Passage.Text, v) {
				val.Citation = citations[i]
				break
			}
		}
		if val.Citation == 0 { // a cell whose unit stands in its header
			for i, s := range c.Supports {
				if slices.ContainsFunc(quantity.Values(s.Quote()), func(w quantity.Value) bool { return strings.HasPrefix(v.Text, w.Text) }) {
					val.Citation = citations[i]
					break
				}
			}
		}
		for _, k := range c.Computed {
			if states(k.Text, v) {
				val.Citation, val.Formula = 0, k.Formula
			}
		}
		out = append(out, val)
	}
	return out
}

func states(text string, v quantity.Value) bool {
	return strings.Contains(text, v.Text) || slices.ContainsFunc(quantity.Values(text), v.Same)
}

func (e *Engine) citation(n int, s ground.Support) Citation {
	p := s.Passage
	from := utf8.RuneCountInString(p.Text[:s.Start])
	c := Citation{
		N:             n,
		PassageID:     p.ID,
		Document:      e.documentRef(p.DocumentID),
		Kind:          p.Kind,
		Section:       append([]string{}, p.Section...),
		Text:          p.Text,
		Quote:         s.Quote(),
		Span:          [2]int{from, from + utf8.RuneCountInString(s.Quote())},
		PrimarySource: strings.Join(s.Sources, "、"),
		URL:           "/d/" + p.DocumentID + "#" + p.ID,
	}
	if p.TableID != "" {
		c.Table = &TableRef{ID: p.TableID, Row: p.Row, Column: s.Column, Caption: e.tableCaption(p)}
	}
	return c
}

func (e *Engine) tableCaption(p *ingest.Passage) string {
	if d, ok := e.index.Document(p.DocumentID); ok {
		for _, t := range d.Tables {
			if t.ID == p.TableID {
				return t.Caption
			}
		}
	}
	return ""
}

// figurePlace is where a figure stands.
type figurePlace struct{ caption, section string }

// figureOf finds the figure that would show what a draft does not answer.
func (e *Engine) figureOf(d answer.Draft) figurePlace {
	for _, n := range d.Notices {
		if n.Kind != answer.FigureOnly {
			continue
		}
		for _, doc := range e.index.Documents() {
			for _, f := range doc.Figures {
				if path := doc.SectionPath(f.Section); f.ID == n.Text && len(path) > 0 {
					return figurePlace{f.Caption, path[len(path)-1]}
				}
			}
		}
	}
	return figurePlace{}
}

func (e *Engine) documentRef(id string) DocumentRef {
	d, ok := e.index.Document(id)
	if !ok {
		return DocumentRef{ID: id}
	}
	return DocumentRef{ID: d.ID, Title: d.Title, Publisher: d.Publisher, Date: d.Date, Edition: d.Edition}
}

// addRelated offers the nearest passages that no claim cites, one per section.
func (e *Engine) addRelated(a *Answer, passages []retrieve.Result) {
	if a.Status == OutOfScope {
		return
	}
	seen := make(map[string]bool)
	for _, c := range a.Citations {
		seen[c.PassageID] = true
		seen[strings.Join(c.Section, "\x00")] = true
	}
	for _, r := range passages {
		section := strings.Join(r.Passage.Section, "\x00")
		if len(a.Related) == maxRelated {
			return
		}
		if seen[r.Passage.ID] || seen[section] {
			continue
		}
		seen[section] = true
		a.Related = append(a.Related, Related{PassageID: r.Passage.ID, Section: append([]string{}, r.Passage.Section...), Text: r.Passage.Text})
	}
}

// answerID is the same for the same question put to the same documents.
func (e *Engine) answerID(q Question) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d", q.Text, q.Document, q.Language, q.Mode, q.K)
	for _, t := range q.History {
		fmt.Fprintf(h, " %q %q", t.Question, t.Answer)
	}
	for _, d := range e.index.Documents() {
		fmt.Fprintf(h, " %s@%s", d.ID, d.Edition)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// digest is a short hash of texts.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%q ", t)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func round3(f float64) float64 { return float64(int(f*1000+0.5)) / 1000 }
