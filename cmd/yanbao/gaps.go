package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yanbao/bot"
	"yanbao/bot/record"
	"yanbao/rag/eval"

	"github.com/spf13/cobra"
)

const gapsLong = `List what was asked through yanbao serve and not found, most often asked first:
what to add to the library next. With --disputes, print the answers that people
called wrong as lines of a question file (see docs/evaluation.md): complete "must"
by hand and they are tests.

列出问了但报告里没有的问题，按次数排序；--disputes 把被指有误的回答导出为题库行。`

const gapsExample = `  yanbao gaps
  yanbao gaps --since 30 -json
  yanbao gaps --disputes > disputes.jsonl`

// gapsFlags are the flags of gaps.
type gapsFlags struct {
	json, disputes bool
	days, limit    int
}

func (p *program) gapsCommand() *cobra.Command {
	var f gapsFlags
	c := &cobra.Command{
		Use:     "gaps",
		Short:   "list what was asked and not found (未答的问题)",
		Long:    gapsLong,
		Example: gapsExample,
		Args:    arguments(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return p.gaps(c.Context(), f) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print as JSON")
	c.Flags().BoolVar(&f.disputes, "disputes", false, "print disputed answers as lines of a question file")
	c.Flags().IntVar(&f.days, "since", 0, "of the last `DAYS` only; 0 for all")
	c.Flags().IntVar(&f.limit, "limit", 50, "at most so many questions; 0 for all")
	return c
}

func (p *program) gaps(ctx context.Context, f gapsFlags) (err error) {
	if f.days < 0 || f.limit < 0 {
		return usagef("gaps: --since and --limit cannot be below 0")
	}
	d, err := p.dataDirectory(p.settings)
	if err != nil {
		return err
	}
	r, err := record.OpenExisting(ctx, d.path, record.Options{})
	if errors.Is(err, record.ErrNothing) {
		p.note("%v", err)
		if f.json {
			return p.printJSON([]record.Gap{})
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var since time.Time
	if f.days > 0 {
		since = time.Now().AddDate(0, 0, -f.days)
	}
	if f.disputes {
		return p.disputes(ctx, r, since)
	}
	gaps, err := r.Gaps(ctx, since, f.limit)
	if err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	if f.json {
		return p.printJSON(gaps)
	}
	for _, g := range gaps {
		p.print("%s  %s\n", p.paint().Mark(fmt.Sprintf("%4d", g.Times)), bot.Shorten(g.Question, 0))
		if len(g.Related) > 0 {
			p.print("      %s\n", p.paint().Dim(bot.Path(g.Related[0].Section)))
		}
	}
	if len(gaps) == 0 {
		p.note("everything that was asked was found, or nothing was asked")
	}
	return nil
}

// disputes prints a line for each disputed answer, the last dispute of it
// counting. Somebody who knows the report has to say what a right answer holds.
func (p *program) disputes(ctx context.Context, r *record.Record, since time.Time) error {
	all, err := r.Disputes(ctx, since)
	if err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	last := map[string]int{}
	for i, d := range all {
		last[d.Answer] = i
	}
	for i, d := range all {
		if last[d.Answer] != i {
			continue
		}
		line, err := json.Marshal(disputed(d))
		if err != nil {
			return fmt.Errorf("gaps: %w", err)
		}
		p.print("%s\n", line)
	}
	return nil
}

// disputed is the item of a question file that a dispute is the draft of. Where
// the dispute says that the report does not hold it, abstaining is right;
// otherwise "must" is to be completed, and eval refuses the line until it is.
func disputed(d record.Dispute) eval.Item {
	note := "disputed: " + d.Verdict
	if d.Claim > 0 && d.Claim <= len(d.Given.Claims) {
		note += fmt.Sprintf(", claim %d: %s", d.Claim, d.Given.Claims[d.Claim-1].Text)
	}
	if d.Comment != "" {
		note += "; " + d.Comment
	}
	it := eval.Item{
		ID: "dispute-" + d.Answer, Type: "disputed", Question: d.Given.Question, Language: d.Given.Language,
		Answerable: d.Verdict != record.NotInReport, Must: [][]string{}, MustNot: []string{}, Note: bot.Clean(note + "; answered: " + d.Given.Answer),
	}
	for _, c := range d.Given.Citations {
		section := ""
		if len(c.Section) > 0 {
			section = c.Section[len(c.Section)-1]
		}
		it.Evidence = append(it.Evidence, eval.Evidence{Section: section, Quote: c.Quote})
	}
	return it
}
