package langchain

import (
	"regexp"
	"strings"

	"yanbao/rag/llm"
)

// text is what a reader is shown of a reply that comes in pieces: without what
// the model thinks between <think> and </think>, and without the key. Pieces
// are held back while they may be the beginning of either.
type text struct {
	key    string
	onText func(string) error

	held     string // may be the beginning of a mark
	thinking bool   // between the marks
	untagged bool   // everything is held: the model may think without an opening mark
	thought  bool   // something was left out before the text
	shown    strings.Builder
	err      error // of onText, or of a reply that cannot be shown
}

// Marks of thinking in a text.
const (
	thinkOpen  = "<think>"
	thinkClose = "</think>"
)

// thinksAloud are models that may be served with the opening mark in the
// prompt, so that a reply begins with thought and holds the closing mark alone.
var thinksAloud = regexp.MustCompile(`(?i)(^|[-_/:.])(r1|qwq|reason(er|ing)?|think(ing)?)([-_:.]|$)`)

func newText(model, key string, onText func(string) error) *text {
	return &text{key: key, onText: onText, untagged: thinksAloud.MatchString(model)}
}

// text returns what was shown so far.
func (t *text) text() string { return t.shown.String() }

// hold keeps a text that is whole; close shows it.
func (t *text) hold(whole string) {
	t.untagged = true
	t.held += whole
}

// add takes a piece and shows what can be shown.
func (t *text) add(piece string) error {
	if t.err != nil {
		return t.err
	}
	t.held += piece
	if t.untagged {
		if !strings.Contains(t.held, thinkClose) {
			return nil
		}
		t.openUntagged()
	}
	t.drain(false)
	return t.err
}

// close shows the rest.
func (t *text) close() error {
	if t.err != nil {
		return t.err
	}
	if t.untagged {
		t.openUntagged()
	}
	t.drain(true)
	return t.err
}

// openUntagged begins to show; a closing mark without an opening one ends
// thought that began with the reply.
func (t *text) openUntagged() {
	t.untagged = false
	end, begin := strings.Index(t.held, thinkClose), strings.Index(t.held, thinkOpen)
	t.thinking = end >= 0 && (begin < 0 || end < begin)
}

// drain shows what is held, all of it or up to what may begin a mark.
func (t *text) drain(all bool) {
	for t.err == nil {
		mark := thinkOpen
		if t.thinking {
			mark = thinkClose
		}
		before, after, found := strings.Cut(t.held, mark)
		if !found {
			break
		}
		t.show(before)
		t.held, t.thinking, t.thought = after, !t.thinking, true
	}
	keep := 0
	if !all {
		keep = max(beginning(t.held, thinkOpen), beginning(t.held, thinkClose), beginning(t.held, t.key))
	}
	t.show(t.held[:len(t.held)-keep])
	t.held = t.held[len(t.held)-keep:]
}

// show hands on a piece of text, unless the model is thinking.
func (t *text) show(piece string) {
	if t.thinking || t.err != nil {
		return
	}
	if strings.Contains(piece, thinkClose) {
		t.err = &llm.Error{Failure: llm.Unreadable, Err: unreadable("the reply ends a thought that it did not begin").Err}
		return
	}
	if t.key != "" {
		piece = strings.ReplaceAll(piece, t.key, "[key]")
	}
	if t.thought && t.shown.Len() == 0 {
		piece = strings.TrimLeft(piece, " \r\n\t")
	}
	if piece == "" {
		return
	}
	t.shown.WriteString(piece)
	if t.onText != nil {
		t.err = t.onText(piece)
	}
}

// beginning returns how many bytes at the end of s may be the beginning of
// mark.
func beginning(s, mark string) int {
	for n := min(len(s), len(mark)-1); n > 0; n-- {
		if strings.HasSuffix(s, mark[:n]) {
			return n
		}
	}
	return 0
}
