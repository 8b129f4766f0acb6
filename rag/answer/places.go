package answer

import (
	"regexp"
	"strings"

	"yanbao/rag/quantity"
	"yanbao/rag/table"
)

const numeral = `[一二两三四五六七八九十\d]+`

var (
	placesBetween = regexp.MustCompile(`第(` + numeral + `)(?:名|位)?(?:到|至|-|~|—)第?(` + numeral + `)(?:名|位|的|是|$)`)
	placesFrom    = regexp.MustCompile(`前(` + numeral + `)(?:名|家|位|强|大|个|款|的|是|企业|公司|$)`)
	placesLast    = regexp.MustCompile(`(?:后|最后|末|倒数)(` + numeral + `)(?:名|家|位)`)
	placeFromEnd  = regexp.MustCompile(`倒数第(` + numeral + `)`)
	lastPlace     = regexp.MustCompile(`垫底|排(名|行)?(在)?(最后|末尾|末位)|最后一名|末位`)
	placeAt       = regexp.MustCompile(`(?:排名?|名列|位列|位居|排行|居)(?:在)?第(` + numeral + `)`)
)

// places reads 前三名, 排名第四到第六, 倒数第一 against a table that numbers its
// rows.
func (a *aggregation) places() []condition {
	c := a.ordinals()
	if c < 0 || !ranks.MatchString(a.t.Columns[c]) {
		return nil // numbers of rows are no places
	}
	from, to, ok := a.placesAsked(len(a.dataRows()))
	if !ok {
		return nil
	}
	return []condition{{c, func(row int) bool {
		n, ok := a.t.Number(table.Cell{Row: row, Column: c})
		return ok && n.Number >= float64(from) && n.Number <= float64(to)
	}, false}}
}

// placesAsked are the first and the last place asked for, of n.
func (a *aggregation) placesAsked(n int) (from, to int, ok bool) {
	text := a.q.Text
	if m := placesBetween.FindStringSubmatch(text); m != nil {
		return count(m[1]), count(m[2]), true
	}
	if m := placeFromEnd.FindStringSubmatch(text); m != nil {
		at := n + 1 - count(m[1])
		return at, at, true
	}
	if m := placesLast.FindStringSubmatch(text); m != nil {
		return n + 1 - count(m[1]), n, true
	}
	if lastPlace.MatchString(text) {
		return n, n, true
	}
	for _, m := range placesFrom.FindAllStringSubmatch(text, -1) {
		if count(m[1]) < n {
			return 1, count(m[1]), true
		}
	}
	if m := placeAt.FindStringSubmatch(text); m != nil {
		return count(m[1]), count(m[1]), true
	}
	return 0, 0, false
}

// ranks matches the name of a column of places.
var ranks = regexp.MustCompile(`(?i)排|名次|位次|顺位|rank|place`)

// count reads a numeral, Chinese or not; 0 for none.
func count(numeral string) int {
	vs := quantity.Values(strings.TrimSpace(numeral) + "个")
	if len(vs) != 1 {
		return 0
	}
	return int(vs[0].Number)
}
