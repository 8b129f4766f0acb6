package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"yanbao/rag"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestServedAsDescribed holds what the real engine gives against the schemas of
// the served OpenAPI document: no list is null, no field is missing.
func TestServedAsDescribed(t *testing.T) {
	h := testHouse(t, filepath.Join(t.TempDir(), "data"), nil)
	url := serveHouse(t, h)
	get := func(path string) []byte {
		t.Helper()
		response, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v: %s", path, response.StatusCode, err, body)
		}
		return body
	}
	document, err := openapi3.NewLoader().LoadFromData(get("/openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(what, schema string, body []byte) {
		t.Helper()
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Fatal(err)
		}
		s := document.Components.Schemas[schema]
		if s == nil {
			t.Fatalf("no schema %s", schema)
		}
		if err := s.Value.VisitJSON(value); err != nil {
			t.Errorf("%s is no %s: %v", what, schema, err)
		}
	}
	for _, item := range devQuestions(t) {
		q := item.Ask("")
		q.Trace = true
		status, body := post(t, url+"/v1/ask", q)
		if status != http.StatusOK {
			t.Fatalf("%s: %d: %s", item.ID, status, body)
		}
		check(item.ID, "Answer", body)
	}
	_, body := post(t, url+"/v1/ask", rag.Question{Text: "今天天气怎么样？"})
	check("out of scope", "Answer", body)
	for _, d := range h.shelf.asker.Documents(t.Context()) {
		check(d.ID, "DocumentView", get("/v1/documents/"+d.ID))
		read, err := h.shelf.asker.Document(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range read.Passages {
			check(p.ID, "PassageView", get("/v1/passages/"+p.ID))
		}
	}
	for _, table := range h.shelf.asker.Tables(t.Context(), "") {
		check(table.ID, "TableView", get("/v1/tables/"+table.ID))
	}
}
