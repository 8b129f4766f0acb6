package question

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// forms finds folded words and names in a text, the longest at each place.
// Reading the tables at every start costs more than a question, so it is made
// for that: an entry of a map for each form, none for its inner characters.
type forms struct {
	numbers map[string]int32     // by form
	groups  [][]int32            // by number of the form: the groups that it stands in
	lengths map[prefix]byteSizes // how long the forms are that begin so
}

// prefix is the first two characters of a form; the second is 0 for a form of
// one.
type prefix struct{ first, second rune }

// byteSizes is a set of lengths below 256, a bit for each.
type byteSizes [4]uint64

// maxForm is the length in bytes of the longest form that is found; nobody
// writes longer ones into a question.
const maxForm = 255

// formCount and groupCount are about how many the shipped tables hold.
const (
	formCount  = 18_000
	groupCount = 8_000
)

func newForms() forms {
	return forms{
		numbers: make(map[string]int32, formCount),
		groups:  make([][]int32, 0, formCount),
		lengths: make(map[prefix]byteSizes, formCount/2),
	}
}

// clone returns a copy that can be added to without a change of f.
func (f *forms) clone() forms {
	return forms{numbers: maps.Clone(f.numbers), groups: slices.Clone(f.groups), lengths: maps.Clone(f.lengths)}
}

// put enters a folded form of a group.
func (f *forms) put(form string, group int32) {
	if form == "" || len(form) > maxForm {
		return
	}
	if n, ok := f.numbers[form]; ok {
		if known := f.groups[n]; !slices.Contains(known, group) {
			f.groups[n] = append(slices.Clip(known), group) // never into an array that a clone has too
		}
		return
	}
	f.numbers[form] = int32(len(f.groups))
	f.groups = append(f.groups, []int32{group})
	p := prefixOf(form)
	sizes := f.lengths[p]
	sizes[len(form)/64] |= 1 << (len(form) % 64)
	f.lengths[p] = sizes
}

// get returns the groups of a folded form, nil for one that is not known.
func (f *forms) get(form string) []int32 {
	if n, ok := f.numbers[form]; ok {
		return f.groups[n]
	}
	return nil
}

// prefixOf returns the prefix of text, which is not empty.
func prefixOf(text string) prefix {
	first, n := utf8.DecodeRuneInString(text)
	if n == len(text) {
		return prefix{first: first}
	}
	second, _ := utf8.DecodeRuneInString(text[n:])
	return prefix{first, second}
}

// scan calls found for the longest form that wanted accepts at each place of
// folded text, going on behind it. A form that begins or ends with a letter
// or digit is not found inside a longer run of those.
func (f *forms) scan(folded string, wanted func([]int32) bool, found func(start, end int, groups []int32)) {
	before := ' '
	for i := 0; i < len(folded); {
		r, n := utf8.DecodeRuneInString(folded[i:])
		if latin(r) && latin(before) {
			i, before = i+n, r
			continue
		}
		end, groups := f.longest(folded, i, wanted)
		if end == 0 {
			i, before = i+n, r
			continue
		}
		found(i, end, groups)
		before, _ = utf8.DecodeLastRuneInString(folded[:end])
		i = end
	}
}

// longest returns the end of the longest form at i and its groups; 0 for
// none.
func (f *forms) longest(folded string, i int, wanted func([]int32) bool) (end int, groups []int32) {
	p := prefixOf(folded[i:])
	for _, p := range [2]prefix{p, {first: p.first}} {
		sizes, ok := f.lengths[p]
		if !ok {
			continue
		}
		for word := len(sizes) - 1; word >= 0; word-- {
			for set := sizes[word]; set != 0; {
				bit := bits.Len64(set) - 1
				set &^= 1 << bit
				j := i + word*64 + bit
				if j > len(folded) {
					continue
				}
				g := f.get(folded[i:j])
				if len(g) == 0 || !wanted(g) {
					continue
				}
				last, _ := utf8.DecodeLastRuneInString(folded[i:j])
				if k := wordEnd(folded, last, j); k > 0 {
					return k, g
				}
			}
		}
		if p.second == 0 {
			break
		}
	}
	return 0, nil
}

// wordEnd returns where the form that ends at j with the character last ends
// in the text: at j, or behind the s of an English plural; 0 if the word, or
// the number with its decimals, goes on.
func wordEnd(folded string, last rune, j int) int {
	if !latin(last) {
		return j
	}
	rest := folded[j:]
	digit := last >= '0' && last <= '9'
	if !digit && strings.HasPrefix(rest, "s") {
		if next, _ := utf8.DecodeRuneInString(rest[1:]); !latin(next) {
			return j + 1
		}
	}
	next, n := utf8.DecodeRuneInString(rest)
	if latin(next) {
		return 0
	}
	if digit && next == '.' && len(rest) > n && rest[n] >= '0' && rest[n] <= '9' {
		return 0
	}
	return j
}

// latin reports whether r is part of words that blanks separate.
func latin(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return r < 0x0E00 && unicode.IsLetter(r)
}
