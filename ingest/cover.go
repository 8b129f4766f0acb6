package ingest

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"
	"unicode"
)

// coverNodes is how far from the top of a file its title may stand.
const coverNodes = 40

// findTitle gives the title of the document its role and returns its node, or
// -1. A heading wholly in 《》 is the title; else the only heading of level 1,
// if it comes before all others. With several headings of level 1 the first
// only names the document and stays a section.
func (t *tree) findTitle(meta *Meta) int {
	first, ones := -1, 0
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.role != roleHeading {
			continue
		}
		if first < 0 {
			first = i
		}
		if n.level == 1 {
			ones++
		}
		if i < coverNodes && (enclosed(n.text) || meta.Title != "" && squash(n.text) == squash(meta.Title)) {
			for k := range i { // publisher's marks above the title
				if t.nodes[k].role == roleHeading {
					t.nodes[k].role = roleAside
				}
			}
			return t.setTitle(i, meta)
		}
	}
	if first < 0 || t.nodes[first].level != 1 || isContents(t.nodes[first].text) {
		return -1
	}
	if _, number := headingNumber(t.nodes[first].text); number {
		return -1
	}
	if ones == 1 {
		return t.setTitle(first, meta)
	}
	if meta.Title == "" {
		meta.Title = t.nodes[first].text
	}
	return -1
}

func (t *tree) setTitle(i int, meta *Meta) int {
	t.nodes[i].role = roleTitle
	if meta.Title == "" {
		meta.Title = t.nodes[i].text
	}
	return i
}

// enclosed reports whether the whole text is one 《title》.
func enclosed(text string) bool {
	return strings.HasPrefix(text, "《") && strings.HasSuffix(text, "》") && strings.Count(text, "《") == 1
}

var (
	coverDate      = regexp.MustCompile(`^((?:19|20)\d\d)\s*[.\-/年．]\s*(\d{1,2})\s*(?:[.\-/月．]\s*(\d{1,2})\s*日?|月)?$`)
	publisherName  = regexp.MustCompile(`(?:研究院|研究所|研究中心|研究部|咨询|证券|智库|事务所|协会|学会|(?i:research|consulting|securities|institute|advisory|insights))$`)
	maxPublisher   = 24 // runes
	maxCoverLine   = 40 // runes
	idHashAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
)

// completeMeta fills the empty fields of meta from the cover, the file name and
// the text.
func (t *tree) completeMeta(meta *Meta, title int, source string) {
	for i := 0; i < min(len(t.nodes), coverNodes); i++ {
		n := &t.nodes[i]
		if n.role == roleHeading && i > title && (title >= 0 || i > 0) {
			break
		}
		if n.role != roleText || runeLen(n.text) > maxCoverLine {
			continue
		}
		t.coverLine(meta, n.text)
	}
	if meta.Title == "" {
		meta.Title = t.fallbackTitle(source)
	}
	if meta.ID == "" {
		meta.ID = Slug(source, meta.Title)
	}
	if meta.Language == "" {
		meta.Language = t.language()
	}
}

func (t *tree) coverLine(meta *Meta, text string) {
	if m := coverDate.FindStringSubmatch(text); m != nil && meta.Date == "" {
		meta.Date = m[1] + "-" + twoDigits(m[2])
		if m[3] != "" {
			meta.Date += "-" + twoDigits(m[3])
		}
	}
	name := text
	if i := strings.IndexAny(name, " \n　|"); i > 0 && hanShare(name[:i]) > 0 {
		name = name[:i]
	}
	if meta.Publisher == "" && runeLen(name) <= maxPublisher && publisherName.MatchString(name) {
		meta.Publisher = name
	}
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func (t *tree) fallbackTitle(source string) string {
	if name := withoutExtension(source); name != "" {
		return name
	}
	for i := range t.nodes {
		if text := t.nodes[i].text; text != "" {
			text, _, _ = strings.Cut(text, "\n")
			return firstRunes(text, maxCoverLine)
		}
	}
	return "untitled"
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// language guesses zh or en from the first 40 or so texts; "" if it is neither.
func (t *tree) language() string {
	var b strings.Builder
	for i := range t.nodes {
		b.WriteString(t.nodes[i].text)
		if b.Len() > 8192 {
			break
		}
	}
	text := b.String()
	switch share := hanShare(text); {
	case share > 0.2:
		return "zh"
	case share == 0 && strings.IndexFunc(text, func(r rune) bool { return r < 0x80 && unicode.IsLetter(r) }) >= 0:
		return "en"
	}
	return ""
}

func withoutExtension(name string) string {
	name = baseName(name)
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// Slug derives a document ID from the name of its file: ASCII letters and
// digits in lower case, everything else a hyphen. A name that loses letters
// this way, or has none, gets a short hash, so that two Chinese names do not
// meet in one ID. Without a file name the title is used.
func Slug(name, title string) string {
	base := withoutExtension(name)
	if base == "" || base == "-" {
		base = title
	}
	var b strings.Builder
	lossy := false
	for _, r := range base {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 'a' - 'A')
		default:
			lossy = lossy || r > 0x7f
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
	}
	slug := strings.Trim(firstRunes(b.String(), 48), "-")
	if slug == "" {
		return "doc-" + shortHash(base, 8)
	}
	if lossy || len(b.String()) > 48 {
		return slug + "-" + shortHash(base, 6)
	}
	return slug
}

// shortHash returns the first n characters of the SHA-256 of s in lower-case
// base 32.
func shortHash(s string, n int) string {
	sum := sha256.Sum256([]byte(s))
	return idHashAlphabet.EncodeToString(sum[:])[:n]
}
