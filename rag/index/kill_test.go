package index

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"yanbao/ingest"
)

// Environment by which TestKill runs this test binary as a child that ingests.
const (
	killDir   = "YANBAO_TEST_KILL_DIR"
	killRound = "YANBAO_TEST_KILL_ROUND"
	killStop  = "YANBAO_TEST_KILL_STOP" // step at which the child waits to be killed, 0 for never
)

// roundDocuments are the documents that are ingested in a round; round 0 is
// the state before.
func roundDocuments(round int) []*ingest.Document {
	topic := fmt.Sprintf("第%d轮", round)
	return []*ingest.Document{
		testDocument("tea", append(paragraphs("茶馆", 20), paragraphs(topic, 3)...)...),
		testDocument(fmt.Sprintf("round-%d", round%5), paragraphs(topic, 70)...),
	}
}

// childMain does nothing unless this process is a child of TestKill. The
// child prints a line before every step and does not return.
func childMain() {
	dir := os.Getenv(killDir)
	if dir == "" {
		return
	}
	round, err := strconv.Atoi(os.Getenv(killRound))
	if err != nil {
		childExit(err)
	}
	stop, err := strconv.Atoi(os.Getenv(killStop))
	if err != nil {
		childExit(err)
	}
	steps := 0
	step := func(what string) {
		steps++
		fmt.Printf("%d %s\n", steps, what)
		if steps == stop {
			io.Copy(io.Discard, os.Stdin) // until killed
		}
	}
	o := testOptions()
	o.Progress = func(stage string, done, total int) { step(stage) }
	l, err := Open(dir, o)
	if err != nil {
		childExit(err)
	}
	l.useDisk(slowDisk{quickDisk{}, step})
	var sources []Source
	for _, d := range roundDocuments(round) {
		sources = append(sources, sourceOf(d))
	}
	_, err = l.Add(context.Background(), sources)
	childExit(err)
}

func childExit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// slowDisk reports every operation before it is done. It does not sync: what a
// killed process has written is not lost (TestCrashAtEveryStep loses it).
type slowDisk struct {
	disk
	step func(what string)
}

func (d slowDisk) Create(name string) (file, error) {
	d.step("create")
	f, err := d.disk.Create(name)
	return slowFile{f, d.step}, err
}
func (d slowDisk) MkdirAll(name string) error   { d.step("mkdir"); return d.disk.MkdirAll(name) }
func (d slowDisk) Rename(from, to string) error { d.step("rename"); return d.disk.Rename(from, to) }
func (d slowDisk) RemoveAll(name string) error  { d.step("remove"); return d.disk.RemoveAll(name) }
func (d slowDisk) SyncDir(name string) error    { d.step("syncdir"); return d.disk.SyncDir(name) }

type slowFile struct {
	file
	step func(what string)
}

func (f slowFile) Write(p []byte) (int, error) {
	f.step("write")
	n, err := f.file.Write(p[:len(p)/2])
	if err != nil {
		return n, err
	}
	f.step("write on")
	m, err := f.file.Write(p[n:])
	return n + m, err
}

func (f slowFile) Sync() error { f.step("sync"); return f.file.Sync() }

// TestKill kills an ingest a hundred times at random moments. Each time the
// directory holds exactly what it held before, or exactly that with the
// documents of the round.
func TestKill(t *testing.T) {
	kills := 100
	if testing.Short() {
		kills = 10
	}
	dir := t.TempDir()
	l := openTest(t, dir, testOptions())
	add(t, l, roundDocuments(0)...)
	random := rand.New(rand.NewPCG(7, 8))
	steps, _ := ingestAndKill(t, dir, 1, 0, false) // to the end
	state := after(after(nil, 0), 1)               // document ID to edition
	// The number of steps depends on what the round before has left to clear
	// away; steps follows it, so that both sides of the switch are hit.
	killed, switched := 0, 0
	for round := 2; killed < kills; round++ {
		at := 1 + random.IntN(steps)
		if round%4 == 0 { // around the switch, which comes late
			at = steps - random.IntN(8)
		}
		reached, dead := ingestAndKill(t, dir, round, at, round%2 == 0)
		if dead {
			killed++
		}
		x := load(t, openTest(t, dir, testOptions()))
		got, next := editions(x.Documents()), after(state, round)
		switch {
		case maps.Equal(got, next):
			state = next
			switched++
			steps -= 2
		case !dead || !maps.Equal(got, state):
			t.Fatalf("round %d, killed (%v) at step %d: documents %v, want %v or %v", round, dead, reached, got, state, next)
		case round%4 == 0:
			steps += 4
		}
		if round%10 == 0 {
			checkSearchable(t, x)
		}
		x.Close()
	}
	t.Logf("%d ingests of about %d steps killed; %d ingests had switched", killed, steps, switched)
	if kills == 100 && (switched == 0 || switched >= killed) {
		t.Errorf("%d of %d ingests had switched: the kills do not reach both sides", switched, killed)
	}
	add(t, l, testDocument("last", "最后一段。"))
	for name := range tree(t, dir) {
		if strings.Contains(name, tempPrefix) || name == ownerName {
			t.Errorf("%s is left over", name)
		}
	}
}

// after returns the state that the ingest of a round makes of another.
func after(state map[string]string, round int) map[string]string {
	next := editions(roundDocuments(round))
	for id, edition := range state {
		if _, ok := next[id]; !ok {
			next[id] = edition
		}
	}
	return next
}

// editions returns the editions of documents by ID.
func editions(docs []*ingest.Document) map[string]string {
	m := make(map[string]string, len(docs))
	for _, d := range docs {
		m[d.ID] = d.Edition
	}
	return m
}

// ingestAndKill runs a child and kills it when it reports step at. With wait
// the child stands still there; else it runs on until the signal hits it. It
// returns the last step seen and whether the child was killed.
func ingestAndKill(t *testing.T, dir string, round, at int, wait bool) (reached int, killed bool) {
	t.Helper()
	stop := 0
	if wait {
		stop = at
	}
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), killDir+"="+dir, fmt.Sprintf("%s=%d", killRound, round), fmt.Sprintf("%s=%d", killStop, stop))
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	child.Stderr = &stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		number, _, _ := strings.Cut(lines.Text(), " ")
		if reached, err = strconv.Atoi(number); err != nil {
			t.Fatalf("child says %q", lines.Text())
		}
		if reached == at {
			child.Process.Kill()
		}
	}
	err = child.Wait()
	if err != nil && !strings.Contains(err.Error(), "killed") {
		t.Fatalf("child of round %d: %v: %s", round, err, stderr.String())
	}
	return reached, err != nil
}
