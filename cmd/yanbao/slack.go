package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"yanbao/bot/slackbot"

	"github.com/spf13/cobra"
)

const slackLong = `Set up the Slack app: print its manifest, test tokens and permissions. The bot
itself runs in yanbao serve, as soon as its tokens are there.

设置 Slack 应用：打印清单、检查令牌与权限。机器人本身由 yanbao serve 运行。

Environment: SLACK_BOT_TOKEN (xoxb-…) and SLACK_APP_TOKEN (xapp-…, for Socket
Mode) or SLACK_SIGNING_SECRET (for the Events API). With _FILE behind the name,
each is the name of a file that holds it.`

const slackExample = `  yanbao slack manifest                    # paste at https://api.slack.com/apps › Create New App › From a manifest
  yanbao slack check --channel C0123456789`

func (p *program) slackCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "slack", Short: "set up the Slack app (Slack 机器人)", Long: slackLong, Example: slackExample,
		Args: arguments(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var url string
	var format choice
	manifest := &cobra.Command{
		Use: "manifest", Short: "print the app manifest, every permission with what it is for", Example: slackExample,
		Args: arguments(0, 0, ""),
		RunE: func(*cobra.Command, []string) error { return p.slackManifest(format.value, url) },
	}
	addChoice(manifest, &format, "format", "yaml", "form of the manifest", "yaml", "json")
	manifest.Flags().StringVar(&url, "url", "", "`URL` that Slack posts events to, such as https://bot.example.org/slack/events (default: Socket Mode)")
	var channels []string
	var asJSON bool
	check := &cobra.Command{
		Use: "check", Short: "test tokens, permissions, events and membership; say what to click", Example: slackExample,
		Args: arguments(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return p.slackCheck(c.Context(), channels, asJSON) },
	}
	check.Flags().StringSliceVar(&channels, "channel", nil, "`ID` of a channel that the bot should be in")
	check.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.AddCommand(manifest, check)
	return c
}

func (p *program) slackManifest(format, url string) error {
	if url != "" && !strings.HasPrefix(url, "https://") {
		return usagef("slack manifest: --url %s: Slack posts to https:// alone", url)
	}
	make := slackbot.ManifestYAML
	if format == "json" {
		make = slackbot.ManifestJSON
	}
	out, err := make(url)
	if err != nil {
		return err
	}
	p.print("%s", out)
	if format == "json" { // JSON has no comments
		for _, s := range slackbot.Scopes() {
			p.note("%s: %s", s.Name, s.Why)
		}
	}
	if url != "" {
		p.note("besides, SLACK_SIGNING_SECRET is to hold the signing secret (Basic Information › App Credentials)")
		return nil
	}
	s := slackbot.AppScope()
	p.note("besides, an app token with %s: %s (Basic Information › App-Level Tokens)", s.Name, s.Why)
	return nil
}

func (p *program) slackCheck(ctx context.Context, channels []string, asJSON bool) error {
	c, err := p.slackConfig()
	if err != nil {
		return err
	}
	findings := examineSlack(ctx, c, channels)
	if asJSON {
		err = p.printJSON(findings)
	} else {
		p.printFindings(findings)
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, f := range findings {
		if f.Grade == gradeFail {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("slack check: %d of %d checks failed", failed, len(findings))
	}
	return nil
}

func examineSlack(ctx context.Context, c slackbot.Config, channels []string) []finding {
	var out []finding
	for _, f := range slackbot.Examine(ctx, c, channels) {
		out = append(out, finding{f.Check, grade(f.Grade), f.Detail})
	}
	return out
}

// checkSlack is the doctor's part for Slack: nothing where no token is set.
func (p *program) checkSlack(ctx context.Context) []finding {
	c, err := p.slackConfig()
	if err != nil {
		return []finding{fail("slack", err)}
	}
	if c.BotToken == "" && c.AppToken == "" && c.SigningSecret == "" {
		return nil
	}
	out := examineSlack(ctx, c, nil)
	for i := range out {
		out[i].Check = "slack " + out[i].Check
	}
	return out
}

// slackConfig reads the tokens. What is not set is "".
func (p *program) slackConfig() (c slackbot.Config, err error) {
	var errs [3]error
	c.BotToken, errs[0] = p.secret("SLACK_BOT_TOKEN")
	c.AppToken, errs[1] = p.secret("SLACK_APP_TOKEN")
	c.SigningSecret, errs[2] = p.secret("SLACK_SIGNING_SECRET")
	c.API = p.getenv("YANBAO_SLACK_API")
	return c, errors.Join(errs[:]...)
}

// secret reads a secret from the file that NAME_FILE names, or else from NAME.
func (p *program) secret(name string) (string, error) {
	path := p.getenv(name + "_FILE")
	if path == "" {
		return strings.TrimSpace(p.getenv(name)), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the file that %s_FILE names cannot be read: %w", name, plainPathError(err))
	}
	if value := strings.TrimSpace(string(data)); value != "" {
		return value, nil
	}
	return "", fmt.Errorf("the file that %s_FILE names is empty", name)
}

// slackPath is where Slack posts events, commands and interactions.
const slackPath = "/slack/events"

// openSlack makes the Slack door of a server where its tokens are set, and
// hangs its HTTP side into the handler. nil where there is none.
func (p *program) openSlack(h *house) (*slackbot.Bot, error) {
	c, err := p.slackConfig()
	if err != nil {
		return nil, err
	}
	path := h.flags.slackSettings
	if path == "" {
		path = p.getenv("YANBAO_SLACK_SETTINGS")
	}
	switch {
	case !h.flags.slack || c.BotToken == "" && c.AppToken == "" && c.SigningSecret == "" && path == "":
		return nil, nil
	case h.record == nil:
		return nil, errors.New("slack: what was answered must be recorded, so that nothing is answered twice: leave out --record=false, or give --slack=false")
	case c.BotToken == "" || c.AppToken == "" && c.SigningSecret == "":
		return nil, errors.New("slack: a token is missing: see yanbao slack check, or give --slack=false")
	}
	if path != "" {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("slack: the settings file %s does not exist", path)
		}
		if err != nil {
			return nil, fmt.Errorf("slack: read the settings: %w", plainPathError(err))
		}
		if c.Settings, err = slackbot.ReadSettings(data); err != nil {
			return nil, err
		}
	}
	// The bot records what it answers itself: what is said in private channels
	// is kept apart.
	c.Counter, c.Keep = h.meter.Counter("slack"), time.Duration(h.flags.keepDays)*24*time.Hour
	c.Asker, c.Record, c.BaseURL, c.Log = h.shelf.asker, h.record, h.flags.url, h.log
	b, err := slackbot.New(c)
	if err != nil {
		return nil, err
	}
	if c.SigningSecret != "" {
		mux := http.NewServeMux()
		mux.Handle("/", h.handler)
		mux.Handle(slackPath, b.Handler())
		h.handler = mux
	}
	return b, nil
}

// runSlack runs the Slack door. Its end does not end the server.
func (h *house) runSlack(ctx context.Context, b *slackbot.Bot) error {
	if b == nil {
		return nil
	}
	if err := b.Run(ctx); err != nil {
		h.log.Error("serve: Slack is out, HTTP goes on", "error", err)
	}
	return nil
}
