package answer

import (
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/ground"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// list answers with the members of an enumeration that the report sets out as
// bullets with leads or as labels of a drawing. Enumerations within a sentence
// are left to sentences.
func (x *Extractive) list(q question.Question, e Evidence) (Draft, bool) {
	ask, ok := askOfKind(q, question.List)
	if !ok || len(e.Selection.Units) == 0 {
		return Draft{}, false
	}
	groups := groupsOf(e.Selection.Units)
	best, bestScore := -1, 0.0
	top := e.Selection.Units[0].Score
	for i, g := range groups {
		s := g.score
		switch {
		case ask.Size > 0 && len(g.members) == ask.Size:
			s += 0.35
		case ask.Size > 0:
			s -= 0.3
		}
		if ask.Noun != "" && g.speaksOf(ask.Noun) {
			s += 0.1
		}
		if s > bestScore+1e-9 {
			best, bestScore = i, s
		}
	}
	if best < 0 || bestScore < top-0.05 {
		return x.tableList(q, ask, e)
	}
	g := groups[best]
	if enumerates(e.Selection.Units[0], ask) && !g.introducedBy(e.Selection.Units[0]) && bestScore < top+0.2 {
		return Draft{}, false
	}
	confidence := Confidence(q, g.members[:1], e.Selection)
	for i := range g.members {
		confidence = max(confidence, Confidence(q, g.members[i:i+1], e.Selection))
	}
	if confidence = max(confidence, g.introConfidence(q, e.Selection)); confidence < x.least() {
		return Draft{}, false
	}
	d := Draft{Status: Answered, Confidence: confidence}
	for _, u := range g.members {
		d.Claims = append(d.Claims, ground.Claim{Text: leadText(u) + "。", Supports: []ground.Support{leadSupport(u)}})
	}
	return d, true
}

// group is a list of the report with those of its members that have a lead.
type group struct {
	document string
	list     int
	section  string
	members  []ground.Unit // in order, one per item
	intro    *ground.Unit  // the sentence that announces the list
	score    float64
}

func (g *group) introducedBy(u ground.Unit) bool {
	return g.intro != nil && g.intro.Passage.ID == u.Passage.ID && g.intro.Start == u.Start
}

// speaksOf reports whether the sentence that announces the list, or every lead,
// holds the word for its members.
func (g *group) speaksOf(noun string) bool {
	if g.intro != nil && strings.Contains(g.intro.Text, noun) {
		return true
	}
	for _, m := range g.members {
		if !strings.Contains(m.Passage.Lead, noun) {
			return false
		}
	}
	return true
}

func (g *group) introConfidence(q question.Question, sel ground.Selection) float64 {
	if g.intro == nil {
		return 0
	}
	return Confidence(q, []ground.Unit{*g.intro}, sel)
}

// groupsOf collects the lists that the units belong to, complete ones only, in
// order of their first unit.
func groupsOf(units []ground.Unit) []group {
	type key struct {
		document, figure string // the labels of a drawing are a list of their own
		list             int
	}
	at := make(map[key]int)
	var out []group
	for _, u := range units {
		p := u.Passage
		if p.List == 0 || p.Lead == "" || p.Kind != ingest.KindText || u.Start != 0 {
			continue
		}
		k := key{p.DocumentID, p.FigureID, p.List}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, group{document: p.DocumentID, list: p.List, section: strings.Join(p.Section, "\x00")})
		}
		out[i].add(u)
	}
	kept := out[:0]
	for _, g := range out {
		if len(g.members) < 2 {
			continue
		}
		g.findIntro(units)
		g.rate()
		kept = append(kept, g)
	}
	return kept
}

func (g *group) add(u ground.Unit) {
	for i, m := range g.members {
		if m.Passage.Item == u.Passage.Item || m.Passage.Lead == u.Passage.Lead {
			return
		}
		if m.Passage.Item > u.Passage.Item {
			g.members = append(g.members[:i], append([]ground.Unit{u}, g.members[i:]...)...)
			return
		}
	}
	g.members = append(g.members, u)
}

// findIntro finds the sentence of the section that announces the list: 以下三条路径.
func (g *group) findIntro(units []ground.Unit) {
	for i := range units {
		u := &units[i]
		if strings.Join(u.Passage.Section, "\x00") != g.section || u.Passage.DocumentID != g.document {
			continue
		}
		text := strings.TrimSpace(u.Text)
		if strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":") || strings.Contains(text, "以下") {
			g.intro = u
			return
		}
	}
}

func (g *group) rate() {
	sum := 0.0
	for _, m := range g.members {
		sum += m.Score
		g.score = max(g.score, m.Score)
	}
	g.score = 0.5*g.score + 0.5*sum/float64(len(g.members))
	if g.intro != nil {
		g.score = max(g.score, g.intro.Score)
	}
}

// leadText is the lead of a bullet, or all of a short one.
func leadText(u ground.Unit) string {
	lead := strings.TrimRight(u.Passage.Lead, "。：: ")
	if utf8.RuneCountInString(lead) >= 4 || lead != "" && utf8.RuneCountInString(u.Passage.Text) > 120 {
		return lead
	}
	return strings.TrimRight(oneLine(u.Passage.Text), "。")
}

func leadSupport(u ground.Unit) ground.Support {
	s := support(u)
	lead := strings.TrimRight(u.Passage.Lead, "。：: ")
	if i := strings.Index(u.Passage.Text, u.Passage.Lead); i >= 0 && lead != "" && leadText(u) == lead {
		s.Start, s.End = i, i+len(u.Passage.Lead)
	}
	return s
}

// enumerates reports whether a sentence itself lists as many members as asked
// for.
func enumerates(u ground.Unit, ask question.Ask) bool {
	n := ground.Enumerates(u.Text)
	if ask.Noun != "" && !strings.Contains(u.Text, ask.Noun) {
		return false // members of something else
	}
	if ask.Size > 0 {
		return n == ask.Size
	}
	return n >= 3
}

// tableList answers with the different cells of the column that a question for
// so many members names: 分成哪五类主体.
func (x *Extractive) tableList(q question.Question, ask question.Ask, e Evidence) (Draft, bool) {
	if ask.Size < 2 {
		return Draft{}, false
	}
	top := e.Selection.Units[0]
	if enumerates(top, ask) || len(top.Passage.Text) == 0 {
		return Draft{}, false
	}
	for _, t := range e.Tables {
		if t.Score < 0.8 {
			continue
		}
		headers := t.Headers(x.widened(ask.Text))
		for c, n := range headers {
			cells := t.Distinct(c, t.AllRows())
			if n < 2 || len(cells) != ask.Size || t.ColumnKind(c) != table.Words || !short(t.View, cells) {
				continue
			}
			d := Draft{Status: Answered, Confidence: 0.6}
			for _, cell := range cells {
				if t.Rows[cell.Row] == nil {
					return Draft{}, false
				}
				text := oneLine(t.Text(cell))
				d.Claims = append(d.Claims, ground.Claim{Text: text + "。", Supports: []ground.Support{cellSupport(*t.Rows[cell.Row], t.Columns[c], text)}})
			}
			return d, true
		}
	}
	return Draft{}, false
}

// short reports whether cells are names rather than sentences.
func short(t *table.View, cells []table.Cell) bool {
	for _, c := range cells {
		if utf8.RuneCountInString(t.Text(c)) > 20 {
			return false
		}
	}
	return true
}
