package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the sessions of the README and the golden files")

// runReal runs a command line against the shipped edition and a data directory.
func runReal(t *testing.T, data string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string {
			return map[string]string{"YANBAO_DATA": data, "LANG": "C.UTF-8"}[name]
		},
		open: openSession,
	}
	code := p.run(context.Background(), args)
	return result{code, stdout.String(), stderr.String()}
}

// root is the top of the checkout.
var root = filepath.Join("..", "..")

// TestReadme holds that what the README shows is what the program prints: every
// line "$ yanbao ..." in a console block is run, and what follows is its output.
func TestReadme(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh.md"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root, name)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			compareOrUpdate(t, path, string(data), replay(t, string(data)))
		})
	}
}

// replay returns a Markdown text with the output of its console blocks made
// anew.
func replay(t *testing.T, text string) string {
	t.Helper()
	const open, end, prompt = "```console\n", "```", "$ yanbao "
	var out, session strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		switch {
		case !inside:
			out.WriteString(line)
			inside = line == open
		case strings.HasPrefix(line, end):
			out.WriteString(strings.TrimRight(session.String(), "\n") + "\n" + line)
			session.Reset()
			inside = false
		case strings.HasPrefix(line, prompt):
			r := runReal(t, filepath.Join(t.TempDir(), "none"), words(strings.TrimSpace(line[len(prompt):]))...)
			if r.code != exitAnswered && r.code != exitNotFound {
				t.Errorf("%s: exit code %d: %s", line, r.code, r.stderr)
			}
			session.WriteString(line + r.stderr + strings.TrimRight(r.stdout, "\n") + "\n\n")
		}
	}
	return out.String()
}

// words splits a command line at blanks outside double quotes.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// TestGolden scores our own question sets and compares every answer with the
// one before, so that each change of an answer shows in review.
func TestGolden(t *testing.T) {
	data := filepath.Join(root, "rag", "testdata")
	for _, test := range []struct{ name, questions, document string }{
		{"36kr-llm-2025", "questions/36kr-llm-2025.jsonl", ""},
		{"coldchain-2024", "questions/coldchain-2024.jsonl", "documents/coldchain-2024.md"},
		{"coldchain-2024-damaged", "questions/coldchain-2024.jsonl", "documents/coldchain-2024-damaged.md"},
		{"pet-medical-2024", "unseen/pet-medical-2024.jsonl", "unseen/pet-medical-2024.md"},
	} {
		t.Run(test.name, func(t *testing.T) {
			library := filepath.Join(t.TempDir(), "data")
			golden := filepath.Join(t.TempDir(), "golden")
			args := []string{"eval", filepath.Join(data, test.questions), "--golden", golden, "--update"}
			if test.document != "" {
				if r := runReal(t, library, "ingest", filepath.Join(data, test.document)); r.code != 0 {
					t.Fatalf("ingest: %s", r.stderr)
				}
				args = append(args, "--builtin=false")
			}
			if r := runReal(t, library, args...); r.code != 0 {
				t.Fatalf("eval: %s", r.stderr)
			}
			got, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(data, "golden", test.name+".txt")
			want, err := os.ReadFile(path)
			if err != nil && !*update {
				t.Fatal(err)
			}
			compareOrUpdate(t, path, string(want), string(got))
		})
	}
}

// compareOrUpdate wants two texts to be equal, or writes the new one.
func compareOrUpdate(t *testing.T, path, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	if !*update {
		t.Errorf("%s is not what the program prints now; if that is right: go test ./cmd/yanbao -update\n%s", path, cmp.Diff(want, got))
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}
