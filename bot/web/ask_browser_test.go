package web_test

import (
	"strings"
	"testing"
)

const (
	marketSize   = "2024年中国大模型市场规模有多大？"
	stateCouncil = "政策表里由国务院发布的文件有几份？"
	inDrawing    = "DeepSeek在2025年2月的次日留存率是多少？"
)

// TestBrowser looks at the pages as a reader does.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	e := engine(t, shipped(t))
	t.Run("citation leads to the sentence", func(t *testing.T) {
		_, address, _ := serve(t, e, false)
		p := b.open(t, screen{width: 1440, height: 900, language: "zh"}, address+"/")
		p.put(marketSize)
		if got := p.text(".answer"); !strings.Contains(got, "294.16亿元") {
			t.Errorf("the answer is %q, want 294.16亿元 in it", got)
		}
		p.click(".answer .cite")
		p.await(`document.querySelector("#panel mark.cited")`)
		if got := p.text("#panel mark.cited"); !strings.Contains(got, "294.16亿元") {
			t.Errorf("marked is %q, want the sentence with 294.16亿元", got)
		}
		p.quiet()
	})
	t.Run("citation leads to the cell", func(t *testing.T) {
		_, address, _ := serve(t, e, false)
		p := b.open(t, screen{width: 1440, height: 900, language: "zh"}, address+"/")
		p.put(stateCouncil)
		p.click(".answer .cite")
		p.await(`document.querySelector("#panel td.cited")`)
		if got := p.text("#panel td.cited"); !strings.Contains(got, "国发〔2017〕35号") {
			t.Errorf("the marked cell is %q", got)
		}
		p.quiet()
	})
	t.Run("refusal offers the nearest sections", func(t *testing.T) {
		_, address, _ := serve(t, e, false)
		p := b.open(t, screen{width: 1440, height: 900, language: "zh"}, address+"/")
		p.put(inDrawing)
		if got := p.text(".verdict-line"); got != "报告里没有" {
			t.Errorf("the refusal says %q", got)
		}
		p.click(".near")
		p.await(`document.querySelector("#panel .cited")`)
		p.quiet()
	})
	t.Run("follow-up is sent with what was said", func(t *testing.T) {
		a, address, _ := serve(t, e, false)
		p := b.open(t, screen{width: 1280, height: 800, language: "zh"}, address+"/")
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
	})
	t.Run("a failure says what to do", func(t *testing.T) {
		a, address, _ := serve(t, e, false)
		p := b.open(t, screen{width: 1280, height: 800, language: "zh"}, address+"/")
		a.failNext(429)
		p.put(marketSize)
		if got := p.text(".turn .error p"); !strings.Contains(got, "7 秒") {
			t.Errorf("429 with Retry-After 7 says %q", got)
		}
		p.click(".turn .error button")
		p.await(`document.querySelector(".turn .actions")`)
		p.quiet("429")
	})
}
