// Package markdown reads Markdown reports: blocks by goldmark, tables by their
// pipes or tabs however ragged, emphasis even where its marks are broken.
//
// It finds what stands in the file and leaves the repair of the structure to
// package ingest. It does not render anything and does not follow links; the
// destinations of links and images are markup to it.
package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"yanbao/ingest"
)

// Name is the name of the format.
const Name = "markdown"

// Format returns the reader of Markdown files of at most
// ingest.DefaultMaxBytes.
func Format() ingest.Format { return Limited(ingest.Decoder{}) }

// Limited returns the reader of Markdown files that decodes with d, which sets
// the largest size.
func Limited(d ingest.Decoder) ingest.Format {
	return ingest.Format{
		Name:  Name,
		Sniff: Sniff,
		Read: func(name string, data []byte) (*ingest.Document, error) {
			return read(d, name, data)
		},
	}
}

// Sniff reports whether a file is Markdown by its name or, where that says
// nothing, by a heading, a list or a pipe table at its beginning.
func Sniff(name string, data []byte) bool {
	if ingest.HasExtension(name, ".md", ".markdown", ".mdown", ".mkd") {
		return true
	}
	if ingest.HasExtension(name, ".txt", ".text", ".jsonl", ".ndjson", ".json") {
		return false
	}
	signs := 0
	for _, line := range bytes.SplitN(data[:min(len(data), 16<<10)], []byte("\n"), 200) {
		for _, p := range []string{"# ", "## ", "### ", "- ", "* ", "|"} {
			if bytes.HasPrefix(line, []byte(p)) {
				signs++
			}
		}
	}
	return signs >= 2 || bytes.HasPrefix(data, []byte("# "))
}

// Read reads a Markdown file of at most ingest.DefaultMaxBytes. Errors wrap
// the kinds of package ingest and name the file.
func Read(name string, data []byte) (*ingest.Document, error) {
	return read(ingest.Decoder{}, name, data)
}

func read(d ingest.Decoder, name string, data []byte) (*ingest.Document, error) {
	text, err := d.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	meta, body, skipped, err := frontMatter(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	b := ingest.NewBuilder(Name, name, data, meta)
	newScanner(b, body, skipped).scan()
	return b.Document()
}

// frontMatter reads the YAML between two lines of --- at the top of a file. It
// returns the text after it and how many lines were skipped. A file that begins
// with a rule but not with YAML has none.
func frontMatter(text []byte) (ingest.Meta, []byte, int, error) {
	var meta ingest.Meta
	if !bytes.HasPrefix(text, []byte("---\n")) {
		return meta, text, 0, nil
	}
	end := bytes.Index(text, []byte("\n---\n"))
	size := len("\n---\n")
	if end < 0 && bytes.HasSuffix(text, []byte("\n---")) {
		end, size = len(text)-len("\n---"), len("\n---")
	}
	if end < 0 || end > 64<<10 {
		return meta, text, 0, nil
	}
	raw := text[len("---\n"):max(end, len("---\n"))]
	var fields map[string]yaml.Node
	if err := yaml.Unmarshal(raw, &fields); err != nil {
		if bytes.Contains(raw, []byte("title:")) || bytes.Contains(raw, []byte("id:")) {
			return meta, nil, 0, fmt.Errorf("%w: front matter: %w; correct the YAML between the two lines of ---", ingest.ErrMalformed, err)
		}
		return meta, text, 0, nil
	}
	if len(fields) == 0 && len(bytes.TrimSpace(raw)) > 0 {
		return meta, text, 0, nil
	}
	value := func(key string) string {
		n := fields[key]
		return strings.TrimSpace(n.Value)
	}
	meta = ingest.Meta{
		ID: value("id"), Title: value("title"), Publisher: value("publisher"),
		Date: value("date"), Language: value("language"), Notice: value("notice"),
	}
	end += size
	return meta, text[end:], bytes.Count(text[:end], []byte("\n")), nil
}
