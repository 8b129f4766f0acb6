package question

import (
	"regexp"
	"strings"
)

// asking matches the words of a question that ask or connect and say nothing
// of its matter. Longer forms stand before shorter ones.
var asking = regexp.MustCompile(strings.Join([]string{
	// politeness and reference to the report itself
	`请问一下|请问|麻烦|帮我|告诉我|我想知道|想知道|说说|讲讲|介绍一下|列一下|列出|列举`,
	`这份报告|本报告|该报告|报告(正文|全文)?(里面|里|中|上)?(提到|说到|说|讲|指出|认为|显示|写|给出|是怎么|是如何|怎么|如何|把|预测)?的?`,
	`按照?.{0,12}?的?说法`,
	// asking
	`是多少|有多少|多少|有多大|多大|有多高|多高|有多久|多久|多长时间|多长|有几|几几|大概隔|大约|大概|左右`,
	`(分别|各自)?指(的)?(是)?(代)?(什么|哪些|哪几)|分别是什么|分别是谁|分别是|分别为|分别叫|分别|各是多少|各占多少|各是|各自|各`,
	`是哪一?[家个款份部项种类位条年月国]|是哪[几些]|有哪些|哪些|哪几[家个款份部项种类位条年月国大]?|哪一?[家个款份部项种类位条国年月天]|哪里|哪儿|哪`,
	`是?怎么定义的?|如何定义的?|的?定义是|定义|的?含义|是什么意思|是什么|叫什么名字|叫什么|为什么|什么时候|什么样的|什么|为何|何时|何谓|啥`,
	`怎么样|怎么算|怎么|怎样|如何|谁的|是谁|谁`,
	`第几|几[家个款份部项种类位条年月成分名倍]|是不是|是否|有没有|一共|总共|到底|究竟|具体|其中`,
	`还有|以及|或者|而且|并且|那么|那|这个|这些|这一块|这块|那块|这方面|这件事上?|这类|这套|那个|那些|他们|它们|我们|它|的话|来说|里面|当中|之中|吗|呢|吧|啊|呀|嘛|了`,
	// English
	`\b(how (much|many|large|big|long|often|high|far)|what|which|who|whom|whose|when|where|why|how|is|are|was|were|be|been|do|does|did|the|a|an|of|in|on|at|to|for|by|from|with|and|or|as|it|its|this|that|these|those|report|according|will|would|can|could|has|have|had|please|tell|me|give|stand|expected?)\b`,
}, "|"))

// fillers are single characters that join words; blanked only where they
// stand between other content.
var fillers = strings.NewReplacer("的", "   ", "？", "   ", "?", " ", "，", "   ", "。", "   ", "、", "   ", "“", "   ", "”", "   ", "「", "   ", "」", "   ", "《", "   ", "》", "   ", "（", "   ", "）", "   ", "：", "   ")

// Content blanks the words of a folded question that only ask. The result has
// the length of the input, so offsets stay good.
func Content(folded string) string {
	s := asking.ReplaceAllStringFunc(folded, func(w string) string {
		return strings.Repeat(" ", len(w))
	})
	s = fillers.Replace(s)
	if strings.TrimSpace(s) == "" {
		return folded
	}
	return s
}
