package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"yanbao/bot"
	"yanbao/rag"
)

// Exit codes.
const (
	exitAnswered = 0 // answered, found, done
	exitError    = 1
	exitUsage    = 2 // the command line or the question cannot be used
	exitNotFound = 3 // the report does not hold it, or it is no question to a report
)

// program is yanbao without its process: tests give it buffers in place of the
// standard streams and a fake in place of the engine.
//
// Results go to stdout. Everything else goes to stderr, each line with the
// prefix "yanbao: ", in lower case and without a full stop.
type program struct {
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	getenv   func(string) string
	terminal terminal
	open     func(ctx context.Context, p *program, s settings) (*session, error)

	settings settings

	choosing sync.Mutex
	chosen   bool         // -llm was looked at
	model    *chosenModel // of -llm, nil for none
}

// terminal says which of the standard streams are terminals.
type terminal struct{ in, out, err bool }

// run executes one command line and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	out := &remembering{w: p.stdout}
	p.stdout = out
	root := p.rootCommand()
	root.SetArgs(doubleDashes(root, args))
	err := root.ExecuteContext(ctx)
	if out.err != nil && (err == nil || errors.Is(err, errNotFound)) {
		err = fmt.Errorf("write the result: %w", plainPathError(out.err))
	}
	if err != nil && !errors.Is(err, errNotFound) {
		p.report(p.advised(err))
	}
	return exitCode(err)
}

// errNotFound ends a command whose answer, already printed, is that there is
// none.
var errNotFound = errors.New("not found")

// usageError is a command line that cannot be used.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitAnswered
	case errors.Is(err, errNotFound):
		return exitNotFound
	case errors.As(err, &usage), errors.Is(err, rag.ErrQuestion):
		return exitUsage
	}
	return exitError
}

// report prints an error. Joined errors get a line each.
func (p *program) report(err error) {
	if errors.Is(err, context.Canceled) {
		p.note("interrupted")
		return
	}
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		if line != "" {
			p.note("%s", line)
		}
	}
}

// note prints one line to stderr.
func (p *program) note(format string, args ...any) {
	line := bot.Clean(fmt.Sprintf(format, args...))
	if p.terminal.err && p.settings.color.on(p, p.terminal.err) {
		fmt.Fprintf(p.stderr, "%s %s\n", bot.Paint(true).Dim("yanbao:"), line)
		return
	}
	fmt.Fprintf(p.stderr, "yanbao: %s\n", line)
}

// print writes a result to stdout.
func (p *program) print(format string, args ...any) {
	fmt.Fprintf(p.stdout, format, args...)
}

// printJSON writes a result for machines: indented, fields in the order of
// their declaration, Chinese as it is.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// paint colours stdout where that is wanted.
func (p *program) paint() bot.Paint { return bot.Paint(p.settings.color.on(p, p.terminal.out)) }

// log returns a logger for stderr: failures, and with --verbose everything.
func (p *program) log() *slog.Logger {
	level := slog.LevelError
	if p.settings.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(prefixed{p.stderr}, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// prefixed puts the program's name before everything that is written to it; a
// log handler writes one record at a time.
type prefixed struct{ w io.Writer }

func (w prefixed) Write(b []byte) (int, error) {
	if _, err := fmt.Fprintf(w.w, "yanbao: %s", b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// remembering keeps the first error of writing, so that a result that could not
// be written is an error at the end however it was printed.
type remembering struct {
	w   io.Writer
	err error
}

func (r *remembering) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err
}
