package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reply is what a method answers: Slack's error or more fields.
type reply map[string]any

func failed(code string) reply { return reply{"ok": false, "error": code} }

// api serves one call of the Web API.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form := parse(r.Header.Get("Content-Type"), body)
	for k, v := range r.URL.Query() {
		form[k] = v
	}
	method := r.PathValue("method")
	token := form.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	s.mu.Lock()
	s.calls[method]++
	s.touch()
	channel := form.Get("channel") + form.Get("channel_id")
	call := Call{Method: method, Channel: channel, Text: form.Get("text") + form.Get("markdown_text"), N: s.calls[method]}
	s.mu.Unlock()
	var fault Fault
	if s.options.Fault != nil {
		fault = s.options.Fault(call)
	}
	switch {
	case fault.RetryAfter > 0:
		w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case fault.Status > 0:
		w.WriteHeader(fault.Status)
		return
	}
	out := failed(fault.Error)
	if fault.Error == "" {
		s.mu.Lock()
		out = s.call(method, token, form)
		s.mu.Unlock()
	}
	if fault.Lost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.options.Scopes, ","))
	_ = json.NewEncoder(w).Encode(out)
}

// parse reads the arguments of a call, which come as a form or as JSON.
func parse(contentType string, body []byte) url.Values {
	if !strings.HasPrefix(contentType, "application/json") {
		form, _ := url.ParseQuery(string(body))
		return form
	}
	form := make(url.Values)
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(body, &fields)
	for k, v := range fields {
		var s string
		if json.Unmarshal(v, &s) != nil {
			s = string(v)
		}
		form.Set(k, s)
	}
	return form
}

// call does one call. The lock is held.
func (s *Server) call(method, token string, form url.Values) reply {
	if method == "apps.connections.open" {
		if token != AppToken {
			return failed("invalid_auth")
		}
		return reply{"ok": true, "url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/socket"}
	}
	if token != BotToken {
		return failed("invalid_auth")
	}
	methods := map[string]func(url.Values) reply{
		"chat.postMessage": s.postMessage, "chat.update": s.update, "chat.delete": s.delete, "chat.postEphemeral": s.postEphemeral,
		"chat.startStream": s.startStream, "chat.appendStream": s.appendStream, "chat.stopStream": s.stopStream,
		"conversations.replies": s.replies, "conversations.history": s.replies,
		"assistant.threads.setStatus": s.setStatus, "assistant.threads.setTitle": s.setTitle, "assistant.threads.setSuggestedPrompts": s.setPrompts,
		"views.open": s.openView, "views.push": s.openView,
		"files.getUploadURLExternal": s.uploadURL, "files.completeUploadExternal": s.completeUpload,
	}
	if method == "auth.test" {
		return reply{"ok": true, "url": "https://test.slack.com/", "team": "Test", "user": "yanbao", "team_id": Team, "user_id": BotUser, "bot_id": BotID}
	}
	f, ok := methods[method]
	if !ok {
		return failed("unknown_method")
	}
	return f(form)
}

// writable says why the bot cannot write to a channel; "" where it can.
func (s *Server) writable(id string) string {
	switch c := s.channels[id]; {
	case c == nil:
		return "channel_not_found"
	case !c.member:
		return "not_in_channel"
	}
	return ""
}

// content checks text and blocks; it returns Slack's error.
func (s *Server) content(method string, form url.Values, most int) string {
	said, blocks := form.Get("text"), form.Get("blocks")
	if said == "" && blocks == "" {
		s.violate("%s: no_text", method)
		return "no_text"
	}
	if n := utf8.RuneCountInString(said); n > most {
		s.violate("%s: text of %d characters, at most %d", method, n, most)
		return "msg_too_long"
	}
	if mention.MatchString(said) {
		s.violate("%s: the text would mention somebody: %q", method, said)
	}
	if blocks != "" {
		if err := CheckBlocks([]byte(blocks)); err != nil {
			s.violate("%s: %v", method, err)
			return "invalid_blocks"
		}
		if said == "" {
			s.violate("%s: blocks without text for notifications", method)
		}
	}
	return ""
}

func (s *Server) postMessage(form url.Values) reply {
	id := form.Get("channel")
	if code := s.writable(id); code != "" {
		return failed(code)
	}
	if code := s.content("chat.postMessage", form, mostText); code != "" {
		return failed(code)
	}
	if form.Get("unfurl_links") != "false" || form.Get("unfurl_media") != "false" {
		s.violate("chat.postMessage: links unfurl")
	}
	if form.Get("link_names") == "1" || form.Get("parse") == "full" {
		s.violate("chat.postMessage: names in text are linked")
	}
	m := &Message{Channel: id, TS: s.timestamp(), Thread: form.Get("thread_ts"), User: BotUser, Text: form.Get("text"), Blocks: raw(form)}
	s.put(m)
	return reply{"ok": true, "channel": id, "ts": m.TS, "message": m.wire()}
}

func raw(form url.Values) json.RawMessage {
	if b := form.Get("blocks"); b != "" {
		return json.RawMessage(b)
	}
	return nil
}

func (s *Server) postEphemeral(form url.Values) reply {
	id := form.Get("channel")
	if code := s.writable(id); code != "" {
		return failed(code)
	}
	if code := s.content("chat.postEphemeral", form, mostText); code != "" {
		return failed(code)
	}
	m := &Message{Channel: id, TS: s.timestamp(), Thread: form.Get("thread_ts"), User: BotUser, Only: form.Get("user"), Text: form.Get("text"), Blocks: raw(form)}
	s.put(m)
	return reply{"ok": true, "message_ts": m.TS}
}

func (s *Server) update(form url.Values) reply {
	m := s.find(form.Get("channel"), form.Get("ts"))
	switch {
	case m == nil:
		return failed("message_not_found")
	case !m.Bot():
		return failed("cant_update_message")
	case m.Streaming:
		return failed("streaming_state_conflict")
	}
	if code := s.content("chat.update", form, mostUpdate); code != "" {
		return failed(code)
	}
	m.Text, m.Blocks = form.Get("text"), raw(form)
	m.Revisions++
	s.touch()
	return reply{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text}
}

func (s *Server) delete(form url.Values) reply {
	m := s.find(form.Get("channel"), form.Get("ts"))
	if m == nil {
		return failed("message_not_found")
	}
	if !m.Bot() {
		return failed("cant_delete_message")
	}
	m.Deleted = true
	s.touch()
	return reply{"ok": true, "channel": m.Channel, "ts": m.TS}
}

func (s *Server) startStream(form url.Values) reply {
	id := form.Get("channel")
	if !s.options.Streaming {
		return failed("method_not_supported_for_channel_type")
	}
	if code := s.writable(id); code != "" {
		return failed(code)
	}
	if form.Get("thread_ts") == "" {
		return failed("invalid_thread_ts")
	}
	if s.channels[id].kind != "im" && (form.Get("recipient_user_id") == "" || form.Get("recipient_team_id") == "") {
		return failed("missing_recipient_user_id")
	}
	m := &Message{Channel: id, TS: s.timestamp(), Thread: form.Get("thread_ts"), User: BotUser, Streaming: true}
	if code := s.stream(m, form); code != "" {
		return failed(code)
	}
	s.put(m)
	return reply{"ok": true, "channel": id, "ts": m.TS}
}

// stream appends to a streamed message.
func (s *Server) stream(m *Message, form url.Values) string {
	said := form.Get("markdown_text")
	if utf8.RuneCountInString(said) > mostMarkdown || utf8.RuneCountInString(m.Text+said) > mostMarkdown {
		s.violate("a streamed message exceeds %d characters", mostMarkdown)
		return "msg_too_long"
	}
	if mention.MatchString(said) {
		s.violate("a streamed text would mention somebody: %q", said)
	}
	m.Text += said
	return ""
}

func (s *Server) appendStream(form url.Values) reply {
	m := s.find(form.Get("channel"), form.Get("ts"))
	if m == nil {
		return failed("message_not_found")
	}
	if !m.Streaming {
		return failed("message_not_in_streaming_state")
	}
	if code := s.stream(m, form); code != "" {
		return failed(code)
	}
	m.Revisions++
	s.touch()
	return reply{"ok": true, "channel": m.Channel, "ts": m.TS}
}

func (s *Server) stopStream(form url.Values) reply {
	out := s.appendStream(form)
	if out["ok"] != true {
		return out
	}
	m := s.find(form.Get("channel"), form.Get("ts"))
	if b := form.Get("blocks"); b != "" {
		if err := CheckBlocks([]byte(b)); err != nil {
			s.violate("chat.stopStream: %v", err)
			return failed("invalid_blocks")
		}
		m.Blocks = json.RawMessage(b)
	}
	m.Streaming = false
	s.touch()
	return out
}

// wire is a message as the API returns it.
func (m *Message) wire() map[string]any {
	out := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
	}
	if m.Bot() {
		out["bot_id"], out["app_id"] = BotID, App
	}
	switch {
	case m.Blocks != nil:
		out["blocks"] = m.Blocks
	case m.Bot() && m.Text != "": // Slack makes blocks of text
		out["blocks"] = []any{map[string]any{"type": "rich_text", "block_id": "qV6x", "elements": []any{map[string]any{
			"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": m.Text}}}}}}
	}
	if m.FileName != "" {
		out["files"] = []any{map[string]any{"id": "F1", "name": m.FileName}}
	}
	return out
}

// replies serves conversations.replies, and conversations.history as far as it
// says whether the bot may read.
func (s *Server) replies(form url.Values) reply {
	id, thread := form.Get("channel"), form.Get("ts")
	if code := s.writable(id); code != "" {
		return failed(code)
	}
	var all []*Message
	for _, m := range s.channels[id].messages {
		if !m.Deleted && m.Only == "" && (thread == "" || m.TS == thread || m.Thread == thread) {
			all = append(all, m)
		}
	}
	if thread != "" && len(all) == 0 {
		return failed("thread_not_found")
	}
	if oldest := form.Get("oldest"); oldest != "" {
		inclusive := form.Get("inclusive") == "1" || form.Get("inclusive") == "true"
		all = slices.DeleteFunc(all, func(m *Message) bool { return m.TS != thread && (m.TS < oldest || m.TS == oldest && !inclusive) })
	}
	limit, _ := strconv.Atoi(form.Get("limit"))
	if limit < 1 || limit > 1000 {
		limit = 1000
	}
	from, _ := strconv.Atoi(form.Get("cursor"))
	to := min(from+limit, len(all))
	var page []any
	for _, m := range all[min(from, to):to] {
		page = append(page, m.wire())
	}
	out := reply{"ok": true, "messages": page, "has_more": to < len(all)}
	if to < len(all) {
		out["response_metadata"] = map[string]any{"next_cursor": strconv.Itoa(to)}
	}
	return out
}
