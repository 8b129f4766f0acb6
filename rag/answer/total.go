package answer

import (
	"fmt"
	"regexp"
	"strings"

	"yanbao/rag/ground"
	"yanbao/rag/table"
)

// totalWords ask for the sum of a column over the rows that the question
// selects.
var totalWords = regexp.MustCompile(`(一共|总共|合计|总计|加起来|总的?)[^，。？]{0,8}(多少|几)(分|元|人|吨|亿|万)|总分|满分`)

// total: 开发者生态一共多少分. The rows are those of a cell that the question
// names, over merged cells too.
func (a *aggregation) total() (Draft, bool) {
	named := a.sharedName()
	number := a.onlyNumbers()
	if orderWords.MatchString(a.q.Text) || !totalWords.MatchString(a.q.Text) || named.Cell.Row < 0 || number < 0 {
		return Draft{}, false
	}
	rows := a.t.Filter(a.t.AllRows(), named.Cell.Column, named.Name)
	sum, cells, ok := a.t.Sum(rows, number)
	if !ok || len(cells) < 2 || len(cells) > 12 {
		return Draft{}, false
	}
	unit := ground.HeaderUnit(a.t.Columns[number])
	k := ground.Computed{Operation: ground.Add, Text: trimZeros(sum.Number, 2) + sum.Unit + unit}
	claim := ground.Claim{}
	var parts []string
	for _, c := range cells {
		text := oneLine(a.t.Text(c))
		sup, ok := a.cite(c, text)
		if !ok {
			return Draft{}, false
		}
		claim.Supports = append(claim.Supports, sup)
		k.Inputs = append(k.Inputs, text+unit)
		parts = append(parts, oneLine(a.t.Text(table.Cell{Row: c.Row, Column: a.finest(number)}))+" "+text+unit)
	}
	k.Formula = strings.Join(k.Inputs, " + ") + " = " + k.Text
	claim.Text = fmt.Sprintf("合计%s：%s。", k.Text, strings.Join(parts, "、"))
	claim.Computed = []ground.Computed{k}
	return Draft{Status: Answered, Confidence: 0.75, Claims: []ground.Claim{claim}}, true
}

// onlyNumbers is the number column that the question names, or the only one
// there is; -1 for none.
func (a *aggregation) onlyNumbers() int {
	if c := a.column(-1, table.Numbers); c >= 0 {
		return c
	}
	at := -1
	for c := range a.t.Columns {
		if a.t.ColumnKind(c) == table.Numbers {
			if at >= 0 {
				return -1
			}
			at = c
		}
	}
	return at
}
