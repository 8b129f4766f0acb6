package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/pflag"
)

// settings are the flags that every command has.
type settings struct {
	data    string // data directory as given, "" for the default
	builtin bool   // include the shipped edition
	store   string // see parseStore
	color   colorMode
	verbose bool

	mayBeEmpty bool // a library without any document is fine; not a flag

	modelSettings
}

func (s *settings) bind(f *pflag.FlagSet, getenv func(string) string) {
	f.StringVar(&s.data, "data", "", "data `DIR` (default $YANBAO_DATA, or yanbao in the user's data directory)")
	f.BoolVar(&s.builtin, "builtin", true, "answer from the shipped edition too")
	f.StringVar(&s.store, "store", storeChromem, "vector store")
	s.modelSettings.bind(f, getenv)
	s.color = colorAuto
	f.Var(&s.color, "color", "colours: auto, always or never")
	f.BoolVar(&s.verbose, "verbose", false, "say on stderr what is done")
}

// colorMode says whether output is coloured.
type colorMode string

const (
	colorAuto   colorMode = "auto"
	colorAlways colorMode = "always"
	colorNever  colorMode = "never"
)

func (m *colorMode) String() string { return string(*m) }

// Type is what the help shows for a value.
func (m *colorMode) Type() string { return "WHEN" }

// Set takes one of the modes.
func (m *colorMode) Set(s string) error {
	switch mode := colorMode(s); mode {
	case colorAuto, colorAlways, colorNever:
		*m = mode
		return nil
	}
	return errors.New("use auto, always or never")
}

// on reports whether a stream is coloured: on a terminal that shows colours,
// unless NO_COLOR (see no-color.org) or the flag says otherwise.
func (m colorMode) on(p *program, isTerminal bool) bool {
	switch m {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	return isTerminal && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
}

// directory is a data directory and whether it is there.
type directory struct {
	path   string
	exists bool
	given  bool // by flag, not by environment or default
}

// errNoDirectory is a system on which no place for data is known.
var errNoDirectory = errors.New("no place for data is known: set YANBAO_DATA or give -data DIR")

// dataDirectory finds the data directory: the flag, then YANBAO_DATA, then the
// user's data directory. errNoDirectory where none of them is known.
func (p *program) dataDirectory(s settings) (directory, error) {
	d := directory{path: s.data, given: s.data != ""}
	if d.path == "" {
		d.path = p.getenv("YANBAO_DATA")
	}
	if d.path == "" {
		base, err := p.userData()
		if err != nil {
			return directory{}, err
		}
		d.path = filepath.Join(base, "yanbao")
	}
	info, err := os.Stat(d.path)
	switch {
	case err == nil && !info.IsDir():
		return directory{}, fmt.Errorf("data directory %s is a file; give another one with -data DIR", d.path)
	case err == nil:
		d.exists = true
	case !errors.Is(err, fs.ErrNotExist):
		return directory{}, fmt.Errorf("data directory %s cannot be looked at: %w; give another one with -data DIR", d.path, err)
	}
	return d, nil
}

// userData is where programs of the user keep data on this system.
func (p *program) userData() (string, error) {
	if dir := p.getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if runtime.GOOS == "windows" {
		if dir := p.getenv("LOCALAPPDATA"); dir != "" {
			return dir, nil
		}
		return "", errNoDirectory
	}
	home := p.getenv("HOME")
	switch {
	case home == "":
		return "", errNoDirectory
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support"), nil
	}
	return filepath.Join(home, ".local", "share"), nil
}
