package web_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for something to show before it fails.
const (
	patience   = 30 * time.Second
	askedAgain = 5 * time.Second
	lookedAt   = 50 * time.Millisecond
)

// chromium is one browser for all tests of the package; each test has pages of
// its own in a profile of its own.
type chromium struct{ ctx context.Context }

// startBrowser starts Chromium without anything that reaches beyond this
// machine, or skips the test where there is none.
func startBrowser(t testing.TB) *chromium {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser test: left out of short runs")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium found: install the package chromium to run the browser tests")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(patience)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-default-apps", "disable-extensions", "mute-audio", "hide-scrollbars", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &chromium{ctx}
}

// screen is what a page is looked at on.
type screen struct {
	width, height int64
	dark, touch   bool
	language      string // "zh" or "en"
}

// tab is one page of a browser. What the page complains about fails the test.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// open goes to an address on a screen, in a fresh profile, and waits until the
// page's script has started.
func (b *chromium) open(t testing.TB, s screen, address string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	t.Cleanup(p.keepShot)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.listen()
	viewport := []chromedp.EmulateViewportOption{}
	if s.touch {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	p.light(s.dark)
	p.do(chromedp.EmulateViewport(s.width, s.height, viewport...))
	if s.language != "" {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		place, fragment, _ := strings.Cut(address, "#")
		address = place + separator + "lang=" + s.language
		if fragment != "" {
			address += "#" + fragment
		}
	}
	p.visit(address)
	return p
}

// light sets what the system prefers: light or dark, and no motion.
func (p *tab) light(dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		p.t.Fatalf("emulate %s: %v", scheme, err)
	}
}

// listen keeps what the console says until the tab is closed.
func (p *tab) listen() {
	messages := chromedp.Console(p.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" || m.Source == "security" {
				p.mu.Lock()
				p.complaints = append(p.complaints, m.String())
				p.mu.Unlock()
			}
		}
	}()
}

// quiet fails the test where the page has complained, except of what is
// expected.
func (p *tab) quiet(expected ...string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		known := false
		for _, e := range expected {
			known = known || strings.Contains(c, e)
		}
		if !known {
			p.t.Errorf("the console says: %s", c)
		}
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("in the browser: %v\n%s", err, p.text("main"))
	}
}

func (p *tab) visit(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
	p.await(`document.body && (document.body.dataset.page === "missing" || "ready" in document.body.dataset)`)
}

// await waits until an expression is true. It asks again and again from here: a
// question to a page that is left, or gone back to, may never be answered.
func (p *tab) await(expression string) {
	p.t.Helper()
	again := time.NewTicker(lookedAt)
	defer again.Stop()
	for deadline := time.Now().Add(patience); ; <-again.C {
		ctx, cancel := context.WithTimeout(p.ctx, askedAgain)
		held, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		cancel()
		if err == nil && held {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for %s (%v) on\n%s", expression, err, p.text("main"))
		}
	}
}

// eval returns what an expression, or a promise of it, comes to.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// text is what is seen of the first element of a selector; "" for none.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, `document.querySelector(`+quoted(selector)+`)?.innerText ?? ""`)
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.await(`document.querySelector(` + quoted(selector) + `)?.getClientRects().length`)
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// put types a question and sends it with Enter; it waits for the answer.
func (p *tab) put(question string) {
	p.t.Helper()
	before := eval[int](p, `document.querySelectorAll(".turn .actions, .turn .error").length`)
	p.do(chromedp.SendKeys(chromedp.CSS("#question"), question), chromedp.SendKeys(chromedp.CSS("#question"), "\r"))
	p.await(`document.querySelectorAll(".turn .actions, .turn .error").length > ` + jsonOf(before))
}

func (p *tab) shot(full bool) []byte {
	p.t.Helper()
	action := chromedp.CaptureScreenshot()
	if full {
		action = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Errorf("take a screenshot: %v", err)
	}
	return png
}

// keepShot leaves a picture of a failed test with the test's artifacts (go test
// -artifacts).
func (p *tab) keepShot() {
	if !p.t.Failed() {
		return
	}
	file := filepath.Join(p.t.ArtifactDir(), "page.png")
	if err := os.WriteFile(file, p.shot(false), 0o644); err != nil {
		p.t.Logf("no picture of the failure: %v", err)
	}
}

func quoted(s string) string { return jsonOf(s) }

func jsonOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return string(data)
}
