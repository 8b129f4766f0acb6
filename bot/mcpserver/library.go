package mcpserver

import (
	"context"
	"fmt"
	"strings"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type listDocumentsInput struct {
	Document string `json:"document,omitempty" jsonschema:"ID of the one document to describe; leave it out for all"`
	Outline  *bool  `json:"outline,omitempty" jsonschema:"false leaves out chapters and tables, for a library of many documents; leave it out for true"`
}

type listDocumentsOutput struct {
	Documents []document `json:"documents" jsonschema:"the documents of the library, the shipped one first"`
}

// document is a document of the library with what it holds to look up.
type document struct {
	rag.DocumentView
	URI       string  `json:"uri" jsonschema:"resource of the document"`
	TableList []entry `json:"table_list" jsonschema:"its tables, for get_table"`
}

// entry names a table without its rows.
type entry struct {
	ID      string   `json:"id"`
	Caption string   `json:"caption"`
	Section []string `json:"section"`
	Columns []string `json:"columns"`
	Rows    int      `json:"rows" jsonschema:"how many rows it has"`
	URI     string   `json:"uri" jsonschema:"resource of the table"`
}

func (s *Server) addListDocuments() {
	addTool(s, tool[listDocumentsInput, listDocumentsOutput]{
		name:  "list_documents",
		title: "List the reports · 报告目录",
		description: `Lists the reports of the library with publisher, date, outline (chapters and pages) and tables. Use it to see what can be asked, to find the ID of a document or a table, or before summarising a chapter.
列出全部报告及其目录与表格。`,
		output: describeDocuments,
		call: func(ctx context.Context, _ *mcp.CallToolRequest, in listDocumentsInput) (listDocumentsOutput, []mcp.Content, error) {
			if err := s.knows(ctx, in.Document); err != nil {
				return listDocumentsOutput{}, nil, err
			}
			found := s.documents(ctx, in.Document, in.Outline == nil || *in.Outline)
			return listDocumentsOutput{found}, text(renderDocuments(found)), nil
		},
	})
}

// documents describes the documents of the library, or the one that is named.
func (s *Server) documents(ctx context.Context, id string, outline bool) []document {
	found := []document{}
	for _, v := range s.asker.Documents(ctx) {
		if id != "" && v.ID != id {
			continue
		}
		d := document{DocumentView: filledDocument(v), URI: documentURI(v.ID), TableList: []entry{}}
		if outline {
			for _, t := range s.asker.Tables(ctx, v.ID) {
				d.TableList = append(d.TableList, entry{
					ID: t.ID, Caption: t.Caption, Section: filled(t.Path), Columns: filled(t.Columns), Rows: len(t.Rows), URI: tableURI(t.ID),
				})
			}
		} else {
			d.Outline = d.Outline[:0:0]
		}
		found = append(found, d)
	}
	return found
}

// Forms of the text of a table.
const (
	markdown = "md"
	csv      = "csv"
)

type getTableInput struct {
	ID     string `json:"id" jsonschema:"ID of a table, as list_documents returns it and as citations name it (table.id)"`
	Format string `json:"format,omitempty" jsonschema:"form of the text: md for Markdown, csv; leave it out for md"`
}

func (s *Server) addGetTable() {
	addTool(s, tool[getTableInput, rag.TableView]{
		name:  "get_table",
		title: "Get a table · 查看表格",
		description: `Returns a table of a report whole: columns, rows with merged cells filled in (inherited), primary sources and notes. Use it to compare or compute over rows, or to show the table.
返回整张表格：列、行（合并单元格已补全）、一手来源与注释。`,
		input:  func(s *jsonschema.Schema) { enum(s, "format", markdown, csv) },
		output: describeTable,
		call: func(ctx context.Context, _ *mcp.CallToolRequest, in getTableInput) (rag.TableView, []mcp.Content, error) {
			if err := oneOf("format", in.Format, markdown, csv); err != nil {
				return rag.TableView{}, nil, err
			}
			t, err := s.table(ctx, in.ID)
			if err != nil {
				return rag.TableView{}, nil, err
			}
			if in.Format == csv {
				return filledTable(t), text(bot.TableCSV(t)), nil
			}
			return filledTable(t), text(bot.RenderTable(t, bot.Options{})), nil
		},
	})
}

// table finds a table for a caller who should be told where IDs come from.
func (s *Server) table(ctx context.Context, id string) (*rag.TableView, error) {
	if strings.TrimSpace(id) == "" {
		return nil, argumentf("the argument id is empty; list_documents returns IDs of tables")
	}
	t, err := s.asker.Table(ctx, id)
	if isUnknown(err) {
		return nil, argumentf("there is no table %q; list_documents returns IDs of tables", bot.Shorten(id, shownID))
	}
	return t, err
}

// renderDocuments is the library for people and for models that read text.
func renderDocuments(documents []document) string {
	var b strings.Builder
	if len(documents) == 0 {
		b.WriteString("The library is empty.\n")
	}
	for i, d := range documents {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "# %s\nID: %s\n", bot.Reference(d.DocumentRef), bot.Clean(d.ID))
		if d.Notice != "" {
			fmt.Fprintf(&b, "%s\n", bot.Shorten(d.Notice, 0))
		}
		fmt.Fprintf(&b, "passages %d · tables %d · figures %d\n", d.Passages, d.Tables, d.Figures)
		renderOutline(&b, d)
	}
	return b.String()
}

func renderOutline(b *strings.Builder, d document) {
	if len(d.Outline) > 0 {
		b.WriteString("\n## Outline · 目录\n")
	}
	for _, section := range d.Outline {
		fmt.Fprintf(b, "%s- %s\n", strings.Repeat("  ", max(0, section.Level-1)), bot.Shorten(section.Title, 0))
	}
	if len(d.TableList) > 0 {
		b.WriteString("\n## Tables · 表格\n")
	}
	for _, t := range d.TableList {
		fmt.Fprintf(b, "- %s: %s (%d × %d)\n", bot.Clean(t.ID), bot.Shorten(t.Caption, 0), t.Rows, len(t.Columns))
	}
}

// renderResults is what a search found for people and for models that read
// text.
func renderResults(found []rag.SearchResult) string {
	if len(found) == 0 {
		return "Nothing found; try fewer or other words.\n"
	}
	var b strings.Builder
	for _, r := range found {
		fmt.Fprintf(&b, "%d. %s (%s) %s\n", r.Rank, bot.Clean(r.PassageID), r.Kind, bot.Path(r.Section))
		fmt.Fprintf(&b, "   %s\n", bot.Shorten(r.Text, 0))
	}
	return b.String()
}

// renderPassage is a passage with its neighbours for people and for models
// that read text; the passage itself stands behind a mark.
func renderPassage(v *rag.PassageView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", bot.Reference(v.Document))
	if len(v.Passage.Section) > 0 {
		fmt.Fprintf(&b, "%s\n", bot.Path(v.Passage.Section))
	}
	if len(v.Passage.Sources) > 0 {
		w := bot.WordingFor(bot.Chinese)
		fmt.Fprintf(&b, "%s%s%s\n", w.PrimarySource, w.Colon, bot.Shorten(strings.Join(v.Passage.Sources, "、"), 0))
	}
	b.WriteString("\n")
	for _, p := range v.Before {
		fmt.Fprintf(&b, "  %s: %s\n", bot.Clean(p.ID), bot.Shorten(p.Text, 0))
	}
	fmt.Fprintf(&b, "> %s: %s\n", bot.Clean(v.Passage.ID), bot.Clean(v.Passage.Text))
	for _, p := range v.After {
		fmt.Fprintf(&b, "  %s: %s\n", bot.Clean(p.ID), bot.Shorten(p.Text, 0))
	}
	return b.String()
}
