package question

import "testing"

func TestAssertion(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		ok         bool
	}{
		{"青穗农科的总部在合肥吗？", "青穗农科的总部在合肥。", true},
		{"总部是不是在合肥？", "总部是在合肥。", true},
		{"市场规模是500亿元，对吗？", "市场规模是500亿元。", true},
		{"他们是否开源了模型", "他们开源了模型。", true},
		{"总部在合肥吧", "总部在合肥。", true},
		{"总部在哪里？", "", false},
		{"总部在合肥吗，有多少人？", "", false},
		{"他们没有工厂吗？", "", false},
	} {
		if got, ok := Assertion(tt.text); got != tt.want || ok != tt.ok {
			t.Errorf("Assertion(%q) = %q, %v, want %q, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"这份文件叫什么？谁发布的？", 2},
		{"按营收从高到低排，前三名是谁？", 1},
		{"2023年的市场规模是多少，青穗农科的员工有几人，哪年上市？", 3},
		{"市场规模是多少？", 1},
		{"现在有多少家？2022年呢？", 2},
	} {
		if got := Parts(tt.text); len(got) != tt.want {
			t.Errorf("Parts(%q) = %q, want %d", tt.text, got, tt.want)
		}
	}
}
