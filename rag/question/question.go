// Package question understands what is asked: which kind of answer (a value
// with its unit, a date, a name, a list ...), about which names and periods,
// in which language, and in what other words a report may say it.
//
// It looks at the question and at general knowledge of language (the lexicon)
// only. It does not see the report and finds nothing.
package question

import (
	"strings"
	"unicode"

	"yanbao/rag/lexical"
	"yanbao/rag/quantity"
)

// Kind is what a clause of a question asks for.
type Kind string

// Kinds. Open is a clause that asks for whatever the report says.
const (
	Value       Kind = "value"       // a number with its unit
	Date        Kind = "date"        // when
	Document    Kind = "document"    // which law, plan, guideline
	Issuer      Kind = "issuer"      // who issued it
	Number      Kind = "number"      // the number of a document: 国发〔2017〕35号
	Source      Kind = "source"      // whose figure it is
	Name        Kind = "name"        // who, which one, what it is called
	Rank        Kind = "rank"        // at which place
	Superlative Kind = "superlative" // the most, the least
	List        Kind = "list"        // all members
	Count       Kind = "count"       // how many members or rows
	Definition  Kind = "definition"  // what a term means
	Reason      Kind = "reason"      // why
	Comparison  Kind = "comparison"  // two sides against each other
	Compute     Kind = "compute"     // sum, share, growth, product of stated numbers
	YesNo       Kind = "yesno"
	Open        Kind = "open"
)

// Ask is one thing that a question asks for.
type Ask struct {
	Kind  Kind
	Text  string   // the clause, as written
	Words string   // the clause, folded, the words that only ask blanked
	Units []string // for Value and Count: canonical units that fit; empty means any
	Noun  string   // for Value and Count what is counted (几个项目), for Name and List what kind of thing (第几梯队, 四类风险); "" unknown
	Exact bool     // for Value: asked for exactly, 具体是多少; for Date: to the month, 几月
	Size  int      // for List: how many members are expected (哪三条路); 0 unknown
	Least bool     // for Superlative: the least instead of the most
}

// Question is an understood question.
type Question struct {
	Text     string // as put, with what a follow-up left out filled in
	Words    string // Matter folded, the words that only ask blanked
	Asks     []Ask  // at least one, in order
	English  bool
	Periods  []quantity.Period
	Values   []quantity.Value // numbers that the question itself states
	Mentions []Mention        // names, see Lexicon
	Scope    Scope
}

// Scope says whether a question is one to a report at all.
type Scope string

// Scopes.
const (
	InScope    Scope = ""
	Investment Scope = "investment" // advice to buy or sell
	Task       Scope = "task"       // do something else: write code, translate, weather
	Meta       Scope = "meta"       // instructions to the assistant, prompts, keys
	Chat       Scope = "chat"       // greeting, thanks
)

// Parse understands text. lex may be nil: then no names are known.
func Parse(lex *Lexicon, text string) Question {
	q := Question{
		Text:    text,
		English: isEnglish(text),
		Periods: quantity.Periods(text),
		Values:  quantity.Values(text),
		Scope:   scopeOf(text),
	}
	if lex != nil {
		q.Mentions = lex.Mentions(text)
	}
	for _, clause := range clauses(text) {
		if a, ok := askOf(clause); ok {
			q.Asks = append(q.Asks, a...)
		}
	}
	if len(q.Asks) == 0 {
		q.Asks = []Ask{{Kind: Open, Text: text, Words: Content(lexical.Fold(text))}}
	}
	q.Words = Content(lexical.Fold(q.Matter()))
	return q
}

// Wants reports whether some clause asks for kind k.
func (q Question) Wants(k Kind) bool {
	for _, a := range q.Asks {
		if a.Kind == k {
			return true
		}
	}
	return false
}

// isEnglish reports whether a question is written in Latin letters: Han
// characters are at most names in it.
func isEnglish(s string) bool {
	han, latin := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.IsLetter(r):
			latin++
		}
	}
	return latin > 0 && latin > 8*han
}

// clauses cuts a question at its punctuation, outside brackets and quotation
// marks.
func clauses(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch r {
		case '《', '“', '（', '(', '「', '〔':
			depth++
		case '》', '”', '）', ')', '」', '〕':
			depth = max(0, depth-1)
		case '，', '？', '。', '；', '?', ';', '！', '\n':
			if depth == 0 {
				out = appendClause(out, s[start:i])
				start = i + len(string(r))
			}
		case ',':
			if depth == 0 && !(i > 0 && unicode.IsDigit(rune(s[i-1]))) {
				out = appendClause(out, s[start:i])
				start = i + 1
			}
		}
	}
	return appendClause(out, s[start:])
}

func appendClause(out []string, c string) []string {
	if c = strings.TrimSpace(c); c != "" {
		return append(out, c)
	}
	return out
}

// Matter is the question without the clauses that only ask whose figure it is:
// no passage is about 是哪家机构的数字.
func (q Question) Matter() string {
	matter := q.Text
	for _, c := range clauses(q.Text) {
		source, other := false, false
		for _, a := range q.Asks {
			if a.Text == c {
				source = source || a.Kind == Source
				other = other || a.Kind != Source && a.Kind != Name
			}
		}
		if source && !other {
			matter = strings.Replace(matter, c, strings.Repeat(" ", len(c)), 1)
		}
	}
	if !strings.ContainsFunc(Content(matter), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) || len(q.Asks) < 2 {
		return q.Text
	}
	return matter
}

// Compared returns the companies, products and models that a question names, as
// it names them, each once.
func (q Question) Compared() []string {
	var out []string
	seen := make(map[string]bool)
	for _, m := range q.Mentions {
		switch m.Kind {
		case "company", "product", "model":
			if !seen[m.Canonical] {
				seen[m.Canonical] = true
				out = append(out, q.Text[m.Start:m.End])
			}
		}
	}
	return out
}
