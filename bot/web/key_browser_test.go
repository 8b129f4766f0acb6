package web_test

import (
	"strings"
	"testing"

	"yanbao/rag"

	"github.com/chromedp/chromedp"
)

// keyAskedFor: a report is shown and a question answered only with the key,
// which stays in the tab.
func keyAskedFor(t *testing.T, b *chromium, e *rag.Engine) {
	_, address, secret := serve(t, e, true)
	p := b.open(t, desk, address+"/d/36kr-llm-2025")
	enter := func(key string) {
		p.do(chromedp.SetValue(chromedp.CSS("#key"), key))
		p.click("form.key button")
	}
	enter("wrong")
	p.await(`document.querySelector("form.key .error").textContent`)
	enter(secret)
	p.await(`document.querySelector(".report")`)
	if got := p.text(".report h1"); !strings.Contains(got, "大模型") {
		t.Errorf("with the key the report is called %q", got)
	}
	p.do(chromedp.Navigate(address + "/"))
	p.await(`"ready" in document.body.dataset`)
	p.put(marketSize)
	p.click(".answer .cite")
	p.await(`document.querySelector("#panel mark.cited")`)
	if stored := eval[string](p, `JSON.stringify(localStorage) + document.cookie`); strings.Contains(stored, secret) {
		t.Errorf("the key is kept beyond the tab: %s", stored)
	}
	p.quiet("401")

	q := b.open(t, desk, address+"/")
	q.put(marketSize)
	q.do(chromedp.SetValue(chromedp.CSS("#key"), secret))
	q.click("form.key button")
	q.await(`document.querySelector(".turn .actions")`)
	q.quiet("401")
}
