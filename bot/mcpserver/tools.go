package mcpserver

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Bounds of arguments.
const (
	maxResults  = 100                 // of search
	maxPassages = 200                 // that an answer looks at
	maxTurns    = 50                  // of a history
	maxTurn     = 2 * rag.MaxQuestion // runes of a question or an answer of a history
)

func (s *Server) addTools() {
	s.addAsk()
	s.addCheck()
	s.addSearch()
	s.addReadPassage()
	s.addListDocuments()
	s.addGetTable()
}

type askInput struct {
	Question string     `json:"question" jsonschema:"the question, in Chinese or English, 1 to 4000 characters; one matter at a time, with the year and the name it is about"`
	History  []rag.Turn `json:"history,omitempty" jsonschema:"earlier questions of this conversation and their answers, oldest first; only needed for a follow-up such as 那2026年呢？"`
	Document string     `json:"document,omitempty" jsonschema:"ID of the one document to ask (see list_documents); leave it out to ask all"`
	Language string     `json:"language,omitempty" jsonschema:"language of the answer; leave it out for that of the question"`
	Mode     string     `json:"mode,omitempty" jsonschema:"how the answer is made: extractive puts it together from the report's own sentences, generated has a language model word it where the server has one, auto decides; leave it out for auto"`
	K        *int       `json:"k,omitempty" jsonschema:"how many passages to look at, 1 to 200; leave it out for the default"`
}

func (in askInput) check() error {
	if len(in.History) > maxTurns {
		return argumentf("history has %d turns, at most %d are read; leave out the oldest", len(in.History), maxTurns)
	}
	for i, t := range in.History {
		if n := max(utf8.RuneCountInString(t.Question), utf8.RuneCountInString(t.Answer)); n > maxTurn {
			return argumentf("turn %d of history has %d characters, the limit is %d; shorten it", i+1, n, maxTurn)
		}
	}
	if err := oneOf("language", in.Language, bot.Chinese, bot.English); err != nil {
		return err
	}
	if err := oneOf("mode", in.Mode, "auto", "extractive", "generated"); err != nil {
		return err
	}
	return between("k", in.K, maxPassages)
}

func (s *Server) addAsk() {
	addTool(s, tool[askInput, *rag.Answer]{
		name:  "ask",
		title: "Ask the reports · 研报提问",
		description: `Answers a question over the research reports, every sentence with numbered citations that were checked against the report. Use it first for any question about figures, policies, companies, rankings or definitions that a report may hold; it also counts, sums, ranks and compares rows of tables.
The result has a status: "answered"; "not_found" (the reports do not hold it: say so, never guess); "out_of_scope" (not a question to a report). Quote citations when you use the answer.
对研报提问：返回带编号出处、逐条核对过的回答；报告中没有的内容会如实返回 not_found。`,
		input: func(s *jsonschema.Schema) {
			limit(s, "question", 1, rag.MaxQuestion)
			s.Properties["history"].MaxItems = new(maxTurns)
			enum(s, "language", bot.Chinese, bot.English)
			enum(s, "mode", "auto", "extractive", "generated")
			bounds(s, "k", maxPassages)
		},
		output: describeAnswer,
		call:   s.ask,
	})
}

func (s *Server) ask(ctx context.Context, r *mcp.CallToolRequest, in askInput) (*rag.Answer, []mcp.Content, error) {
	if err := in.check(); err != nil {
		return nil, nil, err
	}
	if err := s.knows(ctx, in.Document); err != nil {
		return nil, nil, err
	}
	q := rag.Question{Text: in.Question, History: in.History, Document: in.Document, Language: in.Language, Mode: in.Mode, K: orDefault(in.K)}
	a, err := s.asker.Stream(ctx, q, s.progress(ctx, r))
	if err != nil {
		return nil, nil, err
	}
	content := text(bot.Render(a, bot.Options{Show: "read_passage"}))
	if readsLinks(r) {
		content = append(content, links(a)...)
	}
	return filledAnswer(a), content, nil
}

// progress tells a client that asked for it how far its answer is.
func (s *Server) progress(ctx context.Context, r *mcp.CallToolRequest) func(rag.Event) {
	token := r.Params.GetProgressToken()
	if token == nil {
		return func(rag.Event) {}
	}
	step := 0.0
	return func(e rag.Event) {
		var message string
		switch {
		case e.Kind == rag.Retrieved:
			message = fmt.Sprintf("%d passages found", e.Retrieved)
		case e.Kind == rag.ClaimReady && e.Claim != nil:
			message = bot.Shorten(e.Claim.Text, 0)
		case e.Restart:
			message = "the answer begins anew"
		default:
			return
		}
		step++
		p := &mcp.ProgressNotificationParams{ProgressToken: token, Progress: step, Message: message}
		if err := r.Session.NotifyProgress(ctx, p); err != nil {
			s.log.Debug("mcp: progress not sent", "error", err)
		}
	}
}

type searchInput struct {
	Query    string `json:"query" jsonschema:"words, names, numbers or a sentence to look for, in Chinese or English, 1 to 4000 characters"`
	K        *int   `json:"k,omitempty" jsonschema:"number of results, 1 to 100; leave it out for 10"`
	Document string `json:"document,omitempty" jsonschema:"ID of the one document to search; leave it out for all"`
	Kind     string `json:"kind,omitempty" jsonschema:"passages of this kind only: text, row (of a table), table, figure (a caption) or note"`
}

type searchOutput struct {
	Results []rag.SearchResult `json:"results" jsonschema:"the passages found, best first"`
}

func kinds() []string {
	return []string{string(ingest.KindText), string(ingest.KindRow), string(ingest.KindTable), string(ingest.KindFigure), string(ingest.KindNote)}
}

func (s *Server) addSearch() {
	addTool(s, tool[searchInput, searchOutput]{
		name:  "search",
		title: "Search passages · 检索段落",
		description: `Finds the passages nearest to a query: sentences, table rows, whole small tables, figure captions and notes, best first, with IDs for read_passage. Use it to gather material, to see what a report says around a subject, or after ask returned not_found. The score orders the results of one query and means nothing between queries.
检索与查询最接近的段落、表格行、图注与注释。`,
		input: func(s *jsonschema.Schema) {
			limit(s, "query", 1, rag.MaxQuestion)
			enum(s, "kind", kinds()...)
			bounds(s, "k", maxResults)
		},
		output: describeSearch,
		call: func(ctx context.Context, _ *mcp.CallToolRequest, in searchInput) (searchOutput, []mcp.Content, error) {
			if err := oneOf("kind", in.Kind, kinds()...); err != nil {
				return searchOutput{}, nil, err
			}
			if err := between("k", in.K, maxResults); err != nil {
				return searchOutput{}, nil, err
			}
			if err := s.knows(ctx, in.Document); err != nil {
				return searchOutput{}, nil, err
			}
			found, err := s.asker.Search(ctx, rag.SearchRequest{Query: in.Query, K: orDefault(in.K), Document: in.Document, Kind: ingest.Kind(in.Kind)})
			if err != nil {
				return searchOutput{}, nil, err
			}
			return searchOutput{filledResults(found)}, text(renderResults(found)), nil
		},
	})
}

type readPassageInput struct {
	ID string `json:"id" jsonschema:"ID of a passage, as ask and search return it (passage_id)"`
}

func (s *Server) addReadPassage() {
	addTool(s, tool[readPassageInput, rag.PassageView]{
		name:  "read_passage",
		title: "Read a passage in its place · 查看段落上下文",
		description: `Shows one passage with what stands before and after it in the report, its section path and the primary source that the report names. Use it to check a citation or to read on.
查看一个段落及其上下文、所在章节与一手来源。`,
		output: describePassage,
		call: func(ctx context.Context, _ *mcp.CallToolRequest, in readPassageInput) (rag.PassageView, []mcp.Content, error) {
			v, err := s.passage(ctx, in.ID)
			if err != nil {
				return rag.PassageView{}, nil, err
			}
			return filledPassage(v), text(renderPassage(v)), nil
		},
	})
}

// passage finds a passage for a caller who should be told where IDs come from.
func (s *Server) passage(ctx context.Context, id string) (*rag.PassageView, error) {
	if strings.TrimSpace(id) == "" {
		return nil, argumentf("the argument id is empty; ask and search return IDs of passages")
	}
	v, err := s.asker.Passage(ctx, id)
	if isUnknown(err) {
		return nil, argumentf("there is no passage %q; ask and search return IDs of passages, get_table reads a table", bot.Shorten(id, shownID))
	}
	return v, err
}

// knows checks that the library holds a document that was named.
func (s *Server) knows(ctx context.Context, document string) error {
	if document == "" {
		return nil
	}
	var known []string
	for _, d := range s.asker.Documents(ctx) {
		if d.ID == document {
			return nil
		}
		known = append(known, d.ID)
	}
	more := ""
	if len(known) > shownIDs {
		known, more = known[:shownIDs], " and more, see list_documents"
	}
	return argumentf("there is no document %q; the library holds: %s%s", bot.Shorten(document, shownID), strings.Join(known, ", "), more)
}

// What an error repeats of a caller's input, and lists of the library.
const (
	shownID  = 80 // runes
	shownIDs = 20
)

func oneOf(name, value string, allowed ...string) error {
	if value == "" {
		return nil
	}
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return argumentf("%s is %q; use one of %s, or leave it out", name, bot.Shorten(value, shownID), strings.Join(allowed, ", "))
}

// between checks a number that may be left out.
func between(name string, value *int, most int) error {
	if value != nil && (*value < 1 || *value > most) {
		return argumentf("%s is %d; use 1 to %d, or leave it out", name, *value, most)
	}
	return nil
}

// orDefault is the value of an optional number, 0 for the default.
func orDefault(value *int) int {
	if value == nil {
		return 0
	}
	return *value
}
