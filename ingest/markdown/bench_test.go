package markdown

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// synthetic writes a report of about size bytes in the manner of a clean file:
// chapters, pages, bullets with leads, tables, captions. No two sentences are
// the same.
func synthetic(size int) []byte {
	var b strings.Builder
	words := strings.Fields("储能 光伏 风电 氢能 电网 电池 材料 设备 运维 出口 装机 价格 成本 产能 需求 政策 标准 安全 效率 投资")
	word := func(n int) string { return words[n%len(words)] + words[(n/len(words)+n)%len(words)] }
	for n := 0; b.Len() < size; n++ {
		if n%50 == 0 {
			fmt.Fprintf(&b, "# 第%d章 %s\n\n", n/50+1, word(n))
		}
		fmt.Fprintf(&b, "## %d.%d %s与%s\n\n", n/50+1, n%50+1, word(n), word(n+7))
		for k := range 4 {
			m := n*17 + k*31
			fmt.Fprintf(&b, "- **%s推动%s进入第%d阶段。** 根据某机构%d数据，%d年%s规模约为%d.%d亿元，同比增长%d%%。%s与%s的结合使%s下降，%s则由%s决定，第%d项指标因此改写。\n",
				word(m), word(m+1), m, m, 2000+m%30, word(m+2), m*3, m%10, m%97, word(m+3), word(m+4), word(m+5), word(m+6), word(m+8), m)
		}
		b.WriteString("\n| 指标 | 数值 | 说明 |\n|---|---|---|\n")
		for k := range 5 {
			fmt.Fprintf(&b, "| %s%d | %d | %s、%s |\n", word(n+k), n, n*k, word(n+k+1), word(n+k+2))
		}
		fmt.Fprintf(&b, "\n图示：%s%d\n数据来源：%s咨询，某研究院整理\n\n", word(n), n, word(n+3))
	}
	return []byte(b.String())
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20, 8 << 20} {
		data := synthetic(size)
		b.Run(fmt.Sprintf("%dKB", len(data)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read("bench.md", data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEdition reads the shipped edition, as every start of the program
// does.
func BenchmarkEdition(b *testing.B) {
	data, err := os.ReadFile("../../corpus/36kr-llm-2025.md")
	if err != nil {
		b.Skip("the shipped edition is not in the repository")
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read("36kr-llm-2025.md", data); err != nil {
			b.Fatal(err)
		}
	}
}
