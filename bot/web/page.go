package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"yanbao/bot"
	"yanbao/rag"
)

//go:embed templates
var templateFiles embed.FS

// Names of the cookies that remember what a reader chose.
const (
	languageCookie = "yanbao_lang"
	themeCookie    = "yanbao_theme"
	choiceKept     = 365 * 24 * time.Hour
)

// language is the pages in one language.
type language struct {
	words map[string]string
	pages map[string]*template.Template
}

// page is what a template is given.
type page struct {
	Name      string // template, and what the script goes by
	Lang      string
	Theme     string // "light", "dark" or "" for that of the system
	Assets    string // address that assets are below
	Other     string // address of this page in the other language
	Failed    bool
	Documents []rag.DocumentView
	Document  rag.DocumentRef
	Themes    []theme
	Reading   *reading
	Exploring *exploring
}

func loadLanguages() (map[string]*language, error) {
	out := make(map[string]*language)
	for _, lang := range []string{bot.Chinese, bot.English} {
		l, err := loadLanguage(lang)
		if err != nil {
			return nil, err
		}
		out[lang] = l
	}
	return out, nil
}

func loadLanguage(lang string) (*language, error) {
	data, err := files.ReadFile("strings/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("read the wording of %s: %w", lang, err)
	}
	l := &language{words: make(map[string]string), pages: make(map[string]*template.Template)}
	if err := json.Unmarshal(data, &l.words); err != nil {
		return nil, fmt.Errorf("read the wording of %s: %w", lang, err)
	}
	base, err := template.New("base.html").Funcs(template.FuncMap{
		"t":      l.text,
		"clean":  bot.Clean,
		"named":  bot.Named,
		"langof": langOf,
		"mod":    func(a, b int) int { return a % b },
	}).ParseFS(templateFiles, "templates/base.html", "templates/part-*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	for _, name := range []string{"ask", "read", "explore", "library", "gate", "missing"} {
		t, err := template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("read the template %s: %w", name, err)
		}
		l.pages[name] = t
	}
	return l, nil
}

// langOf is the language tag of a text of a report, as langOf in dom.js has it.
func langOf(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "zh-CN"
	}
	return bot.English
}

// text returns the wording of a key with {name} replaced, given as pairs of
// name and value. A key without wording is shown as it is, which a test finds.
func (l *language) text(key string, pairs ...any) string {
	s, ok := l.words[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return s
}

// page returns a page in the language and theme of the reader.
func (h *Handler) page(r *http.Request, name string) *page {
	p := &page{Name: name, Lang: h.languageOf(r), Assets: assetPath + h.assets.hash}
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		p.Theme = c.Value
	}
	other := bot.English
	if p.Lang == bot.English {
		other = bot.Chinese
	}
	q := r.URL.Query()
	q.Set("lang", other)
	p.Other = "?" + q.Encode()
	return p
}

// languageOf is the language chosen before, else the first of the browser's
// that there is, else Chinese.
func (h *Handler) languageOf(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && h.languages[c.Value] != nil {
		return c.Value
	}
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if h.languages[primary] != nil {
			return primary
		}
	}
	return bot.Chinese
}

// switchLanguage remembers a language and goes on to the page it was asked on.
func (h *Handler) switchLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: int(choiceKept.Seconds()), SameSite: http.SameSiteLaxMode})
	q := r.URL.Query()
	q.Del("lang")
	to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, `/\`), RawQuery: q.Encode()} // never another host
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// write renders a page. It is kept by the browser, asked for anew each time,
// and sent only if it has changed.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, status int, p *page) {
	var out bytes.Buffer
	if err := h.languages[p.Lang].pages[p.Name].Execute(&out, p); err != nil {
		h.Log.Error("web: template failed", "page", p.Name, "err", err)
		http.Error(w, "页面出错 / this page failed", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(out.Bytes())
	tag := `W/"` + hex.EncodeToString(sum[:8]) + `"`
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", p.Lang)
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Vary", "Cookie, Accept-Language, Authorization")
	if status == http.StatusOK {
		header.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(status)
	if _, err := w.Write(out.Bytes()); err != nil {
		h.Log.Debug("web: reader has gone", "path", r.URL.Path, "err", err)
	}
}
