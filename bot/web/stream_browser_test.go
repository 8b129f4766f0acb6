package web_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"yanbao/bot/httpapi"
	"yanbao/bot/web"
	"yanbao/rag"

	"github.com/chromedp/chromedp"
)

// hesitant is an engine whose answers begin with a sentence that is taken back:
// it waits until it is released, begins anew and tells the answer of the engine.
type hesitant struct {
	*rag.Engine
	release chan struct{}
	left    chan struct{} // told when a reader leaves before the release
}

const takenBack = "这句话会被收回。"

func (h hesitant) Stream(ctx context.Context, q rag.Question, emit func(rag.Event)) (*rag.Answer, error) {
	emit(rag.Event{Kind: rag.Retrieved, Retrieved: 3})
	emit(rag.Event{Kind: rag.Delta, Delta: takenBack})
	select {
	case <-h.release:
	case <-ctx.Done():
		h.left <- struct{}{}
		return nil, ctx.Err()
	}
	restart := true
	return h.Engine.Stream(ctx, q, func(e rag.Event) {
		if e.Kind == rag.Retrieved {
			return
		}
		if e.Kind == rag.Delta && restart {
			e.Restart, restart = true, false
		}
		emit(e)
	})
}

// TestAnswerOnItsWay looks at an answer before it is whole: what is taken back
// goes from the page, and a reader can stop it.
func TestAnswerOnItsWay(t *testing.T) {
	b := startBrowser(t)
	e := hesitant{engine(t, shipped(t)), make(chan struct{}), make(chan struct{}, 1)}
	pages, err := web.New(web.Config{Asker: e.Engine, Reader: e.Engine})
	if err != nil {
		t.Fatal(err)
	}
	all, err := httpapi.New(httpapi.Config{Asker: e, Web: pages})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(all)
	t.Cleanup(s.Close)
	ask := func(p *tab) {
		p.do(chromedp.SendKeys(chromedp.CSS("#question"), marketSize), chromedp.SendKeys(chromedp.CSS("#question"), "\r"))
		p.await(`document.querySelector(".answer")?.textContent.includes(` + quoted(takenBack) + `)`)
	}
	t.Run("begins anew", func(t *testing.T) {
		p := b.open(t, desk, s.URL+"/")
		ask(p)
		e.release <- struct{}{}
		p.await(`document.querySelector(".turn .actions")`)
		if got := p.text(".answer"); !strings.Contains(got, "294.16亿元") || strings.Contains(got, takenBack) {
			t.Errorf("the answer reads %q: want it anew, without what was taken back", got)
		}
		if n := eval[int](p, `document.querySelectorAll(".answer .cite.waiting").length`); n != 0 {
			t.Errorf("%d citations of the answer lead nowhere", n)
		}
		p.quiet()
	})
	t.Run("is stopped", func(t *testing.T) {
		p := b.open(t, desk, s.URL+"/")
		ask(p)
		p.click(".send.stop")
		<-e.left
		p.await(`document.querySelector(".turn .error")`)
		if got := p.text(".turn .error"); !strings.Contains(got, "停") {
			t.Errorf("a stopped answer says %q", got)
		}
		p.quiet("ERR_")
	})
}
