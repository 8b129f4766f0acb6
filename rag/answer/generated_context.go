package answer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"yanbao/ingest"
	"yanbao/prompts"
)

// Limits of what a model is shown.
const (
	mostPassages = 24
	mostRows     = 40  // of a table that is shown whole
	wholeTable   = 0.5 // least Table.Score for that
	rankOffset   = 60  // of reciprocal rank fusion
)

// Passages chooses what a model is shown of the evidence, best first: the
// order in which the passages were found and the order of their best units,
// fused by reciprocal rank. With tables true a table that fits well is shown
// row by row, whole.
func Passages(found []*ingest.Passage, e Evidence, tables bool) []*ingest.Passage {
	score := make(map[*ingest.Passage]float64)
	var all []*ingest.Passage
	rank := func(list []*ingest.Passage) {
		seen := make(map[*ingest.Passage]bool)
		for _, p := range list {
			if seen[p] {
				continue
			}
			seen[p] = true
			if _, known := score[p]; !known {
				all = append(all, p)
			}
			score[p] += 1 / float64(rankOffset+len(seen))
		}
	}
	rank(found)
	var units []*ingest.Passage
	for i := range e.Selection.Units {
		units = append(units, e.Selection.Units[i].Passage)
	}
	rank(units)
	slices.SortStableFunc(all, func(a, b *ingest.Passage) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), strings.Compare(a.ID, b.ID))
	})
	return pick(all, e, tables)
}

// pick leaves out what says the same as a passage before it and puts the rows
// of a table together.
func pick(all []*ingest.Passage, e Evidence, tables bool) []*ingest.Passage {
	rows := make(map[string][]*ingest.Passage)
	for _, t := range e.Tables {
		if tables && t.Score >= wholeTable && len(t.Rows) <= mostRows {
			for _, u := range t.Rows {
				if u != nil {
					rows[u.Passage.TableID] = append(rows[u.Passage.TableID], u.Passage)
				}
			}
		}
	}
	said := make(map[string]bool)
	var out []*ingest.Passage
	add := func(p *ingest.Passage) {
		if id := cmp.Or(p.DuplicateOf, p.ID); !said[id] {
			said[id] = true
			out = append(out, p)
		}
	}
	for i, p := range all {
		if i >= mostPassages {
			break
		}
		if p.Kind == ingest.KindRow {
			for _, row := range rows[p.TableID] {
				add(row)
			}
		}
		add(p)
	}
	return out
}

// fit renders the prompt with as many passages as the model's window takes and
// returns those passages. The first one is always among them.
func (g *Generated) fit(t Task, limit int) (prompts.Prompt, []*ingest.Passage, error) {
	in := prompts.Answer{Language: t.Language, Question: t.text(), Limit: limit, JSON: g.JSON}
	for _, turn := range t.History {
		in.History = append(in.History, prompts.Turn(turn))
	}
	bare, err := g.Prompts.Answer(in)
	if err != nil {
		return prompts.Prompt{}, nil, err
	}
	room := g.window() - g.replyTokens() - Tokens(bare.System) - Tokens(bare.User)
	room -= g.replyTokens() / 2 // what a repair adds
	var shown []*ingest.Passage
	for i, p := range t.Passages {
		view := g.view(i+1, p)
		need := passageTokens(view)
		if len(shown) > 0 && need > room {
			break
		}
		room -= need
		shown = append(shown, p)
		in.Passages = append(in.Passages, view)
	}
	full, err := g.Prompts.Answer(in)
	return full, shown, err
}

// view is what a model is shown of a passage.
func (g *Generated) view(n int, p *ingest.Passage) prompts.Passage {
	v := prompts.Passage{N: n, Section: p.Section, Sources: p.Sources, Text: p.Text}
	d, ok := g.Library.Document(p.DocumentID)
	if !ok {
		return v
	}
	var parts []string
	for _, s := range []string{d.Title, d.Publisher, d.Date} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	v.Document = strings.Join(parts, "，")
	for i := range d.Tables {
		if t := &d.Tables[i]; p.TableID != "" && t.ID == p.TableID {
			v.Caption = t.Caption
			if len(v.Sources) == 0 {
				v.Sources = t.Sources
			}
		}
	}
	for i := range d.Figures {
		if f := &d.Figures[i]; p.FigureID != "" && f.ID == p.FigureID {
			v.Caption = f.Caption
			if len(v.Sources) == 0 {
				v.Sources = f.Sources
			}
		}
	}
	return v
}

func passageTokens(p prompts.Passage) int {
	n := 40 // labels and tags
	for _, s := range append(append([]string{p.Document, p.Caption, p.Text}, p.Section...), p.Sources...) {
		n += Tokens(s)
	}
	return n
}

// Tokens estimates how many tokens a text has for any model, from above: the
// tokenizers in use need 0.6 to 1.4 a Chinese character and a quarter of one a
// Latin letter.
func Tokens(s string) int {
	n := 0.0
	for _, r := range s {
		switch {
		case r >= 0x80:
			n += 1.5
		case unicode.IsLetter(r) || r == ' ':
			n += 0.4
		default:
			n++
		}
	}
	return int(n) + 1
}

// cited are the passages that a sentence cites; nil for a number that none
// has.
func cited(numbers []int, shown []*ingest.Passage) []*ingest.Passage {
	var out []*ingest.Passage
	for _, n := range numbers {
		if n < 1 || n > len(shown) {
			out = append(out, nil)
			continue
		}
		out = append(out, shown[n-1])
	}
	return out
}
