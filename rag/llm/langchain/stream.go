package langchain

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"yanbao/rag/llm"
)

// stream is the body of a streamed reply: it reads the service's messages line
// by line and gives those that langchaingo understands. A line is a server-sent
// event's data or, with Ollama, JSON by itself.
type stream struct {
	body io.ReadCloser
	in   *bufio.Reader
	out  bytes.Buffer
	w    *watch
	x    *exchange
	err  error // ends the stream once out is empty
}

func newStream(body io.ReadCloser, w *watch, x *exchange) *stream {
	return &stream{body: body, in: bufio.NewReaderSize(body, 32<<10), w: w, x: x}
}

// Close closes the connection's body.
func (s *stream) Close() error { return s.body.Close() }

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for s.out.Len() == 0 && s.err == nil {
		s.err = s.advance()
	}
	if s.out.Len() > 0 {
		return s.out.Read(p)
	}
	return 0, s.err
}

// advance reads one line.
func (s *stream) advance() error {
	line, err := s.line()
	if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
		return s.end(err)
	}
	data, last, e := s.payload(bytes.TrimSpace(line))
	switch {
	case last, e != nil && err != nil: // what broke off is no JSON either
		return s.end(io.EOF)
	case e != nil:
		return s.x.fail(e)
	}
	if len(data) == 0 {
		return nil
	}
	if e := errorIn(data); e != nil {
		e.Err = errors.New(redact(e.Err.Error(), s.w.config.Key))
		return s.x.fail(e)
	}
	out, err := s.w.dialect.event(data, s.x)
	if err != nil {
		return s.w.noted(err, s.x)
	}
	s.out.Write(out)
	return nil
}

// line reads up to the end of a line, and no more than mostLine.
func (s *stream) line() ([]byte, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > mostLine {
			return nil, unreadable("a message of the stream is longer than %d MB", mostLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// payload returns the JSON of a line, nothing for lines without, and whether
// the line ends the stream.
func (s *stream) payload(line []byte) (data []byte, last bool, e *llm.Error) {
	if len(line) == 0 || line[0] == ':' {
		return nil, false, nil
	}
	if line[0] != '{' {
		field, value, _ := bytes.Cut(line, []byte(":"))
		switch string(field) {
		case "data":
			line = bytes.TrimSpace(value)
		case "event", "id", "retry":
			return nil, false, nil
		}
	}
	switch {
	case len(line) == 0:
		return nil, false, nil
	case string(line) == "[DONE]":
		return nil, true, nil
	case !json.Valid(line):
		return nil, false, unreadable("a message of the stream is not JSON")
	}
	return line, false, nil
}

// end is what the end of the connection means.
func (s *stream) end(err error) error {
	var e *llm.Error
	switch {
	case errors.As(err, &e):
		return s.x.fail(e)
	case s.x.whole():
		return io.EOF
	case errors.Is(err, io.EOF):
		return s.x.fail(&llm.Error{Failure: llm.Incomplete, Err: errors.New("the stream ended before the reply was whole")})
	}
	return s.x.fail(&llm.Error{Failure: llm.Incomplete, Err: errors.New(redact("the stream broke off: "+err.Error(), s.w.config.Key))})
}

// longestPiece is how many bytes of text langchaingo gets in one line: it reads
// no line of more than 64 KiB, and JSON makes up to six bytes of one.
const longestPiece = 8 << 10

// pieces calls each with the parts of a long text, cut between runes.
func pieces(text string, each func(string)) {
	for len(text) > longestPiece {
		cut := longestPiece
		for cut > 0 && text[cut]&0xC0 == 0x80 {
			cut--
		}
		each(text[:cut])
		text = text[cut:]
	}
	each(text)
}
