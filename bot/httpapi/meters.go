package httpapi

import (
	"context"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// meters are what the door counts, and what it uses again.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	feedback *prometheus.CounterVec
	streams  prometheus.Gauge
	gzips    *gzips
}

// newMeters registers the metrics of the door, of the index and of the process.
func newMeters(registry *prometheus.Registry, asker bot.Asker) (meters, error) {
	m := meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yanbao_http_requests_total", Help: "Requests by route, method and status; 499 is a client that left.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "yanbao_http_request_seconds", Help: "Time to the end of the response.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
		feedback: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yanbao_feedback_total", Help: "Feedback by verdict.",
		}, []string{"verdict"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "yanbao_http_streams", Help: "Event streams that are open.",
		}),
		gzips: newGzips(),
	}
	size := func(name, help string, of func(rag.DocumentView) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			n := 0
			for _, d := range asker.Documents(context.Background()) {
				n += of(d)
			}
			return float64(n)
		})
	}
	for _, c := range []prometheus.Collector{
		m.requests, m.seconds, m.feedback, m.streams,
		size("yanbao_index_documents", "Documents that are answered from.", func(rag.DocumentView) int { return 1 }),
		size("yanbao_index_passages", "Passages of these documents.", func(d rag.DocumentView) int { return d.Passages }),
		size("yanbao_index_tables", "Tables of these documents.", func(d rag.DocumentView) int { return d.Tables }),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return meters{}, err
		}
	}
	return m, nil
}
