package web

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
)

const (
	leastPlayers = 2  // groups of players
	longestName  = 20 // runes of one of several names in a cell
)

// grouping is a table that names players, one kind in each row.
type grouping struct {
	Caption, Kind, Column string
	Groups                []players
	Source                source
}

type players struct {
	Kind, URL string
	Names     []string
	Details   []field
}

// playerWords are headers of columns that name who does something; such a
// column is taken before others.
var playerWords = regexp.MustCompile(`(?i)企业|公司|厂商|机构|品牌|玩家|主体|compan|vendor|player|firm`)

// groupingOf draws a table in which a column lists several short names in most
// rows, by the first column.
func groupingOf(t *ingest.Table, places places) (grouping, bool) {
	if len(t.Rows) < leastPlayers || len(t.Columns) < 2 || distinct(texts(t, 0)) != len(t.Rows) || dateColumn(t) >= 0 {
		return grouping{}, false
	}
	best, bestScore := -1, 0
	for c := 1; c < len(t.Columns); c++ {
		listing, score := 0, 0
		for r := range t.Rows {
			if n := len(namesOf(t.Rows[r][c])); n > 1 {
				listing++
				score += n
			}
		}
		if playerWords.MatchString(t.Columns[c]) {
			score *= 10
		}
		if float64(listing) >= most*float64(len(t.Rows)) && score > bestScore {
			best, bestScore = c, score
		}
	}
	if best < 0 {
		return grouping{}, false
	}
	g := grouping{Caption: t.Caption, Kind: t.Columns[0], Column: t.Columns[best], Source: places.ofTable(t)}
	for r, row := range t.Rows {
		p := players{Kind: row[0].Text, URL: places.cell(t, r, best), Names: namesOf(row[best])}
		for c := 1; c < len(row); c++ {
			if (c != best || len(p.Names) == 0) && row[c].Text != "" {
				p.Details = append(p.Details, field{t.Columns[c], row[c].Text})
			}
		}
		g.Groups = append(g.Groups, p)
	}
	return g, true
}

// namesOf are the names that a cell lists; nil where it holds sentences.
func namesOf(cell ingest.Cell) []string {
	var out []string
	for _, line := range cellLines(cell) {
		for _, s := range splitOutside(line) {
			s = strings.TrimSuffix(strings.TrimSpace(s), "等")
			if utf8.RuneCountInString(s) > longestName || strings.ContainsAny(s, "。，→") {
				return nil
			}
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// splitOutside cuts a list at its marks, but not within brackets.
func splitOutside(s string) []string {
	depth := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		switch r {
		case '（', '(', '《', '“':
			depth++
		case '）', ')', '》', '”':
			depth = max(0, depth-1)
		case '、', '；', ';', '\n':
			return depth == 0
		}
		return false
	})
}
