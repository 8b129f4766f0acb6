package answer

import (
	"strings"
	"unicode"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// A sentence is said to cite the wrong place if another passage that the model
// was shown holds at least leastThere of its words, and holds a share of them
// that is larger by leastMore than what the cited ones hold together.
const (
	leastThere = 0.6
	leastMore  = 0.2
	fewTerms   = 4 // tell nothing
)

// places are the passages that a model was shown, folded, as words are looked
// for in them.
type places struct {
	own    []string // the passage itself
	around []string // with its lead, titles and captions
}

func (g *Generated) placesOf(shown []*ingest.Passage) places {
	var p places
	for i, passage := range shown {
		v := g.view(i+1, passage)
		own := lexical.Fold(passage.Text)
		p.own = append(p.own, own)
		p.around = append(p.around, own+"\n"+lexical.Fold(strings.Join(append(v.Section, passage.Lead, v.Caption, v.Document), "\n")))
	}
	return p
}

// better returns the number of a passage that says what the cited ones do not;
// 0 for none. Sentences of another language than the passages share too few
// words with any of them to tell.
func (p places) better(text string, cites []int) int {
	terms := hanTerms(text)
	if len(terms) < fewTerms {
		return 0
	}
	is := make(map[int]bool)
	var own, around strings.Builder
	for _, n := range cites {
		if n >= 1 && n <= len(p.own) {
			is[n] = true
			own.WriteString(p.own[n-1] + "\n")
			around.WriteString(p.around[n-1] + "\n")
		}
	}
	there := (shareOf(terms, own.String()) + shareOf(terms, around.String())) / 2 // a title is about many passages
	best, misses := 0, allowed(terms, max(leastThere, there+leastMore))
	for i, own := range p.own {
		if misses < 0 {
			break
		}
		if n, fewer := missing(terms, own, misses); fewer && !is[i+1] {
			best, misses = i+1, n-1 // another one has to be better still
		}
	}
	return best
}

// allowed is how many of the terms may miss where a share has to be held; below
// 0 for more than all.
func allowed(terms []string, share float64) int {
	if share > 1 {
		return -1
	}
	return int(float64(len(terms)) * (1 - share))
}

// missing counts the terms that text does not hold; fewer is false, and the
// count not whole, where they are more than most.
func missing(terms []string, text string, most int) (n int, fewer bool) {
	for _, t := range terms {
		if !strings.Contains(text, t) {
			if n++; n > most {
				return n, false
			}
		}
	}
	return n, true
}

// hanTerms are the pairs of Han characters of a text, and its Latin words and
// numbers where it has any such pairs.
func hanTerms(text string) []string {
	var out []string
	han := 0
	for _, t := range lexical.AppendTerms(nil, lexical.Fold(text)) {
		if t.Kind == lexical.Unigram {
			continue
		}
		if strings.ContainsFunc(t.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			han++
		}
		out = append(out, t.Text)
	}
	if 2*han < len(out) {
		return nil
	}
	return out
}

func shareOf(terms []string, text string) float64 {
	n, _ := missing(terms, text, len(terms))
	return 1 - float64(n)/float64(len(terms))
}
