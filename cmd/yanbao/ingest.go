package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag/index"

	"github.com/spf13/cobra"
)

const ingestLong = `Read reports (Markdown, plain text, JSONL of passages) into the data directory.
The same file again changes nothing; a changed file replaces only what changed.
"-" reads standard input. A file that cannot be read does not hold up the others.

把自己的研报加入数据目录：支持 Markdown、纯文本与 JSONL。重复导入不产生变化。`

const ingestExample = `  yanbao ingest 研报.md
  yanbao ingest report.md --id my-report --title "《新茶饮行业报告》" --publisher 某研究院 --date 2025-06
  yanbao ingest *.md *.txt
  curl -s https://example.org/report.md | yanbao ingest - --id example
  yanbao ingest --rebuild          # make the index again from the stored reports`

// ingestFlags are the flags of ingest.
type ingestFlags struct {
	json, rebuild bool
	format        choice
	megabytes     int         // largest file
	meta          ingest.Meta // what is given replaces what the file says
}

func (p *program) ingestCommand() *cobra.Command {
	var f ingestFlags
	c := &cobra.Command{
		Use:     "ingest FILE... | -",
		Short:   "add reports to the library (导入研报)",
		Long:    ingestLong,
		Example: ingestExample,
		RunE: func(c *cobra.Command, args []string) error {
			return p.ingest(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the outcome as JSON")
	c.Flags().BoolVar(&f.rebuild, "rebuild", false, "make the index again from the stored reports")
	c.Flags().StringVar(&f.meta.ID, "id", "", "`ID` of the document (default made from the file name)")
	c.Flags().StringVar(&f.meta.Title, "title", "", "title of the report")
	c.Flags().StringVar(&f.meta.Publisher, "publisher", "", "who published it")
	c.Flags().StringVar(&f.meta.Date, "date", "", "when, as 2025-11 or 2025-11-03")
	c.Flags().IntVar(&f.megabytes, "max-size", ingest.DefaultMaxBytes>>20, "largest file in `MB`")
	var names []string
	for _, format := range formats(f.limit()) {
		names = append(names, format.Name)
	}
	addChoice(c, &f.format, "format", "", "format of the files (default found by looking at them)", names...)
	return c
}

// outcome is what became of one file.
type outcome struct {
	File      string `json:"file"`
	Document  string `json:"document,omitempty"`
	Title     string `json:"title,omitempty"`
	Added     int    `json:"added"`   // passages
	Removed   int    `json:"removed"` // passages
	Kept      int    `json:"kept"`    // passages that were there already
	Unchanged bool   `json:"unchanged"`
	Error     string `json:"error,omitempty"`
}

func (p *program) ingest(ctx context.Context, files []string, f ingestFlags) error {
	if err := f.check(files); err != nil {
		return err
	}
	progress := p.newProgress("")
	defer progress.finish()
	outcomes, sources, failed := p.readAll(ctx, files, f)
	if len(sources) > 0 || f.rebuild {
		library, err := p.openLibrary("yanbao ingest", progress.stage)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if err := p.store(ctx, library, sources, outcomes, f); err != nil {
			return errors.Join(append(failed, err)...)
		}
	}
	progress.finish()
	p.noteRestated(sources)
	if err := p.printOutcomes(outcomes, f); err != nil {
		return err
	}
	return errors.Join(failed...)
}

// What --id and --date take.
var (
	validID   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	validDate = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`)
)

// check refuses flags that do not go together.
func (f ingestFlags) check(files []string) error {
	given := f.meta.ID + f.meta.Title + f.meta.Publisher + f.meta.Date
	switch {
	case len(files) == 0 && !f.rebuild:
		return usagef("ingest: no file given; see: yanbao ingest --help")
	case len(files) > 1 && given != "":
		return usagef("ingest: --id, --title, --publisher and --date describe one report; ingest the %d files one by one", len(files))
	case f.megabytes < 1 || f.megabytes > 4096:
		return usagef("ingest: --max-size %d is not between 1 and 4096", f.megabytes)
	case f.meta.ID != "" && !validID.MatchString(f.meta.ID):
		return usagef("ingest: --id %q: use up to 64 lower-case letters, digits, - and _, for example my-report-2025", f.meta.ID)
	case f.meta.Date != "" && !validDate.MatchString(f.meta.Date):
		return usagef("ingest: --date %q: write it as 2025, 2025-11 or 2025-11-03", f.meta.Date)
	}
	return nil
}

// readAll reads the files. Those that cannot be read are in failed; outcomes
// has one entry for each file, in order, and sources those that were read.
func (p *program) readAll(ctx context.Context, files []string, f ingestFlags) (outcomes []outcome, sources []index.Source, failed []error) {
	seen := map[string]string{}
	for _, file := range files {
		o := outcome{File: file}
		source, err := p.readSource(ctx, file, f)
		if err == nil {
			if other := seen[source.Document.ID]; other != "" {
				err = fmt.Errorf("ingest %s: its document ID %s is that of %s too; ingest it by itself with another --id", file, source.Document.ID, other)
			}
		}
		if err != nil {
			o.Error = err.Error()
			failed = append(failed, err)
		} else {
			seen[source.Document.ID] = file
			o.Document, o.Title = source.Document.ID, source.Document.Title
			sources = append(sources, source)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, sources, failed
}

// store rebuilds and adds, and notes in outcomes what changed.
func (p *program) store(ctx context.Context, library *index.Library, sources []index.Source, outcomes []outcome, f ingestFlags) error {
	if f.rebuild {
		if err := library.Rebuild(ctx); err != nil {
			return fmt.Errorf("ingest: rebuild: %w", err)
		}
		p.note("index rebuilt")
	}
	if len(sources) == 0 {
		return nil
	}
	changes, err := library.Add(ctx, sources)
	if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	for _, c := range changes {
		for i := range outcomes {
			o := &outcomes[i]
			if o.Document == c.Document {
				o.Added, o.Removed, o.Kept, o.Unchanged = c.Added, c.Removed, c.Kept, c.Unchanged
			}
		}
	}
	return nil
}

// noteRestated says how a report takes the place of the shipped edition that
// restates it; beside each other both answer.
func (p *program) noteRestated(sources []index.Source) {
	builtin, err := builtinDocuments(p.settings)
	if err != nil {
		return // every other command says so
	}
	for _, b := range builtin {
		for _, s := range sources {
			if d := s.Document; d.Title == b.Title && d.ID != b.ID {
				p.note("%s is the report that the shipped edition restates, and both answer now; to answer from your copy alone: "+
					"yanbao documents remove %s, then yanbao ingest --id %s %s", d.ID, d.ID, b.ID, d.Source)
			}
		}
	}
}

func (p *program) printOutcomes(outcomes []outcome, f ingestFlags) error {
	if f.json {
		return p.printJSON(append([]outcome{}, outcomes...))
	}
	for _, o := range outcomes {
		switch {
		case o.Error != "":
			// it is on stderr
		case o.Unchanged:
			p.print("%s  %s: unchanged\n", p.paint().Mark(bot.Clean(o.Document)), bot.Shorten(o.Title, 0))
		default:
			p.print("%s  %s: passages: %d added, %d removed, %d kept\n", p.paint().Mark(bot.Clean(o.Document)),
				bot.Shorten(o.Title, 0), o.Added, o.Removed, o.Kept)
		}
	}
	return nil
}

// readSource reads one file into a document.
func (p *program) readSource(ctx context.Context, file string, f ingestFlags) (index.Source, error) {
	if err := ctx.Err(); err != nil {
		return index.Source{}, err
	}
	name, data, err := p.readFile(file, f.limit())
	if err != nil {
		return index.Source{}, fmt.Errorf("ingest %s: %w", file, err)
	}
	format, err := f.chooseFormat(name, data)
	if err != nil {
		return index.Source{}, fmt.Errorf("ingest: %w", err)
	}
	document, err := format.Read(name, data)
	if err != nil {
		return index.Source{}, fmt.Errorf("ingest: %w", err)
	}
	return index.Source{Document: document.Describe(f.meta), Data: data}, nil
}

// limit is the largest file in bytes.
func (f ingestFlags) limit() int { return f.megabytes << 20 }

func (f ingestFlags) chooseFormat(name string, data []byte) (ingest.Format, error) {
	for _, format := range formats(f.limit()) {
		if format.Name == f.format.value {
			return format, nil
		}
	}
	return ingest.Detect(formats(f.limit()), name, data)
}

// readFile returns the content of a file, "-" for standard input, and one
// byte more than the limit at most: the readers refuse that.
func (p *program) readFile(path string, limit int) (name string, data []byte, err error) {
	input, name := p.stdin, "stdin"
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", nil, plainPathError(err)
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return "", nil, errors.New("it is a directory; name the files in it")
		}
		input, name = file, filepath.Base(path)
	}
	data, err = io.ReadAll(io.LimitReader(input, int64(limit)+1))
	if err != nil {
		return "", nil, plainPathError(err)
	}
	return name, data, nil
}

// plainPathError drops the operation and the path of an error of package os:
// the message names the file already.
func plainPathError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
