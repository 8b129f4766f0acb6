package web

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"
)

// TestWording: both languages word the same things, and all that pages and
// scripts ask for.
func TestWording(t *testing.T) {
	languages, err := loadLanguages()
	if err != nil {
		t.Fatal(err)
	}
	zh, en := languages[bot.Chinese].words, languages[bot.English].words
	places := regexp.MustCompile(`\{\w+\}`)
	for key, text := range zh {
		if en[key] == "" {
			t.Errorf("%s has no wording in English", key)
			continue
		}
		for _, place := range places.FindAllString(text, -1) {
			if !strings.Contains(en[key], place) {
				t.Errorf("%s: %s is filled in Chinese only", key, place)
			}
		}
	}
	for key := range en {
		if zh[key] == "" {
			t.Errorf("%s has no wording in Chinese", key)
		}
	}
	asked := regexp.MustCompile(`\bt\(?\s*"([a-z][\w. ]*)"`)
	n := 0
	for _, dir := range []struct {
		files fs.FS
		glob  string
	}{{files, "static/*.js"}, {templateFiles, "templates/*.html"}} {
		names, err := fs.Glob(dir.files, dir.glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(dir.files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
				n++
				if zh[m[1]] == "" {
					t.Errorf("%s asks for the wording of %q, which there is none of", name, m[1])
				}
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d wordings found in pages and scripts: the pattern is off", n)
	}
}

func TestCopy(t *testing.T) {
	h := &Handler{Config: Config{}}
	answer := rag.Answer{Question: "问", Answer: "答[1]。", Language: "zh", Citations: []rag.Citation{{
		N: 1, Quote: "原句", URL: "/d/tea#a", Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》", Publisher: "甲", Date: "2025"}}}}
	send := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.copy(w, httptest.NewRequest(http.MethodPost, "/copy", strings.NewReader(body)))
		return w
	}
	data, err := json.Marshal(map[string]any{"answer": answer, "language": "zh", "base": "https://h.test/ignored", "accessed": "2026-01-02"})
	if err != nil {
		t.Fatal(err)
	}
	w := send(string(data))
	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if want := "[1] 甲. 茶饮[R/OL]. (2025)[2026-01-02]. https://h.test/d/tea#a.\n"; got["gbt7714"] != want {
		t.Errorf("as a reference: %q, want %q", got["gbt7714"], want)
	}
	for _, form := range []string{"text", "markdown", "bibtex"} {
		if got[form] == "" {
			t.Errorf("there is no %s", form)
		}
	}
	for _, bad := range []string{"", "{", `{"answer":1}`, strings.Repeat(" ", largestAnswer) + "{}"} {
		if w := send(bad); w.Code != http.StatusBadRequest {
			t.Errorf("a body of %d bytes that is no answer = %d, want 400", len(bad), w.Code)
		}
	}
	if w := send(`{"base":"javascript:alert(1)","accessed":"yesterday"}`); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "javascript") {
		t.Errorf("a base that is no address = %d %s", w.Code, w.Body)
	}
}

func TestMemo(t *testing.T) {
	d := parsed(t, farm)
	n := 0
	count := func(d *ingest.Document) int { n++; return n }
	var m memo[int]
	if a, b := m.of(d, count), m.of(d, count); a != 1 || b != 1 {
		t.Errorf("the same document is made %d and %d, want once", a, b)
	}
	changed := *d
	changed.Edition = "other"
	if got := m.of(&changed, count); got != 2 {
		t.Errorf("another edition is made %d, want 2", got)
	}
	for i := range mostRemembered + 1 {
		one := *d
		one.ID = strings.Repeat("x", i+1)
		m.of(&one, count)
	}
	if len(m.made) > mostRemembered {
		t.Errorf("%d documents are remembered, at most %d", len(m.made), mostRemembered)
	}
}
