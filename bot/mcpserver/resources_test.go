package mcpserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yanbao/bot"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"pgregory.net/rapid"
)

// Every listed resource can be read, page by page, however its ID is written.
func TestResources(t *testing.T) {
	c := start(t, &fake{documents: 120}, Options{}, nil)
	var uris []string
	for cursor, pages := "", 0; ; pages++ {
		list, err := c.ListResources(t.Context(), &mcp.ListResourcesParams{Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Resources {
			uris = append(uris, r.URI)
			if r.Name == "" || r.MIMEType != markdownType {
				t.Errorf("resource %+v", r)
			}
		}
		if cursor = list.NextCursor; cursor == "" {
			if pages != 2 {
				t.Errorf("%d pages and one", pages)
			}
			break
		}
	}
	if len(uris) != 122 || uris[0] != "yanbao://documents/tea" || uris[1] != "yanbao://tables/t1" || uris[2] != "yanbao://documents/%E5%92%96%E5%95%A1%200%2F120" {
		t.Errorf("%d resources: %q", len(uris), uris[:3])
	}
	for _, u := range uris {
		r, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: u})
		if err != nil || len(r.Contents) != 1 || r.Contents[0].Text == "" || r.Contents[0].MIMEType != markdownType {
			t.Errorf("%s: %+v, %v", u, r, err)
		}
	}
}

func TestResourceText(t *testing.T) {
	c := start(t, &fake{}, Options{}, nil)
	for uri, want := range map[string]string{
		documentURI("tea"): "# 示例研究所《茶饮》, 2025-03\nID: tea\n草稿\npassages 5 · tables 1 · figures 0\n\n## Outline · 目录\n- 概况\n  - 门店\n- 门店展望\n- 附录\n\n## Tables · 表格\n- t1: 门店构成 (1 × 2)\n",
		tableURI("t1"):     "门店构成\n概况\n\n| 类型 | 占比 |\n| --- | --- |\n| 直营 | 30% |\n\n一手来源：示例协会\n",
		passageURI("p3"):   "示例研究所《茶饮》, 2025-03\n概况 › 门店\n一手来源：示例协会\n\n  p1: 概况开头。\n  p2: 门店很多。\n> p3: 门店共1,200家。\n  p4: 直营占30%。\n  p5: 展望。\n",
	} {
		r, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.Contents[0].Text); diff != "" {
			t.Errorf("%s:\n%s", uri, diff)
		}
	}
}

func TestResourcesThatAreNotThere(t *testing.T) {
	c := start(t, &fake{}, Options{}, nil)
	for _, uri := range []string{
		documentURI("cofe"), tableURI("t9"), passageURI("p9"), "yanbao://passages/", "yanbao://passages", "yanbao://other/p3",
		"yanbao://passages/p3/more", "yanbao://passages/%zz", "yanbao://documents/tea?x=1", "file:///etc/passwd", "p3", "",
	} {
		if r, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri}); err == nil || leaks(strings.ReplaceAll(err.Error(), uri, "")) {
			t.Errorf("%q: %+v, %v", uri, r, err)
		}
	}
	if _, err := c.ListResources(t.Context(), &mcp.ListResourcesParams{Cursor: "nope"}); err == nil || !strings.Contains(err.Error(), "list again from the start") {
		t.Errorf("cursor: %v", err)
	}
}

func TestTemplates(t *testing.T) {
	var got []string
	for r, err := range start(t, &fake{}, Options{}, nil).ResourceTemplates(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.URITemplate)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"yanbao://documents/{document}", "yanbao://passages/{passage}", "yanbao://tables/{table}"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestURIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringN(1, -1, -1).Draw(t, "id")
		kind, id, ok := parseURI(passageURI(want))
		if !ok || kind != passageKind || id != want {
			t.Fatalf("%q: %q %q %v", want, kind, id, ok)
		}
	})
}

// Pages joined are the list, for every length.
func TestPages(t *testing.T) {
	for n := range 3*pageSize + 2 {
		var list, got []*mcp.Resource
		for i := range n {
			list = append(list, &mcp.Resource{URI: fmt.Sprint("r", i)})
		}
		for cursor := ""; ; {
			page, next, err := pageOf(list, cursor)
			if err != nil || next != "" && len(page) != pageSize {
				t.Fatalf("%d: page of %d, %v", n, len(page), err)
			}
			got = append(got, page...)
			if cursor = next; cursor == "" {
				break
			}
		}
		if !slices.Equal(list, got) {
			t.Fatalf("%d resources became %d", n, len(got))
		}
	}
}

func TestComplete(t *testing.T) {
	c := start(t, &fake{documents: 150}, Options{}, nil)
	template := &mcp.CompleteReference{Type: "ref/resource", URI: "yanbao://documents/{document}"}
	prompt := &mcp.CompleteReference{Type: "ref/prompt", Name: summariseSection}
	for _, test := range []struct {
		ref         *mcp.CompleteReference
		name, value string
		context     map[string]string
		want        []string
		total       int
	}{
		{template, "document", "te", nil, []string{"tea"}, 1},
		{template, "document", "zz", nil, []string{}, 0},
		{template, "table", "t", map[string]string{"document": "tea"}, []string{"t1"}, 1},
		{template, "table", "t", map[string]string{"document": "cofe"}, []string{}, 0},
		{template, "passage", "p", nil, []string{}, 0},
		{prompt, "section", "门店", nil, []string{"门店", "门店展望"}, 2},
		{prompt, "section", "门店", map[string]string{"document": "cofe"}, []string{}, 0},
		{prompt, "language", "", nil, []string{bot.Chinese, bot.English}, 2},
		{prompt, "document", "咖啡", nil, nil, 150},
	} {
		r, err := c.Complete(t.Context(), &mcp.CompleteParams{
			Ref: test.ref, Argument: mcp.CompleteParamsArgument{Name: test.name, Value: test.value}, Context: &mcp.CompleteContext{Arguments: test.context},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Completion
		if got.Total != test.total || got.HasMore != (test.total > maxCompletions) || len(got.Values) != min(test.total, maxCompletions) {
			t.Errorf("%s %q: %d of %d, more %v", test.name, test.value, len(got.Values), got.Total, got.HasMore)
		}
		if test.want != nil && !slices.Equal(test.want, got.Values) {
			t.Errorf("%s %q: %q, want %q", test.name, test.value, got.Values, test.want)
		}
	}
}
