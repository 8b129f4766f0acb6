package question

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// trie finds forms in a text, the longest at each place.
type trie struct {
	next   map[edge]int32
	groups [][]int32 // by node: the groups of the form that ends there
}

type edge struct {
	node int32
	r    rune
}

// trieSize is about how many nodes the shipped tables make.
const trieSize = 1 << 15

func newTrie() trie {
	return trie{next: make(map[edge]int32, trieSize), groups: make([][]int32, 1, trieSize)}
}

// put enters a folded form of a group.
func (t *trie) put(form string, group int32) {
	node := int32(0)
	for _, r := range form {
		to, ok := t.next[edge{node, r}]
		if !ok {
			to = int32(len(t.groups))
			t.next[edge{node, r}] = to
			t.groups = append(t.groups, nil)
		}
		node = to
	}
	for _, g := range t.groups[node] {
		if g == group {
			return
		}
	}
	t.groups[node] = append(t.groups[node], group)
}

// get returns the groups of a folded form.
func (t *trie) get(form string) []int32 {
	node := int32(0)
	for _, r := range form {
		to, ok := t.next[edge{node, r}]
		if !ok {
			return nil
		}
		node = to
	}
	return t.groups[node]
}

// scan calls found for the longest form that wanted accepts at each place of
// folded text, going on behind it. A form that begins or ends with a letter
// or digit is not found inside a longer run of those.
func (t *trie) scan(folded string, wanted func([]int32) bool, found func(start, end int, groups []int32)) {
	before := ' '
	for i := 0; i < len(folded); {
		r, n := utf8.DecodeRuneInString(folded[i:])
		if latin(r) && latin(before) {
			i, before = i+n, r
			continue
		}
		end, groups := t.longest(folded, i, wanted)
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
func (t *trie) longest(folded string, i int, wanted func([]int32) bool) (end int, groups []int32) {
	node := int32(0)
	for j := i; j < len(folded); {
		r, n := utf8.DecodeRuneInString(folded[j:])
		to, ok := t.next[edge{node, r}]
		if !ok {
			break
		}
		node = to
		j += n
		if g := t.groups[node]; len(g) > 0 && wanted(g) {
			if k := wordEnd(folded, r, j); k > 0 {
				end, groups = k, g
			}
		}
	}
	return end, groups
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
