package question

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// interrogative are words without which a clause asks nothing by itself.
var interrogative = re(`多少|几|哪|谁|什么|啥|何时|何种|怎|呢$|多大|多高|多久|多长|是否|吗|how|what|which|who|when|where|why`)

// mostParts is how many questions in one are answered.
const mostParts = 3

// Parts cuts a question into those that it puts one after the other: 这份文件叫
// 什么，谁发布的. A question that is one comes back whole, alone.
func Parts(text string) []string {
	var parts []string
	pending := "" // clauses that ask nothing belong to the next that does
	for _, c := range clauses(text) {
		pending = strings.TrimSpace(pending + "，" + c)
		pending = strings.TrimPrefix(pending, "，")
		if interrogative.MatchString(c) {
			parts = append(parts, pending)
			pending = ""
		}
	}
	if len(parts) < 2 || len(parts) > mostParts {
		return []string{text}
	}
	if pending != "" {
		parts[len(parts)-1] += "，" + pending
	}
	return parts
}

// opening are words that lead over to a further question.
var opening = re(`^(另外|还有|以及|此外|同时|并且|而且|那么|那|再|and|also)\s*[，,]?\s*`)

// WithTopic puts before a further part of a question what it is about, where it
// names nothing itself: the one title that the first part was answered with,
// else the names of the first part, else its words.
func WithTopic(lex *Lexicon, first, answered, part string) string {
	part = opening.ReplaceAllString(part, "")
	if titles.MatchString(part) || quoted.MatchString(part) {
		return part
	}
	content := strings.Join(strings.Fields(Content(lexical.Fold(part))), "")
	for _, m := range lex.Mentions(part) {
		if m.Kind != KindTerm && m.Kind != KindSynonym && utf8.RuneCountInString(content) > 6 {
			return part
		}
	}
	if found := titles.FindAllString(answered, -1); len(found) == 1 && !titles.MatchString(first) {
		return found[0] + " " + part
	}
	topic := namesOf(lex, first)
	if topic == "" || len(quantity.Periods(part)) > 0 {
		topic = topicOf(lex, first, part)
	}
	return strings.TrimSpace(topic + " " + part)
}

// namesOf are the titles, quotations, document numbers and names of a question.
func namesOf(lex *Lexicon, text string) string {
	var out []string
	for _, found := range [][]string{titles.FindAllString(text, -1), quoted.FindAllString(text, -1), numbered.FindAllString(text, -1)} {
		out = append(out, found...)
	}
	for _, m := range lex.Mentions(text) {
		if m.Kind != KindTerm && m.Kind != KindSynonym && m.Kind != "concept" && m.Kind != "place" && !strings.Contains(strings.Join(out, " "), text[m.Start:m.End]) {
			out = append(out, text[m.Start:m.End])
		}
	}
	return strings.Join(out, " ")
}

var numbered = regexp.MustCompile(`[\p{Han}]{2,8}[〔\[(（【]\d{4}[〕\])）】]\d+号`)

var quoted = regexp.MustCompile(`“[^”]+”|「[^」]+」`)
