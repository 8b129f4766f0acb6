package mcpserver

import (
	"context"
	"embed"
	"fmt"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"yanbao/bot"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// promptFiles holds a template for each prompt and language: NAME.LANGUAGE.tmpl.
//
//go:embed prompts/*.tmpl
var promptFiles embed.FS

// Names of the prompts and of the arguments that are completed.
const (
	citeCheck        = "cite-check"
	summariseSection = "summarise-section"
	compareFigures   = "compare-figures"

	documentArgument = "document"
	sectionArgument  = "section"
	languageArgument = "language"
)

// maxPrompt is the longest argument of a prompt in runes.
const maxPrompt = 20000

func promptArguments(own ...*mcp.PromptArgument) []*mcp.PromptArgument {
	return append(own,
		&mcp.PromptArgument{Name: documentArgument, Title: "Document · 文档", Description: "ID of the one document to use; all where it is left out"},
		&mcp.PromptArgument{Name: languageArgument, Title: "Language · 语言", Description: "zh or en; that of the other arguments where it is left out"},
	)
}

func (s *Server) addPrompts() error {
	templates, err := template.ParseFS(promptFiles, "prompts/*.tmpl")
	if err != nil {
		return fmt.Errorf("read the prompts: %w", err)
	}
	p := prompts{s, templates}
	s.mcp.AddPrompt(&mcp.Prompt{
		Name: citeCheck, Title: "Check a text against the reports · 核对引用",
		Description: "Checks every statement and number of a text against the reports and quotes what they say. 逐句核对一段文字。",
		Arguments: promptArguments(
			&mcp.PromptArgument{Name: "text", Title: "Text · 文字", Description: "the text to check", Required: true}),
	}, p.citeCheck)
	section := promptArguments(
		&mcp.PromptArgument{Name: sectionArgument, Title: "Section · 章节", Description: "title of a chapter or page, or a part of it that no other has", Required: true})
	section[1].Description = "ID of the document; only needed where the library has several"
	s.mcp.AddPrompt(&mcp.Prompt{
		Name: summariseSection, Title: "Summarise a section with citations · 概括章节",
		Description: "Summarises a chapter or page of a report, every point with the passages it rests on. 概括一个章节，逐点注明依据。",
		Arguments:   section,
	}, p.summariseSection)
	s.mcp.AddPrompt(&mcp.Prompt{
		Name: compareFigures, Title: "Compare two figures · 比较两个数据",
		Description: "Finds two figures and compares them with their years, units, scopes and sources. 查出并比较两个数据及其口径。",
		Arguments: promptArguments(
			&mcp.PromptArgument{Name: "first", Title: "First figure · 数据一", Description: "for example 2024年中国大模型市场规模", Required: true},
			&mcp.PromptArgument{Name: "second", Title: "Second figure · 数据二", Description: "for example 2026年的预测", Required: true}),
	}, p.compareFigures)
	return nil
}

// prompts renders the prompts of a server.
type prompts struct {
	*Server
	templates *template.Template
}

func (p prompts) citeCheck(ctx context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	a, err := p.arguments(ctx, r.Params.Arguments, "text")
	if err != nil {
		return nil, err
	}
	instruction, err := p.render(citeCheck, a["language"], map[string]any{"Document": a["document"]})
	if err != nil {
		return nil, err
	}
	return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{
		message(instruction), message(a["text"]),
	}}, nil
}

func (p prompts) compareFigures(ctx context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	a, err := p.arguments(ctx, r.Params.Arguments, "first", "second")
	if err != nil {
		return nil, err
	}
	instruction, err := p.render(compareFigures, a["language"], map[string]any{
		"Document": a["document"], "First": bot.Shorten(a["first"], 0), "Second": bot.Shorten(a["second"], 0),
	})
	if err != nil {
		return nil, err
	}
	return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{message(instruction)}}, nil
}

func (p prompts) summariseSection(ctx context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	a, err := p.arguments(ctx, r.Params.Arguments, sectionArgument)
	if err != nil {
		return nil, err
	}
	found, err := p.findSection(ctx, a["document"], a[sectionArgument])
	if isArgument(err) {
		return nil, invalidParams("%s", err.Error())
	}
	if err != nil {
		return nil, err
	}
	language := a["language"]
	if r.Params.Arguments[languageArgument] == "" {
		language = languageOf(found.document)
	}
	instruction, err := p.render(summariseSection, language, map[string]any{
		"Reference": bot.Reference(found.document.DocumentRef), "Document": found.document.ID, "Section": bot.Path(found.path),
		"Passages": len(found.passages), "Cut": found.cut, "Example": bot.Clean(found.passages[0].ID),
		"Last": bot.Clean(found.passages[len(found.passages)-1].ID),
	})
	if err != nil {
		return nil, err
	}
	return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{
		message(instruction),
		{Role: "user", Content: &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{
			URI: documentURI(found.document.ID), MIMEType: markdownType, Text: found.text(),
		}}},
	}}, nil
}

// arguments checks the arguments of a prompt; language is always set in what it
// returns.
func (p prompts) arguments(ctx context.Context, given map[string]string, required ...string) (map[string]string, error) {
	a := map[string]string{documentArgument: given[documentArgument], languageArgument: given[languageArgument]}
	han := false
	for _, name := range required {
		switch n := utf8.RuneCountInString(given[name]); {
		case strings.TrimSpace(given[name]) == "":
			return nil, invalidParams("the argument %s is missing", name)
		case n > maxPrompt:
			return nil, invalidParams("the argument %s has %d characters, the limit is %d", name, n, maxPrompt)
		}
		a[name] = given[name]
		han = han || strings.ContainsFunc(given[name], func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	err := oneOf(languageArgument, a[languageArgument], bot.Chinese, bot.English)
	if err == nil {
		err = p.knows(ctx, a[documentArgument])
	}
	if err != nil {
		return nil, invalidParams("%s", err.Error())
	}
	if a[languageArgument] == "" {
		a[languageArgument] = bot.English
		if han {
			a[languageArgument] = bot.Chinese
		}
	}
	return a, nil
}

func (p prompts) render(name, language string, data map[string]any) (string, error) {
	var out strings.Builder
	if err := p.templates.ExecuteTemplate(&out, name+"."+language+".tmpl", data); err != nil {
		return "", fmt.Errorf("prompt %s: %w", name, err)
	}
	return out.String(), nil
}

func message(text string) *mcp.PromptMessage {
	return &mcp.PromptMessage{Role: "user", Content: &mcp.TextContent{Text: text}}
}
