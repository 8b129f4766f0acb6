package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is what came of many requests.
type load struct {
	took    time.Duration
	latency []time.Duration // sorted
}

func (l load) print(what string) {
	at := func(q float64) float64 {
		i := min(len(l.latency)-1, int(q*float64(len(l.latency))))
		return float64(l.latency[i].Microseconds()) / 1000
	}
	fmt.Printf("%-28s %10d %12.0f %8.1f %8.1f %8.1f %8.1f\n", what, len(l.latency), float64(len(l.latency))/l.took.Seconds(), at(.5), at(.9), at(.99), at(1))
}

// ask sends requests, each connection one after the other, the questions in
// turn. With a rate it sends so many a second, and a request that has to wait
// for a connection has that wait in its latency; with 0 it sends as many as the
// server answers.
func ask(ctx context.Context, url string, bodies [][]byte, requests, connections int, rate float64) (load, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var next atomic.Int64
	latencies := make([][]time.Duration, connections)
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for c := range connections {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= requests {
					return nil
				}
				begun := time.Now()
				if rate > 0 {
					begun = start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
					time.Sleep(time.Until(begun))
				}
				if err := askOne(ctx, client, url, bodies[i%len(bodies)]); err != nil {
					return err
				}
				latencies[c] = append(latencies[c], time.Since(begun))
			}
		})
	}
	if err := group.Wait(); err != nil {
		return load{}, err
	}
	l := load{took: time.Since(start), latency: slices.Concat(latencies...)}
	slices.Sort(l.latency)
	return l, nil
}

func askOne(ctx context.Context, client *http.Client, url string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/ask", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}

// streams are event streams in which nothing happens: those that MCP clients
// keep open for what the server may have to say.
type streams struct {
	open  atomic.Int64
	count int
	stop  context.CancelFunc
	ended sync.WaitGroup
	once  sync.Once
	leave []func() // ends a session
}

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"loadbench","version":"1"}}}`

// hold opens streams, each with a connection and a session of its own.
func hold(ctx context.Context, url string, count int) (*streams, error) {
	ctx, stop := context.WithCancel(ctx)
	s := &streams{count: count, stop: stop}
	transport := &http.Transport{MaxIdleConnsPerHost: 10}
	client := &http.Client{Transport: transport}
	for range count {
		response, leave, err := openStream(ctx, client, url)
		if err != nil {
			s.close()
			return nil, fmt.Errorf("stream %d: %w", s.open.Load()+1, err)
		}
		s.open.Add(1)
		s.leave = append(s.leave, leave)
		s.ended.Go(func() {
			_, _ = io.Copy(io.Discard, response.Body) // ends with ctx, or is lost
			response.Body.Close()
			s.open.Add(-1)
		})
	}
	return s, nil
}

// openStream begins a session and opens its stream; leave ends the session.
func openStream(ctx context.Context, client *http.Client, url string) (stream *http.Response, leave func(), err error) {
	send := func(ctx context.Context, method, session, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, method, url+"/mcp", strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		r.Header.Set("Mcp-Protocol-Version", "2025-06-18")
		if session != "" {
			r.Header.Set("Mcp-Session-Id", session)
		}
		response, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		if response.StatusCode >= http.StatusMultipleChoices {
			response.Body.Close()
			return nil, fmt.Errorf("%s: status %s", method, response.Status)
		}
		return response, nil
	}
	begun, err := send(ctx, http.MethodPost, "", hello)
	if err != nil {
		return nil, nil, err
	}
	_, err = io.Copy(io.Discard, begun.Body)
	begun.Body.Close()
	if err != nil {
		return nil, nil, err
	}
	session := begun.Header.Get("Mcp-Session-Id")
	ready, err := send(ctx, http.MethodPost, session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	if err != nil {
		return nil, nil, err
	}
	ready.Body.Close()
	leave = func() {
		if gone, err := send(context.WithoutCancel(ctx), http.MethodDelete, session, ""); err == nil {
			gone.Body.Close()
		}
	}
	stream, err = send(ctx, http.MethodGet, session, "")
	return stream, leave, err
}

// lost is how many streams have ended by themselves.
func (s *streams) lost() int { return s.count - int(s.open.Load()) }

// close ends all streams.
func (s *streams) close() {
	s.once.Do(func() {
		s.stop()
		s.ended.Wait()
		for _, leave := range s.leave {
			leave()
		}
	})
}
