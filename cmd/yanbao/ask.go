package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/spf13/cobra"
)

const askLong = `Ask a question; the answer comes with numbered citations. "-" reads the question
from standard input. Without a question on a terminal this is a chat.

The exit code is 0 for an answer and 3 where the report does not hold one.

提问：回答附带编号出处。用 "-" 从标准输入读取问题；在终端里不给问题则进入对话。`

const askExample = `  yanbao ask "2024年中国大模型市场规模有多大？"
  yanbao ask "What is the CBDG model?" --lang en
  echo "具身智能市场2030年有多大" | yanbao ask - -json
  yanbao ask --document my-report "净利润是多少"`

// askFlags are the flags of ask.
type askFlags struct {
	json     bool
	document string
	language choice
	mode     choice
	k        int
	trace    bool
}

func (p *program) askCommand() *cobra.Command {
	var f askFlags
	c := &cobra.Command{
		Use:               "ask [QUESTION | -]",
		Short:             "answer a question with citations (提问)",
		Long:              askLong,
		Example:           askExample,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			return p.ask(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the answer as JSON")
	c.Flags().StringVar(&f.document, "document", "", "ask the document with this `ID` only")
	c.Flags().IntVarP(&f.k, "k", "k", 0, "passages to look at (0 for the default)")
	addChoice(c, &f.language, "lang", "", "language of the answer (default that of the question)", "zh", "en")
	addChoice(c, &f.mode, "mode", "auto", "how the answer is made", rag.ModeAuto, rag.ModeExtractive, rag.ModeGenerated)
	c.Flags().BoolVar(&f.trace, "trace", false, "say in the JSON how the answer was made")
	p.completeDocuments(c, "document")
	return c
}

func (p *program) ask(ctx context.Context, args []string, f askFlags) error {
	chat := len(args) == 0
	if chat && (!p.terminal.in || f.json) {
		return usagef(`ask: the question is missing; give it as an argument, or "-" to read it from standard input`)
	}
	if f.trace && !f.json {
		return usagef("ask: --trace needs -json")
	}
	text, err := p.questionText(args)
	if err != nil {
		return err
	}
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	if err := s.hasDocument(ctx, f.document); err != nil {
		return err
	}
	q := rag.Question{Text: text, Document: f.document, Language: f.language.value, Mode: f.mode.value, K: f.k, Trace: f.trace}
	if chat {
		return p.chat(ctx, s.engine, q)
	}
	a, err := p.answer(ctx, s.engine, q, f.json)
	if err != nil {
		return err
	}
	p.noteModel(a, q.Mode)
	if a.Status != rag.Answered {
		return errNotFound
	}
	return nil
}

// noteModel tells who runs the program what to do where the model of -llm
// failed; the answer itself only says that it did.
func (p *program) noteModel(a *rag.Answer, mode string) {
	if p.model == nil || mode == rag.ModeExtractive || a.Mode == rag.ModeGenerated {
		return
	}
	if c := p.model.generator.Counters(); c.Calls > c.Succeeded {
		p.note("the model of -llm failed; yanbao doctor -llm %s tells why, and what to do", p.settings.llm)
	}
}

// answer asks and prints. On a terminal every sentence stands there as soon as
// it is verified.
func (p *program) answer(ctx context.Context, e bot.Asker, q rag.Question, asJSON bool) (*rag.Answer, error) {
	if asJSON || !p.terminal.out {
		a, err := e.Ask(ctx, q)
		if err != nil {
			return nil, err
		}
		if asJSON {
			return a, p.printJSON(a)
		}
		p.print("%s", bot.Render(a, p.renderOptions()))
		return a, nil
	}
	o := p.renderOptions()
	o.Language = q.Language
	live := bot.NewLive(p.stdout, o)
	wait := p.newHint(q.Mode)
	a, err := e.Stream(ctx, q, func(ev rag.Event) {
		if ev.Delta != "" {
			wait.end()
		}
		live.Event(ev)
	})
	wait.end()
	if err != nil {
		live.Break()
		return nil, err
	}
	return a, live.Finish(a)
}

func (p *program) renderOptions() bot.Options {
	return bot.Options{Color: bool(p.paint()), Show: "yanbao show"}
}

// questionLimit is how much of standard input is read as one question, far
// more than the engine accepts.
const questionLimit = 1 << 20 // bytes

// questionText joins the words of a question, or reads it from standard input.
func (p *program) questionText(args []string) (string, error) {
	text := strings.Join(args, " ")
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(p.stdin, questionLimit))
		if err != nil {
			return "", fmt.Errorf("read the question from standard input: %w", err)
		}
		text = string(data)
		if len(data) == questionLimit { // the limit may have cut a character
			text = strings.ToValidUTF8(text, "")
		}
	}
	if !utf8.ValidString(text) {
		return "", usagef("the question is not UTF-8: set the terminal to UTF-8, or convert it with: iconv -f GB18030 -t UTF-8")
	}
	return strings.TrimSpace(text), nil
}

// hasDocument checks that the library holds a document that was asked for.
func (s *session) hasDocument(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	var known []string
	for _, d := range s.engine.Documents(ctx) {
		if d.ID == id {
			return nil
		}
		known = append(known, d.ID)
	}
	return fmt.Errorf("no document %q in the library; it holds: %s", id, strings.Join(known, ", "))
}

// completeDocuments lets the shell complete a flag with the IDs of documents.
func (p *program) completeDocuments(c *cobra.Command, flag string) {
	complete := func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return p.documentIDs(c.Context()), cobra.ShellCompDirectiveNoFileComp
	}
	if err := c.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // unreachable: the flag exists
	}
}

// documentIDs lists documents for the shell, none where they cannot be read.
func (p *program) documentIDs(ctx context.Context) []string {
	if ctx == nil {
		return nil
	}
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return nil
	}
	var ids []string
	for _, d := range s.engine.Documents(ctx) {
		ids = append(ids, d.ID+"\t"+bot.Shorten(d.Title, 40))
	}
	return ids
}

// isUnknown reports whether an ID is not in the library.
func isUnknown(err error) bool { return errors.Is(err, rag.ErrUnknown) }
