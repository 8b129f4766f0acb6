package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"yanbao/bot"
	"yanbao/corpus"
	"yanbao/rag"
	"yanbao/rag/index"
	"yanbao/rag/question"

	"github.com/spf13/cobra"
)

// grade says how a check came out.
type grade string

const (
	gradeOK   grade = "ok"
	gradeWarn grade = "warn"
	gradeFail grade = "fail"
)

// finding is the outcome of one check.
type finding struct {
	Check  string `json:"check"`
	Grade  grade  `json:"grade"`
	Detail string `json:"detail"` // what was found and, unless it is ok, what to do
}

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "check that everything works (自检)",
		Long:  "Check the program, the data directory, the terminal and, with one call each, the model and the embedder\nthat -llm and -embed name; say what to do about what is wrong.\n\n检查程序、数据目录、终端环境以及所选的模型与向量服务，并给出处理办法。",
		Args:  arguments(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return p.doctor(c.Context(), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *program) doctor(ctx context.Context, asJSON bool) error {
	findings := []finding{
		p.checkEdition(),
		p.checkLexicon(),
		p.checkEmbedder(ctx),
		p.checkModel(ctx),
	}
	findings = append(findings, p.checkData(ctx)...)
	findings = append(findings, p.checkAnswer(ctx), p.checkLocale())
	findings = append(findings, p.checkSlack(ctx)...)
	failed := 0
	for _, f := range findings {
		if f.Grade == gradeFail {
			failed++
		}
	}
	if asJSON {
		if err := p.printJSON(findings); err != nil {
			return err
		}
	} else {
		p.printFindings(findings)
	}
	if failed > 0 {
		return fmt.Errorf("doctor: %d of %d checks failed", failed, len(findings))
	}
	return nil
}

func (p *program) printFindings(findings []finding) {
	paint := p.paint()
	for _, f := range findings {
		mark := fmt.Sprintf("%-5s", f.Grade)
		switch f.Grade {
		case gradeOK:
			mark = paint.Good(mark)
		case gradeWarn:
			mark = paint.Warn(mark)
		case gradeFail:
			mark = paint.Bad(mark)
		}
		p.print("%s %-15s %s\n", mark, f.Check, bot.Shorten(f.Detail, 0))
	}
}

func ok(check, format string, args ...any) finding {
	return finding{check, gradeOK, fmt.Sprintf(format, args...)}
}

func warn(check, format string, args ...any) finding {
	return finding{check, gradeWarn, fmt.Sprintf(format, args...)}
}

func fail(check string, err error) finding {
	return finding{check, gradeFail, err.Error()}
}

func (p *program) checkEdition() finding {
	const check = "shipped edition"
	if !p.settings.builtin {
		return warn(check, "left out by -builtin=false")
	}
	documents, err := builtinDocuments(p.settings)
	if err != nil {
		return fail(check, err)
	}
	d := documents[0]
	return ok(check, "%s, edition %.12s, %d passages, %d tables, %d figures", d.ID, d.Edition, len(d.Passages), len(d.Tables), len(d.Figures))
}

func (p *program) checkLexicon() finding {
	const check = "lexicon"
	if _, err := question.LoadLexicon(corpus.Lexicon()); err != nil {
		return fail(check, fmt.Errorf("the program is damaged, install it again: %w", err))
	}
	return ok(check, "names, synonyms and terms are read")
}

// checkData looks at the data directory, its lock and its index.
func (p *program) checkData(ctx context.Context) []finding {
	const check = "data directory"
	d, err := p.dataDirectory(p.settings)
	switch {
	case errors.Is(err, errNoDirectory):
		return []finding{warn(check, "%v; without one only the shipped edition is asked", err)}
	case err != nil:
		return []finding{fail(check, err)}
	case !d.exists:
		return []finding{ok(check, "%s is not there yet; yanbao ingest makes it", d.path)}
	}
	options, err := p.indexOptions(p.settings)
	if err != nil {
		return []finding{fail(check, err)}
	}
	library, err := index.Open(d.path, options)
	if err != nil {
		return []finding{fail(check, err)}
	}
	return []finding{checkWritable(d.path), checkLock(library), checkIndex(ctx, library)}
}

func checkWritable(dir string) finding {
	const check = "data directory"
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return warn(check, "%s can be read but not written (%v); change its rights, or give another one with -data DIR, to add reports", dir, plainPathError(err))
	}
	defer os.Remove(file.Name())
	if err := file.Close(); err != nil {
		return warn(check, "%s: %v", dir, err)
	}
	return ok(check, "%s", dir)
}

func checkLock(library *index.Library) finding {
	const check = "lock"
	if writer := library.Writer(); writer != "" {
		return warn(check, "being changed by %s; wait until that has ended before adding reports", writer)
	}
	return ok(check, "nobody is changing it")
}

// checkIndex reads the whole index, so that damage anywhere in it is found.
func checkIndex(ctx context.Context, library *index.Library) finding {
	const check = "index"
	status, err := library.Status(ctx)
	if err == nil && status.Generation == "" {
		return ok(check, "empty; yanbao ingest FILE adds a report")
	}
	if err == nil {
		_, err = library.Index(ctx)
	}
	if err != nil {
		return fail(check, err)
	}
	return ok(check, "generation %s, documents: %d, passages: %d, embedder %s", status.Generation, status.Documents, status.Passages, status.Model)
}

// checkAnswer asks the first document for its own title, the whole way.
func (p *program) checkAnswer(ctx context.Context) finding {
	const check = "search"
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return fail(check, err)
	}
	title := s.engine.Documents(ctx)[0].Title
	found, err := s.engine.Search(ctx, rag.SearchRequest{Query: title, K: 1})
	switch {
	case err != nil:
		return fail(check, err)
	case len(found) == 0:
		return warn(check, "nothing is found for the title of the first report; make the index again with yanbao ingest --rebuild")
	}
	return ok(check, "documents that can be asked: %d", len(s.engine.Documents(ctx)))
}

// checkLocale warns where Chinese would not be shown or read.
func (p *program) checkLocale() finding {
	const check = "locale"
	if runtime.GOOS == "windows" {
		return ok(check, "not looked at on Windows; if Chinese is not shown, run: chcp 65001")
	}
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale = p.getenv(name); locale != "" {
			break
		}
	}
	folded := strings.ToLower(strings.ReplaceAll(locale, "-", ""))
	if strings.Contains(folded, "utf8") {
		return ok(check, "%s", locale)
	}
	if locale == "" {
		locale = "not set"
	}
	return warn(check, "%s: Chinese may not be shown; set for example LANG=C.UTF-8", locale)
}
