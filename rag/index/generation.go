package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"yanbao/ingest"
	"yanbao/rag/llm"
)

// planned is a document of a generation to be written.
type planned struct {
	stored  storedEdition
	edition func() (*encoded, error) // nil: keep what the old generation has
}

// writer writes one generation. Documents and the blocks of the old vectors
// come in the order of IDs, so one pass over the old file serves all of them.
type writer struct {
	library *Library
	old     *vectorsReader // nil without an old generation to take vectors from
	vectors *vectorsWriter
	owners  map[string]string // passage ID to document
	changes map[string]Change

	// Progress: passages that have vectors and documents that are stored, of
	// those that are new.
	done, total             int
	documents, newDocuments int
}

// write makes the generation of these documents and switches to it. The old
// generation is untouched, and stays current if there is an error.
func (l *Library) write(ctx context.Context, old *manifest, plan []planned) (map[string]Change, error) {
	sortPlan(plan)
	m := &manifest{
		Schema: schemaVersion, Generation: l.nextGeneration(), Previous: old.Generation,
		Model: l.o.Embedder.Model(), Documents: []storedEdition{},
	}
	w := &writer{library: l, owners: map[string]string{}, changes: map[string]Change{}}
	for _, p := range plan {
		if p.edition != nil {
			w.total += p.stored.Passages
			w.newDocuments++
		}
	}
	temp := filepath.Join(l.dir, indexDir, tempPrefix+m.Generation)
	err := l.disk.MkdirAll(temp)
	if err == nil {
		err = w.writeVectors(ctx, old, plan, m, filepath.Join(temp, vectorsName))
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = l.switchTo(m, temp)
	}
	if err != nil {
		return nil, err
	}
	l.o.Log.Info("index: new generation", "generation", m.Generation, "documents", len(m.Documents), "passages", m.Passages)
	l.clean(m)
	return w.changes, nil
}

// writeVectors stores new editions and writes the vectors of all documents,
// and notes both in m.
func (w *writer) writeVectors(ctx context.Context, old *manifest, plan []planned, m *manifest, name string) (err error) {
	l := w.library
	if old.Generation != "" {
		if w.old, err = openVectors(l.vectorsPath(old.Generation), old.Vectors); err != nil {
			return l.damaged("the vectors of generation "+old.Generation+" cannot be read", err)
		}
		defer func() {
			if closeErr := w.old.close(); closeErr != nil && err == nil {
				err = l.damaged("the vectors of generation "+old.Generation+" were altered", closeErr)
			}
		}()
	}
	return writeFile(l.disk, name, func(file io.Writer) error {
		if w.vectors, err = newVectorsWriter(file, m.Model); err != nil {
			return err
		}
		for _, p := range plan {
			stored, err := w.document(ctx, p)
			if err != nil {
				return err
			}
			m.Documents = append(m.Documents, stored)
		}
		m.Vectors, err = w.vectors.finish()
		m.Dim, m.Passages = w.vectors.dim, w.vectors.count
		return err
	})
}

// document writes one document and returns where it is stored.
func (w *writer) document(ctx context.Context, p planned) (storedEdition, error) {
	if err := ctx.Err(); err != nil {
		return storedEdition{}, err
	}
	before, err := w.before(p)
	if err != nil {
		return storedEdition{}, err
	}
	if p.edition == nil {
		for _, b := range before {
			if err := w.block(b); err != nil {
				return storedEdition{}, err
			}
		}
		return p.stored, nil
	}
	e, err := p.edition()
	if err != nil {
		return storedEdition{}, err
	}
	if err := w.library.stage(e); err != nil {
		return storedEdition{}, err
	}
	w.documents++
	w.library.o.Progress(StageWrite, w.documents, w.newDocuments)
	return e.stored, w.edition(ctx, e.document, before)
}

// before returns the blocks that the old generation has of a document.
func (w *writer) before(p planned) ([]*block, error) {
	if w.old == nil {
		return nil, nil
	}
	err := w.old.skip(p.stored.ID)
	var blocks []*block
	for err == nil {
		var b *block
		if b, err = w.old.take(p.stored.ID); b == nil {
			break
		}
		blocks = append(blocks, b)
	}
	if err != nil {
		return nil, w.library.damaged("the vectors of document "+p.stored.ID+" cannot be read", err)
	}
	return blocks, nil
}

// edition writes the vectors of a new edition: those of before where the same
// text was embedded, fresh ones else.
func (w *writer) edition(ctx context.Context, d *ingest.Document, before []*block) error {
	change := Change{Document: d.ID}
	known := map[textSum]llm.Vector{}
	ids := map[string]bool{}
	for _, b := range before {
		for i, id := range b.ids {
			known[b.sums[i]], ids[id] = b.vectors[i], true
		}
	}
	change.Removed = len(ids)
	b := &block{document: d.ID}
	for i := range d.Passages {
		p := &d.Passages[i]
		if !p.Kind.Retrieved() {
			continue
		}
		if ids[p.ID] {
			change.Kept++
			change.Removed--
		} else {
			change.Added++
		}
		sum := sumText(p)
		b.add(p, sum, known[sum])
		if len(b.ids) == batch {
			if err := w.flush(ctx, b); err != nil {
				return err
			}
			b = &block{document: d.ID}
		}
	}
	w.changes[d.ID] = change
	return w.flush(ctx, b)
}

// flush embeds what has no vector yet and writes the block.
func (w *writer) flush(ctx context.Context, b *block) error {
	var missing []int
	var passages []*ingest.Passage
	for i, v := range b.vectors {
		if v == nil {
			missing = append(missing, i)
			passages = append(passages, b.passages[i])
		}
	}
	vectors, err := embedBatch(ctx, w.library.o.Embedder, passages)
	if err != nil {
		return err
	}
	for n, i := range missing {
		b.vectors[i] = vectors[n]
	}
	if err := w.block(b); err != nil {
		return err
	}
	w.done += len(b.ids)
	w.library.o.Progress(StageEmbed, w.done, max(w.done, w.total))
	return nil
}

// block writes a block whose vectors are complete. A passage ID belongs to one
// document only.
func (w *writer) block(b *block) error {
	for _, id := range b.ids {
		if other, ok := w.owners[id]; ok {
			return fmt.Errorf("index: passage ID %s occurs in document %s and in %s: give one of them another document ID", id, other, b.document)
		}
		w.owners[id] = b.document
	}
	return w.vectors.write(b)
}

// switchTo completes the generation in the directory temp and makes it the
// current one. Everything that it refers to has been made last before.
func (l *Library) switchTo(m *manifest, temp string) error {
	data, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	index, catalog := filepath.Join(l.dir, indexDir), filepath.Join(l.dir, documentsDir, catalogDir)
	steps := []func() error{
		func() error { return writeBytes(l.disk, filepath.Join(temp, manifestName), data) },
		func() error { return l.disk.SyncDir(temp) },
		func() error { return l.disk.Rename(temp, filepath.Join(index, m.Generation)) },
		func() error { return l.disk.SyncDir(index) },
		func() error { return l.replace(catalog, m.Generation, catalogData(data)) },
		func() error {
			return l.replace(index, currentName, []byte(pointer{m.Generation, sumOf(data)}.String()))
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a small file at once, in place of one that is there or not.
func (l *Library) replace(dir, name string, data []byte) error {
	temp := filepath.Join(dir, tempPrefix+name)
	if err := writeBytes(l.disk, temp, data); err != nil {
		return err
	}
	if err := l.disk.Rename(temp, filepath.Join(dir, name)); err != nil {
		return err
	}
	return l.disk.SyncDir(dir)
}

// prepare makes the directories of a library. CURRENT is made before anything
// that it could refer to, so that its absence later means that it was lost.
func (l *Library) prepare() error {
	index := filepath.Join(l.dir, indexDir)
	_, err := os.Stat(filepath.Join(index, currentName))
	if errors.Is(err, fs.ErrNotExist) {
		if err = l.disk.MkdirAll(index); err == nil {
			err = l.replace(index, currentName, []byte(pointer{}.String()))
		}
	}
	if err == nil {
		err = l.disk.MkdirAll(filepath.Join(l.dir, documentsDir, catalogDir))
	}
	if err == nil {
		err = l.disk.SyncDir(l.dir)
	}
	return err
}

// vectorsPath returns the file of vectors of a generation.
func (l *Library) vectorsPath(generation string) string {
	return filepath.Join(l.dir, indexDir, generation, vectorsName)
}
