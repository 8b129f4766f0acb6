package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"yanbao/rag"
)

// patience is how long a reader waits before being told that a model is
// writing. An answer without a model is there before.
const patience = 400 * time.Millisecond

// hint tells on a terminal that an answer is on its way, and takes that back
// when it comes.
type hint struct {
	w     io.Writer
	timer *time.Timer

	mu    sync.Mutex
	shown bool
	over  bool
}

// newHint begins to wait; nothing is told where stderr is no terminal or no
// model is asked.
func (p *program) newHint(mode string) *hint {
	g := &hint{w: p.stderr}
	if p.terminal.err && p.settings.llm != llmNone && mode != rag.ModeExtractive {
		g.timer = time.AfterFunc(patience, g.show)
	}
	return g
}

func (g *hint) show() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.shown = true
		fmt.Fprint(g.w, "模型作答中，逐句核实… (the model writes, each sentence is verified)")
	}
}

// end takes the line back; more than once does no harm.
func (g *hint) end() {
	if g.timer != nil {
		g.timer.Stop()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	if g.shown {
		g.shown = false
		fmt.Fprint(g.w, "\r\x1b[K")
	}
}
