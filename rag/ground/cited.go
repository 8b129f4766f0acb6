package ground

import (
	"regexp"
	"strings"
	"sync"

	"yanbao/ingest"
	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// cited is a passage read for checking. It is made once for a passage and not
// changed.
type cited struct {
	passage  *ingest.Passage
	readings []passageReading
	values   []quantity.Value // of lead and section titles
	around   string           // folded: the passage and what stands directly around it
	periods  []quantity.Period
	units    []citedUnit
	own      string // folded text of the readings, and in Chinese what is English in it
}

// citedUnit is a sentence, row or caption of a passage, which a claim can rest
// on.
type citedUnit struct {
	start, end int
	terms      map[string]bool
	values     []quantity.Value
	sources    []string
}

// passageReading is running text, or one row of a table with its headers.
type passageReading struct {
	*reading
	start, end int // the place in the passage's text
	row        bool
}

// maxCited bounds the cache of a Verifier: about 10 KB a passage.
const maxCited = 4096

// readings keeps what was read of passages, which never change. When it is full
// it starts anew.
type readings struct {
	mu    sync.Mutex
	cited map[*ingest.Passage]*cited
}

// cite reads a passage, from the cache where it is there.
func (v *Verifier) cite(p *ingest.Passage) *cited {
	v.readings.mu.Lock()
	c := v.readings.cited[p]
	v.readings.mu.Unlock()
	if c != nil {
		return c
	}
	c = v.readCited(p)
	v.readings.mu.Lock()
	defer v.readings.mu.Unlock()
	if v.readings.cited == nil || len(v.readings.cited) >= maxCited {
		v.readings.cited = make(map[*ingest.Passage]*cited)
	}
	v.readings.cited[p] = c
	return c
}

func (v *Verifier) readCited(p *ingest.Passage) *cited {
	c := &cited{passage: p}
	around := v.contexts(p)
	c.around, c.periods = lexical.Fold(around), quantity.Periods(around)
	for _, near := range append([]string{p.Lead}, p.Section...) {
		c.values = append(c.values, stated(near)...)
	}
	switch p.Kind {
	case ingest.KindRow:
		c.readings = []passageReading{v.readRow(p.Text, 0, len(p.Text))}
	case ingest.KindTable:
		c.readings = v.readTable(p)
	default:
		c.readings = []passageReading{{reading: v.read(p.Text, false), end: len(p.Text)}}
	}
	spans := unitSpans(p)
	if len(spans) == 0 {
		spans = [][2]int{{0, len(p.Text)}}
	}
	for _, sp := range spans {
		text := p.Text[sp[0]:sp[1]]
		c.units = append(c.units, citedUnit{sp[0], sp[1], termsOf(text), quantity.Values(text), sources(&Unit{Passage: p, Start: sp[0], End: sp[1], Text: text})})
	}
	var own strings.Builder
	for _, r := range c.readings {
		for i := range r.clauses {
			r.clauses[i].matter = v.matterOf(r.reading, i, false, false)
			r.clauses[i].matterNamed = v.matterOf(r.reading, i, true, false)
		}
		own.WriteString(r.folded + "\n")
		own.WriteString(inChinese(v.Lexicon, r.folded) + "\n")
	}
	c.own = own.String()
	return c
}

// readRow reads a rendered row: a value whose unit stands in its header (43.3
// under 占比（%）) is a value of that unit too.
func (v *Verifier) readRow(text string, start, end int) passageReading {
	r := v.read(text, true)
	named := "" // 市场规模（亿元） at the head of a row gives its cells the unit
	for i := range r.clauses {
		c := &r.clauses[i]
		_, mark := cellOf(c.folded)
		_, c.marked = yesOrNo(mark)
		body := r.text[c.start:c.end]
		header, cell, ok := strings.Cut(body, "：")
		unit := HeaderUnit(strings.TrimSuffix(header, "（同上）"))
		if unit == "" {
			unit = named
		}
		if named == "" {
			named = HeaderUnit(strings.Trim(cell, "；; "))
		}
		if !ok || unit == "" {
			continue
		}
		offset := c.end - len(cell)
		for _, bare := range quantity.Values(cell) {
			if bare.Unit != "" && HeaderUnit(strings.TrimSuffix(header, "（同上）")) == "" {
				continue // it has its own
			}
			with := quantity.Values(bare.Text + unit)
			if len(with) != 1 {
				continue
			}
			with[0].Start, with[0].End = offset+bare.Start, offset+bare.End
			for k := range c.values {
				if c.values[k].Start == with[0].Start && c.values[k].Unit == "" {
					c.values[k].header = unit
				}
			}
			c.values = append(c.values, described(body, c.start, with[0]))
		}
	}
	return passageReading{reading: r, start: start, end: end, row: true}
}

// readTable reads each row of a table that is one passage as if it were one of
// its own, and what stands besides as running text.
func (v *Verifier) readTable(p *ingest.Passage) []passageReading {
	var out []passageReading
	rest := p.Text
	if t := v.table(p); t != nil {
		at := 0
		for _, line := range strings.SplitAfter(p.Text, "\n") {
			for r := range t.Rows {
				if cells := renderedCells(t, r); cells == strings.TrimRight(line, "\n") {
					out = append(out, v.readRow(ingest.RenderRow(t, r), at, at+len(strings.TrimRight(line, "\n"))))
					break
				}
			}
			at += len(line)
		}
	}
	return append(out, passageReading{reading: v.read(rest, true), end: len(p.Text)})
}

// renderedCells is a row as ingest.RenderTable prints it.
func renderedCells(t *ingest.Table, r int) string {
	lines := strings.Split(ingest.RenderTable(&ingest.Table{Columns: t.Columns, Rows: t.Rows[r : r+1]}), "\n")
	return strings.Join(lines[min(1, len(lines)):], "\n")
}

func (v *Verifier) table(p *ingest.Passage) *ingest.Table {
	d, ok := v.Library.Document(p.DocumentID)
	if !ok || p.TableID == "" {
		return nil
	}
	for i := range d.Tables {
		if d.Tables[i].ID == p.TableID {
			return &d.Tables[i]
		}
	}
	return nil
}

// contexts joins a passage with what stands directly around it: lead, section
// path, title, the same paragraph, captions and notes.
func (v *Verifier) contexts(p *ingest.Passage) string {
	var b strings.Builder
	b.WriteString(p.Text + "\n" + p.Lead + "\n" + strings.Join(p.Section, "\n") + "\n")
	d, ok := v.Library.Document(p.DocumentID)
	if !ok {
		return b.String()
	}
	b.WriteString(d.Title + "\n")
	if p.Block >= 0 && p.Block < len(d.Blocks) && p.Kind == ingest.KindText {
		b.WriteString(d.Text[d.Blocks[p.Block].Start:d.Blocks[p.Block].End] + "\n")
	}
	if t := v.table(p); t != nil {
		b.WriteString(t.Caption + "\n" + strings.Join(t.Notes, "\n") + "\n")
	}
	for _, f := range d.Figures {
		if f.ID == p.FigureID && p.FigureID != "" {
			b.WriteString(f.Caption + "\n" + strings.Join(f.Notes, "\n") + "\n")
		}
	}
	return b.String()
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

// headerUnit allows a year behind the unit: two rows of a header joined.
var headerUnit = regexp.MustCompile(`[（(]([^（）()]+)[）)]\s*(?:(?:19|20)\d{2}年?[EF]?)?\s*$`)
