package mcpserver

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"yanbao/ingest"
	"yanbao/rag"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is an asker of a library about tea shops. The zero value is ready.
type fake struct {
	answer    func(ctx context.Context, q rag.Question) (*rag.Answer, error) // nil for a fixed answer
	documents int                                                            // further documents
	outlook   int                                                            // further passages of the last section

	mu    sync.Mutex
	asked []rag.Question
	found []rag.SearchRequest
}

func (f *fake) Ask(ctx context.Context, q rag.Question) (*rag.Answer, error) {
	return f.Stream(ctx, q, func(rag.Event) {})
}

func (f *fake) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	f.mu.Lock()
	f.asked = append(f.asked, q)
	f.mu.Unlock()
	if f.answer != nil {
		return f.answer(ctx, q)
	}
	if strings.TrimSpace(q.Text) == "" {
		return nil, fmt.Errorf("%w: ask something", rag.ErrQuestion)
	}
	a := teaAnswer()
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 32})
	emit(rag.Event{Kind: rag.Delta, Delta: a.Answer})
	emit(rag.Event{Kind: rag.Delta, Delta: a.Answer, Restart: true})
	emit(rag.Event{Kind: rag.ClaimReady, Claim: &a.Claims[0]})
	return a, nil
}

// Check upholds the first sentence of a text and finds nothing of the others.
func (f *fake) Check(_ context.Context, text, _ string) ([]rag.CheckedClaim, error) {
	if strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("%w: ask something", rag.ErrQuestion)
	}
	var out []rag.CheckedClaim
	for i, at := range ingest.Sentences(text) {
		c := rag.CheckedClaim{Text: text[at[0]:at[1]], Outcome: rag.NotInReport}
		if i == 0 {
			c.Outcome, c.Verdict, c.Citations = rag.Upheld, "supported", teaAnswer().Citations[:1]
		}
		out = append(out, c)
	}
	return out, nil
}

func (f *fake) Search(_ context.Context, r rag.SearchRequest) ([]rag.SearchResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found = append(f.found, r)
	if r.Query == "" {
		return nil, fmt.Errorf("%w: ask something", rag.ErrQuestion)
	}
	p := teaPassages()[2]
	return []rag.SearchResult{
		{PassageID: p.ID, Document: "tea", Kind: p.Kind, Section: p.Section, Text: p.Text, Score: 0.5, Rank: 1},
		{PassageID: "p0", Document: "tea", Kind: ingest.KindText, Text: "无章节", Score: 0.25, Rank: 2},
	}, nil
}

func (f *fake) Passage(_ context.Context, id string) (*rag.PassageView, error) {
	all := teaPassages()
	for i := range f.outlook {
		all = append(all, ingest.Passage{ID: fmt.Sprint("o", i), DocumentID: "tea", Kind: ingest.KindText, Section: []string{"门店展望"}, Text: "展望。"})
	}
	for i, p := range all {
		if p.ID == id {
			return &rag.PassageView{Passage: p, Document: teaDocument(), Before: all[max(0, i-2):i], After: all[i+1 : min(len(all), i+3)]}, nil
		}
	}
	return nil, fmt.Errorf("%w: passage %q", rag.ErrUnknown, id)
}

func (f *fake) Documents(context.Context) []rag.DocumentView {
	list := []rag.DocumentView{{
		DocumentRef: teaDocument(), Language: "zh", Source: "tea.md", Passages: 5, Tables: 1, Notice: "草稿",
		Outline: []ingest.Section{
			{Title: "概况", Parent: -1, Level: 1}, {Title: "门店", Parent: 0, Level: 2}, {Title: "门店展望", Parent: -1, Level: 1},
			{Title: "附录", Parent: -1, Level: 1},
		},
	}}
	for i := range f.documents {
		list = append(list, rag.DocumentView{DocumentRef: rag.DocumentRef{ID: fmt.Sprintf("咖啡 %d/%d", i, f.documents)}})
	}
	return list
}

func (f *fake) Tables(_ context.Context, document string) []rag.TableView {
	if document == "" || document == "tea" {
		return []rag.TableView{teaTable()}
	}
	return nil
}

func (f *fake) Table(_ context.Context, id string) (*rag.TableView, error) {
	if t := teaTable(); t.ID == id {
		return &t, nil
	}
	return nil, fmt.Errorf("%w: table %q", rag.ErrUnknown, id)
}

func teaDocument() rag.DocumentRef {
	return rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "示例研究所", Date: "2025-03", Edition: "00ff"}
}

func teaPassages() []ingest.Passage {
	section := []string{"概况", "门店"}
	return []ingest.Passage{
		{ID: "p1", DocumentID: "tea", Kind: ingest.KindText, Section: []string{"概况"}, Text: "概况开头。"},
		{ID: "p2", DocumentID: "tea", Kind: ingest.KindText, Section: section, Ordinal: 1, Text: "门店很多。"},
		{ID: "p3", DocumentID: "tea", Kind: ingest.KindText, Section: section, Ordinal: 2, Text: "门店共1,200家。", Sources: []string{"示例协会"}},
		{ID: "p4", DocumentID: "tea", Kind: ingest.KindText, Section: section, Ordinal: 3, Text: "直营占30%。"},
		{ID: "p5", DocumentID: "tea", Kind: ingest.KindText, Section: []string{"门店展望"}, Ordinal: 4, Text: "展望。"},
	}
}

func teaTable() rag.TableView {
	return rag.TableView{Document: "tea", Path: []string{"概况"}, Table: ingest.Table{
		ID: "t1", Caption: "门店构成", Columns: []string{"类型", "占比"}, Rows: [][]ingest.Cell{{{Text: "直营"}, {Text: "30%"}}}, Sources: []string{"示例协会"},
	}}
}

// teaAnswer leaves lists nil where it can.
func teaAnswer() *rag.Answer {
	return &rag.Answer{
		ID: "a1", Question: "有多少？", Status: rag.Answered, Language: "zh", Answer: "门店共1,200家[1]。", Mode: "extractive", Confidence: 0.9,
		Claims: []rag.Claim{{Text: "门店共1,200家。", Citations: []int{1}, Verdict: "supported"}},
		Citations: []rag.Citation{{N: 1, PassageID: "p3", Document: teaDocument(), Kind: ingest.KindText, Text: "门店共1,200家。",
			Quote: "门店共1,200家。", Span: [2]int{0, 10}, PrimarySource: "示例协会"}},
	}
}

// start returns a client that is connected to a server in memory.
func start(t *testing.T, asker *fake, o Options, c *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	s := newServer(t, asker, o)
	here, there := mcp.NewInMemoryTransports()
	if _, err := s.mcp.Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	return connect(t, here, c)
}

func newServer(t *testing.T, asker *fake, o Options) *Server {
	t.Helper()
	s, err := New(asker, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func connect(t *testing.T, transport mcp.Transport, o *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, o).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

// call calls a tool.
func call(t *testing.T, c *mcp.ClientSession, name string, arguments any) *mcp.CallToolResult {
	t.Helper()
	r, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s %v: %v", name, arguments, err)
	}
	return r
}

// textOf joins the texts of a result.
func textOf(r *mcp.CallToolResult) string {
	var b strings.Builder
	for _, c := range r.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
