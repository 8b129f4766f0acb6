package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yanbao/rag"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newClock() *clock { return &clock{t: time.Date(2025, 11, 3, 8, 0, 0, 0, time.UTC)} }

func openTest(t *testing.T, dir string, o Options) *Record {
	t.Helper()
	r, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

func answered(id, question string) *rag.Answer {
	return &rag.Answer{ID: id, Question: question, Status: rag.Answered, Answer: "1,200家[1]。", TookMS: 2,
		Claims: []rag.Claim{{Text: "1,200家。", Citations: []int{1}}}, Citations: []rag.Citation{}, Related: []rag.Related{}, Notices: []string{}}
}

func refused(id, question string) *rag.Answer {
	return &rag.Answer{ID: id, Question: question, Status: rag.NotFound, Answer: "没有给出。",
		Claims: []rag.Claim{}, Citations: []rag.Citation{}, Related: []rag.Related{{PassageID: "p1", Text: "近"}}, Notices: []string{}}
}

func save(t *testing.T, r *Record, answers ...*rag.Answer) {
	t.Helper()
	for _, a := range answers {
		if err := r.Save(context.Background(), a); err != nil {
			t.Fatalf("Save(%s): %v", a.ID, err)
		}
	}
}

func TestSaveAndAnswer(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	r := openTest(t, dir, Options{})
	first := answered("a1", "多少家？")
	save(t, r, first)
	again := answered("a1", "多少家？")
	again.TookMS = 9 // the same answer took longer
	save(t, r, again)
	got, err := r.Answer(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, got); diff != "" {
		t.Errorf("Answer (-want +got):\n%s", diff)
	}
	if n := count(t, r, "answers"); n != 1 {
		t.Errorf("the same answer is there %d times", n)
	}
	if n := count(t, r, "asked"); n != 2 {
		t.Errorf("asked twice, recorded %d times", n)
	}
	other := answered("a1", "多少家？")
	other.Answer = "1,300家。" // a model words it anew
	save(t, r, other)
	if got, err := r.Answer(ctx, "a1"); err != nil || got.Answer != other.Answer {
		t.Errorf("Answer = %v, %v, want the last one given", got, err)
	}
	if _, err := r.Answer(ctx, "a2"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Answer(a2): %v, want ErrUnknown", err)
	}
}

// Closing and opening again keeps everything.
func TestReopen(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "new", "data")
	r, err := Open(ctx, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	save(t, r, answered("a1", "多少家？"))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(ctx, answered("a2", "")); !errors.Is(err, ErrClosed) {
		t.Errorf("Save after Close: %v", err)
	}
	if _, err := r.Answer(ctx, "a1"); !errors.Is(err, ErrClosed) {
		t.Errorf("Answer after Close: %v", err)
	}
	if _, err := openTest(t, dir, Options{}).Answer(ctx, "a1"); err != nil {
		t.Error(err)
	}
}

func count(t *testing.T, r *Record, table string) (n int) {
	t.Helper()
	err := r.View(context.Background(), func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFeedback(t *testing.T) {
	ctx, c := context.Background(), newClock()
	r := openTest(t, t.TempDir(), Options{Now: c.now})
	save(t, r, answered("a1", "多少家？"))
	for _, test := range []struct {
		give Feedback
		want error
	}{
		{Feedback{Answer: "a1", Verdict: Up}, nil},
		{Feedback{Answer: "a1", Verdict: WrongNumber, Claim: 1, Comment: "表中是1,300家", Door: "web"}, nil},
		{Feedback{Answer: "a1", Verdict: "meh"}, ErrFeedback},
		{Feedback{Answer: "a1", Verdict: Down, Claim: 2}, ErrFeedback},
		{Feedback{Answer: "a1", Verdict: Down, Claim: -1}, ErrFeedback},
		{Feedback{Answer: "a1", Verdict: Down, Comment: strings.Repeat("长", MaxComment+1)}, ErrFeedback},
		{Feedback{Answer: "a1", Verdict: Down, Comment: "\xff"}, ErrFeedback},
		{Feedback{Answer: "a2", Verdict: Down}, ErrUnknown},
	} {
		if err := r.AddFeedback(ctx, test.give); !errors.Is(err, test.want) {
			t.Errorf("AddFeedback(%+v) = %v, want %v", test.give, err, test.want)
		}
	}
	got, err := r.Disputes(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Dispute{{Feedback{"a1", WrongNumber, 1, "表中是1,300家", "web", c.now()}, answered("a1", "多少家？")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Disputes (-want +got):\n%s", diff)
	}
}

func TestGaps(t *testing.T) {
	ctx, c := context.Background(), newClock()
	r := openTest(t, t.TempDir(), Options{Now: c.now})
	begin := c.now()
	save(t, r, refused("r1", "2030年？"))
	c.add(time.Hour)
	save(t, r, answered("a1", "多少家？"), refused("r2", "2031年？"), refused("r2", "2031年？"))
	got, err := r.Gaps(ctx, time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	related := []rag.Related{{PassageID: "p1", Text: "近"}}
	want := []Gap{
		{"2031年？", rag.NotFound, 2, c.now(), c.now(), "r2", related},
		{"2030年？", rag.NotFound, 1, begin, begin, "r1", related},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Gaps (-want +got):\n%s", diff)
	}
	if got, err := r.Gaps(ctx, c.now(), 1); err != nil || len(got) != 1 || got[0].Answer != "r2" {
		t.Errorf("Gaps(since, 1) = %v, %v", got, err)
	}
}

func TestPrune(t *testing.T) {
	ctx, c := context.Background(), newClock()
	r := openTest(t, t.TempDir(), Options{Now: c.now})
	save(t, r, answered("old", "甲"), answered("asked again", "乙"))
	if err := r.AddFeedback(ctx, Feedback{Answer: "old", Verdict: Down}); err != nil {
		t.Fatal(err)
	}
	c.add(48 * time.Hour)
	save(t, r, answered("asked again", "乙"), answered("new", "丙"))
	removed, err := r.Prune(ctx, c.now().Add(-24*time.Hour))
	if err != nil || removed != 1 {
		t.Fatalf("Prune = %d, %v, want 1", removed, err)
	}
	if _, err := r.Answer(ctx, "old"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Answer(old): %v", err)
	}
	for _, id := range []string{"asked again", "new"} {
		if _, err := r.Answer(ctx, id); err != nil {
			t.Errorf("Answer(%s): %v", id, err)
		}
	}
	if n := count(t, r, "feedback"); n != 0 {
		t.Errorf("%d feedback left on a removed answer", n)
	}
}

// Another process may remove what this one knows to be there.
func TestPrunedByOthers(t *testing.T) {
	ctx, c, dir := context.Background(), newClock(), t.TempDir()
	one, other := openTest(t, dir, Options{Now: c.now}), openTest(t, dir, Options{Now: c.now})
	save(t, one, answered("a1", "甲"))
	if _, err := other.Prune(ctx, c.now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	save(t, one, answered("a1", "甲"))
	if _, err := other.Answer(ctx, "a1"); err != nil || count(t, one, "asked") != 1 {
		t.Errorf("Answer: %v, asked %d times", err, count(t, one, "asked"))
	}
}

// Many writers and readers at a time, also through a second handle as of
// another process, lose nothing.
func TestConcurrent(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	handles := []*Record{openTest(t, dir, Options{}), openTest(t, dir, Options{})}
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			r := handles[w%2]
			for i := range each {
				id := fmt.Sprintf("a%d-%d", w, i)
				if err := r.Save(ctx, answered(id, "问")); err != nil {
					t.Errorf("Save(%s): %v", id, err)
				}
				if _, err := handles[(w+1)%2].Answer(ctx, id); err != nil {
					t.Errorf("Answer(%s) right after Save: %v", id, err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, handles[0], "answers"); n != writers*each {
		t.Errorf("%d answers, want %d", n, writers*each)
	}
}

// A change that fails is undone and does not touch those that it shares a
// commit with.
func TestUpdateUndoes(t *testing.T) {
	ctx := context.Background()
	r := openTest(t, t.TempDir(), Options{Schemas: []Schema{{"seen", []string{`CREATE TABLE seen_event (id TEXT PRIMARY KEY) STRICT`}}}})
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			err := r.Update(ctx, func(tx *sql.Tx) error {
				if _, err := tx.Exec(`INSERT INTO seen_event VALUES (?)`, i); err != nil {
					return err
				}
				if i%2 == 1 {
					return boom
				}
				return nil
			})
			if (i%2 == 1) != errors.Is(err, boom) {
				t.Errorf("Update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if n := count(t, r, "seen_event"); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	err := r.Update(cancelled, func(*sql.Tx) error { t.Error("ran although cancelled"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update with a cancelled context: %v", err)
	}
}

func TestAppendOnly(t *testing.T) {
	r := openTest(t, t.TempDir(), Options{})
	save(t, r, answered("a1", "问"))
	for _, statement := range []string{`UPDATE answers SET question = 'x'`, `UPDATE asked SET at = 0`} {
		err := r.Update(context.Background(), func(tx *sql.Tx) error { _, err := tx.Exec(statement); return err })
		if err == nil {
			t.Errorf("%s was let through", statement)
		}
	}
}

func TestMigrations(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	one := `CREATE TABLE slack_a (x TEXT) STRICT`
	two := `ALTER TABLE slack_a ADD COLUMN y TEXT`
	steps := func(s ...string) Options { return Options{Schemas: []Schema{{"slack", s}}} }
	for _, test := range []struct {
		name string
		o    Options
		want error
	}{
		{"first", steps(one), nil},
		{"again", steps(one), nil},
		{"without it", Options{}, nil},
		{"forward", steps(one, two), nil},
		{"older program", steps(one), ErrNewer},
		{"another step", steps(two, one), ErrNewer},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Open(ctx, dir, test.o)
			if !errors.Is(err, test.want) {
				t.Fatalf("Open: %v, want %v", err, test.want)
			}
			if err == nil {
				r.Close()
			}
		})
	}
	t.Run("a step that fails changes nothing", func(t *testing.T) {
		if _, err := Open(ctx, dir, steps(one, two, `CREATE TABLE slack_b (x TEXT) STRICT`, `NOT SQL`)); err == nil {
			t.Fatal("no error")
		}
		openTest(t, dir, steps(one, two, `CREATE TABLE slack_b (z TEXT) STRICT`))
	})
	t.Run("two of a name", func(t *testing.T) {
		if _, err := Open(ctx, t.TempDir(), Options{Schemas: []Schema{{Name: "x"}, {Name: "x"}}}); err == nil {
			t.Fatal("no error")
		}
	})
}

func TestUnusable(t *testing.T) {
	ctx := context.Background()
	t.Run("damaged", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(ctx, dir, Options{})
		if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), FileName) {
			t.Errorf("Open: %v, want ErrCorrupt with the name of the file", err)
		}
	})
	t.Run("directory is a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, file, Options{}); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Open: %v, want ErrReadOnly", err)
		}
	})
	t.Run("database is a directory", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, dir, Options{}); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Open: %v, want ErrReadOnly", err)
		}
	})
	t.Run("nothing there", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "none")
		if _, err := OpenExisting(ctx, dir, Options{}); !errors.Is(err, ErrNothing) {
			t.Errorf("OpenExisting: %v, want ErrNothing", err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Error("OpenExisting made the directory")
		}
	})
}

// On a full disk and without the right to write, what is there stays readable.
func TestWriteFails(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name, pragma string
		want         error
	}{
		{"full", "max_page_count(1)", ErrFull}, // the limit rises to what is there
		{"read-only", "query_only(1)", ErrReadOnly},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			save(t, openTest(t, dir, Options{}), answered("a1", "问"))
			r := &Record{path: filepath.Join(dir, FileName), log: openTest(t, dir, Options{}).log, now: time.Now,
				jobs: make(chan job), closed: make(chan struct{}), ended: make(chan struct{})}
			var err error
			if r.write, err = sql.Open("sqlite", source(r.path, []string{test.pragma})); err != nil {
				t.Fatal(err)
			}
			r.write.SetMaxOpenConns(1)
			if r.read, err = sql.Open("sqlite", source(r.path, nil)); err != nil {
				t.Fatal(err)
			}
			if err := r.begin(); err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			big := answered("a2", strings.Repeat("问", 100_000))
			if err := r.Save(ctx, big); !errors.Is(err, test.want) {
				t.Errorf("Save: %v, want %v", err, test.want)
			}
			if _, err := r.Answer(ctx, "a1"); err != nil {
				t.Errorf("what was there cannot be read any more: %v", err)
			}
		})
	}
}

func BenchmarkSave(b *testing.B) {
	r, err := Open(context.Background(), b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	b.SetParallelism(25)
	b.RunParallel(func(pb *testing.PB) {
		a := answered("a1", "多少家？")
		for pb.Next() {
			if err := r.Save(context.Background(), a); err != nil {
				b.Error(err)
			}
		}
	})
}
