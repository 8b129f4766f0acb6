package main

import (
	"context"
	"fmt"
	"strings"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/spf13/cobra"
)

const showExample = `  yanbao show PASSAGE-ID      # as printed under an answer
  yanbao show TABLE-ID -json`

func (p *program) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "show ID",
		Short:             "show a passage in its place, or a table (查看出处)",
		Long:              "Show a passage with what stands before and after it, or a whole table.\n\n查看段落及其上下文，或整张表格。",
		Example:           showExample,
		Args:              arguments(1, 1, "the ID of a passage or table"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			return p.show(c.Context(), args[0], asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *program) show(ctx context.Context, id string, asJSON bool) error {
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	view, err := s.engine.Passage(ctx, id)
	if isUnknown(err) {
		return p.showTable(ctx, s.engine, id, asJSON)
	}
	if err != nil {
		return fmt.Errorf("show %s: %w", id, err)
	}
	if asJSON {
		return p.printJSON(view)
	}
	p.printPassage(view)
	return nil
}

func (p *program) showTable(ctx context.Context, e bot.Asker, id string, asJSON bool) error {
	table, err := e.Table(ctx, id)
	if isUnknown(err) {
		return fmt.Errorf("show: no passage or table %q; `yanbao search` and `yanbao tables` print IDs", id)
	}
	if err != nil {
		return fmt.Errorf("show %s: %w", id, err)
	}
	if asJSON {
		return p.printJSON(table)
	}
	p.printTable(table)
	return nil
}

func (p *program) printPassage(v *rag.PassageView) {
	paint := p.paint()
	at := v.Passage
	p.print("%s %s, line %d, bytes %d to %d\n", paint.Mark(bot.Clean(at.ID)), at.Kind, at.Line, at.Start, at.End)
	p.print("%s\n", bot.Reference(v.Document))
	if len(at.Section) > 0 {
		p.print("%s\n", bot.Path(at.Section))
	}
	if len(at.Sources) > 0 {
		w := bot.WordingFor(bot.Chinese)
		p.print("%s%s%s\n", w.PrimarySource, w.Colon, bot.Shorten(strings.Join(at.Sources, "、"), 0))
	}
	p.print("\n")
	for _, n := range v.Before {
		p.printNeighbour(n)
	}
	for i, line := range strings.Split(bot.Clean(at.Text), "\n") {
		mark := "  "
		if i == 0 {
			mark = "> "
		}
		p.print("%s%s\n", paint.Mark(mark), paint.Bold(line))
	}
	for _, n := range v.After {
		p.printNeighbour(n)
	}
}

func (p *program) printNeighbour(n ingest.Passage) {
	for line := range strings.SplitSeq(bot.Clean(n.Text), "\n") {
		p.print("  %s\n", p.paint().Dim(line))
	}
}
