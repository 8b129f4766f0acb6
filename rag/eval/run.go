package eval

import (
	"context"
	"fmt"
	"time"

	"yanbao/ingest"
	"yanbao/rag"
)

// Engine is what is measured. rag.Engine is one.
type Engine interface {
	Ask(ctx context.Context, q rag.Question) (*rag.Answer, error)
	Search(ctx context.Context, r rag.SearchRequest) ([]rag.SearchResult, error)
}

// Options of Run.
type Options struct {
	Document string                // ask this document only; "" for all
	Passages []*ingest.Passage     // what can be found; decides whether the edition is literal
	Progress func(done, total int) // called after each item; may be nil
}

// searchDepth is how many passages of a search are looked at.
const searchDepth = 10

// Result is one item with what came back for it.
type Result struct {
	ID     string        `json:"id"`
	Type   string        `json:"type"`
	Answer string        `json:"answer"` // with markers
	Status rag.Status    `json:"status"` // "" where asking failed
	Error  string        `json:"error,omitempty"`
	Rank   int           `json:"rank"` // of the first right passage, 0 for none among the first ten; 0 for unanswerable items
	Took   time.Duration `json:"took_ns"`

	Confidence float64 `json:"confidence"`     // of the answer, see rag.Answer
	Raw        float64 `json:"raw_confidence"` // before calibration
	Score
	answerable bool
	question   string
}

// Run asks every item and scores it. It returns an error only when ctx is done;
// a question that fails is a wrong answer with its error.
func Run(ctx context.Context, e Engine, items []Item, o Options) (*Report, error) {
	r := &Report{}
	r.Edition, r.QuotesFound, r.Quotes = findEdition(items, o.Passages)
	for i := range items {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("eval: stopped after %d of %d questions: %w", i, len(items), err)
		}
		r.Results = append(r.Results, runItem(ctx, e, &items[i], r.Edition, o))
		if o.Progress != nil {
			o.Progress(i+1, len(items))
		}
	}
	r.Summary = summarise(r.Results)
	return r, nil
}

func runItem(ctx context.Context, e Engine, it *Item, edition Edition, o Options) Result {
	res := Result{ID: it.ID, Type: it.Type, answerable: it.Answerable, question: it.Question}
	start := time.Now()
	a, err := e.Ask(ctx, it.Ask(o.Document))
	res.Took = time.Since(start)
	if err != nil {
		res.fail(it, err)
		return res
	}
	res.Answer, res.Status = a.Answer, a.Status
	res.Confidence, res.Raw = a.Confidence, a.Score
	res.Score = ScoreAnswer(it, a, edition)
	if !it.Answerable {
		return res
	}
	found, err := e.Search(ctx, rag.SearchRequest{Query: it.searchText(), K: searchDepth, Document: o.Document})
	if err != nil {
		res.fail(it, err)
		return res
	}
	for i, hit := range found {
		if provesAny(newPlace(hit.Text, hit.Section), it, edition) {
			res.Rank = i + 1
			break
		}
	}
	return res
}

// fail makes an item that could not be asked a wrong one.
func (r *Result) fail(it *Item, err error) {
	r.Error = err.Error()
	r.Score = Score{Why: "error: " + r.Error}
	if it.Answerable {
		r.Groups = len(it.Must)
	}
}

func provesAny(p *place, it *Item, edition Edition) bool {
	for _, e := range it.Evidence {
		if p.proves(it, e, edition) {
			return true
		}
	}
	return false
}

// findEdition tells a literal from a restated edition: literal where at least
// half of the quotations of answerable items stand in a passage.
func findEdition(items []Item, passages []*ingest.Passage) (e Edition, found, of int) {
	places := make([]string, len(passages))
	for i, p := range passages {
		places[i] = normQuote(p.Text)
	}
	for i := range items {
		if !items[i].Answerable {
			continue
		}
		for _, e := range items[i].Evidence {
			of++
			for _, p := range places {
				if hasQuoteNormed(p, e.Quote) {
					found++
					break
				}
			}
		}
	}
	if 2*found < of {
		return Restated, found, of
	}
	return Literal, found, of
}
