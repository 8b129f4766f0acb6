// Package prompts holds what is said to a language model: one text template
// for each thing it is asked, in Chinese and English, and one typed function
// that fills it.
//
// What comes from a report, a question or an earlier answer is data. Every
// such text passes Data before a template sees it, so that it cannot forge the
// tags and marks by which the instructions tell data apart, and holds no
// character that a reader could not see.
//
// The package calls no model and does not read what one replies.
package prompts

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"text/template"
)

//go:embed text/*.tmpl
var shipped embed.FS

// Prompt is one filled template.
type Prompt struct {
	System string // instructions
	User   string // the data, and what to do with them
}

// names are the prompts that a Set holds, each in every language.
var names = []string{"answer", "repair", "condense", "rewrite", "scope"}

// languages that prompts are written in.
var languages = []string{"zh", "en"}

// Set is a complete set of prompts. It is safe for concurrent use.
type Set struct {
	templates map[string]*template.Template // by file name
	version   string
}

// Shipped returns the prompts that the program comes with.
func Shipped() (*Set, error) {
	files, err := shippedFiles()
	if err != nil {
		return nil, err
	}
	return newSet(files, func(name string) string { return name })
}

// shippedFiles returns the shipped templates by file name.
func shippedFiles() (map[string]string, error) {
	files := make(map[string]string)
	for _, name := range fileNames() {
		data, err := shipped.ReadFile(path.Join("text", name))
		if err != nil {
			return nil, fmt.Errorf("prompts: %w; the program is damaged", err)
		}
		files[name] = string(data)
	}
	return files, nil
}

// fileNames are the names of all templates, in order.
func fileNames() []string {
	var out []string
	for _, n := range names {
		for _, l := range languages {
			out = append(out, n+"."+l+".tmpl")
		}
	}
	return out
}

// newSet parses files and fills each once. where says in an error which file
// is meant.
func newSet(files map[string]string, where func(name string) string) (*Set, error) {
	s := &Set{templates: make(map[string]*template.Template)}
	h := sha256.New()
	for _, name := range fileNames() {
		t, err := template.New(where(name)).Option("missingkey=error").Parse(files[name])
		if err != nil {
			return nil, fmt.Errorf("prompts: %w", err)
		}
		for _, part := range []string{"system", "user"} {
			if t.Lookup(part) == nil {
				return nil, fmt.Errorf(`prompts: %s: part %q is missing; write {{define "%s"}} … {{end}}`, where(name), part, part)
			}
		}
		s.templates[name] = t
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(files[name]), files[name])
	}
	s.version = hex.EncodeToString(h.Sum(nil))[:12]
	return s, s.try(where)
}

// Version is a hash of every template: other words, another version.
func (s *Set) Version() string { return s.version }

// fill fills one template. Any language but English gets the Chinese one.
func (s *Set) fill(name, language string, data any) (Prompt, error) {
	if !slices.Contains(languages, language) {
		language = languages[0]
	}
	t := s.templates[name+"."+language+".tmpl"]
	var p Prompt
	for part, to := range map[string]*string{"system": &p.System, "user": &p.User} {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, part, data); err != nil {
			return Prompt{}, fmt.Errorf("prompts: %w", err)
		}
		*to = string(bytes.TrimSpace(b.Bytes()))
	}
	return p, nil
}
