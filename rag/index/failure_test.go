package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultyDisk is the file system until step fail, from which on everything
// fails with err. A step is one operation; a write that fails has written
// half. Removing still works where removes is set.
type faultyDisk struct {
	disk
	fail    int
	err     error
	removes bool

	steps int
}

func (d *faultyDisk) step() error {
	if d.steps++; d.steps >= d.fail {
		return d.err
	}
	return nil
}

func (d *faultyDisk) Create(name string) (file, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	f, err := d.disk.Create(name)
	return faultyFile{f, d}, err
}

func (d *faultyDisk) MkdirAll(name string) error {
	return firstError(d.step, func() error { return d.disk.MkdirAll(name) })
}
func (d *faultyDisk) Rename(from, to string) error {
	return firstError(d.step, func() error { return d.disk.Rename(from, to) })
}
func (d *faultyDisk) SyncDir(name string) error {
	return firstError(d.step, func() error { return d.disk.SyncDir(name) })
}

func (d *faultyDisk) RemoveAll(name string) error {
	if d.removes {
		return d.disk.RemoveAll(name)
	}
	return firstError(d.step, func() error { return d.disk.RemoveAll(name) })
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type faultyFile struct {
	file
	disk *faultyDisk
}

func (f faultyFile) Write(p []byte) (int, error) {
	if err := f.disk.step(); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f faultyFile) Sync() error { return firstError(f.disk.step, f.file.Sync) }

// addWith adds one document to dir through d.
func addWith(t *testing.T, dir string, d disk, text string) error {
	t.Helper()
	l := openTest(t, dir, testOptions())
	l.useDisk(d)
	_, err := l.Add(context.Background(), []Source{sourceOf(testDocument("coffee", text, "又一杯。")), sourceOf(testDocument("milk", text))})
	return err
}

// TestFullDisk lets the disk be full from each step of an Add on.
func TestFullDisk(t *testing.T) {
	for _, system := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		dir := t.TempDir()
		add(t, openTest(t, dir, testOptions()), testDocument("tea", "一壶。"), testDocument("coffee", "一杯。"))
		before := tree(t, dir)
		fail := 1
		for ; ; fail++ {
			d := &faultyDisk{disk: quickDisk{}, fail: fail, removes: true, err: &os.PathError{Op: "write", Path: "x", Err: system}}
			err := addWith(t, dir, d, "新的一杯。")
			if err == nil {
				break
			}
			if !errors.Is(err, ErrFull) || !errors.Is(err, system) || !strings.Contains(err.Error(), "free some space") {
				t.Fatalf("step %d fails with %q, want %v", fail, err, ErrFull)
			}
			if x := load(t, openTest(t, dir, testOptions())); documentIDs(x) == "coffee/2 tea/2" {
				if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
					t.Fatalf("full at step %d: files changed:\n%s", fail, diff)
				}
			} else if got, want := documentIDs(x), "coffee/3 milk/2 tea/2"; got != want {
				t.Fatalf("full at step %d: documents %s", fail, got)
			} else { // CURRENT was renamed, only its directory could not be synced
				break
			}
		}
		if fail < 30 {
			t.Errorf("an Add has %d steps, want at least 30", fail)
		}
	}
}

// TestReadOnly lets the first change of the file system be refused.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	add(t, openTest(t, dir, testOptions()), testDocument("tea", "一壶。"))
	before := tree(t, dir)
	for _, system := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		err := addWith(t, dir, &faultyDisk{disk: quickDisk{}, fail: 1, err: system}, "一杯。")
		if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), "make it writable") {
			t.Errorf("%v: error %q, want %v", system, err, ErrReadOnly)
		}
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	l := openTest(t, dir, testOptions())
	l.useDisk(&faultyDisk{disk: quickDisk{}, fail: 1, err: syscall.EROFS})
	load(t, l)
	add(t, l, testDocument("tea", "一壶。")) // stored already: nothing to write
}

func TestReadOnlyDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	for _, place := range []string{dir, filepath.Join(dir, "sub")} {
		err := addWith(t, place, quickDisk{}, "一杯。")
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: error %v, want %v", place, err, ErrReadOnly)
		}
	}
}

func TestOtherWriteErrors(t *testing.T) {
	err := addWith(t, t.TempDir(), &faultyDisk{disk: quickDisk{}, fail: 9, err: syscall.EIO}, "一杯。")
	if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "index: write ") {
		t.Errorf("error %v, want one that wraps %v and names the file", err, syscall.EIO)
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	holder := openTest(t, dir, testOptions())
	add(t, holder, testDocument("tea", "一壶。"))
	unlock, err := holder.lock()
	if err != nil {
		t.Fatal(err)
	}
	other := openTest(t, dir, testOptions())
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"Add": func() error {
			_, err := other.Add(ctx, []Source{sourceOf(testDocument("milk", "一瓶。"))})
			return err
		},
		"Remove":  func() error { return other.Remove(ctx, "tea") },
		"Rebuild": func() error { return other.Rebuild(ctx) },
	} {
		err := call()
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d, yanbao test, since 20", os.Getpid())) {
			t.Errorf("%s of a locked directory: error %q, want %v and its owner", name, err, ErrLocked)
		}
	}
	if got, want := documentIDs(load(t, other)), "tea/2"; got != want {
		t.Errorf("reading a locked directory gives %s, want %s", got, want)
	}
	add(t, other, testDocument("tea", "一壶。")) // nothing to write, so no lock is needed
	if err := os.Remove(filepath.Join(dir, ownerName)); err != nil {
		t.Fatal(err)
	}
	if err := other.Remove(ctx, "tea"); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("without a named owner: error %q, want %v", err, ErrLocked)
	}
	unlock()
	if err := other.Remove(ctx, "tea"); err != nil {
		t.Errorf("Remove after the lock was released: %v", err)
	}
}

func TestMismatch(t *testing.T) {
	dir := t.TempDir()
	add(t, openTest(t, dir, testOptions()), testDocument("tea", "一壶。"), testDocument("coffee", "一杯。"))
	before := tree(t, dir)
	l := openTest(t, dir, defaultOptions())
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"Index":  func() error { _, err := l.Index(ctx); return err },
		"Add":    func() error { _, err := l.Add(ctx, []Source{sourceOf(testDocument("milk", "一瓶。"))}); return err },
		"Remove": func() error { return l.Remove(ctx, "tea") },
	} {
		if err := call(); !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), rebuildCommand) {
			t.Errorf("%s with another embedder: error %q, want %v and %q", name, err, ErrMismatch, rebuildCommand)
		}
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	if err := l.Rebuild(ctx); err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	x := load(t, l)
	if got, want := documentIDs(x), "coffee/2 tea/2"; got != want {
		t.Errorf("after Rebuild: documents %s, want %s", got, want)
	}
	checkSearchable(t, x)
}

// crashDisk loses at a crash what was not made last: content of files that
// were not synced, and names of directories that were not synced.
type crashDisk struct {
	faultyDisk
	undo []undo // oldest first
}

// undo takes back a step unless dir has been synced.
type undo struct {
	dir  string
	back func()
}

func (d *crashDisk) Create(name string) (file, error) {
	f, err := d.faultyDisk.Create(name)
	if err != nil {
		return nil, err
	}
	d.note(filepath.Dir(name), func() { os.Remove(name) })
	d.note(name, func() { os.Truncate(name, 0) }) // "dir" is the file itself
	return crashFile{f, d, name}, nil
}

func (d *crashDisk) MkdirAll(name string) error {
	if _, err := os.Stat(name); err != nil {
		d.note(filepath.Dir(name), func() { os.RemoveAll(name) })
	}
	return d.faultyDisk.MkdirAll(name)
}

func (d *crashDisk) Rename(from, to string) error {
	old, readErr := os.ReadFile(to)
	if err := d.faultyDisk.Rename(from, to); err != nil {
		return err
	}
	d.note(filepath.Dir(to), func() {
		os.Rename(to, from)
		if readErr == nil {
			os.WriteFile(to, old, 0o644)
		}
	})
	return nil
}

func (d *crashDisk) SyncDir(name string) error {
	if err := d.faultyDisk.SyncDir(name); err != nil {
		return err
	}
	d.last(name)
	return nil
}

func (d *crashDisk) note(dir string, back func()) { d.undo = append(d.undo, undo{dir, back}) }

// last forgets the steps that a sync has made last.
func (d *crashDisk) last(dir string) {
	kept := d.undo[:0]
	for _, u := range d.undo {
		if u.dir != dir {
			kept = append(kept, u)
		}
	}
	d.undo = kept
}

// crash takes back what was not made last, newest first.
func (d *crashDisk) crash() {
	for i := len(d.undo) - 1; i >= 0; i-- {
		d.undo[i].back()
	}
}

type crashFile struct {
	file
	disk *crashDisk
	name string
}

func (f crashFile) Sync() error {
	if err := f.file.Sync(); err != nil {
		return err
	}
	f.disk.last(f.name)
	return nil
}

// TestCrashAtEveryStep stops an Add at each of its steps, with and without
// losing what was not synced, and expects the old or the new generation.
func TestCrashAtEveryStep(t *testing.T) {
	const old, new = "coffee/2 tea/2", "coffee/3 milk/2 tea/2"
	for _, lose := range []bool{false, true} {
		t.Run(fmt.Sprintf("losing unsynced %v", lose), func(t *testing.T) {
			olds, news := 0, 0
			for fail := 1; ; fail++ {
				dir := t.TempDir()
				add(t, openTest(t, dir, testOptions()), testDocument("tea", "一壶。"), testDocument("coffee", "一杯。"))
				d := &crashDisk{faultyDisk: faultyDisk{disk: quickDisk{}, fail: fail, err: errors.New("crash")}}
				err := addWith(t, dir, d, "新的一杯。")
				if lose {
					d.crash()
				}
				x := load(t, openTest(t, dir, testOptions()))
				checkSearchable(t, x)
				switch got := documentIDs(x); {
				case got == old && err != nil:
					olds++
				case got == new:
					news++
				default:
					t.Fatalf("crash at step %d (%v): documents %s", fail, err, got)
				}
				if err == nil && d.steps < fail { // nothing was left to fail
					break
				}
				// The next change clears everything away.
				add(t, openTest(t, dir, testOptions()), testDocument("coffee", "新的一杯。", "又一杯。"), testDocument("milk", "新的一杯。"), testDocument("rice", "一碗。"))
				for name := range tree(t, dir) {
					if strings.Contains(name, tempPrefix) {
						t.Fatalf("crash at step %d: %s is left over after the next Add", fail, name)
					}
				}
			}
			if olds < 30 || news == 0 {
				t.Errorf("%d crashes left the old and %d the new generation", olds, news)
			}
		})
	}
}

// TestCrashOfFirstAdd does the same with a directory that does not exist yet.
func TestCrashOfFirstAdd(t *testing.T) {
	for fail := 1; ; fail++ {
		dir := filepath.Join(t.TempDir(), "data")
		d := &crashDisk{faultyDisk: faultyDisk{disk: quickDisk{}, fail: fail, err: errors.New("crash")}}
		err := addWith(t, dir, d, "一杯。")
		d.crash()
		x, loadErr := openTest(t, dir, testOptions()).Index(context.Background())
		if loadErr != nil {
			t.Fatalf("crash at step %d: %v", fail, loadErr)
		}
		if got := documentIDs(x); got != "" && got != "coffee/3 milk/2" || got == "" && err == nil {
			t.Fatalf("crash at step %d (%v): documents %s", fail, err, got)
		}
		if err == nil && d.steps < fail {
			return
		}
		add(t, openTest(t, dir, testOptions()), testDocument("rice", "一碗。"))
	}
}
