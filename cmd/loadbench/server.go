package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// server is a running yanbao serve.
type server struct {
	url     string
	process *exec.Cmd
	log     io.ReadCloser
}

// startServer starts a server on a free port and waits until it listens.
func startServer(ctx context.Context, binary, data string, args ...string) (*server, error) {
	c := exec.CommandContext(ctx, binary, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, args...)...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	log, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &server{process: c, log: log}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "listening on "); ok {
			s.url = url
			go io.Copy(io.Discard, log) // until the server ends
			return s, nil
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	return nil, errors.Join(errors.New("the server did not start"), c.Wait())
}

// stop ends the server.
func (s *server) stop() {
	_ = s.process.Process.Signal(os.Interrupt) // it has ended already
	_ = s.process.Wait()
}

// size is what a server takes of the machine.
type size struct {
	goroutines, files, heap, resident float64
}

func (s size) print(when string) {
	fmt.Printf("%-34s %11.0f %6.0f %9.1f %9.1f\n", when, s.goroutines, s.files, s.heap/1e6, s.resident/1e6)
}

// settle is how long a server has to close what it no longer uses before its
// size is taken.
const settle = 3 * time.Second

// size reads the server's metrics, after our idle connections are closed.
func (s *server) size(ctx context.Context) (size, error) {
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return size{}, ctx.Err()
	}
	response, err := http.Get(s.url + "/metrics")
	if err != nil {
		return size{}, err
	}
	defer response.Body.Close()
	found := size{}
	fields := map[string]*float64{
		"go_goroutines": &found.goroutines, "process_open_fds": &found.files,
		"go_memstats_heap_inuse_bytes": &found.heap, "process_resident_memory_bytes": &found.resident,
	}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if field := fields[name]; field != nil {
			if *field, err = strconv.ParseFloat(value, 64); err != nil {
				return size{}, err
			}
		}
	}
	return found, nil
}
