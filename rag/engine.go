// Package rag answers questions over an index of reports: Engine.Ask is the
// one answer function behind every door (command line, HTTP, MCP, Slack).
//
// It joins the stages and holds none of their work: what is asked is
// understood in question, passages are found in retrieve, evidence is chosen
// and claims are checked in ground, answers are drafted in answer.
package rag

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yanbao/ingest"
	"yanbao/rag/answer"
	"yanbao/rag/ground"
	"yanbao/rag/index"
	"yanbao/rag/llm"
	"yanbao/rag/question"
	"yanbao/rag/retrieve"
	"yanbao/rag/store"
	"yanbao/rag/table"
)

// Errors that doors tell apart with errors.Is. They are the asker's to mend.
var (
	ErrQuestion = errors.New("question is empty or too long")
	ErrUnknown  = errors.New("no such passage, table or document")
)

// MaxQuestion is the longest question in runes.
const MaxQuestion = 4000

// lookedAt is how many passages an answer looks at by default.
const lookedAt = 32

// Config is what an Engine works with. Index and Lexicon are required.
type Config struct {
	Index   *index.Index
	Lexicon *question.Lexicon
	Log     *slog.Logger // nil logs nothing; questions are logged at debug only

	// Sufficient is the least raw confidence of an answer; 0 for answer.Sufficient.
	Sufficient float64

	// Generator words the answers; nil for answers from the report's own words
	// alone. Whatever it writes is verified, see Generation.
	Generator  llm.Generator
	Generation Generation
}

// Engine answers questions. It is safe for concurrent use.
type Engine struct {
	index     *index.Index
	lexicon   *question.Lexicon
	retriever *retrieve.Retriever
	selector  *ground.Selector
	verifier  *ground.Verifier
	answerer  answer.Answerer
	rows      map[string][]*ingest.Passage  // row passages by table ID, in row order
	views     map[string]*table.View        // by table ID
	lists     map[listKey][]*ingest.Passage // passages that begin a member of a list, in order
	speller   *question.Speller
	generated *answer.Generated // nil without a model
	budget    time.Duration
	log       *slog.Logger
}

// New returns an engine over an index.
func New(c Config) (*Engine, error) {
	if c.Index == nil || c.Lexicon == nil {
		return nil, errors.New("new engine: an index and a lexicon are required")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Lexicon = c.Lexicon.With(tableNames(c.Index.Documents()))
	e := &Engine{
		index:     c.Index,
		lexicon:   c.Lexicon,
		retriever: retrieve.New(c.Index, c.Lexicon, retrieve.Options{}),
		selector:  &ground.Selector{Lexicon: c.Lexicon, Rarity: c.Index.Lexical().IDF, Library: c.Index},
		verifier:  &ground.Verifier{Lexicon: c.Lexicon, Library: c.Index},
		rows:      make(map[string][]*ingest.Passage),
		views:     make(map[string]*table.View),
		lists:     make(map[listKey][]*ingest.Passage),
		log:       c.Log,
	}
	e.speller = question.NewSpeller(c.Lexicon, e.holds)
	e.answerer = &answer.Extractive{Lexicon: c.Lexicon, Verify: e.verifier.Verify, Sufficient: c.Sufficient}
	if err := e.useModel(c); err != nil {
		return nil, err
	}
	e.gather()
	return e, nil
}

// gather makes the tables and lists of the index findable.
func (e *Engine) gather() {
	for _, d := range e.index.Documents() {
		for i := range d.Tables {
			e.views[d.Tables[i].ID] = table.NewView(&d.Tables[i])
		}
	}
	for _, p := range e.index.Passages() {
		if p.Kind == ingest.KindRow {
			e.rows[p.TableID] = append(e.rows[p.TableID], p)
		}
		if k := (listKey{p.DocumentID, p.List}); p.List > 0 && p.Lead != "" && !continued(e.lists[k], p) {
			e.lists[k] = append(e.lists[k], p)
		}
	}
}

// listKey names a list of a document, see ingest.Block.
type listKey struct {
	document string
	list     int
}

// continued reports whether p goes on with the last member found.
func continued(members []*ingest.Passage, p *ingest.Passage) bool {
	return len(members) > 0 && members[len(members)-1].Item == p.Item
}

// Ask answers a question from cited passages, or says that the documents do
// not answer it. A refusal is an Answer, not an error; an error is ErrQuestion,
// ErrUnknown (document), or that of ctx or a failed store.
func (e *Engine) Ask(ctx context.Context, q Question) (*Answer, error) {
	return e.Stream(ctx, q, func(Event) {})
}

// Stream is Ask that tells on the way what is known; see Event. It calls emit
// from one goroutine at a time, and not after it has returned.
func (e *Engine) Stream(ctx context.Context, q Question, emit func(Event)) (*Answer, error) {
	start := time.Now()
	if err := e.check(q); err != nil {
		return nil, err
	}
	l, err := e.look(ctx, q, start)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	emit(Event{Kind: Retrieved, Retrieved: len(l.passages)})
	a, err := e.answer(ctx, l, emit)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	a.TookMS = milliseconds(time.Since(start))
	e.log.Info("ask: answered", "id", a.ID, "status", a.Status, "mode", a.Mode, "claims", len(a.Claims), "took_ms", a.TookMS)
	e.log.Debug("ask: question", "id", a.ID, "question", q.Text)
	return a, nil
}

// looked is what is known of a question before a model is asked anything.
type looked struct {
	start    time.Time
	q        Question
	asked    question.Question
	passages []retrieve.Result
	evidence answer.Evidence
	draft    answer.Draft // of the report's own words, verified
}

// look finds passages and answers from their words.
func (e *Engine) look(ctx context.Context, q Question, start time.Time) (*looked, error) {
	l := &looked{start: start, q: q}
	l.asked = question.Parse(e.lexicon, question.Resolve(e.lexicon, turns(q.History), e.speller.Mend(question.Normal(q.Text))))
	var err error
	if l.passages, err = e.retrieve(ctx, l.asked, q); err != nil {
		return nil, err
	}
	l.evidence = e.evidence(l.asked, l.passages)
	draft, err := e.extract(ctx, q, l.asked, l.evidence)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	l.draft = e.confirmed(l.asked, sourced(l.asked, e.verified(draft)))
	return l, nil
}

// answer has a model word the answer where there is one and it was not ruled
// out, and falls back on the report's own words.
func (e *Engine) answer(ctx context.Context, l *looked, emit func(Event)) (*Answer, error) {
	if e.generated != nil && l.q.Mode != ModeExtractive && l.asked.Scope == question.InScope {
		return e.generate(ctx, l, emit)
	}
	a := e.compose(l.q, l.asked, l.draft, l.passages)
	if e.generated == nil && l.q.Mode == ModeGenerated {
		a.Notices = append(a.Notices, standsIn(noModel, a.Language))
	}
	if l.q.Trace {
		a.Trace = e.traceOf(l)
	}
	emitClaims(a, emit)
	return a, nil
}

func (e *Engine) check(q Question) error {
	switch n := utf8.RuneCountInString(q.Text); {
	case !strings.ContainsFunc(q.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return fmt.Errorf("%w: ask something, for example 2024年中国大模型市场规模是多少？", ErrQuestion)
	case n > MaxQuestion:
		return fmt.Errorf("%w: %d characters, the limit is %d; ask it in fewer words", ErrQuestion, n, MaxQuestion)
	case !utf8.ValidString(q.Text):
		return fmt.Errorf("%w: it is not valid UTF-8", ErrQuestion)
	}
	if q.Document != "" {
		if _, ok := e.index.Document(q.Document); !ok {
			return fmt.Errorf("%w: document %q; list them with `yanbao documents`", ErrUnknown, q.Document)
		}
	}
	return nil
}

func turns(history []Turn) []question.Turn {
	out := make([]question.Turn, len(history))
	for i, t := range history {
		out[i] = question.Turn(t)
	}
	return out
}

func (e *Engine) retrieve(ctx context.Context, asked question.Question, q Question) ([]retrieve.Result, error) {
	k := q.K
	if k <= 0 {
		k = lookedAt
		if len(asked.Acronyms()) > 0 {
			k *= 3 // the sentence that spells one out is one of many that use it
		}
	}
	return e.retriever.Retrieve(ctx, retrieve.Query{Text: asked.Matter(), Parsed: &asked, Extra: asked.Sought(), K: k, Filter: store.Filter{Document: q.Document}})
}

// evidence scores the units of the passages and of every row of the tables
// they come from, so that a table can be computed on whole.
func (e *Engine) evidence(asked question.Question, passages []retrieve.Result) answer.Evidence {
	var candidates []ground.Candidate
	seen := make(map[string]bool)
	score := make(map[string]float64)
	var tables []string
	add := func(p *ingest.Passage, s float64, rank int) {
		if !seen[p.ID] {
			seen[p.ID] = true
			candidates = append(candidates, ground.Candidate{Passage: p, Score: s, Rank: rank})
		}
	}
	for _, r := range passages {
		relevance := relative(r.Score, passages[0].Score)
		add(r.Passage, relevance, r.Rank)
		if id := r.Passage.TableID; id != "" {
			if _, ok := score[id]; !ok {
				tables = append(tables, id)
			}
			score[id] = max(score[id], relevance)
		}
	}
	for _, id := range tables {
		for _, p := range e.rows[id] {
			add(p, 0.5*score[id], len(passages)+1)
		}
	}
	if asked.Wants(question.List) {
		for _, r := range passages {
			for _, p := range e.lists[listKey{r.Passage.DocumentID, r.Passage.List}] {
				add(p, 0.5*relative(r.Score, passages[0].Score), len(passages)+1)
			}
		}
	}
	ev := answer.Evidence{Selection: e.selector.Select(asked, candidates)}
	for _, id := range tables {
		if t, ok := e.table(id, ev.Selection.Units); ok {
			ev.Tables = append(ev.Tables, t)
		}
	}
	slices.SortStableFunc(ev.Tables, func(a, b answer.Table) int { return cmp.Compare(b.Score, a.Score) })
	return ev
}

// relative is a score against the best one, 0 to 1.
func relative(score, best float64) float64 {
	if best <= 0 {
		return 0
	}
	return min(1, max(0, score/best))
}

// table prepares a table and finds the units of its rows.
func (e *Engine) table(id string, units []ground.Unit) (answer.Table, bool) {
	view, ok := e.views[id]
	if !ok {
		return answer.Table{}, false
	}
	t := answer.Table{View: view, Rows: make([]*ground.Unit, len(view.Table.Rows))}
	for i := range units {
		u := &units[i]
		if u.Passage.TableID == id && u.Passage.Kind == ingest.KindRow && u.Passage.Row >= 1 && u.Passage.Row <= len(t.Rows) {
			t.Rows[u.Passage.Row-1] = u
			t.Score = max(t.Score, relative(u.Score, units[0].Score))
		}
	}
	return t, true
}

// verified drops the claims that their citations do not hold; a draft that
// loses all of them is a refusal.
func (e *Engine) verified(d answer.Draft) answer.Draft {
	if d.Verified {
		return d
	}
	kept := d.Claims[:0]
	for _, c := range d.Claims {
		if v := e.verifier.Verify(c); v != ground.Supported {
			e.log.Warn("ask: claim dropped", "verdict", string(v))
			continue
		}
		kept = append(kept, c)
	}
	d.Claims = kept
	if d.Status == answer.Answered && len(kept) == 0 {
		d.Status = answer.NotFound
	}
	return d
}
