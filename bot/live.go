package bot

import (
	"io"
	"regexp"
	"strings"
	"unicode"

	"yanbao/rag"
)

// Live writes an answer while it is made: each verified sentence as it comes,
// then what Render writes below the answer. What is on the screen at the end
// reads as Render's text, but for an answer that had to begin anew: what stood
// before is then marked as void.
type Live struct {
	w       io.Writer
	options Options

	language string // that of the sentences, where the options name none
	shown    bool   // a sentence stands on the current line
	err      error
}

// NewLive returns a Live that writes to w.
func NewLive(w io.Writer, o Options) *Live { return &Live{w: w, options: o, language: o.Language} }

// Event takes what rag.Engine.Stream tells.
func (l *Live) Event(e rag.Event) {
	if e.Restart && l.shown {
		l.write("\n" + Paint(l.options.Color).Dim(WordingFor(l.language).Void) + "\n")
		l.shown = false
	}
	if e.Delta == "" {
		return
	}
	text := strings.ReplaceAll(Clean(e.Delta), "\n", " ")
	if l.options.Language == "" {
		l.language = languageOf(text)
	}
	l.write(citationMark.ReplaceAllStringFunc(text, Paint(l.options.Color).Mark))
	l.shown = true
}

// citationMark is a mark of the answer; marks in a report's text are widened
// by the engine.
var citationMark = regexp.MustCompile(`\[\d+\]`)

// Finish writes the rest of the answer that Stream returned.
func (l *Live) Finish(a *rag.Answer) error {
	if !l.shown {
		l.write(Render(a, l.options))
		return l.err
	}
	r := newRenderer(a, l.options)
	r.line("")
	r.below(a)
	l.write(r.out.String())
	return l.err
}

// Break ends the line of an answer that does not come to its end.
func (l *Live) Break() {
	if l.shown {
		l.write("\n")
	}
}

// languageOf tells Chinese, which has Han characters, from English.
func languageOf(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return Chinese
	}
	return English
}

func (l *Live) write(s string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.w, s)
	}
}
