package corpus_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// question is a line of a question file; the format is that of rag/eval, read
// here on its own so that a wrong reader cannot hide a wrong file.
type question struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`
	Question   string     `json:"question"`
	Answerable bool       `json:"answerable"`
	Must       [][]string `json:"must"`
	MustNot    []string   `json:"must_not"`
	Evidence   []struct {
		Section string `json:"section"`
		Quote   string `json:"quote"`
	} `json:"evidence"`
	History []struct{ Q, A string } `json:"history"`
}

var questionTypes = []string{
	"numeric", "policy", "ranking", "table", "list", "definition", "comparison", "multi_hop",
	"follow_up", "english", "alias", "figure_only", "absent", "out_of_scope", "false_premise",
}

func TestQuestionFilesAreProvedByTheirDocument(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "rag", "testdata", "questions", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("question files: got %d (%v), want at least one", len(files), err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		t.Run(id, func(t *testing.T) {
			document := filepath.Join("..", "rag", "testdata", "documents", id+".md")
			if id == strings.TrimSuffix(editionFile, ".md") {
				document = editionFile
			}
			checkQuestions(t, readQuestions(t, file), readFile(t, document))
		})
	}
}

func readQuestions(t *testing.T, file string) []question {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var questions []question
	for n, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		var q question
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			t.Fatalf("%s:%d: %v", file, n+1, err)
		}
		questions = append(questions, q)
	}
	return questions
}

func checkQuestions(t *testing.T, questions []question, document string) {
	t.Helper()
	ids, texts, types := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, q := range questions {
		types[q.Type]++
		if !slices.Contains(questionTypes, q.Type) {
			t.Errorf("%s: unknown type %q", q.ID, q.Type)
		}
		if ids[q.ID] || (texts[q.Question] && q.Type != "follow_up") {
			t.Errorf("%s: the ID or the question is used twice", q.ID)
		}
		ids[q.ID], texts[q.Question] = true, true
		if (q.Type == "follow_up") != (len(q.History) > 0) {
			t.Errorf("%s: type %s with %d earlier turns", q.ID, q.Type, len(q.History))
		}
		wantAnswerable := !slices.Contains([]string{"figure_only", "absent", "out_of_scope"}, q.Type)
		if q.Answerable != wantAnswerable || q.Answerable != (len(q.Must) > 0) {
			t.Errorf("%s: type %s: answerable %v with %d groups", q.ID, q.Type, q.Answerable, len(q.Must))
		}
		checkEvidence(t, q, document)
	}
	unanswerable := types["figure_only"] + types["absent"] + types["out_of_scope"]
	if len(types) != len(questionTypes) || unanswerable*10 < len(questions) {
		t.Errorf("types: got %v with %d of %d unanswerable, want all %d types and a tenth unanswerable",
			types, unanswerable, len(questions), len(questionTypes))
	}
	t.Logf("%d questions, %d unanswerable", len(questions), unanswerable)
}

// checkEvidence holds that each quotation stands in the document under its
// section, and that the quotations alone settle the question; a computed value
// (multi_hop) need not stand there.
func checkEvidence(t *testing.T, q question, document string) {
	t.Helper()
	var quoted strings.Builder
	for _, e := range q.Evidence {
		if n := utf8.RuneCountInString(e.Quote); n < 20 || n > 80 {
			t.Errorf("%s: quotation of %d characters, want 20 to 80: %q", q.ID, n, e.Quote)
		}
		sections := sectionsOf(document, e.Quote)
		if len(sections) == 0 {
			t.Errorf("%s: not in the document: %q", q.ID, e.Quote)
		} else if !slices.Contains(sections, e.Section) {
			t.Errorf("%s: stands in %q, not in %q: %q", q.ID, sections, e.Section, e.Quote)
		}
		quoted.WriteString(strings.ReplaceAll(e.Quote, "*", "") + "\n")
	}
	if !q.Answerable || q.Type == "multi_hop" {
		return
	}
	for _, group := range q.Must {
		if !states(quoted.String(), group) {
			t.Errorf("%s: no quotation states %q", q.ID, group)
		}
	}
}

// states reports whether the text holds a string of the group, by the rule of
// the question files: NFKC, lower case, white space dropped.
func states(text string, group []string) bool {
	text = strings.ToLower(fold(text))
	return slices.ContainsFunc(group, func(s string) bool { return strings.Contains(text, strings.ToLower(fold(s))) })
}

var (
	headingLine = regexp.MustCompile(`^#{1,4} (.+)$`)
	pipe        = regexp.MustCompile(`\s*\|\s*`)
)

// sectionsOf returns the nearest headings above the lines that hold the quote;
// the cells of a table row are compared with TAB between them.
func sectionsOf(document, quote string) []string {
	var sections []string
	section := ""
	for _, line := range strings.Split(document, "\n") {
		if m := headingLine.FindStringSubmatch(line); m != nil {
			section = strings.TrimSpace(m[1])
			continue
		}
		if strings.HasPrefix(line, "|") {
			line = pipe.ReplaceAllString(line, "\t")
		}
		if strings.Contains(line, quote) {
			sections = append(sections, section)
		}
	}
	return sections
}

// The damaged variant of a document (running headers, tab tables with merged
// cells, orphan asterisks, broken lines) loses structure and no content: what
// proves a question is still in it, cell by cell.
func TestDamagedDocumentKeepsTheEvidence(t *testing.T) {
	variants, err := filepath.Glob(filepath.Join("..", "rag", "testdata", "documents", "*-damaged.md"))
	if err != nil || len(variants) == 0 {
		t.Fatalf("damaged documents: got %d (%v), want at least one", len(variants), err)
	}
	plain := func(s string) string {
		return strings.NewReplacer("*", "", "|", "", `\`, "").Replace(fold(s))
	}
	for _, variant := range variants {
		id := strings.TrimSuffix(filepath.Base(variant), "-damaged.md")
		text := plain(readFile(t, variant))
		for _, q := range readQuestions(t, filepath.Join("..", "rag", "testdata", "questions", id+".jsonl")) {
			for _, e := range q.Evidence {
				for _, cell := range strings.Split(e.Quote, "\t") {
					if !strings.Contains(text, plain(cell)) {
						t.Errorf("%s: %s: %q is lost", id, q.ID, cell)
					}
				}
			}
		}
	}
}
