package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestMain lets the test binary be the door that the soak starts and kills.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-door") {
		main()
		return
	}
	os.Exit(m.Run())
}

// A small soak, with a kill, comes out as the large one must.
func TestSoak(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"-questions", "300", "-threads", "50", "-drop", "40", "-rate", "500", "-lost", "0.01", "-limited", "0.01", "-limit", "3m", "-json"}, &out)
	var f figures
	if e := json.Unmarshal(out.Bytes(), &f); e != nil {
		t.Fatalf("%v (%v)", e, err)
	}
	if err := f.complete(); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if f.Kills != 1 || f.Pairs == 0 || f.Repeated == 0 || f.Late == 0 || f.Drops == 0 {
		t.Errorf("nothing went wrong: %s", out.String())
	}
}

func TestBadFlags(t *testing.T) {
	if err := run(t.Context(), []string{"-questions", "1"}, &bytes.Buffer{}); err == nil {
		t.Error("fewer questions than threads are taken")
	}
}
