package question

import "testing"

func TestSpellerMendsHomophones(t *testing.T) {
	lex := testLexicon(t).With([]ProperName{{Text: "禾川鲜配", Kind: "company"}})
	held := map[string]bool{"青禾科技": true, "青禾": true, "白鹭": true, "禾川鲜配": true, "和川": true}
	s := NewSpeller(lex, func(text string) bool { return held[text] })
	for _, tt := range []struct{ text, want string }{
		{"青和科技的营收是多少", "青禾科技的营收是多少"},
		{"青禾的营收", "青禾的营收"},
		{"合川鲜配在哪里", "禾川鲜配在哪里"},
		{"和川的货量", "和川的货量"},
		{"白路呢", "白鹭呢"},
		{"ABC", "ABC"},
	} {
		if got := s.Mend(tt.text); got != tt.want {
			t.Errorf("Mend(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWithLeavesTheLexiconAlone(t *testing.T) {
	lex := testLexicon(t)
	with := lex.With([]ProperName{{Text: "禾川鲜配", Kind: "company"}, {Text: "青禾", Kind: "product"}, {Text: "甲", Kind: "company"}})
	if n := len(with.Mentions("禾川鲜配与青禾")); n != 2 {
		t.Errorf("%d mentions with the new name, want 2", n)
	}
	if n := len(lex.Mentions("禾川鲜配与青禾")); n != 1 {
		t.Errorf("%d mentions in the old lexicon, want 1", n)
	}
	if kind := with.Mentions("青禾")[0].Kind; kind != "company" {
		t.Errorf("a known name became a %s", kind)
	}
}
