package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// redraw is the shortest time between two drawings of a bar.
const redraw = 50 * time.Millisecond

// progress shows how far a piece of work is: a bar on a terminal, nothing
// elsewhere.
type progress struct {
	p     *program
	title string
	bar   *progressbar.ProgressBar
}

func (p *program) newProgress(title string) *progress { return &progress{p: p, title: title} }

// show moves the bar; done and total count steps of any kind.
func (g *progress) show(done, total int) {
	if !g.p.terminal.err || total == 0 {
		return
	}
	if g.bar == nil || g.bar.GetMax() != total {
		g.finish()
		g.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(g.p.stderr),
			progressbar.OptionSetDescription(g.title),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(redraw),
			progressbar.OptionShowCount(),
			progressbar.OptionClearOnFinish())
	}
	_ = g.bar.Set(done) // a bar that cannot be drawn must not end the work that it shows
}

// stage gives the work that follows another title and a bar of its own.
func (g *progress) stage(title string, done, total int) {
	if title != g.title {
		g.finish()
		g.title = title
	}
	g.show(done, total)
}

// finish takes the bar away.
func (g *progress) finish() {
	if g.bar != nil {
		_ = g.bar.Finish()
		g.bar = nil
	}
}
