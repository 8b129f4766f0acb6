package langchain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"yanbao/rag/llm"
)

func unreadable(format string, args ...any) *llm.Error {
	return &llm.Error{Failure: llm.Unreadable, Err: fmt.Errorf(format, args...)}
}

// stopped says what is wrong with a reply that stopped for a reason; nil where
// it is whole.
func stopped(reason string) *llm.Error {
	switch strings.ToLower(reason) {
	case "stop", "end_turn", "stop_sequence", "eos":
		return nil
	case "length", "max_tokens", "model_length", "model_context_window_exceeded":
		return &llm.Error{Failure: llm.Incomplete, Err: errors.New("the reply reached the limit of tokens")}
	case "content_filter", "refusal", "sensitive", "safety", "recitation":
		return &llm.Error{Failure: llm.Incomplete, Err: errors.New("the service filtered the reply")}
	case "insufficient_system_resource", "network_error":
		return &llm.Error{Failure: llm.Unavailable, Err: fmt.Errorf("the service stopped: %s", brief(reason))}
	}
	return &llm.Error{Failure: llm.Incomplete, Err: fmt.Errorf("the service stopped for a reason other than the end: %s", brief(reason))}
}

// complaint is what a service says of an error, in any of the forms met.
type complaint struct {
	message, code string
	status        int           // that the body names, 0 for none
	retry         time.Duration // that the body names
}

func (c complaint) words() string { return strings.ToLower(c.code + " " + c.message) }

// errorIn finds the error in a message that came with status 200; nil where
// there is none.
func errorIn(data []byte) *llm.Error {
	var m struct {
		Type   string          `json:"type"`
		Error  json.RawMessage `json:"error"`
		Object string          `json:"object"`
	}
	if json.Unmarshal(data, &m) != nil {
		return nil
	}
	none := len(m.Error) == 0 || string(m.Error) == "null" || string(m.Error) == `""`
	if none && m.Type != "error" && m.Object != "error" {
		return nil
	}
	c := complaintOf(data)
	status := http.StatusInternalServerError
	if c.status >= 400 && c.status < 600 {
		status = c.status
	}
	return c.failure(status)
}

// classify says what an answer other than 200 means.
func classify(status int, header http.Header, body []byte) *llm.Error {
	c := complaintOf(body)
	e := c.failure(status)
	if c.message == "" {
		e.Err = fmt.Errorf("HTTP %d %s", status, http.StatusText(status))
		if status == http.StatusNotFound {
			e.Failure = llm.BadRequest
			e.Err = errors.New("HTTP 404: this address has no such API; the base URL is probably wrong")
		}
	} else {
		e.Err = fmt.Errorf("HTTP %d: %s", status, c.message)
	}
	if e.Failure == llm.RateLimited || e.Failure == llm.Unavailable {
		e.RetryAfter = max(e.RetryAfter, retryAfter(header))
	}
	return e
}

// Words by which services name a failure, in the order in which they are
// looked for. They come from the error lists of the services' documentation.
var (
	noQuota = regexp.MustCompile(`insufficient[_ ](quota|balance|funds|credit)|exceeded_current_quota|exceeded your current quota|credit balance|` +
		`billing|arrearage|overdue|quota_?exhausted|余额|欠费|资源包`)
	tooLong = regexp.MustCompile(`context[_ ]length|context[_ ]window|context size|maximum context|prompt is too long|input (is )?too long|too many tokens|` +
		`exceeds? the (maximum|max|model)[^.]{0,40}(token|length)|input length|input token count|request too large|exceed_context_size`)
	noModel = regexp.MustCompile(`model[_ ]?not[_ ]?(found|exist)|model .{0,80}(not found|does not exist|not exist|is not supported|not available)|` +
		`no such model|unknown model|invalid[_ ]?model|模型不存在|endpoint.{0,40}not found|not_found_error`)
	refused = regexp.MustCompile(`(invalid|incorrect|wrong|no|missing|expired)[_ ]?(x-)?api[_ -]?key|api[_ ]key (not valid|is invalid|expired)|authentication|` +
		`unauthorized|permission_error|permission[_ ]denied|身份验证|invalid token`)
	limited     = regexp.MustCompile(`rate[_ ]?limit|too many requests|resource_exhausted|throttl|请求过多|速率限制|并发`)
	unavailable = regexp.MustCompile(`overloaded|server_error|unavailable|api_error|timeout|try again|internal|loading model`)
)

// failure says what a complaint that came with a status means.
func (c complaint) failure(status int) *llm.Error {
	e := &llm.Error{RetryAfter: c.retry, Err: errors.New(c.message)}
	words := c.words()
	switch {
	case status == http.StatusPaymentRequired, status < 500 && noQuota.MatchString(words), status == 500 && noQuota.MatchString(words):
		e.Failure = llm.NoQuota
	case status == http.StatusUnauthorized:
		e.Failure = llm.Refused
	case status == http.StatusTooManyRequests:
		e.Failure = llm.RateLimited
	case status == http.StatusRequestEntityTooLarge, status <= 500 && tooLong.MatchString(words):
		e.Failure = llm.TooLong
	case status <= 500 && noModel.MatchString(words), status == http.StatusNotFound:
		e.Failure = llm.NoModel
	case status == http.StatusForbidden, status <= 500 && refused.MatchString(words):
		e.Failure = llm.Refused
	case status <= 500 && limited.MatchString(words):
		e.Failure = llm.RateLimited
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusConflict && unavailable.MatchString(words):
		e.Failure = llm.Unavailable
	default:
		e.Failure = llm.BadRequest
	}
	return e
}

// complaintOf reads an error from JSON; it is empty for anything else.
func complaintOf(body []byte) complaint {
	body = bytes.TrimSpace(body)
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return complaint{}
	}
	fields := outer
	var inner map[string]json.RawMessage
	if json.Unmarshal(outer["error"], &inner) == nil && len(inner) > 0 {
		fields = inner
	}
	c := complaint{message: word(fields["message"])}
	for _, name := range []string{"error", "detail", "msg", "error_msg"} {
		if c.message == "" {
			c.message = word(outer[name])
		}
	}
	for _, name := range []string{"code", "type", "status"} {
		c.code = strings.TrimSpace(c.code + " " + word(fields[name]))
	}
	c.status, _ = strconv.Atoi(word(fields["code"]))
	if c.message == "" && c.code != "" {
		c.message = c.code
	}
	if m := retryDelay.FindSubmatch(body); m != nil {
		c.retry, _ = time.ParseDuration(string(m[1]))
	}
	c.message = brief(c.message)
	return c
}

// retryDelay is how Google says how long to wait.
var retryDelay = regexp.MustCompile(`"retryDelay"\s*:\s*"([0-9.]+s)"`)

// word returns a JSON string or number as text, "" for anything else.
func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// retryAfter reads how long a service asks to wait.
func retryAfter(h http.Header) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return time.Duration(min(ms, 1e9) * float64(time.Millisecond))
	}
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
		return time.Duration(min(s, 1e6) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// The clock of the service, where it gives it, is what its date is in.
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, at.Sub(now))
}

// longestMessage is how many runes of what a service says are kept.
const longestMessage = 300

// brief is text from a service as one short line.
func brief(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if runes := []rune(text); len(runes) > longestMessage {
		return string(runes[:longestMessage]) + "…"
	}
	return text
}

// tokens are runs of the letters that keys consist of.
var tokens = regexp.MustCompile(`[A-Za-z0-9_\-.*+/=~]+`)

// looksLikeKey is a key of one of the known forms, also one shortened by stars.
var looksLikeKey = regexp.MustCompile(`^(sk|gsk|xai|pk|rk)-|^AIza|\*{3}`)

// redact takes out the key and anything that repeats a part of it, as services
// do when they refuse one.
func redact(text, key string) string {
	if key != "" {
		text = strings.ReplaceAll(text, key, "[key]")
	}
	return tokens.ReplaceAllStringFunc(text, func(token string) string {
		if (len(token) >= 8 && looksLikeKey.MatchString(token)) || shares(token, key, 6) {
			return "[key]"
		}
		return token
	})
}

// shares reports whether a and b have a substring of n bytes in common.
func shares(a, b string, n int) bool {
	for i := 0; i+n <= len(b); i++ {
		if strings.Contains(a, b[i:i+n]) {
			return true
		}
	}
	return false
}
