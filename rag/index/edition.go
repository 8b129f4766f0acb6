package index

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
)

// Names in the directory of an edition.
const (
	recordName    = "edition.json"  // a record
	sourceName    = "source"        // the bytes of the file that was ingested
	textName      = "text"          // ingest.Document.Text
	structureName = "document.json" // everything else of the document
)

// record says what the directory of an edition holds.
type record struct {
	Schema    int         `json:"schema"`
	Meta      ingest.Meta `json:"meta"` // as ingested, for reading the source again
	Edition   string      `json:"edition"`
	Name      string      `json:"name"` // of the source file
	Source    fileSum     `json:"source"`
	Text      fileSum     `json:"text"`
	Structure fileSum     `json:"structure"`
}

// encoded is an edition in the form in which it is stored.
type encoded struct {
	stored    storedEdition // Dir is that of a fresh copy
	document  *ingest.Document
	record    []byte
	source    []byte
	structure []byte
	staged    bool // it is on disk where stored.Dir says, and nothing but document is set
}

// structure is a document without its text. Passages leave out what the text
// or the document says already, which halves the size and the time to read.
type structure struct {
	ingest.Document
	Text     string          `json:"text,omitempty"` // hides that of Document, stays empty
	Paths    [][]string      `json:"paths"`          // the section paths of passages, each once
	Passages []storedPassage `json:"passages"`       // hides those of Document
}

// storedPassage hides the fields of a passage that are stored elsewhere.
// DocumentID stays empty.
type storedPassage struct {
	ingest.Passage
	DocumentID string `json:"document,omitempty"`
	Section    int    `json:"section"`        // index into structure.Paths
	Text       string `json:"text,omitempty"` // "" where it is that of the span
}

// encode makes the stored form of a document and of the source it was read
// from. It refuses a document whose passages contradict it.
func encode(d *ingest.Document, source []byte) (*encoded, error) {
	if err := checkDocument(d); err != nil {
		return nil, err
	}
	e := &encoded{document: d, source: source}
	var err error
	if e.structure, err = json.Marshal(newStructure(d)); err != nil {
		return nil, fmt.Errorf("index: encode document %s: %w", d.ID, err)
	}
	r := record{
		Schema: schemaVersion, Meta: d.Meta, Edition: d.Edition, Name: d.Source,
		Source: sumOf(source), Text: sumOf([]byte(d.Text)), Structure: sumOf(e.structure),
	}
	if e.record, err = json.MarshalIndent(r, "", "\t"); err != nil {
		return nil, fmt.Errorf("index: encode document %s: %w", d.ID, err)
	}
	e.stored = storedEdition{ID: d.ID, Edition: d.Edition, Passages: countRetrieved(d), Record: sumOf(e.record)}
	e.stored.Dir = documentDir(d.ID) + "/" + e.stored.Record.SHA256[:16]
	return e, nil
}

// newStructure returns d without what is stored elsewhere.
func newStructure(d *ingest.Document) *structure {
	s := &structure{Document: *d, Passages: make([]storedPassage, len(d.Passages))}
	paths := map[string]int{}
	for i, p := range d.Passages {
		key := fmt.Sprint(len(p.Section), strings.Join(p.Section, "\x00"))
		at, known := paths[key]
		if !known {
			at = len(s.Paths)
			paths[key] = at
			s.Paths = append(s.Paths, p.Section)
		}
		stored := storedPassage{Passage: p, Section: at}
		if p.Text != d.Text[p.Start:p.End] {
			stored.Text = p.Text
		}
		s.Passages[i] = stored
	}
	return s
}

// document puts a document together again. Passages share the memory of the
// text and of their section paths.
func (s *structure) document(text string) (*ingest.Document, error) {
	d := s.Document
	d.Text = text
	d.Passages = make([]ingest.Passage, len(s.Passages))
	for i, stored := range s.Passages {
		p := stored.Passage
		if stored.Section < 0 || stored.Section >= len(s.Paths) || p.Start < 0 || p.End < p.Start || p.End > len(text) {
			return nil, fmt.Errorf("passage %s points outside its document", p.ID)
		}
		p.DocumentID, p.Section, p.Text = d.ID, s.Paths[stored.Section], stored.Text
		if p.Text == "" {
			p.Text = text[p.Start:p.End]
		}
		d.Passages[i] = p
	}
	return &d, nil
}

// checkDocument refuses documents that could not be found again or whose
// passages would not come back as they are.
func checkDocument(d *ingest.Document) error {
	if d == nil || d.ID == "" {
		return errors.New("index: a document has no ID: give it one")
	}
	seen := make(map[string]bool, len(d.Passages))
	for i := range d.Passages {
		p := &d.Passages[i]
		switch {
		case p.ID == "" || seen[p.ID]:
			return fmt.Errorf("index: document %s: passage %d has the ID %q, which is empty or used twice", d.ID, i, p.ID)
		case p.DocumentID != d.ID:
			return fmt.Errorf("index: document %s: passage %s says it is of document %q", d.ID, p.ID, p.DocumentID)
		case p.Start < 0 || p.End < p.Start || p.End > len(d.Text):
			return fmt.Errorf("index: document %s: passage %s spans %d to %d of a text of %d bytes", d.ID, p.ID, p.Start, p.End, len(d.Text))
		case p.Text == "" && p.Start < p.End:
			return fmt.Errorf("index: document %s: passage %s has no text", d.ID, p.ID)
		case !utf8.ValidString(p.Text):
			return fmt.Errorf("index: document %s: passage %s is not valid UTF-8", d.ID, p.ID)
		}
		seen[p.ID] = true
	}
	return nil
}

// documentDir returns the directory name of a document: its ID, with every
// byte that a file system could take amiss written as % and two hex digits,
// and a hash in place of what is too long.
func documentDir(id string) string {
	const longest = 100 // bytes; file systems take 255
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	if name := b.String(); len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	return b.String()[:longest-33] + "~" + hex.EncodeToString(sum[:16])
}

// stage writes an edition to disk beside the others, if an intact copy is not
// there already, and sets e.stored.Dir to where it is.
func (l *Library) stage(e *encoded) error {
	if e.staged {
		return nil
	}
	fresh := e.stored.Dir
	for n := 2; ; n++ {
		if l.intact(e.stored) {
			return nil
		}
		if _, err := os.Lstat(l.editionPath(e.stored)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		e.stored.Dir = fmt.Sprintf("%s-%d", fresh, n) // a damaged copy is in the way
	}
	to := l.editionPath(e.stored)
	parent := filepath.Dir(to)
	temp := filepath.Join(parent, tempPrefix+filepath.Base(to))
	steps := []func() error{
		func() error { return l.disk.MkdirAll(temp) },
		func() error { return writeBytes(l.disk, filepath.Join(temp, sourceName), e.source) },
		func() error { return writeBytes(l.disk, filepath.Join(temp, textName), []byte(e.document.Text)) },
		func() error { return writeBytes(l.disk, filepath.Join(temp, structureName), e.structure) },
		func() error { return writeBytes(l.disk, filepath.Join(temp, recordName), e.record) },
		func() error { return l.disk.SyncDir(temp) },
		func() error { return l.disk.Rename(temp, to) },
		func() error { return l.disk.SyncDir(parent) },
		func() error { return l.disk.SyncDir(filepath.Dir(parent)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// editionPath returns the directory of an edition.
func (l *Library) editionPath(e storedEdition) string {
	return filepath.Join(l.dir, documentsDir, filepath.FromSlash(e.Dir))
}

// intact reports whether every file of an edition is as it was written.
func (l *Library) intact(e storedEdition) bool {
	r, err := l.readRecord(e)
	if err != nil {
		return false
	}
	for name, sum := range map[string]fileSum{sourceName: r.Source, textName: r.Text, structureName: r.Structure} {
		if _, err := readChecked(filepath.Join(l.editionPath(e), name), sum); err != nil {
			return false
		}
	}
	return true
}

// readRecord reads what an edition consists of.
func (l *Library) readRecord(e storedEdition) (*record, error) {
	data, err := readChecked(filepath.Join(l.editionPath(e), recordName), e.Record)
	if err != nil {
		return nil, err
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// readDocument reads a document of the library.
func (l *Library) readDocument(e storedEdition) (*ingest.Document, error) {
	d, err := l.decodeDocument(e)
	if err != nil {
		return nil, l.damaged(fmt.Sprintf("document %s cannot be read", e.ID), err)
	}
	return d, nil
}

func (l *Library) decodeDocument(e storedEdition) (*ingest.Document, error) {
	r, err := l.readRecord(e)
	if err != nil {
		return nil, err
	}
	if r.Schema > schemaVersion {
		return nil, l.newer("document "+e.ID, r.Schema)
	}
	text, err := readChecked(filepath.Join(l.editionPath(e), textName), r.Text)
	if err != nil {
		return nil, err
	}
	data, err := readChecked(filepath.Join(l.editionPath(e), structureName), r.Structure)
	if err != nil {
		return nil, err
	}
	var s structure
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	d, err := s.document(string(text))
	if err != nil {
		return nil, err
	}
	if d.ID != e.ID {
		return nil, fmt.Errorf("it says it is document %q", d.ID)
	}
	return d, nil
}
