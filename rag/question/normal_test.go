package question

import "testing"

func TestNormal(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"24年的市場規模", "2024年的市场规模"},
		{"从24年到25年涨了多少", "从2024年到2025年涨了多少"},
		{"23至27年", "2023年至2027年"},
		{"2024年和25年比", "2024年和2025年比"},
		{"2021到2023年", "2021到2023年"},
		{"近20年的变化", "近20年的变化"},
		{"成立20年来", "成立20年来"},
		{"过去20年", "过去20年"},
		{"2024年", "2024年"},
		{" 第20年是多少 ", "第20年是多少"},
		{"124年", "124年"},
	} {
		if got := Normal(tt.text); got != tt.want {
			t.Errorf("Normal(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
