package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPIDocument runs the examples of docs/api.md, one block after the other,
// against a server: each command must succeed, and its block print what the
// lines that begin with #=> say, in order.
func TestAPIDocument(t *testing.T) {
	for _, program := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	h := testHouse(t, filepath.Join(t.TempDir(), "data"), nil)
	url := serveHouse(t, h)
	dir := t.TempDir()
	blocks := strings.Split(string(text), "```sh\n")[1:]
	if len(blocks) < 10 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		script, _, ok := strings.Cut(block, "```")
		if !ok {
			t.Fatalf("block without an end: %s", block)
		}
		c := exec.Command("sh", "-eu", "-c", strings.ReplaceAll(script, "http://localhost:8080", url))
		c.Dir = dir
		c.Env = append(os.Environ(), "no_proxy=*")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("%s\n%v: %s", script, err, out)
			continue
		}
		rest := string(out)
		for line := range strings.SplitSeq(script, "\n") {
			want, ok := strings.CutPrefix(line, "#=> ")
			if !ok {
				continue
			}
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%s\nprints no %q (in order):\n%s", script, want, out)
				break
			}
			rest = after
		}
	}
}
