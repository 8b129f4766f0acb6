package markdown

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yanbao/ingest/ingesttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRepair reads one small file per kind of damage, and a clean one, and
// compares what became of it with its golden file.
func TestRepair(t *testing.T) {
	names, err := filepath.Glob("testdata/repair/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".md"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			checkRead(t, string(data))
			doc, err := Read(name, data)
			if err != nil {
				t.Fatal(err)
			}
			got := ingesttest.Describe(doc)
			golden := strings.TrimSuffix(name, ".md") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}
