package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yanbao/rag/llm/langchain"
	"yanbao/rag/llm/llmtest"
	"yanbao/rag/llm/wiretest"
)

func TestEndpoints(t *testing.T) {
	for _, test := range []struct {
		flag, spec string
		name, base string // of the endpoint
		want       string // in the error, "" for none
	}{
		{"llm", "none", "", "", ""},
		{"embed", "offline", "", "", ""},
		{"llm", "openai:gpt-4o-mini", "openai:gpt-4o-mini", "https://api.openai.com/v1", ""},
		{"llm", "ollama:qwen3:8b", "ollama:qwen3:8b", "http://127.0.0.1:11434", ""},
		{"llm", "openai:my/model@https://llm.example.org/v1/", "openai:my/model", "https://llm.example.org/v1", ""},
		{"llm", "vllm:@cf/meta/llama@http://127.0.0.1:9000/v1", "vllm:@cf/meta/llama", "http://127.0.0.1:9000/v1", ""},
		{"embed", "siliconflow:BAAI/bge-m3", "siliconflow:BAAI/bge-m3", "https://api.siliconflow.cn/v1", ""},
		{"embed", "qwen:text-embedding-v4", "qwen:text-embedding-v4", "https://dashscope.aliyuncs.com/compatible-mode/v1", ""},
		{"llm", "gpt", "", "", "-llm gpt: unknown; this program has: none, anthropic:MODEL"},
		{"llm", "", "", "", "unknown; this program has: none"},
		{"llm", "none:x", "", "", `none takes no argument ("x")`},
		{"llm", "openai", "", "", "the model is missing; write openai:MODEL"},
		{"llm", "openai:", "", "", "the model is missing; write openai:MODEL"},
		{"llm", "openai:m@llm.example.org/v1", "", "", "must begin with http:// or https://"},
		{"llm", "ollama:qwen3:8b@localhost:11434", "", "", "as in ollama:qwen3:8b@http://localhost:11434"},
		{"llm", "vllm:m@gpu-7:8000/v1", "", "", "must begin with http:// or https://"},
		{"llm", "openai:m@user:secret@host.example/v1", "", "", "as in openai:MODEL@http://HOST"},
		{"llm", "vllm:claude@20240101", "vllm:claude@20240101", "http://127.0.0.1:8000/v1", ""},
		{"llm", "openai:@https://host/v1", "", "", "is no name of a model"},
		{"llm", "openai:a b", "", "", "is no name of a model"},
		{"llm", "openai:m@https://user:secret@host/v1", "", "", "must hold no user name, key or query"},
		{"llm", "openai:m@https://host/v1?key=secret", "", "", "must hold no user name, key or query"},
		{"llm", "openai:m@https://", "", "", "write for example openai:MODEL@https://host/v1"},
		{"embed", "anthropic:claude", "", "", "Anthropic has no embedders"},
		{"embed", "nope:m", "", "", "this program has: offline, ark:MODEL"},
	} {
		none := llmNone
		if test.flag == "embed" {
			none = embedOffline
		}
		e, ok, err := parseEndpoint(test.flag, test.spec, none)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("-%s %s: error %v, want %q", test.flag, test.spec, err, test.want)
		}
		if err != nil && (exitCode(err) != exitUsage || strings.Contains(err.Error(), "secret@") || strings.Contains(err.Error(), "=secret")) {
			t.Errorf("-%s %s: exit code %d, error %v; want 2 and no secret", test.flag, test.spec, exitCode(err), err)
		}
		if ok != (test.name != "") || ok && (e.name() != test.name || e.base != test.base) {
			t.Errorf("-%s %s = %s at %s, want %s at %s", test.flag, test.spec, e.name(), e.base, test.name, test.base)
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	empty := filepath.Join(dir, "empty")
	for name, content := range map[string]string{file: "\ufeffsk-file\r\n", empty: "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		spec string
		env  map[string]string
		key  string
		want string // in the error
	}{
		{"openai:m", map[string]string{"OPENAI_API_KEY": "sk-theirs"}, "sk-theirs", ""},
		{"openai:m", map[string]string{"OPENAI_API_KEY": "sk-theirs", "YANBAO_OPENAI_KEY": " sk-ours\n"}, "sk-ours", ""},
		{"openai:m", map[string]string{"YANBAO_OPENAI_KEY": "sk-ours", "YANBAO_OPENAI_KEY_FILE": file}, "sk-file", ""},
		{"openai:m@https://host/v1", map[string]string{"OPENAI_API_KEY": "sk-theirs"}, "", ""}, // not for another address
		{"openai:m@https://host/v1", map[string]string{"YANBAO_OPENAI_KEY": "sk-ours"}, "sk-ours", ""},
		{"google:m", map[string]string{"GOOGLE_API_KEY": "AIza"}, "AIza", ""},
		{"ollama:m", nil, "", ""},
		{"openai:m", nil, "", "no key for OpenAI: put it into a file and name that in YANBAO_OPENAI_KEY_FILE, or set YANBAO_OPENAI_KEY or OPENAI_API_KEY"},
		{"openai:m", map[string]string{"YANBAO_OPENAI_KEY_FILE": filepath.Join(dir, "absent")}, "", "YANBAO_OPENAI_KEY_FILE names cannot be read"},
		{"openai:m", map[string]string{"YANBAO_OPENAI_KEY_FILE": empty}, "", "is empty"},
		{"openai:m", map[string]string{"OPENAI_API_KEY": "sk-with a-space"}, "", "what OPENAI_API_KEY gives is no key"},
	} {
		p := &program{getenv: func(name string) string { return test.env[name] }}
		e, _, err := parseEndpoint("llm", test.spec, llmNone)
		if err != nil {
			t.Fatal(err)
		}
		key, err := p.key("llm", e)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) || err == nil && key != test.key {
			t.Errorf("key of %s with %v = %q, error %v; want %q, %q", test.spec, test.env, key, err, test.key, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "sk-") {
			t.Errorf("the error shows a key: %v", err)
		}
	}
}

func TestModelSettings(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-llm-timeout=1ms"}, "not between 1s and 1h"},
		{[]string{"-llm-window=7"}, "not between 2,000 and 10,000,000"},
		{[]string{"-llm-concurrent=0"}, "not between 1 and 1,000"},
		{[]string{"-llm-cache=-1"}, "not between 0 and 4,096"},
		{[]string{"-llm=nope"}, "unknown; this program has: none"},
		{[]string{"-embed=nope"}, "unknown; this program has: offline"},
	} {
		if r := runReal(t, t.TempDir(), append(test.args, "search", "x")...); r.code != exitUsage || !strings.Contains(r.stderr, test.want) {
			t.Errorf("%q: exit code %d, stderr %q, want 2 and %q", test.args, r.code, r.stderr, test.want)
		}
	}
}

// Without flags the environment says which model and embedder; a flag goes
// before it.
func TestModelsFromTheEnvironment(t *testing.T) {
	env := map[string]string{"YANBAO_LLM": "ollama:m-1@http://127.0.0.1:1", "HOME": t.TempDir()}
	if line, _ := doctorOf(t, wiretest.Script{}, env); !strings.HasPrefix(line, "fail") || !strings.Contains(line, "ollama serve") {
		t.Errorf("doctor says %q, want that the model of YANBAO_LLM is not there", line)
	}
	if line, _ := doctorOf(t, wiretest.Script{}, env, "-llm=none"); !strings.HasPrefix(line, "ok") {
		t.Errorf("doctor says %q, want that there is no model", line)
	}
	env = map[string]string{"YANBAO_EMBED": "nope:m", "HOME": t.TempDir()}
	if _, all := doctorOf(t, wiretest.Script{}, env); !strings.Contains(all.stdout, "-embed nope:m: unknown") {
		t.Errorf("doctor says %q, want that the embedder is unknown", all.stdout)
	}
}

func TestModelsAreCompleted(t *testing.T) {
	for _, test := range []struct{ flag, want, not string }{{"--llm", "anthropic:", "offline"}, {"--embed", "qwen:", "anthropic:"}} {
		r := runReal(t, t.TempDir(), "__complete", "ask", test.flag, "")
		if !strings.Contains(r.stdout, test.want) || strings.Contains(r.stdout, test.not) {
			t.Errorf("%s is completed with %q, want %s and no %s", test.flag, r.stdout, test.want, test.not)
		}
	}
}

func TestWeighed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("sk-x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		spec string
		took time.Duration
		env  map[string]string
		want string
	}{
		{"openai:m", time.Second, map[string]string{"OPENAI_API_KEY": "sk-x"}, ""},
		{"openai:m", 9 * time.Second, map[string]string{"OPENAI_API_KEY": "sk-x"}, "which is slow"},
		{"openai:m@http://llm.example.org/v1", time.Second, map[string]string{"YANBAO_OPENAI_KEY": "sk-x"}, "unencrypted"},
		{"openai:m@http://llm.example.org/v1", time.Second, nil, ""},
		{"openai:m@http://localhost:1/v1", time.Second, map[string]string{"YANBAO_OPENAI_KEY": "sk-x"}, ""},
		{"openai:m@http://[::1]:1/v1", time.Second, map[string]string{"YANBAO_OPENAI_KEY_FILE": file}, ""},
	} {
		p := &program{getenv: func(name string) string { return test.env[name] }}
		e, _, err := parseEndpoint("llm", test.spec, llmNone)
		if err != nil {
			t.Fatal(err)
		}
		f := p.weighed("model", e, "replied", test.took)
		if (f.Grade == gradeOK) != (test.want == "") || !strings.Contains(f.Detail, test.want) {
			t.Errorf("%s after %v: %s %q, want %q", test.spec, test.took, f.Grade, f.Detail, test.want)
		}
	}
}

func TestPrices(t *testing.T) {
	e, _, err := parseEndpoint("llm", "qwen:qwen-plus", llmNone)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		content, want string
		prompt        float64
	}{
		{`{"qwen:qwen-plus": {"prompt": 0.8, "completion": 2, "currency": "CNY"}}`, "", 0.8},
		{`{"other:m": {"prompt": 1, "completion": 2, "currency": "CNY"}}`, "", 0},
		{`{"qwen:qwen-plus": {"prompt": 0.8, "completion": 2}}`, "has no currency", 0},
		{`{"qwen:qwen-plus": {"prompt": -1, "completion": 2, "currency": "CNY"}}`, "below 0", 0},
		{`{"qwen:qwen-plus": {"input": 1}}`, "docs/models.md", 0},
		{`[]`, "docs/models.md", 0},
	} {
		file := filepath.Join(t.TempDir(), "prices.json")
		if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		price, err := readPrice(file, e)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) || price.Prompt != test.prompt {
			t.Errorf("%s: %+v, %v; want %v, %q", test.content, price, err, test.prompt, test.want)
		}
	}
}

// doctorOf runs doctor with a model at a server that plays a script, and
// returns its line about the model.
func doctorOf(t *testing.T, script wiretest.Script, env map[string]string, args ...string) (line string, all result) {
	t.Helper()
	server := wiretest.Start(script)
	defer server.Close()
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, open: openSession,
		getenv: func(name string) string { return env[name] },
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "SERVER", server.URL)
	}
	code := p.run(context.Background(), append(args, "doctor"))
	for l := range strings.Lines(stdout.String()) {
		if fields := strings.Fields(l); len(fields) > 1 && fields[1] == "model" {
			line = l
		}
	}
	return line, result{code, stdout.String(), stderr.String()}
}

// Doctor says of every failure what it is and what to do.
func TestDoctorExplainsModels(t *testing.T) {
	const canary = "sk-canary-0123456789abcdefghij"
	good := llmtest.Text("OK")
	for _, test := range []struct {
		fault wiretest.Fault
		grade string
		want  string
	}{
		{wiretest.None, "ok", "replied in"},
		{wiretest.Unauthorized, "fail", "refused the key: check YANBAO_OPENAI_KEY"},
		{wiretest.NoModel, "fail", `has no model "m-1": choose one that`},
		{wiretest.NoQuota, "fail", "no quota or no money left"},
		{wiretest.RateLimit, "fail", "limits the rate of calls"},
		{wiretest.BadGateway, "fail", "cannot be reached or is down"},
		{wiretest.WebPage, "fail", "no proxy or sign-in page answers there"},
		{wiretest.NoPage, "fail", "most end in /v1"},
		{wiretest.EarlyEnd, "fail", "broke off"},
		{wiretest.Silent, "fail", "gave no reply within 1s"},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			line, all := doctorOf(t, wiretest.Script{Script: good, Fault: test.fault}, map[string]string{"YANBAO_OPENAI_KEY": canary, "HOME": t.TempDir()},
				"-llm=openai:m-1@SERVER/v1", "-llm-timeout=1s")
			if !strings.HasPrefix(line, test.grade) || !strings.Contains(line, test.want) {
				t.Errorf("doctor says %q, want %s and %q", line, test.grade, test.want)
			}
			if strings.Contains(all.stdout+all.stderr, "canary") {
				t.Errorf("the key is shown: %s%s", all.stdout, all.stderr)
			}
		})
	}
}

func TestDoctorExplainsWhatToSet(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-llm=deepseek:deepseek-chat"}, "YANBAO_DEEPSEEK_KEY_FILE, or set YANBAO_DEEPSEEK_KEY or DEEPSEEK_API_KEY"},
		{[]string{"-llm=ollama:m@http://127.0.0.1:1"}, "ollama serve"},
		{[]string{"-llm=none"}, "none: answers are the report's own sentences"},
	} {
		if line, _ := doctorOf(t, wiretest.Script{}, map[string]string{"HOME": t.TempDir()}, test.args...); !strings.Contains(line, test.want) {
			t.Errorf("%q: doctor says %q, want %q", test.args, line, test.want)
		}
	}
	line, _ := doctorOf(t, wiretest.Script{Fault: wiretest.NoModel}, map[string]string{"HOME": t.TempDir()}, "-llm=ollama:qwen3:8b@SERVER")
	if !strings.Contains(line, "ollama pull qwen3:8b") {
		t.Errorf("doctor says %q, want how to fetch the model", line)
	}
}

// texts returns what was embedded in the requests from the nth on.
func texts(t *testing.T, requests []wiretest.Request) []string {
	t.Helper()
	var all []string
	for _, r := range requests {
		var body struct{ Input []string }
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body.Input...)
	}
	return all
}

// An index that is made anew with another embedder goes on after a failure
// where it stopped, and embeds no text twice.
func TestRebuildGoesOn(t *testing.T) {
	data := t.TempDir()
	report := filepath.Join(t.TempDir(), "tea.md")
	var b strings.Builder
	b.WriteString("# 茶饮\n\n")
	for i := range 100 {
		fmt.Fprintf(&b, "第%d个城市去年有茶饮门店%d家，比前年多。\n\n", i+1, 1000+i)
	}
	if err := os.WriteFile(report, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := runReal(t, data, "ingest", report); r.code != exitAnswered {
		t.Fatal(r.stderr)
	}
	good, bad := wiretest.Script{}, wiretest.Script{Fault: wiretest.BadRequest}
	server := wiretest.Start(good, good, good, bad, good)
	defer server.Close()
	embed := "-embed=qwen:e-1@" + server.URL + "/v1" // ten texts a call

	r := runReal(t, data, embed, "search", "-builtin=false", "茶饮门店")
	if want := "run `yanbao ingest -rebuild -embed qwen:e-1@" + server.URL + "/v1`"; r.code != exitError || !strings.Contains(r.stderr, want) {
		t.Errorf("another embedder: exit code %d, stderr %q, want 1 and %q", r.code, r.stderr, want)
	}
	if r = runReal(t, data, embed, "ingest", "-rebuild"); r.code != exitError {
		t.Errorf("interrupted: exit code %d, stderr %q, want 1", r.code, r.stderr)
	}
	if r = runReal(t, data, "search", "-builtin=false", "茶饮门店"); r.code != exitAnswered {
		t.Errorf("the old index after that: exit code %d, stderr %q", r.code, r.stderr)
	}
	first := len(server.Requests())
	if r = runReal(t, data, embed, "ingest", "-rebuild"); r.code != exitAnswered {
		t.Fatalf("again: exit code %d, stderr %q", r.code, r.stderr)
	}
	if r = runReal(t, data, embed, "search", "-builtin=false", "茶饮门店"); r.code != exitAnswered || !strings.Contains(r.stdout, "茶饮门店") {
		t.Errorf("the new index: exit code %d, stderr %q", r.code, r.stderr)
	}
	requests := server.Requests()
	kept, after := texts(t, requests[:3]), texts(t, requests[first:len(requests)-1])
	if first != 4 || len(kept) != 30 {
		t.Fatalf("%d requests with %d texts before the failure, want 4 and 30", first, len(kept))
	}
	seen := map[string]bool{}
	for _, text := range slices.Concat(kept, after) {
		if seen[text] {
			t.Errorf("%q is embedded twice", text)
		}
		seen[text] = true
	}
	if len(seen) < 100 {
		t.Errorf("%d texts embedded, want all of 100 passages", len(seen))
	}
}

// The documentation names every service with its address, variables and what
// it embeds.
func TestServicesAreDocumented(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "models.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services() {
		row := ""
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "| `"+s.name+"`") {
				row = line
			}
		}
		batch := fmt.Sprint(cmp.Or(s.batch, 64))
		switch {
		case s.noEmbed:
			batch = "none"
		case s.protocol == langchain.Ollama:
			batch = "16"
		}
		for _, want := range append([]string{"`" + s.base + "`", " " + batch + " |"}, s.keyNames...) {
			if !strings.Contains(row, want) {
				t.Errorf("docs/models.md says of %s %q, want %s", s.name, row, want)
			}
		}
	}
}
