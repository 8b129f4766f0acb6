package ingest

import (
	"regexp"
	"unicode"
)

const (
	shingleRunes    = 5   // characters of one shingle, letters and digits only
	minShingles     = 30  // shorter passages are not compared
	maxPostings     = 8   // passages remembered for one shingle
	sampleMask      = 3   // one shingle in four is indexed
	summaryShare    = 0.5 // share of a summary's shingles that the body must hold
	duplicateShare  = 0.7 // the same for two passages of the body
	candidateShare  = 0.3 // share of sampled shingles that makes a candidate
	maxVerification = 3   // candidates compared in full
)

// summaryTitle matches titles of sections that repeat the body in short.
var summaryTitle = regexp.MustCompile(`(?i)摘要|概要|核心观点|要点|主要结论|summary|abstract|highlights|key (?:findings|takeaways|points)`)

// markDuplicates sets DuplicateOf of every text passage whose words stand again
// in another one: a passage of a summary points to the body, else the one from
// the shorter block to the longer, else the later to the earlier. Time and
// memory grow with the text: only a sample of shingles is indexed, and each
// passage is compared with a few candidates.
func markDuplicates(passages []Passage, doc *Document) {
	d := newDuplicates(passages, doc)
	target := map[int]int{}
	for _, k := range d.units {
		if to := d.best(k); to >= 0 {
			target[k] = to
		}
	}
	for _, k := range d.units {
		to, ok := target[k]
		if !ok {
			continue
		}
		for next, more := target[to]; more; next, more = target[to] {
			to = next // ends: each step goes up in rank
		}
		passages[k].DuplicateOf = passages[to].ID
	}
}

type duplicates struct {
	passages []Passage
	doc      *Document
	units    []int // passages that are compared
	summary  map[int]bool
	index    map[uint64][]int32 // sampled shingle -> passages
}

func newDuplicates(passages []Passage, doc *Document) *duplicates {
	d := &duplicates{passages: passages, doc: doc, summary: map[int]bool{}, index: map[uint64][]int32{}}
	for k := range passages {
		p := &passages[k]
		if p.Kind != KindText || p.SourceID != "" {
			continue
		}
		n := 0
		for range shingles(p.Text) {
			n++
		}
		if n < minShingles {
			continue
		}
		d.units = append(d.units, k)
		for _, title := range p.Section {
			if summaryTitle.MatchString(title) {
				d.summary[k] = true
			}
		}
		for h := range shingles(p.Text) {
			if h&sampleMask == 0 && len(d.index[h]) < maxPostings {
				d.index[h] = append(d.index[h], int32(k))
			}
		}
	}
	return d
}

// below reports whether passage a may point to passage b. It is a strict order.
func (d *duplicates) below(a, b int) bool {
	if d.summary[a] != d.summary[b] {
		return d.summary[a]
	}
	p, q := d.doc.Blocks[d.passages[a].Block], d.doc.Blocks[d.passages[b].Block]
	if m, n := p.End-p.Start, q.End-q.Start; m != n {
		return m < n
	}
	return a > b
}

// best returns the passage that k duplicates, or -1.
func (d *duplicates) best(k int) int {
	hits, samples := map[int]int{}, 0
	for h := range shingles(d.passages[k].Text) {
		if h&sampleMask != 0 {
			continue
		}
		samples++
		for _, other := range d.index[h] {
			if o := int(other); o != k && d.passages[o].Block != d.passages[k].Block {
				hits[o]++
			}
		}
	}
	best, bestShare := -1, 0.0
	for range maxVerification {
		top := -1
		for o, n := range hits {
			if float64(n) >= candidateShare*float64(samples) && d.below(k, o) && (top < 0 || n > hits[top] || n == hits[top] && o < top) {
				top = o
			}
		}
		if top < 0 {
			break
		}
		delete(hits, top)
		if share := d.containment(k, top); share > bestShare {
			best, bestShare = top, share
		}
	}
	least := duplicateShare
	if best >= 0 && d.summary[k] && !d.summary[best] {
		least = summaryShare
	}
	if bestShare < least {
		return -1
	}
	return best
}

// containment returns the share of the shingles of passage a that occur in
// passage b or its neighbours of the same block.
func (d *duplicates) containment(a, b int) float64 {
	first, last := b, b
	if b > 0 && d.passages[b-1].Block == d.passages[b].Block {
		first--
	}
	if b+1 < len(d.passages) && d.passages[b+1].Block == d.passages[b].Block {
		last++
	}
	set := map[uint64]bool{}
	for k := first; k <= last; k++ {
		for h := range shingles(d.passages[k].Text) {
			set[h] = true
		}
	}
	n, total := 0, 0
	for h := range shingles(d.passages[a].Text) {
		total++
		if set[h] {
			n++
		}
	}
	return float64(n) / float64(max(total, 1))
}

// shingles yields the hashes of all runs of shingleRunes letters and digits of
// text; punctuation and white space do not count.
func shingles(text string) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		var window [shingleRunes]rune
		n := 0
		for _, r := range text {
			if r < 0x30 || r < 0x80 && !isASCIIAlnum(byte(r)) || r >= 0x80 && !unicode.IsLetter(r) {
				continue
			}
			window[n%shingleRunes] = unicode.ToLower(r)
			if n++; n < shingleRunes {
				continue
			}
			h := uint64(14695981039346656037) // FNV-1a over the runes of the window
			for k := range shingleRunes {
				h = (h ^ uint64(window[(n+k)%shingleRunes])) * 1099511628211
			}
			if !yield(h ^ h>>29) {
				return
			}
		}
	}
}
