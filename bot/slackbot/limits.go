package slackbot

import (
	"strings"
	"unicode/utf8"

	"yanbao/bot"

	"github.com/slack-go/slack"
)

// Slack's documented limits, in runes unless said otherwise.
const (
	mostBlocks      = 50   // of a message
	mostModalBlocks = 100  // of a modal
	mostSection     = 3000 // of the text of a section or context
	mostButton      = 75   // of a button's text
	mostTitle       = 24   // of a modal's title and buttons
	mostOption      = 75   // of an option's text
	mostOptions     = 100  // of a menu
	mostPrompts     = 4    // of an assistant thread
)

// Limits of our own, below Slack's.
const (
	mostText      = 3000  // of the text beside the blocks: chat.update takes 4,000
	mostMessage   = 11000 // of all text in the blocks of a message: Slack refuses some 13,200
	mostQuote     = 400   // of a quotation in a message
	mostSnippet   = 120   // of a passage that is only near
	mostStream    = 11000 // of the text of one streamed message: Slack takes 12,000
	mostFixed     = 2600  // of a table in fixed width
	mostFixedWide = 84    // columns of a table in fixed width
)

// escape writes s as mrkdwn that shows s and does nothing else: no mention, no
// link, no channel name comes of it. Signs of formatting keep their look; a
// word joiner before them takes their effect.
func escape(s string) string {
	var out strings.Builder
	for _, r := range bot.Clean(s) {
		switch r {
		case '&':
			out.WriteString("&amp;")
		case '<':
			out.WriteString("&lt;")
		case '>':
			out.WriteString("&gt;")
		case '*', '_', '~', '`':
			out.WriteRune(joiner)
			out.WriteRune(r)
			out.WriteRune(joiner)
		case '@':
			out.WriteRune(r)
			out.WriteRune(joiner)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// unescape is what escape was given, as far as Slack keeps it; it also reads
// what people write, which Slack escapes likewise.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", string(joiner), "").Replace(s)
}

// joiner is U+2060, a space of no width at which no line breaks.
const joiner = '\u2060'

// escapeMarkdown writes s as Markdown for the streaming methods, which shows s
// and creates no mention.
func escapeMarkdown(s string) string {
	var out strings.Builder
	for _, r := range bot.Clean(s) {
		switch {
		case r == '<':
			out.WriteString("&lt;")
		case r == '&':
			out.WriteString("&amp;")
		case r == '@':
			out.WriteRune(r)
			out.WriteRune(joiner)
		case strings.ContainsRune("\\`*_~[]#>|!", r):
			out.WriteByte('\\')
			out.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// cut shortens s to at most n runes and keeps its lines; what is cut ends in "…".
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return strings.TrimRight(string(runes[:n-1]), " \n") + "…"
}

// plain is text that Slack shows as it is: no mrkdwn, no mention, no emoji.
func plain(s string, n int) *slack.TextBlockObject {
	s = strings.TrimSpace(bot.Clean(s))
	if s == "" {
		s = "–" // Slack refuses empty text
	}
	return slack.NewTextBlockObject(slack.PlainTextType, cut(s, n), false, false)
}

// label is our own wording with emoji.
func label(s string, n int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(s, n), true, false)
}

// button makes a button; what it stands for is in value, at most 2,000 runes.
func button(action, text, value string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, label(text, mostButton))
}

// text is a run of rich text, shown as it is.
func text(s string, bold bool) slack.RichTextSectionElement {
	var style *slack.RichTextSectionTextStyle
	if bold {
		style = &slack.RichTextSectionTextStyle{Bold: true}
	}
	if s = bot.Clean(s); s == "" {
		s = "–" // Slack refuses empty text
	}
	return slack.NewRichTextSectionTextElement(s, style)
}

// small is a line of small print that Slack shows as it is.
func small(s string) *slack.ContextBlock {
	return slack.NewContextBlock("", plain(s, mostSection))
}
