package prompts

import (
	"regexp"
	"strings"
	"unicode"
)

// Data makes a text that others wrote safe to stand in a prompt: as a model
// reads it, it cannot close or open a tag, begin a role, or pass for a
// citation mark, and it holds no character that is not seen. Characters that
// are seen stay as they are, but for these:
//
//   - "<" before anything but a number becomes "＜", "[INST]" becomes "［INST］";
//   - a mark such as [12] becomes ［12］;
//   - a brace becomes full-width, as braces mark what the model computed.
//
// Only the model reads the result; what people are shown is the text itself.
func Data(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(visible, s)
	s = withoutTags(s)
	s = mark.ReplaceAllString(s, "［$1］")
	return braces.Replace(s)
}

var (
	mark   = regexp.MustCompile(`(?i)\[([\s\p{Z}]*(?:\p{N}[\p{N}\s\p{Z},，、\-–]*|/?INST|/?SYS|/?TOOL[A-Z_]*)[\s\p{Z}]*)\]`)
	braces = strings.NewReplacer("{", "｛", "}", "｝")
)

// withoutTags widens every "<" that no number follows.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		next := strings.TrimLeftFunc(after, unicode.IsSpace)
		if next != "" && strings.ContainsRune("0123456789=.", rune(next[0])) {
			b.WriteString("<")
		} else {
			b.WriteString("＜")
		}
		s = after
	}
}

// visible drops a character that leaves no trace on a screen: controls, marks
// of direction, joiners, tags, selectors and fillers.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
		return -1
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF: // variation selectors, tags
		return -1
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0, r == 0x2800:
		return -1
	case r == '\u2028' || r == '\u2029':
		return '\n'
	}
	return r
}

// line is Data on one line, for what stands behind a label.
func line(s string) string { return strings.Join(strings.Fields(Data(s)), " ") }

func lines(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = line(s)
	}
	return out
}
