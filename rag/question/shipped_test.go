package question

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"yanbao/rag/lexical"
)

// Bounds of the shipped tables: what they may cost at every start.
const (
	maxShippedBytes  = 600 << 10 // of all files together
	maxShippedForms  = 24_000    // that questions are searched for
	maxGroupForms    = 24        // a wider group says that a word means everything
	maxTargets       = 12
	maxFormRunes     = 90
	minSynonymWeight = 0.3 // a weaker word is none
)

const shippedLexicon = "../../corpus/lexicon"

func shipped(t *testing.T) *Lexicon {
	t.Helper()
	l, err := LoadLexicon(os.DirFS(shippedLexicon))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestShippedFiles holds the tables to plain text of a bounded size that names
// its origin.
func TestShippedFiles(t *testing.T) {
	total := 0
	for _, name := range []string{namesFile, synonymsFile, termsFile, stopwordsFile} {
		data, err := fs.ReadFile(os.DirFS(shippedLexicon), name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		text := string(data)
		if !strings.HasPrefix(text, "# ") || !strings.Contains(text, "general knowledge") || !strings.Contains(text, "made from no report") {
			t.Errorf("%s: the head does not say where the entries come from", name)
		}
		if !strings.HasSuffix(text, "\n") || strings.Contains(text, "\r") {
			t.Errorf("%s: want lines that end in a line feed, the last one too", name)
		}
		for n, line := range strings.Split(text, "\n") {
			if strings.TrimRight(line, " \t") != line && !strings.HasPrefix(line, "#") && name != namesFile {
				t.Errorf("%s line %d ends in blanks", name, n+1)
			}
			if !strings.HasPrefix(line, "#") && strings.ContainsAny(line, "，；\u3000\u00a0\ufeff") {
				t.Errorf("%s line %d: separator that is no tab and no |: %q", name, n+1, line)
			}
		}
	}
	if total > maxShippedBytes {
		t.Errorf("%d bytes in all files, want at most %d", total, maxShippedBytes)
	}
}

// TestShippedGroups holds the groups to forms that differ, also when folded,
// and to bounded widths.
func TestShippedGroups(t *testing.T) {
	l := shipped(t)
	forms := 0
	bodies := make(map[string]string)
	for i := range l.groups {
		g := &l.groups[i]
		forms += len(g.forms)
		for _, list := range [][]string{g.forms, g.targets} {
			folded := foldAll(list)
			slices.Sort(folded)
			for j := 1; j < len(folded); j++ {
				if folded[j] == folded[j-1] {
					t.Errorf("%s %q: %q is there twice when folded", g.kind, g.canonical, folded[j])
				}
			}
			for _, f := range list {
				if len([]rune(f)) > maxFormRunes {
					t.Errorf("%s %q: form %q is too long to be said", g.kind, g.canonical, f)
				}
			}
		}
		if len(g.forms) > maxGroupForms || len(g.targets) > maxTargets {
			t.Errorf("%s %q: %d forms and %d targets, want at most %d and %d", g.kind, g.canonical, len(g.forms), len(g.targets), maxGroupForms, maxTargets)
		}
		if g.kind == KindSynonym && g.weight < minSynonymWeight {
			t.Errorf("synonyms of %q: weight %v, want at least %v", g.canonical, g.weight, minSynonymWeight)
		}
		body := g.kind + "\t" + strings.Join(sorted(foldAll(g.forms)), "|") + "\t" + strings.Join(sorted(foldAll(g.targets)), "|")
		if first, ok := bodies[body]; ok {
			t.Errorf("%s: groups of %q and %q are the same", g.kind, first, g.canonical)
		}
		bodies[body] = g.canonical
	}
	if forms > maxShippedForms {
		t.Errorf("%d forms, want at most %d", forms, maxShippedForms)
	}
	t.Logf("%d forms in %d groups", forms, len(l.groups))
}

// TestShippedTermsGoOneWay holds terms to English forms with Chinese words
// behind them. A form in two entries has two meanings: they share no word.
func TestShippedTermsGoOneWay(t *testing.T) {
	l := shipped(t)
	entries := make(map[string]*group)
	for i := range l.groups {
		g := &l.groups[i]
		if g.kind != KindTerm {
			continue
		}
		for _, f := range foldAll(g.forms) {
			if first := entries[f]; first != nil && slices.ContainsFunc(g.targets, func(w string) bool { return slices.Contains(first.targets, w) }) {
				t.Errorf("term %q stands in the entries of %q and %q, which share a word: join them", f, first.canonical, g.canonical)
			}
			entries[f] = g
			if strings.ContainsFunc(f, isHan) {
				t.Errorf("term %q is not English", f)
			}
		}
	}
}

// TestShippedWordsStayApart holds that no entry makes equal what
// testdata/unequal.tsv keeps apart.
func TestShippedWordsStayApart(t *testing.T) {
	l := shipped(t)
	apart := make(map[[2]string]bool)
	err := readLines(os.DirFS("testdata"), "unequal.tsv", func(fields []string) error {
		if len(fields) != 2 {
			t.Fatalf("unequal.tsv: %d fields in %q, want two", len(fields), fields)
		}
		left, err := alternatives(fields[0])
		if err != nil {
			return err
		}
		right, err := alternatives(fields[1])
		for _, a := range foldAll(left) {
			for _, b := range foldAll(right) {
				apart[[2]string{a, b}], apart[[2]string{b, a}] = true, true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(apart) < 400 {
		t.Fatalf("%d pairs in unequal.tsv, want at least 400", len(apart))
	}
	for i := range l.groups {
		g := &l.groups[i]
		if g.kind == KindTerm {
			continue // one English word has several meanings: volume, turnover
		}
		from, to := foldAll(g.forms), foldAll(g.targets)
		if g.targets == nil {
			to = from
		}
		for _, a := range from {
			for _, b := range to {
				if apart[[2]string{a, b}] {
					t.Errorf("%s %q: %q stands for %q", g.kind, g.canonical, a, b)
				}
			}
		}
	}
}

func foldAll(forms []string) []string {
	out := make([]string, 0, len(forms))
	for _, f := range forms {
		out = append(out, lexical.Fold(f))
	}
	return out
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func isHan(r rune) bool { return r >= 0x3400 && r <= 0x9FFF }
