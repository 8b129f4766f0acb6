package table

import (
	"slices"
	"sort"
	"strings"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// Filter keeps the rows of rows whose cell in column c is named by the given
// folded text: those that are equal to it or list it (甲、乙) if there are any,
// else those that hold it in another way (甲等三家).
func (v *View) Filter(rows []int, c int, folded string) []int {
	var listing, holding []int
	for _, r := range rows {
		switch {
		case v.folded[r][c] == folded || v.lists(r, c, folded):
			listing = append(listing, r)
		case slices.Contains(v.names[r][c], folded):
			holding = append(holding, r)
		}
	}
	if len(listing) > 0 {
		return listing
	}
	return holding
}

// lists reports whether an item of a cell is the folded text.
func (v *View) lists(r, c int, folded string) bool {
	for _, item := range v.Items(Cell{r, c}) {
		for _, part := range strings.FieldsFunc(lexical.Fold(item), func(r rune) bool { return strings.ContainsRune("、;；,，", r) }) {
			if strings.TrimSpace(part) == folded {
				return true
			}
		}
	}
	return false
}

// Extreme returns the cells with the greatest (or least) number of column c
// among rows, all ties, in row order; nil where no cell holds one number.
func (v *View) Extreme(rows []int, c int, least bool) ([]Cell, quantity.Value) {
	var best quantity.Value
	var cells []Cell
	for _, r := range rows {
		n, ok := v.Number(Cell{r, c})
		if !ok {
			continue
		}
		switch {
		case cells == nil || (n.Number < best.Number) == least && n.Number != best.Number:
			best, cells = n, []Cell{{r, c}}
		case n.Number == best.Number && v.among(cells, v.Rows[r][c].Text) && v.kinds[c] == Words:
		case n.Number == best.Number:
			cells = append(cells, Cell{r, c})
		}
	}
	return cells, best
}

func (v *View) among(cells []Cell, text string) bool {
	for _, c := range cells {
		if v.Text(c) == text {
			return true
		}
	}
	return false
}

// Sum adds the numbers of column c over rows. ok is false where a cell holds
// no number or the units differ.
func (v *View) Sum(rows []int, c int) (sum quantity.Value, cells []Cell, ok bool) {
	for _, r := range rows {
		n, has := v.Number(Cell{r, c})
		if !has || len(cells) > 0 && n.Unit != sum.Unit {
			return quantity.Value{}, nil, false
		}
		sum.Unit = n.Unit
		sum.Number += n.Number
		cells = append(cells, Cell{r, c})
	}
	sum.High = sum.Number
	return sum, cells, len(cells) > 0
}

// Group is one value of a column and what another column holds for it.
type Group struct {
	Key     Cell
	Members []Cell // distinct cells of the other column
	Rows    []int
}

// GroupBy collects the distinct cells of column member for each distinct cell
// of column key, in row order.
func (v *View) GroupBy(rows []int, key, member int) []Group {
	var out []Group
	at := make(map[string]int)
	for _, r := range rows {
		k := v.folded[r][key]
		if k == "" {
			continue
		}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Group{Key: Cell{r, key}})
		}
		out[i].Rows = append(out[i].Rows, r)
	}
	for i := range out {
		out[i].Members = v.Distinct(member, out[i].Rows)
	}
	return out
}

// Most returns the groups with the most (or fewest) members, all ties.
func Most(groups []Group, fewest bool) []Group {
	sorted := append([]Group(nil), groups...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if fewest {
			return len(sorted[i].Members) < len(sorted[j].Members)
		}
		return len(sorted[i].Members) > len(sorted[j].Members)
	})
	n := 0
	for n < len(sorted) && len(sorted[n].Members) == len(sorted[0].Members) {
		n++
	}
	return sorted[:n]
}
