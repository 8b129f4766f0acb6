package answer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
	"yanbao/rag/table"
)

// series are the columns of one measure in the two years that a question
// compares: those it names, or the
// first and the last of a series.
func (a *aggregation) series() (from, to int, ok bool) {
	byName := make(map[string][]int)
	var names []string
	for c, name := range a.t.Columns {
		ps := a.t.ColumnPeriods(c)
		if len(ps) != 1 || a.t.ColumnKind(c) == table.Ordinals || a.t.ColumnKind(c) == table.Dates {
			continue
		}
		stem := strings.TrimRight(strings.Join(strings.Fields(withoutPeriods(core(name))), ""), "ef") // 2024年E
		if byName[stem] == nil {
			names = append(names, stem)
		}
		byName[stem] = append(byName[stem], c)
	}
	best, pick := -1, ""
	for _, stem := range names {
		if n := commonRunes(stem, a.asked); len(byName[stem]) >= 2 && n > best {
			best, pick = n, stem
		}
	}
	if pick == "" && best < 0 || best < 2 && len(names) > 1 {
		return 0, 0, false
	}
	columns := byName[pick]
	slices.SortStableFunc(columns, func(c, d int) int { return cmp.Compare(a.year(c), a.year(d)) })
	from, to = columns[0], columns[len(columns)-1]
	if y1, y2, two := twoYears(a.q.Periods); two {
		from, to = -1, -1
		for _, c := range columns {
			switch a.year(c) {
			case y1:
				from = c
			case y2:
				to = c
			}
		}
	} else if len(a.q.Periods) > 0 {
		return 0, 0, false
	}
	return from, to, from >= 0 && to >= 0 && from != to
}

func (a *aggregation) year(c int) int { return a.t.ColumnPeriods(c)[0].Year }

// commonRunes is how many characters of stem text holds in runs of two and
// more.
func commonRunes(stem, text string) int {
	rs := []rune(stem)
	held := make([]bool, len(rs))
	for i := 0; i+1 < len(rs); i++ {
		if strings.Contains(text, string(rs[i:i+2])) {
			held[i], held[i+1] = true, true
		}
	}
	n := 0
	for _, h := range held {
		if h {
			n++
		}
	}
	return n
}

var (
	lessThen    = regexp.MustCompile(`少了|减少|下降|下滑|降低|变少|缩小|跌|缩水|净减`)
	moreThen    = regexp.MustCompile(`多了|增加|上升|提高|提升|增长|变多|扩大|涨`)
	leastMove   = regexp.MustCompile(`最(少|小|慢)`)
	biggestMove = regexp.MustCompile(`(增加|增长|提升|提高|上升|下降|减少|降低|涨|跌|变化|扩张|扩大|增)得?(的)?(幅度)?最(多|大|快|明显|高|少|小|慢)|最(多|大|快)的?(增|升|降|涨|跌)`)
)

// moved works out how rows moved between two years in columns of their own:
// which moved most, which rose or fell, by how much a named one moved.
func (a *aggregation) moved() (Draft, bool) {
	if d, ok := a.movedDown(); ok {
		return d, true
	}
	from, to, ok := a.series()
	if !ok {
		return Draft{}, false
	}
	named := a.rowsNamedBeside(from, to)
	switch {
	case biggestMove.MatchString(a.q.Text):
		return a.movedMost(from, to)
	case len(named) == 1 && changeWords.MatchString(a.q.Text):
		return a.movedBy(named, from, to)
	case len(named) == 0 && a.asksForRows() && lessThen.MatchString(a.q.Text) != moreThen.MatchString(a.q.Text) && !a.q.Wants(question.Superlative):
		return a.rowsMoved(from, to, lessThen.MatchString(a.q.Text))
	}
	return Draft{}, false
}

// rowsNamedBeside are the rows that the question names in a column of words.
func (a *aggregation) rowsNamedBeside(from, to int) []int {
	var out []int
	for c := range a.t.Columns {
		if c == from || c == to || a.t.ColumnKind(c) != table.Words {
			continue
		}
		for _, m := range a.cellsNamed(c) {
			if !slices.Contains(out, m.Cell.Row) {
				out = append(out, m.Cell.Row)
			}
		}
	}
	return out
}

// step is how one row moved.
type step struct {
	row      int
	from, to quantity.Value
	by       float64
}

// computed is the growth in percent or the ratio where that is asked for, else
// the difference in the unit of the later value.
func (s step) computed(asked string) ground.Computed {
	if s.from.Number == 0 || strings.Contains(asked, "倍") || s.to.Unit == "%" || growthWords.MatchString(asked) {
		return changeOf(asked, s.from, s.to, s.to.Unit)
	}
	scale, suffix := printedScale(s.to)
	k := computed(ground.Subtract, s.by/scale, suffix, 2, s.to, s.from)
	k.Formula = strings.Replace(k.Formula, "≈", "=", 1)
	return k
}

func (a *aggregation) steps(rows []int, from, to int) []step {
	var out []step
	for _, r := range rows {
		v, ok := a.amount(table.Cell{Row: r, Column: from})
		w, ok2 := a.amount(table.Cell{Row: r, Column: to})
		if ok && ok2 && (v.Unit == w.Unit || v.Number == 0) && v.Number == v.High && w.Number == w.High {
			out = append(out, step{r, v, w, w.Number - v.Number})
		}
	}
	return out
}

// movedMost: 哪个品类提升最多, 提高多少.
func (a *aggregation) movedMost(from, to int) (Draft, bool) {
	steps := a.steps(a.dataRows(), from, to)
	sign := 1.0
	if lessThen.MatchString(a.q.Text) {
		sign = -1
	}
	if leastMove.MatchString(a.q.Text) {
		sign = -sign
	}
	if len(steps) < 2 {
		return Draft{}, false
	}
	best := slices.MaxFunc(steps, func(s, t step) int { return cmp.Compare(sign*s.by, sign*t.by) })
	var ties []step
	for _, s := range steps {
		if s.by == best.by {
			ties = append(ties, s)
		}
	}
	if len(ties) > 4 {
		return Draft{}, false
	}
	return a.statesSteps(ties, from, to)
}

// rowsMoved: 哪些地区减少了.
func (a *aggregation) rowsMoved(from, to int, down bool) (Draft, bool) {
	var kept []step
	all := a.steps(a.dataRows(), from, to)
	for _, s := range all {
		if s.by != 0 && (s.by < 0) == down {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 || len(kept) == len(all) || len(kept) > 10 {
		return Draft{}, false
	}
	return a.statesSteps(kept, from, to)
}

// movedBy: 2021到2023西南增加了多少家.
func (a *aggregation) movedBy(rows []int, from, to int) (Draft, bool) {
	return a.statesSteps(a.steps(rows, from, to), from, to)
}

// statesSteps states how rows moved, one claim each.
func (a *aggregation) statesSteps(steps []step, from, to int) (Draft, bool) {
	d := Draft{Status: Answered, Confidence: 0.75}
	key := a.finestName()
	for _, s := range steps {
		sup1, ok1 := a.cite(table.Cell{Row: s.row, Column: from}, oneLine(a.t.Text(table.Cell{Row: s.row, Column: from})))
		sup2, ok2 := a.cite(table.Cell{Row: s.row, Column: to}, oneLine(a.t.Text(table.Cell{Row: s.row, Column: to})))
		if !ok1 || !ok2 {
			return Draft{}, false
		}
		k := s.computed(a.q.Text)
		claim := ground.Claim{Computed: []ground.Computed{k}, Supports: []ground.Support{sup1, sup2}}
		claim.Text = fmt.Sprintf("%s，变化：%s（%s），%d年%s，%d年%s。", oneLine(a.t.Text(table.Cell{Row: s.row, Column: key})), k.Text, k.Formula, a.year(from), s.from.Text, a.year(to), s.to.Text)
		d.Claims = append(d.Claims, claim)
	}
	return d, len(d.Claims) > 0
}

// movedDown works out how a measure moved between two rows that are years:
// 平均年薪从2020到2023涨了多少.
func (a *aggregation) movedDown() (Draft, bool) {
	y1, y2, two := twoYears(a.q.Periods)
	by := a.measure()
	if !two || by < 0 || !changeWords.MatchString(a.q.Text) && !ratioWords.MatchString(a.q.Text) {
		return Draft{}, false
	}
	var at [2]int
	for c := range a.t.Columns {
		at = [2]int{-1, -1}
		for _, r := range a.dataRows() {
			ps := quantity.Periods(a.t.Text(table.Cell{Row: r, Column: c}))
			if len(ps) != 1 || ps[0].Month != 0 || a.t.ColumnKind(c) != table.Dates {
				continue
			}
			switch ps[0].Year {
			case y1:
				at[0] = r
			case y2:
				at[1] = r
			}
		}
		if at[0] >= 0 && at[1] >= 0 {
			break
		}
	}
	if at[0] < 0 || at[1] < 0 {
		return Draft{}, false
	}
	ss := a.steps(at[:1], by, by)
	tt := a.steps(at[1:], by, by)
	if len(ss) != 1 || len(tt) != 1 || ss[0].from.Number == 0 {
		return Draft{}, false
	}
	s := step{at[1], ss[0].from, tt[0].to, tt[0].to.Number - ss[0].from.Number}
	k := s.computed(a.q.Text)
	claim, ok := a.evidenceOf([]member{{rows: at[:], by: by}})
	claim.Computed = []ground.Computed{k}
	claim.Text = fmt.Sprintf("%s，变化：%s（%s），%d年%s，%d年%s。", core(a.t.Columns[by]), k.Text, k.Formula, y1, s.from.Text, y2, s.to.Text)
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, ok
}
