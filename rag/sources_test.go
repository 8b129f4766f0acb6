package rag_test

import (
	"path/filepath"
	"strings"
	"testing"

	"yanbao/ingest"
)

// TestPrimarySources: whoever compiled figures is never shown as their source,
// and where the report names none the field stays empty.
func TestPrimarySources(t *testing.T) {
	for _, set := range []struct {
		questions string
		document  *ingest.Document
	}{
		{"36kr-llm-2025", edition(t)},
		{"coldchain-2024", invented(t)},
		{"coldchain-2024", readFile(t, filepath.Join("testdata", "documents", "coldchain-2024-damaged.md"))},
	} {
		e := newEngine(t, set.document)
		named, unnamed := 0, 0
		for _, it := range questions(t, set.questions) {
			for _, c := range ask(t, e, it.Ask("")).Citations {
				for _, compiling := range []string{"整理", "绘制", "汇总", "编制", "公开资料"} {
					if strings.Contains(c.PrimarySource, compiling) {
						t.Errorf("%s: citation %d: primary source %q", it.ID, c.N, c.PrimarySource)
					}
				}
				if c.PrimarySource == "" {
					unnamed++
				} else {
					named++
				}
			}
		}
		if named == 0 || unnamed == 0 {
			t.Errorf("%s: %d citations with a source, %d without; want some of both", set.questions, named, unnamed)
		}
	}
}
