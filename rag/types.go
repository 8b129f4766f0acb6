package rag

import "yanbao/ingest"

// Question is what is put to Engine.Ask. Only Text is required.
type Question struct {
	Text     string `json:"question"`
	History  []Turn `json:"history,omitempty"`  // earlier turns, oldest first
	Document string `json:"document,omitempty"` // ID of the one document to ask; "" for all
	Language string `json:"language,omitempty"` // "zh", "en" or "" for that of the question
	Mode     string `json:"mode,omitempty"`     // "", "auto", "extractive" or "generated"
	K        int    `json:"k,omitempty"`        // passages to look at; 0 for the default
	Trace    bool   `json:"trace,omitempty"`    // say in Answer.Trace how the answer was made
}

// Turn is one earlier question and its answer.
type Turn struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// Status says whether an answer answers. It is never an error.
type Status string

// Statuses.
const (
	Answered   Status = "answered"
	NotFound   Status = "not_found"    // the report does not hold it
	OutOfScope Status = "out_of_scope" // not a question to a report
)

// Answer is a verified answer; the JSON form is the API's.
type Answer struct {
	ID         string     `json:"id"`
	Question   string     `json:"question"`
	Status     Status     `json:"status"`
	Language   string     `json:"language"`
	Answer     string     `json:"answer"` // claims with markers [1], value first; for a refusal the sentence that says so
	Claims     []Claim    `json:"claims"`
	Citations  []Citation `json:"citations"`  // exactly those that a claim cites, numbered from 1 in order of first use
	Related    []Related  `json:"related"`    // what was looked at and not cited, nearest first
	Mode       string     `json:"mode"`       // "extractive" or "generated"
	Model      string     `json:"model"`      // that worded it; "" for an extractive answer
	Confidence float64    `json:"confidence"` // probability that the answer is right, see answer.Calibrated; 0 for a refusal
	Score      float64    `json:"-"`          // raw confidence, from which Confidence is made
	Notices    []string   `json:"notices"`
	TookMS     float64    `json:"took_ms"`
	Trace      *Trace     `json:"trace,omitempty"` // where the question asked for it
}

// Claim is one sentence of an answer.
type Claim struct {
	Text      string  `json:"text"` // without markers
	Citations []int   `json:"citations"`
	Verdict   string  `json:"verdict"` // "supported" or why not, see ground.Verdict
	Values    []Value `json:"values"`
}

// Value is a number of a claim and the citation that holds it.
type Value struct {
	Text     string `json:"text"`
	Citation int    `json:"citation"` // 0 for a computed value; Formula says how
	Formula  string `json:"formula,omitempty"`
}

// Citation points to the passage, and within it to the span, that supports a
// claim.
type Citation struct {
	N             int         `json:"n"`
	PassageID     string      `json:"passage_id"`
	Document      DocumentRef `json:"document"`
	Kind          ingest.Kind `json:"kind"`
	Section       []string    `json:"section"`
	Text          string      `json:"text"`  // the whole passage
	Quote         string      `json:"quote"` // exact substring of Text
	Span          [2]int      `json:"span"`  // of Quote in Text, in runes
	Table         *TableRef   `json:"table,omitempty"`
	PrimarySource string      `json:"primary_source"` // "" where the report names none
	URL           string      `json:"url"`
}

// DocumentRef names a document and its edition.
type DocumentRef struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	Date      string `json:"date"`
	Edition   string `json:"edition"`
}

// TableRef names a cell or a row of a table.
type TableRef struct {
	ID      string `json:"id"`
	Caption string `json:"caption"`
	Row     int    `json:"row"` // from 1
	Column  string `json:"column,omitempty"`
}

// Related is a passage near to a question.
type Related struct {
	PassageID string   `json:"passage_id"`
	Section   []string `json:"section"`
	Text      string   `json:"text"`
}

// SearchRequest asks for passages.
type SearchRequest struct {
	Query    string      `json:"query"`
	K        int         `json:"k,omitempty"` // 0 for 10
	Document string      `json:"document,omitempty"`
	Kind     ingest.Kind `json:"kind,omitempty"`
}

// SearchResult is one found passage, best first.
type SearchResult struct {
	PassageID string      `json:"passage_id"`
	Document  string      `json:"document"`
	SourceID  string      `json:"source_id,omitempty"`
	Kind      ingest.Kind `json:"kind"`
	Section   []string    `json:"section"`
	Text      string      `json:"text"`
	Score     float64     `json:"score"`
	Rank      int         `json:"rank"` // from 1
}

// PassageView is a passage with its neighbours.
type PassageView struct {
	Passage  ingest.Passage   `json:"passage"`
	Document DocumentRef      `json:"document"`
	Before   []ingest.Passage `json:"before"`
	After    []ingest.Passage `json:"after"`
}

// DocumentView describes one document of the library.
type DocumentView struct {
	DocumentRef
	Language string           `json:"language"`
	Notice   string           `json:"notice,omitempty"`
	Source   string           `json:"source"`
	Builtin  bool             `json:"builtin"`
	Passages int              `json:"passages"`
	Tables   int              `json:"tables"`
	Figures  int              `json:"figures"`
	Outline  []ingest.Section `json:"outline"`
}

// TableView is a table of a document.
type TableView struct {
	ingest.Table
	Document string   `json:"document"`
	Path     []string `json:"section_path"`
}
