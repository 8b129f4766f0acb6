package slackbot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"yanbao/bot/slackbot/slacktest"

	"gopkg.in/yaml.v3"
)

func scopeNames() []string {
	var names []string
	for _, s := range Scopes() {
		names = append(names, s.Name)
	}
	return names
}

// YAML and JSON say the same; every scope is explained; Slack's limits hold.
func TestManifest(t *testing.T) {
	for _, url := range []string{"", "https://bot.example.org/slack/events"} {
		y, err := ManifestYAML(url)
		if err != nil {
			t.Fatal(err)
		}
		j, err := ManifestJSON(url)
		if err != nil {
			t.Fatal(err)
		}
		var a, b map[string]any
		if err := yaml.Unmarshal(y, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(j, &b); err != nil {
			t.Fatal(err)
		}
		x, _ := json.Marshal(a)
		z, _ := json.Marshal(b)
		if string(x) != string(z) {
			t.Errorf("YAML and JSON differ:\n%s\n%s", x, z)
		}
		for _, s := range Scopes() {
			if s.Why == "" || !strings.Contains(string(y), s.Name+" # "+s.Why) {
				t.Errorf("scope %s is not explained", s.Name)
			}
		}
		if !strings.Contains(string(y), "messages_tab_read_only_enabled: false\n") {
			t.Errorf("people may not write to the app:\n%s", y)
		}
		m := Manifest(url)
		if m.Settings.SocketModeEnabled != (url == "") || strings.Contains(string(y), "bot.example.org") != (url != "") {
			t.Errorf("socket mode %v for %q", m.Settings.SocketModeEnabled, url)
		}
		for what, limit := range map[string][2]int{
			"name": {len([]rune(m.Display.Name)), 35}, "description": {len([]rune(m.Display.Description)), 140},
			"shortcut": {len([]rune(m.Features.Shortcuts[0].Name)), 24}, "shortcut's description": {len([]rune(m.Features.Shortcuts[0].Description)), 150},
			"command": {len([]rune(m.Features.SlashCommands[0].Description)), 2000}, "bot": {len([]rune(m.Features.BotUser.DisplayName)), 80},
		} {
			if limit[0] > limit[1] {
				t.Errorf("%s: %d characters, at most %d", what, limit[0], limit[1])
			}
		}
	}
}

func TestExamine(t *testing.T) {
	all := strings.Join(scopeNames(), ",")
	good := Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken}
	for name, test := range map[string]struct {
		config Config
		scopes string
		fault  func(slacktest.Call) slacktest.Fault
		leave  bool
		want   map[string]string // check to grade and a word of the detail
	}{
		"all is well": {good, all, nil, false, map[string]string{"bot token": "ok workspace Test", "scopes": "ok all 9", "events": "ok Socket Mode", "channel C1": "ok in it"}},
		"no tokens":   {Config{}, all, nil, false, map[string]string{"bot token": "fail SLACK_BOT_TOKEN", "events": "fail SLACK_APP_TOKEN"}},
		"mixed up":    {Config{BotToken: "xapp-1", AppToken: "xoxb-1"}, all, nil, false, map[string]string{"bot token": "fail xoxb-", "events": "fail xapp-"}},
		"wrong":       {Config{BotToken: "xoxb-9", AppToken: "xapp-9"}, all, nil, false, map[string]string{"bot token": "fail copy it anew", "events": "fail generate one"}},
		"scope gone":  {good, strings.TrimPrefix(all, "app_mentions:read,"), nil, false, map[string]string{"scopes": "fail missing app_mentions:read"}},
		"too much":    {good, all + ",users:read", nil, false, map[string]string{"scopes": "warn users:read"}},
		"not invited": {good, all, nil, true, map[string]string{"channel C1": "fail /invite @yanbao"}},
		"by HTTP":     {Config{BotToken: slacktest.BotToken, SigningSecret: "x"}, all, nil, false, map[string]string{"events": "ok Request URL"}},
		"limited":     {good, all, fail("auth.test", 9, slacktest.Fault{RetryAfter: 3}), false, map[string]string{"bot token": "fail wait 3s"}},
		"down":        {good, all, fail("apps.connections.open", 9, slacktest.Fault{Status: 500}), false, map[string]string{"events": "fail cannot be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := slacktest.New(slacktest.Options{Scopes: strings.Split(test.scopes, ","), Fault: test.fault})
			defer s.Close()
			s.AddChannel("C1", "channel")
			if test.leave {
				s.Leave("C1")
			}
			test.config.API = s.URL + "/api/"
			got := make(map[string]string)
			for _, c := range Examine(context.Background(), test.config, []string{"C1"}) {
				got[c.Check] = string(c.Grade) + " " + c.Detail
				if strings.Contains(c.Detail, slacktest.BotToken) || strings.Contains(c.Detail, slacktest.AppToken) {
					t.Errorf("%s shows a token: %s", c.Check, c.Detail)
				}
			}
			for check, want := range test.want {
				grade, word, _ := strings.Cut(want, " ")
				if !strings.HasPrefix(got[check], grade+" ") || !strings.Contains(got[check], word) {
					t.Errorf("%s: %q, want %q", check, got[check], want)
				}
			}
		})
	}
}
