package ingest

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	numberOnly   = regexp.MustCompile(`^(?i:(?:第\s*)?([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*(?:章|篇|部分|节)?|(?:part|chapter|section)\s*\.?\s*([0-9]{1,2}))[.、．]?$`)
	numberPrefix = regexp.MustCompile(`^(?i:第\s*[0-9一二三四五六七八九十]{1,3}\s*(?:章|篇|部分|节)|[0-9]{1,2}(?:[.．][0-9]{1,2}){1,3}[.．、:：]?\s*|[0-9]{1,2}(?:[.．、:：]\s*|\s+)|[一二三四五六七八九十]{1,3}、|[（(][0-9一二三四五六七八九十]{1,3}[）)]|(?:part|chapter|section)\s*[0-9]{1,2}[.:：]?\s)`)
	runningHead  = regexp.MustCompile(`^([0-9]{1,2})[.．]([0-9]{1,2})\s*[^0-9.．\s]`)
	paddedNumber = regexp.MustCompile(`^(0[1-9]|[1-9][0-9]?)\s+\S`)
	chapterHead  = regexp.MustCompile(`^第\s*([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*章`)
	leaderLine   = regexp.MustCompile(`^(.*?[^.．…·‥ ])\s*(?:[.．·‥]{4,}|…{2,}|(?:[.·…]\s){3,})[.．…·‥\s]*\d{1,4}$`)
	depthPrefix  = regexp.MustCompile(`^[0-9]{1,2}[.．][0-9]`)
	backMatter   = regexp.MustCompile(`^(?i:分析师声明|分析师承诺|免责声明|免责条款|法律声明|重要声明|版权声明|评级说明|投资评级说明|联系我们|关于我们|参考文献|致谢|附录|disclaimer|about us|references|acknowledge?ments?|appendix|contact(?: us)?)`)
)

// isContents reports whether a heading opens a table of contents.
func isContents(text string) bool {
	switch squash(text) {
	case "目录", "目次", "contents", "tableofcontents", "目录contents", "contents目录", "图表目录", "图目录", "表目录":
		return true
	}
	return false
}

// headingNumber returns the number of a heading that consists of nothing else:
// "01", "第三章", "PART 2".
func headingNumber(text string) (int, bool) {
	m := numberOnly.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	digits := m[1] + m[2]
	if n, err := strconv.Atoi(digits); err == nil {
		return n, true
	}
	return chineseNumber(digits), true
}

// chineseNumber reads 一 to 九十九.
func chineseNumber(s string) int {
	n, digit := 0, 0
	for _, r := range s {
		if r == '十' {
			n += max(digit, 1) * 10
			digit = 0
			continue
		}
		digit = strings.Index("一二三四五六七八九", string(r))/len("一") + 1
	}
	return n + digit
}

// bareTitle squashes a heading without its number, for comparison.
func bareTitle(text string) string {
	if loc := numberPrefix.FindStringIndex(text); loc != nil {
		text = text[loc[1]:]
	}
	return squash(text)
}

// markContents makes the contents page an aside and keeps what it lists. The
// page ends where a heading does not occur again further down, or where
// running text begins.
func (t *tree) markContents() {
	last := map[string]int{}
	for i := range t.nodes {
		if t.nodes[i].role == roleHeading {
			last[bareTitle(t.nodes[i].text)] = i
		}
	}
	for i := 0; i < len(t.nodes); i++ {
		if t.nodes[i].role == roleHeading && isContents(t.nodes[i].text) {
			t.nodes[i].role = roleAside
			i = t.contentsPage(i+1, last) - 1
		}
	}
}

// contentsPage marks the contents page whose first entry is node i and returns
// the node after it. Headings are chapters and lines under them sections; on a
// page without headings the outer bullets are the chapters.
func (t *tree) contentsPage(i int, last map[string]int) int {
	headings := false
	for ; i < len(t.nodes); i++ {
		n := &t.nodes[i]
		switch {
		case n.role == roleHeading:
			if !t.repeated(i, last) {
				return i
			}
			headings = true
			t.listChapter(n.text)
		case n.role == roleTable:
			for _, row := range n.rows {
				t.listChapter(row[0])
			}
		case runeLen(n.text) > 60 || strings.HasSuffix(n.text, "。") || n.role.marked():
			return i
		case isFooter(n.text):
		case headings || n.role == roleBullet && n.level > 1 || depthPrefix.MatchString(n.text):
			t.listSection(withoutLeader(n.text))
		default:
			t.listChapter(withoutLeader(n.text))
		}
		n.role = roleAside
	}
	return i
}

// leaderLines reports whether a paragraph is lines of a contents page, each
// closed by dots and a page number.
func leaderLines(text string) bool {
	if !strings.Contains(text, "\n") || !strings.Contains(text, "…") && !strings.Contains(text, "..") && !strings.Contains(text, "··") {
		return false
	}
	lines := strings.Split(text, "\n")
	n := 0
	for _, line := range lines {
		if leaderLine.MatchString(strings.TrimSpace(line)) {
			n++
		}
	}
	return n*2 >= len(lines)
}

// withoutLeader drops the dots and the page number of an entry.
func withoutLeader(text string) string {
	if m := leaderLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

// repeated reports whether heading i is an entry of a contents page: its text
// is a heading again further down, and only short lines follow it here.
func (t *tree) repeated(i int, last map[string]int) bool {
	if _, number := headingNumber(t.nodes[i].text); number {
		return i+1 < len(t.nodes) && t.nodes[i+1].role == roleHeading && t.repeated(i+1, last)
	}
	if last[bareTitle(t.nodes[i].text)] <= i {
		return false
	}
	for j := i + 1; j < len(t.nodes) && !t.nodes[j].heading; j++ {
		if t.nodes[j].role != roleBullet && t.nodes[j].role != roleText || runeLen(t.nodes[j].text) > 60 {
			return false
		}
	}
	return true
}

func (t *tree) listChapter(text string) {
	if key := bareTitle(text); key != "" {
		t.listed[key] = true
		t.contents = append(t.contents, entry{title: key})
	}
}

func (t *tree) listSection(text string) {
	t.listed[bareTitle(text)] = true
	if n := len(t.contents); n > 0 {
		t.contents[n-1].subs = append(t.contents[n-1].subs, text)
	}
}

// chapterNumber returns the number of a heading like 第三章, 0 for any other.
func chapterNumber(text string) int {
	m := chapterHead.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	if n, err := strconv.Atoi(m[1]); err == nil {
		return n
	}
	return chineseNumber(m[1])
}

// promoteChapters finds out whether headings like 第三章 lost their level: they
// stand at several, or in bold without being headings at all. The latter
// become headings.
func (t *tree) promoteChapters() {
	level := 0
	for i := range t.nodes {
		n := &t.nodes[i]
		if chapterNumber(n.text) == 0 || runeLen(n.text) > maxCoverLine {
			continue
		}
		if n.role == roleText && n.lead > 0 && n.lead == len(n.text) {
			n.role, n.heading, n.level, n.lead = roleHeading, true, 1, 0
			t.chapters = true
		}
		if n.role != roleHeading {
			continue
		}
		t.chapters = t.chapters || level > 0 && n.level != level
		level = n.level
	}
}

// promoteRunning turns the running headers of a report laid out as slides into
// headings at the level of pages, and finds that level: paragraphs like "1.3
// 发展现状" that repeat a section of the contents page, or stand with the number
// of the chapter right above the title of a page.
func (t *tree) promoteRunning() {
	if !t.slides {
		return
	}
	levels := [3]int{}
	for i := range t.nodes {
		if n := &t.nodes[i]; n.role == roleHeading && n.level < len(levels) {
			levels[n.level]++
		}
	}
	t.page = 1
	if levels[2] > levels[1] {
		t.page = 2
	}
	chapter := 0
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.role == roleChapter {
			chapter++
		}
		if n.role != roleText || runeLen(n.text) > maxCoverLine {
			continue
		}
		m := runningHead.FindStringSubmatch(n.text)
		onPage := i+1 < len(t.nodes) && t.nodes[i+1].role == roleHeading
		if m != nil && (t.listed[bareTitle(n.text)] || onPage && m[1] == strconv.Itoa(chapter)) {
			n.role, n.heading, n.level, n.lead = roleHeading, true, t.page, 0
		}
	}
}

// markChapters finds chapters: a heading that is only a number, together with
// the next heading, whatever their levels. Bullets right under a chapter that
// repeat the contents page become asides.
func (t *tree) markChapters() {
	number, style := 0, &t.style
	restarted := false // headings inside the present chapter count from 1 again
	for i := range t.nodes {
		if t.nodes[i].role != roleHeading {
			continue
		}
		k, ok := headingNumber(t.nodes[i].text)
		j := t.next(i)
		if ok && k > number && j < len(t.nodes) && t.nodes[j].role == roleHeading {
			if _, again := headingNumber(t.nodes[j].text); !again {
				t.nodes[i].role, t.nodes[j].role = roleChapterNumber, roleChapter
				number, t.slides = k, true
				restarted = false
				*style = chapterStyle{len(t.nodes[i].text), max(style.level, t.nodes[i].level, t.nodes[j].level)}
				t.repeatedContents(j + 1)
			}
			continue
		}
		if k, ok := t.chapterLike(i); ok {
			restarted = restarted || k <= number
		}
		if t.chapters && chapterNumber(t.nodes[i].text) == number+1 || t.slides && !restarted && t.continuesChapters(i, number) {
			t.nodes[i].role = roleChapter
			number++
			t.slides = true
			t.repeatedContents(i + 1)
		}
	}
}

// chapterStyle is how the chapters found so far are written.
type chapterStyle struct {
	width int // bytes of the number: 2 for "01"
	level int // the deepest level of their headings in the file
}

// chapterLike returns the number before the title of heading i, if it is
// written like the numbers of the chapters.
func (t *tree) chapterLike(i int) (int, bool) {
	n := &t.nodes[i]
	m := paddedNumber.FindStringSubmatch(n.text)
	if m == nil || n.role != roleHeading || n.level > t.style.level || len(m[1]) != t.style.width {
		return 0, false
	}
	k, err := strconv.Atoi(m[1])
	return k, err == nil
}

// continuesChapters reports whether heading i is the next chapter with its
// number, written like the ones before, and title in one line, or a chapter
// that the contents page lists.
func (t *tree) continuesChapters(i, number int) bool {
	text := t.nodes[i].text
	if t.nodes[i].level > t.style.level {
		return false
	}
	if k, ok := t.chapterLike(i); ok {
		return k == number+1
	}
	title := bareTitle(text)
	for _, e := range t.contents {
		if e.title == title {
			return true
		}
	}
	return false
}

func (t *tree) repeatedContents(i int) {
	j := i
	for ; j < len(t.nodes) && (t.nodes[j].role == roleBullet || t.nodes[j].role == roleText); j++ {
		running := t.nodes[j].role == roleText && runningHead.MatchString(t.nodes[j].text)
		if running || !t.listed[bareTitle(t.nodes[j].text)] {
			break
		}
	}
	for ; i < j; i++ {
		t.nodes[i].role = roleAside
	}
}

// markBackMatter finds where the last chapter of a report laid out as slides
// ends: at headings that count from 1 again, or at one that is back matter by
// its name. A paragraph between the last figure of the last page and that
// heading has lost its own heading and is back matter, too.
func (t *tree) markBackMatter() {
	if !t.slides {
		return
	}
	lastChapter := 0
	for i := range t.nodes {
		if t.nodes[i].role == roleChapter {
			lastChapter = i
		}
	}
	numbered := false // pages inside chapters are numbered, too
	for i := range lastChapter {
		_, like := t.chapterLike(i)
		numbered = numbered || like
	}
	for i := lastChapter + 1; i < len(t.nodes); i++ {
		n := &t.nodes[i]
		if n.role != roleHeading {
			continue
		}
		k, like := t.chapterLike(i)
		if !numbered && like && k == 1 || backMatter.MatchString(n.text) {
			t.back = i
			break
		}
	}
	i := t.back - 1
	if t.back < len(t.nodes) && i > 0 && t.nodes[i].role == roleText && t.nodes[i-1].role.marked() && t.nodes[t.back].gap >= 3 {
		t.back = i
	}
}
