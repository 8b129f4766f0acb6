package access

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestKeys(t *testing.T) {
	reader, readSecret, err := New("alice", Read)
	if err != nil {
		t.Fatal(err)
	}
	writer, writeSecret, err := New("ci.bot", Write)
	if err != nil {
		t.Fatal(err)
	}
	file := "# keys\n\n" + reader.Line() + "\r\n  " + writer.Line() + "\n"
	if strings.Contains(file, readSecret) || strings.Contains(file, strings.TrimPrefix(readSecret, prefix)) {
		t.Fatal("the file holds the key itself")
	}
	keys, err := Parse(strings.NewReader(file))
	if err != nil || keys.Len() != 2 {
		t.Fatalf("Parse = %v, %v", keys, err)
	}
	for _, test := range []struct {
		secret, name string
		read, write  bool
	}{
		{readSecret, "alice", true, false},
		{writeSecret, "ci.bot", true, true},
	} {
		k, ok := keys.Find(test.secret)
		if !ok || k.Name != test.name || k.Allows(Read) != test.read || k.Allows(Write) != test.write {
			t.Errorf("Find(key of %s) = %+v, %v", test.name, k, ok)
		}
	}
	for _, secret := range []string{"", prefix, readSecret + "x", readSecret[1:], strings.ToUpper(readSecret), reader.Line()} {
		if k, ok := keys.Find(secret); ok {
			t.Errorf("Find(%q) = %s, want none", secret, k.Name)
		}
	}
	if _, other, err := New("alice", Read); err != nil || other == readSecret {
		t.Errorf("two keys are the same, or %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		scope Scope
	}{{"", Read}, {"two words", Read}, {"a\nb", Read}, {strings.Repeat("a", 65), Read}, {"a", "admin"}, {"a", ""}} {
		if _, _, err := New(test.name, test.scope); err == nil {
			t.Errorf("New(%q, %q): no error", test.name, test.scope)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	k, secret, err := New("a", Read)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"empty":        "",
		"only remarks": "# nothing\n",
		"two fields":   "a read\n",
		"scope":        strings.Replace(k.Line(), " read ", " root ", 1),
		"short hash":   k.Line()[:len(k.Line())-1],
		"no hash":      "a read " + strings.Repeat("z", 64),
		"same name":    k.Line() + "\n" + k.Line(),
		"the key":      "a read " + secret,
		"name":         "ä" + k.Line(),
	} {
		_, err := Parse(strings.NewReader(file))
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
}

func TestLimiter(t *testing.T) {
	l := NewLimiter(2, 3)
	now := time.Date(2025, 11, 3, 0, 0, 0, 0, time.UTC)
	l.now = func() time.Time { return now }
	for i := range 3 {
		if _, ok := l.Allow("a"); !ok {
			t.Fatalf("request %d of a burst of 3 refused", i+1)
		}
	}
	wait, ok := l.Allow("a")
	if ok || wait != 500*time.Millisecond {
		t.Errorf("Allow = %v, %v, want to wait 0.5 s", wait, ok)
	}
	if _, ok := l.Allow("b"); !ok {
		t.Error("b is held up by a")
	}
	now = now.Add(500 * time.Millisecond)
	if _, ok := l.Allow("a"); !ok {
		t.Error("refused after the wait")
	}
	if _, ok := l.Allow("a"); ok {
		t.Error("a refused request was not taken back, or the next one is let through")
	}
}

func TestLimiterForgets(t *testing.T) {
	l := NewLimiter(1, 1)
	for i := range 2 * mostCallers {
		l.Allow(fmt.Sprint(i))
	}
	if n := len(l.known); n != mostCallers || l.order.Len() != n {
		t.Errorf("%d callers remembered, want %d", n, mostCallers)
	}
	if _, ok := l.Allow(fmt.Sprint(2*mostCallers - 1)); ok {
		t.Error("the last caller was forgotten")
	}
}

func TestLimiterOff(t *testing.T) {
	l := NewLimiter(0, 0)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				if _, ok := l.Allow("a"); !ok {
					t.Error("refused without a limit")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":        "192.0.2.7",
		"::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2::9":  "2001:db8:1:2::/64",
		"2001:db8:1:2:3::": "2001:db8:1:2::/64",
		"fe80::1%eth0":     "fe80::/64",
	} {
		if got := Network(netip.MustParseAddr(in)); got != want {
			t.Errorf("Network(%s) = %s, want %s", in, got, want)
		}
	}
}
