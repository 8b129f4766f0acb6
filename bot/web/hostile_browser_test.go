package web_test

import (
	"strings"
	"testing"
)

// hostile is a report whose every text tries to be more than text.
const hostile = `---
id: tea
title: "《茶饮<img src=x onerror=\"window.owned=1\">报告》"
publisher: "<script>window.owned=2</script>示例研究所"
date: 2025-03
language: zh
notice: "<b onmouseover=window.owned=3>草稿</b>"
---

# 第一章 <svg onload=window.owned=4> 市场

2024年示例新茶饮市场规模约为48.5亿元<iframe src=javascript:window.owned=5></iframe>，2026年预计达到90亿元。[点这里](javascript:window.owned=6) ![图](x" onerror="window.owned=7)

- **示例品牌甲</span><script>window.owned=8</script>：** 门店数为1200家，{{constructor.constructor('window.owned=9')()}}。
- 示例：门店 ` + "`<script>window.owned=10</script>`" + ` 与 "><script>window.owned=11</script>。

| 类型<script>window.owned=12</script> | 代表企业 | 占比 |
|---|---|---|
| <a href="javascript:window.owned=13">甲类</a> | "><img src=x onerror=window.owned=14>、乙公司 | 40% |
| 乙类 | 丙公司、<script>window.owned=15</script> | 35% |
| 丙类 | 丁公司、戊公司 | 25% |

图示：示例分布</figcaption><script>window.owned=16</script>
数据来源：示例咨询<img src=x onerror=window.owned=17>
`

// TestBrowserHostile: nothing in a report is ever HTML, script or a link.
func TestBrowserHostile(t *testing.T) {
	b := startBrowser(t)
	_, address, _ := serve(t, engine(t, document(t, "tea.md", hostile)), false)
	s := screen{width: 1440, height: 900, language: "zh"}
	pages := map[string]func(*tab){
		"/": func(p *tab) {
			p.put("2024年示例新茶饮市场规模是多少？")
			p.click(".answer .cite")
			p.await(`document.querySelector("#panel .cited")`)
			if got := p.text("#panel .cited"); !strings.Contains(got, "48.5亿元") {
				t.Errorf("marked is %q", got)
			}
		},
		"/d/tea":       nil,
		"/explore/tea": nil,
	}
	for path, do := range pages {
		p := b.open(t, s, address+path)
		if do != nil {
			do(p)
		}
		if owned := eval[string](p, `String(window.owned)`); owned != "undefined" {
			t.Errorf("%s ran script %s of the report", path, owned)
		}
		if n := eval[int](p, `document.querySelectorAll("main script, main iframe, main img, main [onerror], main [onload], main [onmouseover], a[href^='javascript:']").length`); n != 0 {
			t.Errorf("%s holds %d elements that the report brought", path, n)
		}
		p.quiet()
	}
}
