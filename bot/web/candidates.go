package web

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag/quantity"
)

// candidate is a question made from a place of a document, and what an answer
// from that place holds.
type candidate struct {
	form  form
	parts []string // name and value in turn
	holds string
}

// form names what is asked of a place.
type form int

const (
	askValue form = iota
	askExpected
	askMembers
	askNames
	askDate
	askMost
)

// wordings are the questions of the forms in a language.
func wordings(language string) [6]string {
	if strings.HasPrefix(language, bot.English) {
		return [6]string{
			askValue:    "What was the {subject} in {when}?",
			askExpected: "What is the {subject} expected to be in {when}?",
			askMembers:  "Which {titles} have {value} as {column}?",
			askNames:    "What are the {columns} of {kind}?",
			askDate:     "What is the {column} of {kind}?",
			askMost:     "Which {title} has the highest {column}?",
		}
	}
	return [6]string{
		askValue:    "{when}{subject}是多少？",
		askExpected: "{when}{subject}预计是多少？",
		askMembers:  "{column}是{value}的{title}有哪些？",
		askNames:    "{kind}的{column}有哪些？",
		askDate:     "{kind}的{column}是什么时候？",
		askMost:     "{column}最高的{title}是哪些？",
	}
}

// in is the question in the language of the document.
func (c candidate) in(language string) string {
	return c.worded(language, c.parts)
}

var (
	onlyYear = regexp.MustCompile(`^(\d{4})年?$`)
	named    = regexp.MustCompile(`^《[^《》]+》$`)
)

// inEnglish is the question to a Chinese document in English; false where its
// words have no English form.
func (c candidate) inEnglish(translate func(string) (string, bool)) (string, bool) {
	parts := slices.Clone(c.parts)
	for i := 1; i < len(parts); i += 2 {
		if year := onlyYear.FindStringSubmatch(parts[i]); parts[i-1] == "when" && year != nil {
			parts[i] = year[1]
			continue
		}
		if named.MatchString(parts[i]) {
			continue // what a document is called is left in its language
		}
		english, ok := translate(parts[i])
		if !ok {
			return "", false
		}
		parts[i] = english
	}
	return c.worded(bot.English, parts), true
}

// worded is the question of parts; the forms may have a part in the plural too.
func (c candidate) worded(language string, parts []string) string {
	all := slices.Clone(parts)
	for i := 0; i+1 < len(parts); i += 2 {
		all = append(all, parts[i]+"s", plurals(parts[i+1]))
	}
	return fill(wordings(language)[c.form], all...)
}

// plurals is the plural of an English title: of each, where a stroke stands
// between several.
func plurals(title string) string {
	words := strings.Split(title, "/")
	for i, w := range words {
		bare := strings.TrimRight(w, " ")
		many := bare + "s"
		if y, ok := strings.CutSuffix(bare, "y"); ok && !strings.ContainsAny(y[max(0, len(y)-1):], "aeiou") {
			many = y + "ies"
		}
		words[i] = many + w[len(bare):]
	}
	return strings.Join(words, "/")
}

// fill puts values, given as pairs of name and value, into a form.
func fill(form string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		form = strings.ReplaceAll(form, "{"+pairs[i]+"}", pairs[i+1])
	}
	return form
}

// Longest parts of a question in runes, so that it reads like one.
const (
	longestKey     = 24
	longestColumn  = 10
	longestSubject = 20
	leastSubject   = 4
)

// candidates makes questions of a theme, in turn from each table, sentence and
// kind of question, so that none fills the list.
func candidates(d *ingest.Document, about subject) []candidate {
	where := newPlaces(d)
	var sources [][]candidate
	for i := range d.Tables {
		t := &d.Tables[i]
		title := ""
		if path := d.SectionPath(t.Section); len(path) > 0 {
			title = path[len(path)-1]
		}
		if len(t.Rows) > 1 && (about.words.MatchString(t.Caption) || about.words.MatchString(title)) {
			sources = append(sources, byMember(t), byName(t, where), byMost(t), byDate(t))
		}
	}
	var amounts []candidate
	for i := range d.Passages {
		p := &d.Passages[i]
		if p.Kind == ingest.KindText && p.DuplicateOf == "" {
			amounts = append(amounts, fromText(p, about)...)
		}
	}
	return interleave(append(sources, amounts))
}

// interleave takes the first of each, then the second of each, and so on.
func interleave(all [][]candidate) []candidate {
	var out []candidate
	for i := 0; ; i++ {
		n := len(out)
		for _, c := range all {
			if i < len(c) {
				out = append(out, c[i])
			}
		}
		if len(out) == n {
			return out
		}
	}
}

var bracketed = regexp.MustCompile(`\s*[（(][^）)]*[）)]`)

// header is the name of a column without what stands in brackets; "" where it
// is too long for a question.
func header(t *ingest.Table, c int) string {
	name := strings.TrimSpace(bracketed.ReplaceAllString(t.Columns[c], ""))
	if utf8.RuneCountInString(name) > longestColumn {
		return ""
	}
	return name
}

// byMember asks for the rows that share the value of a column.
func byMember(t *ingest.Table) []candidate {
	title := titleColumn(t, dateColumn(t))
	var out []candidate
	for c := range t.Columns {
		name, rows := header(t, c), header(t, title)
		if c == title || name == "" || rows == "" || allNumbers(texts(t, c)) {
			continue
		}
		for r := range t.Rows {
			value := t.Rows[r][c].Text
			if n := count(texts(t, c), value); n < 2 || n > len(t.Rows)/2 || t.Rows[r][c].Inherited || first(texts(t, c), value) != r || utf8.RuneCountInString(value) > longestColumn {
				continue
			}
			out = append(out, candidate{askMembers, []string{"column", name, "value", value, "title", rows}, ""})
		}
	}
	return out
}

// byName asks for the names that a cell lists.
func byName(t *ingest.Table, where places) []candidate {
	g, ok := groupingOf(t, where)
	if !ok || utf8.RuneCountInString(g.Column) > longestColumn {
		return nil
	}
	var out []candidate
	for _, p := range g.Groups {
		if n := utf8.RuneCountInString(p.Kind); n >= leastSubject && n <= longestKey && len(p.Names) > 1 {
			out = append(out, candidate{askNames, []string{"kind", p.Kind, "column", g.Column}, p.Names[0]})
		}
	}
	return out
}

// byMost asks for the rows with the greatest value.
func byMost(t *ingest.Table) []candidate {
	column, _ := measureColumn(t)
	if column < 0 {
		return nil
	}
	_, _, title := groupColumns(t, column)
	name, rows := header(t, column), header(t, title)
	if name == "" || rows == "" {
		return nil
	}
	return []candidate{{askMost, []string{"column", name, "title", rows}, ""}}
}

// byDate asks when something was, for each row.
func byDate(t *ingest.Table) []candidate {
	column := dateColumn(t)
	if column < 0 || header(t, column) == "" {
		return nil
	}
	title := titleColumn(t, column)
	var out []candidate
	for _, row := range t.Rows {
		name := row[title].Text
		if n := utf8.RuneCountInString(name); n >= leastSubject && n <= longestKey {
			out = append(out, candidate{askDate, []string{"kind", name, "column", header(t, column)}, row[column].Text})
		}
	}
	return out
}

// fromText asks for the amounts that sentences give for a period.
func fromText(p *ingest.Passage, about subject) []candidate {
	here := about.words.MatchString(strings.Join(p.Section, " "))
	var out []candidate
	for _, at := range ingest.Sentences(p.Text) {
		sentence := p.Text[at[0]:at[1]]
		points := pointsOf(sentence)
		growth, grows := seriesOf(sentence, points)
		for _, q := range points {
			expected := forecast.MatchString(q.said)
			if !(expected && about.expected || !expected && about.measured || here && !about.expected && !about.measured) {
				continue
			}
			thing := subjectOf(sentence, q)
			if grows && growth.Unit == q.value.Unit {
				thing = growth.Subject
			}
			if !asksWell(thing, q.value) {
				continue
			}
			asks := askValue
			if expected {
				asks = askExpected
			}
			out = append(out, candidate{asks, []string{"when", q.period.Text, "subject", thing}, q.value.Text})
		}
	}
	return out
}

var (
	ratio     = regexp.MustCompile(`(?:率|比|比重|比例|份额|增速|rate|share|ratio)$`)
	openEnded = regexp.MustCompile(`(?:显示|至|有|在|把|将|计划|策略|发布|推出|数据)$|[，,；：:（(《“]|\d`)
)

// asksWell reports whether a question for the value of a thing reads like one:
// an amount of money, or a percentage of what is called a ratio.
func asksWell(thing string, v quantity.Value) bool {
	if n := utf8.RuneCountInString(thing); n < leastSubject || n > longestSubject || openEnded.MatchString(thing) {
		return false
	}
	return v.Money() || v.Unit == "%" && ratio.MatchString(thing)
}

func count(all []string, s string) int {
	n := 0
	for _, a := range all {
		if a == s {
			n++
		}
	}
	return n
}

// first is the index of s in all.
func first(all []string, s string) int {
	for i, a := range all {
		if a == s {
			return i
		}
	}
	return -1
}
