package mcpserver

import (
	"context"
	"slices"
	"strings"

	"yanbao/bot"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// maxCompletions is how many values the protocol allows in one answer.
const maxCompletions = 100

// complete proposes values for the variables of resource templates and for the
// arguments of prompts: IDs that begin as what was typed, titles that hold it.
// For a variable that cannot be listed (text, a passage) there are none.
func (s *Server) complete(ctx context.Context, r *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	typed := strings.TrimSpace(r.Params.Argument.Value)
	begins := func(v string) bool { return strings.HasPrefix(v, typed) }
	holds := func(v string) bool { return strings.Contains(v, typed) }
	document := ""
	if r.Params.Context != nil {
		document = r.Params.Context.Arguments[documentArgument]
	}
	var values []string
	switch r.Params.Argument.Name {
	case documentArgument:
		for _, d := range s.asker.Documents(ctx) {
			values = append(values, d.ID)
		}
		values = keep(values, begins)
	case "table":
		for _, t := range s.asker.Tables(ctx, document) {
			values = append(values, t.ID)
		}
		values = keep(values, begins)
	case sectionArgument:
		for _, d := range s.asker.Documents(ctx) {
			for _, section := range d.Outline {
				if document == "" || d.ID == document {
					values = append(values, section.Title)
				}
			}
		}
		values = keep(values, holds)
	case languageArgument:
		values = keep([]string{bot.Chinese, bot.English}, begins)
	}
	total := len(values)
	return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{
		Values: filled(values[:min(total, maxCompletions)]), Total: total, HasMore: total > maxCompletions,
	}}, nil
}

// keep returns the values that are wanted, each once.
func keep(values []string, wanted func(string) bool) []string {
	var kept []string
	for _, v := range values {
		if wanted(v) && !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}
