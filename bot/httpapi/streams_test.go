package httpapi

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/sync/errgroup"
)

// A thousand streams in which nothing happens yet are held, others are answered
// beside them, and each ends with its answer; goleak sees what is left behind.
func TestThousandStreams(t *testing.T) {
	const streams = 1000
	registry := prometheus.NewRegistry()
	s, f := start(t, func(c *Config) { c.Metrics = registry })
	var group errgroup.Group
	for range streams {
		group.Go(func() error {
			r, err := http.NewRequest("POST", s.URL+"/v1/ask", strings.NewReader(`{"question":"等"}`))
			if err != nil {
				return err
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", "text/event-stream")
			response, err := s.Client().Do(r)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err == nil && !strings.Contains(string(body), "event: answer\n") {
				t.Errorf("a stream ended without its answer: %s", body)
			}
			return err
		})
	}
	for range streams {
		<-f.waiting
	}
	held := `
# HELP yanbao_http_streams Event streams that are open.
# TYPE yanbao_http_streams gauge
yanbao_http_streams 1000
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(held), "yanbao_http_streams"); err != nil {
		t.Error(err)
	}
	if r := send(t, s, "POST", "/v1/ask", `{"question":"多少家？"}`); r.status != http.StatusOK {
		t.Errorf("beside the streams: %d: %s", r.status, r.body)
	}
	close(f.release)
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
