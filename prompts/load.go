package prompts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFile is the size of a template above which it is a mistake.
const maxFile = 256 << 10 // bytes

// Load returns the shipped prompts with the files of a directory in the place
// of those of the same name. The directory may hold some of them; a template
// of another name is an error, as it would not be used. Each is filled once, so
// that a mistake shows at start; an error names file and line.
func Load(dir string) (*Set, error) {
	files, err := shippedFiles()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("prompts: %w; give a directory with templates such as %s", err, fileNames()[0])
	}
	own := make(map[string]bool)
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || filepath.Ext(name) != ".tmpl" {
			continue
		}
		if !slices.Contains(fileNames(), name) {
			return nil, fmt.Errorf("prompts: %s is no name of a prompt; there are %s", filepath.Join(dir, name), strings.Join(fileNames(), ", "))
		}
		text, err := readTemplate(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files[name], own[name] = text, true
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("prompts: %s holds no template; there are %s", dir, strings.Join(fileNames(), ", "))
	}
	return newSet(files, func(name string) string {
		if own[name] {
			return filepath.Join(dir, name)
		}
		return name
	})
}

func readTemplate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("prompts: %w", err)
	}
	if info.Size() > maxFile {
		return "", fmt.Errorf("prompts: %s has %d bytes, the limit is %d", path, info.Size(), maxFile)
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return "", fmt.Errorf("prompts: %s may not be read; change its permissions", path)
	}
	if err != nil {
		return "", fmt.Errorf("prompts: %w", err)
	}
	return string(data), nil
}

// try fills every template with sample data and checks that the data come
// through: a prompt without the question or the passages is no prompt.
func (s *Set) try(where func(name string) string) error {
	const question, passage, earlier, title = "样问题七", "样文本八", "样前问九", "样标题十"
	history := []Turn{{Question: earlier, Answer: earlier}}
	for _, l := range languages {
		for _, t := range []struct {
			name string
			fill func() (Prompt, error)
			must []string // what has to stand in it
		}{
			{"answer", func() (Prompt, error) { return s.Answer(Answer{Language: l, Question: question}) }, []string{question}},
			{"answer", func() (Prompt, error) {
				return s.Answer(Answer{Language: l, Question: question, History: history, Limit: 400, JSON: true, Passages: []Passage{
					{N: 7, Document: title, Section: []string{title}, Caption: title, Sources: []string{title}, Text: passage}}})
			}, []string{question, passage, Tag(7)}},
			{"repair", func() (Prompt, error) {
				return s.Repair(Repair{Language: l, Failures: []Failure{{Text: passage, Reason: title}}})
			}, []string{passage, title}},
			{"condense", func() (Prompt, error) {
				return s.Condense(Condense{Language: l, Question: question, History: history})
			}, []string{question, earlier}},
			{"rewrite", func() (Prompt, error) {
				return s.Rewrite(Rewrite{Language: l, Question: question, Documents: []string{title}, Most: 3})
			}, []string{question}},
			{"scope", func() (Prompt, error) {
				return s.Scope(Scope{Language: l, Question: question, Documents: []string{title}})
			}, []string{question, OutOfScope}},
		} {
			p, err := t.fill()
			if err != nil {
				return err
			}
			for _, m := range t.must {
				if !strings.Contains(p.System+"\n"+p.User, m) {
					return fmt.Errorf("prompts: %s: filled with samples it does not hold %s; see docs/generating.md for what each prompt must use", where(t.name+"."+l+".tmpl"), meaning(m, question, passage, earlier))
				}
			}
		}
	}
	return nil
}

// meaning says in words which part of the data a sample stood for.
func meaning(m, question, passage, earlier string) string {
	switch m {
	case question:
		return "the question ({{.Question}})"
	case passage:
		return "the text of passages or sentences ({{.Text}})"
	case earlier:
		return "the earlier turns ({{range .History}})"
	case Tag(7):
		return `the number of a passage (<passage id="{{.N}}">)`
	}
	return "the reason or the word " + m
}
