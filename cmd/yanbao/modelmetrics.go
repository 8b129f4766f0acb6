package main

import (
	"maps"
	"slices"

	"yanbao/rag/llm/guard"

	"github.com/prometheus/client_golang/prometheus"
)

// modelMetrics shows the counters of a model as metrics.
type modelMetrics struct {
	counters func() guard.Counters

	calls, notAsked, retries, hits, tokens, cost, latency, running, waiting, circuit *prometheus.Desc
}

func newModelMetrics(counters func() guard.Counters) *modelMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("yanbao_model_"+name, help, append([]string{"model"}, labels...), nil)
	}
	return &modelMetrics{
		counters: counters,
		calls:    desc("calls_total", "Calls of the model that ended, by outcome: ok, cancelled or the kind of the failure.", "outcome"),
		notAsked: desc("not_asked_total", "Calls refused because the service failed before."),
		retries:  desc("retries_total", "Tries after the first."),
		hits:     desc("cache_hits_total", "Replies that were remembered."),
		tokens:   desc("tokens_total", "Tokens as the service reports them.", "kind"),
		cost:     desc("cost_total", "Cost of the tokens by the table of prices.", "currency"),
		latency:  desc("latency_seconds", "Time of calls with a reply, retries and waiting included."),
		running:  desc("running", "Calls under way, those that wait included."),
		waiting:  desc("waiting", "Calls that wait for a place."),
		circuit:  desc("circuit", "1 for the state of the circuit: closed, open or half-open.", "state"),
	}
}

// Describe implements prometheus.Collector.
func (m *modelMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.calls, m.notAsked, m.retries, m.hits, m.tokens, m.cost, m.latency, m.running, m.waiting, m.circuit} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *modelMetrics) Collect(out chan<- prometheus.Metric) {
	c := m.counters()
	counter := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, append([]string{c.Model}, labels...)...)
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{c.Model}, labels...)...)
	}
	counter(m.calls, float64(c.Succeeded), "ok")
	counter(m.calls, float64(c.Cancelled), "cancelled")
	for _, f := range slices.Sorted(maps.Keys(c.Failures)) {
		counter(m.calls, float64(c.Failures[f]), string(f))
	}
	counter(m.notAsked, float64(c.NotAsked))
	counter(m.retries, float64(c.Retries))
	counter(m.hits, float64(c.CacheHits))
	counter(m.tokens, float64(c.PromptTokens), "prompt")
	counter(m.tokens, float64(c.CompletionTokens), "completion")
	if c.Currency != "" {
		counter(m.cost, c.Cost, c.Currency)
	}
	gauge(m.running, float64(c.Running))
	gauge(m.waiting, float64(c.Waiting))
	for _, state := range []guard.Circuit{guard.Closed, guard.HalfOpen, guard.Open} {
		value := 0.0
		if state == c.Circuit {
			value = 1
		}
		gauge(m.circuit, value, string(state))
	}
	buckets := map[float64]uint64{}
	for _, b := range c.Latency {
		if b.AtMost > 0 {
			buckets[b.AtMost.Seconds()] = uint64(b.Calls)
		}
	}
	out <- prometheus.MustNewConstHistogram(m.latency, uint64(c.Succeeded), c.LatencySum.Seconds(), buckets, c.Model)
}
