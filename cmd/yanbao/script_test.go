package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"yanbao": main})
}

// TestScripts runs the program as a user does, each script in a directory and
// with a data directory of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("YANBAO_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition " + name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"repeat": repeat,
			"flip":   flip,
			"prefix": prefix,
			"encode": encode,
			"locked": locked,
			"serve":  serve,
		},
	})
}

// exits CODE COMMAND... runs a command and wants that exit code.
func exits(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// repeat FILE TIMES TEXT writes a file of TEXT many times over.
func repeat(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) != 3 {
		ts.Fatalf("usage: repeat FILE TIMES TEXT")
	}
	times, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], times)), 0o644))
}

// flip PATTERN inverts a byte in the middle of the one file that matches.
func flip(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) != 1 {
		ts.Fatalf("usage: flip PATTERN")
	}
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("flip %s: %d files match", args[0], len(names))
	}
	data, err := os.ReadFile(names[0])
	ts.Check(err)
	data[len(data)/2] ^= 0xff
	ts.Check(os.WriteFile(names[0], data, 0o644))
}

// prefix wants every line of the last stderr to begin with the program's name,
// in lower case and without a full stop.
func prefix(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) != 0 {
		ts.Fatalf("usage: prefix")
	}
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "yanbao: ") || strings.HasSuffix(line, ".") {
			ts.Fatalf("line on stderr against the rules: %q", line)
		}
	}
}

// encode ENCODING FILE TARGET writes the text of FILE in another encoding.
func encode(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) != 3 {
		ts.Fatalf("usage: encode ENCODING FILE TARGET")
	}
	encodings := map[string]encoding.Encoding{"gb18030": simplifiedchinese.GB18030, "windows-1252": charmap.Windows1252}
	e := encodings[args[0]]
	if e == nil {
		ts.Fatalf("encode: unknown encoding %s", args[0])
	}
	data, err := e.NewEncoder().String(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(data), 0o644))
}

// locked DIR CODE COMMAND... is exits while another process changes DIR.
func locked(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 3 {
		ts.Fatalf("usage: locked DIR CODE COMMAND...")
	}
	lock := flock.New(filepath.Join(ts.MkAbs(args[0]), "lock"))
	if free, err := lock.TryLock(); !free || err != nil {
		ts.Fatalf("lock %s: %v, %v", args[0], free, err)
	}
	defer lock.Unlock()
	exits(ts, false, args[1:])
}

// serve FAULT [TEXT] starts a server of language models that goes wrong in that
// way, or replies with the text where FAULT is "none", and puts its address into
// $SERVER. It runs until the script ends.
func serve(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: serve FAULT [TEXT]")
	}
	script := wiretest.Script{Fault: wiretest.Fault(args[0])}
	if args[0] == "none" {
		script.Fault = wiretest.None
	}
	if len(args) == 2 {
		script.Script = llmtest.Text(args[1])
	}
	server := wiretest.Start(script)
	ts.Defer(server.Close)
	ts.Setenv("SERVER", server.URL)
}
