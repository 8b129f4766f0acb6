package ingest

import (
	"fmt"
	"strings"
)

// Format is one kind of file and the function that reads it.
type Format struct {
	Name  string                                            // "markdown", "text", "jsonl"
	Sniff func(name string, data []byte) bool               // whether the file is of this kind; data may be its beginning only
	Read  func(name string, data []byte) (*Document, error) // decodes and reads the whole file
}

// Detect returns the first format that recognises the file. Put the most
// particular formats first and one that takes any text last. A file that none
// recognises is an error that lists the formats.
func Detect(formats []Format, name string, data []byte) (Format, error) {
	var names []string
	for _, f := range formats {
		if f.Sniff(name, data) {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("read %s: %w: use one of %s", name, ErrMalformed, strings.Join(names, ", "))
}

// HasExtension reports whether the file name ends in one of the extensions
// (".md"), whatever their case.
func HasExtension(name string, extensions ...string) bool {
	name = strings.ToLower(name)
	for _, e := range extensions {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}
