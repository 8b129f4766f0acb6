package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"yanbao/rag"
)

// CiteOptions say how an answer is written down to be taken away. The zero
// value gives no links and no day of access.
type CiteOptions struct {
	Language string    // wording around the answer; "" for that of the answer
	Base     string    // "https://host", put before the paths of links; "" leaves links out
	Accessed time.Time // day on which the reader looked; zero leaves it out
}

// link returns the address of a path of this server, "" without a base; an
// address that is whole stays.
func (o CiteOptions) link(path string) string {
	if strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://") {
		return path
	}
	if o.Base == "" || path == "" {
		return ""
	}
	return o.Base + path
}

// Markdown writes an answer as Markdown (CommonMark): the question, the answer
// with its markers, the numbered sources, the notices. Whatever the report or
// the question holds shows as it is: nothing of it is markup.
func Markdown(a *rag.Answer, o CiteOptions) string {
	if o.Language == "" {
		o.Language = a.Language
	}
	w := WordingFor(o.Language)
	var out strings.Builder
	fmt.Fprintf(&out, "**%s**\n\n%s\n", plainMarkdown(Shorten(a.Question, 0)), plainMarkdown(Clean(a.Answer)))
	if len(a.Citations) > 0 {
		fmt.Fprintf(&out, "\n%s%s\n\n", w.Sources, strings.TrimRight(w.Colon, " "))
	}
	for _, c := range a.Citations {
		parts := []string{plainMarkdown(Reference(c.Document))}
		for _, s := range []string{Path(c.Section), Place(c, w), Source(a, c, w)} {
			if s != "" {
				parts = append(parts, plainMarkdown(s))
			}
		}
		if l := o.link(c.URL); l != "" {
			parts = append(parts, "<"+l+">")
		}
		fmt.Fprintf(&out, "%d. %s%s%s\n   %s\n", c.N, w.QuoteOpen, plainMarkdown(Quote(c, 0)), w.QuoteClose, strings.Join(parts, w.Join))
	}
	for i, n := range a.Notices {
		if i == 0 {
			fmt.Fprintf(&out, "\n%s%s\n\n", w.Notices, strings.TrimRight(w.Colon, " "))
		}
		fmt.Fprintf(&out, "- %s\n", plainMarkdown(Shorten(n, 0)))
	}
	return out.String()
}

var (
	markdownInline = regexp.MustCompile("[\\\\`*_{}\\[\\]<>~|&$]")
	markdownLine   = regexp.MustCompile(`(?m)^(\s*)([#+\-=]|\d+[.)])`)
)

// plainMarkdown escapes what CommonMark and GitHub's tables read as markup.
func plainMarkdown(s string) string {
	s = markdownInline.ReplaceAllString(s, `\$0`)
	s = strings.NewReplacer("://", `\://`, "www.", `www\.`).Replace(s) // GitHub links bare addresses
	return markdownLine.ReplaceAllStringFunc(s, func(m string) string {
		last := len(m) - 1
		return m[:last] + `\` + m[last:]
	})
}

// cited lists the documents that an answer cites, in order of first use, each
// with the link of its first citation.
func cited(a *rag.Answer) []rag.Citation {
	var out []rag.Citation
	seen := make(map[string]bool)
	for _, c := range a.Citations {
		if !seen[c.Document.ID] {
			seen[c.Document.ID] = true
			out = append(out, c)
		}
	}
	return out
}

// bareTitle is a title without the marks that print puts around it.
func bareTitle(d rag.DocumentRef) string {
	title := strings.TrimSpace(d.Title)
	if t, ok := strings.CutPrefix(title, "《"); ok && strings.HasSuffix(t, "》") && strings.Count(title, "《") == 1 {
		title = strings.TrimSuffix(t, "》")
	}
	if title == "" {
		title = d.ID
	}
	return Shorten(title, 0)
}

// GBT7714 writes the documents that an answer cites as references by GB/T
// 7714—2015, section 8.9 (electronic resources, type R for a report), one line
// each: 责任者. 题名[R/OL]. (更新日期)[引用日期]. 获取路径. Without a link the medium
// is left out. It is "" for an answer without citations.
func GBT7714(a *rag.Answer, o CiteOptions) string {
	var out strings.Builder
	for i, c := range cited(a) {
		d, link := c.Document, o.link(c.URL)
		fmt.Fprintf(&out, "[%d] ", i+1)
		if d.Publisher != "" {
			fmt.Fprintf(&out, "%s. ", Shorten(d.Publisher, 0))
		}
		medium := "R"
		if link != "" {
			medium = "R/OL"
		}
		fmt.Fprintf(&out, "%s[%s].", bareTitle(d), medium)
		var dates string
		if d.Date != "" {
			dates = "(" + Shorten(d.Date, 0) + ")"
		}
		if link != "" && !o.Accessed.IsZero() {
			dates += "[" + o.Accessed.Format(time.DateOnly) + "]"
		}
		if dates != "" {
			out.WriteString(" " + dates + ".")
		}
		if link != "" {
			out.WriteString(" " + link + ".")
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// BibTeX writes the documents that an answer cites as @techreport entries in
// UTF-8, with biblatex's field urldate. It is "" for an answer
// without citations.
func BibTeX(a *rag.Answer, o CiteOptions) string {
	var entries []string
	for _, c := range cited(a) {
		d, link := c.Document, o.link(c.URL)
		fields := [][2]string{{"author", braced(d.Publisher)}, {"title", braced(bareTitle(d))}, {"institution", braced(d.Publisher)}}
		year, month, _ := strings.Cut(d.Date, "-")
		month, _, _ = strings.Cut(month, "-")
		fields = append(fields, [2]string{"year", tex(year)}, [2]string{"month", tex(strings.TrimLeft(month, "0"))}, [2]string{"url", link})
		if link != "" && !o.Accessed.IsZero() {
			fields = append(fields, [2]string{"urldate", o.Accessed.Format(time.DateOnly)})
		}
		var entry strings.Builder
		fmt.Fprintf(&entry, "@techreport{%s,\n", bibKey(d.ID))
		for _, f := range fields {
			if f[1] != "" {
				fmt.Fprintf(&entry, "  %s = {%s},\n", f[0], f[1])
			}
		}
		entry.WriteString("}\n")
		entries = append(entries, entry.String())
	}
	return strings.Join(entries, "\n")
}

// braced keeps a name or title from being taken apart or put in lower case.
func braced(s string) string {
	if s = Shorten(s, 0); s == "" {
		return ""
	}
	return "{" + tex(s) + "}"
}

// tex escapes what TeX reads as commands.
func tex(s string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "%", `\%`, "#", `\#`, "$", `\$`, "&", `\&`, "_", `\_`,
		"~", `\textasciitilde{}`, "^", `\textasciicircum{}`).Replace(s)
}

var notInKey = regexp.MustCompile(`[^A-Za-z0-9:.-]+`)

func bibKey(id string) string {
	if key := strings.Trim(notInKey.ReplaceAllString(id, "-"), "-"); key != "" {
		return key
	}
	return "report"
}
