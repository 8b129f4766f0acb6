package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// axe returns the source of axe-core, which is installed beside the tests and
// never a part of the repository.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.FromSlash("../../.ci/npm/node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Skip("no axe-core found: run `npm ci` in .ci/npm to check accessibility")
	}
	return string(source)
}

// TestAccessibility runs the rules of axe-core for WCAG 2.2 A and AA (target-size
// is off by default) and its best practices on every page and state, in light and dark. Nothing may be
// found.
func TestAccessibility(t *testing.T) {
	source := axe(t)
	b := startBrowser(t)
	e := engine(t, shipped(t), document(t, "tea.md", hostile))
	_, address, _ := serve(t, e, false)
	_, locked, _ := serve(t, e, true)
	asked := func(question string) func(*tab) { return func(p *tab) { p.put(question) } }
	for _, state := range []struct {
		name, address string
		screen        screen
		do            func(*tab)
	}{
		{"ask", address + "/", screen{width: 1280, height: 900, language: "zh"}, nil},
		{"answer", address + "/", screen{width: 1280, height: 900, language: "en"}, func(p *tab) {
			p.put(marketSize)
			p.click(".checks summary")
			p.click(".menu-box > button")
		}},
		{"answer beside the report", address + "/", screen{width: 1440, height: 900, language: "zh"}, func(p *tab) {
			p.put(stateCouncil)
			p.click(".answer .cite")
			p.await(`document.querySelector("#panel .cited")`)
		}},
		{"refusal", address + "/", screen{width: 360, height: 740, touch: true, language: "en"}, asked(inDrawing)},
		{"report", address + "/d/36kr-llm-2025", screen{width: 1280, height: 900, language: "zh"}, nil},
		{"report on a phone", address + "/d/tea", screen{width: 320, height: 640, touch: true, language: "en"}, nil},
		{"explore", address + "/explore/36kr-llm-2025", screen{width: 1280, height: 900, language: "zh"}, nil},
		{"explore on a phone", address + "/explore/36kr-llm-2025", screen{width: 320, height: 640, touch: true, language: "en"}, nil},
		{"library", address + "/d", screen{width: 1280, height: 900, language: "zh"}, nil},
		{"missing", address + "/none", screen{width: 1280, height: 900, language: "en"}, nil},
		{"locked", locked + "/d/tea", screen{width: 1280, height: 900, language: "zh"}, nil},
	} {
		t.Run(state.name, func(t *testing.T) {
			p := b.open(t, state.screen, state.address)
			if state.do != nil {
				state.do(p)
			}
			eval[bool](p, source+";true")
			for _, dark := range []bool{false, true} {
				p.light(dark)
				for _, v := range violations(p) {
					t.Errorf("dark %v: %s (%s): %s\n%s", dark, v.ID, v.Impact, v.Help, v.Nodes)
				}
			}
			if width := eval[int](p, "document.documentElement.scrollWidth"); width > int(state.screen.width) {
				t.Errorf("the page is %d wide on a screen of %d: %s", width, state.screen.width, eval[string](p, `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > screen.width).map((e) => e.tagName + "." + e.className + " " + e.getBoundingClientRect().right).join("; ")`))
			}
		})
	}
}

type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

// violations are what axe-core, loaded before, finds on a page.
func violations(p *tab) []violation {
	p.t.Helper()
	raw := eval[string](p, `axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then((r) => JSON.stringify(r.violations.map((v) => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 300) + " " + n.failureSummary)}))))`)
	var out []violation
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		p.t.Fatalf("axe says %q: %v", raw, err)
	}
	return out
}
