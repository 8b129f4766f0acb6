// Package eval scores answers and retrieval over a file of questions with what
// a right answer must contain.
//
// It asks through the same interface as every door, compares texts literally
// after Norm, and judges by rules alone: no model, no network. It does not
// hold questions; see docs/evaluation.md for the format and the rules.
package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"yanbao/rag"
)

// Item is one question and what a right answer to it must contain.
type Item struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`       // "numeric", "list" ...; see Limit
	Question   string     `json:"question"`   //
	Language   string     `json:"lang"`       // of the question
	Answerable bool       `json:"answerable"` // false: the only right outcome is to abstain
	Must       [][]string `json:"must"`       // at least one string of every group
	MustNot    []string   `json:"must_not"`   // none of these
	Evidence   []Evidence `json:"evidence"`   // where the report proves it
	History    []Turn     `json:"history"`    // earlier turns, oldest first
	Note       string     `json:"note"`       // what the item tests
}

// Evidence is a place of the report.
type Evidence struct {
	Section string `json:"section"` // title of the page
	Quote   string `json:"quote"`   // exact words of the report; cells separated by tabs
}

// Turn is an earlier question with its answer.
type Turn struct {
	Question string `json:"q"`
	Answer   string `json:"a"`
}

// Load reads a question file: one JSON object a line, blank lines between them
// are fine. Its errors name the line.
func Load(r io.Reader) ([]Item, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 64<<10), 1<<20)
	var items []Item
	seen := map[string]bool{}
	line := 0
	for scanner.Scan() {
		line++
		if len(scanner.Bytes()) == 0 {
			continue
		}
		var it Item
		if err := json.Unmarshal(scanner.Bytes(), &it); err != nil {
			return nil, fmt.Errorf("line %d: not a question in JSON: %w", line, err)
		}
		if err := it.check(seen); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		seen[it.ID] = true
		items = append(items, it)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	if len(items) == 0 {
		return nil, errors.New("no questions: each line must be one JSON object")
	}
	return items, nil
}

// check reports what makes an item unusable.
func (it *Item) check(seen map[string]bool) error {
	switch {
	case it.ID == "":
		return errors.New(`"id" is missing`)
	case seen[it.ID]:
		return fmt.Errorf("id %q was used before", it.ID)
	case it.Type == "":
		return fmt.Errorf(`%s: "type" is missing`, it.ID)
	case it.Question == "":
		return fmt.Errorf(`%s: "question" is missing`, it.ID)
	case it.Answerable && len(it.Must) == 0:
		return fmt.Errorf(`%s: an answerable question needs "must"`, it.ID)
	}
	for _, group := range it.Must {
		if len(group) == 0 || slices.ContainsFunc(group, func(s string) bool { return Norm(s) == "" }) {
			return fmt.Errorf(`%s: "must" holds an empty group or string`, it.ID)
		}
	}
	if slices.ContainsFunc(it.MustNot, func(s string) bool { return Norm(s) == "" }) {
		return fmt.Errorf(`%s: "must_not" holds an empty string`, it.ID)
	}
	return nil
}

// Ask is the item as it is put to an engine.
func (it *Item) Ask(document string) rag.Question {
	q := rag.Question{Text: it.Question, Document: document}
	for _, t := range it.History {
		q.History = append(q.History, rag.Turn{Question: t.Question, Answer: t.Answer})
	}
	return q
}

// searchText is the item as a search query. A search has no history, so the
// question before a follow-up is put in front of it.
func (it *Item) searchText() string {
	if n := len(it.History); n > 0 {
		return it.History[n-1].Question + " " + it.Question
	}
	return it.Question
}

// Limits of an answer in characters; a longer answer is wrong.
const (
	ShortLimit = 400
	LongLimit  = 800
)

// Limit is the length that an answer of this type may have.
func Limit(questionType string) int {
	switch questionType {
	case "list", "comparison", "multi_hop", "false_premise":
		return LongLimit
	}
	return ShortLimit
}
