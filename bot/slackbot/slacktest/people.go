package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Post writes a message as a user and delivers its events: message, and
// app_mention if it mentions the bot. thread is "" for a message of its own.
// It returns the timestamp.
func (s *Server) Post(channel, user, thread, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, TS: s.timestamp(), Thread: thread, User: user, Text: text}
	s.put(m)
	inner := s.event(m)
	s.emit(inner)
	if contains(text, BotUser) && s.channels[channel].kind != "im" {
		mention := make(map[string]any)
		for k, v := range inner {
			mention[k] = v
		}
		mention["type"] = "app_mention"
		delete(mention, "channel_type")
		s.emit(mention)
	}
	return m.TS
}

// event is the message event of a message. The lock is held.
func (s *Server) event(m *Message) map[string]any {
	inner := map[string]any{"type": "message", "channel": m.Channel, "user": m.User, "text": m.Text, "ts": m.TS, "event_ts": m.TS,
		"channel_type": s.channels[m.Channel].kind, "team": Team}
	if m.Thread != "" {
		inner["thread_ts"] = m.Thread
	}
	return inner
}

// Emit delivers an inner event as it is.
func (s *Server) Emit(inner map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(inner)
}

// Edit changes what a user wrote.
func (s *Server) Edit(channel, ts, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(channel, ts)
	before := s.event(m)
	m.Text = text
	s.touch()
	s.emit(map[string]any{"type": "message", "subtype": "message_changed", "channel": channel, "channel_type": s.channels[channel].kind,
		"ts": s.timestamp(), "message": s.event(m), "previous_message": before})
}

// Delete removes what a user wrote.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(channel, ts)
	m.Deleted = true
	s.touch()
	s.emit(map[string]any{"type": "message", "subtype": "message_deleted", "channel": channel, "channel_type": s.channels[channel].kind,
		"ts": s.timestamp(), "deleted_ts": ts, "previous_message": s.event(m)})
}

// OpenAssistant opens the assistant pane of a user in a direct-message channel
// and returns the thread.
func (s *Server) OpenAssistant(channel, user string) (thread string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, TS: s.timestamp(), User: BotUser, Text: "New Assistant Thread"}
	s.put(m)
	s.emit(map[string]any{"type": "assistant_thread_started", "event_ts": m.TS, "assistant_thread": map[string]any{
		"user_id": user, "channel_id": channel, "thread_ts": m.TS, "context": map[string]any{}}})
	return m.TS
}

// Slash uses the slash command and returns what the acknowledgement carried.
// It blocks until the acknowledgement.
func (s *Server) Slash(channel, user, text string) json.RawMessage {
	s.mu.Lock()
	e := &envelope{kind: "slash_commands", response: make(chan json.RawMessage, 1), payload: map[string]any{
		"command": "/yanbao", "text": text, "team_id": Team, "channel_id": channel, "channel_name": s.channels[channel].name(),
		"user_id": user, "trigger_id": s.trigger(), "response_url": s.responseURL(channel, user, ""), "api_app_id": App}}
	s.enqueue(e)
	s.mu.Unlock()
	return <-e.response
}

// shown shows what the acknowledgement of a slash command says. The lock is held.
func (s *Server) shown(e *envelope, payload json.RawMessage) {
	if e.kind != "slash_commands" || !hasText(payload) {
		return
	}
	u, _ := e.payload["response_url"].(string)
	channel, _ := e.payload["channel_id"].(string)
	user, _ := e.payload["user_id"].(string)
	s.ephemeral(channel, user, u[strings.LastIndex(u, "/")+1:], payload)
}

func (c *channel) name() string {
	switch c.kind {
	case "group":
		return "privategroup"
	case "im":
		return "directmessage"
	}
	return "a-channel"
}

func hasText(payload json.RawMessage) bool {
	var p struct{ Text string }
	return json.Unmarshal(payload, &p) == nil && p.Text != ""
}

// trigger gives out a trigger ID. The lock is held.
func (s *Server) trigger() string {
	id := s.id("trigger-")
	s.triggers[id] = time.Now()
	return id
}

// Shortcut uses the message shortcut on a message.
func (s *Server) Shortcut(channel, ts, user, callback string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(channel, ts)
	s.enqueue(&envelope{kind: "interactive", response: make(chan json.RawMessage, 1), payload: map[string]any{
		"type": "message_action", "callback_id": callback, "trigger_id": s.trigger(), "response_url": s.responseURL(channel, user, ""),
		"team": map[string]any{"id": Team}, "channel": map[string]any{"id": channel, "name": s.channels[channel].name()},
		"user": map[string]any{"id": user}, "message_ts": m.TS,
		"message": map[string]any{"type": "message", "user": m.User, "ts": m.TS, "thread_ts": m.Thread, "text": m.Text}}})
}

// Click presses the button (or picks the menu's option) of a message whose
// action begins with action and whose value contains value. It fails where
// there is none.
func (s *Server) Click(m Message, user, action, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := findAction(m.Blocks, action, value)
	if found == nil {
		return fmt.Errorf("no button %q with %q in %s", action, value, m.Blocks)
	}
	thread := m.Thread
	payload := map[string]any{"type": "block_actions", "trigger_id": s.trigger(), "team": map[string]any{"id": Team},
		"user": map[string]any{"id": user, "name": "zhang.san"}, "channel": map[string]any{"id": m.Channel, "name": s.channels[m.Channel].name()},
		"response_url": s.responseURL(m.Channel, user, m.TS), "actions": []any{found},
		"container": map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "thread_ts": thread, "is_ephemeral": m.Only != ""}}
	if m.Only == "" {
		payload["message"] = map[string]any{"type": "message", "user": m.User, "ts": m.TS, "thread_ts": thread, "text": m.Text}
	}
	s.enqueue(&envelope{kind: "interactive", response: make(chan json.RawMessage, 1), payload: payload})
	return nil
}

// ClickView presses a button of an open modal.
func (s *Server) ClickView(v View, user, action string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := findAction(v.Blocks(), action, "")
	if found == nil {
		return fmt.Errorf("no button %q in the modal", action)
	}
	s.enqueue(&envelope{kind: "interactive", response: make(chan json.RawMessage, 1), payload: map[string]any{
		"type": "block_actions", "trigger_id": s.trigger(), "team": map[string]any{"id": Team}, "user": map[string]any{"id": user},
		"container": map[string]any{"type": "view", "view_id": v.ID}, "actions": []any{found}, "view": v.payload()}})
	return nil
}

// Submit submits a modal with values by block and action, and returns what the
// acknowledgement carried.
func (s *Server) Submit(v View, user string, values map[string]map[string]any) json.RawMessage {
	s.mu.Lock()
	view := v.payload()
	view["state"] = map[string]any{"values": values}
	e := &envelope{kind: "interactive", response: make(chan json.RawMessage, 1), payload: map[string]any{
		"type": "view_submission", "trigger_id": s.trigger(), "team": map[string]any{"id": Team}, "user": map[string]any{"id": user}, "view": view}}
	s.enqueue(e)
	s.mu.Unlock()
	return <-e.response
}

// findAction returns the action payload of the first element that fits.
func findAction(blocks json.RawMessage, action, value string) map[string]any {
	var list []map[string]any
	if json.Unmarshal(blocks, &list) != nil {
		return nil
	}
	for _, b := range list {
		elements, _ := b["elements"].([]any)
		if a, ok := b["accessory"]; ok {
			elements = append(slices.Clone(elements), a)
		}
		for _, e := range elements {
			element, _ := e.(map[string]any)
			id, _ := element["action_id"].(string)
			if id == "" || !strings.HasPrefix(id, action) {
				continue
			}
			out := map[string]any{"action_id": id, "block_id": "b", "type": element["type"], "action_ts": "1"}
			if v, _ := element["value"].(string); element["type"] == "button" && strings.Contains(v, value) {
				out["value"] = v
				return out
			}
			options, _ := element["options"].([]any)
			for _, o := range options {
				option, _ := o.(map[string]any)
				if v, _ := option["value"].(string); strings.Contains(v, value) {
					out["selected_option"] = option
					return out
				}
			}
		}
	}
	return nil
}

// Write puts a message of a user into a channel without an event.
func (s *Server) Write(channel, user, thread, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, TS: s.timestamp(), Thread: thread, User: user, Text: text}
	s.put(m)
	return m.TS
}

// Reply puts a message of the bot into a thread, as an earlier run left it.
func (s *Server) Reply(channel, thread, text string, blocks json.RawMessage, streaming bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, TS: s.timestamp(), Thread: thread, User: BotUser, Text: text, Blocks: blocks, Streaming: streaming}
	s.put(m)
	return m.TS
}
