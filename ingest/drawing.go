package ingest

import (
	"regexp"
	"strings"
)

// Limits of what is taken for a label of a drawing, in runes.
const (
	maxLabel     = 20  // the label itself
	maxLabelText = 220 // what stands under it
	maxTermText  = 60  // the phrase under a label without a drawing
	maxCardText  = 80  // the one paragraph under a label in a report laid out as slides
)

// imageDescription matches the opening of a sentence in which a machine
// describes a picture.
var imageDescription = regexp.MustCompile(`^(?:an?|the|this|these)\s.*\b(?:images?|graphic|photo(?:graph)?|picture|illustration|icons?|diagram|chart|plot|graph|bars|legend|logo|background|drawing|silhouette|depicts?|featuring|close-up)\b`)

// axisLabel matches one number at the axis of a chart.
var axisLabel = regexp.MustCompile(`^[-–+]?[0-9][0-9.,，]*(?:[%％EF]|年|月|日|季度|Q[1-4]|H[12])?$|^(?:20)?[0-9]{2}(?:Q[1-4]|H[12])$|^Q[1-4]$`)

// pageFooter matches page numbers.
var pageFooter = regexp.MustCompile(`^(?i:第\s*\d{1,4}\s*页(?:\s*[/，,]?\s*共\s*\d{1,4}\s*页)?|[-–—－·|]+\s*\d{1,4}\s*[-–—－·|]+|page\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|\d{1,4}\s*/\s*\d{1,4})$`)

// markAsides finds what is not part of the report: page footers, headings
// repeated on a continued page, and in a Chinese document the English
// descriptions that a machine gave of its images.
func (t *tree) markAsides(title int, language string) {
	cover := t.coverEnd(title)
	count := map[string]int{}
	for i := range t.nodes {
		if n := &t.nodes[i]; n.role == roleText && runeLen(n.text) <= 40 {
			count[n.text]++
		}
	}
	page := -1
	for i := range t.nodes {
		n := &t.nodes[i]
		switch {
		case n.role == roleHeading && page >= 0 && n.text == t.nodes[page].text && n.level == t.nodes[page].level && i > page+1:
			n.role = roleAside
		case n.role == roleHeading || n.role == roleChapter:
			page = i
		case n.role == roleText && (isFooter(n.text) || axisLabels(n.text) || count[n.text] >= 4 && runeLen(n.text) <= 40 && !t.besideLabel(i)):
			n.role = roleAside
		case n.role == roleText && language == "zh" && t.describesImage(i, i < cover):
			n.role = roleAside
			if j := i + 1; j < cover && t.nodes[j].role == roleText && runeLen(t.nodes[j].text) <= 3 {
				t.nodes[j].role = roleAside // the words inside the picture
			}
		}
	}
}

// isFooter reports whether a paragraph is a page number.
func isFooter(text string) bool { return len(text) < 40 && pageFooter.MatchString(text) }

// axisLabels reports whether a paragraph is what remains of the axes of a
// chart: nothing but numbers, shares, months or years, at least six of them.
func axisLabels(text string) bool {
	fields := strings.Fields(text)
	if len(fields) < 6 {
		return false
	}
	for _, f := range fields {
		if !axisLabel.MatchString(f) {
			return false
		}
	}
	return true
}

// coverEnd returns the first heading after the title, where the cover ends.
func (t *tree) coverEnd(title int) int {
	for i := title + 1; i < len(t.nodes); i++ {
		if r := t.nodes[i].role; r == roleHeading || r == roleChapter || r == roleChapterNumber {
			return i
		}
	}
	return 0
}

// besideLabel reports whether node i directly follows a heading: such short
// texts may repeat without being footers.
func (t *tree) besideLabel(i int) bool { return i > 0 && t.nodes[i-1].role == roleHeading }

func (t *tree) describesImage(i int, onCover bool) bool {
	text := t.nodes[i].text
	if hanShare(text) > 0 || strings.Count(text, " ") < 11 {
		return false
	}
	return onCover || imageDescription.MatchString(strings.ToLower(firstRunes(text, 160)))
}

// markTableTitles turns a heading directly above a table into the caption of
// the table, in a report laid out as slides, where the table has no caption of
// its own and nothing but notes follows it.
func (t *tree) markTableTitles() {
	if !t.slides {
		return
	}
	for i := range t.nodes {
		if t.nodes[i].role != roleHeading {
			continue
		}
		j := t.next(i)
		if j >= len(t.nodes) || t.nodes[j].role != roleTable {
			continue
		}
		alone := true
		for k := j + 1; k < len(t.nodes) && !t.nodes[k].heading; k++ {
			r := t.nodes[k].role
			alone = alone && r.marked() && r != roleCaption
		}
		if alone {
			t.nodes[i].role = roleTableTitle
		}
	}
}

// markLabels finds headings that are labels of a drawing: short ones below
// page level, each with a short text or none, in a row that ends at a caption.
// A row of at least two with a short phrase each is a list of terms even
// without a caption. A heading over real sentences stays a section, unless the
// report is laid out as slides and each holds one short paragraph.
func (t *tree) markLabels() {
	page := 0
	for i := 0; i < len(t.nodes); i++ {
		n := &t.nodes[i]
		if n.role == roleChapter || n.role == roleTitle {
			page = 0
		}
		if n.role != roleHeading {
			continue
		}
		if page == 0 || n.level <= page {
			page = n.level
			continue
		}
		end, ok := t.labelRow(i)
		if !ok {
			page = min(page, n.level)
			continue
		}
		for ; i < end; i++ {
			if t.nodes[i].role == roleHeading {
				t.nodes[i].role = roleLabel
			} else if t.nodes[i].role != roleAside {
				t.nodes[i].role = roleLabelText
			}
		}
		i--
	}
}

// A labelText is what stands between a label and what follows it.
type labelText struct {
	next     int  // the node after it
	texts    int  // paragraphs and bullets
	size     int  // their runes
	plain    bool // no bullets
	sentence bool // the last one ends a sentence
}

func (t *tree) underLabel(i int) labelText {
	out := labelText{next: i + 1, plain: true}
	for ; out.next < len(t.nodes); out.next++ {
		n := &t.nodes[out.next]
		switch n.role {
		case roleAside:
		case roleText, roleBullet:
			out.texts++
			out.size += runeLen(n.text)
			out.plain = out.plain && n.role == roleText
			out.sentence = endsSentence(n.text)
		default:
			return out
		}
	}
	return out
}

// labelRow returns the node after the row of labels that begins at heading i,
// and whether it is one.
func (t *tree) labelRow(i int) (int, bool) {
	level, labels, sentences, phrases := t.nodes[i].level, 0, 0, 0
	j := i
	for j < len(t.nodes) && t.nodes[j].role == roleHeading && t.nodes[j].level == level {
		if runeLen(t.nodes[j].text) > maxLabel {
			return i, false
		}
		labels++
		under := t.underLabel(j)
		if under.size > maxLabelText {
			return i, false
		}
		if under.sentence {
			sentences++
		}
		phrase := under.texts > 0 && under.size <= maxTermText && !under.sentence
		if card := t.slides && under.texts == 1 && under.size <= maxCardText; under.plain && (phrase || card) {
			phrases++
		}
		j = under.next
	}
	caption := j < len(t.nodes) && t.nodes[j].role == roleCaption && !t.nodes[j].mark.table
	cards := labels >= 2 && phrases == labels
	if caption && (sentences*3 <= labels || cards && t.slides) {
		return j, true
	}
	next := j >= len(t.nodes) || t.nodes[j].heading
	return j, next && cards
}
