package index

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// disk is what a Library does to the file system when it writes. Tests put
// one in its place that fails or stops at a chosen step.
type disk interface {
	Create(name string) (file, error) // a new empty file, in place of an old one
	MkdirAll(name string) error
	Rename(from, to string) error
	RemoveAll(name string) error
	SyncDir(name string) error // makes names created or renamed in a directory last
}

// file is an open file that is being written.
type file interface {
	io.WriteCloser
	Sync() error
}

// osDisk is the file system.
type osDisk struct{}

func (osDisk) Create(name string) (file, error) { return os.Create(name) }
func (osDisk) MkdirAll(name string) error       { return os.MkdirAll(name, 0o755) }
func (osDisk) Rename(from, to string) error     { return os.Rename(from, to) }
func (osDisk) RemoveAll(name string) error      { return os.RemoveAll(name) }

func (osDisk) SyncDir(name string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced there
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// explained is a disk whose errors say what is wrong with the data directory,
// see Library.writeError.
type explained struct {
	disk    disk
	explain func(name string, err error) error
}

func (d explained) Create(name string) (file, error) {
	f, err := d.disk.Create(name)
	if err != nil {
		return nil, d.explain(name, err)
	}
	return explainedFile{f, func(err error) error { return d.explain(name, err) }}, nil
}

func (d explained) MkdirAll(name string) error   { return d.explain(name, d.disk.MkdirAll(name)) }
func (d explained) Rename(from, to string) error { return d.explain(to, d.disk.Rename(from, to)) }
func (d explained) RemoveAll(name string) error  { return d.explain(name, d.disk.RemoveAll(name)) }
func (d explained) SyncDir(name string) error    { return d.explain(name, d.disk.SyncDir(name)) }

type explainedFile struct {
	file    file
	explain func(err error) error
}

func (f explainedFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	return n, f.explain(err)
}

func (f explainedFile) Sync() error  { return f.explain(f.file.Sync()) }
func (f explainedFile) Close() error { return f.explain(f.file.Close()) }

// fileSum tells what a file holds.
type fileSum struct {
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
}

// sumOf returns the sum of data.
func sumOf(data []byte) fileSum {
	h := sha256.Sum256(data)
	return fileSum{Size: int64(len(data)), SHA256: hex.EncodeToString(h[:])}
}

// sumWriter passes what is written on to w and sums it up.
type sumWriter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func newSumWriter(w io.Writer) *sumWriter { return &sumWriter{w: w, hash: sha256.New()} }

func (s *sumWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

func (s *sumWriter) sum() fileSum {
	return fileSum{Size: s.size, SHA256: hex.EncodeToString(s.hash.Sum(nil))}
}

// writeFile writes a file and makes it last. write gets a writer of the file.
func writeFile(d disk, name string, write func(w io.Writer) error) error {
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return nil
}

// writeBytes writes data to a file and makes it last.
func writeBytes(d disk, name string, data []byte) error {
	return writeFile(d, name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// errAltered is the cause of a damaged file.
var errAltered = errors.New("file was altered")

// readChecked reads a file and checks that it holds what was written.
func readChecked(name string, want fileSum) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if sumOf(data) != want {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), errAltered)
	}
	return data, nil
}
