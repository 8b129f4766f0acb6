package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	marketSize   = "2024年中国大模型市场规模有多大？"
	stateCouncil = "政策表里由国务院发布的文件有几份？"
	inDrawing    = "DeepSeek在2025年2月的次日留存率是多少？"
)

var (
	desk  = screen{width: 1440, height: 900, language: "zh"}
	phone = screen{width: 360, height: 740, touch: true, language: "zh"}
)

// TestBrowser looks at the pages as a reader does.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	e := engine(t, shipped(t))
	for name, test := range map[string]struct {
		screen screen
		path   string
		look   func(*testing.T, *tab, *api)
	}{
		"citation leads to the sentence":  {desk, "/", citationToSentence},
		"citation leads to the cell":      {desk, "/", citationToCell},
		"refusal offers nearest sections": {desk, "/", refusal},
		"follow-up knows what was said":   {desk, "/", followUp},
		"a failure says what to do":       {desk, "/", failure},
		"English":                         {screen{width: 1280, height: 800, language: "en"}, "/", english},
		"language and theme are kept":     {desk, "/", choices},
		"phone: tap, card, report, back":  {phone, "/", onPhone},
		"keyboard only":                   {desk, "/", keyboard},
		"an answer has a link":            {desk, "/", permanent},
		"an answer can be taken away":     {desk, "/", takeAway},
		"what is wrong can be said":       {desk, "/", feedback},
		"suggestions are answered":        {desk, "/", suggestions},
		"tables sort, charts lead back":   {desk, "/explore/36kr-llm-2025", explore},
	} {
		t.Run(name, func(t *testing.T) {
			a, address, _ := serve(t, e, false)
			test.look(t, b.open(t, test.screen, address+test.path), a)
		})
	}
	t.Run("marks are counted in runes", func(t *testing.T) { runes(t, b) })
	t.Run("a report in English says so", func(t *testing.T) { englishReport(t, b) })
	t.Run("a key is asked for", func(t *testing.T) { keyAskedFor(t, b, e) })
}

func citationToSentence(t *testing.T, p *tab, _ *api) {
	p.put(marketSize)
	if got := p.text(".answer"); !strings.Contains(got, "294.16亿元") {
		t.Errorf("the answer is %q, want 294.16亿元 in it", got)
	}
	p.click(".answer .cite")
	p.await(`document.querySelector("#panel mark.cited")`)
	if got := p.text("#panel mark.cited"); !strings.Contains(got, "294.16亿元") {
		t.Errorf("marked is %q, want the sentence with 294.16亿元", got)
	}
	if got := p.text("#panel .outline"); !strings.Contains(got, "发展现状") {
		t.Errorf("the outline beside is %q", got)
	}
	p.quiet()
}

// runes: what stands before a citation may take two units of UTF-16.
func runes(t *testing.T, b *chromium) {
	_, address, _ := serve(t, engine(t, document(t, "d.md", "---\nid: d\ntitle: 示例\n---\n\n# 一\n\n𠮷野家😀的说明在此。2024年丁市场规模为7亿元。之后再说。\n")), false)
	p := b.open(t, desk, address+"/")
	p.put("2024年丁市场规模是多少？")
	p.click(".answer .cite")
	p.await(`document.querySelector("#panel mark.cited")`)
	if got, want := p.text("#panel mark.cited"), "2024年丁市场规模为7亿元。"; got != want {
		t.Errorf("marked is %q, want %q", got, want)
	}
	p.quiet()
}

// englishReport: what is quoted of it is read out in English, on a page in
// Chinese too.
func englishReport(t *testing.T, b *chromium) {
	_, address, _ := serve(t, engine(t, document(t, "d.md", "---\nid: d\ntitle: Tea watch\npublisher: Tea Institute\nlanguage: en\n---\n\n# Tea\n\n## Shops\n\nAt the end of 2024 Dawn Tea had 4,321 shops.\n")), false)
	p := b.open(t, desk, address+"/")
	p.put("How many shops did Dawn Tea have at the end of 2024?")
	if got := eval[string](p, `[...document.querySelectorAll(".sources blockquote, .sources .report-name, .sources .at")].map((e) => e.lang).join(" ")`); got != "en en en" {
		t.Errorf("languages of quotation, report and place are %q, want en each", got)
	}
	if got := p.text(".sources .report-name"); got != "Tea Institute Tea watch" {
		t.Errorf("the report is named %q", got)
	}
	p.quiet()
}

func citationToCell(t *testing.T, p *tab, _ *api) {
	p.put(stateCouncil)
	p.click(".answer .cite")
	p.await(`document.querySelector("#panel td.cited")`)
	if got := p.text("#panel td.cited"); !strings.Contains(got, "国发〔2017〕35号") {
		t.Errorf("the marked cell is %q", got)
	}
	p.quiet()
}

func refusal(t *testing.T, p *tab, _ *api) {
	p.put(inDrawing)
	if got := p.text(".verdict-line"); got != "报告里没有" {
		t.Errorf("the refusal says %q", got)
	}
	p.click(".near")
	p.await(`document.querySelector("#panel .cited")`)
	p.quiet()
}

func followUp(t *testing.T, p *tab, a *api) {
	p.put(marketSize)
	p.put("那2026年呢？")
	if got := p.text(".turn:last-child .answer"); !strings.Contains(got, "700亿元") {
		t.Errorf("the follow-up is answered %q, want 700亿元 in it", got)
	}
	asked, _ := a.told()
	if len(asked) != 2 || len(asked[1].History) != 1 || asked[1].History[0].Question != marketSize {
		t.Errorf("asked %+v, want the first question in the history of the second", asked)
	}
	p.quiet()
}

func failure(t *testing.T, p *tab, a *api) {
	for status, want := range map[int]string{429: "7 秒", 503: "正忙", 500: "500", gone: "连不上服务器"} {
		a.failNext(status)
		p.put(marketSize)
		if got := p.text(".turn:last-child .error p"); !strings.Contains(got, want) {
			t.Errorf("%d says %q, want %q in it", status, got, want)
		}
	}
	a.failNext(0)
	p.click(".turn:last-child .error button")
	p.await(`document.querySelector(".turn .actions")`)
	p.quiet("429", "503", "500", "ERR_")
}

func english(t *testing.T, p *tab, _ *api) {
	if got := p.text("h1"); got != "Ask the report, see where it says so" {
		t.Errorf("the heading is %q", got)
	}
	p.put("How large will China's AI API market be in 2030?")
	if got := p.text(".answer"); !strings.Contains(got, "19.4 billion") {
		t.Errorf("the answer is %q, want 19.4 billion in it", got)
	}
	if got := eval[string](p, `document.querySelector(".answer").lang + " " + document.documentElement.lang`); got != "en en" {
		t.Errorf("languages of answer and page are %q, want en en", got)
	}
	p.quiet()
}

func choices(t *testing.T, p *tab, _ *api) {
	ground := func() string { return eval[string](p, `getComputedStyle(document.body).backgroundColor`) }
	light := ground()
	p.click("#theme")
	dark := ground()
	p.click("#language")
	p.await(`document.documentElement.lang === "en" && "ready" in document.body.dataset`)
	if got := ground(); got != dark || got == light {
		t.Errorf("after the switch to dark and a new page the ground is %s, want %s, not %s", got, dark, light)
	}
	p.click("#language")
	p.await(`document.documentElement.lang === "zh-CN"`)
	p.quiet()
}

func onPhone(t *testing.T, p *tab, _ *api) {
	p.put(marketSize)
	p.do(chromedp.Tap(chromedp.CSS(".answer .cite")))
	p.await(`document.querySelector("#card:not([hidden]) .card-open")`)
	if got := p.text("#card"); !strings.Contains(got, "294.16亿元") || !strings.Contains(got, "艾媒咨询") {
		t.Errorf("the card says %q, want the sentence and its source", got)
	}
	p.do(chromedp.Tap(chromedp.CSS(".card-open")))
	p.await(`document.body.dataset.page === "read" && document.querySelector("mark.cited")`)
	if got := p.text("mark.cited"); !strings.Contains(got, "294.16亿元") {
		t.Errorf("marked is %q", got)
	}
	if seen := eval[bool](p, `(() => { const r = document.querySelector("mark.cited").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight })()`); !seen {
		t.Error("what is marked is not in view")
	}
	p.do(chromedp.Tap(chromedp.CSS(".back")))
	p.await(`document.body.dataset.page === "ask" && document.querySelector(".answer")`)
	if got := p.text(".answer"); !strings.Contains(got, "294.16亿元") {
		t.Errorf("back at the answer it says %q", got)
	}
	p.quiet()
}

// keyboard asks, looks at a citation, opens and closes the report, and finds
// the focus where it was.
func keyboard(t *testing.T, p *tab, _ *api) {
	focus := func() string {
		return eval[string](p, `(() => { const e = document.activeElement; return e.id || e.className || e.tagName })()`)
	}
	press := func(key string) { p.do(chromedp.KeyEvent(key)) }
	for i := 0; focus() != "question" && i < 20; i++ {
		press("\t")
	}
	p.do(chromedp.KeyEvent(marketSize), chromedp.KeyEvent("\r"))
	p.await(`document.querySelector(".turn .actions")`)
	p.await(`document.getElementById("live").textContent.includes("294.16亿元")`)
	eval[bool](p, `(document.querySelector(".asked").tabIndex = -1, document.querySelector(".asked").focus(), true)`)
	press("\t")
	if got := focus(); got != "cite" {
		t.Fatalf("the first stop in an answer is %q, want its citation", got)
	}
	p.await(`document.querySelector("#card:not([hidden])")`)
	press("\x1b")
	p.await(`document.querySelector("#card").hidden`)
	press("\r")
	p.await(`document.activeElement.classList.contains("cited")`)
	press("\x1b")
	p.await(`document.getElementById("panel").hidden`)
	if got := focus(); got != "cite" {
		t.Errorf("after the report is closed the focus is on %q, want the citation", got)
	}
	if got := eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`); got != "solid" {
		t.Errorf("the focus is shown with %q", got)
	}
	p.quiet()
}

func permanent(t *testing.T, p *tab, a *api) {
	p.put(marketSize)
	shown := p.text(".answer")
	address := eval[string](p, `location.origin + "/a/" + JSON.parse(sessionStorage.yanbao_talk)[0].id`)
	p.do(chromedp.Navigate(address))
	p.await(`document.querySelector(".turn .actions")`)
	if got := p.text(".answer"); got != shown {
		t.Errorf("the saved answer reads %q, want %q", got, shown)
	}
	p.do(chromedp.Navigate(address + "none"))
	p.await(`document.querySelector(".turn .error")`)
	if got := p.text(".turn .error p"); !strings.Contains(got, "不在") {
		t.Errorf("an answer that is not there says %q", got)
	}
	p.quiet("404")
}

func takeAway(t *testing.T, p *tab, _ *api) {
	// A browser without a screen has no clipboard that may be read.
	eval[bool](p, `Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied = text }}}) && true`)
	p.put(marketSize)
	for kind, want := range map[string]string{
		"text":     "出处",
		"markdown": "**" + marketSize + "**",
		"gbt7714":  "36氪研究院. 2025年中国大模型行业发展研究报告[R/OL]. (2025-11)[20",
		"bibtex":   "@techreport{36kr-llm-2025,",
		"link":     "/a/",
	} {
		p.click(".menu-box > button")
		p.click(`.menu [data-kind="` + kind + `"]`)
		p.await(`document.querySelector(".actions .said").textContent.startsWith("已复制") && document.querySelector(".menu").hidden`)
		if got := eval[string](p, `window.copied`); !strings.Contains(got, want) {
			t.Errorf("copied as %s: %q, want %q in it", kind, got, want)
		}
	}
	p.quiet()
}

func feedback(t *testing.T, p *tab, a *api) {
	p.put(marketSize)
	p.click(`.actions [aria-label="有用"]`)
	p.await(`document.querySelector(".actions [aria-pressed=true]")`)
	p.click(".checks summary")
	p.click(".report-problem button")
	p.await(`document.querySelector(".report-problem .said").textContent.startsWith("谢谢")`)
	if _, said := a.told(); len(said) != 2 || said[0] != `{"verdict":"up"}` || said[1] != `{"verdict":"wrong_number","claim":1}` {
		t.Errorf("the server was told %q", said)
	}
	p.quiet()
}

func suggestions(t *testing.T, p *tab, _ *api) {
	themes := eval[int](p, `document.querySelectorAll(".theme").length`)
	if themes != 4 {
		t.Errorf("questions of %d themes are suggested, want 4", themes)
	}
	if beside := eval[bool](p, `(() => { const [a, b] = document.querySelectorAll(".theme"); return a.getBoundingClientRect().top === b.getBoundingClientRect().top })()`); !beside {
		t.Error("the themes stand below one another on a wide screen")
	}
	p.click(".suggestion")
	p.await(`document.querySelector(".turn .actions")`)
	if n := eval[int](p, `document.querySelectorAll(".answer .cite").length`); n == 0 {
		t.Errorf("a suggested question is answered %q, without a citation", p.text(".answer"))
	}
	p.quiet()
}

func explore(t *testing.T, p *tab, _ *api) {
	first := func() string { return p.text("#figures tbody th") }
	printed := first()
	p.click("#figures thead th:first-child button")
	least := first()
	p.click("#figures thead th:first-child button")
	most := first()
	p.click("#figures thead th:first-child button")
	if least == most || first() != printed {
		t.Errorf("sorted up %q, down %q, as printed %q after %q", least, most, first(), printed)
	}
	when := p.text("#timeline .what")
	p.click("#timeline .what")
	p.await(`document.body.dataset.page === "read" && document.querySelector("td.cited, th.cited")`)
	if got := p.text("td.cited, th.cited"); got != when {
		t.Errorf("the timeline's %q leads to the cell %q", when, got)
	}
	p.quiet()
}
