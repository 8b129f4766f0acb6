package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

//go:embed static strings
var files embed.FS

// assetPath is what the addresses of all assets begin with; the hash of their
// contents follows, so that they never change and are kept for good.
const assetPath = "/assets/"

// assets are the files that pages refer to, by name.
type assets struct {
	hash  string
	files map[string][]byte
}

func loadAssets() (*assets, error) {
	a := &assets{files: make(map[string][]byte)}
	sum := sha256.New()
	for _, dir := range []string{"static", "strings"} {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", dir, err)
		}
		for _, e := range entries {
			data, err := files.ReadFile(dir + "/" + e.Name())
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", e.Name(), err)
			}
			a.files[e.Name()] = data
			fmt.Fprintf(sum, "%s %d\n", e.Name(), len(data))
			sum.Write(data)
		}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return a, nil
}

// url returns the address of an asset.
func (a *assets) url(name string) string { return assetPath + a.hash + "/" + name }

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	data, ok := a.files[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	tag := `"` + a.hash + `"`
	header := w.Header()
	header.Set("Content-Type", contentType(r.PathValue("file")))
	header.Set("ETag", tag)
	header.Set("Cache-Control", "no-cache") // an address of an older program
	if r.PathValue("hash") == a.hash {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if _, err := w.Write(data); err != nil {
		return // the reader has gone
	}
}

// contentType does not ask the machine's tables, which differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	}
	return "application/octet-stream"
}
