package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"yanbao/rag"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Messages for what is not the caller's to mend. The cause is in the log.
const (
	internalText = "yanbao could not do this because of a fault of its own; it is in the log of the server. Other questions may still work."
	closingText  = "the server is closing"
	timeoutText  = "this took longer than is allowed; ask for something narrower, or again later"
)

// guard stands around every method: a panic ends the request and not the
// program, errors show no internals, and closing the server ends what runs.
func (s *Server) guard(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, r mcp.Request) (result mcp.Result, err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(s.open, cancel)()
		defer func() {
			if v := recover(); v != nil {
				s.log.Error("mcp: panic", "method", method, "panic", v, "stack", string(debug.Stack()))
				result, err = nil, protocolError(jsonrpc.CodeInternalError, internalText)
			}
		}()
		s.options.Refresh(ctx)
		result, err = next(ctx, method, r)
		if err != nil {
			return nil, s.safe(method, err)
		}
		return result, nil
	}
}

// safe turns an error into one that may be shown: protocol errors as they are,
// anything else as an internal error.
func (s *Server) safe(method string, err error) error {
	var wire *jsonrpc.Error
	switch {
	case errors.As(err, &wire):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return protocolError(jsonrpc.CodeInternalError, s.stopped(err))
	}
	s.log.Error("mcp: request failed", "method", method, "error", err)
	return protocolError(jsonrpc.CodeInternalError, internalText)
}

// stopped says why a call was stopped.
func (s *Server) stopped(err error) string {
	if s.open.Err() != nil {
		return closingText
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return timeoutText
	}
	return "cancelled"
}

// usable reports whether an error is the caller's to mend and says how.
func usable(err error) bool {
	var argument argumentError
	return errors.As(err, &argument) || errors.Is(err, rag.ErrQuestion) || errors.Is(err, rag.ErrUnknown)
}

// argumentError is an argument that cannot be used.
type argumentError string

func (e argumentError) Error() string { return string(e) }

func argumentf(format string, args ...any) error {
	return argumentError(fmt.Sprintf(format, args...))
}

// protocolError is an error of the protocol, as opposed to that of a tool.
func protocolError(code int64, message string) error {
	return &jsonrpc.Error{Code: code, Message: message}
}

// invalidParams is a protocolError for parameters that cannot be used.
func invalidParams(format string, args ...any) error {
	return protocolError(jsonrpc.CodeInvalidParams, fmt.Sprintf(format, args...))
}
