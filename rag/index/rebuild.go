package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Rebuild makes a new generation from the stored documents alone, embedding
// everything again. It is the way out of a damaged index and of a change of
// the embedder. A document that is damaged is read again from its source where
// that is whole and Options.Reread is set; otherwise its files are moved to
// DIR/damaged, the rest is built, and the error, an ErrCorrupt, names it.
func (l *Library) Rebuild(ctx context.Context) error {
	return l.exclusively(ctx, func() error {
		documents, err := l.storedDocuments()
		if err != nil {
			return err
		}
		if err := l.prepare(); err != nil {
			return err
		}
		var plan []planned
		var lost []string
		for _, stored := range documents {
			if err := ctx.Err(); err != nil {
				return err
			}
			p, err := l.recover(stored)
			if errors.Is(err, ErrNewer) {
				return err
			}
			if err != nil {
				l.o.Log.Warn("index: document is damaged", "document", stored.ID, "error", err)
				if err := l.quarantine(stored); err != nil {
					return err
				}
				lost = append(lost, stored.ID)
				continue
			}
			plan = append(plan, p)
		}
		// The old generation may be anything, so nothing of it is used.
		if _, err := l.write(ctx, &manifest{}, plan); err != nil {
			return err
		}
		return l.lost(lost)
	})
}

// lost says which documents could not be recovered.
func (l *Library) lost(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	text := fmt.Sprintf("the index in %s is made anew without %s, which cannot be read: ingest it again from your own file; what is left of it is in %s",
		l.dir, strings.Join(ids, ", "), filepath.Join(l.dir, damagedDir))
	return &problem{ErrCorrupt, text, nil}
}

// recover plans a document from what is stored of it.
func (l *Library) recover(stored storedEdition) (planned, error) {
	d, err := l.decodeDocument(stored)
	if err == nil {
		err = checkDocument(d)
	}
	if err == nil {
		stored.Passages = countRetrieved(d)
		// It is read a second time when its turn comes, so that documents are
		// not all held at once.
		return planned{stored, func() (*encoded, error) { return l.encodedAgain(stored) }}, nil
	}
	if errors.Is(err, ErrNewer) || l.o.Reread == nil {
		return planned{}, err
	}
	e, rereadErr := l.reread(stored)
	if rereadErr != nil {
		return planned{}, errors.Join(err, rereadErr)
	}
	return planned{e.stored, func() (*encoded, error) { return e, nil }}, nil
}

// encodedAgain reads an intact edition as it is.
func (l *Library) encodedAgain(stored storedEdition) (*encoded, error) {
	d, err := l.readDocument(stored)
	if err != nil {
		return nil, err
	}
	return &encoded{stored: stored, document: d, staged: true}, nil
}

// reread makes a document anew from the source file of a damaged edition.
func (l *Library) reread(stored storedEdition) (*encoded, error) {
	dir := l.editionPath(stored)
	data, err := os.ReadFile(filepath.Join(dir, recordName))
	if err != nil {
		return nil, err
	}
	var r record // its own hash may be wrong; that of the source decides
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	source, err := readChecked(filepath.Join(dir, sourceName), r.Source)
	if err != nil {
		return nil, err
	}
	d, err := l.o.Reread(r.Meta, r.Name, source)
	if err != nil {
		return nil, err
	}
	if d.ID != stored.ID {
		return nil, fmt.Errorf("index: source of document %s reads as document %s", stored.ID, d.ID)
	}
	return encode(d, source)
}

// quarantine moves a damaged edition out of the way.
func (l *Library) quarantine(stored storedEdition) error {
	from := l.editionPath(stored)
	if _, err := os.Stat(from); err != nil {
		return nil // nothing is left of it
	}
	to := filepath.Join(l.dir, damagedDir, strings.ReplaceAll(stored.Dir, "/", "-"))
	if err := l.disk.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	if err := l.disk.RemoveAll(to); err != nil {
		return err
	}
	if err := l.disk.Rename(from, to); err != nil {
		return err
	}
	return l.disk.SyncDir(filepath.Dir(to))
}

// storedDocuments finds out which documents there are from the first of these
// that is whole: the current manifest, its copy beside the documents, the
// newest copy (that of an ingest which was killed just before it switched
// counts as well), the directories of the documents. Only ErrNewer is an error.
func (l *Library) storedDocuments() ([]storedEdition, error) {
	m, err := l.readManifest()
	if err == nil {
		return m.Documents, nil
	}
	if errors.Is(err, ErrNewer) {
		return nil, err
	}
	generations := l.catalogs()
	slices.Reverse(generations)
	if current, err := l.readPointer(); err == nil {
		if data, err := l.readCatalog(current.generation); err == nil && sumOf(data) == current.sum {
			generations = []string{current.generation}
		}
	}
	for _, generation := range generations {
		data, err := l.readCatalog(generation)
		if err != nil {
			continue
		}
		m, err := l.parseManifest(data)
		if errors.Is(err, ErrNewer) {
			return nil, err
		}
		if err == nil {
			return m.Documents, nil
		}
	}
	return l.scanDocuments(), nil
}

// scanDocuments takes the latest edition in each directory of documents.
func (l *Library) scanDocuments() []storedEdition {
	var found []storedEdition
	for _, dir := range l.list(documentsDir) {
		if dir == catalogDir {
			continue
		}
		var latest storedEdition
		var when int64
		for _, name := range l.list(documentsDir, dir) {
			path := filepath.Join(l.dir, documentsDir, dir, name, recordName)
			data, err := os.ReadFile(path)
			var r record
			if err != nil || json.Unmarshal(data, &r) != nil || strings.HasPrefix(name, tempPrefix) {
				continue
			}
			info, err := os.Stat(path)
			if err == nil && (latest.ID == "" || info.ModTime().UnixNano() > when) {
				when = info.ModTime().UnixNano()
				latest = storedEdition{ID: r.Meta.ID, Edition: r.Edition, Dir: dir + "/" + name, Record: sumOf(data)}
			}
		}
		if latest.ID != "" {
			found = append(found, latest)
		}
	}
	return found
}
