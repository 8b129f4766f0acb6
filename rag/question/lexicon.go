package question

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"yanbao/rag/lexical"
)

// Files of a lexicon. Every one is UTF-8, one entry a line, fields separated
// by tabs, alternatives within a field by |, with comment lines that begin
// with # and blank lines between. All matching is on folded text.
const (
	namesFile     = "names.tsv"     // canonical, kind, aliases, owner (aliases and owner may be empty)
	synonymsFile  = "synonyms.tsv"  // weight, forms, and for one direction only what they stand for
	termsFile     = "terms.tsv"     // English forms, Chinese forms; plurals are found too
	stopwordsFile = "stopwords.tsv" // class, words
)

// Kinds of expansions that are not names. Names have the kinds of names.tsv:
// company, product, model, agency, research, benchmark, place, document,
// concept.
const (
	KindSynonym = "synonym"
	KindTerm    = "term"
)

// Weights of the alternatives of names and of English terms, against 1 for
// the words of the question themselves.
const (
	nameWeight = 0.9
	termWeight = 0.9
)

var nameKinds = []string{"company", "product", "model", "agency", "research", "benchmark", "place", "document", "concept"}

// Lexicon is general knowledge of words: which names, synonyms and English
// terms stand for the same thing, and which words only ask. It knows nothing
// of any report. It is immutable and safe for concurrent use.
type Lexicon struct {
	forms     forms
	groups    []group
	names     map[string]int // canonical name to group
	stopwords map[string][]string
}

// group is a set of forms that stand for each other.
type group struct {
	kind      string
	canonical string
	owner     string
	forms     []string // as written, without repetition
	targets   []string // what the forms stand for where that is not the forms themselves
	weight    float64
}

// Expansion is a stretch of a text that can be said in other words.
type Expansion struct {
	Start, End   int    // byte offsets into the text given
	Surface      string // the stretch
	Canonical    string // of a name; the first form otherwise
	Kind         string // of the name, or KindSynonym or KindTerm
	Alternatives []string
	Weight       float64 // of the alternatives, the words themselves having 1
}

// Name reports whether the stretch is a name.
func (e Expansion) Name() bool { return e.Kind != KindSynonym && e.Kind != KindTerm }

// Mention is a name in a text.
type Mention struct {
	Canonical  string
	Kind       string // see names.tsv
	Owner      string // company that makes a product or model, "" if not known
	Start, End int    // byte offsets into the text given
}

// LoadLexicon reads the four files of a lexicon at the root of fsys. A file
// that is missing or a line that cannot be read is an error that names it.
func LoadLexicon(fsys fs.FS) (*Lexicon, error) {
	l := &Lexicon{forms: newForms(), groups: make([]group, 0, groupCount), names: make(map[string]int), stopwords: make(map[string][]string)}
	for _, f := range []struct {
		name string
		line func(fields []string) error
	}{
		{namesFile, l.addName}, {synonymsFile, l.addSynonyms}, {termsFile, l.addTerm}, {stopwordsFile, l.addStopwords},
	} {
		if err := readLines(fsys, f.name, f.line); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// readLines calls add with the fields of every entry of a file.
func readLines(fsys fs.FS, name string, add func(fields []string) error) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("question: read lexicon: %w", err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := add(strings.Split(line, "\t")); err != nil {
			return fmt.Errorf("question: read lexicon: %s line %d: %w", name, n, err)
		}
	}
	return nil
}

// alternatives splits a field at |; an empty or repeated form is an error.
func alternatives(field string) ([]string, error) {
	forms := strings.Split(field, "|")
	for i, f := range forms {
		if f == "" || f != strings.TrimSpace(f) {
			return nil, fmt.Errorf("form %q is empty or has blanks around it", f)
		}
		if slices.Contains(forms[:i], f) {
			return nil, fmt.Errorf("form %q is there twice", f)
		}
	}
	return forms, nil
}

func (l *Lexicon) addName(fields []string) error {
	if len(fields) < 2 || len(fields) > 4 {
		return fmt.Errorf("%d fields, want canonical name, kind, aliases and owner", len(fields))
	}
	g := group{canonical: fields[0], kind: fields[1], forms: []string{fields[0]}, weight: nameWeight}
	if g.canonical == "" || !slices.Contains(nameKinds, g.kind) {
		return fmt.Errorf("name %q of kind %q: want a name and one of %s", g.canonical, g.kind, strings.Join(nameKinds, ", "))
	}
	if _, ok := l.names[g.canonical]; ok {
		return fmt.Errorf("name %q is there twice", g.canonical)
	}
	if len(fields) > 2 && fields[2] != "" {
		forms, err := alternatives(g.canonical + "|" + fields[2])
		if err != nil {
			return err
		}
		g.forms = forms
	}
	if len(fields) == 4 {
		g.owner = fields[3]
	}
	for _, f := range g.forms {
		for _, other := range l.forms.get(lexical.Fold(f)) {
			if l.groups[other].canonical != g.canonical {
				return fmt.Errorf("form %q names %q already", f, l.groups[other].canonical)
			}
		}
	}
	l.names[g.canonical] = len(l.groups)
	l.add(g)
	return nil
}

func (l *Lexicon) addSynonyms(fields []string) error {
	if len(fields) != 2 && len(fields) != 3 {
		return fmt.Errorf("%d fields, want weight, forms and perhaps what they stand for", len(fields))
	}
	weight, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || weight <= 0 || weight > 1 {
		return fmt.Errorf("weight %q, want a number above 0 and at most 1", fields[0])
	}
	g := group{kind: KindSynonym, weight: weight}
	if g.forms, err = alternatives(fields[1]); err != nil {
		return err
	}
	if len(fields) == 3 {
		if g.targets, err = alternatives(fields[2]); err != nil {
			return err
		}
	} else if len(g.forms) < 2 {
		return fmt.Errorf("%q stands alone: a group needs two forms", fields[1])
	}
	g.canonical = g.forms[0]
	l.add(g)
	return nil
}

func (l *Lexicon) addTerm(fields []string) error {
	if len(fields) != 2 {
		return fmt.Errorf("%d fields, want English forms and Chinese forms", len(fields))
	}
	g := group{kind: KindTerm, weight: termWeight}
	var err error
	if g.forms, err = alternatives(fields[0]); err != nil {
		return err
	}
	if g.targets, err = alternatives(fields[1]); err != nil {
		return err
	}
	g.canonical = g.targets[0]
	l.add(g)
	for _, f := range g.forms {
		if p := plural(lexical.Fold(f)); p != "" {
			l.forms.put(p, int32(len(l.groups)-1))
		}
	}
	return nil
}

// plural returns the plural of an English form that is not made by an s alone,
// which scan finds by itself: city, cities; tax, taxes. It is "" for others.
// Adjectives get one too, which does no harm: nobody writes it.
func plural(form string) string {
	if n := len(form); n > 3 && form[n-1] == 'y' && form[n-2] >= 'a' && !strings.ContainsRune("aeiou", rune(form[n-2])) {
		return form[:n-1] + "ies"
	}
	for _, end := range []string{"x", "ss", "ch", "sh"} {
		if strings.HasSuffix(form, end) {
			return form + "es"
		}
	}
	return ""
}

func (l *Lexicon) addStopwords(fields []string) error {
	if len(fields) != 2 {
		return fmt.Errorf("%d fields, want class and words", len(fields))
	}
	words, err := alternatives(fields[1])
	if err != nil {
		return err
	}
	for _, w := range words {
		l.stopwords[fields[0]] = append(l.stopwords[fields[0]], lexical.Fold(w))
	}
	return nil
}

// add gives g a number and enters its forms.
func (l *Lexicon) add(g group) {
	for _, f := range g.forms {
		l.forms.put(lexical.Fold(f), int32(len(l.groups)))
	}
	l.groups = append(l.groups, g)
}

// Stopwords returns the folded words of a class of stopwords.tsv.
func (l *Lexicon) Stopwords(class string) []string { return slices.Clone(l.stopwords[class]) }

// Aliases returns the other forms of a canonical name; none for a name that
// is not known.
func (l *Lexicon) Aliases(canonical string) []string {
	g, ok := l.names[canonical]
	if !ok {
		return nil
	}
	return slices.Clone(l.groups[g].forms[1:])
}

// Expand returns the stretches of text that can be said otherwise, in order
// of their start, the longest first where several begin at one place and none
// inside another. One stretch may be there several times, for a name and for
// a synonym. text may be as written or folded.
func (l *Lexicon) Expand(text string) []Expansion {
	folded, offsets := lexical.FoldMap(text)
	var out []Expansion
	all := func([]int32) bool { return true }
	l.forms.scan(folded, all, func(start, end int, groups []int32) {
		from, to := offsets[start], offsets[end]
		if from >= to {
			return // part of a character such as ㎏
		}
		for _, n := range groups {
			g := &l.groups[n]
			e := Expansion{Start: from, End: to, Surface: text[from:to], Canonical: g.canonical, Kind: g.kind, Weight: g.weight}
			if e.Alternatives = g.others(folded[start:end]); len(e.Alternatives) > 0 || e.Name() {
				out = append(out, e)
			}
		}
	})
	return out
}

// others returns what a form can be replaced with.
func (g *group) others(folded string) []string {
	from := g.forms
	if g.targets != nil {
		from = g.targets
	}
	var out []string
	for _, f := range from {
		if lexical.Fold(f) != folded {
			out = append(out, f)
		}
	}
	return out
}

// Mentions returns the names in text in order, none inside another. text may
// be as written or folded.
func (l *Lexicon) Mentions(text string) []Mention {
	folded, offsets := lexical.FoldMap(text)
	var out []Mention
	isName := func(groups []int32) bool {
		return l.groups[groups[0]].kind != KindSynonym && l.groups[groups[0]].kind != KindTerm
	}
	l.forms.scan(folded, isName, func(start, end int, groups []int32) {
		if offsets[start] >= offsets[end] {
			return // part of a character such as ㎏
		}
		g := &l.groups[groups[0]] // names are entered before all else
		out = append(out, Mention{Canonical: g.canonical, Kind: g.kind, Owner: g.owner, Start: offsets[start], End: offsets[end]})
	})
	return out
}
