package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path that all packages of the program begin with.
const module = "yanbao"

// layer says what a package may import, tests aside: packages of the module by
// their path below it, and modules of others by the beginning of their path.
type layer struct {
	inside  []string
	outside []string
}

// anything stands for every package of the module.
const anything = "*"

// layers holds one rule: a package imports only what stands before it in the
// flow corpus, ingest, index, retrieval, grounding, answer, engine, doors;
// adapters (a store, a model, a format) import their contract alone, and only
// cmd imports adapters. A package that is not listed is an error.
func layers() map[string]layer {
	contracts := []string{"ingest", "rag/llm", "rag/store", "rag/lexical"}
	search := slices.Concat(contracts, []string{"rag/quantity", "rag/question", "rag/index"})
	evidence := slices.Concat(search, []string{"rag/retrieve", "rag/table"})
	answers := slices.Concat(evidence, []string{"rag/ground", "prompts"})
	testing := []string{"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak"}
	return map[string]layer{
		"corpus":  {},
		"prompts": {},

		"ingest":           {outside: []string{"golang.org/x/text"}},
		"ingest/markdown":  {inside: []string{"ingest"}, outside: []string{"github.com/yuin/goldmark", "gopkg.in/yaml.v3"}},
		"ingest/plaintext": {inside: []string{"ingest"}},
		"ingest/jsonl":     {inside: []string{"ingest"}},

		"ingest/ingesttest": {inside: []string{"ingest"}, outside: testing},

		"rag/llm":         {},
		"rag/llm/llmtest": {inside: []string{"rag/llm"}, outside: testing},
		"rag/llm/offline": {inside: []string{"rag/llm", "rag/lexical"}},
		"rag/llm/langchain": {inside: []string{"rag/llm"}, outside: []string{
			"github.com/tmc/langchaingo/llms", "github.com/tmc/langchaingo/embeddings"}},
		"rag/llm/guard":       {inside: []string{"rag/llm"}},
		"rag/llm/vectorcache": {inside: []string{"rag/llm"}, outside: []string{"github.com/gofrs/flock"}},
		"rag/llm/wiretest":    {inside: []string{"rag/llm", "rag/llm/llmtest"}},

		"rag/lexical":  {inside: []string{"ingest"}, outside: []string{"golang.org/x/text"}},
		"rag/quantity": {inside: []string{"ingest"}},
		"rag/question": {inside: []string{"rag/lexical", "rag/quantity"}, outside: []string{"github.com/mozillazg/go-pinyin"}},

		"rag/store":              {inside: []string{"ingest", "rag/llm"}},
		"rag/store/storetest":    {inside: []string{"ingest", "rag/llm", "rag/llm/llmtest", "rag/store"}, outside: testing},
		"rag/store/chromemstore": {inside: []string{"ingest", "rag/llm", "rag/store"}, outside: []string{"github.com/philippgille/chromem-go"}},

		"rag/index":    {inside: contracts, outside: []string{"github.com/gofrs/flock", "golang.org/x/sync", "golang.org/x/sys"}},
		"rag/retrieve": {inside: search},
		"rag/table":    {inside: []string{"ingest", "rag/lexical", "rag/quantity", "rag/question"}},
		"rag/ground":   {inside: evidence},
		"rag/answer":   {inside: answers},
		"rag":          {inside: append(answers, "rag/answer")},
		"rag/eval":     {inside: []string{"ingest", "rag", "rag/ground", "rag/lexical", "rag/quantity", "rag/question"}, outside: []string{"golang.org/x/text"}},

		"bot":        {inside: []string{"ingest", "rag"}},
		"bot/record": {inside: []string{"rag"}, outside: []string{"modernc.org/sqlite"}},
		"bot/mcpserver": {inside: []string{"ingest", "rag", "bot"}, outside: []string{
			"github.com/modelcontextprotocol/go-sdk", "github.com/google/jsonschema-go"}},
		"bot/web":    {inside: []string{"ingest", "rag", "rag/quantity", "bot"}},
		"bot/access": {outside: []string{"golang.org/x/time"}},
		"bot/meter":  {inside: []string{"bot", "rag"}, outside: []string{"github.com/prometheus/client_golang"}},
		"bot/httpapi": {inside: []string{"ingest", "rag", "rag/index", "bot", "bot/access", "bot/record"}, outside: []string{
			"github.com/danielgtaylor/huma", "github.com/prometheus/client_golang"}},

		"bot/slackbot":           {inside: []string{"bot", "bot/record", "ingest", "rag"}, outside: []string{"github.com/slack-go/slack", "gopkg.in/yaml.v3"}},
		"bot/slackbot/slacktest": {outside: []string{"github.com/gorilla/websocket", "github.com/google/jsonschema-go"}},

		"cmd/yanbao": {inside: []string{anything}, outside: []string{
			"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/schollz/progressbar", "golang.org/x/term",
			"golang.org/x/sync", "github.com/prometheus/client_golang"}},
		"cmd/slacksoak": {inside: []string{anything}},
		"cmd/loadbench": {inside: []string{"rag/eval"}, outside: []string{"golang.org/x/sync"}},
		"cmd/retrievalbench": {inside: []string{anything}, outside: []string{
			"github.com/blevesearch/bleve", "github.com/philippgille/chromem-go"}},
	}
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Doc        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Doc,GoFiles,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

func TestImportDirection(t *testing.T) {
	rules := layers()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rule, known := rules[name]
		if !known {
			t.Errorf("package %s has no rule: add it to layers with what it may import", name)
			continue
		}
		for _, path := range p.Imports {
			if why := rule.refuses(path); why != "" {
				t.Errorf("package %s imports %s: %s", name, path, why)
			}
		}
	}
}

// refuses says why an import is not allowed; "" where it is.
func (l layer) refuses(path string) string {
	if below, inside := strings.CutPrefix(path, module+"/"); inside {
		if slices.Contains(l.inside, below) || slices.Contains(l.inside, anything) {
			return ""
		}
		return "it stands later in the flow, or beside, or is an adapter"
	}
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return "" // standard library
	}
	for _, allowed := range l.outside {
		if path == allowed || strings.HasPrefix(path, allowed+"/") {
			return ""
		}
	}
	return "it is not on the list of modules for this package"
}

func TestRefuses(t *testing.T) {
	l := layer{inside: []string{"ingest"}, outside: []string{"example.org/x"}}
	for _, test := range []struct {
		path    string
		refused bool
	}{
		{"fmt", false},
		{"encoding/json", false},
		{"yanbao/ingest", false},
		{"yanbao/ingest/markdown", true},
		{"yanbao/rag", true},
		{"example.org/x", false},
		{"example.org/x/v2", false},
		{"example.org/xyz", true},
	} {
		if got := l.refuses(test.path) != ""; got != test.refused {
			t.Errorf("refuses(%q) = %v, want %v", test.path, got, test.refused)
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("package %s has no doc comment", p.ImportPath)
		}
	}
}

const (
	longestFunction = 60  // lines: what fits a screen
	longestFile     = 400 // lines: what holds one idea
)

func TestSources(t *testing.T) {
	for _, p := range packages(t) {
		door := strings.HasPrefix(p.ImportPath, module+"/cmd/")
		for _, name := range p.GoFiles {
			for _, finding := range inspect(t, filepath.Join(p.Dir, name), door) {
				t.Errorf("%s/%s: %s", p.ImportPath, name, finding)
			}
		}
	}
}

// inspect returns what breaks a rule in one source file: hidden start-up code,
// hidden inputs, functions and files that are too long to read.
func inspect(t *testing.T, path string, door bool) []string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	line := func(p token.Pos) int { return set.Position(p).Line }
	var findings []string
	if n := line(file.FileEnd); n > longestFile {
		findings = append(findings, fmt.Sprintf("%d lines, at most %d", n, longestFile))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				findings = append(findings, "func init: call it from where it is needed")
			}
			if length := line(n.End()) - line(n.Pos()) + 1; length > longestFunction {
				findings = append(findings, fmt.Sprintf("func %s: %d lines, at most %d", n.Name.Name, length, longestFunction))
			}
		case *ast.SelectorExpr:
			if !door && readsEnvironment(n) {
				findings = append(findings, fmt.Sprintf("line %d: os.%s: the environment is read in cmd only", line(n.Pos()), n.Sel.Name))
			}
		}
		return true
	})
	return findings
}

func readsEnvironment(s *ast.SelectorExpr) bool {
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, s.Sel.Name)
}
