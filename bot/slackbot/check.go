package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Grade says how a check of the set-up came out.
type Grade string

// Grades.
const (
	Good Grade = "ok"
	Warn Grade = "warn"
	Bad  Grade = "fail"
)

// Checked is one check of the set-up: what was checked, how it came out, and unless it is
// good what to click.
type Checked struct {
	Check  string
	Grade  Grade
	Detail string
}

// appPages is where an app is set up.
const appPages = "https://api.slack.com/apps"

// Examine tests the set-up against Slack: tokens, scopes, the socket, and
// whether the bot is in the given channels. It posts nothing.
func Examine(ctx context.Context, c Config, channels []string) []Checked {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var header http.Header
	client := &http.Client{Timeout: 15 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()}
	defer client.CloseIdleConnections()
	options := []slack.Option{slack.OptionHTTPClient(client), slack.OptionAppLevelToken(c.AppToken),
		slack.OptionOnResponseHeaders(func(path string, h http.Header) {
			if path == "auth.test" {
				header = h
			}
		})}
	if c.API != "" {
		options = append(options, slack.OptionAPIURL(c.API))
	}
	api := slack.New(c.BotToken, options...)
	out := []Checked{checkBot(ctx, api, c.BotToken)}
	if out[0].Grade == Good {
		out = append(out, checkScopes(header))
	}
	out = append(out, checkEvents(ctx, api, c))
	if out[0].Grade == Good {
		for _, id := range channels {
			out = append(out, checkChannel(ctx, api, id))
		}
	}
	return out
}

func checkBot(ctx context.Context, api *slack.Client, token string) Checked {
	const name = "bot token"
	if token == "" {
		return Checked{name, Bad, "not set: copy “Bot User OAuth Token” (xoxb-…) from " + appPages + " › your app › OAuth & Permissions into a file and name it in SLACK_BOT_TOKEN_FILE, or set SLACK_BOT_TOKEN"}
	}
	if !strings.HasPrefix(token, "xoxb-") {
		return Checked{name, Bad, "it does not begin with xoxb-: take “Bot User OAuth Token” from " + appPages + " › your app › OAuth & Permissions"}
	}
	self, err := api.AuthTestContext(ctx)
	if err != nil {
		return Checked{name, Bad, reason(err, map[string]string{
			"invalid_auth":     "Slack does not know it: copy it anew from " + appPages + " › your app › OAuth & Permissions",
			"token_revoked":    "it was revoked: " + appPages + " › your app › Install App › Reinstall",
			"account_inactive": "the app was removed from the workspace: " + appPages + " › your app › Install App",
		})}
	}
	return Checked{name, Good, fmt.Sprintf("workspace %s (%s), bot %s", self.Team, self.TeamID, self.User)}
}

func checkScopes(header http.Header) Checked {
	const name = "scopes"
	granted := strings.FieldsFunc(header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	var missing, further []string
	for _, s := range Scopes() {
		if !slices.Contains(granted, s.Name) {
			missing = append(missing, s.Name)
		}
	}
	for _, g := range granted {
		if !slices.ContainsFunc(Scopes(), func(s Scope) bool { return s.Name == g }) {
			further = append(further, g)
		}
	}
	switch {
	case len(granted) == 0:
		return Checked{name, Warn, "Slack did not say which are granted"}
	case len(missing) > 0:
		return Checked{name, Bad, "missing " + strings.Join(missing, ", ") + ": " + appPages + " › your app › App Manifest, paste what yanbao slack manifest prints, save, then Install App › Reinstall"}
	case len(further) > 0:
		return Checked{name, Warn, "granted and not needed: " + strings.Join(further, ", ")}
	}
	return Checked{name, Good, fmt.Sprintf("all %d granted", len(Scopes()))}
}

// checkEvents tests how events come: by the socket or by HTTP.
func checkEvents(ctx context.Context, api *slack.Client, c Config) Checked {
	const name = "events"
	switch {
	case c.AppToken == "" && c.SigningSecret != "":
		return Checked{name, Good, "by HTTP: Slack posts to /slack/events of yanbao serve; “Request URL” under Event Subscriptions must say Verified"}
	case c.AppToken == "":
		return Checked{name, Bad, "no app token: " + appPages + " › your app › Basic Information › App-Level Tokens › Generate, scope connections:write (xapp-…), into SLACK_APP_TOKEN or the file named in SLACK_APP_TOKEN_FILE"}
	case !strings.HasPrefix(c.AppToken, "xapp-"):
		return Checked{name, Bad, "the app token does not begin with xapp-: take one from " + appPages + " › your app › Basic Information › App-Level Tokens"}
	}
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		return Checked{name, Bad, reason(err, map[string]string{
			"invalid_auth":            "Slack does not know the app token: generate one under " + appPages + " › your app › Basic Information › App-Level Tokens",
			"not_allowed_token_type":  "that is no app token: generate one under " + appPages + " › your app › Basic Information › App-Level Tokens",
			"missing_scope":           "the app token lacks connections:write: generate one with it under " + appPages + " › your app › Basic Information › App-Level Tokens",
			"socket_mode_not_enabled": "Socket Mode is off: " + appPages + " › your app › Socket Mode › Enable",
			"forbidden":               "Socket Mode is off: " + appPages + " › your app › Socket Mode › Enable",
		})}
	}
	return Checked{name, Good, "Socket Mode is on"}
}

func checkChannel(ctx context.Context, api *slack.Client, id string) Checked {
	name := "channel " + id
	_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: id, Limit: 1})
	if err != nil {
		return Checked{name, Bad, reason(err, map[string]string{
			"not_in_channel":    "the bot is not in it: write /invite @yanbao there",
			"channel_not_found": "there is none, or it is private and the bot is not in it: write /invite @yanbao there",
			"missing_scope":     "the bot may not read there, see scopes",
		})}
	}
	return Checked{name, Good, "the bot is in it"}
}

// reason is what an error of Slack means, as far as known.
func reason(err error, known map[string]string) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		if said, ok := known[refused.Err]; ok {
			return said
		}
		return "Slack says " + refused.Err
	}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return fmt.Sprintf("Slack asks to wait %s: try again", limited.RetryAfter)
	}
	return fmt.Sprintf("Slack cannot be reached: %v; is the network or a proxy in the way?", withoutAddress(err))
}
