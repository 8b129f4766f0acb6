package index

import (
	"os"
	"strings"
	"testing"
)

func TestWriter(t *testing.T) {
	l := &Library{dir: t.TempDir(), o: Options{Command: "yanbao test"}, disk: osDisk{}}
	if got := l.Writer(); got != "" {
		t.Errorf("Writer of a new directory = %q, want nobody", got)
	}
	if names, err := os.ReadDir(l.dir); err != nil || len(names) > 0 {
		t.Errorf("Writer made %v (%v)", names, err)
	}
	unlock, err := l.lock()
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Writer(); !strings.Contains(got, "yanbao test") {
		t.Errorf("Writer of a locked directory = %q, want the command", got)
	}
	unlock()
	if got := l.Writer(); got != "" {
		t.Errorf("Writer after unlocking = %q, want nobody", got)
	}
}
