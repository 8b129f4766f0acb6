package index

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// clean removes what neither m nor the generation before it refers to: older
// generations and editions, and whatever a killed writer left behind. Failing
// to remove something is no error; the next change tries again.
func (l *Library) clean(m *manifest) {
	keep := map[string]bool{} // paths below the data directory, with slashes
	for _, generation := range []*manifest{m, l.previous(m)} {
		if generation == nil || generation.Generation == "" {
			continue
		}
		keep[indexDir+"/"+generation.Generation] = true
		keep[documentsDir+"/"+catalogDir+"/"+generation.Generation] = true
		for _, e := range generation.Documents {
			keep[documentsDir+"/"+e.Dir] = true
		}
	}
	for _, name := range l.list(indexDir) {
		if _, err := generationNumber(name); err == nil || strings.HasPrefix(name, tempPrefix) {
			l.removeUnless(keep, indexDir, name)
		}
	}
	for _, dir := range l.list(documentsDir) {
		for _, name := range l.list(documentsDir, dir) {
			l.removeUnless(keep, documentsDir, dir, name)
		}
		if dir != catalogDir {
			// Fails, as it should, for a directory that holds something.
			os.Remove(filepath.Join(l.dir, documentsDir, dir))
		}
	}
}

// removeUnless removes a file or directory that is not to be kept.
func (l *Library) removeUnless(keep map[string]bool, path ...string) {
	if keep[strings.Join(path, "/")] {
		return
	}
	name := filepath.Join(slices.Concat([]string{l.dir}, path)...)
	if err := l.disk.RemoveAll(name); err != nil {
		l.o.Log.Warn("index: leftover stays", "error", err)
	}
}

// previous returns the manifest of the generation before m, or nil.
func (l *Library) previous(m *manifest) *manifest {
	if m.Previous == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(l.dir, indexDir, m.Previous, manifestName))
	if err != nil {
		return nil
	}
	before, err := l.parseManifest(data)
	if err != nil {
		return nil
	}
	return before
}
