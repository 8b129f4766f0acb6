package langchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"yanbao/rag/llm"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

func openEmbedder(t *testing.T, c Config) *Embedder {
	t.Helper()
	e, err := NewEmbedder(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEmbeddersConform(t *testing.T) {
	for _, p := range []Protocol{OpenAI, Ollama, Google} {
		for _, fault := range []wiretest.Fault{wiretest.None, wiretest.Shuffled} {
			t.Run(fmt.Sprintf("%s/%s", p, fault), func(t *testing.T) {
				llmtest.RunEmbedder(t, func(t *testing.T) llm.Embedder {
					c, _ := serve(t, p, wiretest.Script{Fault: fault})
					c.Batch = 4
					return openEmbedder(t, c)
				})
			})
		}
	}
}

func TestEmbeddingFaults(t *testing.T) {
	for _, p := range []Protocol{OpenAI, Ollama, Google} {
		for _, f := range append(faults[:15:15], []struct {
			fault wiretest.Fault
			want  llm.Failure
		}{
			{wiretest.Malformed, llm.Unreadable},
			{wiretest.Missing, llm.Unreadable},
			{wiretest.NotFinite, llm.Unreadable},
			{wiretest.Uneven, llm.Unreadable},
			{wiretest.Misnumbered, llm.Unreadable},
		}...) {
			if p != OpenAI && f.fault == wiretest.Misnumbered || p == Ollama && f.fault == wiretest.Uneven {
				continue // its vectors have no numbers, or come one by one
			}
			t.Run(fmt.Sprintf("%s/%s", p, f.fault), func(t *testing.T) {
				c, _ := serve(t, p, wiretest.Script{Fault: f.fault})
				vectors, err := openEmbedder(t, c).Embed(t.Context(), llm.TaskDocument, []string{"甲", "乙"})
				var e *llm.Error
				if !errors.As(err, &e) || e.Failure != f.want || vectors != nil {
					t.Fatalf("%d vectors, error %v; want %s", len(vectors), err, f.want)
				}
				if strings.Contains(err.Error(), "canary") {
					t.Errorf("the error shows the key: %v", err)
				}
			})
		}
	}
}

func TestEmbeddingRequests(t *testing.T) {
	c, s := serve(t, OpenAI, wiretest.Script{})
	c.Model, c.Batch, c.Longest = "BAAI/bge-large-zh-v1.5", 2, 4
	e := openEmbedder(t, c)
	texts := []string{"甲乙丙丁戊", "二\n行", "三"}
	if _, err := e.Embed(t.Context(), llm.TaskDocument, texts); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(t.Context(), llm.TaskQuery, []string{"问"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.Requests() {
		var body struct {
			Model string
			Input []string
		}
		if err := json.Unmarshal(r.Body, &body); err != nil || body.Model != c.Model {
			t.Fatalf("request %s: %v", r.Body, err)
		}
		got = append(got, strings.Join(body.Input, "|"))
	}
	want := []string{"甲乙丙丁|二\n行", "三", "为这个句子生成表示以用于检索相关文章：问"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}
