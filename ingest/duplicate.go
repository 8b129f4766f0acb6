package ingest

import (
	"slices"
	"strings"
	"unicode"
)

const (
	shingleRunes    = 5   // characters of one shingle, letters and digits only
	minShingles     = 30  // shorter passages are not compared
	maxPostings     = 8   // passages remembered for one shingle
	sampleShift     = 61  // shingles whose hash is below 1<<61 are compared: one in eight
	summaryShare    = 0.5 // share of a summary's shingles that the body must hold
	duplicateShare  = 0.7 // the same for two passages of the body
	candidateShare  = 0.3 // share of sampled shingles that makes a candidate
	maxVerification = 3   // candidates compared in full
)

// isSummary reports whether a section with this title repeats the body in short.
func isSummary(title string) bool {
	title = strings.ToLower(title)
	for _, word := range []string{"摘要", "概要", "核心观点", "要点", "主要结论", "summary", "abstract", "highlights", "key findings", "key takeaways", "key points"} {
		if strings.Contains(title, word) {
			return true
		}
	}
	return false
}

// markDuplicates sets DuplicateOf of every text passage whose words stand again
// in another one: a passage of a summary points to the body, else the one from
// the shorter block to the longer, else the later to the earlier.
//
// Time and memory grow with the text: of the shingles of a passage one in eight
// is compared, each with a few other passages, and a passage is compared in
// full with at most three.
func markDuplicates(passages []Passage, doc *Document) {
	d := &duplicates{passages: passages, doc: doc}
	d.summaries()
	d.sample()
	target := map[int32]int32{}
	for lower, candidates := range d.candidates() {
		if to := d.best(lower, candidates); to >= 0 {
			target[lower] = to
		}
	}
	for from, to := range target {
		for next, more := target[to]; more; next, more = target[to] {
			to = next // ends: each step goes up in rank
		}
		passages[from].DuplicateOf = passages[to].ID
	}
}

type duplicates struct {
	passages []Passage
	doc      *Document
	summary  []bool   // by section + 1: whether it repeats the body
	sampled  []uint32 // by passage: how many of its shingles are sampled
	postings []posting
	own      []uint64 // buffers of best and containment
	theirs   []uint64
}

// A posting says that a sampled shingle occurs in a passage.
type posting struct {
	hash    uint64
	passage int32
}

// A candidate is a passage that shares sampled shingles with another one.
type candidate struct {
	passage int32
	shared  uint32
}

func (d *duplicates) summaries() {
	d.summary = make([]bool, len(d.doc.Sections)+1)
	for i, s := range d.doc.Sections { // parents come before children
		d.summary[i+1] = isSummary(s.Title) || s.Parent >= 0 && d.summary[s.Parent+1]
	}
}

func (d *duplicates) inSummary(k int32) bool {
	return d.summary[d.doc.Blocks[d.passages[k].Block].Section+1]
}

// sample collects the postings of all passages that are compared, sorted by
// shingle.
func (d *duplicates) sample() {
	d.sampled = make([]uint32, len(d.passages))
	for k := range d.passages {
		p := &d.passages[k]
		if p.Kind != KindText || p.SourceID != "" || len(p.Text) < minShingles {
			continue
		}
		n, from := 0, len(d.postings)
		for h := range shingles(p.Text) {
			n++
			if h>>sampleShift == 0 {
				d.postings = append(d.postings, posting{h, int32(k)})
			}
		}
		if n < minShingles {
			d.postings = d.postings[:from]
			continue
		}
		d.sampled[k] = uint32(len(d.postings) - from)
	}
	slices.SortFunc(d.postings, func(a, b posting) int {
		switch {
		case a.hash < b.hash:
			return -1
		case a.hash > b.hash:
			return 1
		}
		return int(a.passage - b.passage)
	})
}

// candidates returns for every passage those of higher rank that share enough
// sampled shingles with it, most first.
func (d *duplicates) candidates() map[int32][]candidate {
	var pairs []uint64 // lower passage, higher passage; once for every shared shingle
	for i := 0; i < len(d.postings); {
		j := i + 1
		for j < len(d.postings) && d.postings[j].hash == d.postings[i].hash {
			j++
		}
		group := d.postings[i:min(j, i+maxPostings)]
		for a := range group {
			for b := range a {
				p, q := group[b].passage, group[a].passage
				if d.passages[p].Block == d.passages[q].Block {
					continue
				}
				if d.below(q, p) {
					p, q = q, p
				}
				pairs = append(pairs, uint64(p)<<32|uint64(q))
			}
		}
		i = j
	}
	slices.Sort(pairs)
	out := map[int32][]candidate{}
	for i := 0; i < len(pairs); {
		j := i + 1
		for j < len(pairs) && pairs[j] == pairs[i] {
			j++
		}
		lower, shared := int32(pairs[i]>>32), uint32(j-i)
		if float64(shared) >= candidateShare*float64(d.sampled[lower]) {
			out[lower] = append(out[lower], candidate{int32(uint32(pairs[i])), shared})
		}
		i = j
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b candidate) int { return int(b.shared) - int(a.shared) })
	}
	return out
}

// below reports whether passage a may point to passage b. It is a strict order.
func (d *duplicates) below(a, b int32) bool {
	if x, y := d.inSummary(a), d.inSummary(b); x != y {
		return x
	}
	p, q := &d.doc.Blocks[d.passages[a].Block], &d.doc.Blocks[d.passages[b].Block]
	if m, n := p.End-p.Start, q.End-q.Start; m != n {
		return m < n
	}
	return a > b
}

// best returns the candidate that passage k duplicates, or -1.
func (d *duplicates) best(k int32, candidates []candidate) int32 {
	d.own = d.own[:0]
	for h := range shingles(d.passages[k].Text) {
		d.own = append(d.own, h)
	}
	slices.Sort(d.own)
	best, bestShare := int32(-1), 0.0
	for _, c := range candidates[:min(len(candidates), maxVerification)] {
		least := duplicateShare
		if d.inSummary(k) && !d.inSummary(c.passage) {
			least = summaryShare
		}
		if share := d.containment(int(c.passage)); share >= least && share > bestShare {
			best, bestShare = c.passage, share
		}
	}
	return best
}

// containment returns the share of the sorted shingles d.own that occur in
// passage b or its neighbours of the same block.
func (d *duplicates) containment(b int) float64 {
	first, last := b, b
	if b > 0 && d.passages[b-1].Block == d.passages[b].Block {
		first--
	}
	if b+1 < len(d.passages) && d.passages[b+1].Block == d.passages[b].Block {
		last++
	}
	theirs := d.theirs[:0]
	for k := first; k <= last; k++ {
		for h := range shingles(d.passages[k].Text) {
			theirs = append(theirs, h)
		}
	}
	slices.Sort(theirs)
	d.theirs = theirs
	n, at := 0, 0
	for _, h := range d.own {
		for at < len(theirs) && theirs[at] < h {
			at++
		}
		if at < len(theirs) && theirs[at] == h {
			n++
		}
	}
	return float64(n) / float64(max(len(d.own), 1))
}

// shingles yields the hashes of all runs of shingleRunes letters and digits of
// text, case folded; punctuation and white space do not count.
func shingles(text string) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		var window [shingleRunes]rune
		n := 0
		for _, r := range text {
			switch {
			case r >= 0x4e00 && r <= 0x9fff, r >= '0' && r <= '9', r >= 'a' && r <= 'z':
			case r >= 'A' && r <= 'Z':
				r += 'a' - 'A'
			case r < 0x80 || !unicode.IsLetter(r):
				continue
			}
			window[n%shingleRunes] = r
			if n++; n < shingleRunes {
				continue
			}
			h := uint64(14695981039346656037) // FNV-1a over the runes of the window
			for k := range shingleRunes {
				h = (h ^ uint64(window[(n+k)%shingleRunes])) * 1099511628211
			}
			h ^= h >> 32 // FNV leaves the high bits weak; finish as MurmurHash3 does
			h *= 0xff51afd7ed558ccd
			if !yield(h ^ h>>33) {
				return
			}
		}
	}
}
