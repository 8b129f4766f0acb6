package index

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// schemaVersion is the version of everything that a Library writes. Files of
// a higher version are refused; of a lower one there are none yet.
const schemaVersion = 1

// Names in a data directory, see the comment of Library.
const (
	documentsDir = "documents"
	indexDir     = "index"
	damagedDir   = "damaged"
	currentName  = "CURRENT"
	manifestName = "manifest.json"
	vectorsName  = "vectors"
	catalogDir   = ".catalog" // in documentsDir: a copy of each manifest kept
	tempPrefix   = ".tmp-"    // of directories and files not yet complete
)

// manifest says what a generation is made of. A generation whose name is
// empty is that of a directory without any documents.
type manifest struct {
	Schema     int             `json:"schema"`
	Generation string          `json:"generation"`         // its directory in index/
	Previous   string          `json:"previous,omitempty"` // the generation before it, kept for those still reading it
	Model      string          `json:"model"`              // of the embedder
	Dim        int             `json:"dim"`                // of the vectors, 0 without any
	Passages   int             `json:"passages"`           // retrieved ones
	Vectors    fileSum         `json:"vectors"`
	Documents  []storedEdition `json:"documents"` // by ID
}

// storedEdition names the directory that holds one edition of a document.
type storedEdition struct {
	ID       string  `json:"id"`
	Edition  string  `json:"edition"`  // see ingest.Document
	Dir      string  `json:"dir"`      // below documents/, with slashes
	Passages int     `json:"passages"` // retrieved ones
	Record   fileSum `json:"record"`   // of the file recordName in Dir, which has the sums of the others
}

// document returns the stored edition of the document with that ID.
func (m *manifest) document(id string) (storedEdition, bool) {
	i, ok := slices.BinarySearchFunc(m.Documents, id, func(e storedEdition, id string) int { return cmp.Compare(e.ID, id) })
	if !ok {
		return storedEdition{}, false
	}
	return m.Documents[i], true
}

// pointer is the content of CURRENT: version, generation and the hash of its
// manifest.
type pointer struct {
	generation string // "" for none yet
	sum        fileSum
}

// noGeneration stands in CURRENT until the first ingest is complete.
const noGeneration = "none"

func (p pointer) String() string {
	return fmt.Sprintf("%d %s %d %s\n", schemaVersion, cmp.Or(p.generation, noGeneration), p.sum.Size, cmp.Or(p.sum.SHA256, "-"))
}

// readPointer reads CURRENT. A directory that has none and holds nothing is
// empty; one that holds something is damaged.
func (l *Library) readPointer() (pointer, error) {
	data, err := os.ReadFile(filepath.Join(l.dir, indexDir, currentName))
	if errors.Is(err, fs.ErrNotExist) {
		if l.holdsDocuments() {
			return pointer{}, l.damaged("index/CURRENT is missing", nil)
		}
		return pointer{}, nil
	}
	if err != nil {
		return pointer{}, fmt.Errorf("index: read data directory %s: %w", l.dir, err)
	}
	fields := strings.Fields(string(data))
	if len(fields) == 0 {
		return pointer{}, l.damaged("index/CURRENT is empty", nil)
	}
	version, err := strconv.Atoi(fields[0])
	if err == nil && version > schemaVersion {
		return pointer{}, l.newer("index/CURRENT", version)
	}
	if err != nil || len(fields) != 4 {
		return pointer{}, l.damaged("index/CURRENT cannot be read", err)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return pointer{}, l.damaged("index/CURRENT cannot be read", err)
	}
	p := pointer{fields[1], fileSum{size, fields[3]}}
	if p.generation == noGeneration {
		return pointer{}, nil
	}
	if _, err := generationNumber(p.generation); err != nil || p.String() != string(data) {
		return pointer{}, l.damaged("index/CURRENT cannot be read", err)
	}
	return p, nil
}

// holdsDocuments reports whether the directory holds a generation or a
// document.
func (l *Library) holdsDocuments() bool {
	return len(l.generations())+len(l.list(documentsDir)) > 0
}

// list returns the names in a directory below the data directory, sorted; none
// if it cannot be read.
func (l *Library) list(path ...string) []string {
	entries, _ := os.ReadDir(filepath.Join(append([]string{l.dir}, path...)...))
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// generations returns the complete generations, current or not, oldest first.
func (l *Library) generations() []string {
	return slices.DeleteFunc(l.list(indexDir), func(name string) bool {
		_, err := generationNumber(name)
		return err != nil
	})
}

// catalogs returns the generations whose manifest has a copy beside the
// documents, oldest first.
func (l *Library) catalogs() []string { return l.list(documentsDir, catalogDir) }

// readManifest returns the manifest of the current generation, an empty one if
// there is none yet.
func (l *Library) readManifest() (*manifest, error) {
	p, err := l.readPointer()
	if err != nil || p.generation == "" {
		return &manifest{Schema: schemaVersion}, err
	}
	data, err := readChecked(filepath.Join(l.dir, indexDir, p.generation, manifestName), p.sum)
	if err != nil {
		return nil, l.damaged("the manifest of generation "+p.generation+" is missing or altered", err)
	}
	return l.parseManifest(data)
}

// parseManifest decodes a manifest and checks its version and form.
func (l *Library) parseManifest(data []byte) (*manifest, error) {
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, l.damaged("a manifest cannot be read", err)
	}
	if m.Schema > schemaVersion {
		return nil, l.newer("its index", m.Schema)
	}
	for _, e := range m.Documents {
		if !filepath.IsLocal(filepath.FromSlash(e.Dir)) {
			return nil, l.damaged("a manifest names a directory outside", nil)
		}
	}
	return &m, nil
}

// checkModel refuses vectors of another embedder.
func (l *Library) checkModel(m *manifest) error {
	if m.Generation != "" && m.Model != l.o.Embedder.Model() {
		return l.mismatch(m.Model)
	}
	return nil
}

// catalogData is a manifest as it is kept beside the documents: followed by a
// line with its hash, so that it can be told whole without CURRENT.
func catalogData(manifest []byte) []byte {
	return append(slices.Clip(manifest), "\n"+sumOf(manifest).SHA256+"\n"...)
}

// readCatalog returns the copy of the manifest of a generation.
func (l *Library) readCatalog(generation string) (data []byte, err error) {
	data, err = os.ReadFile(filepath.Join(l.dir, documentsDir, catalogDir, generation))
	if err != nil {
		return nil, err
	}
	const tail = 2 + 2*sha256.Size // hex digits between two line ends
	body := data[:max(0, len(data)-tail)]
	if !bytes.Equal(catalogData(body), data) {
		return nil, errAltered
	}
	return body, nil
}

// generationName names a generation; names sort like numbers.
func generationName(n int) string { return fmt.Sprintf("%08d", n) }

func generationNumber(name string) (int, error) {
	n, err := strconv.Atoi(name)
	if err == nil && generationName(n) != name {
		err = fmt.Errorf("%q is not the name of a generation", name)
	}
	return n, err
}

// nextGeneration returns a name higher than that of any generation, complete
// or not.
func (l *Library) nextGeneration() string {
	highest := 0
	for _, name := range append(l.list(indexDir), l.catalogs()...) {
		if n, err := generationNumber(strings.TrimPrefix(name, tempPrefix)); err == nil {
			highest = max(highest, n)
		}
	}
	return generationName(highest + 1)
}
