package mcpserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// maxLine is the longest message on standard input in bytes.
const maxLine = maxBody

// Serve speaks the protocol with one client, a message a line, until in ends or
// ctx does; both are a clean end. At the end of in, calls under way are still
// answered, for as long as Options.Drain. Nothing but messages is written to
// out. An error is one of reading in or writing out.
//
// A reader that blocks for ever keeps a goroutine when ctx ends.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	c := newLines(in, out, s.options.Drain)
	session, err := s.mcp.Connect(ctx, onLines{c}, nil)
	if err != nil {
		return fmt.Errorf("mcp: connect: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		s.shut() // calls under way stop, so that the session can close
		_ = session.Close()
		err = <-ended
	}
	if failure := c.failure(); failure != nil && ctx.Err() == nil {
		return fmt.Errorf("mcp: %w", failure)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.log.Debug("mcp: session ended", "error", err)
	}
	return nil
}

// onLines is a transport that is connected already.
type onLines struct{ c *lines }

func (t onLines) Connect(context.Context) (mcp.Connection, error) { return t.c, nil }

// lines is a connection with a message on each line. Other than the one of the
// protocol library it answers a line that is no message and goes on, and at the
// end of its input it waits for the calls under way.
type lines struct {
	out      io.Writer
	drain    time.Duration
	incoming chan []byte   // lines, closed at the end of the input
	closed   chan struct{} // by Close

	mu     sync.Mutex // guards what follows, and writing
	calls  map[jsonrpc.ID]bool
	idle   chan struct{} // closed when calls becomes empty after the end of the input
	ended  bool          // the input has
	done   bool          // Close was called
	failed error         // first error of reading or writing
}

func newLines(in io.Reader, out io.Writer, drain time.Duration) *lines {
	c := &lines{
		out: out, drain: drain, incoming: make(chan []byte), closed: make(chan struct{}),
		calls: make(map[jsonrpc.ID]bool), idle: make(chan struct{}),
	}
	go c.scan(in)
	return c
}

// scan reads lines until the input or the connection ends.
func (c *lines) scan(in io.Reader) {
	defer close(c.incoming)
	r := bufio.NewReader(in)
	for {
		line, tooLong, err := readLine(r)
		if tooLong {
			c.refuse(refusal{code: jsonrpc.CodeInvalidRequest, message: fmt.Sprintf("the message has more than %d bytes", maxLine)})
			line = nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case c.incoming <- line:
			case <-c.closed:
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				c.fail(fmt.Errorf("read: %w", err))
			}
			return
		}
	}
}

// readLine reads up to the end of a line or of the input. Of a line that is too
// long nothing is kept.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > maxLine; tooLong {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// Read returns the next message that is one.
func (c *lines) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		select {
		case line, more := <-c.incoming:
			if !more {
				return nil, c.end(ctx)
			}
			if m, ok := c.accept(line); ok {
				return m, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.closed:
			return nil, io.EOF
		}
	}
}

// accept decodes a line and notes a call that is to be waited for; it answers a
// line that is no message.
func (c *lines) accept(line []byte) (jsonrpc.Message, bool) {
	if why := inspect(line); why != nil {
		c.refuse(*why)
		return nil, false
	}
	m, err := jsonrpc.DecodeMessage(line)
	if err != nil {
		c.refuse(refusal{code: jsonrpc.CodeInvalidRequest, message: "the message is not JSON-RPC 2.0"})
		return nil, false
	}
	if r, ok := m.(*jsonrpc.Request); ok && r.IsCall() && r.Method != subscribing {
		c.mu.Lock()
		c.calls[r.ID] = true
		c.mu.Unlock()
	}
	return m, true
}

// end waits for the calls under way and returns io.EOF.
func (c *lines) end(ctx context.Context) error {
	c.mu.Lock()
	c.ended = true
	c.settle()
	c.mu.Unlock()
	timeout := time.NewTimer(c.drain)
	defer timeout.Stop()
	select {
	case <-c.idle:
	case <-timeout.C:
	case <-ctx.Done():
	case <-c.closed:
	}
	return io.EOF
}

// settle closes idle when nothing is to be waited for. The caller holds mu.
func (c *lines) settle() {
	if !c.ended || len(c.calls) > 0 {
		return
	}
	select {
	case <-c.idle:
	default:
		close(c.idle)
	}
}

// Write writes a message.
func (c *lines) Write(_ context.Context, m jsonrpc.Message) error {
	data, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.write(data)
	if r, ok := m.(*jsonrpc.Response); ok {
		delete(c.calls, r.ID)
		c.settle()
	}
	return err
}

// refuse answers a line that is no message.
func (c *lines) refuse(why refusal) {
	if why.silent {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.write(why.encode()) // kept as the failure of the connection
}

// write writes one line. The caller holds mu.
func (c *lines) write(line []byte) error {
	if c.done {
		return mcp.ErrConnectionClosed
	}
	if _, err := c.out.Write(append(line, '\n')); err != nil {
		if c.failed == nil {
			c.failed = fmt.Errorf("write: %w", err)
		}
		return err
	}
	return nil
}

func (c *lines) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil && !c.done {
		c.failed = err
	}
}

// failure is the first error of reading or writing, nil without one.
func (c *lines) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// Close ends the connection. The streams are the caller's to close.
func (c *lines) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done {
		c.done = true
		close(c.closed)
	}
	return nil
}

// SessionID is empty: there is one session.
func (c *lines) SessionID() string { return "" }
