package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"yanbao/bot/web"
	"yanbao/corpus"
	"yanbao/rag/question"
)

// get asks a handler as a browser does; header holds pairs.
func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func pages(t *testing.T) *web.Handler {
	t.Helper()
	e := engine(t, shipped(t))
	h, err := web.New(web.Config{Asker: e, Reader: e})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestPages(t *testing.T) {
	h := pages(t)
	for _, test := range []struct {
		path, language string
		status         int
		holds          string
	}{
		{"/", "zh", 200, "向研报提问"},
		{"/", "en", 200, "Ask the report"},
		{"/a/abc", "zh", 200, `data-page="ask"`},
		{"/d/36kr-llm-2025", "zh", 200, `<th scope="col">发布时间</th>`},
		{"/d/36kr-llm-2025", "en", 200, "Contents"},
		{"/d/none", "zh", 404, "没有这一页"},
		{"/explore/36kr-llm-2025", "zh", 200, "36氪研究院"},
		{"/explore/none", "en", 404, "There is no such page"},
		{"/nowhere/at/all", "en", 404, "There is no such page"},
		{"/..%2f..%2fetc/passwd", "zh", 404, "没有这一页"},
	} {
		r := get(t, h, "http://yanbao.test"+test.path, "Accept-Language", test.language)
		page := body(t, r)
		if r.StatusCode != test.status || !strings.Contains(page, test.holds) {
			t.Errorf("GET %s (%s) = %d, want %d and %q in it", test.path, test.language, r.StatusCode, test.status, test.holds)
		}
		if got := r.Header.Get("Content-Security-Policy"); got != web.Policy {
			t.Errorf("GET %s has the policy %q, want %q", test.path, got, web.Policy)
		}
		if strings.Contains(page, "<script>") || strings.Contains(page, " style=") || strings.Contains(page, " onclick=") {
			t.Errorf("GET %s holds something inline", test.path)
		}
	}
}

func TestOnlyDocument(t *testing.T) {
	h := pages(t)
	for path, want := range map[string]string{"/d": "/d/36kr-llm-2025", "/explore": "/explore/36kr-llm-2025"} {
		if r := get(t, h, path); r.StatusCode != http.StatusFound || r.Header.Get("Location") != want {
			t.Errorf("GET %s = %d to %q, want a redirect to %q", path, r.StatusCode, r.Header.Get("Location"), want)
		}
	}
}

func TestConditional(t *testing.T) {
	h := pages(t)
	first := get(t, h, "/d/36kr-llm-2025")
	tag := first.Header.Get("ETag")
	if again := get(t, h, "/d/36kr-llm-2025", "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page with ETag %q = %d, want 304", tag, again.StatusCode)
	}
	if other := get(t, h, "/d/36kr-llm-2025", "If-None-Match", tag, "Accept-Language", "en"); other.StatusCode != http.StatusOK {
		t.Errorf("the page in another language = %d, want 200", other.StatusCode)
	}
	_, address, _ := strings.Cut(body(t, first), `src="/assets/`)
	address, _, _ = strings.Cut(address, `"`)
	script := get(t, h, "/assets/"+address)
	if got := script.Header.Get("Cache-Control"); script.StatusCode != http.StatusOK || !strings.Contains(got, "immutable") {
		t.Errorf("GET /assets/%s = %d, %q; want it kept for good", address, script.StatusCode, got)
	}
	if old := get(t, h, "/assets/0123456789abcdef/main.js"); old.StatusCode != http.StatusOK || strings.Contains(old.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset by an old hash = %d, %q; want it, not for good", old.StatusCode, old.Header.Get("Cache-Control"))
	}
	if none := get(t, h, "/assets/0123456789abcdef/none.js"); none.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown asset = %d, want 404", none.StatusCode)
	}
}

func TestLanguageSwitch(t *testing.T) {
	h := pages(t)
	for path, want := range map[string]string{
		"/d/36kr-llm-2025?c=a&lang=en":     "/d/36kr-llm-2025?c=a",
		"http://h.test//evil.test?lang=en": "/evil.test",
		`http://h.test/\evil.test?lang=en`: "/evil.test",
	} {
		r := get(t, h, path)
		if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != want {
			t.Errorf("GET %s = %d to %q, want %q", path, r.StatusCode, r.Header.Get("Location"), want)
		}
	}
	cookie := get(t, h, "/?lang=en").Header.Get("Set-Cookie")
	if page := body(t, get(t, h, "/", "Cookie", cookie, "Accept-Language", "zh")); !strings.Contains(page, `lang="en"`) {
		t.Errorf("a chosen language is not remembered (%s)", cookie)
	}
	if page := body(t, get(t, h, "/", "Cookie", "yanbao_theme=dark")); !strings.Contains(page, `data-theme="dark"`) {
		t.Error("a chosen theme is not remembered")
	}
}

func TestKeyIsAskedFor(t *testing.T) {
	e := engine(t, shipped(t))
	h, err := web.New(web.Config{Asker: e, Reader: e, Allowed: func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer right" }})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/d", "/d/36kr-llm-2025", "/explore", "/explore/36kr-llm-2025"} {
		r := get(t, h, path)
		page := body(t, r)
		if strings.Contains(page, "大模型") || path != "/" && r.StatusCode != http.StatusUnauthorized {
			t.Errorf("GET %s without a key = %d and tells of the documents", path, r.StatusCode)
		}
	}
	if r := get(t, h, "/d/36kr-llm-2025", "Authorization", "Bearer right"); r.StatusCode != http.StatusOK {
		t.Errorf("a document with the key = %d, want 200", r.StatusCode)
	}
}

func TestNewNeedsAnEngine(t *testing.T) {
	if _, err := web.New(web.Config{}); err == nil {
		t.Error("New without an engine is no error")
	}
}

// TestSuggestedInEnglish: who reads English is asked in English, where the words
// of a Chinese report have an English form.
func TestSuggestedInEnglish(t *testing.T) {
	e := engine(t, shipped(t))
	lexicon, err := question.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Config{Asker: e, Reader: e, English: lexicon.English()})
	if err != nil {
		t.Fatal(err)
	}
	suggested := func(language string) map[string]int {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		out := map[string]int{}
		for _, m := range regexp.MustCompile(`class="suggestion"[^>]* lang="(\w+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			out[m[1]]++
		}
		return out
	}
	if got := suggested("en"); got["en"] < 3 {
		t.Errorf("suggested to a reader of English: %v", got)
	}
	if got := suggested("zh"); got["zh"] < 3 || got["en"] != 0 {
		t.Errorf("suggested to a reader of Chinese: %v", got)
	}
}
