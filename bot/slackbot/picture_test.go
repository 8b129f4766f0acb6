package slackbot

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yanbao/bot"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/corpus"
	"yanbao/ingest"
	"yanbao/ingest/markdown"
	"yanbao/rag"
	"yanbao/rag/index"
	"yanbao/rag/llm/offline"
	lexicons "yanbao/rag/question"
	"yanbao/rag/store"
	"yanbao/rag/store/chromemstore"

	"github.com/slack-go/slack"
)

var pictures = flag.Bool("pictures", false, "draw the pictures of docs/slack.md with chromium")

// shippedEngine answers from the shipped edition.
func shippedEngine(t *testing.T) *rag.Engine {
	t.Helper()
	name, data := corpus.Edition()
	d, err := markdown.Read(name, data)
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Build(context.Background(), []*ingest.Document{d}, index.Options{Embedder: offline.New(),
		NewStore: func(model string) (store.Store, error) { return chromemstore.New(model) }})
	if err != nil {
		t.Fatal(err)
	}
	lexicon, err := lexicons.LoadLexicon(corpus.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	e, err := rag.New(rag.Config{Index: x, Lexicon: lexicon})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// picture is one picture of docs/slack.md: what was asked and the real blocks.
type picture struct {
	name          string
	Asked         string
	Blocks        []slack.Block
	Only          bool
	Title, Close_ string
	view          *slack.ModalViewRequest
}

// The pictures of the documentation are made of the blocks that are sent; all
// of them, and those of every kind of answer, keep Slack's limits.
func TestPictures(t *testing.T) {
	e := shippedEngine(t)
	b := &Bot{Config: Config{Asker: e, BaseURL: "https://reports.example.org"}}
	ctx := context.Background()
	ask := func(text string) (*rag.Answer, picture) {
		a, err := e.Ask(ctx, rag.Question{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		m := newRenderer(a.Language, b.BaseURL).answerMessage(presented{answer: a, mark: "yb-final 1 0", tables: b.tables(ctx, a)})
		return a, picture{Asked: "@yanbao " + text, Blocks: m.blocks}
	}
	named := func(name string, p picture) picture { p.name = name; return p }
	value, valuePicture := ask("2024年中国大模型市场规模有多大？")
	_, list := ask("政策表里由国务院发布的文件有几份？")
	_, refused := ask("DeepSeek在2025年2月的次日留存率是多少？")
	_, english := ask("How large will China's AI API market be in 2030?")
	all := []picture{named("slack-answer", valuePicture), named("slack-list", list), named("slack-refusal", refused), named("slack-english", english)}
	c := value.Citations[0]
	v, err := e.Passage(ctx, c.PassageID)
	if err != nil {
		t.Fatal(err)
	}
	passage := newRenderer("zh", b.BaseURL).passageModal(v, c.Span)
	settings := b.settingsModal(ctx, "C1", Place{}, bot.ChatFor("zh"))
	found, err := e.Check(ctx, "大模型市场规模在2024年是294.16亿元。数字人在多模态市场占34%。", "")
	if err != nil {
		t.Fatal(err)
	}
	checked := newRenderer("zh", b.BaseURL).findings("yb-final 1 0", found)
	all = append(all, picture{name: "slack-passage", view: &passage}, picture{name: "slack-settings", view: &settings},
		picture{name: "slack-check", Blocks: checked.blocks, Only: true})
	for _, p := range all {
		p.draw(t)
	}
}

// draw checks the blocks of a picture and, with -pictures, draws it.
func (p picture) draw(t *testing.T) {
	t.Helper()
	blocks := p.Blocks
	submit := ""
	if p.view != nil {
		blocks, p.Title, p.Close_ = p.view.Blocks.BlockSet, p.view.Title.Text, p.view.Close.Text
		if p.view.Submit != nil {
			submit = p.view.Submit.Text
		}
		if err := slacktest.CheckView(jsonOf(t, p.view)); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	} else if err := slacktest.CheckBlocks(jsonOf(t, blocks)); err != nil {
		t.Errorf("%s: %v", p.name, err)
	}
	var loose []map[string]any
	if err := json.Unmarshal(jsonOf(t, blocks), &loose); err != nil {
		t.Fatal(err)
	}
	page, err := template.New("picture.html").Funcs(template.FuncMap{"links": links}).ParseFiles(filepath.Join("testdata", "picture.html"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, map[string]any{"Asked": p.Asked, "Blocks": loose, "Only": p.Only, "Title": p.Title, "Close": p.Close_, "Submit": submit}); err != nil {
		t.Fatal(err)
	}
	if !*pictures {
		return
	}
	dir := t.TempDir()
	file := filepath.Join(dir, p.name+".html")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	target, err := filepath.Abs(filepath.Join("..", "..", "docs", "images", p.name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--window-size=760,"+height(p), "--screenshot="+target, "file://"+file)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", p.name, err, said)
	}
}

// height is room enough for a picture: chromium cuts nothing off by itself.
func height(p picture) string {
	return map[string]string{"slack-answer": "270", "slack-list": "410", "slack-refusal": "520", "slack-english": "310", "slack-passage": "560", "slack-settings": "470", "slack-check": "320"}[p.name]
}

// links shows the links of mrkdwn.
func links(s string) template.HTML {
	m := link.FindStringSubmatch(s)
	if m == nil {
		return template.HTML(template.HTMLEscapeString(s))
	}
	return template.HTML(strings.Replace(template.HTMLEscapeString(s), template.HTMLEscapeString(m[0]), `<a href="#">`+template.HTMLEscapeString(m[3])+"</a>", 1))
}
