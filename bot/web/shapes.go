package web

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/quantity"
)

// Shapes of tables. A table is taken for a shape where most of its rows have
// it.
const (
	leastEvents  = 3   // rows of a timeline
	leastMeasure = 3   // rows of a measure
	most         = 0.8 // of the rows
	longestTag   = 14  // runes of a cell that is shown as a tag
	tones        = 6   // colours of parts that stand side by side
)

// timeline is a table with a column of dates.
type timeline struct {
	Caption string
	Column  string
	Events  []event
	First   int // year
	Last    int
	Source  source
}

type event struct {
	When, Title, URL string
	X                int // place on the axis, 0 to 1000
	Tags             []field
	Details          []field
	key              string
}

type field struct{ Name, Text string }

// timelineOf draws a table whose cells of one column are dates, earliest first.
func timelineOf(t *ingest.Table, places places) (timeline, bool) {
	column := dateColumn(t)
	if column < 0 || len(t.Rows) < leastEvents {
		return timeline{}, false
	}
	title := titleColumn(t, column)
	line := timeline{Caption: t.Caption, Column: t.Columns[column], Source: places.ofTable(t)}
	short := shortColumns(t)
	months := make(map[int]int) // of an event
	for r, row := range t.Rows {
		p, ok := wholePeriod(row[column].Text)
		if !ok {
			continue
		}
		e := event{When: row[column].Text, Title: row[title].Text, URL: places.cell(t, r, title), key: p.String()}
		months[len(line.Events)] = p.Year*12 + max(p.Month-1, 0)
		for c, cell := range row {
			switch {
			case c == column || c == title || cell.Text == "":
			case short[c]:
				e.Tags = append(e.Tags, field{t.Columns[c], cell.Text})
			default:
				e.Details = append(e.Details, field{t.Columns[c], cell.Text})
			}
		}
		line.Events = append(line.Events, e)
		if line.First == 0 || p.Year < line.First {
			line.First = p.Year
		}
		line.Last = max(line.Last, p.Year)
	}
	for i, m := range months {
		line.Events[i].X = (m - line.First*12) * 1000 / ((line.Last - line.First + 1) * 12)
	}
	slices.SortStableFunc(line.Events, func(a, b event) int { return strings.Compare(a.key, b.key) })
	return line, true
}

// shortColumns are those whose every cell is short enough for a tag.
func shortColumns(t *ingest.Table) []bool {
	out := make([]bool, len(t.Columns))
	for c := range out {
		out[c] = !slices.ContainsFunc(texts(t, c), func(s string) bool { return utf8.RuneCountInString(s) > longestTag })
	}
	return out
}

// Years are the marks of the axis.
func (l timeline) Years() []mark {
	var out []mark
	n := l.Last - l.First + 1
	step := (n + 9) / 10
	for y := l.First; y <= l.Last; y += step {
		out = append(out, mark{fmt.Sprint(y), (y - l.First) * 1000 / n})
	}
	return out
}

type mark struct {
	Text string
	X    int
}

// dateColumn is the first column of dates, -1 for none.
func dateColumn(t *ingest.Table) int {
	for c := range t.Columns {
		n := 0
		for r := range t.Rows {
			if _, ok := wholePeriod(t.Rows[r][c].Text); ok {
				n++
			}
		}
		if n >= leastEvents && float64(n) >= most*float64(len(t.Rows)) {
			return c
		}
	}
	return -1
}

// wholePeriod reads a cell that holds a date and nothing else.
func wholePeriod(text string) (quantity.Period, bool) {
	text = strings.TrimSpace(text)
	periods := quantity.Periods(text)
	if len(periods) != 1 || periods[0].Year == 0 || periods[0].Relative {
		return quantity.Period{}, false
	}
	rest := text[:periods[0].Start] + text[periods[0].End:]
	return periods[0], strings.Trim(rest, " 年月日起约至-—（）()") == ""
}

// titleColumn is what the rows are called by, apart from their date.
func titleColumn(t *ingest.Table, date int) int {
	for c := range t.Columns {
		all := texts(t, c)
		if c != date && distinct(all) == len(all) && !allNumbers(all) {
			return c
		}
	}
	return (date + 1) % len(t.Columns)
}

// measure is a table with a column of values of one unit, summed by the groups
// that its first column makes.
type measure struct {
	Caption, Column, Unit string
	Groups                []measureGroup
	Total                 string
	Source                source
}

type measureGroup struct {
	Name, Total string
	Share       int // of the total, in thousandths
	Items       []measureItem
	Within      []measurePart // sums of the second grouping, where there is one
	sum         float64
}

type measurePart struct {
	Name, Total string
	Tone        int
	sum         float64
}

type measureItem struct {
	Name, Within, Text, URL string
	X, Width                int // of the bar in thousandths of the largest group
	Tone                    int // changes with Within
	value                   float64
}

// measureOf draws a table whose last suitable column holds one value of one
// unit in each row (weights, points, shares, amounts), by groups where a column
// before it groups the rows.
func measureOf(t *ingest.Table, places places) (measure, bool) {
	column, values := measureColumn(t)
	if column < 0 {
		return measure{}, false
	}
	group, within, name := groupColumns(t, column)
	m := measure{Caption: t.Caption, Column: t.Columns[column], Unit: values[0].Unit, Source: places.ofTable(t)}
	total := 0.0
	for r, row := range t.Rows {
		key := ""
		if group >= 0 {
			key = row[group].Text
		}
		if len(m.Groups) == 0 || m.Groups[len(m.Groups)-1].Name != key {
			m.Groups = append(m.Groups, measureGroup{Name: key})
		}
		g := &m.Groups[len(m.Groups)-1]
		item := measureItem{Name: row[name].Text, Text: row[column].Text, URL: places.cell(t, r, column), value: values[r].Number}
		if within >= 0 {
			item.Within = row[within].Text
		}
		g.Items = append(g.Items, item)
		g.sum += item.value
		total += item.value
	}
	m.layOut(total)
	return m, true
}

// layOut gives each bar its place: items of a group one after another, or each
// from the left where there are no groups.
func (m *measure) layOut(total float64) {
	widest := 0.0
	for _, g := range m.Groups {
		widest = max(widest, g.sum)
	}
	if len(m.Groups) == 1 {
		widest = 0
		for _, item := range m.Groups[0].Items {
			widest = max(widest, item.value)
		}
	}
	m.Total = plainNumber(total) + m.Unit
	for i := range m.Groups {
		g := &m.Groups[i]
		g.Total, g.Share = plainNumber(g.sum)+m.Unit, int(g.sum/total*1000+0.5)
		x, last := 0.0, ""
		for j := range g.Items {
			item := &g.Items[j]
			if item.Within != "" && item.Within != last {
				g.Within = append(g.Within, measurePart{Name: item.Within, Tone: len(g.Within) % tones})
			}
			last = item.Within
			if n := len(g.Within); n > 0 {
				part := &g.Within[n-1]
				part.sum += item.value
				part.Total = plainNumber(part.sum)
				item.Tone = part.Tone
			}
			item.X, item.Width = int(x/widest*1000), max(1, int(item.value/widest*1000))
			if len(m.Groups) > 1 {
				x += item.value
			}
		}
	}
}

// Grouped reports whether there is more than one group.
func (m measure) Grouped() bool { return len(m.Groups) > 1 }

// measureColumn is the last column whose cells each hold one positive value,
// all of the same unit, that do not merely count the rows.
func measureColumn(t *ingest.Table) (int, []quantity.Value) {
	for c := len(t.Columns) - 1; c > 0 && len(t.Rows) >= leastMeasure; c-- {
		values := make([]quantity.Value, 0, len(t.Rows))
		counts := true
		for r := range t.Rows {
			v, ok := wholeValue(t.Rows[r][c].Text)
			if !ok || len(values) > 0 && v.Unit != values[0].Unit {
				break
			}
			counts = counts && v.Number == float64(r+1)
			values = append(values, v)
		}
		if len(values) == len(t.Rows) && !counts {
			return c, values
		}
	}
	return -1, nil
}

// wholeValue reads a cell that holds a value and nothing else.
func wholeValue(text string) (quantity.Value, bool) {
	text = strings.TrimSpace(text)
	values := quantity.Values(text)
	if len(values) != 1 || values[0].Number <= 0 || values[0].High != values[0].Number {
		return quantity.Value{}, false
	}
	if periods := quantity.Periods(text); len(periods) > 0 {
		return quantity.Value{}, false
	}
	rest := text[:values[0].Start] + text[values[0].End:]
	return values[0], strings.Trim(rest, " 约+") == ""
}

// groupColumns finds, before a column, the one that groups the rows (-1 for
// none), one that groups them within (-1), and the one that names them.
func groupColumns(t *ingest.Table, column int) (group, within, name int) {
	group, within, name = -1, -1, 0
	for c := range column {
		n := distinct(texts(t, c))
		switch {
		case allNumbers(texts(t, c)):
		case n == len(t.Rows):
			name = c
		case group < 0 && n > 1 && n <= len(t.Rows)/2:
			group = c
		case group >= 0 && within < 0 && n > 1:
			within = c
		}
	}
	return group, within, name
}

func allNumbers(all []string) bool {
	return !slices.ContainsFunc(all, func(s string) bool { return strings.Trim(s, "0123456789. ") != "" })
}

// sortKey orders a cell by its date or value; "" where its text does.
func sortKey(text string) string {
	if p, ok := wholePeriod(text); ok {
		return p.String()
	}
	if v, ok := wholeValue(text); ok {
		return fmt.Sprintf("%024.6f", v.Number)
	}
	return ""
}

// plainNumber writes a sum without a tail of zeros.
func plainNumber(n float64) string {
	s := fmt.Sprintf("%.2f", n)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
