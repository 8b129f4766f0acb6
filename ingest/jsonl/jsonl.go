// Package jsonl reads passages that somebody else has cut: a file with one
// JSON object a line,
//
//	{"id": "a-1", "title": "...", "section": "...", "text": "..."}
//
// Every line becomes one passage (several if it is longer than 2,000 runes),
// whose source_id is the id. The section, a string or an array of strings,
// under the title, if there is one, is its section path; "parent" stands in
// for a missing section. Other fields are ignored, and the text is never
// repaired.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"yanbao/ingest"
)

// Name is the name of the format.
const Name = "jsonl"

// Format returns the reader of JSONL files of at most ingest.DefaultMaxBytes.
func Format() ingest.Format { return Limited(ingest.Decoder{}) }

// Limited returns the reader of JSONL files that decodes with d, which sets the
// largest size.
func Limited(d ingest.Decoder) ingest.Format {
	return ingest.Format{
		Name:  Name,
		Sniff: Sniff,
		Read: func(name string, data []byte) (*ingest.Document, error) {
			return read(d, name, data)
		},
	}
}

// Sniff reports whether a file is JSONL by its name or, where that says
// nothing, by a first line that is an object with a text.
func Sniff(name string, data []byte) bool {
	if ingest.HasExtension(name, ".jsonl", ".ndjson") {
		return true
	}
	first, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	if !bytes.HasPrefix(first, []byte("{")) {
		return false
	}
	var r record
	return json.Unmarshal(first, &r) == nil && r.Text != ""
}

// Read reads a JSONL file of at most ingest.DefaultMaxBytes. Errors wrap the
// kinds of package ingest and name the line.
func Read(name string, data []byte) (*ingest.Document, error) {
	return read(ingest.Decoder{}, name, data)
}

// A record is one line of a file.
type record struct {
	ID      label    `json:"id"`
	Title   string   `json:"title"`
	Section sections `json:"section"`
	Parent  label    `json:"parent"`
	Text    string   `json:"text"`
}

// A label is a string, or a number taken as it is written.
type label string

// UnmarshalJSON accepts a string, a number or null.
func (l *label) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if data[0] == '"' {
		return json.Unmarshal(data, (*string)(l))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return errors.New("want a string")
	}
	*l = label(n)
	return nil
}

// sections is a section path: one string, or an array from the chapter down.
type sections []string

// UnmarshalJSON accepts a string, an array of strings or null.
func (s *sections) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(s))
	}
	var one label
	if err := one.UnmarshalJSON(data); err != nil {
		return errors.New("want a string or an array of strings")
	}
	if one != "" {
		*s = sections{string(one)}
	}
	return nil
}

func read(d ingest.Decoder, name string, data []byte) (*ingest.Document, error) {
	text, err := d.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	b := ingest.NewBuilder(Name, name, data, ingest.Meta{})
	lines := map[string]int{} // id -> its line
	for n := 1; len(text) > 0; n++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		r, err := parse(line)
		if err == nil {
			if first, ok := lines[string(r.ID)]; ok {
				err = fmt.Errorf("the id %q stands in line %d already; make the ids unique", string(r.ID), first)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w: line %d: %w", name, ingest.ErrMalformed, n, err)
		}
		lines[string(r.ID)] = n
		b.Add(ingest.Element{Kind: ingest.ElementReady, Text: r.Text, Path: r.path(), Source: string(r.ID), Line: n})
	}
	return b.Document()
}

// parse reads one line and says what is wrong with it.
func parse(line []byte) (record, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return r, fmt.Errorf("%q is a %s; want a string", kind.Field, kind.Value)
		}
		return r, fmt.Errorf("not a JSON object (%w); write one object a line", err)
	}
	switch {
	case strings.TrimSpace(string(r.ID)) == "":
		return r, errors.New(`"id" is missing; give every passage a unique id`)
	case strings.TrimSpace(r.Text) == "":
		return r, fmt.Errorf(`"text" of the passage %q is missing or empty`, string(r.ID))
	}
	return r, nil
}

// path returns the section path of a record.
func (r *record) path() []string {
	path := []string(r.Section)
	if len(path) == 0 && r.Parent != "" {
		path = []string{string(r.Parent)}
	}
	if r.Title != "" && (len(path) == 0 || path[0] != r.Title) {
		path = append([]string{r.Title}, path...)
	}
	return path
}
