package ingest

import "strconv"

// buildOutline makes the sections and says for every node in which it stands.
// Chapters are at the top; below them the levels of the file decide.
func (t *tree) buildOutline() {
	current, number := -1, -1
	running, ready := map[string]int{}, map[string]int{}
	for i := range t.nodes {
		n := &t.nodes[i]
		if i == t.back {
			current = -1
		}
		switch n.role {
		case roleChapterNumber:
			number = i
			continue // its section is set with the title of the chapter
		case roleChapter:
			current = t.addSection(t.chapterTitle(number, i), -1, i, 0)
			if number >= 0 {
				t.nodes[number].section = current
				t.sections[current].node = number
			}
			number = -1
			clear(running)
		case roleHeading:
			if at, ok := running[n.text]; ok && t.slides && t.sections[at].running {
				n.role, current = roleAside, at
				break
			}
			if i < t.back { // pages stand side by side, whatever their level
				n.level = max(n.level, t.page)
			}
			current = t.addSection(n.text, t.parent(current, i), i, n.level)
			if t.slides && i < t.back && t.runsIn(current) {
				t.sections[current].running = true
				running[n.text] = current
			}
		case roleAside:
			if n.heading && isContents(n.text) {
				current = -1
			}
		case roleReady:
			current = t.readySection(n.path, ready, i)
		}
		n.section = current
	}
}

func (t *tree) addSection(title string, parent, node, level int) int {
	t.sections = append(t.sections, branch{title: title, parent: parent, node: node, level: level})
	return len(t.sections) - 1
}

func (t *tree) chapterTitle(number, i int) string {
	if number < 0 {
		return t.nodes[i].text
	}
	return t.nodes[number].text + " " + t.nodes[i].text
}

// parent returns the section under which heading i belongs when current is the
// section before it: the nearest above with a smaller level. In a report laid
// out as slides a page under a running header stands at the header's level.
func (t *tree) parent(current, i int) int {
	level := t.nodes[i].level
	for ; current >= 0; current = t.sections[current].parent {
		s := &t.sections[current]
		if s.level < level || s.running && s.level == level && !runningHead.MatchString(t.nodes[i].text) {
			return current
		}
	}
	return -1
}

// runsIn reports whether section s is a running header ("1.3 发展现状") of the
// chapter in which it stands, at the level of pages that have no numbers.
func (t *tree) runsIn(s int) bool {
	m := runningHead.FindStringSubmatch(t.sections[s].title)
	parent := t.sections[s].parent
	if m == nil || parent < 0 || t.sections[parent].level != 0 {
		return false
	}
	chapter, ok := headingNumber(t.nodes[t.sections[parent].node].text)
	if !ok {
		return true
	}
	k, err := strconv.Atoi(m[1])
	return err == nil && k == chapter
}

// readySection returns the section with the given path, made at node i where
// it is new.
func (t *tree) readySection(path []string, known map[string]int, i int) int {
	current, key := -1, ""
	for depth, title := range path {
		key += title + "\x00"
		at, ok := known[key]
		if !ok {
			at = t.addSection(title, current, i, depth+1)
			known[key] = at
		}
		current = at
	}
	return current
}

// inferSections puts the pages of a chapter under the sections that the
// contents page lists for it, where it is certain which page begins which
// section: as many pages as sections, or for every section one page whose
// title repeats it.
func (t *tree) inferSections() {
	if !t.slides || len(t.contents) == 0 {
		return
	}
	chapters := map[int][]int{} // chapter -> its pages
	for i, s := range t.sections {
		if s.parent >= 0 && t.sections[s.parent].level == 0 {
			chapters[s.parent] = append(chapters[s.parent], i)
		}
	}
	before := map[int]string{} // page -> title of the section that begins with it
	for i := range t.sections {
		pages := chapters[i]
		subs := t.subsOf(i)
		if t.sections[i].level != 0 || len(subs) == 0 || len(pages) < len(subs) || t.hasRunning(pages) {
			continue
		}
		for k, at := range t.align(subs, pages) {
			if bareTitle(subs[k]) != bareTitle(t.sections[at].title) {
				before[at] = subs[k]
			}
		}
	}
	if len(before) > 0 {
		t.insertSections(before)
	}
}

func (t *tree) hasRunning(pages []int) bool {
	for _, p := range pages {
		if t.sections[p].running {
			return true
		}
	}
	return false
}

func (t *tree) subsOf(section int) []string {
	title := bareTitle(t.sections[section].title)
	for _, e := range t.contents {
		if e.title == title {
			return e.subs
		}
	}
	return nil
}

// align returns for every section of the contents page the page that begins
// it, or nil if that is not certain.
func (t *tree) align(subs []string, pages []int) []int {
	if len(subs) == len(pages) {
		return pages
	}
	out := []int{pages[0]}
	if likeness(subs[0], t.sections[pages[0]].title) < 0.6 {
		return nil
	}
	at := 0
	for k := 1; k < len(subs); k++ {
		best, bestAt := 0.6, -1
		for p := at + 1; p < len(pages); p++ {
			title := t.sections[pages[p]].title
			if l := likeness(subs[k], title); l > best && l > likeness(subs[k-1], title) {
				best, bestAt = l, p
			}
		}
		if bestAt < 0 {
			return nil
		}
		at = bestAt
		out = append(out, pages[at])
	}
	return out
}

// likeness returns the share of the character pairs of a that occur in b.
func likeness(a, b string) float64 {
	pairs := map[[2]rune]bool{}
	r := []rune(squash(b))
	for i := 1; i < len(r); i++ {
		pairs[[2]rune{r[i-1], r[i]}] = true
	}
	r = []rune(squash(a))
	if len(r) < 2 {
		return 0
	}
	n := 0
	for i := 1; i < len(r); i++ {
		if pairs[[2]rune{r[i-1], r[i]}] {
			n++
		}
	}
	return float64(n) / float64(len(r)-1)
}

// insertSections puts a section before every page that is a key of before and
// moves that page, and the following pages of the chapter, under it.
func (t *tree) insertSections(before map[int]string) {
	old := t.sections
	moved := make([]int, len(old)) // old index -> new index
	t.sections = make([]branch, 0, len(old)+len(before))
	under := -1
	for i, s := range old {
		parent := -1
		if s.parent >= 0 {
			parent = moved[s.parent]
		}
		if title, ok := before[i]; ok {
			under = t.addSection(title, parent, s.node, s.level)
		}
		if s.parent < 0 {
			under = -1
		} else if old[s.parent].level == 0 && under >= 0 {
			parent = under
		}
		moved[i] = t.addSection(s.title, parent, s.node, s.level)
		t.sections[moved[i]].running = s.running
	}
	for i := range t.nodes {
		if s := t.nodes[i].section; s >= 0 {
			t.nodes[i].section = moved[s]
		}
	}
}
