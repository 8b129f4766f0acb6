package main

import (
	"strings"
	"testing"
	"time"

	"yanbao/rag/llm"
	"yanbao/rag/llm/guard"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestModelMetrics(t *testing.T) {
	counters := guard.Counters{
		Model: "qwen:qwen-plus", Succeeded: 3, Cancelled: 1, Failures: map[llm.Failure]int64{llm.NoQuota: 2}, Retries: 4, CacheHits: 5,
		PromptTokens: 600, CompletionTokens: 70, Cost: 0.25, Currency: "CNY", Circuit: guard.Open,
		Latency: []guard.Bucket{{AtMost: time.Second, Calls: 2}, {Calls: 3}}, LatencySum: 5 * time.Second,
	}
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(newModelMetrics(func() guard.Counters { return counters })); err != nil {
		t.Fatal(err)
	}
	want := `# HELP yanbao_model_calls_total Calls of the model that ended, by outcome: ok, cancelled or the kind of the failure.
# TYPE yanbao_model_calls_total counter
yanbao_model_calls_total{model="qwen:qwen-plus",outcome="cancelled"} 1
yanbao_model_calls_total{model="qwen:qwen-plus",outcome="ok"} 3
yanbao_model_calls_total{model="qwen:qwen-plus",outcome="out of quota"} 2
# HELP yanbao_model_circuit 1 for the state of the circuit: closed, open or half-open.
# TYPE yanbao_model_circuit gauge
yanbao_model_circuit{model="qwen:qwen-plus",state="closed"} 0
yanbao_model_circuit{model="qwen:qwen-plus",state="half-open"} 0
yanbao_model_circuit{model="qwen:qwen-plus",state="open"} 1
# HELP yanbao_model_cost_total Cost of the tokens by the table of prices.
# TYPE yanbao_model_cost_total counter
yanbao_model_cost_total{currency="CNY",model="qwen:qwen-plus"} 0.25
# HELP yanbao_model_latency_seconds Time of calls with a reply, retries and waiting included.
# TYPE yanbao_model_latency_seconds histogram
yanbao_model_latency_seconds_bucket{model="qwen:qwen-plus",le="1"} 2
yanbao_model_latency_seconds_bucket{model="qwen:qwen-plus",le="+Inf"} 3
yanbao_model_latency_seconds_sum{model="qwen:qwen-plus"} 5
yanbao_model_latency_seconds_count{model="qwen:qwen-plus"} 3
# HELP yanbao_model_tokens_total Tokens as the service reports them.
# TYPE yanbao_model_tokens_total counter
yanbao_model_tokens_total{kind="completion",model="qwen:qwen-plus"} 70
yanbao_model_tokens_total{kind="prompt",model="qwen:qwen-plus"} 600
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "yanbao_model_calls_total", "yanbao_model_circuit",
		"yanbao_model_cost_total", "yanbao_model_latency_seconds", "yanbao_model_tokens_total"); err != nil {
		t.Error(err)
	}
}
