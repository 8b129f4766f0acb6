package mcpserver

import (
	"errors"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/google/jsonschema-go/jsonschema"
)

// The schemas say that arrays are arrays; filled and its kin see to it that an
// empty one is [] and not null, in copies: what an Asker returns may be shared.

func filled[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func filledAnswer(shared *rag.Answer) *rag.Answer {
	a := *shared
	a.Notices = filled(a.Notices)
	a.Claims = append([]rag.Claim{}, a.Claims...)
	for i := range a.Claims {
		a.Claims[i].Citations = filled(a.Claims[i].Citations)
		a.Claims[i].Values = filled(a.Claims[i].Values)
	}
	a.Citations = filledCitations(a.Citations)
	a.Related = append([]rag.Related{}, a.Related...)
	for i := range a.Related {
		a.Related[i].Section = filled(a.Related[i].Section)
	}
	return &a
}

func filledCitations(shared []rag.Citation) []rag.Citation {
	citations := append([]rag.Citation{}, shared...)
	for i := range citations {
		citations[i].Section = filled(citations[i].Section)
	}
	return citations
}

func filledResults(shared []rag.SearchResult) []rag.SearchResult {
	results := append([]rag.SearchResult{}, shared...)
	for i := range results {
		results[i].Section = filled(results[i].Section)
	}
	return results
}

func filledPassage(shared *rag.PassageView) rag.PassageView {
	v := *shared
	v.Passage.Section = filled(v.Passage.Section)
	v.Before, v.After = filledPassages(v.Before), filledPassages(v.After)
	return v
}

func filledPassages(shared []ingest.Passage) []ingest.Passage {
	passages := append([]ingest.Passage{}, shared...)
	for i := range passages {
		passages[i].Section = filled(passages[i].Section)
	}
	return passages
}

func filledDocument(v rag.DocumentView) rag.DocumentView {
	v.Outline = filled(v.Outline)
	return v
}

func filledTable(shared *rag.TableView) rag.TableView {
	t := *shared
	t.Columns, t.Path = filled(t.Columns), filled(t.Path)
	t.Rows = append([][]ingest.Cell{}, t.Rows...)
	for i := range t.Rows {
		t.Rows[i] = filled(t.Rows[i])
	}
	return t
}

// limit bounds the length of a string argument, in characters.
func limit(s *jsonschema.Schema, name string, least, most int) {
	s.Properties[name].MinLength, s.Properties[name].MaxLength = &least, &most
}

// bounds bounds a number argument that begins at 1.
func bounds(s *jsonschema.Schema, name string, most int) {
	s.Properties[name].Minimum, s.Properties[name].Maximum = new(1.0), new(float64(most))
}

// enum lists the values of a string.
func enum(s *jsonschema.Schema, name string, values ...string) {
	for _, v := range values {
		s.Properties[name].Enum = append(s.Properties[name].Enum, v)
	}
}

// describe gives properties their descriptions.
func describe(s *jsonschema.Schema, descriptions map[string]string) {
	for name, d := range descriptions {
		s.Properties[name].Description = d
	}
}

func describeAnswer(s *jsonschema.Schema) {
	describe(s, map[string]string{
		"status":     "answered; not_found: the reports do not hold it; out_of_scope: not a question to a report",
		"answer":     "the answer with markers such as [1], value first; for a refusal the sentence that says so",
		"claims":     "the sentences of the answer, each with the numbers of its citations and the verdict of the check",
		"citations":  "exactly what the claims cite, numbered from 1",
		"related":    "what is near to the question and was not cited, nearest first",
		"mode":       "extractive or generated",
		"confidence": "probability that the answer is right; 0 for a refusal",
		"notices":    "what must be passed on with the answer: computed values, disagreements, limits of the source",
		"took_ms":    "milliseconds",
	})
	enum(s, "status", string(rag.Answered), string(rag.NotFound), string(rag.OutOfScope))
	describe(s.Properties["claims"].Items, map[string]string{
		"text":      "the sentence without markers",
		"citations": "numbers of its citations",
		"verdict":   "supported: every number, name and quotation stands in what is cited",
	})
	describeCitation(s.Properties["citations"].Items)
	describe(s.Properties["related"].Items, map[string]string{"passage_id": "for read_passage"})
}

func describeCitation(s *jsonschema.Schema) {
	describe(s, map[string]string{
		"passage_id":     "for read_passage",
		"section":        "titles from the chapter down",
		"text":           "the whole passage",
		"quote":          "the exact words of the passage that support the claim",
		"span":           "where the quote begins and ends in text, in characters",
		"primary_source": "whom the report names as the source of the figure; empty where it names none",
	})
}

func describeSearch(s *jsonschema.Schema) {
	describe(s.Properties["results"].Items, map[string]string{
		"passage_id": "for read_passage",
		"source_id":  "the ID that the author of a file of ready passages gave it",
		"section":    "titles from the chapter down",
		"score":      "orders the results of one query",
	})
}

func describePassage(s *jsonschema.Schema) {
	describe(s, map[string]string{
		"passage": "the passage that was asked for",
		"before":  "what stands before it in the report",
		"after":   "what stands behind it in the report",
	})
	describe(s.Properties["passage"], map[string]string{
		"section": "titles from the chapter down",
		"sources": "primary sources that the report names",
		"table":   "ID of the table that the passage is a row of, for get_table",
		"start":   "byte offset in the reading text of the document",
		"end":     "byte offset in the reading text of the document",
	})
}

func describeDocuments(s *jsonschema.Schema) {
	describe(s.Properties["documents"].Items, map[string]string{
		"builtin": "ships with the program",
		"notice":  "what a reader must know of this edition",
		"edition": "names the exact content",
		"outline": "chapters and pages in order; parent is an index into this list, -1 at the top",
	})
}

func describeTable(s *jsonschema.Schema) {
	describe(s, map[string]string{
		"rows":         "every row has a cell for each column; inherited cells were merged with the one above",
		"sources":      "primary sources that the report names",
		"section_path": "titles from the chapter down",
	})
}

// isUnknown reports whether an ID is not in the library.
func isUnknown(err error) bool { return errors.Is(err, rag.ErrUnknown) }

// languageOf is the language that a document is read in.
func languageOf(d rag.DocumentView) string {
	if d.Language == bot.English {
		return bot.English
	}
	return bot.Chinese
}
