package question

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"yanbao/rag/lexical"
)

// ProperName is a name that documents hold, as With takes it.
type ProperName struct {
	Text  string
	Kind  string // see names.tsv
	Short string // as everyday speech has it, "" for none
}

// With returns a lexicon that knows the given names too, as tables of
// companies and products teach them. Names that it knows already, and those of
// one character, are left out. l is not changed.
func (l *Lexicon) With(names []ProperName) *Lexicon {
	c := &Lexicon{
		forms:     l.forms.clone(),
		groups:    slices.Clone(l.groups),
		names:     maps.Clone(l.names),
		stopwords: l.stopwords,
	}
	for _, n := range names {
		if _, ok := c.names[n.Text]; ok || utf8.RuneCountInString(n.Text) < 2 || len(c.forms.get(lexical.Fold(n.Text))) > 0 {
			continue
		}
		g := group{canonical: n.Text, kind: n.Kind, forms: []string{n.Text}, weight: nameWeight}
		if n.Short != "" && len(c.forms.get(lexical.Fold(n.Short))) == 0 {
			g.forms = append(g.forms, n.Short)
		}
		c.names[n.Text] = len(c.groups)
		c.add(g)
	}
	return c
}

// Speller mends misspelt names in questions: a stretch that sounds like a name
// and that no document holds is that name (讯非 is 讯飞).
type Speller struct {
	bySound map[string]string // pinyin without tones to the name
	known   func(text string) bool
	longest int // runes of the longest name
}

// NewSpeller returns a speller for the Chinese names of l that known accepts:
// those that the documents hold. Of two names that sound alike neither is
// used.
func NewSpeller(l *Lexicon, known func(text string) bool) *Speller {
	s := &Speller{bySound: make(map[string]string), known: known}
	for i := range l.groups {
		g := &l.groups[i]
		if g.kind == KindSynonym || g.kind == KindTerm || g.kind == "place" {
			continue
		}
		for _, f := range g.forms {
			n := utf8.RuneCountInString(f)
			if n < 2 || n > 8 || g.kind == "concept" && n < 3 || !allHan(f) || !known(f) {
				continue
			}
			p := sound([]rune(f))
			if other, ok := s.bySound[p]; ok && other != f {
				s.bySound[p] = ""
				continue
			}
			s.bySound[p] = f
			s.longest = max(s.longest, n)
		}
	}
	return s
}

// Mend returns text with misspelt names put right, the longest first.
func (s *Speller) Mend(text string) string {
	rs := []rune(text)
	sounds := make([]string, len(rs))
	for i, r := range rs {
		if unicode.Is(unicode.Han, r) {
			sounds[i] = sound(rs[i : i+1])
		}
	}
	for n := min(s.longest, len(rs)); n >= 2; n-- {
		for i := 0; i+n <= len(rs); i++ {
			if slices.Contains(sounds[i:i+n], "") {
				continue
			}
			window := rs[i : i+n]
			name := s.bySound[strings.Join(sounds[i:i+n], "")]
			if name == "" || name == string(window) || s.known(string(window)) {
				continue
			}
			copy(window, []rune(name))
		}
	}
	return string(rs)
}

func allHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}

// sound is the pinyin of Han characters without tones, the most common reading
// of each.
func sound(rs []rune) string {
	args := pinyin.NewArgs()
	var b []byte
	for _, r := range rs {
		readings := pinyin.SinglePinyin(r, args)
		if len(readings) == 0 {
			return ""
		}
		b = append(b, readings[0]...)
		b = append(b, ' ')
	}
	return string(b)
}
