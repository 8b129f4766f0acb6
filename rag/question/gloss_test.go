package question_test

import (
	"testing"

	"yanbao/corpus"
	"yanbao/rag/question"
)

func TestEnglish(t *testing.T) {
	l, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	english := l.English()
	for _, tt := range []struct {
		in, want string
		ok       bool
	}{
		{"中国市场规模", "China market size", true},
		{"华为的收入", "Huawei revenue", true},
		{"API 收入", "API revenue", true},
		{"华为与甲乙丙丁", "", false},
		{"", "", false},
	} {
		if got, ok := english(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("English(%q) = %q, %v, want %q, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}
