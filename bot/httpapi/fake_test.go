package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"yanbao/bot/record"
	"yanbao/ingest"
	"yanbao/rag"
	"yanbao/rag/index"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake answers every question with the same two claims; a question with 没有 is
// not found, one with 等 waits for release or the end of its context.
type fake struct {
	release chan struct{}
	waiting chan struct{} // told of each that waits

	mu        sync.Mutex
	asked     []rag.Question
	documents []rag.DocumentView
}

func newFake() *fake {
	d := rag.DocumentView{DocumentRef: rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "示例研究所", Date: "2025-03", Edition: "e1"},
		Language: "zh", Source: "tea.md", Builtin: true, Passages: 3, Tables: 2, Outline: []ingest.Section{{Title: "概况", Parent: -1, Level: 1}}}
	return &fake{release: make(chan struct{}), waiting: make(chan struct{}, 4096), documents: []rag.DocumentView{d}}
}

func fakeAnswer(q rag.Question) *rag.Answer {
	a := &rag.Answer{ID: "a1", Question: q.Text, Status: rag.Answered, Language: "zh", Mode: "extractive", Confidence: 0.9,
		Answer: "门店共1,200家[1]。直营占30%[2]。",
		Claims: []rag.Claim{
			{Text: "门店共1,200家。", Citations: []int{1}, Verdict: "supported", Values: []rag.Value{{Text: "1,200家", Citation: 1}}},
			{Text: "直营占30%。", Citations: []int{2}, Verdict: "supported", Values: []rag.Value{{Text: "30%", Citation: 2}}}},
		Citations: []rag.Citation{
			{N: 1, PassageID: "p1", Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"}, Kind: ingest.KindText, Section: []string{"概况"},
				Text: "样本城市的门店共1,200家。", Quote: "门店共1,200家", Span: [2]int{5, 13}, PrimarySource: "示例协会", URL: "/d/tea#p1"},
			{N: 2, PassageID: "p2", Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"}, Kind: ingest.KindRow, Section: []string{"概况"},
				Text: "门店构成｜类型：直营；占比：30%", Quote: "占比：30%", Span: [2]int{11, 17},
				Table: &rag.TableRef{ID: "t1", Caption: "门店构成", Row: 1, Column: "占比"}, URL: "/d/tea#p2"}},
		Related: []rag.Related{}, Notices: []string{}, TookMS: 1}
	if strings.Contains(q.Text, "没有") {
		a = &rag.Answer{ID: "r1", Question: q.Text, Status: rag.NotFound, Language: "zh", Mode: "extractive", Answer: "报告没有给出。",
			Claims: []rag.Claim{}, Citations: []rag.Citation{}, Related: []rag.Related{{PassageID: "p1", Section: []string{"概况"}, Text: "门店"}}, Notices: []string{}}
	}
	return a
}

func (f *fake) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return f.Stream(ctx, q, func(rag.Event) {})
}

func (f *fake) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	f.mu.Lock()
	f.asked = append(f.asked, q)
	f.mu.Unlock()
	switch {
	case strings.TrimSpace(q.Text) == "":
		return nil, fmt.Errorf("%w: ask something", rag.ErrQuestion)
	case q.Document != "" && q.Document != "tea":
		return nil, fmt.Errorf("%w: document %q", rag.ErrUnknown, q.Document)
	case q.Text == "崩":
		panic("secret of the inside")
	case q.Text == "坏":
		return nil, fmt.Errorf("open /secret/path: no luck")
	}
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 2})
	if strings.Contains(q.Text, "等") {
		f.waiting <- struct{}{}
		select {
		case <-f.release:
		case <-ctx.Done():
			f.waiting <- struct{}{}
			return nil, ctx.Err()
		}
	}
	a := fakeAnswer(q)
	texts := []string{"门店共1,200家[1]。", "直营占30%[2]。"}
	for i := range a.Claims {
		emit(rag.Event{Kind: rag.Delta, Delta: texts[i]})
		emit(rag.Event{Kind: rag.ClaimReady, Claim: &a.Claims[i], Citations: a.Citations[i : i+1]})
	}
	return a, nil
}

// Check upholds what says 1,200, contradicts other statements, and finds no
// claim in questions.
func (f *fake) Check(_ context.Context, text, document string) ([]rag.CheckedClaim, error) {
	if document != "" && document != "tea" {
		return nil, fmt.Errorf("%w: document %q", rag.ErrUnknown, document)
	}
	var out []rag.CheckedClaim
	for _, at := range ingest.Sentences(text) {
		c := rag.CheckedClaim{Text: text[at[0]:at[1]], Outcome: rag.NoClaim, Citations: []rag.Citation{}}
		switch {
		case strings.Contains(c.Text, "1,200"):
			c.Outcome, c.Verdict, c.Citations = rag.Upheld, "supported", fakeAnswer(rag.Question{}).Citations[:1]
		case !strings.HasSuffix(c.Text, "？"):
			c.Outcome, c.Verdict, c.Detail, c.Citations = rag.Contradicted, "wrong_value", "报告：1,200家", fakeAnswer(rag.Question{}).Citations[:1]
		}
		out = append(out, c)
	}
	return out, nil
}

func (f *fake) last(t *testing.T) rag.Question {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.asked) == 0 {
		t.Fatal("nothing was asked")
	}
	return f.asked[len(f.asked)-1]
}

func (f *fake) Search(_ context.Context, r rag.SearchRequest) ([]rag.SearchResult, error) {
	if strings.TrimSpace(r.Query) == "" {
		return nil, fmt.Errorf("%w: empty", rag.ErrQuestion)
	}
	return []rag.SearchResult{{PassageID: "p1", Document: "tea", Kind: ingest.KindText, Section: []string{"概况"}, Text: "门店共1,200家。", Score: 0.9, Rank: 1}}, nil
}

func (f *fake) Passage(_ context.Context, id string) (*rag.PassageView, error) {
	if id != "p1" {
		return nil, fmt.Errorf("%w: passage %q", rag.ErrUnknown, id)
	}
	return &rag.PassageView{Passage: ingest.Passage{ID: "p1", DocumentID: "tea", Kind: ingest.KindText, Section: []string{"概况"}, Text: strings.Repeat("门店共1,200家。", 100)},
		Document: rag.DocumentRef{ID: "tea"}, Before: []ingest.Passage{}, After: []ingest.Passage{}}, nil
}

func (f *fake) Documents(context.Context) []rag.DocumentView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]rag.DocumentView{}, f.documents...)
}

func (f *fake) Tables(_ context.Context, document string) []rag.TableView {
	var out []rag.TableView
	for i := range 3 {
		out = append(out, rag.TableView{Document: "tea", Path: []string{"概况"}, Table: ingest.Table{ID: fmt.Sprintf("t%d", i+1), Caption: "门店构成",
			Columns: []string{"类型", "占比"}, Rows: [][]ingest.Cell{{{Text: "直营"}, {Text: "30%"}}, {{Text: "=HYPERLINK(1)"}, {Text: "-5%"}}}}})
	}
	return out
}

func (f *fake) Table(ctx context.Context, id string) (*rag.TableView, error) {
	for _, t := range f.Tables(ctx, "") {
		if t.ID == id {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("%w: table %q", rag.ErrUnknown, id)
}

// fakeLibrary is a Library whose documents are those of a fake.
type fakeLibrary struct{ *fake }

func (l fakeLibrary) Add(_ context.Context, name string, data []byte, meta ingest.Meta) (index.Change, error) {
	switch {
	case len(data) == 0:
		return index.Change{}, fmt.Errorf("read %s: %w", name, ingest.ErrEmpty)
	case strings.Contains(string(data), "\x00"):
		return index.Change{}, fmt.Errorf("read %s: %w", name, ingest.ErrBinary)
	case string(data) == "stored":
		return index.Change{Document: "tea"}, fmt.Errorf("%w: /secret/path", ErrStored)
	case string(data) == "locked":
		return index.Change{}, fmt.Errorf("/secret/path: %w", index.ErrLocked)
	}
	id := meta.ID
	if id == "" {
		id = "report"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.documents = append(l.documents, rag.DocumentView{DocumentRef: rag.DocumentRef{ID: id, Title: meta.Title, Edition: fmt.Sprint(len(data))},
		Source: name, Outline: []ingest.Section{}})
	return index.Change{Document: id, Added: 3}, nil
}

func (l fakeLibrary) Remove(_ context.Context, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, d := range l.documents {
		if d.ID == id {
			l.documents = append(l.documents[:i:i], l.documents[i+1:]...)
			return nil
		}
	}
	return fmt.Errorf("/secret/path: %w", index.ErrUnknown)
}

// fakeRecord knows the answer a1.
type fakeRecord struct{}

func (fakeRecord) Answer(_ context.Context, id string) (*rag.Answer, error) {
	if id != "a1" {
		return nil, fmt.Errorf("%w: answer %q", record.ErrUnknown, id)
	}
	return fakeAnswer(rag.Question{Text: "多少家？"}), nil
}

func (r fakeRecord) AddFeedback(ctx context.Context, f record.Feedback) error {
	if f.Claim > 2 {
		return fmt.Errorf("%w: claim", record.ErrFeedback)
	}
	_, err := r.Answer(ctx, f.Answer)
	return err
}

// start runs a server over a fake with everything switched on.
func start(t testing.TB, change func(*Config)) (*httptest.Server, *fake) {
	t.Helper()
	f := newFake()
	c := Config{Asker: f, Library: fakeLibrary{f}, Record: fakeRecord{}}
	if change != nil {
		change(&c)
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, f
}

// reply is a response, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a request; headers are "Name: value".
func send(t testing.TB, s *httptest.Server, method, path, body string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ": ")
		if !ok {
			continue
		}
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	response, err := s.Client().Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(data)}
}
