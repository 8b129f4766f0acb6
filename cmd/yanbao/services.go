package main

import (
	"cmp"
	"slices"

	"yanbao/rag/llm/langchain"
)

// service is where models are. All that yanbao knows of a service that speaks
// a known protocol is this data; docs/models.md shows it as a table.
type service struct {
	name       string // in a spec and, in capitals, in the names of its variables
	title      string
	protocol   langchain.Protocol
	base       string // address of the API
	keyNames   []string
	needsKey   bool
	structured langchain.Structured
	newLimit   bool // see langchain.Config
	streams    bool // see langchain.Config
	batch      int  // texts in one call for embeddings, 0 for the default
	noEmbed    bool // it has no embedders
}

// services returns those that are known, by name. Addresses, variables and
// limits are those of the services' documentation in November 2025.
func services() []service {
	known := []service{
		{name: "openai", title: "OpenAI", protocol: langchain.OpenAI, base: "https://api.openai.com/v1", keyNames: []string{"OPENAI_API_KEY"},
			needsKey: true, structured: langchain.JSONSchema, newLimit: true, batch: 256},
		{name: "anthropic", title: "Anthropic", protocol: langchain.Anthropic, base: "https://api.anthropic.com/v1",
			keyNames: []string{"ANTHROPIC_API_KEY"}, needsKey: true, noEmbed: true},
		{name: "google", title: "Google Gemini", protocol: langchain.Google, base: "https://generativelanguage.googleapis.com/v1beta",
			keyNames: []string{"GEMINI_API_KEY", "GOOGLE_API_KEY"}, needsKey: true, batch: 100},
		{name: "ollama", title: "Ollama", protocol: langchain.Ollama, base: "http://127.0.0.1:11434"},
		{name: "deepseek", title: "DeepSeek 深度求索", protocol: langchain.OpenAI, base: "https://api.deepseek.com/v1",
			keyNames: []string{"DEEPSEEK_API_KEY"}, needsKey: true, structured: langchain.JSONObject, noEmbed: true},
		{name: "qwen", title: "Qwen, DashScope 阿里云百炼", protocol: langchain.OpenAI, base: "https://dashscope.aliyuncs.com/compatible-mode/v1",
			keyNames: []string{"DASHSCOPE_API_KEY"}, needsKey: true, structured: langchain.JSONObject, streams: true, batch: 10},
		{name: "moonshot", title: "Moonshot 月之暗面", protocol: langchain.OpenAI, base: "https://api.moonshot.cn/v1",
			keyNames: []string{"MOONSHOT_API_KEY"}, needsKey: true, structured: langchain.JSONObject, noEmbed: true},
		{name: "zhipu", title: "Zhipu 智谱", protocol: langchain.OpenAI, base: "https://open.bigmodel.cn/api/paas/v4",
			keyNames: []string{"ZHIPUAI_API_KEY", "ZAI_API_KEY"}, needsKey: true, structured: langchain.JSONObject, batch: 64},
		{name: "ark", title: "Volcengine Ark 火山方舟", protocol: langchain.OpenAI, base: "https://ark.cn-beijing.volces.com/api/v3",
			keyNames: []string{"ARK_API_KEY"}, needsKey: true, structured: langchain.JSONObject},
		{name: "siliconflow", title: "SiliconFlow 硅基流动", protocol: langchain.OpenAI, base: "https://api.siliconflow.cn/v1",
			keyNames: []string{"SILICONFLOW_API_KEY"}, needsKey: true, structured: langchain.JSONObject, batch: 32},
		{name: "vllm", title: "vLLM", protocol: langchain.OpenAI, base: "http://127.0.0.1:8000/v1", structured: langchain.JSONSchema},
		{name: "lmstudio", title: "LM Studio", protocol: langchain.OpenAI, base: "http://127.0.0.1:1234/v1", structured: langchain.JSONSchema},
		{name: "llamacpp", title: "llama.cpp server", protocol: langchain.OpenAI, base: "http://127.0.0.1:8080/v1", structured: langchain.JSONSchema},
	}
	slices.SortStableFunc(known, func(a, b service) int { return cmp.Compare(a.name, b.name) })
	return known
}

// findService returns the service of that name.
func findService(name string) (service, bool) {
	for _, s := range services() {
		if s.name == name {
			return s, true
		}
	}
	return service{}, false
}

// serviceNames lists the services, those that embed alone or all.
func serviceNames(embed bool) []string {
	var names []string
	for _, s := range services() {
		if !embed || !s.noEmbed {
			names = append(names, s.name+":MODEL")
		}
	}
	return names
}
