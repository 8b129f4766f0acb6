package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// View is a modal that was opened.
type View struct {
	ID       string
	Pushed   bool
	Request  json.RawMessage
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
}

// Blocks are the blocks of a view.
func (v View) Blocks() json.RawMessage {
	var r struct{ Blocks json.RawMessage }
	_ = json.Unmarshal(v.Request, &r)
	return r.Blocks
}

func (v View) payload() map[string]any {
	var out map[string]any
	_ = json.Unmarshal(v.Request, &out)
	out["id"], out["team_id"] = v.ID, Team
	return out
}

// Status is a status of an assistant thread, or its title.
type Status struct{ Channel, Thread, Status, Title string }

// Prompts are the prompts suggested in an assistant thread.
type Prompts struct {
	Channel, Thread, Title string
	Prompts                []struct{ Title, Message string }
}

type upload struct{ name, content string }

// response is what a response URL stands for.
type response struct {
	channel, user, original string
	uses                    int
	made                    time.Time
}

// Views lists the modals opened so far.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

// Statuses lists the statuses and titles set so far.
func (s *Server) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.status)
}

// Suggested lists the prompts set so far.
func (s *Server) Suggested() []Prompts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.prompts)
}

func (s *Server) openView(form url.Values) reply {
	trigger := form.Get("trigger_id")
	made, ok := s.triggers[trigger]
	if !ok {
		return failed("invalid_trigger_id")
	}
	delete(s.triggers, trigger)
	if time.Since(made) > 3*time.Second {
		return failed("expired_trigger_id")
	}
	v := View{ID: s.id("V"), Request: json.RawMessage(form.Get("view"))}
	if err := CheckView(v.Request); err != nil {
		s.violate("views.open: %v", err)
		return failed("invalid_arguments")
	}
	_ = json.Unmarshal(v.Request, &v)
	s.views = append(s.views, v)
	s.touch()
	return reply{"ok": true, "view": v.payload()}
}

func (s *Server) setStatus(form url.Values) reply {
	if !s.options.Assistant {
		return failed("not_allowed")
	}
	s.status = append(s.status, Status{Channel: form.Get("channel_id"), Thread: form.Get("thread_ts"), Status: form.Get("status")})
	s.touch()
	return reply{"ok": true}
}

func (s *Server) setTitle(form url.Values) reply {
	if !s.options.Assistant {
		return failed("not_allowed")
	}
	if form.Get("title") == "" || utf8.RuneCountInString(form.Get("title")) > 200 {
		s.violate("assistant.threads.setTitle: %q", form.Get("title"))
	}
	s.status = append(s.status, Status{Channel: form.Get("channel_id"), Thread: form.Get("thread_ts"), Title: form.Get("title")})
	s.touch()
	return reply{"ok": true}
}

func (s *Server) setPrompts(form url.Values) reply {
	if !s.options.Assistant {
		return failed("not_allowed")
	}
	p := Prompts{Channel: form.Get("channel_id"), Thread: form.Get("thread_ts"), Title: form.Get("title")}
	if err := json.Unmarshal([]byte(form.Get("prompts")), &p.Prompts); err != nil || len(p.Prompts) < 1 || len(p.Prompts) > 4 {
		s.violate("assistant.threads.setSuggestedPrompts: %s", form.Get("prompts"))
		return failed("invalid_arguments")
	}
	s.prompts = append(s.prompts, p)
	s.touch()
	return reply{"ok": true}
}

func (s *Server) uploadURL(form url.Values) reply {
	id := s.id("F")
	s.uploads[id] = &upload{name: form.Get("filename")}
	return reply{"ok": true, "upload_url": s.http.URL + "/upload/" + id, "file_id": id}
}

// receive takes the content of an uploaded file.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer file.Close()
	data, _ := io.ReadAll(file)
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.uploads[r.PathValue("id")]; u != nil {
		u.content = string(data)
	}
}

func (s *Server) completeUpload(form url.Values) reply {
	id := form.Get("channel_id")
	if code := s.writable(id); code != "" {
		return failed(code)
	}
	var files []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(form.Get("files")), &files); err != nil || len(files) != 1 || s.uploads[files[0].ID] == nil {
		return failed("file_not_found")
	}
	u := s.uploads[files[0].ID]
	s.put(&Message{Channel: id, TS: s.timestamp(), Thread: form.Get("thread_ts"), User: BotUser, Text: form.Get("initial_comment"), File: u.content, FileName: u.name})
	return reply{"ok": true, "files": []any{map[string]any{"id": files[0].ID, "title": files[0].Title}}}
}

// responseURL gives out a response URL. The lock is held.
func (s *Server) responseURL(channel, user, original string) string {
	id := s.id("R")
	s.responses[id] = &response{channel: channel, user: user, original: original, made: time.Now()}
	return s.http.URL + "/response/" + id
}

// respond takes what is posted to a response URL.
func (s *Server) respond(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.calls["response_url"]++
	call := Call{Method: "response_url", N: s.calls["response_url"]}
	res := s.responses[r.PathValue("id")]
	if res != nil {
		call.Channel = res.channel
	}
	s.mu.Unlock()
	if s.options.Fault != nil {
		if f := s.options.Fault(call); f.RetryAfter > 0 || f.Status > 0 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(max(f.Status, http.StatusTooManyRequests))
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if res == nil || res.uses >= 5 || time.Since(res.made) > 30*time.Minute {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	res.uses++
	s.ephemeral(res.channel, res.user, r.PathValue("id"), data)
	_, _ = w.Write([]byte("ok"))
}

// ephemeral shows what came through a response URL. The lock is held.
func (s *Server) ephemeral(channel, user, id string, data json.RawMessage) {
	var p struct {
		Type    string          `json:"response_type"`
		Text    string          `json:"text"`
		Blocks  json.RawMessage `json:"blocks"`
		Thread  string          `json:"thread_ts"`
		Replace bool            `json:"replace_original"`
		Delete  bool            `json:"delete_original"`
	}
	if err := json.Unmarshal(data, &p); err != nil {
		s.violate("response_url: %v", err)
		return
	}
	form := url.Values{"text": {p.Text}}
	if len(p.Blocks) > 0 && string(p.Blocks) != "null" {
		form.Set("blocks", string(p.Blocks))
	}
	if !p.Delete && s.content("response_url", form, mostText) != "" {
		return
	}
	only := user
	if p.Type == "in_channel" {
		only = ""
	}
	original := s.original(channel, id)
	switch {
	case p.Delete && original != nil:
		original.Deleted = true
	case p.Replace && original != nil:
		original.Text, original.Blocks = p.Text, raw(form)
		original.Revisions++
	case !p.Delete:
		s.put(&Message{Channel: channel, TS: s.timestamp(), Thread: p.Thread, User: BotUser, Only: only, Text: p.Text, Blocks: raw(form), response: id})
	}
	s.touch()
}

// original is the message that a response URL may replace. The lock is held.
func (s *Server) original(channel, id string) *Message {
	for _, m := range s.channels[channel].messages {
		if r := s.responses[id]; !m.Deleted && (r.original == "" && m.response == id || r.original == m.TS) {
			return m
		}
	}
	return nil
}

// Said joins everything that the blocks of a message show.
func (m Message) Said() string {
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return m.Text
	}
	var parts []string
	walkInOrder(blocks, func(s string) { parts = append(parts, s) })
	return strings.Join(parts, "\n")
}

// walkInOrder calls f for each shown text, in order.
func walkInOrder(v any, f func(string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walkInOrder(e, f)
		}
	case map[string]any:
		for _, key := range []string{"text", "fields", "elements", "accessory"} {
			switch e := v[key].(type) {
			case string:
				f(e)
			default:
				walkInOrder(e, f)
			}
		}
	}
}
