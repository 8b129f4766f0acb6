package slackbot

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"
	"gopkg.in/yaml.v3"
)

// Scope is a permission of the app and what it is for.
type Scope struct{ Name, Why, WhyZH string }

// Scopes lists the permissions of the bot token: no more than it uses.
func Scopes() []Scope {
	return []Scope{
		{"app_mentions:read", "see messages that mention the bot", "看到提及机器人的消息"},
		{"assistant:write", "the assistant pane: prompts, title, status", "助手面板：建议问题、标题、状态"},
		{"channels:history", "follow-ups in threads of public channels it is in; the thread is its memory", "公开频道讨论串里的追问；讨论串即记忆"},
		{"chat:write", "post and change its answers", "发送与更新回答"},
		{"commands", "/yanbao and the message shortcut", "/yanbao 命令与消息快捷操作"},
		{"files:write", "attach a table as CSV when asked to", "应要求以 CSV 发送表格"},
		{"groups:history", "the same in private channels it was invited to", "受邀的私有频道中的追问"},
		{"im:history", "questions in direct messages", "私信提问"},
		{"mpim:history", "the same in group direct messages", "多人私信中的提问"},
	}
}

// AppScope is the permission of the app token.
func AppScope() Scope {
	return Scope{"connections:write", "connect by Socket Mode", "以 Socket Mode 连接"}
}

// events lists what the bot is told of.
func events() []string {
	return []string{"app_mention", "assistant_thread_context_changed", "assistant_thread_started",
		"message.channels", "message.groups", "message.im", "message.mpim"}
}

// Manifest returns the manifest of the Slack app, from which Slack sets all of
// it up. With a url, events are posted there (Events API); without one they
// come by Socket Mode.
func Manifest(url string) slack.Manifest {
	names := make([]string, 0, len(Scopes()))
	for _, s := range Scopes() {
		names = append(names, s.Name)
	}
	return slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1, MinorVersion: 1},
		Display: slack.Display{Name: "yanbao", Description: "研报问答，逐句给出处 · Cited answers from research reports",
			BackgroundColor: "#1f3a5f"},
		Features: slack.Features{
			AppHome:       slack.AppHome{MessagesTabEnabled: true},
			AssistantView: &slack.AssistantView{AssistantDescription: "研报问答，逐句给出处 · Cited answers from research reports"},
			BotUser:       slack.BotUser{DisplayName: "yanbao", AlwaysOnline: true},
			Shortcuts: []slack.Shortcut{{Name: "与报告核对 Check it", CallbackID: callbackCheck,
				Description: "核对这条消息里的说法 · Check this message against the report", Type: slack.MessageShortcut}},
			SlashCommands: []slack.ManifestSlashCommand{{Command: "/yanbao", Description: "向研报提问，只有你看得到 · Ask the report, seen by you alone",
				UsageHint: "问题 question | settings | help", Url: url}},
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: names}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{RequestUrl: url, BotEvents: events()},
			Interactivity:      &slack.Interactivity{IsEnabled: true, RequestUrl: url},
			SocketModeEnabled:  url == "",
		},
	}
}

// complete is the manifest with what slack.Manifest leaves out where it is
// false: without it Slack may let nobody write to the app.
func complete(url string) (*yaml.Node, error) {
	var n yaml.Node
	if err := n.Encode(Manifest(url)); err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	home := under(under(&n, "features"), "app_home")
	home.Content = append(home.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "messages_tab_read_only_enabled"},
		&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"})
	return &n, nil
}

// under is the value of a key that a mapping holds.
func under(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// ManifestJSON is the manifest as JSON.
func ManifestJSON(url string) ([]byte, error) {
	n, err := complete(url)
	if err != nil {
		return nil, err
	}
	var loose map[string]any
	if err := n.Decode(&loose); err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(loose); err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	return out.Bytes(), nil
}

// ManifestYAML is the manifest as YAML, each scope with what it is for.
func ManifestYAML(url string) ([]byte, error) {
	n, err := complete(url)
	if err != nil {
		return nil, err
	}
	why := make(map[string]string)
	for _, s := range Scopes() {
		why[s.Name] = s.Why + " · " + s.WhyZH
	}
	explain(n, why)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	return out.Bytes(), nil
}

// explain puts comments beside the values that have one.
func explain(n *yaml.Node, why map[string]string) {
	if said, ok := why[n.Value]; ok && n.Kind == yaml.ScalarNode {
		n.LineComment = said
	}
	for _, c := range n.Content {
		explain(c, why)
	}
}
