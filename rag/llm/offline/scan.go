package offline

import (
	"unicode"
	"unicode/utf8"
)

// Weights of the kinds of features, chosen on the training part of CMRC 2018.
// They stand in for the inverse document frequency, which would need the
// statistics of a corpus. Characters weigh more than pairs because few of them
// share a component of the vector, while pairs are many and collide.
const (
	weightChar   = 1.5
	weightPair   = 1.0
	weightWord   = 1.5 // a number too
	weightTriple = 0.3 // three letters of a word: what is left of it after a typing error
	weightFaint  = 0.1 // factor for pairs and characters that hold a function word
)

// Tags keep features of different kinds apart.
const (
	tagChar = iota + 1
	tagPair
	tagWord
	tagTriple
)

// scanner cuts one text into features. It folds case and full-width forms as
// it goes and copies nothing.
type scanner struct {
	out  *counter
	prev rune // Han character directly before, 0 without one

	// The word or number being read.
	hash    uint64 // FNV-1a over its folded runes
	last    [2]rune
	length  int  // in runes
	numeric bool // a number so far
}

// scan counts the features of text in c.
func scan(text string, c *counter) {
	s := scanner{out: c}
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
			r = fold(r)
		} else if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		i += size
		switch {
		case isWord(r):
			s.word(r)
		case isIdeograph(r):
			s.endWord()
			s.ideograph(r)
		case s.numeric && (r == '.' || r == ',') && i < len(text) && isDigit(rune(text[i])):
			if r == '.' { // 294.16 stays one number, 4,000 becomes 4000
				s.word(r)
			}
		default:
			s.endWord()
			s.prev = 0
		}
	}
	s.endWord()
}

// ideograph counts a character that is a word or part of one by itself, and
// the pair that it makes with the one directly before.
func (s *scanner) ideograph(r rune) {
	faint := isFunction(r)
	s.out.add(tagChar<<56|uint64(r), pick(faint, weightChar*weightFaint, weightChar))
	if s.prev != 0 {
		faint = faint || isFunction(s.prev)
		s.out.add(tagPair<<56|uint64(s.prev)<<24|uint64(r), pick(faint, weightPair*weightFaint, weightPair))
	}
	s.prev = r
}

// word takes the next letter or digit of a word or number.
func (s *scanner) word(r rune) {
	if s.length == 0 {
		s.hash, s.numeric, s.prev = 14695981039346656037, true, 0
	}
	s.hash = (s.hash ^ uint64(r)) * 1099511628211
	s.numeric = s.numeric && (isDigit(r) || r == '.')
	if s.length >= 2 && !s.numeric {
		s.out.add(tagTriple<<56^uint64(s.last[0])<<42^uint64(s.last[1])<<21^uint64(r), weightTriple)
	}
	s.last[0], s.last[1] = s.last[1], r
	s.length++
}

// endWord counts the word that has been read, if there is one.
func (s *scanner) endWord() {
	if s.length > 0 {
		s.out.add(s.hash^tagWord<<56, weightWord)
		s.length, s.numeric = 0, false
	}
}

// fold lowers the case and narrows full-width forms of one rune.
func fold(r rune) rune {
	switch {
	case 0x4e00 <= r && r <= 0x9fff: // most of Chinese text: nothing to fold
		return r
	case 0xff01 <= r && r <= 0xff5e:
		r -= 0xfee0
	case r == 0x3000:
		return ' '
	}
	return unicode.ToLower(r)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isWord reports whether r belongs to a word written with spaces around it, or
// to a number.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || isDigit(r)
	}
	if 0x3000 <= r && r <= 0x9fff { // Han, kana and their punctuation
		return false
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !isIdeograph(r)
}

// isIdeograph reports whether r is of a script written without spaces.
func isIdeograph(r rune) bool {
	if 0x4e00 <= r && r <= 0x9fff {
		return true
	}
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// isFunction reports whether r is a particle, preposition or the like, which
// stands in nearly every Chinese sentence and says little about it.
func isFunction(r rune) bool {
	switch r {
	case '的', '了', '在', '是', '和', '与', '及', '或', '等', '以', '为', '于', '对', '将',
		'也', '而', '并', '被', '其', '之', '从', '由', '该', '这', '那', '此', '所', '着', '过',
		'吗', '呢', '吧', '啊', '都', '就', '还', '又', '很', '把', '到', '有':
		return true
	}
	return false
}

func pick(faint bool, yes, no float32) float32 {
	if faint {
		return yes
	}
	return no
}
