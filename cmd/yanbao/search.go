package main

import (
	"context"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"

	"github.com/spf13/cobra"
)

const searchExample = `  yanbao search 多模态大模型市场规模
  yanbao search "open-source models" -k 3
  yanbao search 国发〔2025〕11号 --kind row -json`

// searchText is how many runes of a found passage are shown.
const searchText = 120

// searchFlags are the flags of search.
type searchFlags struct {
	json     bool
	document string
	kind     choice
	k        int
}

func (p *program) searchCommand() *cobra.Command {
	var f searchFlags
	c := &cobra.Command{
		Use:               "search QUERY",
		Short:             "find passages (检索)",
		Long:              "Find the passages nearest to a query, best first.\n\n检索与查询最接近的段落、表格行、图注。",
		Example:           searchExample,
		Args:              arguments(1, -1, "the query"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			return p.search(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the results as JSON")
	c.Flags().StringVar(&f.document, "document", "", "search the document with this `ID` only")
	c.Flags().IntVarP(&f.k, "k", "k", 10, "number of results, 1 to 1000")
	addChoice(c, &f.kind, "kind", "", "passages of this kind only", string(ingest.KindText), string(ingest.KindRow),
		string(ingest.KindTable), string(ingest.KindFigure), string(ingest.KindNote))
	p.completeDocuments(c, "document")
	return c
}

func (p *program) search(ctx context.Context, args []string, f searchFlags) error {
	if f.k < 1 || f.k > 1000 {
		return usagef("search: -k %d is not between 1 and 1000", f.k)
	}
	query, err := p.questionText(args)
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
	results, err := s.engine.Search(ctx, rag.SearchRequest{Query: query, K: f.k, Document: f.document, Kind: ingest.Kind(f.kind.value)})
	if err != nil {
		return err
	}
	if f.json {
		results = append([]rag.SearchResult{}, results...) // [] rather than null
		err = p.printJSON(struct {
			Results []rag.SearchResult `json:"results"`
		}{results})
	} else {
		p.printResults(results)
	}
	if err == nil && len(results) == 0 {
		return errNotFound
	}
	return err
}

func (p *program) printResults(results []rag.SearchResult) {
	paint := p.paint()
	if len(results) == 0 {
		p.note("nothing found; try fewer or other words")
	}
	for _, r := range results {
		p.print("%3d. %s %s %.3f\n", r.Rank, paint.Mark(bot.Clean(r.PassageID)), r.Kind, r.Score)
		p.print("     %s\n", bot.Shorten(r.Text, searchText))
		if len(r.Section) > 0 {
			p.print("     %s\n", paint.Dim(bot.Path(r.Section)))
		}
	}
}
