package ingest

import (
	"strings"
	"unicode/utf8"
)

// A marker is the label that opens a line which is not running text: a
// caption, a source line, a note.
type marker struct {
	kind  markerKind
	sign  string // footnote sign before the label: "*", "[^1]", "†"
	body  int    // offset of what the label introduces
	table bool   // the label of the caption says table, not figure
}

type markerKind int

const (
	markNone    markerKind = iota
	markCaption            // 图示：, 图3 , 表2-1：, Figure 4.
	markSource             // 数据来源：
	markNote               // 注：, or any footnote sign
	markPeriod             // 时间：, 单位：
	markExplain            // 说明：
)

// markerWords maps the words that open a marked line to its kind. Longer words
// stand before their own prefixes.
var markerWords = []struct {
	word  string
	kind  markerKind
	table bool
}{
	{"图示", markCaption, false}, {"图表", markCaption, false}, {"附图", markCaption, false},
	{"图注", markNote, false}, {"图片来源", markSource, false}, {"图表来源", markSource, false}, {"图", markCaption, false},
	{"表格", markCaption, true}, {"附表", markCaption, true}, {"续表", markCaption, true},
	{"表注", markNote, false}, {"表", markCaption, true},
	{"数据来源", markSource, false}, {"资料来源", markSource, false}, {"参考资料", markSource, false},
	{"信息来源", markSource, false}, {"来源", markSource, false},
	{"注释", markNote, false}, {"注", markNote, false}, {"备注", markNote, false}, {"附注", markNote, false},
	{"时间", markPeriod, false}, {"统计时间", markPeriod, false}, {"数据时间", markPeriod, false},
	{"截止时间", markPeriod, false}, {"截至时间", markPeriod, false}, {"统计周期", markPeriod, false},
	{"统计区间", markPeriod, false}, {"单位", markPeriod, false},
	{"说明", markExplain, false},
	{"Figure", markCaption, false}, {"Fig.", markCaption, false}, {"Fig", markCaption, false},
	{"Chart", markCaption, false}, {"Exhibit", markCaption, false}, {"Table", markCaption, true},
	{"Sources", markSource, false}, {"Source", markSource, false}, {"Data sources", markSource, false}, {"Data source", markSource, false},
	{"Notes", markNote, false}, {"Note", markNote, false}, {"Period", markPeriod, false}, {"Unit", markPeriod, false},
}

// maxCaption is the length in runes beyond which a line that begins like a
// caption is taken for a sentence.
const maxCaption = 120

// parseMarker looks at the beginning of one line of reading text.
func parseMarker(line string) marker {
	text := strings.TrimLeft(line, " \t　")
	lead := len(line) - len(text)
	sign := footnoteSign(text)
	rest := strings.TrimLeft(text[len(sign):], " \t　:：")
	at := lead + len(text) - len(rest)
	for _, w := range markerWords {
		if !strings.HasPrefix(rest, w.word) {
			continue
		}
		body := markerBody(rest[len(w.word):], w.kind)
		if body < 0 || body >= len(rest)-len(w.word) {
			continue
		}
		m := marker{kind: w.kind, sign: sign, table: w.table, body: at + len(w.word) + body}
		if w.kind == markCaption && !captionLike(line[m.body:], rest[len(w.word):len(w.word)+body]) {
			continue
		}
		return m
	}
	if sign != "" && len(rest) > 0 {
		return marker{kind: markNote, sign: sign, body: at}
	}
	return marker{}
}

// footnoteSign returns the sign that opens a footnote, or "".
func footnoteSign(text string) string {
	switch {
	case strings.HasPrefix(text, "*"):
		return text[:len(text)-len(strings.TrimLeft(text, "*"))]
	case strings.HasPrefix(text, "[^"):
		if i := strings.IndexByte(text, ']'); i > 2 && i < 24 {
			return text[:i+1]
		}
	}
	switch r, size := utf8.DecodeRuneInString(text); r {
	case '†', '‡', '※', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹':
		return text[:size]
	}
	return ""
}

// markerBody returns the offset in rest, which follows a marker word, of what
// the marker introduces, or -1 if the word opens an ordinary sentence. A colon
// is needed unless a number stands between.
func markerBody(rest string, kind markerKind) int {
	i := len(rest) - len(strings.TrimLeft(rest, " 　"))
	digits := i
	for i < len(rest) {
		r, size := utf8.DecodeRuneInString(rest[i:])
		if !(r >= '0' && r <= '9') && !strings.ContainsRune("-–—－.", r) && !strings.ContainsRune("一二三四五六七八九十", r) {
			break
		}
		i += size
	}
	numbered := i > digits
	if numbered && kind != markCaption && kind != markNote {
		return -1
	}
	j := i + len(rest[i:]) - len(strings.TrimLeft(rest[i:], " 　"))
	for _, colon := range []string{"：", ":"} {
		if strings.HasPrefix(rest[j:], colon) {
			j += len(colon)
			return j + len(rest[j:]) - len(strings.TrimLeft(rest[j:], " 　"))
		}
	}
	if numbered && kind == markCaption && (j > i || strings.HasSuffix(rest[:i], ".")) {
		return j
	}
	return -1
}

// captionLike reports whether body, introduced by label, names a drawing and
// is not a sentence about one.
func captionLike(body, label string) bool {
	n := utf8.RuneCountInString(body)
	if n == 0 || n > maxCaption {
		return false
	}
	colon := strings.ContainsAny(label, "：:")
	return colon || !strings.HasSuffix(strings.TrimSpace(body), "。")
}

// splitMarked cuts the text of a paragraph at line breaks before marked lines
// and returns the offsets of its pieces.
func splitMarked(text string) [][2]int {
	var out [][2]int
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\n' && text[i] != '\v' {
			continue
		}
		next := text[i+1:]
		if end := strings.IndexAny(next, "\n\v"); end >= 0 {
			next = next[:end]
		}
		if parseMarker(next).kind != markNone {
			out = append(out, [2]int{start, i})
			start = i + 1
		}
	}
	return append(out, [2]int{start, len(text)})
}
