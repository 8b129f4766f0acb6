package main

import (
	"context"
	"fmt"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/spf13/cobra"
)

const tablesExample = `  yanbao tables
  yanbao tables TABLE-ID --format csv > table.csv`

// Formats of one table.
const (
	formatMarkdown = "md"
	formatCSV      = "csv"
	formatJSON     = "json"
)

// tablesFlags are the flags of tables.
type tablesFlags struct {
	json     bool
	document string
	format   choice
}

func (p *program) tablesCommand() *cobra.Command {
	var f tablesFlags
	c := &cobra.Command{
		Use:     "tables [ID]",
		Short:   "list the tables, or print one as data (表格)",
		Long:    "List the tables of the library, or print one: merged cells are filled in.\n\n列出全部表格，或导出其中一张；合并单元格已补全。",
		Example: tablesExample,
		Args:    arguments(0, 1, ""),
		RunE: func(c *cobra.Command, args []string) error {
			if f.json {
				f.format.value = formatJSON
			}
			return p.tables(c.Context(), args, f)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().BoolVar(&f.json, "json", false, "the same as --format json")
	c.Flags().StringVar(&f.document, "document", "", "tables of the document with this `ID` only")
	addChoice(c, &f.format, "format", formatMarkdown, "form of the output", formatMarkdown, formatCSV, formatJSON)
	p.completeDocuments(c, "document")
	return c
}

func (p *program) tables(ctx context.Context, args []string, f tablesFlags) error {
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return p.oneTable(ctx, s.engine, args[0], f.format.value)
	}
	if err := s.hasDocument(ctx, f.document); err != nil {
		return err
	}
	tables := s.engine.Tables(ctx, f.document)
	switch f.format.value {
	case formatJSON:
		return p.printJSON(append([]rag.TableView{}, tables...))
	case formatCSV:
		return usagef("tables: --format csv needs the ID of a table; yanbao tables lists them")
	}
	if len(tables) == 0 {
		p.note("no tables in the library")
	}
	for _, t := range tables {
		p.print("%s  %d x %d  %s\n", p.paint().Mark(bot.Clean(t.ID)), len(t.Rows), len(t.Columns), bot.Shorten(t.Caption, 0))
	}
	return nil
}

func (p *program) oneTable(ctx context.Context, e bot.Asker, id, format string) error {
	t, err := e.Table(ctx, id)
	if isUnknown(err) {
		return fmt.Errorf("tables: no table %q; yanbao tables lists them", id)
	}
	if err != nil {
		return fmt.Errorf("tables %s: %w", id, err)
	}
	switch format {
	case formatJSON:
		return p.printJSON(t)
	case formatCSV:
		p.print("%s", bot.TableCSV(t))
		return nil
	}
	p.printTable(t)
	return nil
}

// printTable prints a table in Markdown with its caption, sources and notes.
func (p *program) printTable(t *rag.TableView) {
	p.print("%s", bot.RenderTable(t, bot.Options{Color: bool(p.paint())}))
}
