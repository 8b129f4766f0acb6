package main

import (
	"context"
	"fmt"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/spf13/cobra"
)

const documentsExample = `  yanbao documents
  yanbao documents remove my-report`

func (p *program) documentsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "documents",
		Short:   "list the reports of the library (报告列表)",
		Long:    "List the reports that questions are answered from.\n\n列出可供提问的报告。",
		Example: documentsExample,
		Args:    arguments(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return p.documents(c.Context(), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.AddCommand(p.removeCommand())
	return c
}

func (p *program) documents(ctx context.Context, asJSON bool) error {
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	documents := s.engine.Documents(ctx)
	if asJSON {
		return p.printJSON(append([]rag.DocumentView{}, documents...))
	}
	for _, d := range documents {
		p.print("%s  %s\n", p.paint().Mark(bot.Clean(d.ID)), bot.Reference(d.DocumentRef))
		origin := "from " + bot.Clean(d.Source)
		if d.Builtin {
			origin = "shipped with yanbao"
		}
		p.print("  %s, edition %.12s, %d passages, %d tables, %d figures\n", origin, d.Edition, d.Passages, d.Tables, d.Figures)
		if d.Notice != "" {
			p.print("  %s\n", p.paint().Dim(bot.Shorten(d.Notice, 0)))
		}
	}
	return nil
}

func (p *program) removeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "remove ID",
		Short:   "remove a report from the data directory (删除报告)",
		Example: "  yanbao documents remove my-report",
		Args:    arguments(1, 1, "the ID of a document"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.remove(c.Context(), args[0])
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return p.documentIDs(c.Context()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func (p *program) remove(ctx context.Context, id string) error {
	if err := p.removable(ctx, id); err != nil {
		return err
	}
	library, err := p.openLibrary("yanbao documents remove", nil)
	if err != nil {
		return err
	}
	if err := library.Remove(ctx, id); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	p.print("%s: removed\n", bot.Clean(id))
	return nil
}

// removable explains why a document cannot be removed.
func (p *program) removable(ctx context.Context, id string) error {
	s, err := p.open(ctx, p, p.settings)
	if err != nil {
		return err
	}
	if err := s.hasDocument(ctx, id); err != nil {
		return err
	}
	for _, d := range s.engine.Documents(ctx) {
		if d.ID == id && d.Builtin {
			return fmt.Errorf("%s is shipped with the program and cannot be removed; leave it out with -builtin=false", id)
		}
	}
	return nil
}
