package ground

import (
	"sync"

	"yanbao/ingest"
	"yanbao/rag/lexical"
)

// postings tells which passages of a document hold a term. It is made once for
// a document, when a sentence is first doubted.
type postings struct {
	passages []*ingest.Passage
	of       map[string][]int32 // by term: indexes of passages, ascending
}

// maxPostings bounds the documents whose postings are kept.
const maxPostings = 16

// library keeps postings by document, which never change.
type library struct {
	mu sync.Mutex
	by map[*ingest.Document]*postings
}

func (l *library) get(d *ingest.Document) *postings {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.by[d]; p != nil {
		return p
	}
	p := &postings{of: make(map[string][]int32)}
	var terms []lexical.Term
	for i := range d.Passages {
		if !d.Passages[i].Kind.Retrieved() {
			continue
		}
		n := int32(len(p.passages))
		p.passages = append(p.passages, &d.Passages[i])
		terms = lexical.AppendTerms(terms[:0], lexical.Fold(d.Passages[i].Text))
		for _, t := range terms {
			if in := p.of[t.Text]; t.Kind != lexical.Unigram && (len(in) == 0 || in[len(in)-1] != n) {
				p.of[t.Text] = append(in, n)
			}
		}
	}
	if l.by == nil || len(l.by) >= maxPostings {
		l.by = make(map[*ingest.Document]*postings)
	}
	l.by[d] = p
	return p
}

// bestElsewhere finds the passage of the cited documents that holds the
// greatest share of terms.
func (e *examination) bestElsewhere(terms []string) (float64, *ingest.Passage) {
	best, where := 0, (*ingest.Passage)(nil)
	seen := make(map[string]bool)
	for _, c := range e.cited {
		d, ok := e.Library.Document(c.passage.DocumentID)
		if !ok || seen[d.ID] {
			continue
		}
		seen[d.ID] = true
		p := e.documents.get(d)
		held := make([]uint16, len(p.passages))
		for _, t := range terms {
			for _, n := range p.of[t] {
				if held[n]++; int(held[n]) > best {
					best, where = int(held[n]), p.passages[n]
				}
			}
		}
	}
	if len(terms) == 0 {
		return 0, nil
	}
	return float64(best) / float64(len(terms)), where
}
